/*
 * test_weights.c - networks' weights through both formats, and wrong ones
 */
#include "golden/nn_digest.h"
#include "net_weights.h"
#include "nn/weights.h"
#include "test_dir.h"

#include <stdint.h>

/* Graph to .h5 to safetensors to another graph. */
static void check_round(const struct net *net)
{
    struct graph *g = new_graph(net, NULL, HEAD_NONE);
    struct graph *h = new_graph(net, NULL, HEAD_NONE);
    struct safetensors f = view_of(g), from_h5 = {0}, back = {0},
                       loaded = view_of(h);
    struct weights_count count;
    struct err err = {0};

    fill_weights(g);
    ok(weights_write_h5(net, &f, in_dir("x.h5"), &err) == 0 &&
           weights_read(&from_h5, in_dir("x.h5"), &err) == 0,
       net->name);
    ok(same_tensors(&f, &from_h5), "the .h5 holds the same");
    ok(weights_net(&from_h5, &err) == net,
       "  it is told whose weights it holds");
    ok(weights_check(net, &from_h5, &count, &err) == 0 &&
           count.numbers == net->n_trunk && count.top_tensors == 0,
       "all are there");
    ok(weights_write(net, &from_h5, "test", in_dir("x.st"), &err) == 0 &&
           weights_read(&back, in_dir("x.st"), &err) == 0,
       "  to safetensors and back");
    ok(same_tensors(&f, &back) && weights_net(&back, &err) == net,
       "the same, with the network's name");
    ok(weights_load(h, net, &back, &err) == 0 && same_tensors(&f, &loaded),
       "into another graph");
    safetensors_release(&from_h5);
    safetensors_release(&back);
    free(f.tensor);
    free(loaded.tensor);
    graph_free(g);
    graph_free(h);
}

/* A trained model: cut, with a head. */
static void check_cut(const struct net *net)
{
    struct graph *g = new_graph(net, net->paper_cut, HEAD_PAPER);
    struct graph *whole = new_graph(net, NULL, HEAD_NONE);
    struct graph *other = new_graph(net, net->paper_cut, HEAD_PAPER);
    struct safetensors f = view_of(g), w = view_of(whole), back = {0};
    struct safetensors o = view_of(other);
    struct weights_count count;
    struct err err = {0};

    fill_weights(g);
    fill_weights(whole);
    ok(weights_write_h5(net, &f, in_dir("y.h5"), &err) == 0 &&
           weights_read(&back, in_dir("y.h5"), &err) == 0 &&
           same_tensors(&f, &back),
       "a cut network with its head goes through .h5");
    ok(weights_load(other, net, &back, &err) == 0 && same_tensors(&f, &o),
       "  and into a graph like it");
    ok(weights_load(whole, net, &back, &err) < 0 && err.code == ERR_INPUT &&
           strstr(err.text, "is missing"),
       "  but not into the whole network");
    ok(weights_check(net, &back, &count, &err) < 0, "  nor is it all of it");
    ok(weights_load(other, net, &w, &err) == 0,
       "a cut network takes the whole network's weights");
    for (size_t i = 0; i < o.n_tensor; i++) {
        const struct safetensors_tensor *t =
            safetensors_find(&w, o.tensor[i].name);

        if (t && memcmp(t->data, o.tensor[i].data, safetensors_bytes(t)) != 0)
            ok(false, o.tensor[i].name);
    }
    safetensors_release(&back);
    free(f.tensor);
    free(w.tensor);
    free(o.tensor);
    graph_free(g);
    graph_free(whole);
    graph_free(other);
}

static void check_refused(const struct net *net, const struct safetensors *f,
                          const char *text)
{
    struct weights_count count;
    struct err err = {0};

    fails(weights_check(net, f, &count, &err), err, ERR_INPUT, text, text);
}

static void check_wrong(void)
{
    struct err err = {0};
    const struct net *net = net_find("mobilenetv2", &err);
    struct graph *g = new_graph(net, NULL, HEAD_NONE);
    struct safetensors f = view_of(g);
    struct safetensors_tensor *t = &f.tensor[7], good = *t;

    t->name = "odd/kernel:0";
    check_refused(net, &f, "tensor 'odd/kernel:0' is not one of mobilenetv2's");
    t->name = "predictions/kernel:0";
    check_refused(net, &f, "of mobilenetv2 is missing");
    *t = good;
    t->dim[0]++;
    check_refused(net, &f, "has shape (");
    *t = good;
    t->type = SAFETENSORS_I64;
    check_refused(net, &f, "is not of float32");
    *t = good;
    ((float *)(uintptr_t)t->data)[1] = NAN;
    check_refused(net, &f, "the first is NaN");
    check_refused(net, &f, t->name);
    ok(weights_load(g, net, &f, &err) < 0 && strstr(err.text, t->name),
       "  nor is it taken into a graph");
    ((float *)(uintptr_t)t->data)[1] = -INFINITY;
    check_refused(net, &f, "the first is infinite");
    ((float *)(uintptr_t)t->data)[1] = 0;
    f.n_tensor--;
    check_refused(net, &f, "of mobilenetv2 is missing");
    f.n_tensor = 0;
    ok(!weights_net(&f, &err) && err.code == ERR_INPUT, "no network's tensors");
    free(f.tensor);
    graph_free(g);
}

static void check_tops(void)
{
    ok(weights_is_top("dense/kernel:0") && weights_is_top("dense_12/bias:0") &&
           weights_is_top("batch_normalization_1/gamma:0") &&
           weights_is_top("predictions/bias:0") && weights_is_top("fc1/bias:0"),
       "tensors of classifiers are told by their names");
    ok(!weights_is_top("dense_relu/x:0") && !weights_is_top("conv1/kernel:0") &&
           !weights_is_top("dense") &&
           !weights_is_top("batch_normalisation/g:0"),
       "tensors of other layers are no classifier's");
}

int main(void)
{
    begin_dir();
    for (size_t i = 0; net_at(i); i++)
        check_round(net_at(i));
    for (size_t i = 0; net_at(i); i++)
        if (net_at(i)->paper_cut)
            check_cut(net_at(i));
    check_wrong();
    check_tops();
    return end_dir();
}
