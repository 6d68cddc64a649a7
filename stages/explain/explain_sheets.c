#include "stages/explain/explain_sheets.h"

#include "img/decode.h"
#include "img/png.h"
#include "img/sheet.h"
#include "stages/explain/explainer.h"
#include "stages/explain/heatmap_image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_COLUMNS = CONFIG_LIST_MAX + 2,
    LINES = 2,
    WORDS = 256,
    FILE_NAME = CONFIG_NAME_MAX + 12
};

/* Columns of scores.csv that are read. */
enum score_column {
    COL_FILE,
    COL_LABEL,
    COL_PREDICTED,
    COL_TARGET,
    COL_P,
    COL_METHOD,
    COL_STRIP,
    COL_SAME,
    COL_NOTE,
    COLUMNS
};

static const char *const column_name[COLUMNS] = {
    "file",   "label", "predicted", "target", "p",
    "method", "strip", "same_as",   "note"};

struct sheets {
    const struct explain_args *args;
    const struct store *data;
    struct csv scores;      /* owned */
    size_t column[COLUMNS]; /* of scores */
    const struct explainer *method[CONFIG_LIST_MAX];
    int n_method;
    bool contours;
    int w, h;       /* of a panel */
    uint8_t *panel; /* owned: (h, w, 3) */
};

/* Panels in a row of the sheet: the cell, each method, the contours if there are
 * any, the scale. */
static int row_panels(const struct sheets *s)
{
    return 1 + s->n_method + s->contours + 1;
}

static int find_columns(struct sheets *s, const char *path, struct err *err)
{
    for (int c = 0; c < COLUMNS; c++) {
        const int k = csv_column(&s->scores, column_name[c]);

        if (k < 0)
            return err_set(err, ERR_INPUT, "'%s' has no column '%s'", path,
                           column_name[c]);
        s->column[c] = (size_t)k;
    }
    return 0;
}

static const char *score_field(const struct sheets *s, size_t i,
                               enum score_column c)
{
    return csv_get(&s->scores, i, s->column[c]);
}

static int find_methods(struct sheets *s, struct err *err)
{
    const struct word_list *names = &s->args->settings->methods;

    for (int i = 0; i < names->n; i++) {
        s->method[i] = explainer_find(names->word[i], err);
        if (!s->method[i])
            return -1;
    }
    s->n_method = names->n;
    return 0;
}

/* Does line 'i' stand for a cell of this sheet?  The first method's does. */
static bool is_of_sheet(const struct sheets *s, size_t i,
                        const char *class_name, bool wrong)
{
    const char *truth = score_field(s, i, COL_LABEL);
    const char *predicted = score_field(s, i, COL_PREDICTED);

    return strcmp(truth, class_name) == 0 &&
           (strcmp(truth, predicted) != 0) == wrong &&
           strcmp(score_field(s, i, COL_TARGET), predicted) == 0 &&
           strcmp(score_field(s, i, COL_METHOD),
                  s->args->settings->methods.word[0]) == 0;
}

static void cell_words(const struct sheets *s, size_t i, char words[WORDS])
{
    const char *file = score_field(s, i, COL_FILE), *slash = strrchr(file, '/');

    snprintf(words, WORDS, "called %.60s, %.0f %% (%.60s)",
             score_field(s, i, COL_PREDICTED),
             100.0 * strtod(score_field(s, i, COL_P), NULL),
             slash ? slash + 1 : file);
}

/* Columns from 'left' on of a strip, 'w' of them; the rest of the panel is
 * white. */
static void cut_panel(struct sheets *s, const struct image *strip, int left,
                      int w)
{
    memset(s->panel, HEATMAP_PAPER, 3 * (size_t)s->w * (size_t)s->h);
    for (int y = 0; y < s->h; y++)
        memcpy(s->panel + 3 * (size_t)y * (size_t)s->w,
               image_row(strip, heatmap_image_top() + y) + (ptrdiff_t)3 * left,
               3 * (size_t)w);
}

/* A row of the sheet that is being filled. */
struct sheet_row {
    struct sheet *sheet; /* borrowed */
    struct image strip;  /* owned */
    int next, at;        /* panel of the sheet, of the strip */
};

/* The strip's next panel, or white. */
static int put_panel(struct sheets *s, struct sheet_row *r, bool there,
                     const char *words, struct err *err)
{
    if (there)
        cut_panel(s, &r->strip,
                  heatmap_image_left(s->w / HEATMAP_SCALE, r->at++), s->w);
    else
        cut_panel(s, &r->strip, 0, 0);
    return sheet_put(r->sheet, r->next++, s->panel, words, err);
}

/* The method of a line, whose panel is missing if another's is the same. */
static int put_method(struct sheets *s, struct sheet_row *r, int method,
                      size_t line, struct err *err)
{
    const char *same = score_field(s, line, COL_SAME);
    const char *note = score_field(s, line, COL_NOTE);
    const struct explainer *other = *same ? explainer_find(same, err) : NULL;
    char words[WORDS];

    if (*same && !other)
        return -1;
    snprintf(words, sizeof(words), "%s%s%s%s%s",
             explainer_title(s->method[method]), other ? ": the same as " : "",
             other ? explainer_title(other) : "", *note ? ", " : "", note);
    return put_panel(s, r, !other, words, err);
}

static int put_panels(struct sheets *s, struct sheet_row *r, size_t i,
                      struct err *err)
{
    const int bar = HEATMAP_BAR < s->w ? HEATMAP_BAR : s->w;
    char words[WORDS];

