/* running_step_progress.c - how far a step is */

#include "orchestration/scheduler/scheduler.h"

/* Who makes it, where one process makes it all; else NULL. */
static const struct listed_worker *find_maker(const struct running_step *r)
{
    const struct lease_queue *q = &r->queue;
    const int worker = q->n_unit == 1 ? q->unit[0].worker : -1;

    return worker < 0 ? NULL : &r->scheduler->workers.worker[worker];
}

void running_step_watch(struct running_step *r)
{
    const struct lease_queue *q = &r->queue;
    const struct listed_worker *w = find_maker(r);

    if (w && w->total > 0)
        progress_take(&r->progress, w->done, w->total, w->note);
    else if (q->n_unit > 1)
        progress_take(&r->progress, (double)(q->n_done + q->n_aside),
                      (double)q->n_unit, "units");
    else
        progress_take(&r->progress, r->progress.done, r->progress.total, "");
}

double running_step_done(const struct running_step *r, const char **note)
{
    const struct lease_queue *q = &r->queue;
    const struct listed_worker *w = find_maker(r);

    *note = w ? w->note : "";
    if (w)
        return w->total > 0 ? w->done / w->total : 0;
    return q->n_unit ? (double)(q->n_done + q->n_aside) / (double)q->n_unit : 0;
}
