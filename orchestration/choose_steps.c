#include "orchestration/choose_steps.h"

#include "base/spell.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- by name -------------------------------------------------------------- */

static bool is_named(const struct plan_step *step, const char *word)
{
    return strcmp(step->name, word) == 0 ||
           strcmp(step->stage->word, word) == 0 ||
           (*word && strcmp(step->experiment, word) == 0) ||
           fnmatch(word, step->name, 0) == 0;
}

static int refuse_word(const struct plan *p, const char *option,
                       const char *word, struct err *err)
{
    const size_t n = 3 * (size_t)p->n_step;
    const char **known = malloc((n + 1) * sizeof(*known)), *meant;

    if (!known)
        return err_set(err, ERR_SYSTEM, "no memory for %d steps", p->n_step);
    for (int i = 0; i < p->n_step; i++) {
        known[i] = p->step[i].name;
        known[p->n_step + i] = p->step[i].stage->word;
        known[2 * p->n_step + i] = p->step[i].experiment;
    }
    meant = spell_nearest(word, known, n);
    free(known);
    return err_set(err, ERR_USAGE, "%s: the plan has no step '%.128s'%s%s%s",
                   option, word, meant ? "; did you mean " : "",
                   meant ? meant : "", meant ? "?" : "");
}

int choose_steps(const struct plan *p, const struct step_words *w,
                 bool **chosen, struct err *err)
{
    bool *c = calloc((size_t)p->n_step + 1, sizeof(*c));

    *chosen = NULL;
    if (!c)
        return err_set(err, ERR_SYSTEM, "no memory for %d steps", p->n_step);
    for (size_t k = 0; k < w->n; k++) {
        bool any = false;

        for (int i = 0; i < p->n_step; i++)
            if (is_named(&p->step[i], w->word[k].text))
                c[i] = any = true;
        if (!any) {
            free(c);
            return refuse_word(p, w->option, w->word[k].text, err);
        }
    }
    *chosen = c;
    return 0;
}

/* --- what runs ------------------------------------------------------------ */

/* The first input that is forced, or else put off; NULL: none. */
static const struct plan_step *first_input(const struct plan *p,
                                           const struct plan_step *step,
                                           bool forced)
{
    for (int i = 0; i < step->n_input; i++) {
        const struct plan_step *in = &p->step[step->input[i]];

        if (forced ? in->forced : in->later)
            return in;
    }
    return NULL;
}

/* Steps that are 'named' run again, and what reads them; none that is not
 * among the 'only' ones. */
static int force_steps(struct plan *p, const bool *named, const bool *only,
                       struct err *err)
{
    for (int i = 0; i < p->n_step; i++) { /* inputs come first */
        struct plan_step *step = &p->step[i];
        const struct plan_step *in = first_input(p, step, true);

        if (named[i] && !only[i])
            return err_set(err, ERR_USAGE,
                           "--force: %.200s is left out by --only", step->name);
        if (!only[i] || (!named[i] && !in))
            continue;
        if (named[i])
            snprintf(step->reason, sizeof(step->reason), "asked for (--force)");
        else if (!step->run)
            snprintf(step->reason, sizeof(step->reason), "input %.200s runs",
                     in->name);
        step->forced = step->run = true;
    }
    return 0;
}

static void put_off(struct plan_step *step, const char *option)
{
    if (!step->run)
        return;
    step->run = false;
    step->later = true;
    snprintf(step->reason, sizeof(step->reason), "put off (%s)", option);
}

/* Put off all but the 'only' ones, which must do without. */
static int leave_only(struct plan *p, const bool *only, struct err *err)
{
    for (int i = 0; i < p->n_step; i++) {
        const struct plan_step *in = first_input(p, &p->step[i], false);

        if (!only[i])
            put_off(&p->step[i], "--only");
        else if (in && p->step[i].run && !p->step[i].stage->any_inputs)
            return err_set(err, ERR_USAGE,
                           "--only: %.200s reads %.200s, which would have to "
                           "run first; name that, too",
                           p->step[i].name, in->name);
    }
    return 0;
}

int choose_steps_run(struct plan *p, const struct step_words *force,
                     const struct step_words *only, struct err *err)
{
    static const struct config_set any = {"*"};
    const struct step_words all = {"", &any, 1};
    bool *named = NULL, *left = NULL;
    int rc = -1;

    if (choose_steps(p, force, &named, err) == 0 &&
        choose_steps(p, only->n > 0 ? only : &all, &left, err) == 0 &&
        force_steps(p, named, left, err) == 0)
        rc = leave_only(p, left, err);
    free(named);
    free(left);
    return rc;
}

int choose_steps_until(struct plan *p, const char *until, struct err *err)
{
    const struct stage_row *stage = stage_table_find(until);
    char option[64];
    bool any = false;

    for (int i = 0; i < p->n_step; i++)
        any = any || p->step[i].stage == stage;
    if (!any)
        return err_set(err, ERR_USAGE, "--until %s: the plan has no such stage",
                       until);
    snprintf(option, sizeof(option), "--until %s", until);
    for (int i = 0; i < p->n_step; i++)
        if (p->step[i].stage->id > stage->id)
            put_off(&p->step[i], option);
    return 0;
}
