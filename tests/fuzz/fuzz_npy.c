/* fuzz_npy.c - arrays from anyone; every element is there */
#include "base/npy.h"

#include "fuzz_main.h"
#include "fuzz_tree.h"

/* What has a shape that we write reads back the same. */
static void check_again(const struct npy *a)
{
    struct npy again;
    struct err err = {0};

    BUG_ON(npy_write(a, fuzz_path("again.npy"), &err) < 0 ||
           npy_map(&again, fuzz_path("again.npy"), &err) < 0);
    BUG_ON(again.type != a->type || again.n_dim != a->n_dim ||
           memcmp(again.dim, a->dim, sizeof(a->dim)) != 0 ||
           memcmp(again.data, a->data, npy_bytes(a)) != 0);
    npy_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct npy a;
    struct err err = {0};
    unsigned sum = 0;

    fuzz_put("array.npy", data, size);
    if (npy_map(&a, fuzz_path("array.npy"), &err) == 0) {
        BUG_ON(npy_bytes(&a) > size);
        for (size_t i = 0; i < npy_bytes(&a); i++)
            sum += ((const uint8_t *)a.data)[i];
        check_again(&a);
    } else {
        BUG_ON(err.code != ERR_INPUT || a.data);
    }
    npy_release(&a);
    fuzz_clear();
    return sum == UINT32_MAX;
}
