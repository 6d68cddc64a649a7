/* optim_table.c - optimisers by name */
#include "nn/optim.h"

#include <string.h>

static const struct optim *const optims[] = {
#define OPTIM(name) &optim_##name,
#include "nn/optims.def"
#undef OPTIM
};

#define OPTIM(name) " " #name
static const char all[] =
#include "nn/optims.def"
    ;
#undef OPTIM

const struct optim *optim_at(int i)
{
    const int n = sizeof(optims) / sizeof(optims[0]);

    return i >= 0 && i < n ? optims[i] : NULL;
}

const struct optim *optim_find(const char *name, struct err *err)
{
    for (size_t i = 0; i < sizeof(optims) / sizeof(optims[0]); i++)
        if (strcmp(name, optims[i]->name) == 0)
            return optims[i];
    err_set(err, ERR_USAGE, "unknown optimiser '%.64s'; there are:%s", name,
            all);
    return NULL;
}
