/* fuzz_safetensors.c - any bytes as a file of tensors; every element is read */
#include "nn/safetensors.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz_main.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct safetensors f;
    struct err err = {0};
    unsigned sum = 0;

    if (safetensors_parse(&f, data, size, &err) < 0)
        return 0;
    for (size_t i = 0; i < f.n_tensor; i++) {
        const struct safetensors_tensor *t = &f.tensor[i];
        const uint8_t *p = t->data;

        BUG_ON(safetensors_find(&f, t->name) != t);
        BUG_ON((uintptr_t)p % safetensors_item(t->type) != 0);
        for (size_t at = 0; at < safetensors_bytes(t); at++)
            sum += p[at];
    }
    for (size_t i = 0; i < f.n_meta; i++)
        sum += (unsigned)strlen(f.meta[i].value);
    BUG_ON(f.n_tensor > size || sum == UINT32_MAX);
    safetensors_release(&f);
    return 0;
}
