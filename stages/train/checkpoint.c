/* checkpoint.c - a table of numbers, blocks of floats, and a hash of all */
#include "stages/train/checkpoint.h"

#include "base/file.h"
#include "base/hash.h"
#include "nn/safetensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER(type, member)                                                   \
    {                                                                          \
#        member, type, offsetof(struct train_state, member)                    \
    }

/* What of 'struct train_state' is saved.  All elements have 8 bytes. */
static const struct {
    const char *name;
    enum safetensors_type type;
    size_t at;
} numbers[] = {
    NUMBER(SAFETENSORS_I64, generation),
    NUMBER(SAFETENSORS_I64, ranks),
    NUMBER(SAFETENSORS_I64, arithmetic),
    NUMBER(SAFETENSORS_I64, epoch),
    NUMBER(SAFETENSORS_I64, step),
    NUMBER(SAFETENSORS_I64, t),
    NUMBER(SAFETENSORS_I64, finished),
    NUMBER(SAFETENSORS_I64, correct),
    NUMBER(SAFETENSORS_F64, loss_sum),
    NUMBER(SAFETENSORS_F64, seconds),
    NUMBER(SAFETENSORS_F64, rate),
    NUMBER(SAFETENSORS_F64, plateau.best),
    NUMBER(SAFETENSORS_I64, plateau.wait),
    NUMBER(SAFETENSORS_F64, stopper.best),
    NUMBER(SAFETENSORS_I64, stopper.wait),
    NUMBER(SAFETENSORS_I64, best_epoch),
    NUMBER(SAFETENSORS_F64, best_loss),
    NUMBER(SAFETENSORS_F64, best_accuracy),
    NUMBER(SAFETENSORS_I64, lowest_epoch),
    NUMBER(SAFETENSORS_F64, lowest_loss),
    NUMBER(SAFETENSORS_F64, lowest_accuracy),
};

enum {
    N_NUMBER = sizeof(numbers) / sizeof(numbers[0]),
    MAX_TENSORS = N_NUMBER + 2 + CHECKPOINT_MAX_BLOCKS,
};

_Static_assert(sizeof(struct train_state) == (size_t)8 * N_NUMBER,
               "a member of struct train_state is not in the table");

static int file_of(const struct checkpoint *c, int64_t generation,
                   char path[FILE_PATH_MAX], struct err *err)
{
    return file_path(path, err, "%s/%d.safetensors", c->dir,
                     (int)(generation % 2));
}

/* Names, types, shapes and bytes of all tensors, in order. */
static void hash_tensors(const struct safetensors *f, char hex[HASH_HEX])
{
    struct hash h;

    hash_init(&h);
    for (size_t i = 0; i < f->n_tensor; i++) {
        const struct safetensors_tensor *t = &f->tensor[i];

        hash_add_string(&h, t->name);
        hash_add(&h, t->dim, sizeof(t->dim));
        if (safetensors_bytes(t))
            hash_add(&h, t->data, safetensors_bytes(t));
    }
    hash_final(&h, hex);
}

/* --- saving ----------------------------------------------------------------*/

static void add_tensor(struct safetensors *f,
                       const struct safetensors_tensor *t)
{
    BUG_ON(f->n_tensor == MAX_TENSORS);
    f->tensor[f->n_tensor++] = *t;
}

/* The first block of the same floats as block i: often i itself. */
static int64_t first_equal(const struct checkpoint *c, size_t i)
{
    size_t k = 0;

    while (k < i && (c->block[k].n != c->block[i].n ||
                     memcmp(c->block[k].data, c->block[i].data,
                            c->block[i].n * sizeof(float)) != 0))
        k++;
    return (int64_t)k;
}

/* In the place of a block the number of an earlier one that it equals. */
static void add_equal(struct safetensors *f, const struct checkpoint *c,
                      size_t i, int64_t *equal)
{
    if (*equal < (int64_t)i)
        add_tensor(f, &(struct safetensors_tensor){.name = c->block[i].name,
                                                   .type = SAFETENSORS_I64,
                                                   .data = equal});
}

static void add_block(struct safetensors *f, const struct checkpoint *c,
                      size_t i, int64_t equal)
{
    if (equal == (int64_t)i)
        add_tensor(f, &(struct safetensors_tensor){.name = c->block[i].name,
                                                   .type = SAFETENSORS_F32,
                                                   .n_dim = 1,
                                                   .dim = {c->block[i].n},
                                                   .data = c->block[i].data});
}

