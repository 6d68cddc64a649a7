#include "orchestration/scheduler/time_left.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double LEAST_DONE = 0.01; /* that tells how fast a step is */

/* --- running steps -------------------------------------------------------- */

void time_left_watch(struct running_step *r, double now)
{
    const char *note;
    const double done = running_step_done(r, &note);

    if (r->first_heard > 0 || done <= 0)
        return;
    r->first_heard = now;
    r->first_done = done;
}

/* Seconds by its own speed, NaN if its speed is not known yet. */
static double measure_left(const struct running_step *r, double now)
{
    const char *note;
    const double done = running_step_done(r, &note);
    const double more = done - r->first_done;

    if (r->first_heard <= 0 || more < LEAST_DONE || done > 1)
        return (double)NAN;
    return (now - r->first_heard) * (1 - done) / more;
}

/* --- by others ------------------------------------------------------ */

static bool is_guess(const struct scheduler *s, int i)
{
    return fabs(s->expected[i] - s->plan->step[i].stage->seconds) < 1e-9;
}

/* What step i takes in this run, NaN if that cannot be told. */
static double seconds_here(const struct scheduler *s, int i, double now)
{
    const struct running_step *r =
        s->state[i] == STEP_RUNNING ? scheduler_step_at(s, i) : NULL;

    if (s->state[i] == STEP_DONE)
        return s->seconds[i];
    return r ? now - r->started + measure_left(r, now) : (double)NAN;
}

/* What others of its stage and network take in this run, NaN if there are
 * none. */
static double seconds_alike(const struct scheduler *s, int i, double now)
{
    const struct plan_step *step = &s->plan->step[i];
    double sum = 0;
    int n = 0;

    for (int k = 0; k < s->plan->n_step; k++) {
        const struct plan_step *other = &s->plan->step[k];
        const double seconds =
            other->stage == step->stage &&
                    strcmp(other->network, step->network) == 0
                ? seconds_here(s, k, now)
                : (double)NAN;

        if (isfinite(seconds)) {
            sum += seconds;
            n++;
        }
    }
    return n > 0 ? sum / n : (double)NAN;
}

static double expect_seconds(const struct scheduler *s, int i, double now,
                             bool *guessed)
{
    const double alike =
        is_guess(s, i) ? seconds_alike(s, i, now) : (double)NAN;

    *guessed = *guessed || (is_guess(s, i) && !isfinite(alike));
    return isfinite(alike) ? alike : s->expected[i];
}

/* Cores that step i will have, of 'all', beside 'n_waiting' that share them. */
static int expect_cores(const struct scheduler *s, int i, int n_waiting,
                        int all)
{
    const struct stage_row *row = s->plan->step[i].stage;
    const int workers = stage_table_workers(row, s->config);
    const int each = stage_table_ranks(row, s->config) *
                     (stage_table_threads(row, s->config) > 0
                          ? stage_table_threads(row, s->config)
                          : 1);
    int n = workers > 0 ? workers * each : each;

    if (workers == CONFIG_AUTO ||
        (row->parallel && stage_table_threads(row, s->config) == 0))
        n = all / n_waiting > n ? all / n_waiting : n;
    return n < all ? n : all;
}

static double running_left(const struct scheduler *s,
                           const struct running_step *r, double now,
                           bool *guessed)
{
    const double measured = measure_left(r, now);

    if (r->leaving > 0)
        return 0;
    if (isfinite(measured))
        return measured;
    return fmax(expect_seconds(s, r->index, now, guessed) - (now - r->started),
                0);
}

double time_left_step(const struct scheduler *s, const struct running_step *r,
                      double now)
{
    bool guessed = false;

    return running_left(s, r, now, &guessed);
}

/* --- the run -------------------------------------------------------------- */

static int count_waiting(const struct scheduler *s)
{
    int n = 0;

    for (int i = 0; i < s->plan->n_step; i++)
        n += s->state[i] == STEP_WAITING;
    return n;
}

/* The longest way; way[i] [out], at first 0, is that from step i on. */
static double longest_way(const struct plan *plan, const double *left,
                          double *way)
{
    double most = 0;

    for (int i = plan->n_step - 1; i >= 0; i--) { /* inputs come first */
        way[i] += left[i];
        most = fmax(most, way[i]);
        for (int k = 0; k < plan->step[i].n_input; k++)
            way[plan->step[i].input[k]] =
                fmax(way[plan->step[i].input[k]], way[i]);
    }
    return most;
}

double time_left_run(const struct scheduler *s, double now, bool *guessed)
{
    const size_t n = (size_t)s->plan->n_step + 1;
    const int all = host_list_cores(&s->allocation.hosts);
    const int n_waiting = count_waiting(s);
    double *left = calloc(n, sizeof(*left)), *way = calloc(n, sizeof(*way));
    double work = 0, most = -1;

    *guessed = false;
    for (int i = 0; left && i < s->plan->n_step; i++) {
        const struct running_step *r = scheduler_step_at(s, i);

        if (r) {
            left[i] = running_left(s, r, now, guessed);
            work += left[i] * running_step_cores(r);
        } else if (s->state[i] == STEP_WAITING) {
            left[i] = expect_seconds(s, i, now, guessed);
            work += left[i] * expect_cores(s, i, n_waiting, all);
        }
    }
    if (left && way)
        most = fmax(longest_way(s->plan, left, way), all > 0 ? work / all : 0);
    free(left);
    free(way);
    return most;
}
