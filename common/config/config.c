/* config.c - defaults, reading, writing; config_table.c has the keys */
#include "config/config.h"

#include "config/config_check.h"
#include "config/config_key.h"
#include "config/variants.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As STORE_MAX_SAMPLES, which is further up. */
enum { CONFIG_CELLS_MAX = 20000000 };

int config_cells(const char *cells, int64_t *n, struct err *err)
{
    char cut[CONFIG_KEY_SNIPPET];
    char *end;

    *n = 0;
    if (strcmp(cells, "chosen") == 0)
        return 0;
    *n = INT64_MAX;
    if (strcmp(cells, "all") == 0)
        return 0;
    *n = strtoll(cells, &end, 10);
    if (*end || *n < 1 || *n > CONFIG_CELLS_MAX)
        return err_set(err, ERR_USAGE,
                       "'%s' is not chosen, all or a number of 1..%d",
                       config_key_snippet(cut, cells), CONFIG_CELLS_MAX);
    return 0;
}

struct resizing config_resizing(const struct config *c)
{
    return (struct resizing){.lanczos = c->preprocess.resize == RESIZE_LANCZOS,
                             .aspect = c->preprocess.aspect,
                             .field = (int)c->preprocess.field};
}

int config_bits(const char *bits, int *n, struct err *err)
{
    char cut[CONFIG_KEY_SNIPPET], *end;
    long v;

    *n = strcmp(bits, "auto") == 0 ? CONFIG_BITS_AUTO : 0;
    if (*n || strcmp(bits, "full") == 0)
        return 0;
    v = strtol(bits, &end, 10);
    if (*end || v < 8 || v > 16)
        return err_set(err, ERR_USAGE,
                       "'%s' is not full, auto or a number of 8..16",
                       config_key_snippet(cut, bits));
    *n = v == 16 ? 0 : (int)v;
    return 0;
}

void config_init(struct config *c)
{
    memset(c, 0, sizeof(*c));
    config_key_defaults(&config_key_run, c);
}

/* As the paper's text has them, of classes by name: Dyskeratotic,
 * Koilocytotic, Metaplastic, Parabasal, Superficial-Intermediate. */
#define PRINTED_WEIGHTS                                                        \
    "0.996319018404908, 0.9842424242424243, 1.0213836477987421, "              \
    "1.0278481012658227, 0.9724550898203593"

/* What a profile has other defaults for: where the paper and its authors'
 * notebooks differ from what is right, or from each other. */
static const struct profile_row {
    enum profile profile;
    const char *setting;
} profile_rows[] = {
    {PROFILE_PAPER, "preprocess.aspect=keep"},
    {PROFILE_PAPER, "split.method=random"},
    {PROFILE_PAPER, "split.near_duplicates=separate"},
    {PROFILE_PAPER, "augment.recipe=paper"},
    {PROFILE_PAPER, "augment.variants=6"},
    {PROFILE_PAPER, "train.class_weights=" PRINTED_WEIGHTS},
    {PROFILE_PAPER, "train.dropout=all"},
    {PROFILE_PAPER, "train.stop_patience=0"},
    {PROFILE_PAPER, "train.schedule=constant"},
    {PROFILE_PAPER, "train.encoder=weights"},
    {PROFILE_PAPER, "train.encoder_rate=0.001"},
    {PROFILE_PAPER, "explain.placement=stretched"}, /* names tf-keras-vis */
    {PROFILE_NOTEBOOK, "preprocess.jpeg=95"},
    {PROFILE_NOTEBOOK, "split.method=random"},
    {PROFILE_NOTEBOOK, "split.near_duplicates=separate"},
    {PROFILE_NOTEBOOK, "augment.recipe=notebook"},
    {PROFILE_NOTEBOOK, "augment.variants=6"},
    {PROFILE_NOTEBOOK, "train.class_weights=" CONFIG_BALANCED_TEST},
    {PROFILE_NOTEBOOK, "train.input=raw"},
    {PROFILE_NOTEBOOK, "evaluate.model=last"},
    {PROFILE_NOTEBOOK, "explain.placement=stretched"},
    {PROFILE_NOTEBOOK, "explain.scorecam_variant=tfkv"},
};

/* The defaults of a profile, then file and settings. */
static int take_all(struct config *c, enum profile profile, const char *path,
                    const struct config_set *set, size_t n_set, struct err *err)
{
    const enum split_method unnamed = (enum split_method) - 1;
    enum split_method usual;

    config_init(c);
    for (size_t i = 0; i < sizeof(profile_rows) / sizeof(profile_rows[0]); i++)
        if (profile_rows[i].profile == profile)
            BUG_ON(config_take_set(c, profile_rows[i].setting, err) < 0);
    usual = c->split.method;
    c->split.method = unnamed;
    if (path && config_take_file(&config_key_run, c, path, err) < 0)
        return -1;
    for (size_t i = 0; i < n_set; i++)
        if (config_take_set(c, set[i].text, err) < 0)
            return -1;
    c->split.unnamed = c->split.method == unnamed;
    if (c->split.unnamed)
        c->split.method = c->split.csv[0] ? SPLIT_BY_CSV : usual;
    return 0;
}

