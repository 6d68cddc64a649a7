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

void grouped_share_bases(unsigned seen, struct buf *out)
{
    static const char *const words[] = {
        [SHARE_OVER_GROUPS] = "over groups of cells drawn again",
        [SHARE_WILSON] = "Wilson's where no two cells are of one group",
        [SHARE_WILSON_GROUPS] =
            "Wilson's of groups of which each is counted as one cell"};
    const char *between = "";

    for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (words[i] && (seen >> i & 1)) {
            buf_printf(out, "%s%s", between, words[i]);
            between = " or ";
        }
}

double grouped_share_percent(double share)
{
    const double exact = 1e-9; /* what arithmetic may be off */

    if (share > exact && share < 0.0005)
        return 0.1;
    if (share >= 0.9995 && share < 1 - exact)
        return 99.9;
    return 100 * share;
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
