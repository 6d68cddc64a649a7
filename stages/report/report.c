#include "stages/report/report.h"

#include "stages/report/bundle.h"
#include "stages/report/report_data.h"
#include "stages/report/report_explainers.h"
#include "stages/report/report_folds.h"
#include "stages/report/report_html.h"

#include "base/file.h"
#include <string.h>

/* What the page is called: the last part of the run's directory. */
static const char *run_name(const char *dir)
{
    const char *slash = strrchr(dir, '/');

    return slash && slash[1] ? slash + 1 : dir;
}

static void head(const struct report_data *d, struct buf *b)
{
    buf_puts(b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
                "<meta charset=\"utf-8\">\n"
                "<meta name=\"viewport\" content=\"width=device-width, "
                "initial-scale=1\">\n");
    report_policy(b);
    buf_puts(b, "<title>");
    html_text(b, run_name(d->run_dir));
    buf_puts(b, " &ndash; Papline</title>\n");
    report_style(b);
    buf_puts(b, "</head>\n<body>\n"
                "<a class=\"skip\" href=\"#main\">Skip to the results</a>\n"
                "<header>\n<h1>");
    html_text(b, run_name(d->run_dir));
    buf_puts(b, "</h1>\n<nav aria-label=\"Sections\"><ul>\n"
                "<li><a href=\"#results\">All experiments</a></li>\n");
    if (report_explained(d))
        buf_puts(b, "<li><a href=\"#explainers\">Explainers</a></li>\n");
    buf_puts(b, "<li><a href=\"#paper\">Beside the paper</a></li>\n");
    for (int i = 0; i < d->n_experiment; i++) {
        buf_printf(b, "<li><a href=\"#experiment-%d\">", i + 1);
        html_text(b, d->experiment[i].name);
        buf_puts(b, "</a></li>\n");
    }
    buf_puts(b, "<li><a href=\"#samples\">Cells</a></li>\n"
                "<li><a href=\"#origin\">Where this comes from</a></li>\n"
                "</ul></nav>\n</header>\n<main id=\"main\">\n");
}

static int compose(const struct report_data *d, struct buf *b, struct err *err)
{
    head(d, b);
    report_warnings(d, b);
    report_headline(d, b);
    report_results(d, b);
    if (report_trust(d, b, err) < 0)
        return -1;
    report_paper(d, b);
    if (report_experiments(d, b, err) < 0)
        return -1;
    report_samples(d, b);
    report_provenance(d, b);
    buf_puts(b, "</main>\n<footer>\n<p>For research. Not a medical device, not "
                "for diagnosis.</p>\n</footer>\n");
    report_script(b);
    buf_puts(b, "</body>\n</html>\n");
    return buf_check(b, err);
}

/* out_dir/bundle/EXPERIMENT of each that can have one. */
static int write_bundles(const struct report_data *d, const char *out_dir,
                         struct err *err)
{
    char dir[FILE_PATH_MAX];

    for (int i = 0; i < d->n_experiment; i++)
        if (file_path(dir, err, "%s/bundle/%s", out_dir,
                      d->experiment[i].name) < 0 ||
            bundle_write(d, &d->experiment[i], dir, err) < 0)
            return -1;
    return 0;
}

int report_write(const char *run_dir, const struct config *config,
                 const struct plan *plan, const char *out_dir, struct err *err)
{
    struct report_data d = {.run_dir = run_dir, .config = config, .plan = plan};
    struct buf b = {0};
    char path[FILE_PATH_MAX];
    int rc = -1;

    if (file_path(path, err, "%s/index.html", out_dir) < 0 ||
        report_data_read(&d, err) < 0)
        return -1;
    if (compose(&d, &b, err) == 0) {
        if (b.len > REPORT_MAX_BYTES)
            err_set(err, ERR_INPUT,
                    "'%s' would have %zu bytes, the limit is %d", path, b.len,
                    REPORT_MAX_BYTES);
        else
            rc = file_write(path, b.data, b.len, err);
        if (rc == 0)
            rc = report_folds_write(&d, out_dir, err);
        if (rc == 0)
            rc = report_explainers_write(&d, out_dir, err);
    }
    if (rc == 0)
        rc = write_bundles(&d, out_dir, err);
    buf_release(&b);
    report_data_release(&d);
    return rc;
}
