/* model.c - metadata as text; weights checked against the graph's own table */
#include "nn/model.h"

#include "nn/gemm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    N_TEXT = 33,
    CLASSES_TEXT = MODEL_MAX_CLASSES * MODEL_NAME_MAX,
    NUMBER_TEXT = 32
};

static const char *const aspect_word[] = {[ASPECT_SQUASH] = "squash",
                                          [ASPECT_KEEP] = "keep",
                                          [ASPECT_SCALE] = "scale"};

static const char format_name[] = "papline 1";

/* The metadata's strings while they are written. */
struct texts {
    struct safetensors_meta meta[N_TEXT];
    size_t n;
    char classes[CLASSES_TEXT];
    char number[N_TEXT][NUMBER_TEXT];
    char arithmetic[GEMM_DESCRIPTION];
};

static void add_text(struct texts *t, const char *key, const char *value)
{
    BUG_ON(t->n == N_TEXT);
    t->meta[t->n++] = (struct safetensors_meta){key, value};
}

static void add_number(struct texts *t, const char *key, double x)
{
    snprintf(t->number[t->n], NUMBER_TEXT, "%.17g", x);
    add_text(t, key, t->number[t->n]);
}

static void describe_model(struct texts *t, const struct model_info *info)
{
    size_t at = 0;

    for (int i = 0; i < info->n_class; i++)
        at += (size_t)snprintf(t->classes + at, sizeof(t->classes) - at, "%s%s",
                               i ? "\n" : "", info->class_name[i]);
    add_text(t, "format", format_name);
    add_text(t, "arithmetic", t->arithmetic);
    add_text(t, "network", info->network);
    if (info->cut[0])
        add_text(t, "cut", info->cut);
    add_text(t, "head", net_head_name(info->head));
    add_number(t, "freeze", info->freeze);
    add_text(t, "input", preprocess_name(info->input));
    add_text(t, "resize", info->resizing.lanczos ? "lanczos" : "nearest");
    add_text(t, "aspect", aspect_word[info->resizing.aspect]);
    if (info->resizing.aspect == ASPECT_SCALE)
        add_number(t, "field", info->resizing.field);
    if (info->bits)
        add_number(t, "bits", info->bits);
    if (info->upright)
        add_text(t, "orientation", "exif");
    if (info->jpeg)
        add_number(t, "jpeg", info->jpeg);
    add_number(t, "height", info->h);
    add_number(t, "width", info->w);
    if (info->size.on) {
        add_number(t, "log_width_mean", info->size.mean[0]);
        add_number(t, "log_width_sd", info->size.sd[0]);
        add_number(t, "log_height_mean", info->size.mean[1]);
        add_number(t, "log_height_sd", info->size.sd[1]);
    }
    add_text(t, "classes", t->classes);
    add_number(t, "epoch", info->epoch);
    if (info->averaged)
        add_number(t, "averaged_epochs", info->averaged);
    add_number(t, "val_loss", info->val_loss);
    add_number(t, "val_accuracy", info->val_accuracy);
}

static struct safetensors_tensor tensor_of(const struct named_tensor *nt)
{
    struct safetensors_tensor t = {.name = nt->name,
                                   .type = SAFETENSORS_F32,
                                   .n_dim = nt->n_dim,
                                   .data = nt->data};

    for (int i = 0; i < nt->n_dim; i++)
        t.dim[i] = (size_t)nt->dim[i];
    return t;
}

int model_write(struct graph *g, const struct model_info *info,
                const char *path, struct err *err)
{
    const struct named_tensor *list;
    struct safetensors f = {0};
    struct texts t = {0};
    size_t n;
    int rc;

    graph_tensors(g, &list, &n);
    f.tensor = calloc(n + 1, sizeof(*f.tensor));
    if (!f.tensor)
        return err_set(err, ERR_SYSTEM, "no memory for '%.200s'", path);
    for (size_t i = 0; i < n; i++)
        f.tensor[i] = tensor_of(&list[i]);
    f.n_tensor = n;
    graph_describe(g, t.arithmetic);
    describe_model(&t, info);
    f.meta = t.meta;
    f.n_meta = t.n;
    rc = safetensors_write(&f, path, err);
    free(f.tensor);
    return rc;
}

