/*
 * test_plan_weights.c - experiments that begin with pretrained weights
 */
#include "config/config_key.h"
#include "config/regime.h"
#include "golden/nn_digest.h"
#include "nn/weights.h"
#include "run/output.h"
#include "run/pretrained_weights.h"
#include "stages/weights/import_weights.h"
#include "tap.h"
#include "test_dir.h"

#include <stdlib.h>
#include <unistd.h>

/* Drawn cells, so that no dataset is needed. */
static struct config base_config(const char *regime)
{
    struct config c;

    config_init(&c);
    c.dataset.draw_per_class = 5;
    snprintf(c.train.weights, sizeof(c.train.weights), "%s", in_dir("w"));
    snprintf(c.train.regimes.word[0], CONFIG_NAME_MAX, "%s", regime);
    return c;
}

static void add_word(struct word_list *l, const char *word)
{
    snprintf(l->word[l->n++], CONFIG_NAME_MAX, "%s", word);
}

static void check_find(void)
{
    char path[FILE_PATH_MAX];
    struct err err = {0};

    fails(pretrained_weights_find(path, "", "vgg16", &err), err, ERR_USAGE,
          "papline weights fetch vgg16 -o FILE",
          "no directory of weights is refused");
    fails(pretrained_weights_find(path, in_dir("w"), "vgg16", &err), err,
          ERR_USAGE, "/w': No such file",
          "a directory of weights that is not there is refused");
    ok(file_dir_make(in_dir("w"), &err) == 0, "a directory of weights is made");
    put_file(in_dir("w/vgg160.h5"), "x");
    put_file(in_dir("w/vgg16.txt"), "x");
    fails(pretrained_weights_find(path, in_dir("w"), "vgg16", &err), err,
          ERR_USAGE, "has no vgg16*.safetensors or vgg16*.h5",
          "a directory without weights of the network is refused");
    put_file(in_dir("w/vgg16_notop.h5"), "x");
    put_file(in_dir("w/vgg16_b.h5"), "x");
    ok(pretrained_weights_find(path, in_dir("w"), "vgg16", &err) == 0 &&
           strcmp(path, in_dir("w/vgg16_b.h5")) == 0,
       "of two .h5 files the first by name is taken");
    put_file(in_dir("w/vgg16_z.safetensors"), "x");
    ok(pretrained_weights_find(path, in_dir("w"), "vgg16", &err) == 0 &&
           strcmp(path, in_dir("w/vgg16_z.safetensors")) == 0,
       "safetensors come before .h5");
}

static int position_of(const struct plan *p, const char *name)
{
    const struct plan_step *n = plan_find(p, name);

    return n ? (int)(n - p->step) : -1;
}

static bool reads_input(const struct plan *p, const char *name,
                        const char *input)
{
    const struct plan_step *n = plan_find(p, name);
    const int i = position_of(p, input);
    bool found = false;

    for (int k = 0; n && k < n->n_input; k++)
        found = found || n->input[k] == i;
    return i >= 0 && found;
}

static void check_steps(void)
{
    struct config c = base_config("finetune");
    struct plan p;
    struct err err = {0};

    c.train.weights[0] = '\0';
    fails(plan_init(&p, &c, in_dir("run"), &err), err, ERR_USAGE,
          "train.weights: is empty",
          "a regime that needs weights is refused without");
    c = base_config("finetune");
    put_file(in_dir("w/mobilenetv2_x.h5"), "one");
    if (!ok(plan_init(&p, &c, in_dir("run"), &err) == 0,
            "fine-tuning is planned"))
        return;
    ok(p.n_step == 8 && reads_input(&p, "train/mobilenetv2-finetune-s1",
                                    "weights/mobilenetv2"),
       "training reads the weights");
    ok(strlen(plan_weights(&p, "mobilenetv2")) == HASH_HEX - 1 &&
           !plan_weights(&p, "vgg16")[0],
       "the content of the weights is known");
    ok(plan_is_output("weights/mobilenetv2"), "the weights are an output");
    plan_release(&p);

    c = base_config("scratch");
    ok(plan_init(&p, &c, in_dir("run"), &err) == 0 && p.n_step == 7 &&
           p.n_weights == 0,
       "training from scratch reads none");
    plan_release(&p);

    c = base_config("contrastive");
    ok(plan_init(&p, &c, in_dir("run"), &err) == 0 && p.n_weights == 0,
       "an encoder from scratch reads no weights");
    plan_release(&p);
    c.train.encoder = ENCODER_WEIGHTS;
    ok(plan_init(&p, &c, in_dir("run"), &err) == 0 &&
           reads_input(&p, "train/mobilenetv2-contrastive-s1",
                       "weights/mobilenetv2"),
       "a pretrained encoder reads the weights");
    plan_release(&p);
}

