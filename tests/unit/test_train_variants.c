/*
 * test_train_variants.c - fresh variants: what is wanted, who brings it, and
 * that it is the same whoever does
 */
#include "base/rng.h"
#include "stages/augment/online_variant.h"
#include "stages/train/batch_part.h"
#include "stages/train/online.h"
#include "tap.h"
#include "test_dir.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { N = 30, SIDE = 32, BYTES = SIDE * SIDE * 3, FRESH = 2, BATCH = 20 };
enum { SEED = 9 };

static struct trainset set;
static uint32_t order[N * FRESH];

/* --- the board -------------------------------------------------------------*/

enum { ROOM = 40, ROW = 4 };

static int made;

/* A row that says which it is. */
static void make_rows(void *self, const struct online_queue_task *t,
                      uint8_t *pixels)
{
    (void)self;
    made++;
    for (uint32_t i = 0; i < t->n; i++)
        for (int k = 0; k < ROW; k++)
            pixels[i * ROW + (uint32_t)k] =
                (uint8_t)(t->row[i].row + t->epoch + (uint32_t)k);
}

static void bring_rows(struct online_queue *b,
                       const struct online_queue_task *t, bool wanted,
                       const char *what)
{
    uint8_t pixels[ONLINE_QUEUE_PIECE * ROW];

    make_rows(NULL, t, pixels);
    ok(online_queue_bring(b, t->id, t->piece, pixels, 0.5) == wanted, what);
}

static bool are_right(const struct online_queue *b, size_t first, size_t n,
                      uint32_t epoch)
{
    bool good = true;

    for (size_t i = first; i < first + n; i++)
        good = good && online_queue_row(b, i)[3] == (uint8_t)(i + epoch + 3);
    return good;
}

static void check_board(void)
{
    struct want_row row[100];
    struct online_queue_task t[16], more;
    uint8_t pixels[ONLINE_QUEUE_PIECE * ROW];
    struct err err = {0};
    struct online_queue b;
    int n = 0;

    for (uint32_t i = 0; i < 100; i++)
        row[i] = (struct want_row){i, 0};
    ok(online_queue_init(&b, ROOM, ROW, &err) == 0 &&
           online_queue_begin(&b, row, 100, 1, &err) == 0,
       "a queue of fresh variants begins");
    while (n < 16 && online_queue_take(&b, &t[n], false))
        n++;
    ok(n == ROOM / ONLINE_QUEUE_PIECE && t[4].row[7].row == 39,
       "no more is ordered than there is room for");
    for (int i = 4; i >= 0; i--)
        bring_rows(&b, &t[i], true, "  brought, the last first");
    bring_rows(&b, &t[2], false, "brought again: not wanted");
    made = 0;
    online_queue_wait(&b, 0, 15, make_rows, NULL, pixels);
    ok(made == 0 && are_right(&b, 0, 15, 1), "all are there");
    ok(!online_queue_take(&b, &more, false), "the trainer still reads them");
    online_queue_wait(&b, 15, 15, make_rows, NULL, pixels);
    ok(are_right(&b, 15, 15, 1) && online_queue_take(&b, &t[5], false) &&
           t[5].row[0].row == 40,
       "what it has done with makes room");
    online_queue_expire(&b, 1000);
    ok(!online_queue_take(&b, &more, false), "an order is not old yet");
    online_queue_expire(&b, 0);
    ok(online_queue_take(&b, &t[6], false) && t[6].piece == t[5].piece &&
           t[6].id != t[5].id,
       "an old one is given to another");
    bring_rows(&b, &t[5], false, "the first one is too late");
    bring_rows(&b, &t[6], true, "the other counts");
    made = 0;
    online_queue_wait(&b, 30, 20, make_rows, NULL, pixels);
    ok(made == 1 && are_right(&b, 30, 20, 1),
       "the trainer makes what nobody has");
    ok(b.made == 56, "rows are counted");
    near(b.busy, 3.0, 0.1, "  and their makers' time");
    ok(online_queue_take(&b, &t[7], false), "  in hand at the end of an epoch");
    ok(online_queue_begin(&b, row, 10, 2, &err) == 0,
       "the next epoch of fresh variants begins");
    bring_rows(&b, &t[7], false, "what belongs to the last one is dropped");
    online_queue_wait(&b, 0, 10, make_rows, NULL, pixels);
    ok(are_right(&b, 0, 10, 2), "  with its rows");
    online_queue_close(&b);
    ok(!online_queue_take(&b, &more, true), "closed: nothing to wait for");
    online_queue_release(&b);
}

/* --- variants --------------------------------------------------------------*/