/*
 * Copy the tensors of 'f' into the graph's of the same name.
 * Errors: ERR_INPUT one is missing or of another shape; 'g' is then a mixture.
 */
static int model_load(struct graph *g, const struct safetensors *f,
                      struct err *err)
{
    const struct named_tensor *list;
    size_t n;

    graph_tensors(g, &list, &n);
    for (size_t i = 0; i < n; i++) {
        const struct safetensors_tensor want = tensor_of(&list[i]);
        const struct safetensors_tensor *t = safetensors_find(f, want.name);

        if (!t)
            return err_set(err, ERR_INPUT, "there is no tensor '%.128s'",
                           want.name);
        if (t->type != want.type || t->n_dim != want.n_dim ||
            memcmp(t->dim, want.dim, sizeof(t->dim)) != 0)
            return err_set(err, ERR_INPUT,
                           "tensor '%.128s' is not of the network's shape",
                           want.name);
        memcpy(list[i].data, t->data, safetensors_bytes(t));
    }
    return 0;
}

/* --- reading ---------------------------------------------------------------*/

static int get_text(const struct safetensors *f, const char *key, char *to,
                    size_t room, struct err *err)
{
    const char *s = safetensors_meta(f, key);

    if (!s || !s[0] || strlen(s) >= room)
        return err_set(err, ERR_INPUT, "metadata '%s' is missing or too long",
                       key);
    memcpy(to, s, strlen(s) + 1);
    return 0;
}

static int get_int(const struct safetensors *f, const char *key, int max,
                   int *to, struct err *err)
{
    const char *s = safetensors_meta(f, key);
    char *end = NULL;
    const long x = s ? strtol(s, &end, 10) : -1;

    if (!s || end == s || *end || x < 0 || x > max)
        return err_set(err, ERR_INPUT, "metadata '%s' is not within 0 .. %d",
                       key, max);
    *to = (int)x;
    return 0;
}

/* The same of a key that may be missing: then *to stays. */
static int get_optional(const struct safetensors *f, const char *key, int max,
                        int *to, struct err *err)
{
    return safetensors_meta(f, key) ? get_int(f, key, max, to, err) : 0;
}

static int get_double(const struct safetensors *f, const char *key, double *to,
                      struct err *err)
{
    const char *s = safetensors_meta(f, key);
    char *end = NULL;

    if (s)
        *to = strtod(s, &end);
    if (!s || end == s || *end)
        return err_set(err, ERR_INPUT, "metadata '%s' is not a number", key);
    return 0;
}

static int get_classes(struct model_info *info, char *text, struct err *err)
{
    char *line = text, *end;

    for (info->n_class = 0; line; line = end) {
        end = strchr(line, '\n');
        if (end)
            *end++ = '\0';
        if (info->n_class == MODEL_MAX_CLASSES || !line[0] ||
            strlen(line) >= MODEL_NAME_MAX)
            return err_set(err, ERR_INPUT,
                           "metadata 'classes' is not a list of at most %d "
                           "names",
                           MODEL_MAX_CLASSES);
        memcpy(info->class_name[info->n_class++], line, strlen(line) + 1);
    }
    return 0;
}

/* Is text 'key' the second of two words?  Older files do not have it. */
static int get_choice(const struct safetensors *f, const char *key,
                      const char *const word[2], bool *second, struct err *err)
{
    const char *s = safetensors_meta(f, key);

    *second = s && strcmp(s, word[1]) == 0;
    if (s && !*second && strcmp(s, word[0]) != 0)
        return err_set(err, ERR_INPUT, "metadata '%s' is not %s or %s", key,
                       word[0], word[1]);
    return 0;
}

