#include "stages/evaluate/evaluate.h"

#include "charts/svg.h"
#include "evaluation/predictions.h"
#include "stages/evaluate/metrics_json.h"
#include "stages/evaluate/mistakes.h"
#include "stages/evaluate/neighbours.h"
#include "stages/evaluate/test_time_augment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 32, N_SPLIT = 3 };

/* The splits in the order in which predictions.csv has them. */
static const enum split splits[N_SPLIT] = {SPLIT_TEST, SPLIT_VALIDATION,
                                           SPLIT_TRAIN};

struct evaluation {
    const struct evaluate_args *args;
    struct store data;
    struct inference net;
    int n_split;                           /* the last with evaluate.training */
    size_t *row[N_SPLIT];                  /* owned */
    struct predictions predicted[N_SPLIT]; /* owned */
    char *group_text[N_SPLIT];             /* owned: what 'group' points to */
    uint8_t *view;                         /* owned: (BATCH, h, w, 3) */
    struct ensemble_vote_weights weights;  /* of an ensemble */
    struct metrics_json metrics;
};

static int open_all(struct evaluation *e, struct err *err)
{
    const struct evaluate_args *a = e->args;
    struct inference_args p = {.path = a->model,
                               .network = a->network,
                               .batch = BATCH,
                               .memory = GRAPH_INFER};

    if (store_open(&e->data, a->data, err) < 0 ||
        store_use_fold(&e->data, a->fold, a->folds ? a->folds : 1, err) < 0)
        return -1;
    if (a->vote)
        return 0;
    p.data = &e->data;
    if (inference_open(&e->net, &p, err) < 0)
        return -1;
    if (a->settings->views == VIEWS_ALL && e->data.h != e->data.w)
        return err_set(err, ERR_USAGE,
                       "evaluate.views: all needs square pictures, these are "
                       "%zu x %zu",
                       e->data.w, e->data.h);
    e->view = malloc(BATCH * e->data.h * e->data.w * 3);
    return e->view ? 0 : err_set(err, ERR_SYSTEM, "no memory for pictures");
}

/* --- a split's table ------------------------------------------------------ */

/* "CLASS/GROUP" of each row, in one run of text. */
static int name_groups(struct evaluation *e, int s, struct err *err)
{
    const struct csv *c = &e->data.index;
    const int column = csv_column(c, "group"), family = e->data.family_column;
    struct predictions *p = &e->predicted[s];
    size_t room = 1;
    char *t;

    for (size_t i = 0; i < p->o.n && column >= 0; i++)
        room +=
            strlen(csv_field(c, e->row[s][i], column)) + CONFIG_NAME_MAX + 2;
    t = e->group_text[s] = calloc(room, 1);
    if (!t)
        return err_set(err, ERR_SYSTEM, "no memory for groups");
    for (size_t i = 0; i < p->o.n && p->family; i++)
        p->family[i] = csv_field(c, e->row[s][i], family);
    for (size_t i = 0; i < p->o.n; i++) {
        const char *name = csv_field(c, e->row[s][i], column);

        p->group[i] = "";
        if (!*name)
            continue;
        p->group[i] = t;
        t += sprintf(t, "%s/%s", p->class_name[p->label[i]], name) + 1;
    }
    return 0;
}

static int make_table(struct evaluation *e, int s, struct err *err)
{
    struct predictions *p = &e->predicted[s];
    const int file = csv_column(&e->data.index, "file");
    const size_t k = (size_t)e->data.n_class;
    size_t n;

    if (inference_split(&e->data, splits[s], &e->row[s], &n, err) < 0)
        return -1;
    p->o.n = n;
    p->o.k = e->data.n_class;
    if (predictions_allocate(p, n, true, e->data.family_column >= 0, err) < 0)
        return -1;
    p->class_name = calloc(k, sizeof(*p->class_name));
    if (!p->class_name)
        return err_set(err, ERR_SYSTEM, "no memory for %zu classes", k);
    memcpy(p->class_name, e->data.class_name, k * sizeof(*p->class_name));
    p->fold = e->data.fold;
    p->folds = e->n_split == N_SPLIT ? e->data.folds : 0;
    for (size_t i = 0; i < n; i++) {
        p->label[i] = store_label(&e->data, e->row[s][i]);
        p->file[i] = csv_field(&e->data.index, e->row[s][i], file);
    }
    return name_groups(e, s, err);
}

/* --- predicting ----------------------------------------------------------- */

/* Add view 'v' of n rows to sum (n, k). */
static int add_view(struct evaluation *e, int v, const size_t *row, size_t n,
                    double *sum, struct err *err)
{
    const struct store *d = &e->data;
    const size_t bytes = d->h * d->w * 3;
    const uint8_t *image[BATCH];
    struct cell_size size[BATCH];
    const struct inference_images seen = {image, size, n};
    float p[BATCH * CONFIG_CLASSES_MAX];

    for (size_t i = 0; i < n; i++) {
        image[i] = e->view + i * bytes;
        size[i] = store_size(d, row[i]);
        test_time_augment_view(v, store_image(d, row[i]), d->h, d->w,
                               e->view + i * bytes);
    }
    if ((v == 0 ? inference_rows(&e->net, d, row, n, p, err)
                : inference_images(&e->net, &seen, p, err)) < 0)
        return -1;
    for (size_t i = 0; i < n * (size_t)d->n_class; i++)
        sum[i] += (double)p[i];
    return 0;
}

static int predict_batch(struct evaluation *e, int s, size_t first, size_t n,
                         struct err *err)
{
    struct predictions *t = &e->predicted[s];
    const size_t k = (size_t)t->o.k;
    const int views = test_time_augment_count(e->args->settings->views);
    double *p = t->p + first * k;

