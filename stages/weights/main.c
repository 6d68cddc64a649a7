/*
 * papline-weights - bring pretrained weights into a run
 *
 *     reads    the file of train.weights that is of the step's network
 *     writes   RUN/weights/NETWORK/NETWORK.safetensors
 */
#include "stages/weights/import_weights.h"
#include "worker/stage.h"

static int handle(void *self, const struct unit *u, struct err *err)
{
    (void)self;
    return import_weights(u->run_dir, u->plan, u->step,
                          u->config->train.weights, err);
}

int main(int argc, char **argv)
{
    static const struct stage stage = {
        .id = STAGE_WEIGHTS,
        .summary = "check pretrained weights and bring them into the run",
        .handle = handle,
    };

    return stage_main(&stage, argc, argv);
}
