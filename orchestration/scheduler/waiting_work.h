/*
 * waiting_work.h - is there work for more cores than have been found?
 *
 * The journal tells when there is, so that one can see afterwards whether cores
 * were idle though there was work for them (run_timeline.h).
 */
#ifndef ORCHESTRATION_SCHEDULER_WAITING_WORK_H
#define ORCHESTRATION_SCHEDULER_WAITING_WORK_H

#include "orchestration/scheduler/scheduler.h"

/* 'step': a ready one that finds no place, -1: none.  A step that takes as many
 * workers as there are cores is looked for here. */
void waiting_work_note(struct scheduler *s, int step);

#endif
