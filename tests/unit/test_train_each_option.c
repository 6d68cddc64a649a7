/*
 * test_train_each_option.c - with each option: stopped and gone on with, on one
 * rank or two, a training has the same bytes
 *
 * A row of the table (train_each_option.h) is an option; its training is run by
 * one process of two members, as train.reproducible pair has it, whole and
 * stopped twice, by two processes, and by a single member.  Networks are cut
 * early, so that each takes a moment.  For the processes it starts itself under
 * mpirun: test_train_each_option --ranks DIR.
 */
#include "stages/train/frozen_cache.h"
#include "train_each_option.h"

enum { N_ROW = sizeof(rows) / sizeof(rows[0]) };

/* What a training of that row is told; 'c' is filled, too. */
static struct trainer_args args_of(const struct option_row *row,
                                   struct config *c)
{
    struct trainer_args a = {.config = c, .set = &plain_set, .cut = CUT};

    configure_run(c);
    c->train.learning_rate = SLOW;
    row->set(c, &a);
    return a;
}

/* Where its training goes that is run in such a way. */
static const char *place_of(const struct option_row *row, const char *way)
{
    static char path[4][FILE_PATH_MAX];
    static int turn;

    turn = (turn + 1) % 4;
    snprintf(path[turn], FILE_PATH_MAX, "%s/%s", row->name, way);
    return path[turn];
}

static const struct option_row *find_row(const char *name)
{
    size_t i = 0;

    while (i < N_ROW && strcmp(rows[i].name, name) != 0)
        i++;
    BUG_ON(i == N_ROW);
    return &rows[i];
}

/* --- checks ----------------------------------------------------------------*/

static bool same_training(const struct option_row *row, const char *way)
{
    const char *a = place_of(row, "whole"), *b = place_of(row, way);

    return same_results(a, b) &&
           (!row->average || (same_file(a, b, "average.safetensors") &&
                              same_file(a, b, "average.csv")));
}

/* What frozen layers put out is kept for the last part, as if it was not. */
static int open_cache(struct frozen_cache *cache, struct trainer_args *a,
                      struct err *err)
{
    static struct train_watch w;
    const struct net *net = net_find("mobilenetv2", err);
    const struct frozen_layers_args frozen = {
        .net = net,
        .shape = {.h = SIDE,
                  .w = SIDE,
                  .classes = CLASSES,
                  .cut = a->cut,
                  .head = a->head,
                  .freeze = a->freeze},
        .start = a->start,
        .seed = 3,
        .input = trainer_input(a->config, net),
        .bf16 = a->config->train.frozen_precision == PRECISION_BF16,
        .threads = 1};
    struct dist d;
    const struct frozen_cache_args ca = {
        .dir = in_dir("trunk"),
        .frozen = &frozen,
        .set = a->set,
        .dist = &d,
        .hooks = {is_stopping, on_progress, on_warning, &w}};

    dist_alone(&d);
    a->cache = cache;
    return frozen_cache_open(cache, &ca, err);
}

/* Within its first epoch, and after the first step of a later one; the middle
 * part by one member at a time. */
static void check_stops(const struct option_row *row, int whole_calls)
{
    const int epoch = row->stop ? row->stop : 2;
    struct train_watch w[3] = {
        {.stop_at = 2},
        {.stop_at = (epoch - 1) * EACH - 2 + 1, .at_once = 1},
        {.stop_at = 0}};
    const char *out = place_of(row, "broken");
    struct config c;
    struct trainer_args a = args_of(row, &c);
    struct frozen_cache cache = {.n_border = 0};
    struct err err = {0};
    int rc;

    fails(train_team(out, &a, 2, &w[0], &err), err, ERR_AGAIN,
          "epoch 1 after step 2", "  stops in its first epoch");
    fails(train_team(out, &a, 2, &w[1], &err), err, ERR_AGAIN, "after step 1;",
          "  stops in a later one");
    rc = a.freeze ? open_cache(&cache, &a, &err) : 0;
    if (rc == 0)
        rc = train_team(out, &a, 2, &w[2], &err);
    frozen_cache_close(&cache);
    works(rc == 0 && !w[2].warned[0] && same_training(row, "broken"), err,
          "  goes on to the same bytes");
    ok(w[0].calls + w[1].calls + w[2].calls == whole_calls,
       "  and makes no step twice");
}

/* The option is in effect: results are others than without it. */
static void check_effect(const struct option_row *row)
{
    const char *out = place_of(row, "whole");
    const char *other =
        row->without ? place_of(find_row(row->without), "whole") : NULL;

    if (other)
        ok(!same_file(out, other, "steps.csv") ||
               !same_file(out, other, "history.csv"),
           "  has other results than without it");
    if (row->average)
        ok(file_exists(in_dir(place_of(row, "whole/average.safetensors"))),
           "  has its mean");
    if (row->falls)
        ok(history_of(out, 3, "learning_rate") <
               0.9 * history_of(out, 2, "learning_rate"),
           "  has a rate that falls");
}

