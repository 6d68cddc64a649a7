/*
 * fuzz_weights.c - any bytes as pretrained weights, of whichever network
 *
 * None has all weights of a network in so few bytes: it must be said what
 * lacks.
 */
#include "nn/weights.h"
#include "nn/weights_fit.h"

#include "fuzz_main.h"
#include "fuzz_tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct safetensors f;
    struct weights_count count;
    size_t left_out;
    struct err err = {0};
    const struct net *net;

    fuzz_put("weights", data, size);
    if (weights_read(&f, fuzz_path("weights"), &err) == 0) {
        for (size_t i = 0; i < f.n_tensor; i++)
            (void)weights_is_top(f.tensor[i].name);
        net = weights_net(&f, &err);
        BUG_ON(net && weights_check(net, &f, &count, &err) == 0);
        net = net_at(size % 5);
        BUG_ON(weights_fit(&f, net, &left_out, &err) == 0 &&
               weights_check(net, &f, &count, &err) == 0);
        safetensors_release(&f);
    }
    BUG_ON(err.code != ERR_INPUT || !err.text[0]);
    fuzz_clear();
    return 0;
}
