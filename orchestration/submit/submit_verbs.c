#include "orchestration/submit/submit_verbs.h"

#include "orchestration/submit/cancel_command.h"

const struct verb_option submit_verbs_submit_options[] = {
    TEXT("site", "FILE", "partition, account, cores...: configs/sites/",
         submit.site),
    NUMBER("array", "N", "0", "so many more workers join while it runs",
           submit.array),
    FLAG("split", "a job for each experiment", submit.split),
    FLAG("dry-run", "print the scripts, submit nothing", submit.dry_run),
    LIST("set", "KEY=VALUE", "instead of what the file says of this key",
         run.set),
    TEXT("run", "DIR", "where the run lives, instead of run.dir", run.dir),
    {.name = NULL},
};

int submit_verbs_submit(struct verb_args *a, struct err *err)
{
    a->run.config = a->word[0];
    return submit_command_run(stdout, &a->run, &a->submit, err);
}

const struct verb_option submit_verbs_cancel_options[] = {
    NUMBER("wait", "SECONDS", "60",
           "for jobs that save, before they are killed", wait),
    {.name = NULL},
};

int submit_verbs_cancel(struct verb_args *a, struct err *err)
{
    return cancel_command_run(stdout, a->word[0], a->wait, err);
}
