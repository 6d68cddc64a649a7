#include "stages/report/report_chosen.h"

#include "page/page_glossary.h"
#include "stages/report/report_folds.h"
#include "stages/report/report_headline.h"
#include "stages/report/report_html.h"
#include "stages/report/report_screening.h"

#include <ctype.h>
#include <string.h>

/* --- the split ------------------------------------------------------------ */

static void put_method(const struct report_data *d, struct buf *b)
{
    static const char *const text[] = {
        [SPLIT_BY_RANDOM] = "at random over cells",
        [SPLIT_BY_GROUP] = "by whole groups of cells",
        [SPLIT_BY_CSV] = "as a table gives it",
        [SPLIT_BY_FOLDERS] = "as the folders of the data give it"};
    const enum split_method method = d->config->split.method;

    buf_printf(b, "<p>Cells are split %s (<code>split.method: %s</code>",
               text[method], config_word(d->config, "split", "method"));
    if (method == SPLIT_BY_RANDOM || method == SPLIT_BY_GROUP)
        buf_printf(b, ", seed %lld", (long long)d->config->run.seed);
    buf_puts(b, "). ");
}

void report_chosen_split(const struct report_data *d, struct buf *b)
{
    const struct report_counts *c = &d->counts;
    const double alike =
        report_json_number(d->stats.root, "near_duplicates.across_splits");
    const char *part = c->folds > 1 ? "folds" : "splits";

    put_method(d, b);
    if (report_told_cells(d) > 0)
        buf_printf(b,
                   "Of the %zu %s cells %zu come from a group that was also "
                   "trained on; %zu files are exact copies across %s",
                   report_told_cells(d), report_told(d), c->leaked, c->twins,
                   part);
    if (report_told_cells(d) > 0 && alike >= 0)
        buf_printf(b, ", %.0f look alike across them", alike);
    buf_puts(b, report_told_cells(d) > 0 ? ". A " : "A ");
    page_glossary_put("group", "group", b);
    buf_puts(b, " is a cluster image, or what <code>layout.group</code> makes "
                "one. Whether two of them are of one slide or one patient is "
                "known only if that says so; else cells of a patient may be "
                "on both sides.</p>\n");
}

/* --- what was chosen ------------------------------------------------------ */

void report_chosen_weights(const struct report_data *d,
                           const struct report_experiment *e, struct buf *b)
{
    struct config own;

    plan_step_config(&own, d->config, e->train);
    switch (own.evaluate.model) {
    case MODEL_LAST:
        buf_puts(b, "those after the last epoch");
        break;
    case MODEL_AVERAGE:
        buf_printf(b, "the mean of those after the last %lld epochs",
                   (long long)own.train.average_epochs);
        break;
    case MODEL_BEST_LOSS:
        buf_puts(b, "those after the epoch of the lowest loss on the "
                    "validation split");
        break;
    case MODEL_BEST_ACCURACY:
        buf_puts(b, "those after the epoch of the best accuracy on the "
                    "validation split");
        break;
    }
}

/* Did validation end training, or make it slower? */
static bool steers_training(const struct config *c)
{
    return c->train.stop_patience > 0 || c->train.schedule == RATE_PLATEAU;
}

static void put_training(const struct report_data *d,
                         const struct report_experiment *e, struct buf *b)
{
    struct config own;

    plan_step_config(&own, d->config, e->train);
    buf_puts(b, "<li>The weights that are evaluated are ");
    report_chosen_weights(d, e, b);
    buf_puts(b, own.evaluate.model == MODEL_LAST ||
                        own.evaluate.model == MODEL_AVERAGE
                    ? ", which no cell chose"
                    : "");
    buf_puts(b, steers_training(&own)
                    ? "; the validation loss slowed training down or ended it"
                    : "");
    buf_puts(b, ".</li>\n");
}

/* Experiments that differ from 'e' in the seed alone, with folds in that of
 * the same fold; itself included. */