/* By one member, which adds up in another order. */
static void check_single(const struct option_row *row)
{
    double one[64] = {0}, two[64] = {0}, worst = 0;
    struct config c;
    const struct trainer_args a = args_of(row, &c);
    const size_t steps = (size_t)c.train.epochs * STEPS;
    struct train_watch w = {0};
    struct err err = {0};

    works(train_team(place_of(row, "single"), &a, 1, &w, &err) == 0 &&
              read_steps(place_of(row, "single"), one, 64) == steps &&
              read_steps(place_of(row, "whole"), two, 64) == steps,
          err, "  is trained by one member");
    for (size_t i = 0; i < steps; i++)
        worst = fmax(worst, fabs(two[i] / one[i] - 1));
    ok(worst < (row->apart > 0 ? row->apart : 1e-4),
       "  whose losses are those of two");
    printf("# largest relative difference: %.3g\n", worst);
}

static void check_row(const struct option_row *row)
{
    struct config c;
    const struct trainer_args a = args_of(row, &c);
    struct train_watch w = {0};
    struct err err = {0};

    works(train_team(place_of(row, "whole"), &a, 2, &w, &err) == 0, err,
          row->name);
    ok(same_training(row, "ranks"), "  by two processes: the same bytes");
    check_stops(row, w.calls);
    check_effect(row);
    check_single(row);
}

/* Losses of embeddings are others than one another. */
static void check_losses(void)
{
    static const char *const loss[] = {
#define EMBED_LOSS(name) "contrastive_loss " #name,
#include "nn/embed_losses.def"
#undef EMBED_LOSS
    };
    const size_t n = sizeof(loss) / sizeof(loss[0]);
    bool other = true;

    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            other = other && !same_file(place_of(find_row(loss[i]), "whole"),
                                        place_of(find_row(loss[j]), "whole"),
                                        "steps.csv");
    ok(other, "losses of embeddings are others than one another");
}

/* --- the whole -------------------------------------------------------------*/

/* Sizes of cells, and what a teacher says of them, that are made up. */
static void make_up(void)
{
    static float size[ALL][CELL_SIZE], p[ALL * CLASSES];

    for (int i = 0; i < ALL; i++) {
        size[i][0] = (float)(i % 5 - 2) / 2;
        size[i][1] = (float)(i % 7 - 3) / 3;
        for (int k = 0; k < CLASSES; k++)
            p[i * CLASSES + k] = i % CLASSES == k ? 0.5f : 0.25f;
    }
    teacher.p = p;
    sized_set = plain_set;
    sized_set.size = size;
    sized_set.scale = (struct size_scale){.on = true, .sd = {1, 1}};
}

/* Others than those that a training begins with by itself. */
static void train_start(void)
{
    struct config c;
    struct trainer_args a = args_of(find_row("plain"), &c);
    struct train_watch w = {0};
    struct err err = {0};

    c.train.epochs = 1;
    c.train.learning_rate = 1e-2;
    works(train_team("start", &a, 1, &w, &err) == 0, err,
          "weights to begin with");
}

static void read_start(void)
{
    struct err err = {0};

    need(safetensors_read(&start, in_dir("start/last.safetensors"), &err) == 0,
         &err);
}

/* One of two processes: all rows. */
static int run_child(const char *where)
{
    struct dist d;
    struct err err = {0};
    int rc = 0;

    snprintf(dir, sizeof(dir), "%.60s", where);
    if (dist_start(&d, &err) < 0)
        return 1;
    open_set(&plain_set);
    make_up();
    read_start();
    for (size_t i = 0; i < N_ROW && rc == 0; i++) {
        struct train_watch w = {0};
        struct config c;
        struct trainer_args a = args_of(&rows[i], &c);

        a.dist = &d;
        rc = train_team(place_of(&rows[i], "ranks"), &a, 1, &w, &err);
        if (rc < 0)
            printf("# %s: %s\n", rows[i].name, err.text);
    }
    dist_stop(&d);
    safetensors_release(&start);
    trainset_close(&plain_set);
    return rc < 0;
}

int main(int argc, char **argv)
{
    struct config c;
    char child[100];

    if (argc == 3 && strcmp(argv[1], "--ranks") == 0)
        return run_child(argv[2]);
    begin_training(&c);
    open_set(&plain_set);
    make_up();
    train_start();
    snprintf(child, sizeof(child), "--ranks '%s'", dir);
    ok(under_mpirun(argv[0], child) == 0, "each option by two ranks");
    read_start();
    for (size_t i = 0; i < N_ROW; i++)
        check_row(&rows[i]);
    check_losses();
    safetensors_release(&start);
    trainset_close(&plain_set);
    return end_training();
}