static int make_store(struct err *err)
{
    static const char name[2][CONFIG_NAME_MAX] = {"a", "b"};
    char path[256];
    const struct store_args a = {.dir = path,
                                 .header = "file,class,split,status",
                                 .n = N + 5,
                                 .h = SIDE,
                                 .w = SIDE,
                                 .class_name = name,
                                 .n_class = 2};
    static uint8_t pixels[BYTES];
    struct store_writer *w = NULL;
    char line[64];
    const char *record = line;

    snprintf(path, sizeof(path), "%s", in_dir("data"));
    if (file_dir_make(path, err) < 0 || store_create(&w, &a, err) < 0)
        return -1;
    for (int i = 0; i < N + 5; i++) {
        const int label = i % 2;
        struct rng rng;

        rng_init(&rng, 5, RNG_TEST, (uint32_t)i, 0);
        for (int k = 0; k < BYTES; k++)
            pixels[k] = (uint8_t)rng_below(&rng, 256);
        snprintf(line, sizeof(line), "%d,%s,%s,ok", i, name[label],
                 i % 7 == 3 ? "validation" : "train");
        if (store_put(w, (size_t)i, 1, pixels, &label, &record, err) < 0)
            return -1;
    }
    return store_finish(w, err);
}

static void check_set(void)
{
    struct err err = {0};
    int wrong = 0;

    ok(make_store(&err) == 0 &&
           trainset_open(
               &set,
               &(struct trainset_args){.data = in_dir("data"), .fresh = FRESH},
               &err) == 0,
       "images");
    ok(set.n_train == N * FRESH && set.n_validation == 5,
       "each stands for its variants, but for those that validate");
    for (size_t i = 0; i < set.n_train; i++)
        wrong +=
            set.train[i].variant != i % FRESH ||
            set.train[i].pixels != store_image(&set.data, set.train[i].source);
    ok(wrong == 0, "  which are numbered");
    for (uint32_t i = 0; i < N * FRESH; i++)
        order[i] = (i * 7 + 3) % (N * FRESH);
}

/* A recipe of one's own. */
static struct recipe_text text;
static struct recipe mine;

static void make_recipe(void)
{
    static const char yaml[] = "each: [affine: {rotate: [-90, 90]}]\n";
    struct err err = {0};

    BUG_ON(recipe_text_take(&text, "mine.yaml", yaml, strlen(yaml), &err) < 0 ||
           recipe_init(&mine, &text, &err) < 0);
}

/* How often the sample at 'i' came before. */
static uint32_t count_before(size_t i)
{
    uint32_t n = 0;

    for (size_t k = 0; k < i; k++)
        n += order[k] == order[i];
    return n;
}

/* Rows of the batches from 'step' on that are not what they should be. */
static int wrong_rows(struct online *v, size_t step, int rank, int ranks,
                      uint32_t epoch)
{
    const struct online_variant f = {&set.data, &mine, SEED};
    uint8_t *scratch = malloc(online_variant_scratch(&f));
    static uint8_t want[BYTES];
    int wrong = 0;

    BUG_ON(!scratch);
    for (size_t at = step * BATCH; at < set.n_train; at += BATCH) {
        const size_t left = set.n_train - at;
        size_t begin, end;

        batch_part_rows(left < BATCH ? left : BATCH, (size_t)rank,
                        (size_t)ranks, &begin, &end);
        online_next(v, end - begin);
        for (size_t i = begin; i < end; i++) {
            const struct sample *s = &set.train[order[at + i]];

            online_variant_make(&f, s->source,
                                s->variant + FRESH * count_before(at + i),
                                epoch, want, scratch);
            wrong += memcmp(want, online_row(v, i - begin), BYTES) != 0;
        }
    }
    free(scratch);
    return wrong;
}

static void check_epochs(int workers, int rank, int ranks, const char *program)
{
    const struct online_args a = {.set = &set,
                                  .recipe = &text,
                                  .seed = SEED,
                                  .batch = BATCH,
                                  .rank = rank,
                                  .ranks = ranks,
                                  .workers = workers,
                                  .data = in_dir("data"),
                                  .program = program};
    struct online *v;
    struct err err = {0};
    char note[400];

    if (!ok(online_new(&v, &a, &err) == 0, "makers of fresh variants start")) {
        printf("# %s\n", err.text);
        return;
    }
    ok(online_begin(v, order, set.n_train, 0, 1, &err) == 0 &&
           wrong_rows(v, 0, rank, ranks, 1) == 0,
       "an epoch of fresh variants");
    ok(online_begin(v, order, set.n_train, 1, 2, &err) == 0 &&
           wrong_rows(v, 1, rank, ranks, 2) == 0,
       "another epoch of fresh variants, from the second batch on");
    ok(online_begin(v, order, set.n_train, 0, 3, &err) == 0,
       "a third epoch of fresh variants begins");
    online_next(v, 1);
    ok(!online_slow(v, 1e9, note, sizeof(note)), "training hardly waited");
    ok(online_slow(v, 1e-9, note, sizeof(note)) &&
           strstr(note, "train.augment_workers ") &&
           strstr(note, " would be enough"),
       "if it did, the remedy is named");
    online_free(v); /* in the middle of it */
}

