#include "stages/explain/explain_sheets.h"

#include "img/decode.h"
#include "img/png.h"
#include "img/sheet.h"
#include "stages/explain/explainer.h"
#include "stages/explain/heatmap_image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PANELS = 3 * CONFIG_LIST_MAX + 3, LINES = 2, WORDS = 256 };

/* Columns of scores.csv that are read. */
enum score_column {
    COL_FILE,
    COL_LABEL,
    COL_PREDICTED,
    COL_TARGET,
    COL_P,
    COL_METHOD,
    COL_STRIP,
    COLUMNS
};

static const char *const column_name[COLUMNS] = {
    "file", "label", "predicted", "target", "p", "method", "strip"};

struct sheets {
    const struct explain_args *args;
    const struct store *data;
    struct csv scores;             /* owned */
    size_t column[COLUMNS];        /* of scores */
    char title[MAX_PANELS][WORDS]; /* of columns */
    int n_panel;                   /* without the scale */
    int w, h;                      /* of a panel */
    uint8_t *panel;                /* owned: (h, w, 3) */
};

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

static void add_title(struct sheets *s, const char *words)
{
    snprintf(s->title[s->n_panel++], WORDS, "%s", words);
}

static int set_titles(struct sheets *s, bool contours, struct err *err)
{
    const struct word_list *methods = &s->args->settings->methods;

    add_title(s, "");
    for (int i = 0; i < methods->n; i++) {
        const struct explainer *x = explainer_find(methods->word[i], err);

        if (!x)
            return -1;
        add_title(s, x->title);
        if (x->has_views) {
            add_title(s, "what speaks for it");
            add_title(s, "for it, against it");
        }
    }
    if (contours)
        add_title(s, "contours");
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

    snprintf(words, WORDS, "%.60s %.60s %.0f %%", slash ? slash + 1 : file,
             score_field(s, i, COL_PREDICTED),
             100.0 * strtod(score_field(s, i, COL_P), NULL));
}

/* Panel 'k' of a strip. */
static void cut_panel(struct sheets *s, const struct image *strip, int k)
{
    for (int y = 0; y < s->h; y++)
        memcpy(s->panel + 3 * (size_t)y * (size_t)s->w,
               image_row(strip, y) + 3 * k * (s->w + HEATMAP_GAP),
               3 * (size_t)s->w);
}

/* White, with the scale that every strip has at its right end. */
static void cut_scale(struct sheets *s, const struct image *strip)
{
    memset(s->panel, 255, 3 * (size_t)s->w * (size_t)s->h);
    for (int y = 0; y < s->h; y++)
        memcpy(s->panel + 3 * (size_t)y * (size_t)s->w,
               image_row(strip, y) + 3 * (strip->w - HEATMAP_BAR),
               3 * HEATMAP_BAR);
}

/* Row 'at' of the sheet: the cell of line 'i'. */
static int put_cell(struct sheets *s, struct sheet *sheet, int at, size_t i,
                    struct err *err)
{
    const int first = at * (s->n_panel + 1);
    char path[FILE_PATH_MAX], words[WORDS];
    struct image strip = {0};
    int rc = 0;

    cell_words(s, i, words);
    if (file_path(path, err, "%s/%s", s->args->out,
                  score_field(s, i, COL_STRIP)) < 0 ||
        decode_read(&strip, path, err) < 0)
        return -1;
    if (strip.w !=
            heatmap_image_strip_width(s->w / HEATMAP_SCALE, s->n_panel) ||
        strip.h != s->h)
        rc = err_set(err, ERR_INPUT, "'%s' is no strip of %d panels", path,
                     s->n_panel);
    for (int k = 0; rc == 0 && k < s->n_panel; k++) {
        cut_panel(s, &strip, k);
        rc =
            sheet_put(sheet, first + k, s->panel, k ? s->title[k] : words, err);
    }
    if (rc == 0) {
        cut_scale(s, &strip);
        rc = sheet_put(sheet, first + s->n_panel, s->panel,
                       "relevance 1 (top) to 0", err);
    }
    image_release(&strip);
    return rc;
}

static int write_sheet(struct sheets *s, const char *class_name, bool wrong,
                       int n, struct err *err)
{
    const struct sheet_shape shape = {.n = n * (s->n_panel + 1),
                                      .columns = s->n_panel + 1,
                                      .w = s->w,
                                      .h = s->h,
                                      .zoom = 1,
                                      .lines = LINES};
    struct sheet sheet = {0};
    char path[FILE_PATH_MAX];
    int at = 0, rc = sheet_init(&sheet, &shape, err);

    for (size_t i = 0; rc == 0 && at < n && i < s->scores.n_row; i++)
        if (is_of_sheet(s, i, class_name, wrong))
            rc = put_cell(s, &sheet, at++, i, err);
    if (rc == 0)
        rc = file_path(path, err, "%s/sheets/%s_%s.png", s->args->out,
                       class_name, wrong ? "wrong" : "correct");
    if (rc == 0)
        rc = png_write(&sheet.im, path, err);
    sheet_release(&sheet);
    return rc;
}

static int write_sheets(struct sheets *s, struct err *err)
{
    for (int k = 0; k < 2 * s->data->n_class; k++) {
        const char *class_name = s->data->class_name[k / 2];
        int n = 0;

        for (size_t i = 0; i < s->scores.n_row; i++)
            n += is_of_sheet(s, i, class_name, k % 2);
        if (n > SHEET_MAX_ROWS)
            n = SHEET_MAX_ROWS;
        if (n > 0 && write_sheet(s, class_name, k % 2, n, err) < 0)
            return -1;
    }
    return 0;
}

int explain_sheets(const struct explain_args *a, const struct store *data,
                   bool contours, struct err *err)
{
    struct sheets s = {.args = a,
                       .data = data,
                       .w = (int)data->w * HEATMAP_SCALE,
                       .h = (int)data->h * HEATMAP_SCALE};
    char path[FILE_PATH_MAX];
    int rc = -1;

    if (set_titles(&s, contours, err) < 0 ||
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
