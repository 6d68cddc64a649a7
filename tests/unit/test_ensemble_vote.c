/* test_ensemble_vote.c - ensembles from stored probabilities, in the plan and as files */
#include "run/plan.h"
#include "run/plan_ensembles.h"
#include "stages/evaluate/ensemble_vote.h"
#include "test_dir.h"

#include "golden/ensemble_golden.inc"

enum { N = 40, K = 4, M = 3 };

static const char *const members[M] = {"one", "two", "three"};

static void put_line(const char *member, struct buf *b)
{
    struct err err = {0};

    BUG_ON(file_write(in_dir(member), b->data, b->len, &err) < 0);
    buf_release(b);
}

/* The golden members' tables.  On validation, of four cells, the first member
 * is right in all, the second in two, the third in one. */
static void put_members(void)
{
    static const int right[M] = {4, 2, 1};

    for (int m = 0; m < M; m++) {
        struct buf b = {0};

        buf_puts(&b, "file,split,class,predicted,p_a,p_b,p_c,p_d,group\n");
        for (int i = 0; i < N; i++) {
            const double *p = member_p[m] + i * K;

            buf_printf(&b, "%d,test,%c,%c", i, 'a' + i % K,
                       'a' + outcomes_argmax(p, K));
            for (int c = 0; c < K; c++)
                buf_printf(&b, ",%.17g", p[c]);
            buf_puts(&b, ",\n");
        }
        for (int i = 0; i < 4; i++)
            buf_printf(&b, "v%d,validation,a,%s,\n", i,
                       i < right[m] ? "a,1,0,0,0" : "b,0,1,0,0");
        put_line(members[m], &b);
    }
}

static struct ensemble_vote_args args_of(const char *method,
                                         const char *weights)
{
    struct ensemble_vote_args a = {
        .method = method, .n_member = M, .weights = weights};

    for (int m = 0; m < M; m++) {
        a.member[m] = members[m];
        a.path[m] = in_dir(members[m]);
    }
    return a;
}

/* Cells of the test split, nothing said of them yet. */
static void blank_table(struct predictions *t)
{
    struct err err = {0};

    BUG_ON(predictions_read(t, in_dir("one"), SPLIT_TEST, &err) < 0);
    for (size_t i = 0; i < N; i++)
        t->predicted[i] = -1;
}

static void check_vote(const char *method, const char *weights,
                       const double *want)
{
    const struct ensemble_vote_args a = args_of(method, weights);
    struct ensemble_vote_weights w;
    struct predictions t;
    struct err err = {0};
    double most = 0;
    bool argmax = true;

    blank_table(&t);
    ok(ensemble_vote_weigh(&a, &w, &err) == 0 &&
           ensemble_vote_split(&a, &w, SPLIT_TEST, &t, &err) == 0,
       method);
    for (int i = 0; i < N * K; i++)
        most = fmax(most, fabs(t.p[i] - want[i]));
    for (int i = 0; i < N; i++)
        argmax = argmax && t.predicted[i] == outcomes_argmax(want + i * K, K);
    near(most, 0, 1e-7, "  probabilities, as floats");
    ok(argmax && t.o.p == t.p, "  decisions");
    predictions_release(&t);
}

static void check_fuzzy(const char *method, const int *want)
{
    const struct ensemble_vote_args a = args_of(method, "auto");
    struct ensemble_vote_weights w;
    struct predictions t;
    struct err err = {0};

    blank_table(&t);
    ok(ensemble_vote_weigh(&a, &w, &err) == 0 &&
           ensemble_vote_split(&a, &w, SPLIT_TEST, &t, &err) == 0 &&
           memcmp(t.predicted, want, N * sizeof(*want)) == 0,
       method);
    ok(!t.o.p, "  has decisions alone");
    predictions_release(&t);
}

static void check_weights(void)
{
    struct ensemble_vote_args a = args_of("weighted_vote", "auto");
    struct ensemble_vote_weights w;
    struct err err = {0};

    ok(ensemble_vote_weigh(&a, &w, &err) == 0,
       "members are weighed by their accuracy on validation");
    near(w.weight[0], 1, 1e-12, "  the one that is right throughout");
    near(w.weight[1], .5, 1e-12,
         "  the one that is right in half of the cells");
    near(w.weight[2], .25, 1e-12, "  the one that is right in a quarter");
    a.weights = "1 2";
    fails(ensemble_vote_weigh(&a, &w, &err), err, ERR_USAGE,
          "2 weights for 3 members", "a weight too few is refused");
    a = args_of("soft_vote", "7 7 1");
    ok(ensemble_vote_weigh(&a, &w, &err) == 0 && w.weight[0] <= w.weight[2],
       "soft_vote does not heed weights");
}

