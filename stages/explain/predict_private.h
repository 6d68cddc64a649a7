/*
 * predict_private.h - what predict_command.c, predict_text.c and
 * predict_picture.c share
 */
#ifndef EXPLAIN_PREDICT_PRIVATE_H
#define EXPLAIN_PREDICT_PRIVATE_H

#include "base/buf.h"
#include "evaluation/inference.h"
#include "img/image.h"
#include "stages/explain/explain_picture.h"
#include "stages/explain/predict_command.h"

enum { PREDICT_BATCH = SCORER_BATCH, PREDICT_NAME_WIDTH = 60 };

/* One line. */
struct predict_line {
    const char *file;    /* borrowed */
    const char *aside;   /* why it could not be read, or NULL; borrowed */
    const float *p;      /* (n_class) borrowed */
    int predicted;       /* the class */
    const char *picture; /* path of its explanation, or "" */
};

/* Append the table's first line; names take 'width' columns. */
void predict_head(const struct model_info *m, int width, struct buf *b);

/* Append a line of the table, of JSON, of predictions.csv. */
void predict_row(const struct model_info *m, int width,
                 const struct predict_line *l, struct buf *b);
MUST_USE int predict_json(const struct model_info *m,
                          const struct predict_line *l, struct buf *b,
                          struct err *err);
void predict_csv_head(const struct model_info *m, struct buf *b);
void predict_csv(const struct model_info *m, const struct predict_line *l,
                 struct buf *b);

/* What explains pictures. */
struct predict_painter {
    const struct explainer *method;
    struct explain_picture look;
    float *heat;        /* owned: (h, w) */
    uint8_t *view;      /* owned: (h, w) */
    struct image strip; /* owned */
};

/*
 * Prepare explainer 'method' of the model in 'path'.
 *   many [in] the same model, GRAPH_INFER, for many passes; borrowed
 * Errors: ERR_USAGE no such method; as explain_picture_init().
 */
MUST_USE int predict_painter_init(struct predict_painter *t, const char *path,
                                  const char *method, struct inference *many,
                                  struct err *err);
void predict_painter_release(struct predict_painter *t);

/* Explain class 'target' of rgb (h, w, 3), a cell of that size before, and
 * write the picture.  Errors: ERR_SYSTEM. */
MUST_USE int predict_paint(struct predict_painter *t, const uint8_t *rgb,
                           const struct cell_size *size, int target,
                           const char *path, struct err *err);

#endif
