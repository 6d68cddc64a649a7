#include "stages/preprocess/baseline.h"

#include "stats/lapack.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    ITERATIONS = 100, /* at most */
    HALVINGS = 30,    /* of a step, at most */
};

const char *const baseline_feature[BASELINE_FEATURES] = {
    "width", "height", "mean_r", "mean_g", "mean_b", "std_r", "std_g", "std_b"};

/* One fit: features first .. first+d-1 of the rows, standardised. */
struct fit {
    const struct baseline_rows *rows; /* borrowed */
    size_t first, d, k;               /* features, classes */
    size_t n_train;
    size_t len; /* of w: k (d + 1), the offset last in each class */
    double mean[BASELINE_FEATURES], scale[BASELINE_FEATURES];
    double *block; /* owned: all below */
    double *w, *g, *step, *trial, *trial_g;
    double *h; /* (len, len) second derivatives, the upper triangle */
};

static double dot_product(const double *a, const double *b, size_t n)
{
    double sum = 0.0;

    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

static bool in_split(const struct baseline_rows *r, size_t i, enum split s)
{
    return r->label[i] >= 0 && r->split[i] == s;
}

static double feature_at(const struct fit *f, size_t row, size_t j)
{
    return (double)f->rows->feature[row * BASELINE_FEATURES + f->first + j];
}

/* Row i, standardised, with a 1 behind for the offset. */
static void row_of(const struct fit *f, size_t i, double *x)
{
    for (size_t j = 0; j < f->d; j++)
        x[j] = (feature_at(f, i, j) - f->mean[j]) / f->scale[j];
    x[f->d] = 1.0;
}

static void standardise_features(struct fit *f)
{
    const size_t n = f->rows->n;

    for (size_t j = 0; j < f->d; j++) {
        double sum = 0.0, var = 0.0;

        for (size_t i = 0; i < n; i++)
            if (in_split(f->rows, i, SPLIT_TRAIN))
                sum += feature_at(f, i, j);
        f->mean[j] = sum / (double)f->n_train;
        for (size_t i = 0; i < n; i++)
            if (in_split(f->rows, i, SPLIT_TRAIN))
                var += pow(feature_at(f, i, j) - f->mean[j], 2.0);
        f->scale[j] = sqrt(var / (double)f->n_train);
        if (f->scale[j] < 1e-9)
            f->scale[j] = 1.0;
    }
}

/* p = softmax(w x); returns the log of the sum that divides, plus the top. */
static double softmax_row(const struct fit *f, const double *w, const double *x,
                          double *p)
{
    double top = -INFINITY, sum = 0.0;

    for (size_t c = 0; c < f->k; c++) {
        p[c] = dot_product(w + c * (f->d + 1), x, f->d + 1);
        top = fmax(top, p[c]);
    }
    for (size_t c = 0; c < f->k; c++)
        sum += exp(p[c] - top);
    for (size_t c = 0; c < f->k; c++)
        p[c] = exp(p[c] - top) / sum;
    return top + log(fmax(sum, 1.0)); /* the top itself adds 1 */
}

/* Loss and gradient at w, both divided by the number of rows. */
static double loss_gradient(const struct fit *f, const double *w, double *g)
{
    const double scale = 1.0 / (double)f->n_train;
    double sum = 0.0, x[BASELINE_FEATURES + 1], p[CONFIG_CLASSES_MAX];

    memset(g, 0, f->len * sizeof(*g));
    for (size_t i = 0; i < f->rows->n; i++) {
        const size_t y = (size_t)f->rows->label[i];

        if (!in_split(f->rows, i, SPLIT_TRAIN))
            continue;
        row_of(f, i, x);
        sum += softmax_row(f, w, x, p) -
               dot_product(w + y * (f->d + 1), x, f->d + 1);
        p[y] -= 1.0;
        for (size_t c = 0; c < f->k; c++)
            for (size_t j = 0; j <= f->d; j++)
                g[c * (f->d + 1) + j] += p[c] * x[j];
    }
    for (size_t c = 0; c < f->k; c++)
        for (size_t j = 0; j < f->d; j++) {
            const double v = w[c * (f->d + 1) + j];

            sum += 0.5 * v * v;
            g[c * (f->d + 1) + j] += v;
        }
    for (size_t j = 0; j < f->len; j++)
        g[j] *= scale;
    return sum * scale;
}

/* block += v x x', where 'block' is (m, m) of a matrix with 'len' columns. */
static void add_outer(double *block, size_t len, size_t m, double v,
                      const double *x)
{
    for (size_t j = 0; j < m; j++)
        for (size_t i = 0; i < m; i++)
            block[j * len + i] += v * x[j] * x[i];
}

/* Second derivatives at w, of the loss that is not divided.  It is the same if
 * the offsets of all classes grow alike, so their sum, which stays 0, counts
 * too: now there is one minimum. */
static void find_curvature(struct fit *f)
{
    const size_t m = f->d + 1;
    double x[BASELINE_FEATURES + 1], p[CONFIG_CLASSES_MAX];

    memset(f->h, 0, f->len * f->len * sizeof(*f->h));
    for (size_t i = 0; i < f->rows->n; i++) {
        if (!in_split(f->rows, i, SPLIT_TRAIN))
            continue;
        row_of(f, i, x);
        softmax_row(f, f->w, x, p);
        for (size_t c = 0; c < f->k; c++)
            for (size_t e = c; e < f->k; e++)
                add_outer(f->h + c * m * f->len + e * m, f->len, m,
                          p[c] * ((c == e) - p[e]), x);
    }
    for (size_t j = 0; j < f->len; j++)
        if (j % m < f->d)
            f->h[j * f->len + j] += 1.0;
        else
            for (size_t e = j; e < f->len; e += m)
                f->h[j * f->len + e] += 1.0;
}

/* step = -H^-1 g; false if rounding leaves none. */
static bool find_step(struct fit *f)
{
    find_curvature(f);
    for (size_t j = 0; j < f->len; j++)
        f->step[j] = -f->g[j] * (double)f->n_train;
    return lapack_solve_positive((int)f->len, f->h, 1, f->step) == 0;
}

/* Go down along the step, or less far; false if there is no way down. */
static bool line_search(struct fit *f, double *value)
{
    const double slope = dot_product(f->g, f->step, f->len);
    double part = 1.0;

    for (int i = 0; i < HALVINGS && slope < 0.0; i++, part *= 0.5) {
        double v;

        for (size_t j = 0; j < f->len; j++)
            f->trial[j] = f->w[j] + part * f->step[j];
        v = loss_gradient(f, f->trial, f->trial_g);
        if (v <= *value + 1e-4 * part * slope) {
            *value = v;
            memcpy(f->w, f->trial, f->len * sizeof(*f->w));
            memcpy(f->g, f->trial_g, f->len * sizeof(*f->g));
            return true;
        }
    }
    return false;
}

static void minimise_loss(struct fit *f)
{
    double value = loss_gradient(f, f->w, f->g);

    for (int i = 0; i < ITERATIONS && dot_product(f->g, f->g, f->len) >= 1e-14;
         i++)
        if (!find_step(f) || !line_search(f, &value))
            return;
}

static int fit_init(struct fit *f, struct err *err)
{
    f->len = f->k * (f->d + 1);
    f->block = calloc(f->len * (5 + f->len), sizeof(*f->block));
    if (!f->block)
        return err_set(err, ERR_SYSTEM, "no memory for the baseline");
    f->w = f->block;
    f->g = f->w + f->len;
    f->step = f->g + f->len;
    f->trial = f->step + f->len;
    f->trial_g = f->trial + f->len;
    f->h = f->trial_g + f->len;
    return 0;
}

/* Share of the rows of 's' whose likeliest class is their own. */
static double accuracy_on(const struct fit *f, enum split s)
{
    double x[BASELINE_FEATURES + 1], p[CONFIG_CLASSES_MAX];
    size_t n = 0, right = 0;

    for (size_t i = 0; i < f->rows->n; i++) {
        size_t best = 0;

        if (!in_split(f->rows, i, s))
            continue;
        row_of(f, i, x);
        softmax_row(f, f->w, x, p);
        for (size_t c = 1; c < f->k; c++)
            if (p[c] > p[best])
                best = c;
        right += best == (size_t)f->rows->label[i];
        n++;
    }
    return n ? (double)right / (double)n : (double)NAN;
}

static size_t count_rows(const struct baseline_rows *r, enum split s)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n; i++)
        n += in_split(r, i, s);
    return n;
}