static void check_bad_members(void)
{
    struct ensemble_vote_args a = args_of("soft_vote", "auto");
    struct ensemble_vote_weights w = {{1, 1, 1}};
    struct predictions t;
    struct buf b = {0};
    struct err err = {0};

    blank_table(&t);
    a.path[1] = in_dir("absent");
    fails(ensemble_vote_split(&a, &w, SPLIT_TEST, &t, &err), err, ERR_INPUT,
          "absent", "a member without predictions.csv is refused");
    buf_puts(&b, "file,split,class,predicted\n0,test,a,a\n");
    put_line("plain", &b);
    a.path[1] = in_dir("plain");
    fails(ensemble_vote_split(&a, &w, SPLIT_TEST, &t, &err), err, ERR_INPUT,
          "'two' has no probabilities",
          "a member of decisions alone is refused by a vote");
    buf_puts(&b, "file,split,class,predicted,p_b,p_a,p_c,p_d\n"
                 "0,test,a,a,0,1,0,0\n");
    put_line("turned", &b);
    a.path[1] = in_dir("turned");
    fails(ensemble_vote_split(&a, &w, SPLIT_TEST, &t, &err), err, ERR_INPUT,
          "'two' has other classes",
          "a member with columns in another order is refused");
    buf_puts(&b, "file,split,class,predicted,p_a,p_b,p_c,p_d\n"
                 "0,test,a,a,1,0,0,0\n");
    put_line("short", &b);
    a.path[1] = in_dir("short");
    fails(ensemble_vote_split(&a, &w, SPLIT_TEST, &t, &err), err, ERR_USAGE,
          "'two' is of 1 cells, the first of 40",
          "a member of other cells is refused");
    predictions_release(&t);
}

/* --- in the plan ---------------------------------------------------------- */

/* Settings over two networks, two seeds and drawn cells. */
static int plan_with(struct plan *p, struct config *c, const char *ensembles,
                     const char *members_of, const char *weights,
                     struct err *err)
{
    char e[256], m[256], w[256];
    const struct config_set set[] = {
        {"dataset.draw_per_class=5"},
        {"train.networks=[mobilenetv2, vgg16]"},
        {"train.seeds=[1, 2]"},
        {e},
        {m},
        {w},
    };

    snprintf(e, sizeof(e), "evaluate.ensembles=%s", ensembles);
    snprintf(m, sizeof(m), "evaluate.ensemble_members=%s", members_of);
    snprintf(w, sizeof(w), "evaluate.ensemble_weights=%s", weights);
    BUG_ON(config_read(c, NULL, set, 6, err) < 0);
    return plan_init(p, c, dir, err);
}

static void check_plan(struct config *c)
{
    const struct plan_step *n;
    struct plan p, other;
    struct err err = {0};
    int plain;

    BUG_ON(plan_with(&p, c, "[none]", "[auto]", "auto", &err) < 0);
    plain = p.n_step;
    plan_release(&p);
    ok(plan_with(&p, c, "[soft_vote, fuzzy_rank]", "[auto]", "auto", &err) ==
               0 &&
           p.n_step == plain + 4,
       "ensembles are planned: two ways, for each seed");
    n = plan_find(&p, "evaluate/fuzzy_rank-scratch-s2");
    ok(n && n->n_input == 3 &&
           strcmp(p.step[n->input[0]].experiment, "mobilenetv2-scratch-s2") ==
               0 &&
           strcmp(p.step[n->input[1]].experiment, "vgg16-scratch-s2") == 0,
       "  of the networks of that seed");
    ok(n && strcmp(n->network, "fuzzy_rank") == 0 && n->seed == 2 &&
           strcmp(n->dir, "evaluate/fuzzy_rank-scratch-s2") == 0,
       "  in a folder beside them");
    ok(n && p.step[p.n_step - 1].stage->id == STAGE_REPORT &&
           p.step[p.n_step - 1].n_input == p.n_step - 1,
       "  and the report reads it");
    BUG_ON(plan_with(&other, c, "[none]", "[auto]", "auto", &err) < 0);
    ok(strcmp(plan_find(&p, "evaluate/vgg16-scratch-s1")->hash,
              plan_find(&other, "evaluate/vgg16-scratch-s1")->hash) == 0,
       "  what is evaluated alone stays as it is");
    plan_release(&other);
    plan_release(&p);
    ok(plan_with(&p, c, "[weighted_vote]",
                 "[vgg16-scratch-s2, mobilenetv2-scratch-s1]", "2 1",
                 &err) == 0,
       "an ensemble of listed members is planned");
    n = plan_find(&p, "evaluate/weighted_vote-members-s1");
    ok(n && strcmp(p.step[n->input[0]].experiment, "vgg16-scratch-s2") == 0,
       "  in their order");
    BUG_ON(plan_with(&other, c, "[weighted_vote]",
                     "[vgg16-scratch-s2, mobilenetv2-scratch-s1]", "1 2",
                     &err) < 0);
    ok(n && strcmp(n->hash, plan_find(&other, n->name)->hash) != 0,
       "  other weights, another content hash");
    plan_release(&other);
    plan_release(&p);
}