/* How samples and an orientation are read. */
static int get_reading(struct model_info *info, const struct safetensors *f,
                       struct err *err)
{
    static const char *const orientation[] = {"stored", "exif"};

    if (safetensors_meta(f, "bits") &&
        (get_int(f, "bits", 15, &info->bits, err) < 0 || info->bits < 8))
        return err_set(err, ERR_INPUT, "metadata 'bits' is not within 8 .. 15");
    if (get_optional(f, "jpeg", 100, &info->jpeg, err) < 0)
        return -1;
    return get_choice(f, "orientation", orientation, &info->upright, err);
}

/* Older files do not say how pictures came to a square. */
static int get_aspect(struct resizing *r, const struct safetensors *f,
                      struct err *err)
{
    const char *s = safetensors_meta(f, "aspect");
    int found = s ? -1 : ASPECT_SQUASH;

    for (int i = ASPECT_SQUASH; s && i <= ASPECT_SCALE; i++)
        if (strcmp(s, aspect_word[i]) == 0)
            found = i;
    if (found < 0)
        return err_set(err, ERR_INPUT,
                       "metadata 'aspect' is not squash, keep or scale");
    r->aspect = (enum aspect_method)found;
    if (r->aspect != ASPECT_SCALE)
        return 0;
    if (get_int(f, "field", MODEL_MAX_FIELD, &r->field, err) < 0)
        return -1;
    return r->field > 0
               ? 0
               : err_set(err, ERR_INPUT, "metadata 'field' is not 1 or more");
}

int model_resizing(struct resizing *r, const struct safetensors *f,
                   struct err *err)
{
    static const char *const resize[] = {"nearest", "lanczos"};

    *r = (struct resizing){0};
    if (get_choice(f, "resize", resize, &r->lanczos, err) < 0)
        return -1;
    return get_aspect(r, f, err);
}

bool model_is(const struct safetensors *f)
{
    const char *format = safetensors_meta(f, "format");

    return format && strcmp(format, format_name) == 0;
}

/* Which part of the network it is; older files say nothing of it. */
static int get_shape(struct model_info *info, const struct safetensors *f,
                     struct err *err)
{
    const char *head = safetensors_meta(f, "head");
    struct err unknown;

    if (safetensors_meta(f, "cut") &&
        get_text(f, "cut", info->cut, sizeof(info->cut), err) < 0)
        return -1;
    if (head && net_head_find(head, &info->head, &unknown) < 0)
        return err_set(err, ERR_INPUT, "metadata 'head': %s", unknown.text);
    return get_optional(f, "freeze", GRAPH_MAX_NODES, &info->freeze, err);
}

/* Of a network that takes the size of cells, how. */
static int get_size(struct size_scale *s, const struct safetensors *f,
                    struct err *err)
{
    s->on = safetensors_meta(f, "log_width_mean") != NULL;
    if (!s->on)
        return 0;
    if (get_double(f, "log_width_mean", &s->mean[0], err) < 0 ||
        get_double(f, "log_width_sd", &s->sd[0], err) < 0 ||
        get_double(f, "log_height_mean", &s->mean[1], err) < 0 ||
        get_double(f, "log_height_sd", &s->sd[1], err) < 0)
        return -1;
    if (!(s->sd[0] > 0 && s->sd[1] > 0))
        return err_set(err, ERR_INPUT,
                       "metadata 'log_width_sd', 'log_height_sd': not above 0");
    if (s->sd[0] < CELL_SIZE_LEAST_SD || s->sd[1] < CELL_SIZE_LEAST_SD)
        return err_set(err, ERR_INPUT,
                       "trained by an older version on cells of one size, "
                       "which it standardised by an error of rounding: any "
                       "other size would decide alone; train it again "
                       "(run RUN --force train)");
    return 0;
}

static int get_info(struct model_info *info, const struct safetensors *f,
                    struct err *err)
{
    char classes[CLASSES_TEXT], input[MODEL_NAME_MAX], format[MODEL_NAME_MAX];
    struct err unknown;

