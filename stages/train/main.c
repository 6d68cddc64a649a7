/* main.c - papline-train: one rank of a training job */
#include "base/log.h"
#include "stages/train/train_rank.h"

int main(int argc, char **argv)
{
    struct err err = {0};
    struct dist d;
    int status;

    log_name("papline-train");
    if (dist_start(&d, &err) < 0) {
        log_error("%s", err.text);
        return err_exit_status(err.code);
    }
    status = train_rank_run(&d, argc, argv);
    dist_stop(&d);
    return status;
}