static int count_seeds(const struct report_data *d,
                       const struct report_experiment *e)
{
    int n = 0;

    for (int i = 0; i < d->n_experiment; i++) {
        const struct plan_step *s = d->experiment[i].train;

        n += strcmp(s->network, e->train->network) == 0 &&
             strcmp(s->regime, e->train->regime) == 0 &&
             strcmp(s->variant, e->train->variant) == 0 &&
             s->fold == e->train->fold;
    }
    return n;
}

/* What intervals do not tell. */
static void put_once(const struct report_data *d,
                     const struct report_experiment *e, struct buf *b)
{
    const bool one_seed = !report_is_ensemble(e) && count_seeds(d, e) == 1;
    const bool one_split = e->train->folds < 2;

    if (!one_seed && !one_split)
        return;
    buf_printf(b,
               "<li><strong>One %s%s%s</strong>: intervals are over the test "
               "cells alone. How much another %s%s%s would change (%s%s%s) is "
               "not in them.</li>\n",
               one_seed ? "training, from one seed" : "",
               one_seed && one_split ? "; one " : "", one_split ? "split" : "",
               one_seed ? "seed" : "", one_seed && one_split ? " or " : "",
               one_split ? "split" : "",
               one_seed ? "<code>train.seeds</code>" : "",
               one_seed && one_split ? ", " : "",
               one_split ? "<code>split.folds</code>" : "");
}

/* Add what a word stands for if it is there. */
static void add_fitted(const char **what, int *n, bool there, const char *word)
{
    if (there)
        what[(*n)++] = word;
}

/* Threshold, temperature, prediction sets: what of these there is. */
static void put_fitted(const struct report_data *d, const struct headline *h,
                       struct buf *b)
{
    const int head = report_folds_head(d, d->best);
    const struct screening *s =
        report_screening_of(d, head < 0 ? d->best : head);
    const bool sets = s && s->sets;
    const double t = report_json_number(d->experiment[d->best].metrics.root,
                                        "temperature.value");
    const char *what[3];
    int n = 0;

    add_fitted(what, &n, sets && s->two && s->threshold, "threshold");
    add_fitted(what, &n, sets && t > 0, "temperature");
    add_fitted(what, &n, sets, "prediction sets");
    if (n == 0)
        return;
    buf_printf(b, "<li>%c%s", toupper(what[0][0]), what[0] + 1);
    for (int i = 1; i < n; i++)
        buf_printf(b, "%s%s", i + 1 < n ? ", " : " and ", what[i]);
    buf_puts(b, ": the validation split");
    if (h->folds > 1)
        buf_puts(b, " of each fold");
    else
        buf_printf(b, ", %zu cells", d->counts.all.split[SPLIT_VALIDATION]);
    buf_puts(b, ".</li>\n");
}

void report_chosen(const struct report_data *d, struct buf *b)
{
    const struct report_experiment *e;
    struct headline h;

    if (d->best < 0 || d->counts.untested)
        return;
    e = &d->experiment[d->best];
    headline_of(&h, d);
    buf_puts(b, "<h3>What was chosen on what</h3>\n<ul>\n");
    if (!report_is_ensemble(e))
        put_training(d, e, b);
    if (h.chosen)
        buf_puts(b, "<li>That this experiment stands first: the validation "
                    "split.</li>\n");
    if (report_weighs_votes(d, e))
        buf_puts(b, "<li>How much each member of the vote weighs: its accuracy "
                    "on the validation split "
                    "(<code>evaluate.ensemble_weights: auto</code>).</li>\n");
    put_fitted(d, &h, b);
    buf_puts(b, "<li>The test split: ");
    buf_puts(b, report_leaks(d, e)
                    ? "<strong>the weights of classes in training</strong>, by "
                      "how many test cells each has "
                      "(<code>train.class_weights: balanced_test</code>); else "
                      "nothing in this run."
                    : "nothing in this run.");
    buf_puts(b, " What its configuration was chosen on before, a run cannot "
                "know.</li>\n");
    put_once(d, e, b);
    buf_puts(b, "</ul>\n");
}