static void check_differ(void)
{
    const struct online_variant f = {&set.data, &mine, SEED};
    struct online_variant g = f;
    uint8_t *scratch = malloc(online_variant_scratch(&f));
    static uint8_t a[BYTES], b[BYTES];

    BUG_ON(!scratch);
    online_variant_make(&f, 0, 0, 1, a, scratch);
    online_variant_make(&f, 0, 0, 2, b, scratch);
    ok(memcmp(a, b, BYTES) != 0, "in another epoch a variant is another");
    online_variant_make(&f, 0, 1, 1, b, scratch);
    ok(memcmp(a, b, BYTES) != 0, "of another number a variant is another");
    g.seed++;
    online_variant_make(&g, 0, 0, 1, b, scratch);
    ok(memcmp(a, b, BYTES) != 0, "with another seed a variant is another");
    online_variant_make(&f, 0, 0, 1, b, scratch);
    ok(memcmp(a, b, BYTES) == 0, "the same variant has the same bytes");
    free(scratch);
}

/* An epoch in which samples come several times, as in balanced batches: other
 * variants each time. */
static void check_again(int workers, int ranks, const char *program)
{
    static uint8_t first[BYTES];
    const struct online_args a = {.set = &set,
                                  .recipe = &text,
                                  .seed = SEED,
                                  .batch = BATCH,
                                  .rank = ranks - 1,
                                  .ranks = ranks,
                                  .workers = workers,
                                  .data = in_dir("data"),
                                  .program = program};
    uint32_t plain[N * FRESH];
    struct err err = {0};
    struct online *v;

    memcpy(plain, order, sizeof(order));
    for (uint32_t i = 0; i < N * FRESH; i++)
        order[i] = plain[i / 2 % 9];
    BUG_ON(online_new(&v, &a, &err) < 0);
    ok(online_begin(v, order, set.n_train, 0, 1, &err) == 0 &&
           wrong_rows(v, 0, a.rank, ranks, 1) == 0,
       "a sample that comes again brings other variants");
    ok(online_begin(v, order, set.n_train, 2, 1, &err) == 0 &&
           wrong_rows(v, 2, a.rank, ranks, 1) == 0,
       "the same from the third batch on");
    ok(online_begin(v, order, set.n_train, 0, 1, &err) == 0,
       "an epoch in which samples come again begins anew");
    online_next(v, 2);
    memcpy(first, online_row(v, 0), BYTES);
    ok(order[0] == order[1] && memcmp(first, online_row(v, 1), BYTES) != 0,
       "  a sample twice in one batch brings two variants");
    online_free(v);
    memcpy(order, plain, sizeof(order));
}

/* Processes that bring nothing, as they end at once: the trainer helps itself. */
static void check_dead_workers(void)
{
    check_epochs(2, 0, 1, "/bin/true");
}

static void check_refusals(void)
{
    static const char yaml[] = "each:\n- affine: {rotat: 3}\n";
    struct recipe_text bad;
    struct online_args a = {
        .set = &set, .recipe = &bad, .batch = BATCH, .ranks = 1};
    struct online *v;
    struct err err = {0};

    BUG_ON(recipe_text_take(&bad, "bad.yaml", yaml, strlen(yaml), &err) < 0);
    fails(online_new(&v, &a, &err), err, ERR_USAGE,
          "bad.yaml:2: affine: there is no 'rotat'; did you mean rotate?",
          "a bad recipe");
    recipe_text_release(&bad);
    a.recipe = &text;
    a.workers = 1;
    a.data = in_dir("data");
    a.program = "/nowhere/papline-augment";
    fails(online_new(&v, &a, &err), err, ERR_SYSTEM, "cannot start '/nowhere",
          "no such program");
}

int main(void)
{
    const char *bin = getenv("BIN");
    char program[FILE_PATH_MAX];
    struct err err;

    if (!mkdtemp(dir))
        return 1;
    check_board();
    make_recipe();
    check_set();
    check_differ();
    check_epochs(0, 0, 1, NULL);
    check_epochs(0, 1, 2, NULL);
    check_again(0, 1, NULL);
    check_again(0, 2, NULL);
    check_dead_workers();
    check_refusals();
    if (bin && file_path(program, &err, "%s/papline-augment", bin) == 0 &&
        file_exists(program)) {
        check_epochs(1, 0, 1, program);
        check_epochs(3, 1, 2, program);
        check_again(2, 2, program);
    } else {
        printf("# BIN is not set: no workers of other processes\n");
    }
    trainset_close(&set);
    recipe_release(&mine);
    recipe_text_release(&text);
    return tap_done() | (file_dir_remove(dir, &err) < 0);
}