/*
 * All of 'c' as tensors that point into it, those of 8 bytes first.
 *   equal [out] for each block the first one that it equals; is pointed to
 */
static void collect_tensors(const struct checkpoint *c, struct safetensors *f,
                            int64_t equal[CHECKPOINT_MAX_BLOCKS])
{
    const struct history *h = c->history;

    for (size_t i = 0; i < c->n_block; i++)
        equal[i] = first_equal(c, i);
    for (int i = 0; i < N_NUMBER; i++)
        add_tensor(f, &(struct safetensors_tensor){.name = numbers[i].name,
                                                   .type = numbers[i].type,
                                                   .data = (char *)c->state +
                                                           numbers[i].at});
    add_tensor(
        f, &(struct safetensors_tensor){.name = "history",
                                        .type = SAFETENSORS_F64,
                                        .n_dim = 2,
                                        .dim = {h->n_epoch, HISTORY_COLUMNS},
                                        .data = h->epoch});
    add_tensor(f, &(struct safetensors_tensor){.name = "steps",
                                               .type = SAFETENSORS_F64,
                                               .n_dim = 1,
                                               .dim = {h->n_step},
                                               .data = h->step});
    for (size_t i = 0; i < c->n_block; i++)
        add_equal(f, c, i, &equal[i]);
    for (size_t i = 0; i < c->n_block; i++)
        add_block(f, c, i, equal[i]);
}

int checkpoint_save(const struct checkpoint *c, struct err *err)
{
    struct safetensors_tensor tensor[MAX_TENSORS];
    char hex[HASH_HEX], path[FILE_PATH_MAX], length[32];
    int64_t equal[CHECKPOINT_MAX_BLOCKS];
    struct safetensors_meta meta[] = {
        {"key", c->hash}, {"sha256", hex}, {"length", length}};
    struct safetensors f = {
        .tensor = tensor, .meta = meta, .n_meta = c->length > 0 ? 3 : 2};

    if (file_of(c, c->state->generation + 1, path, err) < 0)
        return -1;
    c->state->generation++;
    snprintf(length, sizeof(length), "%jd", (intmax_t)c->length);
    collect_tensors(c, &f, equal);
    hash_tensors(&f, hex);
    if (safetensors_write(&f, path, err) < 0) {
        c->state->generation--;
        return -1;
    }
    return 0;
}

/* --- loading ---------------------------------------------------------------*/

/* Tensor 'name', of that type and that many dimensions. */
static const struct safetensors_tensor *get_tensor(const struct safetensors *f,
                                                   const char *name,
                                                   enum safetensors_type type,
                                                   int n_dim, struct err *err)
{
    const struct safetensors_tensor *t = safetensors_find(f, name);

    if (t && t->type == type && t->n_dim == n_dim)
        return t;
    err_set(err, ERR_INPUT, "tensor '%s' is missing or of another shape", name);
    return NULL;
}

/* A whole number of the checkpoint; 0 if it is not there. */
static int64_t number_of(const struct safetensors *f, const char *name)
{
    const struct safetensors_tensor *t = safetensors_find(f, name);
    int64_t n = 0;

    if (t)
        memcpy(&n, t->data, sizeof(n));
    return n;
}

/* Was it to be shorter? */
static int check_length(const struct checkpoint *c, const struct safetensors *f,
                        struct err *err)
{
    const char *text = safetensors_meta(f, "length");

    if (c->length == 0 || (text && atoll(text) < c->length))
        return 0;
    return err_set(err, ERR_USAGE, "it is not of a shorter training");
}

/* The floats of block i, or the number of an earlier block of as many. */
static int check_block(const struct checkpoint *c, const struct safetensors *f,
                       size_t i, struct err *err)
{
    const struct checkpoint_block *b = &c->block[i];
    const struct safetensors_tensor *t = safetensors_find(f, b->name);

    if (t && t->type == SAFETENSORS_I64 && t->n_dim == 0) {
        const int64_t k = number_of(f, b->name);

        if (k >= 0 && k < (int64_t)i && c->block[k].n == b->n)
            return 0;
        return err_set(err, ERR_INPUT, "'%s' equals no block before it",
                       b->name);
    }
    t = get_tensor(f, b->name, SAFETENSORS_F32, 1, err);
    if (t && t->dim[0] != b->n)
        return err_set(err, ERR_INPUT, "'%s' has %zu numbers, not %zu", b->name,
                       t->dim[0], b->n);
    return t ? 0 : -1;
}

