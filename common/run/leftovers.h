/*
 * leftovers.h - what lies in a run's directory and no step of its plan needs
 *
 *   outputs      sealed, of a step that is not in the plan; what lies in the
 *                place of a step stays, also if it is of another
 *                configuration: the step replaces it when it runs
 *   unfinished   work that no step would go on with
 *   caches       trunk/HASH if no training that would read it is to run;
 *                checkpoints/HASH of no training of the plan
 *   trash        of outputs that were being replaced
 *
 * Only what was made here counts: an output has its manifest, unfinished work
 * its .begun, a cache a name that is a hash.  Links are none of these.
 */
#ifndef RUN_LEFTOVERS_H
#define RUN_LEFTOVERS_H

#include "run/plan.h"

struct leftover {
    char dir[FILE_PATH_MAX]; /* relative to the run's directory */
    const char *why;         /* borrowed: "no step of the plan" */
    bool sealed;             /* an output: what is not of it stays */
    size_t files;
    double bytes;
};

struct leftovers {
    struct leftover *item; /* owned: in order of dir */
    size_t n, room;
};

/*
 * Find them.
 *   p [in] refreshed
 * Errors: ERR_USAGE no such directory; ERR_SYSTEM.
 */
MUST_USE int leftovers_find(struct leftovers *l, const char *run_dir,
                            const struct config *c, const struct plan *p,
                            struct err *err);

/*
 * Remove one.  Nobody may work on the run.
 *   kept [out] files in it that were not made here, which stay with their
 *              folders
 * Errors: ERR_SYSTEM.
 */
MUST_USE int leftovers_remove(const struct leftover *l, const char *run_dir,
                              size_t *kept, struct err *err);

void leftovers_release(struct leftovers *l);

#endif