    cell_words(s, i, words);
    if (put_panel(s, r, true, words, err) < 0)
        return -1;
    for (int m = 0; m < s->n_method; m++)
        if (put_method(s, r, m, i + (size_t)m, err) < 0)
            return -1;
    if (s->contours && put_panel(s, r, true, "contours", err) < 0)
        return -1;
    cut_panel(s, &r->strip, r->strip.w - HEATMAP_SIDE - HEATMAP_BAR, bar);
    return sheet_put(r->sheet, r->next, s->panel,
                     "each map's largest value (top) to its least", err);
}

/* Panels of the strip of the cell whose lines begin at 'i'. */
static int strip_panels(const struct sheets *s, size_t i)
{
    int n = 1 + s->contours;

    for (int m = 0; m < s->n_method && i + (size_t)m < s->scores.n_row; m++)
        n += *score_field(s, i + (size_t)m, COL_SAME) == '\0';
    return n;
}

/* Row 'at' of the sheet: the cell whose lines begin at 'i'. */
static int put_cell(struct sheets *s, struct sheet *sheet, int at, size_t i,
                    struct err *err)
{
    struct sheet_row r = {.sheet = sheet, .next = at * row_panels(s)};
    const int n = strip_panels(s, i), w = s->w / HEATMAP_SCALE;
    char path[FILE_PATH_MAX];
    int rc;

    if (file_path(path, err, "%s/%s", s->args->out,
                  score_field(s, i, COL_STRIP)) < 0 ||
        decode_read(&r.strip, path, err) < 0)
        return -1;
    if (i + (size_t)s->n_method > s->scores.n_row ||
        r.strip.w != heatmap_image_strip_width(w, n) ||
        r.strip.h != heatmap_image_strip_height(s->h / HEATMAP_SCALE))
        rc = err_set(err, ERR_INPUT, "'%s' is no strip of %d panels", path, n);
    else
        rc = put_panels(s, &r, i, err);
    image_release(&r.strip);
    return rc;
}

/* A class as a file's name: where it has slashes, with its number behind. */
static void name_sheet(const struct sheets *s, int class, char name[FILE_NAME])
{
    const char *is = s->data->class_name[class];

    if (!strchr(is, '/'))
        snprintf(name, FILE_NAME, "%s", is);
    else
        snprintf(name, FILE_NAME, "%s-%d", is, class);
    for (char *c = name; (c = strchr(c, '/'));)
        *c = '_';
}

static int write_sheet(struct sheets *s, int class, bool wrong, int n,
                       struct err *err)
{
    const char *class_name = s->data->class_name[class];
    char path[FILE_PATH_MAX], name[FILE_NAME], heading[WORDS];
    const struct sheet_shape shape = {.n = n * row_panels(s),
                                      .columns = row_panels(s),
                                      .w = s->w,
                                      .h = s->h,
                                      .zoom = 1,
                                      .lines = LINES,
                                      .heading = heading};
    struct sheet sheet = {0};
    int at = 0, rc;

    snprintf(
        heading, sizeof(heading),
        "%.100s, classified %s: what speaks for the class that the cell is "
        "called, by each method",
        class_name, wrong ? "wrong" : "right");
    rc = sheet_init(&sheet, &shape, err);

    for (size_t i = 0; rc == 0 && at < n && i < s->scores.n_row; i++)
        if (is_of_sheet(s, i, class_name, wrong))
            rc = put_cell(s, &sheet, at++, i, err);
    name_sheet(s, class, name);
    if (rc == 0)
        rc = file_path(path, err, "%s/sheets/%s_%s.png", s->args->out, name,
                       wrong ? "wrong" : "correct");
    if (rc == 0)
        rc = png_write(&sheet.im, path, err);
    sheet_release(&sheet);
    return rc;
}

static int write_sheets(struct sheets *s, struct err *err)
{
    const struct sheet_shape row = {.columns = row_panels(s),
                                    .w = s->w,
                                    .h = s->h,
                                    .zoom = 1,
                                    .lines = LINES,
                                    .heading = ""};
    const int fit = sheet_most_rows(&row);
    const int most = fit < SHEET_MAX_ROWS ? fit : SHEET_MAX_ROWS;

    for (int k = 0; k < 2 * s->data->n_class; k++) {
        const char *class_name = s->data->class_name[k / 2];
        int n = 0;

        for (size_t i = 0; i < s->scores.n_row; i++)
            n += is_of_sheet(s, i, class_name, k % 2);
        if (n > most)
            n = most;
        if (n > 0 && write_sheet(s, k / 2, k % 2, n, err) < 0)
            return -1;
    }
    return 0;
}

int explain_sheets(const struct explain_args *a, const struct store *data,
                   bool contours, struct err *err)
{
    struct sheets s = {.args = a,
                       .data = data,
                       .contours = contours,
                       .w = (int)data->w * HEATMAP_SCALE,
                       .h = (int)data->h * HEATMAP_SCALE};
    char path[FILE_PATH_MAX];
    int rc = -1;

    if (find_methods(&s, err) < 0 ||
        file_path(path, err, "%s/sheets", a->out) < 0 ||
        file_dir_make(path, err) < 0 ||
        file_path(path, err, "%s/scores.csv", a->out) < 0 ||
        csv_read(&s.scores, path, err) < 0)
        return -1;
    if (find_columns(&s, path, err) < 0) {
        csv_release(&s.scores);
        return -1;
    }
    s.panel = malloc(3 * (size_t)s.w * (size_t)s.h);
    if (s.panel)
        rc = write_sheets(&s, err);
    else
        err_set(err, ERR_SYSTEM, "no memory for a panel");
    free(s.panel);
    csv_release(&s.scores);
    return rc;
}