/* A model that is gone on from is planned, once, wherever it is listed. */
static void check_after(void)
{
    struct config c = base_config("cost_sensitive");
    struct plan p;
    struct err err = {0};

    if (!ok(plan_init(&p, &c, in_dir("run"), &err) == 0,
            "cost-sensitive training alone is planned"))
        return;
    ok(p.n_step == 9 && plan_find(&p, "train/mobilenetv2-finetune-s1") &&
           !plan_find(&p, "evaluate/mobilenetv2-finetune-s1"),
       "  its fine-tuning is trained, no more");
    ok(reads_input(&p, "train/mobilenetv2-cost_sensitive-s1",
                   "train/mobilenetv2-finetune-s1"),
       "  and read");
    plan_release(&p);
    add_word(&c.train.regimes, "finetune");
    add_word(&c.train.networks, "vgg16");
    c.train.seeds = (struct int_list){.value = {1, 2}, .n = 2};
    ok(plan_init(&p, &c, in_dir("run"), &err) == 0 &&
           p.n_step == 3 + 2 + 2 * 2 * 2 * 3 + 1,
       "fine-tuning and cost-sensitive training are planned, in any order");
    ok(position_of(&p, "train/vgg16-finetune-s2") <
               position_of(&p, "train/vgg16-cost_sensitive-s2") &&
           plan_find(&p, "evaluate/vgg16-finetune-s2"),
       "  fine-tuning comes first");
    plan_release(&p);
}

/* A variant goes on from the fine-tuned model of the same variant. */
static void check_after_variant(void)
{
    struct config c = base_config("cost_sensitive");
    struct plan p, alone;
    struct err err = {0};

    BUG_ON(config_take_set(&c, "train.variants={a: {}, b: {mixup: 0.2}}",
                           &err) < 0 ||
           plan_init(&p, &c, in_dir("run"), &err) < 0);
    ok(reads_input(&p, "train/mobilenetv2-cost_sensitive-b-s1",
                   "train/mobilenetv2-finetune-b-s1") &&
           p.n_step == 13,
       "cost-sensitive training goes on from its own variant's model");
    c = base_config("cost_sensitive");
    c.train.mixup = 0.2;
    BUG_ON(plan_init(&alone, &c, in_dir("run"), &err) < 0);
    ok(strcmp(plan_find(&p, "train/mobilenetv2-cost_sensitive-b-s1")->hash,
              plan_find(&alone, "train/mobilenetv2-cost_sensitive-s1")->hash) ==
           0,
       "  with the hash that it has without variants");
    plan_release(&alone);
    plan_release(&p);
}

static void hashes_of(const struct config *c, char hash[2][HASH_HEX])
{
    struct plan p;
    struct err err = {0};

    BUG_ON(plan_init(&p, c, in_dir("run"), &err) < 0);
    strcpy(hash[0], plan_find(&p, "train/mobilenetv2-finetune-s1")->hash);
    strcpy(hash[1], plan_find(&p, "train/mobilenetv2-cost_sensitive-s1")->hash);
    plan_release(&p);
}

