#include "evaluation/inference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int inference_dir(char path[FILE_PATH_MAX], const char *run_dir,
                  const struct plan *plan, const struct plan_step *step,
                  struct err *err)
{
    for (int i = 0; i < plan->n_step; i++) {
        const struct plan_step *training = &plan->step[i];

        if (training->stage->id == STAGE_TRAIN &&
            strcmp(training->experiment, step->experiment) == 0)
            return file_path(path, err, "%s/%s", run_dir, training->dir);
    }
    return err_set(err, ERR_USAGE, "the plan trains no experiment '%.200s'",
                   step->experiment);
}

const char *inference_file(const struct config *config)
{
    return config_model_file(config->evaluate.model);
}

/* The file has no tensor that the network lacks. */
static int check_extra(struct graph *g, const char *path, struct err *err)
{
    const struct named_tensor *list;
    struct safetensors f;
    size_t n;
    int rc = 0;

    if (safetensors_read(&f, path, err) < 0)
        return -1;
    graph_tensors(g, &list, &n);
    for (size_t i = 0; i < f.n_tensor && rc == 0; i++) {
        size_t j = 0;

        while (j < n && strcmp(list[j].name, f.tensor[i].name) != 0)
            j++;
        if (j == n)
            rc = err_set(err, ERR_INPUT,
                         "'%.200s': the network has no tensor '%.128s'", path,
                         f.tensor[i].name);
    }
    safetensors_release(&f);
    return rc;
}

static int check_info(const struct model_info *m,
                      const struct inference_args *a, struct err *err)
{
    const struct store *s = a->data;

    if (a->network && strcmp(a->network, m->network) != 0)
        return err_set(err, ERR_INPUT, "'%.200s' is a %s, not a %s", a->path,
                       m->network, a->network);
    if (!s)
        return 0;
    if ((size_t)m->h != s->h || (size_t)m->w != s->w)
        return err_set(err, ERR_INPUT,
                       "'%.200s' takes pictures of %d x %d, the store holds "
                       "%zu x %zu",
                       a->path, m->h, m->w, s->h, s->w);
    if (m->n_class != s->n_class)
        return err_set(err, ERR_INPUT,
                       "'%.200s' tells %d classes apart, the store has %d",
                       a->path, m->n_class, s->n_class);
    if (m->size.on && store_has_sizes(s, err) < 0)
        return -1;
    for (int i = 0; i < m->n_class; i++)
        if (strcmp(m->class_name[i], s->class_name[i]) != 0)
            return err_set(err, ERR_INPUT,
                           "'%.200s': class %d is '%s', in the store '%s'",
                           a->path, i, m->class_name[i], s->class_name[i]);
    return 0;
}

int inference_open(struct inference *p, const struct inference_args *a,
                   struct err *err)
{
    *p = (struct inference){.batch = a->batch};
    p->graph = model_read(a->path,
                          &(struct graph_args){.max_batch = a->batch,
                                               .memory = a->memory,
                                               .bf16 = a->bf16,
                                               .frozen = !a->learns},
                          &p->info, err);
    if (p->graph && check_extra(p->graph, a->path, err) == 0 &&
        check_info(&p->info, a, err) == 0)
        return 0;
    inference_close(p);
    return -1;
}

void inference_close(struct inference *p)
{
    graph_free(p->graph);
    *p = (struct inference){0};
}

bool inference_classifies(const struct inference *p)
{
    return graph_output(p->graph)->out.c == p->info.n_class;
}

void inference_hold_size(struct inference *p, const struct cell_size *size)
{
    float *z = p->info.size.on ? net_size(p->graph) : NULL;

    for (int i = 0; z && i < p->batch; i++)
        cell_size_standardise(&p->info.size, size, z + CELL_SIZE * i);
}

void inference_input(const struct inference *p, const struct store *s, size_t i,
                     float *x)
{
    preprocess(p->info.input, store_image(s, i), s->h * s->w, x);
}

/* p = softmax(z), in double so that the sum is 1 to float precision. */
static int softmax_row(const float *z, int k, float *p)
{
    double top = (double)z[0], sum = 0.0;

    for (int c = 0; c < k; c++) {
        if (!isfinite(z[c]))
            return -1;
        top = fmax(top, (double)z[c]);
    }
    for (int c = 0; c < k; c++)
        sum += exp((double)z[c] - top);
    for (int c = 0; c < k; c++)
        p[c] = (float)(exp((double)z[c] - top) / sum);
    return 0;
}

/* Make pictures the graph's batch. */
static void fill_images(struct inference *p, const struct inference_images *a)
{
    const size_t area = (size_t)p->info.h * (size_t)p->info.w;
    float *z = p->info.size.on ? net_size(p->graph) : NULL;

    BUG_ON(a->n > (size_t)p->batch || (p->info.size.on && !a->size));
    graph_set_batch(p->graph, (int)a->n);
    for (size_t i = 0; i < a->n; i++)
        preprocess(p->info.input, a->image[i], area,
                   graph_input(p->graph) + i * area * 3);
    for (size_t i = 0; z && i < a->n; i++)
        cell_size_standardise(&p->info.size, &a->size[i], z + CELL_SIZE * i);
}

/* Softmax of what the network says of each of n; *bad: which is not finite. */
static int run_rows(struct inference *p, size_t n, float *out, size_t *bad)
{
    const size_t k = (size_t)p->info.n_class;

    graph_forward(p->graph, PHASE_INFER);
    for (*bad = 0; *bad < n; ++*bad)
        if (softmax_row(graph_output(p->graph)->out.data + *bad * k, (int)k,
                        out + *bad * k) < 0)
            return -1;
    return 0;
}

void inference_fill(struct inference *p, const struct store *s,
                    const size_t *row, size_t n)
{
    const uint8_t *image[GRAPH_MAX_BATCH];
    struct cell_size size[GRAPH_MAX_BATCH];

    BUG_ON(n > GRAPH_MAX_BATCH);
    for (size_t i = 0; i < n; i++) {
        image[i] = store_image(s, row[i]);
        if (p->info.size.on)
            size[i] = store_size(s, row[i]);
    }
    fill_images(p, &(struct inference_images){image, size, n});
}

int inference_rows(struct inference *p, const struct store *s,
                   const size_t *row, size_t n, float *out, struct err *err)
{
    size_t bad;

    inference_fill(p, s, row, n);
    if (run_rows(p, n, out, &bad) == 0)
        return 0;
    return err_set(err, ERR_INPUT,
                   "the network's output for row %zu is not a number; training "
                   "has diverged",
                   row[bad]);
}

int inference_images(struct inference *p, const struct inference_images *a,
                     float *out, struct err *err)
{
    size_t bad;

    fill_images(p, a);
    if (run_rows(p, a->n, out, &bad) == 0)
        return 0;
    return err_set(err, ERR_INPUT,
                   "the network's output for picture %zu is not a number; "
                   "training has diverged",
                   bad);
}

int inference_split(const struct store *s, enum split split, size_t **row,
                    size_t *n, struct err *err)
{
    *n = 0;
    *row = calloc(s->n + 1, sizeof(**row));
    if (!*row)
        return err_set(err, ERR_SYSTEM, "no memory for %zu rows", s->n);
    for (size_t i = 0; i < s->n; i++)
        if (store_label(s, i) >= 0 && store_split(s, i) == split)
            (*row)[(*n)++] = i;
    return 0;
}

int inference_class(const float *p, int k)
{
    int best = 0;

    for (int c = 1; c < k; c++)
        if (p[c] > p[best])
            best = c;
    return best;
}
