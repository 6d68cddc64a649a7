/* test_checkpoint.c - blocks that are equal are stored once */
#include "stages/train/checkpoint.h"

#include "nn/safetensors.h"

#include "test_dir.h"

enum { N = 1000 };

struct saved {
    float param[N], best[N], lowest[N];
    struct train_state state;
    struct history history;
    struct checkpoint c;
};

static void saved_init(struct saved *s)
{
    *s = (struct saved){0};
    s->c = (struct checkpoint){.dir = dir,
                               .hash = "0123",
                               .state = &s->state,
                               .history = &s->history,
                               .block = {{"param", s->param, N},
                                         {"best", s->best, N},
                                         {"lowest", s->lowest, N}},
                               .n_block = 3};
}

static void fill(float *v, float from)
{
    for (int i = 0; i < N; i++)
        v[i] = from + (float)i;
}

static bool same_blocks(const struct saved *a, const struct saved *b)
{
    return memcmp(a->param, b->param, sizeof(a->param)) == 0 &&
           memcmp(a->best, b->best, sizeof(a->best)) == 0 &&
           memcmp(a->lowest, b->lowest, sizeof(a->lowest)) == 0;
}

/* Save and load; how many bytes have the tensors? */
static size_t saved_bytes(struct saved *s, const char *what)
{
    static struct saved again;
    struct err bad, err = {0};
    bool found = false;
    struct safetensors f;
    size_t bytes = 0;

    s->state.generation = 0;
    ok(checkpoint_save(&s->c, &err) == 0, what);
    saved_init(&again);
    works(checkpoint_load(&again.c, &found, &bad, &err) == 0, err,
          "  is read again");
    ok(found && same_blocks(s, &again), "  as it was");
    if (safetensors_read(&f, in_dir("1.safetensors"), &err) == 0) {
        for (size_t i = 0; i < f.n_tensor; i++)
            bytes += safetensors_bytes(&f.tensor[i]);
        safetensors_release(&f);
    }
    history_release(&again.history);
    return bytes;
}

/* So many that room for them is made at once, and again. */
static void check_steps(void)
{
    enum { FIRST = 5000, MORE = 700 };
    static struct saved s, again;
    struct err bad, err = {0};
    bool found = false, same = true;

    saved_init(&s);
    saved_init(&again);
    works(history_reserve(&s.history, FIRST, &err) == 0, err,
          "room for many steps");
    for (int i = 0; i < FIRST; i++)
        history_step(&s.history, i);
    works(history_reserve(&s.history, MORE, &err) == 0, err, "  and for more");
    for (int i = FIRST; i < FIRST + MORE; i++)
        history_step(&s.history, i);
    works(checkpoint_save(&s.c, &err) == 0 &&
              checkpoint_load(&again.c, &found, &bad, &err) == 0 && found,
          err, "  are saved and read");
    for (size_t i = 0; i < again.history.n_step; i++)
        same = same && again.history.step[i] == (double)i;
    ok(same && again.history.n_step == FIRST + MORE, "  all of them");
    history_release(&s.history);
    history_release(&again.history);
}

int main(void)
{
    static struct saved s;
    size_t three, two, one;

    begin_dir();
    saved_init(&s);
    fill(s.param, 1);
    fill(s.best, 2);
    fill(s.lowest, 3);
    three = saved_bytes(&s, "three blocks that differ");
    fill(s.lowest, 2);
    two = saved_bytes(&s, "the second and the third are equal");
    fill(s.best, 1);
    fill(s.lowest, 1);
    one = saved_bytes(&s, "all are equal");
    ok(three - two == 4 * N - 8, "an equal block takes eight bytes");
    ok(two - one == 4 * N - 8, "  and so does the next");
    s.lowest[N - 1] = 0;
    ok(saved_bytes(&s, "one number of a block differs") == two,
       "  and it is stored");
    check_steps();
    return end_dir();
}
