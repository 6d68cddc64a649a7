/*
 * tell_private.h - what predict_command.c, predict_text.c and predict_picture.c share
 */
#ifndef EXPLAIN_TELL_PRIVATE_H
#define EXPLAIN_TELL_PRIVATE_H

#include "base/buf.h"
#include "evaluation/inference.h"
#include "img/image.h"
#include "stages/explain/explainer.h"
#include "stages/explain/predict_command.h"

enum { TELL_BATCH = SCORER_BATCH, TELL_NAME_WIDTH = 60 };

/* One line. */
struct told_line {
    const char *file;    /* borrowed */
    const char *aside;   /* why it could not be read, or NULL; borrowed */
    const float *p;      /* (n_class) borrowed */
    int said;            /* the class */
    const char *picture; /* path of its explanation, or "" */
};

/* Append the table's first line; names take 'width' columns. */
void tell_head(const struct model_info *m, int width, struct buf *b);

/* Append a line of the table, of JSON, of predictions.csv. */
void tell_row(const struct model_info *m, int width, const struct told_line *l,
              struct buf *b);
MUST_USE int tell_json(const struct model_info *m, const struct told_line *l,
                       struct buf *b, struct err *err);
void tell_csv_head(const struct model_info *m, struct buf *b);
void tell_csv(const struct model_info *m, const struct told_line *l,
              struct buf *b);

/* What explains pictures. */
struct tell_painter {
    const struct explainer *method;
    struct explain_settings settings;
    uint64_t seed;
    struct predictor net;       /* every layer readable, with gradients */
    struct scorer scorer;       /* many passes through another graph */
    struct gradients gradients; /* of 'net' */
    float *x, *heat;            /* owned: (h, w, 3), (h, w) */
    uint8_t *view;              /* owned: (h, w) */
    struct image strip;         /* owned */
};

/*
 * Prepare explainer 'method' of the model in 'path'.
 *   many [in] the same model, GRAPH_INFER, for many passes; borrowed
 * Errors: ERR_USAGE no such method; as predict_open().
 */
MUST_USE int tell_painter_init(struct tell_painter *t, const char *path,
                               const char *method, const struct predictor *many,
                               struct err *err);
void tell_painter_release(struct tell_painter *t);

/* Explain class 'target' of rgb (h, w, 3), and write the picture.
 * Errors: ERR_SYSTEM. */
MUST_USE int tell_paint(struct tell_painter *t, const uint8_t *rgb, int target,
                        const char *path, struct err *err);

#endif
