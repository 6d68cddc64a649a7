/* test_train_sampler.c - balanced batches: what is in them, and always the
 * same */
#include "base/rng.h"
#include "stages/train/balanced_sampler.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>

enum { MOST = 3000, CLASSES = 40 };

/* A data set: count[c] samples of each class. */
struct set {
    const char *name;
    int classes;
    size_t count[CLASSES], batch;
};

static const struct set sets[] = {
    {"five even classes", 5, {20, 20, 20, 20, 20}, 10},
    {"a batch that does not divide", 5, {163, 165, 159, 158, 167}, 32},
    {"a rare class", 3, {200, 150, 3}, 16},
    {"a class smaller than its share", 3, {2, 40, 50}, 17},
    {"a class that is absent", 4, {11, 0, 7, 9}, 8},
    {"more classes than a batch has room for", 7, {9, 9, 9, 9, 9, 9, 9}, 5},
    {"pairs", 6, {8, 7, 6, 5, 4, 30}, 4},
    {"two batches", 2, {30, 33}, 60},
    {"all at once", 2, {5, 2}, 7},
};

static size_t make_labels(const struct set *s, int *label)
{
    struct rng rng;
    uint32_t order[MOST];
    int sorted[MOST];
    size_t n = 0;

    for (int c = 0; c < s->classes; c++)
        for (size_t i = 0; i < s->count[c]; i++) {
            order[n] = (uint32_t)n;
            sorted[n++] = c;
        }
    rng_init(&rng, 1, RNG_TEST, 0, 0);
    rng_shuffle(&rng, order, (uint32_t)n);
    for (size_t i = 0; i < n; i++)
        label[i] = sorted[order[i]];
    return n;
}

/* Is a batch balanced, and without a sample twice if that can be? */
static bool good_batch(const struct set *s, const int *label, size_t present,
                       const uint32_t *batch)
{
    const size_t m = present < s->batch / 2 ? present : s->batch / 2;
    size_t of[CLASSES] = {0}, classes = 0;

    for (size_t i = 0; i < s->batch; i++)
        of[label[batch[i]]]++;
    for (int c = 0; c < s->classes; c++) {
        classes += of[c] > 0;
        if (of[c] > 0 && (of[c] < s->batch / m || of[c] > s->batch / m + 1))
            return false;
    }
    for (size_t i = 0; i < s->batch; i++)
        for (size_t j = 0; j < i; j++)
            if (batch[i] == batch[j] &&
                s->count[label[batch[i]]] >= of[label[batch[i]]])
                return false;
    return classes == m && s->batch / m >= 2;
}

static void check_set(const struct set *s)
{
    int label[MOST];
    uint32_t *order = calloc(2 * MOST, sizeof(*order));
    size_t n = make_labels(s, label), present = 0, total[CLASSES] = {0};
    size_t used[MOST] = {0}, least = SIZE_MAX, most = 0, per_batch;
    bool good = true, even = true;
    struct balanced_sampler sampler;
    struct err err = {0};

    for (int c = 0; c < s->classes; c++)
        present += s->count[c] > 0;
    if (!ok(order && balanced_sampler_init(&sampler, label, n, s->batch, 9,
                                           &err) == 0,
            s->name)) {
        free(order);
        return;
    }
    balanced_sampler_order(&sampler, 0, order);
    for (size_t b = 0; b < balanced_sampler_batches(&sampler); b++)
        good = good && good_batch(s, label, present, order + b * s->batch);
    for (size_t i = 0; i < balanced_sampler_batches(&sampler) * s->batch; i++) {
        used[order[i]]++;
        total[label[order[i]]]++;
    }
    for (size_t i = 0; i < n; i++) {
        const size_t m = s->count[label[i]], t = total[label[i]];

        even = even && used[i] >= t / m && used[i] <= (t + m - 1) / m;
    }
    for (int c = 0; c < s->classes; c++) {
        if (s->count[c] == 0)
            continue;
        least = total[c] < least ? total[c] : least;
        most = total[c] > most ? total[c] : most;
    }
    per_batch =
        1 + s->batch / (present < s->batch / 2 ? present : s->batch / 2);
    ok(balanced_sampler_batches(&sampler) * s->batch >= n &&
           (balanced_sampler_batches(&sampler) - 1) * s->batch < n,
       "  as many batches as without balance");
    ok(good, "every batch is balanced");
    ok(even, "a class goes through its samples evenly");
    ok(most - least <= per_batch, "the classes come equally often");
    balanced_sampler_release(&sampler);
    free(order);
}