/* Fit on features first .. first+d-1; score validation, then test. */
static int score_features(const struct baseline_rows *r, size_t first, size_t d,
                          double accuracies[2], struct err *err)
{
    struct fit f = {.rows = r, .first = first, .d = d, .k = (size_t)r->n_class};

    f.n_train = count_rows(r, SPLIT_TRAIN);
    accuracies[0] = accuracies[1] = (double)NAN;
    if (f.n_train == 0)
        return 0;
    if (fit_init(&f, err) < 0)
        return -1;
    standardise_features(&f);
    minimise_loss(&f);
    accuracies[0] = accuracy_on(&f, SPLIT_VALIDATION);
    accuracies[1] = accuracy_on(&f, SPLIT_TEST);
    free(f.block);
    return 0;
}

int baseline_run(const struct baseline_rows *rows,
                 struct baseline_scores *scores, struct err *err)
{
    double all[2], colour[2], size[2];

    BUG_ON(rows->n_class < 1 || rows->n_class > CONFIG_CLASSES_MAX);
    *scores = (struct baseline_scores){
        .n_train = count_rows(rows, SPLIT_TRAIN),
        .n_validation = count_rows(rows, SPLIT_VALIDATION),
        .n_test = count_rows(rows, SPLIT_TEST),
    };
    if (score_features(rows, 0, BASELINE_FEATURES, all, err) < 0 ||
        score_features(rows, BASELINE_COLOUR,
                       BASELINE_FEATURES - BASELINE_COLOUR, colour, err) < 0 ||
        score_features(rows, BASELINE_SIZE, BASELINE_COLOUR, size, err) < 0)
        return -1;
    scores->validation = all[0];
    scores->test = all[1];
    scores->colour_test = colour[1];
    scores->size_test = size[1];
    return 0;
}

/* Add 'n' rows with 'share' of them right; 'sum' holds the right ones. */
static void pool_scores(double *sum, double share, size_t n)
{
    *sum += n ? share * (double)n : 0.0;
}

void baseline_pool(const struct baseline_scores *of, int folds,
                   struct baseline_scores *all)
{
    struct baseline_scores a = {0};

    for (int f = 0; f < folds; f++) {
        pool_scores(&a.validation, of[f].validation, of[f].n_validation);
        pool_scores(&a.test, of[f].test, of[f].n_test);
        pool_scores(&a.colour_test, of[f].colour_test, of[f].n_test);
        pool_scores(&a.size_test, of[f].size_test, of[f].n_test);
        a.n_train += of[f].n_train;
        a.n_validation += of[f].n_validation;
        a.n_test += of[f].n_test;
    }
    a.validation /= (double)a.n_validation; /* 0/0: not a number */
    a.test /= (double)a.n_test;
    a.colour_test /= (double)a.n_test;
    a.size_test /= (double)a.n_test;
    *all = a;
}
