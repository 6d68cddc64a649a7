/* explain_gather.c - the tables of all cells, from what each left in cells/ */
#include "stages/explain/explain_private.h"
#include "stages/explain/faith.h"

#include <stdlib.h>
#include <string.h>

/* What is summed up. */
struct gathering {
    const struct explain_args *args;
    struct store data;          /* owned */
    char cells[FILE_PATH_MAX];  /* directory */
    char **name;                /* owned: its files, in byte order */
    size_t n;
};

static const char *faith_title(int figure)
{
    return faith_name((enum faith_figure)figure);
}

const struct figure_kind *explain_kind(const struct explain_settings *s,
                                       enum figure_kinds kind)
{
    static const struct figure_kind faith = {"faithfulness", FAITH_FIGURES,
                                             faith_title};

    switch (kind) {
    case FIGURES_FAITH:
        return s->faith_steps > 0 ? &faith : NULL;
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

static int write_table(const struct gathering *g, const char *name,
                       const struct buf *text, struct err *err)
{
    char path[FILE_PATH_MAX];

    if (buf_check(text, err) < 0 ||
        file_path(path, err, "%s/%s.csv", g->args->out, name) < 0)
        return -1;
    return file_write(path, text->data, text->len, err);
}

static int add_scores(const struct gathering *g, const char *name,
                      struct buf *out, struct err *err)
{
    char path[FILE_PATH_MAX], *text = NULL;
    size_t size;

    if (file_path(path, err, "%s/%s", g->cells, name) < 0 ||
        file_read(path, SCORES_MAX_BYTES, &text, &size, err) < 0)
        return -1;
    buf_put(out, text, size);
    free(text);
    return 0;
}

static int gather_scores(const struct gathering *g, struct err *err)
{
    struct buf out = {0};
    int rc = 0;

    explain_header(&out);
    for (size_t i = 0; rc == 0 && i < g->n; i++)
        if (is_part(g->name[i], "scores"))
            rc = add_scores(g, g->name[i], &out, err);
    if (rc == 0)
        rc = write_table(g, "scores", &out, err);
    buf_release(&out);
    return rc;
}

static int read_figures(const struct gathering *g, struct figure_table *t,
                        struct err *err)
{
    char path[FILE_PATH_MAX];

    for (size_t i = 0; i < g->n; i++)
        if (is_part(g->name[i], t->kind->name) &&
            (file_path(path, err, "%s/%s", g->cells, g->name[i]) < 0 ||
             figures_read(t, path, err) < 0))
            return -1;
    return 0;
}

static int gather_figures(const struct gathering *g,
                          const struct figure_kind *kind, struct err *err)
{
    struct figure_table t = {
        .kind = kind,
        .methods = &g->args->settings->methods,
        .class_name = (const char(*)[CONFIG_NAME_MAX])g->data.class_name,
        .n_class = g->data.n_class,
        .resamples = (int)g->args->settings->bootstrap,
        .seed = g->args->seed,
    };
    struct buf text = {0};
    int rc = -1;

    if (read_figures(g, &t, err) == 0 && figures_write(&t, &text, err) == 0)
        rc = write_table(g, kind->name, &text, err);
    figures_release(&t);
    buf_release(&text);
    return rc;
}

static int gather_all(const struct gathering *g, struct err *err)
{
    for (int k = 0; k < FIGURE_KINDS; k++) {
        const struct figure_kind *kind =
            explain_kind(g->args->settings, (enum figure_kinds)k);

        if (kind && gather_figures(g, kind, err) < 0)
            return -1;
    }
    return gather_scores(g, err);
}

int explain_gather(const struct explain_args *a, struct err *err)
{
    struct gathering g = {.args = a};
    int rc = -1;

    if (file_path(g.cells, err, "%s/cells", a->out) < 0 ||
        dir_make(g.cells, err) < 0 || store_open(&g.data, a->data, err) < 0)
        return -1;
    if (dir_list(g.cells, &g.name, &g.n, err) == 0 && gather_all(&g, err) == 0)
        rc = dir_remove(g.cells, err);
    dir_list_free(g.name, g.n);
    store_close(&g.data);
    return rc;
}