/* Likewise in three folds, of seed 2. */
static int plan_folds(struct plan *p, struct config *c, const char *ensembles,
                      const char *members_of, struct err *err)
{
    char e[256], m[256];
    const struct config_set set[] = {
        {"dataset.draw_per_class=5"},
        {"train.networks=[mobilenetv2, vgg16]"},
        {"train.seeds=[2]"},
        {"split.folds=3"},
        {e},
        {m},
    };

    snprintf(e, sizeof(e), "evaluate.ensembles=%s", ensembles);
    snprintf(m, sizeof(m), "evaluate.ensemble_members=%s", members_of);
    BUG_ON(config_read(c, NULL, set, 6, err) < 0);
    return plan_init(p, c, dir, err);
}

/* Members of one fold are joined, in each fold. */
static void check_folds(struct config *c)
{
    const struct plan_step *n, *m;
    struct plan p;
    struct err err = {0};

    works(plan_folds(&p, c, "[soft_vote]", "[auto]", &err) == 0, err,
          "ensembles in folds");
    n = plan_find(&p, "evaluate/soft_vote-scratch-s2-f0");
    m = plan_find(&p, "evaluate/soft_vote-scratch-s2-f2");
    ok(n && m && !plan_find(&p, "evaluate/soft_vote-scratch-s2") &&
           !plan_find(&p, "evaluate/soft_vote-scratch-s2-f3"),
       "  one in each");
    ok(m->fold == 2 && m->folds == 3 && n->fold == 0 &&
           strstr(m->params, "\"fold\":\"2\"") && strcmp(n->hash, m->hash) != 0,
       "  each knows which");
    ok(m->n_input == 3 &&
           strcmp(p.step[m->input[0]].experiment,
                  "mobilenetv2-scratch-s2-f2") == 0 &&
           strcmp(p.step[m->input[1]].experiment, "vgg16-scratch-s2-f2") == 0,
       "  of the networks in it");
    plan_release(&p);
    ok(plan_folds(&p, c, "[fuzzy_rank]",
                  "[vgg16-scratch-s2, mobilenetv2-scratch-s2]", &err) == 0,
       "listed members in folds");
    n = plan_find(&p, "evaluate/fuzzy_rank-members-s1-f1");
    ok(n && strcmp(p.step[n->input[0]].experiment, "vgg16-scratch-s2-f1") == 0,
       "  are those in it");
    plan_release(&p);
    fails(plan_folds(&p, c, "[fuzzy_rank]",
                     "[vgg16-scratch-s2-f0, vgg16-scratch-s2-f1]", &err),
          err, ERR_USAGE, "'vgg16-scratch-s2-f0' is no experiment",
          "  and are listed without their folds");
}

static void check_refusals(struct config *c)
{
    struct plan p;
    struct err err = {0};

    fails(plan_with(&p, c, "[soft_vot]", "[auto]", "auto", &err), err,
          ERR_USAGE, "did you mean soft_vote?",
          "an unknown ensemble is refused");
    fails(plan_with(&p, c, "[soft_vote, none]", "[auto]", "auto", &err), err,
          ERR_USAGE, "there is no 'none'",
          "none beside other ensembles is refused");
    fails(plan_with(&p, c, "[soft_vote]", "[vgg16-scratch-s1]", "auto", &err),
          err, ERR_USAGE, "one experiment is no ensemble",
          "an ensemble of one member is refused");
    fails(plan_with(&p, c, "[soft_vote]",
                    "[vgg16-scratch-s1, vgg16-scratch-s9]", "auto", &err),
          err, ERR_USAGE, "'vgg16-scratch-s9' is no experiment",
          "an ensemble of an unknown member is refused");
    fails(plan_with(&p, c, "[weighted_vote]", "[auto]", "1 2 3", &err), err,
          ERR_USAGE, "3 numbers for 2 members",
          "more weights than members are refused");
    fails(plan_with(&p, c, "[weighted_vote]", "[auto]", "1 -2", &err), err,
          ERR_USAGE, "-2 is out of range", "a negative weight is refused");
    ok(plan_with(&p, c, "[none]", "[x]", "y", &err) == 0,
       "members are not looked at without ensembles");
    plan_release(&p);
}

static void check_one_network(struct config *c)
{
    const struct config_set set[] = {{"dataset.draw_per_class=5"},
                                     {"evaluate.ensembles=[soft_vote]"}};
    struct plan p;
    struct err err = {0};

    BUG_ON(config_read(c, NULL, set, 2, &err) < 0);
    fails(plan_init(&p, c, dir, &err), err, ERR_USAGE,
          "of one network; name two experiments",
          "an ensemble of a single network is refused");
}

int main(void)
{
    struct config *c = malloc(sizeof(*c));

    BUG_ON(!c);
    begin_dir();
    put_members();
    check_vote("soft_vote", "auto", voted);
    check_vote("weighted_vote", "0.5 0.2, 0.3", voted_weighted);
    check_fuzzy("fuzzy_rank", fuzzy_rank);
    check_fuzzy("fuzzy_rank_code", fuzzy_rank_code);
    check_fuzzy("fuzzy_distance", fuzzy_distance);
    check_fuzzy("fuzzy_distance_code", fuzzy_distance_code);
    check_weights();
    check_bad_members();
    check_plan(c);
    check_folds(c);
    check_refusals(c);
    check_one_network(c);
    free(c);
    return end_dir();
}