    for (int v = 0; v < views; v++)
        if (add_view(e, v, e->row[s] + first, n, p, err) < 0)
            return -1;
    for (size_t i = 0; i < n * k; i++)
        p[i] = (double)(float)(p[i] / views); /* as nine digits keep it */
    for (size_t i = 0; i < n; i++)
        t->predicted[first + i] = outcomes_argmax(p + i * k, (int)k);
    return 0;
}

static int predict_all(struct evaluation *e, struct err *err)
{
    const struct evaluate_args *a = e->args;
    size_t total = 0, done = 0;

    for (int s = 0; s < e->n_split; s++)
        total += e->predicted[s].o.n;
    for (int s = 0; s < e->n_split; s++) {
        const size_t n = e->predicted[s].o.n;

        for (size_t i = 0; i < n; i += BATCH) {
            if (a->each && !a->each(a->self, done + i, total))
                return err_set(err, ERR_AGAIN, "evaluation was stopped");
            if (predict_batch(e, s, i, n - i < BATCH ? n - i : BATCH, err) < 0)
                return -1;
        }
        done += n;
    }
    return 0;
}

static int vote_all(struct evaluation *e, struct err *err)
{
    if (ensemble_vote_weigh(e->args->vote, &e->weights, err) < 0)
        return -1;
    for (int s = 0; s < e->n_split; s++)
        if (ensemble_vote_split(e->args->vote, &e->weights, splits[s],
                                &e->predicted[s], err) < 0)
            return -1;
    return 0;
}

static int decide_all(struct evaluation *e, struct err *err)
{
    for (int s = 0; s < e->n_split; s++)
        if (make_table(e, s, err) < 0)
            return -1;
    return e->args->vote ? vote_all(e, err) : predict_all(e, err);
}

/* --- files ---------------------------------------------------------------- */

static int write_predictions(const struct evaluation *e, struct err *err)
{
    struct buf b = {0};

    predictions_header(&e->predicted[0], &b);
    for (int s = 0; s < e->n_split; s++)
        predictions_rows(&e->predicted[s], splits[s], &b);
    return buf_save(&b, e->args->out, "predictions.csv", err);
}

static int measure_all(struct evaluation *e, struct err *err)
{
    struct metrics_json *a = &e->metrics;
    const struct store *data = &e->data;

    a->experiment = e->args->experiment;
    a->network = e->args->vote ? e->args->network : e->net.info.network;
    a->model = e->args->choice;
    a->class_name = data->class_name;
    a->settings = e->args->settings;
    a->seed = e->args->seed;
    a->test = (struct metrics_json_split){e->predicted[0].o,
                                          predictions_drawn(&e->predicted[0])};
    a->validation = (struct metrics_json_split){
        e->predicted[1].o, predictions_drawn(&e->predicted[1])};
    if (metrics_json_run(a, err) < 0)
        return -1;
    return metrics_json_write(a, e->args->out, err);
}

static int write_curves(const struct evaluation *e, struct err *err)
{
    struct csv c = {0};
    struct err missing;
    struct buf b = {0};

    if (csv_read(&c, e->args->history, &missing) < 0)
        c.n_row = 0; /* the chart says that there are none */
    svg_history(e->args->experiment, &c, true, &b);
    csv_release(&c);
    return buf_save(&b, e->args->out, "curves.svg", err);
}

/* In what the trunk of the network puts out, which takes the network's place
 * in memory. */
static int write_neighbours(struct evaluation *e, struct err *err)
{
    const struct evaluate_args *a = e->args;
    const struct model_info info = e->net.info;
    const struct neighbours_args n = {.data = &e->data,
                                      .info = &info,
                                      .model = a->model,
                                      .k = (int)a->settings->neighbours,
                                      .dir = a->out,
                                      .each = a->each,
                                      .self = a->self};

    if (n.k == 0)
        return 0;
    inference_close(&e->net);
    return neighbours_write(&n, err);
}

static int write_members(const struct evaluation *e, struct err *err)
{
    const struct ensemble_vote_args *f = e->args->vote;
    struct buf b = {0};

    buf_puts(&b, "member,weight\n");
    for (int m = 0; m < f->n_member; m++) {
        buf_csv(&b, f->member[m]);
        buf_printf(&b, ",%.9g\n", e->weights.weight[m]);
    }
    return buf_save(&b, e->args->out, "members.csv", err);
}

static void close_all(struct evaluation *e)
{
    for (int s = 0; s < N_SPLIT; s++) {
        free(e->row[s]);
        free(e->group_text[s]);
        predictions_release(&e->predicted[s]);
    }
    free(e->view);
    metrics_json_release(&e->metrics);
    inference_close(&e->net);
    store_close(&e->data);
}

int evaluate_run(const struct evaluate_args *a, struct err *err)
{
    struct evaluation *e = calloc(1, sizeof(*e));
    int told, rc = -1;

    if (!e)
        return err_set(err, ERR_SYSTEM, "no memory for the evaluation");
    e->args = a;
    e->n_split = a->settings->training == TRAINING_ON ? N_SPLIT : N_SPLIT - 1;
    if (open_all(e, err) == 0 && decide_all(e, err) == 0 &&
        write_predictions(e, err) == 0 && measure_all(e, err) == 0) {
        told = metrics_json_told(&e->metrics);
        rc = mistakes_write(&e->data, &e->predicted[told], e->row[told], a->out,
                            err);
    }
    if (rc == 0)
        rc = a->vote ? write_members(e, err) : write_curves(e, err);
    if (rc == 0 && !a->vote)
        rc = write_neighbours(e, err);
    close_all(e);
    free(e);
    return rc;
}