/* The epoch's order does not depend on what was asked before. */
static void check_same(void)
{
    int label[MOST];
    const size_t n = make_labels(&sets[1], label);
    uint32_t one[MOST], two[MOST];
    struct balanced_sampler a, b, c;
    struct err err = {0};

    if (!ok(balanced_sampler_init(&a, label, n, 32, 9, &err) == 0 &&
                balanced_sampler_init(&b, label, n, 32, 9, &err) == 0 &&
                balanced_sampler_init(&c, label, n, 32, 10, &err) == 0,
            "three balanced samplers"))
        return;
    balanced_sampler_order(&a, 3, one);
    for (uint32_t epoch = 0; epoch <= 3; epoch++)
        balanced_sampler_order(&b, epoch, two);
    ok(memcmp(one, two, n * sizeof(*one)) == 0,
       "balanced batches of the same epoch are the same");
    balanced_sampler_order(&b, 4, two);
    ok(memcmp(one, two, n * sizeof(*one)) != 0,
       "balanced batches of another epoch are others");
    balanced_sampler_order(&c, 3, two);
    ok(memcmp(one, two, n * sizeof(*one)) != 0,
       "balanced batches with another seed are others");
    balanced_sampler_release(&a);
    balanced_sampler_release(&b);
    balanced_sampler_release(&c);
    balanced_sampler_release(&c);
}

/* A change of these numbers changes old runs. */
static void check_pinned(void)
{
    static const int label[9] = {0, 0, 2, 2, 0, 2, 5, 5, 0};
    static const uint32_t want[12] = {6, 7, 0, 2, 3, 8, 4, 2, 1, 6, 5, 7};
    uint32_t order[12];
    struct balanced_sampler s;
    struct err err = {0};

    if (!ok(balanced_sampler_init(&s, label, 9, 6, 42, &err) == 0,
            "a balanced sampler of nine samples"))
        return;
    balanced_sampler_order(&s, 7, order);
    ok(memcmp(order, want, sizeof(want)) == 0,
       "  has the order that it always had");
    balanced_sampler_release(&s);
}

static void check_refused(const int *label, size_t n, size_t batch,
                          enum err_code code, const char *text)
{
    struct balanced_sampler s;
    struct err err = {0};

    fails(balanced_sampler_init(&s, label, n, batch, 1, &err), err, code, text,
          text);
    ok(!s.sample && !s.shuffled && s.n == 0, "a refused sampler is empty");
}

int main(void)
{
    static const int lone[6] = {0, 0, 0, 3, 1, 1}, one[4] = {2, 2, 2, 2};
    static const int bad[4] = {0, 1, -1, 0};

    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
        check_set(&sets[i]);
    check_same();
    check_pinned();
    check_refused(lone, 6, 3, ERR_USAGE,
                  "a balanced batch of 3 samples, at least 4");
    check_refused(lone, 6, 7, ERR_USAGE,
                  "a balanced batch of 7 samples, there are 6");
    check_refused(
        lone, 6, 4, ERR_USAGE,
        "class 3 has a single training sample, balanced batches need two");
    check_refused(one, 4, 4, ERR_USAGE,
                  "balanced batches need two classes, there is 1");
    check_refused(bad, 4, 4, ERR_INPUT, "label -1 of sample 2");
    return tap_done();
}
