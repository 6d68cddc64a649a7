/*
 * test_train_job.c - a regime's courses one after another: each has the threads
 * that the first had
 */
#include "ranks/rank_cores.h"
#include "stages/train/job.h"
#include "train_run.h"

#include <omp.h>

/* In the place of worker/stage.c: nobody hears of progress, or says stop. */
struct stage_link {
    int reports;
};

void stage_progress(struct stage_link *l, double done, double total,
                    const char *note)
{
    BUG_ON(done < 0 || done > total || !note);
    l->reports++;
}

bool stage_stopping(const struct stage_link *l)
{
    return l->reports < 0;
}

/* Of two courses, an encoder and its classifier. */
static void make_job(struct train_job *j)
{
    *j = (struct train_job){.seed = 3, .folds = 1};
    configure_run(&j->config);
    j->config.train.epochs = 1;
    j->config.train.encoder_epochs = 1;
    j->config.preprocess.size = SIDE;
    snprintf(j->config.train.cut, CONFIG_LAYERS, "block_3_project_BN");
    snprintf(j->data, FILE_PATH_MAX, "%s", in_dir("data"));
    snprintf(j->out, FILE_PATH_MAX, "%s", in_dir("out"));
    snprintf(j->cache, FILE_PATH_MAX, "%s", in_dir("trunk"));
    snprintf(j->hash, HASH_HEX, "0123");
    snprintf(j->data_hash, HASH_HEX, "4567");
    snprintf(j->network, CONFIG_NAME_MAX, "mobilenetv2");
    snprintf(j->regime, CONFIG_NAME_MAX, "contrastive");
}

static void check_threads(const struct train_job *j)
{
    struct stage_link link = {0};
    struct dist d;
    struct err err = {0};

    setenv("OMP_NUM_THREADS", "2", 1);
    omp_set_num_threads(2);
    dist_alone(&d);
    works(file_dir_make(j->out, &err) == 0 && job_run(&d, j, &link, &err) == 0,
          err, "an encoder, then its classifier");
    ok(rank_cores_of(&d, 0).threads == 2,
       "  leave as many threads as there were");
    ok(file_exists(in_dir("out/encoder/model.safetensors")) &&
           file_exists(in_dir("out/model.safetensors")),
       "  are both there");
}

int main(void)
{
    static struct train_job j;
    struct config c;

    begin_training(&c);
    make_job(&j);
    check_threads(&j);
    return end_training();
}
