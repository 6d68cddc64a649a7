/* test_paper_configs.c - the paper's fifteen experiments, as they are shipped */
#include "config/config.h"
#include "run/plan_check.h"
#include "tap.h"

static const struct shipped {
    const char *file;
    enum profile profile;
    int networks, regimes, seeds;
} shipped[] = {
    {"paper", PROFILE_PAPER, 5, 3, 1},
    {"notebook", PROFILE_NOTEBOOK, 5, 3, 1},
    {"corrected", PROFILE_CORRECTED, 5, 3, 1},
    {"vgg16", PROFILE_NOTEBOOK, 1, 2, 1},
    {"losses", PROFILE_CORRECTED, 4, 1, 3},
};

static bool has_word(const struct word_list *l, const char *word)
{
    for (int i = 0; i < l->n; i++)
        if (strcmp(l->word[i], word) == 0)
            return true;
    return false;
}

static void check_file(const struct shipped *s)
{
    static struct config c;
    struct err err = {0};
    char path[64];

    snprintf(path, sizeof(path), "configs/paper/%s.yaml", s->file);
    if (!ok(config_read(&c, path, NULL, 0, &err) == 0, path)) {
        printf("# %s\n", err.text);
        return;
    }
    ok(plan_check_words(&c, &err) == 0, "  all its words are known");
    ok(c.run.profile == s->profile, "  its profile");
    ok(c.train.networks.n == s->networks && c.train.regimes.n == s->regimes &&
           c.train.seeds.n == s->seeds,
       "  its experiments");
    ok(has_word(&c.train.regimes, "contrastive"), "  contrastive among them");
    ok(strcmp(c.dataset.name, "SIPaKMeD") == 0,
       "  its cells, by which the page knows the paper's");
    ok((c.train.encoder == ENCODER_SCRATCH) == (s->profile == PROFILE_NOTEBOOK),
       "  encoders begin with pretrained weights, but for the notebooks");
}

int main(void)
{
    for (size_t i = 0; i < sizeof(shipped) / sizeof(shipped[0]); i++)
        check_file(&shipped[i]);
    return tap_done();
}
