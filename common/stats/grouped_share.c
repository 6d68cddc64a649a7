/* grouped_share.c - which interval, and how it is called */
#include "stats/grouped_share.h"

#include "stats/proportion.h"

#include <math.h>

double grouped_share_value(const struct grouped_share *s)
{
    return s->n ? (double)s->k / (double)s->n : (double)NAN;
}

void grouped_share_choose(struct grouped_share *s, const struct interval *drawn)
{
    s->basis = SHARE_NO_INTERVAL;
    s->low = s->high = (double)NAN;
    if (s->n == 0 || s->groups == 0)
        return;
    if (s->groups == s->n) {
        s->basis = SHARE_WILSON;
        proportion_wilson(s->k, s->n, &s->low, &s->high);
    } else if (s->groups > 1 && s->k > 0 && s->k < s->n && drawn &&
               drawn->high > drawn->low) { /* else no group was another */
        s->basis = SHARE_OVER_GROUPS;
        s->low = drawn->low;
        s->high = drawn->high;
    } else {
        s->basis = SHARE_WILSON_GROUPS;
        proportion_wilson(
            (size_t)lround(grouped_share_value(s) * (double)s->groups),
            s->groups, &s->low, &s->high);
    }
}

void grouped_share_words(const struct grouped_share *s, struct buf *out)
{
    if (s->basis == SHARE_NO_INTERVAL) {
        buf_puts(out, "no interval");
        return;
    }
    buf_printf(out, "%s95 %% interval %.1f to %.1f %%",
               s->basis == SHARE_OVER_GROUPS ? "" : "Wilson ", 100 * s->low,
               100 * s->high);
    if (s->basis == SHARE_OVER_GROUPS)
        buf_printf(out, ", over %s%zu groups of cells",
                   s->groups < SHARE_FEW_GROUPS ? "only " : "", s->groups);
    if (s->basis == SHARE_WILSON_GROUPS)
        buf_printf(out, ", each of %zu group%s counted as one cell", s->groups,
                   s->groups == 1 ? "" : "s");
}
