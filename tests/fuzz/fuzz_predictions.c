/*
 * fuzz_predictions.c - two tables predictions.csv, and all that is made of them
 *
 * A and B are compared as papline compare does, and an ensemble of both is
 * asked about A's cells.
 */
#include "orchestration/tools/compare.h"
#include "stages/evaluate/ensemble_vote.h"

#include "fuzz_main.h"
#include "fuzz_tree.h"

#define A "evaluate/A/predictions.csv"
#define B "evaluate/B/predictions.csv"

static const char *const names[] = {A, B, NULL};

/* What was read can be written, and reads back the same. */
static void check_again(const struct predictions *p, enum split split)
{
    const size_t n = p->o.n, k = (size_t)p->o.k;
    struct predictions again;
    struct buf b = {0};
    struct err err = {0};

    if (n == 0)
        return; /* a table without probabilities then names no class */
    predictions_header(p, &b);
    predictions_rows(p, split, &b);
    fuzz_put("again.csv", b.data, b.len);
    buf_release(&b);
    BUG_ON(predictions_read(&again, fuzz_path("again.csv"), split, &err) < 0 ||
           again.o.n != n || (p->o.p && again.o.k != p->o.k));
    for (size_t i = 0; i < n; i++)
        BUG_ON(strcmp(again.file[i], p->file[i]) != 0 ||
               strcmp(again.group[i], p->group[i]) != 0 ||
               strcmp(predictions_drawn(&again)[i], predictions_drawn(p)[i]) !=
                   0 ||
               strcmp(again.class_name[again.label[i]],
                      p->class_name[p->label[i]]) != 0 ||
               strcmp(again.class_name[again.predicted[i]],
                      p->class_name[p->predicted[i]]) != 0);
    for (size_t i = 0; p->o.p && i < n * k; i++)
        BUG_ON((float)again.p[i] != (float)p->p[i]);
    predictions_release(&again);
}

static void vote_twice(struct predictions *cells, enum split split)
{
    static const char *const method[] = {"weighted_vote", "fuzzy_rank",
                                         "fuzzy_distance_code"};

    for (int i = 0; i < 3; i++) {
        const struct ensemble_vote_args a = {
            .method = method[i],
            .n_member = 2,
            .member = {"A", "B"},
            .path = {fuzz_path(A), fuzz_path(B)},
            .weights = "auto"};
        struct predictions t = *cells;
        struct ensemble_vote_weights w;
        struct err err = {0};

        if (ensemble_vote_weigh(&a, &w, &err) < 0 ||
            ensemble_vote_split(&a, &w, split, &t, &err) < 0)
            BUG_ON(err.code != ERR_INPUT && err.code != ERR_USAGE);
        else
            for (size_t r = 0; r < t.o.n; r++)
                BUG_ON(t.predicted[r] < 0 || t.predicted[r] >= t.o.k);
    }
}

static void compare_files(void)
{
    static const char *const both[] = {"A", "B"};
    const struct compare_request r = {
        .run_dir = fuzz_dir(), .name = both, .n = 2, .resamples = 3, .seed = 1};
    struct compare c;
    struct buf b = {0};
    struct err err = {0};

    if (compare_run(&c, &r, &err) == 0) {
        compare_experiments_csv(&c, &b);
        compare_pairs_csv(&c, &b);
    } else {
        BUG_ON(err.code != ERR_INPUT && err.code != ERR_USAGE);
    }
    buf_release(&b);
    compare_release(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_put("keep", "", 0);
    fuzz_unpack(data, size, names);
    for (enum split s = SPLIT_TRAIN; s < SPLIT_NONE; s++) {
        struct predictions p;
        struct err err = {0};

        if (predictions_read(&p, fuzz_path(A), s, &err) == 0) {
            check_again(&p, s);
            if (p.o.p)
                vote_twice(&p, s);
        } else {
            BUG_ON(err.code != ERR_INPUT || p.file || p.csv.text);
        }
        predictions_release(&p);
    }
    compare_files();
    fuzz_clear();
    return 0;
}
