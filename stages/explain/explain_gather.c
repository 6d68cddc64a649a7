/* explain_gather.c - the tables of all cells, from the parts that each left */
#include "base/log.h"
#include "charts/svg_masking.h"
#include "run/output.h"
#include "stages/explain/concepts.h"
#include "stages/explain/dose_response.h"
#include "stages/explain/explain_private.h"
#include "stages/explain/explain_sheets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is summed up. */
struct gathering {
    const struct explain_args *args;
    struct store data;         /* owned */
    char parts[FILE_PATH_MAX]; /* directory */
    char **name;               /* owned: its files, in byte order */
    size_t n;
    bool contours; /* some picture has any */
};

static const char *faithfulness_title(int figure)
{
    return faithfulness_name((enum faithfulness_figure)figure);
}

/* Of layers counted from the output, percent. */
static const char *cascade_title(int figure)
{
    static const char *const title[2 * RANDOM_MAX] = {
        "spearman_25", "ssim_25", "spearman_50",  "ssim_50",
        "spearman_75", "ssim_75", "spearman_100", "ssim_100"};

    return title[figure];
}

static const char *whole_title(int figure)
{
    return cascade_title(2 * RANDOM_MAX - 2 + figure);
}

static const char *stability_title(int figure)
{
    return figure == 0 ? "spearman" : "ssim";
}

#define MAP_TABLE(kind, word) static const char name_##word[] = #word;
#include "config/map_tables.def"
#undef MAP_TABLE

const struct figure_kind *explain_kind(const struct explain_settings *s,
                                       enum figure_kinds kind)
{
    static const struct figure_kind faithfulness = {
        name_faithfulness, FAITHFULNESS_FIGURES, faithfulness_title};
    static const struct figure_kind curves = {name_curves, CURVE_FIGURES,
                                              faithfulness_curve_name};
    static const struct figure_kind f_fidelity = {
        name_f_fidelity, F_FIDELITY_FIGURES, f_fidelity_name};
    static const struct figure_kind locate = {
        name_localisation, LOCALISATION_FIGURES, localisation_name};
    static const struct figure_kind whole = {name_sanity, 2, whole_title};
    static const struct figure_kind cascade = {name_sanity, 2 * RANDOM_MAX,
                                               cascade_title};
    static const struct figure_kind stability = {name_stability, 2,
                                                 stability_title};

    switch (kind) {
    case FIGURES_FAITHFULNESS:
        return s->faith_steps > 0 ? &faithfulness : NULL;
    case FIGURES_CURVES:
        return s->faith_steps > 0 ? &curves : NULL;
    case FIGURES_F_FIDELITY:
        return s->f_fidelity > 0 ? &f_fidelity : NULL;
    case FIGURES_LOCALISATION:
        return &locate;
    case FIGURES_SANITY:
        return s->sanity == SANITY_OFF     ? NULL
               : s->sanity == SANITY_WHOLE ? &whole
                                           : &cascade;
    case FIGURES_STABILITY:
        return s->stability > 0 ? &stability : NULL;
    case FIGURE_KINDS:
        break;
    }
    return NULL;
}

/* Is 'name' "PLACE.WHAT.csv"? */
static bool is_part(const char *name, const char *what)
{
    const char *dot = strchr(name, '.');
    const size_t n = strlen(what);

    return dot && strncmp(dot + 1, what, n) == 0 &&
           strcmp(dot + 1 + n, ".csv") == 0;
}

static int add_part(const struct gathering *g, const char *name,
                    struct buf *out, struct err *err)
{
    char path[FILE_PATH_MAX], *text = NULL;
    size_t size;

    if (file_path(path, err, "%s/%s", g->parts, name) < 0 ||
        file_read(path, SCORES_MAX_BYTES, &text, &size, err) < 0)
        return -1;
    buf_put(out, text, size);
    free(text);
    return 0;
}

/* The parts of a kind that cells left, one behind the other. */
static int add_parts(const struct gathering *g, const char *kind,
                     struct buf *out, struct err *err)
{
    for (size_t i = 0; i < g->n; i++)
        if (is_part(g->name[i], kind) && add_part(g, g->name[i], out, err) < 0)
            return -1;
    return 0;
}

static int gather_scores(const struct gathering *g, struct err *err)
{
    struct buf out = {0};
    int rc;

    explain_header(g->args->settings, g->contours, &out);
    rc = add_parts(g, "scores", &out, err);
    if (rc == 0)
        rc = buf_save(&out, g->args->out, "scores.csv", err);
    buf_release(&out);
    return rc;
}

static int read_figures(const struct gathering *g, struct figure_table *t,
                        struct err *err)
{
    char path[FILE_PATH_MAX];

    for (size_t i = 0; i < g->n; i++)
        if (is_part(g->name[i], t->kind->name) &&
            (file_path(path, err, "%s/%s", g->parts, g->name[i]) < 0 ||
             map_scores_read(t, path, err) < 0))
            return -1;
    return 0;
}

/* The curves of all methods on one sheet. */
static int draw_curves(const struct gathering *g, const struct figure_table *t,
                       struct err *err)
{
    double mean[CONFIG_LIST_MAX][CURVE_FIGURES];
    struct svg_masking_line line[CONFIG_LIST_MAX];
    struct svg_masking chart = {
        .title = "Removing what a map shows, bringing it back",
        .n = CURVE_POINTS,
        .line = line};
    struct buf svg = {0};

    for (int m = 0; m < t->methods->n; m++) {
        const struct explainer *x = explainer_find(t->methods->word[m], err);

        if (!x)
            return -1;
        if (map_scores_means(t, (size_t)m, mean[m]) > 0)
            line[chart.n_line++] = (struct svg_masking_line){
                explainer_title(x), mean[m], mean[m] + CURVE_POINTS};
    }
    svg_masking(&chart, true, &svg);
    return buf_save(&svg, g->args->out, "curves.svg", err);
}

