/* screening_words.c - what was found, in sentences */
#include "evaluation/screening.h"

#include <math.h>

/* "26.6 %; 95 % interval 10.1 to 45.3 %, over 6 groups of cells" in (). */
static void put_share(const struct grouped_share *s, struct buf *out)
{
    buf_printf(out, " (%.1f %%; ",
               grouped_share_percent(grouped_share_value(s)));
    grouped_share_words(s, out);
    buf_puts(out, ")");
}

static void put_found_of(const struct grouped_share *s, const char *what,
                         const char *how, struct buf *out)
{
    if (s->n == 0) {
        buf_printf(out, "There is no %s cell.", what);
        return;
    }
    buf_printf(out, "Of %zu %s cell%s %zu %s %s", s->n, what,
               s->n == 1 ? "" : "s", s->k, s->k == 1 ? "was" : "were", how);
    put_share(s, out);
    buf_puts(out, ".");
}

void screening_put_found(const struct screening *s, struct buf *out)
{
    if (!s->two) {
        buf_puts(out, "What was missed is not known: which classes are "
                      "abnormal, and which are not, is not said "
                      "(evaluate.normal, .benign, .abnormal).");
        return;
    }
    put_found_of(&s->missed,
                 s->validation ? "abnormal validation" : "abnormal test",
                 "missed", out);
    buf_puts(out, " ");
    put_found_of(&s->raised, s->validation ? "other validation" : "other test",
                 "raised as abnormal", out);
}

void screening_put_short(const struct screening *s, struct buf *out)
{
    if (s->two)
        buf_printf(out, "missed %zu of %zu, raised %zu of %zu", s->missed.k,
                   s->missed.n, s->raised.k, s->raised.n);
}

static void put_side(const struct screening *s, bool abnormal, struct buf *out)
{
    const char *between = abnormal ? "Abnormal: " : " Other: ";

    for (int c = 0; c < s->k; c++) {
        if (s->abnormal[c] != abnormal)
            continue;
        buf_printf(out, "%s%s%s", between, s->class_name[c],
                   s->group[c] == CLASS_GROUP_BENIGN ? " (benign)" : "");
        between = ", ";
    }
    buf_puts(out, ".");
}

void screening_put_classes(const struct screening *s, struct buf *out)
{
    if (!s->two)
        return;
    put_side(s, true, out);
    put_side(s, false, out);
}

/* Is at least 'promise' of the cells so? */
static void put_verdict(const struct grouped_share *s, double promise,
                        struct buf *out)
{
    if (grouped_share_value(s) >= promise - 1e-9)
        buf_puts(out, "Kept: ");
    else if (s->high >= promise)
        buf_printf(out, "Not kept, though the interval reaches %g %%: ",
                   100 * promise);
    else
        buf_puts(out, "Not kept: ");
}

void screening_put_threshold(const struct screening *s, struct buf *out)
{
    const struct grouped_share *found = &s->above_found;

    if (!s->two || !s->sets || found->n == 0)
        return;
    if (!s->threshold) {
        buf_printf(out,
                   "No threshold could be chosen to find %g %% of the abnormal "
                   "cells: validation has none, or that of a fold.",
                   100 * s->wanted);
        return;
    }
    put_verdict(found, s->wanted, out);
    buf_printf(
        out,
        "the threshold that finds at least %g %% of the abnormal cells of "
        "the validation split finds %zu of %zu of the test split",
        100 * s->wanted, found->k, found->n);
    put_share(found, out);
    if (s->above_raised.n > 0) {
        buf_printf(out, ", and raises %zu of %zu other cells",
                   s->above_raised.k, s->above_raised.n);
        put_share(&s->above_raised, out);
    }
    buf_puts(out, ".");
}

/* Classes that are in every set. */
static void put_always(const struct screening *s, struct buf *out)
{
    const double least = ceil(s->promised / (1 - s->promised) - 1e-9);
    const char *where = s->folds > 1 ? " in a fold" : "";
    int n = 0;

    for (int c = 0; c < s->k; c++)
        if (s->always[c])
            buf_printf(out, "%s%s",
                       n++ ? ", " : " Too few validation cells of ",
                       s->class_name[c]);
    if (n == 1)
        buf_printf(out, "%s (%.0f are needed): it is in every set%s.", where,
                   least, *where ? " there" : "");
    else if (n > 1)
        buf_printf(out,
                   "%s (%.0f of each are needed): they are in every set%s.",
                   where, least, *where ? " there" : "");
}

void screening_put_sets(const struct screening *s, struct buf *out)
{
    if (!s->sets || s->covered.n == 0)
        return;
    if (s->whole)
        buf_puts(out, "Kept only because each set holds every class: ");
    else
        put_verdict(&s->covered, s->promised, out);
    buf_printf(out,
               "sets of classes that promise to hold the true one for %g %% of "
               "cells hold it for %zu of %zu test cells",
               100 * s->promised, s->covered.k, s->covered.n);
    put_share(&s->covered, out);
    buf_puts(out, ".");
    put_always(s, out);
}
