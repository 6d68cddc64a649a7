/*
 * compare_runs.h - predictions to compare: three experiments on golden cells,
 * as a run and as the folds of another
 */
#ifndef TESTS_COMPARE_RUNS_H
#define TESTS_COMPARE_RUNS_H

#include "base/buf.h"
#include "stats/bootstrap.h"
#include "test_dir.h"

#include "golden/compare_golden.inc"

enum {
    N = sizeof(group_of) / sizeof(group_of[0]),
    RESAMPLES = 400,
    SEED = 5,
    FOLDS = 3
};

static const char *const names[] = {"one", "two", "three"};

/* Tables of the golden cells; the third is of decisions alone, and so has its
 * classes in another order. */
static inline void put_tables(void)
{
    char name[64];

    for (int e = 0; e < 3; e++) {
        struct buf b = {0};

        buf_puts(&b, e < 2 ? "file,split,label,predicted,p_z,p_a,group\n"
                           : "file,split,label,predicted,group\n");
        buf_puts(&b, e < 2 ? "v,validation,z,z,1,0,\n" : "v,validation,z,z,\n");
        for (int i = 0; i < N; i++) {
            buf_printf(&b, "%d.bmp,test,%s,%s,", i, i % 3 ? "z" : "a",
                       (i % 3 > 0) == right[e][i] ? "z" : "a");
            buf_printf(&b, "%sg%d\n", e < 2 ? ".5,.5," : "", group_of[i]);
        }
        snprintf(name, sizeof(name), "evaluate/%s/predictions.csv", names[e]);
        put_file(name, b.data);
        buf_release(&b);
    }
}

/* The same cells as three folds of run "cv", the middle one of 'two' with its
 * columns the other way round. */
static inline void put_folds(void)
{
    char name[64];

    for (int e = 0; e < 3; e++)
        for (int f = 0; f < FOLDS; f++) {
            struct buf b = {0};

            buf_printf(&b, "file,split,label,predicted%s,group\n",
                       e == 2             ? ""
                       : e == 1 && f == 1 ? ",p_a,p_z"
                                          : ",p_z,p_a");
            for (int i = f * N / FOLDS; i < (f + 1) * N / FOLDS; i++) {
                buf_printf(&b, "%d.bmp,test,%s,%s,", i, i % 3 ? "z" : "a",
                           (i % 3 > 0) == right[e][i] ? "z" : "a");
                buf_printf(&b, "%sg%d\n", e < 2 ? ".5,.5," : "", group_of[i]);
            }
            snprintf(name, sizeof(name), "cv/evaluate/%s-f%d/predictions.csv",
                     names[e], f);
            put_file(name, b.data);
            buf_release(&b);
        }
}

/* The interval of experiment e is the golden one. */
static inline void check_accuracy(const struct interval *v, int e)
{
    near(v->low, accuracy_ends[e][0], 1e-12, "lower end of an accuracy");
    near(v->high, accuracy_ends[e][1], 1e-12, "  upper");
}

/* The interval of pair i is that in golden columns 'column' and the next. */
static inline void check_pair(double low, double high, int i, int column)
{
    near(low, pairs[i][column], 1e-12, "  lower end");
    near(high, pairs[i][column + 1], 1e-12, "  upper end");
}

#endif
