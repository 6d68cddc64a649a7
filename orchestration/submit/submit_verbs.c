#include "orchestration/submit/submit_verbs.h"

#include "orchestration/submit/cancel_command.h"

const struct verb_option submit_verbs_submit_options[] = {
    {0, "site", "FILE", NULL, "partition, account, cores...: configs/sites/",
     INTO(VERB_TEXT, submit.site)},
    {0, "array", "N", "0", "so many more workers join while it runs",
     INTO(VERB_NUMBER, submit.array)},
    {0, "split", NULL, NULL, "a job for each experiment",
     INTO(VERB_FLAG, submit.split)},
    {0, "dry-run", NULL, NULL, "print the scripts, submit nothing",
     INTO(VERB_FLAG, submit.dry_run)},
    {0, "set", "KEY=VALUE", NULL, "instead of what the file says of this key",
     INTO(VERB_LIST, run.set)},
    {0, "run", "DIR", NULL, "where the run lives, instead of run.dir",
     INTO(VERB_TEXT, run.dir)},
    {.name = NULL},
};

int submit_verbs_submit(struct verb_args *a, struct err *err)
{
    a->run.config = a->word[0];
    return submit_command_run(stdout, &a->run, &a->submit, err);
}

const struct verb_option submit_verbs_cancel_options[] = {
    {0, "wait", "SECONDS", "60", "for jobs that save, before they are killed",
     INTO(VERB_NUMBER, wait)},
    {.name = NULL},
};

int submit_verbs_cancel(struct verb_args *a, struct err *err)
{
    return cancel_command_run(stdout, a->word[0], a->wait, err);
}
