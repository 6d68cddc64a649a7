/*
 * predict_private.h - what predict_command.c, predict_options.c, predict_text.c
 * and predict_picture.c share
 */
#ifndef EXPLAIN_PREDICT_PRIVATE_H
#define EXPLAIN_PREDICT_PRIVATE_H

#include "base/buf.h"
#include "evaluation/inference.h"
#include "img/image.h"
#include "stages/explain/explain_picture.h"
#include "stages/explain/predict_command.h"
#include "stats/outcomes.h"

enum { PREDICT_BATCH = SCORER_BATCH, PREDICT_NAME_WIDTH = 60 };

/* What lines tell. */
struct predict_columns {
    const struct model_info *model;         /* borrowed */
    const struct predict_command_args *ask; /* borrowed */
    int width;                              /* of names in the table */
};

/* One line. */
struct predict_line {
    const char *file;   /* borrowed */
    const char *aside;  /* why it could not be read, or NULL; borrowed */
    const double *p;    /* (n_class) as they are told; borrowed */
    const double *said; /* (n_class) without temperature; borrowed */
    int predicted;      /* the class */
    double abnormal;    /* with a threshold: probability of such classes, */
    bool raised;        /* and is it at least that? */
    const bool *set;    /* (n_class) with sets; borrowed */
    int n_set;          /* classes in it */
    double distance, beyond;        /* with unlike: of predict_unlike.h */
    char (*picture)[FILE_PATH_MAX]; /* (n_method) paths; borrowed */
};

/* Append the first line of the table or of predictions.csv. */
void predict_head(const struct predict_columns *c, struct buf *b);
void predict_csv_head(const struct predict_columns *c, struct buf *b);

/* Append a line of the table, of JSON, of predictions.csv. */
void predict_row(const struct predict_columns *c, const struct predict_line *l,
                 struct buf *b);
MUST_USE int predict_json(const struct predict_columns *c,
                          const struct predict_line *l, struct buf *b,
                          struct err *err);
void predict_csv(const struct predict_columns *c, const struct predict_line *l,
                 struct buf *b);

/* What explains pictures. */
struct predict_painter {
    const struct explainer *method[PREDICT_METHODS_MAX];
    int n_method; /* 0: nothing is explained */
    struct explain_picture look;
    float *heat;        /* owned: (h, w) */
    uint8_t *view;      /* owned: (h, w) */
    struct image strip; /* owned */
};

/*
 * Prepare the explainers that 'ask' names, of the model in 'path'.
 *   many [in] the same model, GRAPH_INFER, for many passes; borrowed
 * Errors: ERR_USAGE no such method; as explain_picture_init().
 */
MUST_USE int predict_painter_init(struct predict_painter *t, const char *path,
                                  const struct predict_command_args *ask,
                                  struct inference *many, struct err *err);
void predict_painter_release(struct predict_painter *t);

/* The map of method number 'm' of the picture that t->look looks at, in t's own
 * memory until the next.  Errors: ERR_SYSTEM. */
MUST_USE int predict_painter_map(struct predict_painter *t, int m,
                                 struct explainer_map *map, struct err *err);

/* Draw what that says, and write it.  Errors: ERR_SYSTEM. */
MUST_USE int predict_painter_write(struct predict_painter *t, int m,
                                   const struct explainer_map *map,
                                   const char *path, struct err *err);

/* DIR/000012_NAME.png of picture 'i', or 000012_NAME_METHOD.png of several
 * methods, without NAME's ending.  Errors: as file_path(). */
MUST_USE int predict_painter_name(char path[FILE_PATH_MAX],
                                  const struct predict_command_args *a,
                                  size_t i, int method, struct err *err);

#endif
