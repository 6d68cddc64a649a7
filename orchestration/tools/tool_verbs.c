#include "orchestration/tools/tool_verbs.h"

#include "orchestration/tools/doctor.h"
#include "orchestration/tools/doctor_ranks.h"

const struct verb_option tool_verbs_doctor_options[] = {
    {0, "ranks", "N", "0", "also where so many ranks would compute; 0: not",
     INTO(VERB_NUMBER, bench.ranks)},
    {0, "threads", "N", "0", "of each rank; 0: cores / ranks",
     INTO(VERB_NUMBER, bench.threads)},
    {.name = NULL},
};

int tool_verbs_doctor(struct verb_args *a, struct err *err)
{
    if (doctor_run(stdout, a->word[0], err) < 0)
        return -1;
    return a->bench.ranks
               ? doctor_ranks(stdout, a->bench.ranks, a->bench.threads, err)
               : 0;
}

int tool_verbs_doctor_rank(struct verb_args *a, struct err *err)
{
    return doctor_rank(stdout, a->bench.threads, err);
}

const struct verb_option tool_verbs_bench_options[] = {
    {0, "size", "N", "110", "pixels a side", INTO(VERB_NUMBER, bench.size)},
    {0, "batch", "N", "32", "images of a step", INTO(VERB_NUMBER, bench.batch)},
    {0, "threads", "N", "0", "0: as many as OpenMP would start",
     INTO(VERB_NUMBER, bench.threads)},
    {0, "steps", "N", "9", "that are measured", INTO(VERB_NUMBER, bench.steps)},
    {0, "layers", NULL, NULL, "each layer for itself",
     INTO(VERB_FLAG, bench.layers)},
    {0, "ranks", "N", "0", "a step that so many ranks divide; 0: no ranks",
     INTO(VERB_NUMBER, bench.ranks)},
    {0, "strict", NULL, NULL, "parts of it as with train.reproducible strict",
     INTO(VERB_FLAG, bench.strict)},
    {.name = NULL},
};

int tool_verbs_bench(struct verb_args *a, struct err *err)
{
    a->bench.net = a->word[0];
    return bench(stdout, &a->bench, err);
}

int tool_verbs_bench_rank(struct verb_args *a, struct err *err)
{
    a->bench.net = a->word[0];
    return bench_rank(stdout, &a->bench, err);
}

const struct verb_option tool_verbs_weights_options[] = {
    {'o', "output", "FILE", NULL, "what is written",
     INTO(VERB_TEXT, weights.out)},
    {0, "net", "NET", NULL, "the network, instead of what the file says",
     INTO(VERB_TEXT, weights.net)},
    {0, "torch", NULL, NULL, "export a trained model to PyTorch's safetensors",
     INTO(VERB_FLAG, weights.torch)},
    {.name = NULL},
};

int tool_verbs_weights(struct verb_args *a, struct err *err)
{
    a->weights.what = a->word[0];
    a->weights.file = a->word[1];
    return weights_command_run(stdout, &a->weights, err);
}

const struct verb_option tool_verbs_score_options[] = {
    {0, "without", "FOLDS", NULL,
     "also without these, as 0,3: those that took part in choosing",
     INTO(VERB_TEXT, score.without)},
    {0, "set", "KEY=VALUE", NULL, "of evaluate.*, as evaluate.sensitivity=0.97",
     INTO(VERB_LIST, run.set)},
    {'o', "output", "DIR", NULL,
     "also write the predictions there, of several their vote",
     INTO(VERB_TEXT, score.out)},
    {.name = NULL},
};

int tool_verbs_score(struct verb_args *a, struct err *err)
{
    a->score.name = a->word;
    a->score.n_name = a->n_word;
    a->score.set = a->run.set.item;
    a->score.n_set = a->run.set.n;
    return score_command_run(stdout, &a->score, err);
}

const struct verb_option tool_verbs_features_options[] = {
    {0, "weights", "FILE", NULL, "Keras' .h5, or safetensors; must be given",
     INTO(VERB_TEXT, features.weights)},
    {0, "images", "DIR", NULL, "all pictures in it; must be given",
     INTO(VERB_TEXT, features.images)},
    {'o', "output", "OUT.npy", NULL,
     "one row an image, named in OUT.csv; must be given",
     INTO(VERB_TEXT, features.out)},
    {0, "net", "NET", NULL, "the network, instead of what the weights say",
     INTO(VERB_TEXT, features.net)},
    {0, "layer", "NAME", NULL, "this layer's output, not pooled",
     INTO(VERB_TEXT, features.layer)},
    {0, "preprocess", "raw|caffe|tf|torch", NULL,
     "of pixels, instead of what the weights expect",
     INTO(VERB_TEXT, features.input)},
    {0, "size", "N", "110", "pixels a side", INTO(VERB_NUMBER, features.size)},
    {0, "resize", "nearest|lanczos", NULL,
     "of images of another size, instead of what the weights say",
     INTO(VERB_TEXT, features.resize)},
    {0, "batch", "N", "32", "images at a time",
     INTO(VERB_NUMBER, features.batch)},
    {0, "threads", "N", "0", "0: as many as OpenMP would start",
     INTO(VERB_NUMBER, features.threads)},
    {.name = NULL},
};

int tool_verbs_features(struct verb_args *a, struct err *err)
{
    size_t n_aside;

    if (features(&a->features, &n_aside, err) < 0)
        return -1;
    return n_aside == 0
               ? 0
               : err_set(err, ERR_INPUT, "%zu images were set aside", n_aside);
}
