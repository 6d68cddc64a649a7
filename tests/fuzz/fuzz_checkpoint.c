/*
 * fuzz_checkpoint.c - a checkpoint that is not ours, or no longer
 *
 * A hash keeps damage out, and with it every mutation; so tensors that can be
 * read get a right one, and are loaded with it, too.
 */
#include "base/hash.h"
#include "nn/safetensors.h"
#include "stages/train/checkpoint.h"

#include "fuzz_main.h"
#include "fuzz_tree.h"

static const char hash[] = "0123";

/* As checkpoint.c has it. */
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

static void write_sealed(const uint8_t *data, size_t size)
{
    struct safetensors f;
    struct err err = {0};
    char hex[HASH_HEX];

    if (safetensors_parse(&f, data, size, &err) < 0)
        return;
    hash_tensors(&f, hex);
    if (safetensors_write(
            &(struct safetensors){
                .tensor = f.tensor,
                .n_tensor = f.n_tensor,
                .meta =
                    (struct safetensors_meta[]){{"key", hash}, {"sha256", hex}},
                .n_meta = 2},
            fuzz_path("0.safetensors"), &err) < 0)
        BUG_ON(err.code != ERR_INPUT && err.code != ERR_SYSTEM);
    safetensors_release(&f);
}

/* What was loaded can be saved, and loads again as it was. */
static void load_again(void)
{
    float weight[2][3] = {{0}}, other[2][3] = {{0}};
    struct train_state state = {0}, again = {0};
    struct history history = {0};
    struct checkpoint c = {
        .dir = fuzz_dir(),
        .hash = hash,
        .state = &state,
        .history = &history,
        .block = {{"weight", weight[0], 3}, {"best", weight[1], 3}},
        .n_block = 2};
    struct err bad, err = {0};
    bool found;

    BUG_ON(checkpoint_load(&c, &found, &bad, &err) < 0);
    if (found && state.generation < INT64_MAX) {
        BUG_ON(checkpoint_save(&c, &err) < 0);
        c.state = &again;
        c.block[0].data = other[0];
        c.block[1].data = other[1];
        BUG_ON(checkpoint_load(&c, &found, &bad, &err) < 0 || !found ||
               memcmp(&state, &again, sizeof(state)) != 0 ||
               memcmp(weight, other, sizeof(weight)) != 0);
    }
    history_release(&history);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_put("0.safetensors", data, size);
    load_again();
    fuzz_clear();
    fuzz_put("keep", "", 0);
    write_sealed(data, size);
    load_again();
    fuzz_clear();
    return 0;
}
