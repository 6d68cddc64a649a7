/*
 * papline.h - a trained network of Papline in another program
 *
 *     struct papline_error error;
 *     struct papline_model *m = papline_load("bundle", 0, &error);
 *     ... papline_read(m, "cell.png", rgb, size, &error) ...
 *     ... papline_predict(m, &pictures, p, &error) ...
 *     papline_free(m);
 *
 * Faults: functions that can fail return NULL or -1 and fill *error, which may
 * be NULL; else they return 0, or what is said there.  Nothing here ends the
 * process, writes to its streams or waits for a signal; only a fault of Papline
 * itself aborts, as a failed assert() does.
 *
 * Memory: arrays belong to the caller, in C order and native byte order; what a
 * text points to belongs to the model.
 *
 * Threads: functions may be called from any number of threads at once, also of
 * one model: papline_predict(), papline_explain() and papline_features() of one
 * model wait for each other, those of two models do not.  papline_free() is the
 * last call for its model.  OpenMP divides the work; a process that forks must
 * not have called them before, unless the child calls exec().
 *
 * The process: libvips is started with one thread a picture and no cache;
 * malloc() keeps blocks of up to 32 MB; OpenBLAS computes in one thread while
 * one of the three works, also for others in the process, and then has as many
 * as before.  The first papline_load() may give OpenBLAS better kernels, if
 * OPENBLAS_CORETYPE is not set: no other thread may use it meanwhile.
 *
 * Results are those of the program papline predict, to the bit, for the same
 * pictures in the same order, with the same libraries on the same machine;
 * other batches or processors agree up to rounding.
 *
 * Of two libraries libpapline.so.N with one N, the newer one has all that the
 * older one has.
 */
#ifndef PAPLINE_H
#define PAPLINE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum papline_code {
    PAPLINE_USAGE = 1,  /* an argument is wrong: mend the call */
    PAPLINE_INPUT = 2,  /* this file is bad: set it aside, go on */
    PAPLINE_SYSTEM = 4, /* no memory, or a library failed */
};

struct papline_error {
    int code;       /* enum papline_code; not changed by what succeeds */
    char text[512]; /* one line: what, where, what to do */
};

struct papline_model;

/* Pictures as the model takes them. */
struct papline_pictures {
    const uint8_t *rgb; /* (n, height, width, 3) of papline_read() or _fit() */
    const int *size;    /* (n, 2) width and height of each before that, pixels;
                           NULL unless papline_takes_size() */
    size_t n;           /* any number; in batches of 32 */
};

/* "0.1.0" */
const char *papline_version(void);

/*
 * Load a model, which the caller frees.
 *   path    [in] a bundle's directory, or model.safetensors of a training
 *   threads [in] that its calls use; 0: as many as OpenMP would start
 * Errors: PAPLINE_USAGE threads below 0, an encoder; PAPLINE_INPUT it is
 * missing, damaged or no model; PAPLINE_SYSTEM.
 */
struct papline_model *papline_load(const char *path, int threads,
                                   struct papline_error *error);
void papline_free(struct papline_model *m); /* NULL is allowed */

/* Classes that it tells apart; the name of class i, or NULL if there is none. */
int papline_n_class(const struct papline_model *m);
const char *papline_class(const struct papline_model *m, int i);

/* Of the pictures that it takes, pixels. */
int papline_width(const struct papline_model *m);
int papline_height(const struct papline_model *m);

/* 1 if it needs the size of each cell as well, else 0. */
int papline_takes_size(const struct papline_model *m);

/*
 * Read a picture file (BMP, JPEG, PNG, TIFF or WebP) as the model's own were.
 *   rgb  [out] (height, width, 3)
 *   size [out] (2) width and height before that; may be NULL
 * Returns 1, not 0, if it looks like a whole field of several cells, of which a
 * model of single cells can say nothing.
 * Errors: PAPLINE_INPUT missing, damaged or too large; PAPLINE_SYSTEM.
 */
int papline_read(const struct papline_model *m, const char *path, uint8_t *rgb,
                 int *size, struct papline_error *error);

/*
 * The same of a picture in memory: pixels (height, width, 3), red first.
 * Errors: PAPLINE_INPUT a size that no picture has; PAPLINE_SYSTEM.
 */
int papline_fit(const struct papline_model *m, const uint8_t *pixels, int width,
                int height, uint8_t *rgb, struct papline_error *error);

/*
 * Probabilities of the classes.
 *   p [out] (n, n_class) each row sums up to 1
 * Errors: PAPLINE_USAGE sizes are missing or below 1; PAPLINE_INPUT what the
 * network says is not a number.
 */
int papline_predict(struct papline_model *m,
                    const struct papline_pictures *pictures, float *p,
                    struct papline_error *error);

/*
 * Where the model looked: one map for each picture.
 *   method [in]  "gradcam", or another explainer that papline explains with
 *   target [in]  (n) classes that are asked about; NULL: the predicted ones
 *   map    [out] (n, height, width) 0 .. 1, 0 where nothing speaks for it
 * The first call loads the model once more.
 * Errors: as papline_predict(); PAPLINE_INPUT the model's file has been
 * replaced; PAPLINE_USAGE an unknown method (the text lists all), a class that
 * there is not; PAPLINE_SYSTEM.
 */
int papline_explain(struct papline_model *m,
                    const struct papline_pictures *pictures, const char *method,
                    const int *target, float *map, struct papline_error *error);

/*
 * What the network makes of pictures, without its head: the output of its
 * trunk, averaged over rows and columns, as papline features writes it.
 *   x [out] (n, papline_n_feature())
 * The first call of either loads the model once more.
 * Errors: PAPLINE_INPUT its file has been replaced; PAPLINE_SYSTEM.
 */
int papline_n_feature(struct papline_model *m, struct papline_error *error);
int papline_features(struct papline_model *m,
                     const struct papline_pictures *pictures, float *x,
                     struct papline_error *error);

#ifdef __cplusplus
}
#endif

#endif