static void check_keys(void)
{
    struct config c = base_config("cost_sensitive");
    char was[2][HASH_HEX], is[2][HASH_HEX];

    hashes_of(&c, was);
    c.train.cache = CACHE_OFF;
    hashes_of(&c, is);
    ok(memcmp(was, is, sizeof(was)) == 0, "the cache decides nothing");
    c.train.projection = PROJECTION_TWO;
    hashes_of(&c, is);
    ok(memcmp(was, is, sizeof(was)) == 0,
       "a projection concerns contrastive training alone");
    c.train.mixup = 0.2;
    hashes_of(&c, is);
    ok(strcmp(was[0], is[0]) != 0 && strcmp(was[1], is[1]) != 0,
       "mixtures concern all regimes");
    c.train.mixup = 0;
    snprintf(c.train.class_weights, sizeof(c.train.class_weights), "1, 2");
    hashes_of(&c, is);
    ok(strcmp(was[0], is[0]) == 0 && strcmp(was[1], is[1]) != 0,
       "class weights concern cost-sensitive training alone");
    c = base_config("cost_sensitive");
    put_file(in_dir("w/mobilenetv2_x.h5"), "two");
    hashes_of(&c, is);
    ok(strcmp(was[0], is[0]) != 0 && strcmp(was[1], is[1]) != 0,
       "the content of the weights concerns both");
}

/* Workers believe what was pinned. */
static void check_pin(void)
{
    struct config c = base_config("finetune");
    struct plan p, q;
    struct err err = {0};

    BUG_ON(file_dir_make(in_dir("run"), &err) < 0);
    if (!ok(plan_init(&p, &c, in_dir("run"), &err) == 0 &&
                plan_pin(&p, &c, in_dir("run"), &err) == 0,
            "weights are pinned"))
        return;
    put_file(in_dir("w/mobilenetv2_x.h5"), "three");
    ok(plan_join(&q, &c, in_dir("run"), &err) == 0 &&
           strcmp(plan_weights(&p, "mobilenetv2"),
                  plan_weights(&q, "mobilenetv2")) == 0,
       "who joins sees the weights as they were pinned");
    fails(import_weights(in_dir("run"), &p,
                         plan_find(&p, "weights/mobilenetv2"), in_dir("w"),
                         &err),
          err, ERR_AGAIN, "has changed just now",
          "weights that changed behind the plan are not imported");
    plan_release(&p);
    plan_release(&q);
}

/* Weights of drawn numbers, as .h5, come into the run. */
static void check_import(void)
{
    struct config c = base_config("finetune");
    struct err err = {0};
    const struct net *net = net_find("mobilenetv2", &err);
    struct graph *g = net_new(
        net, &(struct net_args){.h = 32, .w = 32, .head = HEAD_NONE},
        &(struct graph_args){.max_batch = 1, .memory = GRAPH_INFER}, &err);
    struct safetensors f = {0};
    struct safetensors_tensor *t;
    const struct named_tensor *list;
    char path[FILE_PATH_MAX];
    struct plan p;

    BUG_ON(!g);
    graph_tensors(g, &list, &f.n_tensor);
    f.tensor = t = calloc(f.n_tensor, sizeof(*t));
    for (size_t i = 0; t && i < f.n_tensor; i++) {
        t[i] = (struct safetensors_tensor){
            .name = list[i].name, .n_dim = list[i].n_dim, .data = list[i].data};
        for (int k = 0; k < list[i].n_dim; k++)
            t[i].dim[k] = (size_t)list[i].dim[k];
    }
    ok(weights_write_h5(net, &f, in_dir("w/mobilenetv2_x.h5"), &err) == 0 &&
           plan_init(&p, &c, in_dir("run"), &err) == 0 &&
           import_weights(in_dir("run"), &p,
                          plan_find(&p, "weights/mobilenetv2"), in_dir("w"),
                          &err) == 0,
       "weights are imported");
    free(t);
    ok(output_is_current(in_dir("run"), plan_find(&p, "weights/mobilenetv2")) &&
           pretrained_weights_path(path, in_dir("run"),
                                   plan_find(&p, "weights/mobilenetv2"),
                                   &err) == 0 &&
           safetensors_read(&f, path, &err) == 0 &&
           weights_load(g, net, &f, &err) == 0,
       "imported weights are sealed and good");
    safetensors_release(&f);
    plan_release(&p);
    graph_free(g);
}

int main(void)
{
    struct err err = {0};

    if (!mkdtemp(dir))
        return 1;
    check_find();
    check_steps();
    check_after();
    check_after_variant();
    check_keys();
    check_pin();
    check_import();
    ok(regime_find("none", &err) == NULL && strstr(err.text, "cost_sensitive"),
       "an unknown regime is refused");
    ok(file_dir_remove(dir, &err) == 0, "the test's directory is removed");
    return tap_done();
}
