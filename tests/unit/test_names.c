/* test_names.c - what can be planned is what the stages have */
#include "nn/nets.h"
#include "run/plan.h"
#include "stages/augment/recipe.h"
#include "stages/explain/explainer.h"
#include "tap.h"

int main(void)
{
    struct err err = {0};

    for (int i = 0; plan_networks[i]; i++)
        ok(net_find(plan_networks[i], &err) != NULL, plan_networks[i]);
    for (size_t i = 0; recipe_text_at(i); i++) {
        struct recipe r;

        ok(recipe_find(&r, recipe_text_at(i), &err) == 0, recipe_text_at(i));
        recipe_release(&r);
    }
    for (int i = 0; plan_explainers[i]; i++)
        ok(explainer_find(plan_explainers[i], &err) != NULL,
           plan_explainers[i]);
    return tap_done();
}
