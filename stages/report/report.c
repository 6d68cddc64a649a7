#include "stages/report/report.h"

#include "stages/report/bundle.h"
#include "stages/report/report_cell_data.h"
#include "stages/report/report_embed.h"
#include "stages/report/report_explainers.h"
#include "stages/report/report_folds.h"
#include "stages/report/report_html.h"
#include "stages/report/report_screening.h"
#include "stages/report/report_sections.h"

#include "base/file.h"

#include <stdio.h>
#include <string.h>

/* What the page is called: the last part of the run's directory. */
static const char *run_name(const char *dir)
{
    const char *slash = strrchr(dir, '/');

    return slash && slash[1] ? slash + 1 : dir;
}

static const struct section {
    const char *id, *title; /* title: NULL of each experiment */
    void (*write)(const struct report_data *d, struct buf *b);
    void (*each)(const struct report_data *d, int i, struct buf *b);
} sections[] = {
#define SECTION(id, title, write) {#id, title, write, NULL},
#define SECTION_EACH(id, write)   {#id, NULL, NULL, write},
#include "report_sections.def"
#undef SECTION
#undef SECTION_EACH
};

enum {
    N_SECTION = sizeof(sections) / sizeof(sections[0]),
    LISTED = 4 /* of more experiments the table of all has the links */
};

/* The sections, and the list of those that there are. */
struct page {
    struct buf list, main;
};

/* Take what is in a section, which is left out if that is nothing. */
static void put_section(struct page *p, const char *id, const char *title,
                        bool listed, struct buf *inside)
{
    const bool any = inside->len > 0;

    if (any) {
        if (listed)
            report_html_put(&p->list, "<li><a href=\"#%s\">%s</a></li>\n", id,
                            title);
        report_html_put(&p->main,
                        "<section class=\"card\" id=\"%s\" "
                        "aria-labelledby=\"h-%s\">\n<h2 id=\"h-%s\">%s</h2>\n",
                        id, id, id, title);
    }
    buf_take(&p->main, inside);
    buf_puts(&p->main, any ? "</section>\n" : "");
}

/* Where an experiment's files are instead of what was written of it. */
static void leave_out(const struct report_experiment *e, struct buf *inside)
{
    const bool failed = inside->failed;

    buf_release(inside);
    inside->failed = failed;
    report_html_put(inside,
                    "<p class=\"missing\">Left out to keep the page under "
                    "20&nbsp;MB; its files are in <code>%s</code>.</p>\n",
                    e->evaluate ? e->evaluate->dir : e->train->dir);
}

static void put_each(struct page *p, const struct section *s,
                     const struct report_data *d)
{
    char id[64];

    for (int i = 0; i < d->n_experiment; i++) {
        struct buf inside = {0};

        snprintf(id, sizeof(id), "%s-%d", s->id, i + 1);
        s->each(d, i, &inside);
        if (p->main.len + inside.len > REPORT_EACH_BYTES)
            leave_out(&d->experiment[i], &inside);
        put_section(p, id, d->experiment[i].name, d->n_experiment <= LISTED,
                    &inside);
    }
}

static void put_sections(struct page *p, const struct report_data *d)
{
    for (int i = 0; i < N_SECTION; i++) {
        const struct section *s = &sections[i];
        struct buf inside = {0};

        if (s->each) {
            put_each(p, s, d);
            continue;
        }
        s->write(d, &inside);
        put_section(p, s->id, s->title, true, &inside);
    }
}

/* Everything above the first section. */
static void put_head(const struct report_data *d, struct buf *list,
                     struct buf *b)
{
    buf_puts(b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
                "<meta charset=\"utf-8\">\n"
                "<meta name=\"viewport\" content=\"width=device-width, "
                "initial-scale=1\">\n");
    report_policy(b);
    report_html_put(b, "<title>%s &ndash; Papline</title>\n",
                    run_name(d->run_dir));
    report_style(b);
    report_html_put(b,
                    "</head>\n<body>\n"
                    "<a class=\"skip\" href=\"#main\">Skip to the results</a>\n"
                    "<header>\n<h1>%s</h1>\n",
                    run_name(d->run_dir));
    report_screening_lead(d, b);
    buf_puts(b, "<nav aria-label=\"Sections\"><ul>\n");
    buf_take(b, list);
    buf_puts(b, "</ul></nav>\n</header>\n<main id=\"main\">\n");
}

static int write_page(struct report_data *d, struct buf *b, struct err *err)
{
    struct page p = {.list = {0}};

    put_sections(&p, d);
    put_head(d, &p.list, b);
    buf_take(b, &p.main);
    buf_puts(b, "</main>\n<footer>\n<p>For research. Not a medical device, not "
                "for diagnosis.</p>\n</footer>\n");
    report_pictures_put_defs(d, b);
    report_maps_put_defs(d, b);
    report_cell_data(d, b);
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
    if (write_page(&d, &b, err) == 0) {
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
