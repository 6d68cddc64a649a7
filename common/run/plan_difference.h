/*
 * plan_difference.h - in what a sealed output differs from its step
 *
 * Internal to plan_reason.c, which sums it up in a line, and plan_why.c, which
 * tells all of it.
 */
#ifndef RUN_PLAN_DIFFERENCE_H
#define RUN_PLAN_DIFFERENCE_H

#include "run/plan.h"

struct json_t; /* jansson's */

enum plan_differs { DIFFERS_VERSION, DIFFERS_PARAM, DIFFERS_INPUT };

struct plan_difference {
    enum plan_differs of;
    const char *name;             /* of the stage, parameter or input step */
    const char *was, *is;         /* NULL: there was none, there is none */
    const struct plan_step *step; /* the input, or NULL */
};

typedef void plan_difference_f(void *self, const struct plan_difference *d);

/* Call 'each' for every difference: version, parameters, inputs. */
void plan_difference_each(const struct plan *p, const struct plan_step *step,
                          const struct json_t *manifest,
                          plan_difference_f *each, void *self);

/* Is a parameter the hash of some content, which says nothing to a reader? */
bool plan_difference_is_content(const char *param);

#endif
