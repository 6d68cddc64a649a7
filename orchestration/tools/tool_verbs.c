#include "orchestration/tools/tool_verbs.h"

#include "orchestration/tools/doctor.h"
#include "orchestration/tools/doctor_ranks.h"

const struct verb_option tool_verbs_doctor_options[] = {
    NUMBER("ranks", "N", "0", "also where so many ranks would compute; 0: not",
           bench.ranks),
    NUMBER("threads", "N", "0", "of each rank; 0: cores / ranks",
           bench.threads),
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
    NUMBER("size", "N", "110", "pixels a side", bench.size),
    NUMBER("batch", "N", "32", "images of a step", bench.batch),
    NUMBER("threads", "N", "0", "0: as many as OpenMP would start",
           bench.threads),
    NUMBER("steps", "N", "9", "that are measured", bench.steps),
    FLAG("layers", "each layer for itself", bench.layers),
    NUMBER("ranks", "N", "0", "a step that so many ranks divide; 0: no ranks",
           bench.ranks),
    TEXT("precision", "float32|bf16", "of products and values between layers",
         bench.precision),
    FLAG("strict", "parts of it as with train.reproducible strict",
         bench.strict),
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
    OUTPUT("FILE", "what is written", weights.out),
    TEXT("net", "NET", "the network, instead of what the file says",
         weights.net),
    FLAG("torch", "export a trained model to PyTorch's safetensors",
         weights.torch),
    {.name = NULL},
};

int tool_verbs_weights(struct verb_args *a, struct err *err)
{
    a->weights.what = a->word[0];
    a->weights.file = a->word[1];
    return weights_command_run(stdout, &a->weights, err);
}

const struct verb_option tool_verbs_score_options[] = {
    TEXT("without", "FOLDS",
         "also without these, as 0,3: those that took part in choosing",
         score.without),
    LIST("set", "KEY=VALUE", "of evaluate.*, as evaluate.sensitivity=0.97",
         run.set),
    OUTPUT("DIR", "also write the predictions there, of several their vote",
           score.out),
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
    TEXT("weights", "FILE", "Keras' .h5, or safetensors; must be given",
         features.weights),
    TEXT("images", "DIR", "all pictures in it; must be given", features.images),
    OUTPUT("OUT.npy", "one row an image, named in OUT.csv; must be given",
           features.out),
    TEXT("net", "NET", "the network, instead of what the weights say",
         features.net),
    TEXT("layer", "NAME", "this layer's output, not pooled", features.layer),
    TEXT("preprocess", "raw|caffe|tf|torch",
         "of pixels, instead of what the weights expect", features.input),
    NUMBER("size", "N", "0", "pixels a side; 0: the model's, else 110",
           features.size),
    TEXT("resize", "nearest|lanczos",
         "of images of another size, instead of what the weights say",
         features.resize),
    NUMBER("batch", "N", "32", "images at a time", features.batch),
    NUMBER("threads", "N", "0", "0: as many as OpenMP would start",
           features.threads),
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
