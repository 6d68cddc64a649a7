#define _GNU_SOURCE /* FNM_CASEFOLD */
#include "stages/preprocess/layout.h"

#include "base/utf8.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PATTERN = 256 };

/*
 * Next of the words that 'list' separates by commas, without spaces around,
 * into out[size]; returns where to go on, NULL behind the last.
 * *fits is false if the word is too long.
 */
static const char *next_word(const char *list, char *out, size_t size,
                             bool *fits)
{
    const char *end;
    size_t n;

    if (!list || !*list)
        return NULL;
    list += strspn(list, " ");
    n = strcspn(list, ",");
    end = list[n] ? list + n + 1 : list + n;
    while (n > 0 && list[n - 1] == ' ')
        n--;
    *fits = n < size;
    snprintf(out, size, "%.*s", (int)n, list);
    return end;
}

/* --- classes -------------------------------------------------------------- */

static int add_class(struct layout *l, char *word, bool fits, struct err *err)
{
    const int n = l->n_class;
    char *equals = strchr(word, '=');
    const char *name = equals ? equals + 1 : word;

    if (equals)
        *equals = '\0';
    if (!fits || !*word || !*name || strlen(word) >= CONFIG_NAME_MAX ||
        strlen(name) >= CONFIG_NAME_MAX || strchr(word, '/'))
        return err_set(err, ERR_USAGE,
                       "layout.classes: '%.60s': a folder and a class have 1 "
                       "to %d bytes, and no slash",
                       word, CONFIG_NAME_MAX - 1);
    if (n == CONFIG_CLASSES_MAX)
        return err_set(err, ERR_USAGE, "layout.classes: more than %d",
                       CONFIG_CLASSES_MAX);
    for (int i = 0; i < n; i++)
        if (strcmp(l->folder[i], word) == 0 || strcmp(l->name[i], name) == 0)
            return err_set(err, ERR_USAGE,
                           "layout.classes: '%s' is there twice",
                           strcmp(l->folder[i], word) ? name : word);
    memcpy(l->folder[n], word, strlen(word) + 1);
    memcpy(l->name[n], name, strlen(name) + 1);
    l->n_class++;
    return 0;
}

static int take_classes(struct layout *l, const char *list, struct err *err)
{
    char word[2 * CONFIG_NAME_MAX + 1];
    bool fits;

    while ((list = next_word(list, word, sizeof(word), &fits)))
        if (add_class(l, word, fits, err) < 0)
            return -1;
    if (l->n_class == 1)
        return err_set(err, ERR_USAGE,
                       "layout.classes: '%s' alone, at least 2 are needed",
                       l->folder[0]);
    return 0;
}

const char *layout_class(const struct layout *l, const char *folder)
{
    if (l->n_class == 0)
        return strncmp(folder, "im_", 3) == 0 ? folder + 3 : folder;
    for (int i = 0; i < l->n_class; i++)
        if (strcmp(l->folder[i], folder) == 0)
            return l->name[i];
    return NULL;
}

/* --- columns -------------------------------------------------------------- */

static const char *const column_words[LAYOUT_COLUMNS] = {
    "file", "label", "group", "split", "fold"};

const char *layout_column_word(enum layout_column column)
{
    return column_words[column];
}

static int add_column(struct layout *l, char *word, bool fits, struct err *err)
{
    char *name = strchr(word, '=');
    int k = 0;

    if (!fits || !name)
        return err_set(err, ERR_USAGE,
                       "layout.columns: '%.60s' is not \"file=NAME\" of 1 to "
                       "%d bytes",
                       word, CONFIG_NAME_MAX - 1);
    *name++ = '\0';
    word = utf8_trim(word);
    name = utf8_trim(name);
    while (k < LAYOUT_FOLD && strcmp(word, column_words[k]) != 0)
        k++;
    if (k == LAYOUT_FOLD)
        return err_set(err, ERR_USAGE,
                       "layout.columns: '%.60s' is not file, label, group or "
                       "split",
                       word);
    if (l->mapped[k])
        return err_set(err, ERR_USAGE, "layout.columns: '%s' is there twice",
                       word);
    if (strlen(name) >= CONFIG_NAME_MAX || (!*name && k <= LAYOUT_LABEL))
        return err_set(err, ERR_USAGE,
                       "layout.columns: '%s': a name has 1 to %d bytes", word,
                       CONFIG_NAME_MAX - 1);
    memcpy(l->column[k], name, strlen(name) + 1);
    l->mapped[k] = true;
    return 0;
}