static int gather_figures(const struct gathering *g,
                          const struct figure_kind *kind, struct err *err)
{
    struct word_list methods;
    struct figure_table t = {
        .kind = kind,
        .methods = &methods,
        .class_name = (const char(*)[CONFIG_NAME_MAX])g->data.class_name,
        .n_class = g->data.n_class,
        .resamples = (int)g->args->settings->bootstrap,
        .seed = g->args->seed,
    };
    struct buf text = {0};
    char name[64];
    int rc = -1;

    explain_methods(g->args->settings, &methods);
    snprintf(name, sizeof(name), "%s.csv", kind->name);
    if (read_figures(g, &t, err) == 0 && map_scores_write(&t, &text, err) == 0)
        rc = buf_save(&text, g->args->out, name, err);
    if (rc == 0 && strcmp(kind->name, name_curves) == 0)
        rc = draw_curves(g, &t, err);
    map_scores_release(&t);
    buf_release(&text);
    return rc;
}

static int gather_concepts(const struct gathering *g, struct err *err)
{
    const struct explain_args *a = g->args;
    char path[FILE_PATH_MAX];
    struct contours contours;
    struct concepts_args c = {.out = a->out,
                              .predictions = path,
                              .resamples = (int)a->settings->bootstrap,
                              .seed = a->seed};
    int rc;

    if (a->settings->concepts == EXPLAIN_OFF)
        return 0;
    if (file_path(path, err, "%s/predictions.csv", g->parts) < 0 ||
        contours_open(&contours, a->data, err) < 0)
        return -1;
    c.source = explain_source(a, &g->data, &contours);
    rc = concepts_write(&c, err);
    contours_close(&contours);
    return rc;
}

static int gather_doses(const struct gathering *g, struct err *err)
{
    const struct explain_args *a = g->args;
    struct buf out = {0};

    if (a->settings->dose_response == EXPLAIN_OFF)
        return 0;
    dose_response_header(&g->data, &out);
    if (add_parts(g, "dose_response", &out, err) < 0) {
        buf_release(&out);
        return -1;
    }
    if (buf_save(&out, a->out, "dose_response.csv", err) < 0)
        return -1;
    return dose_response_means(&g->data, a->out, (int)a->settings->bootstrap,
                               a->seed, err);
}

static int gather_all(const struct gathering *g, struct err *err)
{
    for (int k = 0; k < FIGURE_KINDS; k++) {
        const struct figure_kind *kind =
            explain_kind(g->args->settings, (enum figure_kinds)k);

        if (kind && (k != FIGURES_LOCALISATION || g->contours) &&
            gather_figures(g, kind, err) < 0)
            return -1;
    }
    if (gather_scores(g, err) < 0 || explain_tuned_gather(g->args, err) < 0 ||
        gather_concepts(g, err) < 0 || gather_doses(g, err) < 0)
        return -1;
    return explain_sheets(g->args, &g->data, g->contours, err);
}

/* Cells without contours are skipped, and counted. */
static void count_contours(const struct gathering *g)
{
    size_t cells = 0, with = 0;

    for (size_t i = 0; i < g->n; i++) {
        cells += is_part(g->name[i], "scores");
        with += is_part(g->name[i], name_localisation);
    }
    if (g->contours && with < cells)
        log_info("%zu of %zu cells lack a contour of cytoplasm or nucleus",
                 cells - with, cells);
}

/* A cell that ended or failed its workers is set aside and has no part; of none
 * there are no tables. */
static int check_parts(const struct gathering *g, struct err *err)
{
    struct prediction *list;
    size_t n, have = 0;
    int rc = explain_list_read(g->args, &g->data, &list, &n, err);

    for (size_t i = 0; rc == 0 && i < g->n; i++)
        have +=
            is_part(g->name[i], "scores") && strtoull(g->name[i], NULL, 10) < n;
    if (rc == 0 && have == 0 && n > 0)
        rc = err_set(err, ERR_INPUT, "none of %zu chosen cells was explained",
                     n);
    if (rc == 0 && have < n)
        log_warn("%zu of %zu chosen cells were set aside: no table has them",
                 n - have, n);
    free(list);
    return rc;
}

/* Has data/ contours? */
static int find_contours(struct gathering *g, struct err *err)
{
    struct contours c;

    if (contours_open(&c, g->args->data, err) < 0)
        return -1;
    g->contours = contours_any(&c);
    contours_close(&c);
    return 0;
}

int explain_gather(const struct explain_args *a, struct err *err)
{
    struct gathering g = {.args = a};
    char before[FILE_PATH_MAX];
    int rc = -1;

    if (file_path(g.parts, err, "%s/" OUTPUT_PARTS, a->out) < 0 ||
        file_path(before, err, "%s/cells", a->out) < 0 ||
        file_dir_remove(before, err) < 0 || /* parts of versions up to 0.1.0 */
        file_dir_make(g.parts, err) < 0 ||
        store_open(&g.data, a->data, err) < 0)
        return -1;
    if (store_use_fold(&g.data, a->fold, a->folds ? a->folds : 1, err) < 0)
        goto out;
    if (file_dir_list(g.parts, &g.name, &g.n, err) == 0 &&
        check_parts(&g, err) == 0 && find_contours(&g, err) == 0)
        rc = gather_all(&g, err);
    if (rc == 0)
        count_contours(&g);
out:
    file_dir_list_free(g.name, g.n);
    store_close(&g.data);
    return rc;
}