/* The configuration of each variant; "FILE: train.variants.wide: ..." */
static int check_variants(const struct config *c, const char *path,
                          struct err *err)
{
    struct config own;
    char where[256];

    for (int i = 0; i < variants_count(c); i++) {
        const char *name = variants_name(c, i);

        snprintf(where, sizeof(where), "%.150s%s%s",
                 path ? path : "configuration",
                 *name ? ": train.variants." : "", name);
        variants_config(&own, c, name);
        if (config_check(&own, where, err) < 0)
            return -1;
    }
    return 0;
}

int config_read(struct config *c, const char *path,
                const struct config_set *set, size_t n_set, struct err *err)
{
    struct config fresh;

    if (take_all(&fresh, PROFILE_CORRECTED, path, set, n_set, err) < 0 ||
        take_all(&fresh, fresh.run.profile, path, set, n_set, err) < 0)
        return -1;
    if (check_variants(&fresh, path, err) < 0)
        return -1;
    *c = fresh;
    return 0;
}

/* Begin a section where the table does. */
static void put_section(struct buf *out, const struct config_key *k, size_t i)
{
    if (i == 0 || strcmp(k[i].section, k[i - 1].section) != 0)
        buf_printf(out, "%s%s:\n", i ? "\n" : "", k[i].section);
}

/* "  name: value" */
static void put_key(struct buf *out, const struct config *c,
                    const struct config_key *k)
{
    struct buf value = {0};

    config_key_yaml(c, k, &value);
    buf_printf(out, "  %s:%s", k->name,
               value.data && value.data[0] == '\n' ? "" : " ");
    buf_take(out, &value);
}

/* The row of a key that has words, and which of them it has. */
static const struct config_key *find_words(const struct config *c,
                                           const char *section,
                                           const char *name, int *word)
{
    const struct config_key *k =
        config_key_find(&config_key_run, section, name);
    const void *at;

    BUG_ON(!k || k->type != KEY_ENUM);
    at = (const char *)c + k->offset;
    *word = *(const int *)at;
    return k;
}

const char *config_word(const struct config *c, const char *section,
                        const char *name)
{
    int word;
    const struct config_key *k = find_words(c, section, name, &word);

    return k->words[word];
}

const char *config_hashed_word(const struct config *c, const char *section,
                               const char *name)
{
    int word;
    const struct config_key *k = find_words(c, section, name, &word);

    return k->was && word == 0 ? k->was : k->words[word];
}

const char *config_model_file(enum model_choice model)
{
    static const char *const files[] = {
        [MODEL_BEST_ACCURACY] = "model.safetensors",
        [MODEL_LAST] = "last.safetensors",
        [MODEL_BEST_LOSS] = "best-loss.safetensors",
        [MODEL_AVERAGE] = "average.safetensors"};

    return files[model];
}

void config_write(const struct config *c, struct buf *out)
{
    const struct config_key *k = config_key_run.key;

    for (size_t i = 0; i < config_key_run.n; i++) {
        put_section(out, k, i);
        put_key(out, c, &k[i]);
        buf_puts(out, "\n");
    }
}

static void put_help(struct buf *out, const struct config_key *k)
{
    buf_printf(out, "  # %s\n", k->help);
    if (k->type == KEY_INT || k->type == KEY_REAL || k->type == KEY_INTS)
        buf_printf(out, "  # %s%s%.15g..%.15g%s%s\n",
                   k->words ? k->words[0] : "", k->words ? " or " : "", k->min,
                   k->max, k->unit ? " " : "", k->unit ? k->unit : "");
    if (k->type == KEY_ENUM) {
        buf_puts(out, "  # one of");
        for (int i = 0; k->words[i]; i++)
            buf_printf(out, "%s %s", i ? "," : "", k->words[i]);
        buf_puts(out, "\n");
    }
}

void config_reference(struct buf *out)
{
    struct config c;
    const struct config_key *k = config_key_run.key;

    config_init(&c);
    buf_puts(out,
             "# Every key with its default, printed from the table in\n"
             "# common/config/config_table.c.  A key marked 'placement' does\n"
             "# not decide results (of a path, the content does).\n\n");
    for (size_t i = 0; i < config_key_run.n; i++) {
        put_section(out, k, i);
        put_help(out, &k[i]);
        put_key(out, &c, &k[i]);
        buf_puts(out, k[i].role == KEY_PLACEMENT ? " # placement\n" : "\n");
    }
}

void config_each(const struct config *c, const char *section,
                 config_each_f each, void *self)
{
    const struct config_key *k = config_key_run.key;

    for (size_t i = 0; i < config_key_run.n; i++) {
        struct buf b = {0};

        if (k[i].role != KEY_RESULT || strcmp(k[i].section, section) != 0)
            continue;
        if (k[i].was)
            buf_puts(&b, config_hashed_word(c, section, k[i].name));
        else
            config_key_text(c, &k[i], &b);
        BUG_ON(b.failed); /* without it the content hash would be wrong */
        if (!k[i].before || strcmp(b.data ? b.data : "", k[i].before) != 0)
            each(self, k[i].full, b.data ? b.data : "");
        buf_release(&b);
    }
}