    *info = (struct model_info){0};
    if (get_text(f, "format", format, sizeof(format), err) < 0 ||
        get_text(f, "network", info->network, sizeof(info->network), err) < 0 ||
        get_text(f, "input", input, sizeof(input), err) < 0 ||
        get_int(f, "height", NET_MAX_SIDE, &info->h, err) < 0 ||
        get_int(f, "width", NET_MAX_SIDE, &info->w, err) < 0 ||
        get_text(f, "classes", classes, sizeof(classes), err) < 0 ||
        get_int(f, "epoch", 1 << 30, &info->epoch, err) < 0 ||
        get_double(f, "val_loss", &info->val_loss, err) < 0 ||
        get_double(f, "val_accuracy", &info->val_accuracy, err) < 0)
        return -1;
    if (!model_is(f))
        return err_set(err, ERR_INPUT, "format '%s' is not '%s'", format,
                       format_name);
    if (preprocess_find(input, &info->input, &unknown) < 0)
        return err_set(err, ERR_INPUT, "metadata 'input': %s", unknown.text);
    if (model_resizing(&info->resizing, f, err) < 0 ||
        get_reading(info, f, err) < 0 ||
        get_optional(f, "averaged_epochs", 1 << 30, &info->averaged, err) < 0 ||
        get_shape(info, f, err) < 0 || get_size(&info->size, f, err) < 0)
        return -1;
    return get_classes(info, classes, err);
}

struct graph *model_fresh(const struct model_info *info,
                          const struct graph_args *ga, struct err *err)
{
    const struct net_args na = {.h = info->h,
                                .w = info->w,
                                .classes = info->n_class,
                                .cut = info->cut[0] ? info->cut : NULL,
                                .head = info->head,
                                .freeze = info->freeze,
                                .size = info->size.on};
    const struct net *net = net_find(info->network, err);
    struct graph *g = net ? net_new(net, &na, ga, err) : NULL;

    if (!g && err->code == ERR_USAGE)
        err->code = ERR_INPUT; /* the file asks for it, not the user */
    return g;
}

/* The graph that 'f' describes, with its weights. */
static struct graph *make_graph(const struct safetensors *f,
                                const struct model_info *info,
                                const struct graph_args *ga, struct err *err)
{
    struct graph *g = model_fresh(info, ga, err);

    if (g && model_load(g, f, err) < 0) {
        graph_free(g);
        g = NULL;
    }
    return g;
}

/* Of the trunk alone, if that is asked for. */
static struct graph *read_graph(const char *path, const struct graph_args *ga,
                                bool trunk, struct model_info *info,
                                struct err *err)
{
    struct safetensors f = {0};
    struct graph *g = NULL;
    struct err why = {0};

    if (safetensors_read(&f, path, err) < 0)
        return NULL;
    if (get_info(info, &f, &why) == 0) {
        info->head = trunk ? HEAD_POOL : info->head;
        g = make_graph(&f, info, ga, &why);
    }
    safetensors_release(&f);
    if (!g)
        err_set(err, why.code, "'%.200s': %.250s", path, why.text);
    return g;
}

struct graph *model_read(const char *path, const struct graph_args *ga,
                         struct model_info *info, struct err *err)
{
    return read_graph(path, ga, false, info, err);
}

struct graph *model_read_trunk(const char *path, const struct graph_args *ga,
                               struct err *err)
{
    struct model_info info;

    return read_graph(path, ga, true, &info, err);
}

int model_path(char path[FILE_PATH_MAX], const char *given, struct err *err)
{
    struct stat st;

    if (stat(given, &st) < 0 || !S_ISDIR(st.st_mode))
        return file_path(path, err, "%s", given);
    if (file_path(path, err, "%s/models/model.safetensors", given) < 0)
        return -1;
    return file_exists(path) ? 0
                             : err_set(err, ERR_INPUT,
                                       "'%.200s' is no bundle: there is no "
                                       "models/model.safetensors in it, as in "
                                       "RUN/report/bundle/EXPERIMENT",
                                       given);
}
