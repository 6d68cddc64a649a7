/* optim_table.c - the optimisers */
#include "nn/optim.h"

static const struct optim *const optims[] = {
#define OPTIM(name) &optim_##name,
#include "nn/optims.def"
#undef OPTIM
};

const struct optim *optim_at(int i)
{
    const int n = sizeof(optims) / sizeof(optims[0]);

    return i >= 0 && i < n ? optims[i] : NULL;
}
