#include "orchestration/scheduler/waiting_work.h"

#include "orchestration/scheduler/journal.h"

void waiting_work_note(struct scheduler *s, int step)
{
    for (int i = 0; i < s->n_running && step < 0; i++)
        if (running_step_wants_worker(s->running[i]))
            step = s->running[i]->index;
    if (s->work_waits == (step >= 0))
        return;
    s->work_waits = step >= 0;
    journal_add(s->run_dir, "waiting", "node",
                step >= 0 ? s->plan->step[step].name : "");
}
