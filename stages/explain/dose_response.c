#include "stages/explain/dose_response.h"

#include <stdio.h>
#include <stdlib.h>

enum control { CONTROL_NONE, CONTROL_ROUND_TRIP, CONTROL_GROUND, CONTROLS };

enum { PICTURES_MAX = 1 + CELL_EDITS * EDIT_DOSES * CONTROLS };

static const char *const control_word[CONTROLS] = {"none", "round_trip",
                                                   "ground"};

/* What was done to a picture. */
struct trial {
    const char *edit;
    enum control control;
    double dose, change;
};

struct trials {
    const struct cell_edit *e;
    uint8_t *pixels; /* owned: (PICTURES_MAX, h, w, 3) */
    struct trial list[PICTURES_MAX];
    size_t n, bytes; /* pictures; bytes of one */
    enum preprocess input;
};

void dose_response_header(const struct store *data, struct buf *out)
{
    char name[CONFIG_NAME_MAX + 8];

    buf_puts(out, "row,file,label,predicted,edit,control,dose,change");
    for (int c = 0; c < data->n_class; c++) {
        snprintf(name, sizeof(name), "p_%s", data->class_name[c]);
        buf_csv_next(out, name);
    }
    buf_puts(out, "\n");
}

/* The next picture, to be filled in. */
static uint8_t *next_picture(const struct trials *t)
{
    BUG_ON(t->n >= PICTURES_MAX);
    return t->pixels + t->n * t->bytes;
}

static double add_trial(struct trials *t, const char *edit,
                        enum control control, double dose)
{
    const double change = cell_edit_change(t->e, next_picture(t));

    t->list[t->n++] = (struct trial){edit, control, dose, change};
    return change;
}

/* An edit, its doses and controls. */
static void make_edits(struct trials *t, enum cell_edit_kind kind)
{
    const double *dose = cell_edit_doses(kind);
    const char *name = cell_edit_name(kind);
    const int trips = kind == EDIT_NUCLEUS_LARGER ? EDIT_DOSES : 1;

    for (int k = 0; k < EDIT_DOSES; k++) {
        double change;

        if (!cell_edit_apply(t->e, kind, dose[k], next_picture(t)))
            continue;
        change = add_trial(t, name, CONTROL_NONE, dose[k]);
        if (cell_edit_ground(t->e, change, next_picture(t)))
            add_trial(t, name, CONTROL_GROUND, dose[k]);
    }
    for (int k = 0; k < trips; k++)
        if (cell_edit_round_trip(t->e, kind, dose[k], next_picture(t)))
            add_trial(t, name, CONTROL_ROUND_TRIP,
                      kind == EDIT_NUCLEUS_LARGER ? dose[k] : 0.0);
}

static void make_pictures(struct trials *t)
{
    for (size_t i = 0; i < t->bytes; i++)
        t->pixels[i] = t->e->rgb[i];
    add_trial(t, "none", CONTROL_NONE, 0.0);
    for (int kind = 0; kind < CELL_EDITS; kind++)
        make_edits(t, (enum cell_edit_kind)kind);
}

static void fill_input(const void *self, size_t i, float *x)
{
    const struct trials *t = self;

    preprocess(t->input, t->pixels + i * t->bytes, t->bytes / 3, x);
}

static void put_lines(const struct dose_response_args *a,
                      const struct trials *t, const float *p, struct buf *out)
{
    const struct store *s = a->data;
    const struct csv *index = &s->index;
    const size_t k = (size_t)s->n_class;

    for (size_t i = 0; i < t->n; i++) {
        const struct trial *r = &t->list[i];

        buf_printf(out, "%zu,", a->cell->row);
        buf_csv(out, csv_field(index, a->cell->row, csv_column(index, "file")));
        buf_csv_next(out, s->class_name[a->cell->truth]);
        buf_csv_next(out, s->class_name[a->cell->predicted]);
        buf_printf(out, ",%s,%s,%g,%.4f", r->edit, control_word[r->control],
                   r->dose, r->change);
        for (size_t c = 0; c < k; c++)
            buf_printf(out, ",%.6f", (double)p[i * k + c]);
        buf_puts(out, "\n");
    }
}

int dose_response_measure(const struct dose_response_args *a,
                          const struct cell_edit *e, struct buf *out,
                          struct err *err)
{
    struct trials t = {
        .e = e, .bytes = 3 * (size_t)e->h * (size_t)e->w, .input = a->input};
    const size_t k = (size_t)a->data->n_class;
    float *p = malloc(PICTURES_MAX * k * sizeof(*p));

    t.pixels = malloc(PICTURES_MAX * t.bytes);
    if (!p || !t.pixels) {
        free(p);
        free(t.pixels);
        return err_set(err, ERR_SYSTEM, "no memory for %d pictures of a cell",
                       PICTURES_MAX);
    }
    make_pictures(&t);
    scorer_probabilities(a->scorer, t.n, fill_input, &t, p);
    put_lines(a, &t, p, out);
    free(p);
    free(t.pixels);
    return buf_check(out, err);
}