static int check_whole(const struct checkpoint *c, const struct safetensors *f,
                       struct err *err)
{
    const char *hash = safetensors_meta(f, "key");
    const char *hex = safetensors_meta(f, "sha256");
    const struct safetensors_tensor *history;
    char want[HASH_HEX];

    if (!hash || strcmp(hash, c->hash) != 0)
        return err_set(err, ERR_INPUT, "it is of other parameters");
    if (check_length(c, f, err) < 0)
        return -1;
    hash_tensors(f, want);
    if (!hex || strcmp(hex, want) != 0)
        return err_set(err, ERR_INPUT, "its content does not match its hash");
    for (int i = 0; i < N_NUMBER; i++)
        if (!get_tensor(f, numbers[i].name, numbers[i].type, 0, err))
            return -1;
    for (size_t i = 0; i < c->n_block; i++)
        if (check_block(c, f, i, err) < 0)
            return -1;
    history = get_tensor(f, "history", SAFETENSORS_F64, 2, err);
    if (!history || !get_tensor(f, "steps", SAFETENSORS_F64, 1, err))
        return -1;
    if (history->dim[1] != HISTORY_COLUMNS)
        return err_set(err, ERR_INPUT, "history of %zu columns, not %d",
                       history->dim[1], HISTORY_COLUMNS);
    return 0;
}

static int open_whole(const struct checkpoint *c, int64_t generation,
                      struct safetensors *f, struct err *err)
{
    char path[FILE_PATH_MAX];
    struct err why = {0};

    if (file_of(c, generation, path, err) < 0 ||
        safetensors_read(f, path, err) < 0)
        return -1;
    if (check_whole(c, f, &why) == 0)
        return 0;
    safetensors_release(f);
    return err_set(err, why.code, "'%.200s': %.250s", path, why.text);
}

static int restore_history(struct history *h, const struct safetensors *f,
                           struct err *err)
{
    const struct safetensors_tensor *epochs = safetensors_find(f, "history");
    const struct safetensors_tensor *steps = safetensors_find(f, "steps");
    const double *row = epochs->data, *loss = steps->data;
    int rc = 0;

    h->n_epoch = 0;
    h->n_step = 0;
    for (size_t i = 0; i < epochs->dim[0] && rc == 0; i++)
        rc = history_epoch(h, row + i * HISTORY_COLUMNS, err);
    if (rc == 0)
        rc = history_reserve(h, steps->dim[0], err);
    for (size_t i = 0; i < steps->dim[0] && rc == 0; i++)
        history_step(h, loss[i]);
    return rc;
}

static int restore_blocks(const struct checkpoint *c,
                          const struct safetensors *f, struct err *err)
{
    if (restore_history(c->history, f, err) < 0)
        return -1;
    for (int i = 0; i < N_NUMBER; i++)
        memcpy((char *)c->state + numbers[i].at,
               safetensors_find(f, numbers[i].name)->data, 8);
    for (size_t i = 0; i < c->n_block; i++) {
        const struct safetensors_tensor *t =
            safetensors_find(f, c->block[i].name);

        memcpy(c->block[i].data,
               t->type == SAFETENSORS_I64 ? c->block[number_of(f, t->name)].data
                                          : t->data,
               c->block[i].n * sizeof(float));
    }
    return 0;
}

int checkpoint_load(const struct checkpoint *c, bool *found, struct err *bad,
                    struct err *err)
{
    struct safetensors f[2] = {{0}, {0}};
    int newest, rc = 0;

    *bad = (struct err){0};
    for (int i = 0; i < 2 && rc == 0; i++) {
        char path[FILE_PATH_MAX];
        struct err why = {0};

        if (file_of(c, i, path, err) < 0)
            rc = -1;
        else if (file_exists(path) && open_whole(c, i, &f[i], &why) < 0)
            *bad = why;
        if (why.code == ERR_SYSTEM) {
            *err = why;
            rc = -1;
        }
    }
    newest = number_of(&f[1], "generation") > number_of(&f[0], "generation");
    *found = rc == 0 && number_of(&f[newest], "generation") > 0;
    if (*found)
        rc = restore_blocks(c, &f[newest], err);
    safetensors_release(&f[0]);
    safetensors_release(&f[1]);
    return rc;
}
