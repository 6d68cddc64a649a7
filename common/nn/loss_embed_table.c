/* loss_embed_table.c - losses of embeddings by name, and what they are given */
#include "nn/loss_pairs.h"

#include <math.h>

static const struct embed_loss *const losses[] = {
#define EMBED_LOSS(name) &embed_loss_##name,
#include "nn/embed_losses.def"
#undef EMBED_LOSS
};

const struct embed_loss *loss_embed_at(int i)
{
    const int n = sizeof(losses) / sizeof(losses[0]);

    return i >= 0 && i < n ? losses[i] : NULL;
}

static int check_positive(const struct embed_loss *l, const char *what,
                          double value, struct err *err)
{
    if (value > 0.0 && isfinite(value))
        return 0;
    return err_set(err, ERR_USAGE,
                   "loss %s: %s %g is not a finite number above 0", l->name,
                   what, value);
}

int loss_embed_check(const struct embed_loss *l, const struct embed_args *a,
                     struct err *err)
{
    if (l->kind == PAIRS_DISTANCE)
        return check_positive(l, "margin", a->margin, err);
    if (check_positive(l, "temperature", a->temperature, err) < 0)
        return -1;
    return l->base_temperature
               ? check_positive(l, "base temperature", a->base_temperature, err)
               : 0;
}