static int take_columns(struct layout *l, const char *list, struct err *err)
{
    char word[2 * CONFIG_NAME_MAX + 1];
    bool fits;

    for (int k = 0; k < LAYOUT_FOLD; k++)
        snprintf(l->column[k], CONFIG_NAME_MAX, "%s", column_words[k]);
    while ((list = next_word(list, word, sizeof(word), &fits)))
        if (add_column(l, word, fits, err) < 0)
            return -1;
    return 0;
}

/* --- names ---------------------------------------------------------------- */

static bool matches_any(const char *patterns, const char *name)
{
    char pattern[MAX_PATTERN];
    bool fits;

    while ((patterns = next_word(patterns, pattern, sizeof(pattern), &fits)))
        if (fnmatch(pattern, name, FNM_CASEFOLD) == 0)
            return true;
    return false;
}

bool layout_takes(const struct layout *l, const char *name)
{
    return (!*l->include || matches_any(l->include, name)) &&
           !matches_any(l->exclude, name);
}

/* --- groups --------------------------------------------------------------- */

/* "Class/012" of ".../012_03.bmp", as SIPaKMeD names its clusters. */
static char *group_by_number(const char *class_name, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const size_t digits = strspn(name, "0123456789");
    char text[CONFIG_NAME_MAX + 256];

    if (digits == 0 || digits > 200 || name[digits] != '_')
        return strdup(path);
    snprintf(text, sizeof(text), "%s/%.*s", class_name, (int)digits, name);
    return strdup(text);
}

char *layout_group(const struct layout *l, const char *class_name,
                   const char *path)
{
    regmatch_t m[2];
    size_t n, room;
    char *text;
    int at;

    if (!l->has_group)
        return group_by_number(class_name, path);
    if (regexec(&l->group, path, 2, m, 0) != 0)
        return strdup(path);
    at = m[1].rm_so >= 0 ? 1 : 0;
    n = (size_t)(m[at].rm_eo - m[at].rm_so);
    room = strlen(class_name) + 1 + n + 1;
    text = malloc(room);
    if (text)
        snprintf(text, room, "%s/%.*s", class_name, (int)n, path + m[at].rm_so);
    return text;
}

/* --- all of it ------------------------------------------------------------ */

int layout_init(struct layout *l, const struct config *c, struct err *err)
{
    char why[128];
    int rc;

    *l = (struct layout){.include = c->layout.include,
                         .exclude = c->layout.exclude,
                         .csv = c->layout.csv,
                         .method = c->split.method,
                         .unnamed = c->split.unnamed && !c->split.csv[0],
                         .folds = (int)c->split.folds,
                         .folds_validate = config_folds_validate(c),
                         .own_split = c->split.csv[0] != 0};
    if (take_classes(l, c->layout.classes, err) < 0 ||
        take_columns(l, c->layout.columns, err) < 0)
        goto fail;
    if (c->layout.group[0]) {
        rc = regcomp(&l->group, c->layout.group, REG_EXTENDED);
        if (rc != 0) {
            regerror(rc, &l->group, why, sizeof(why));
            err_set(err, ERR_USAGE, "layout.group: '%.100s': %s",
                    c->layout.group, why);
            goto fail;
        }
        l->has_group = true;
    }
    return 0;
fail:
    *l = (struct layout){0};
    return -1;
}

void layout_release(struct layout *l)
{
    if (l->has_group)
        regfree(&l->group);
    *l = (struct layout){0};
}
