#include "orchestration/verb_parse.h"

#include "base/spell.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST = 256,  /* what getopt_long() returns for the first option by its
                     name; by its letter it returns that */
    WORD_MAX = 64 /* bytes of a word shown in a message */
};

static const struct verb_option help_option = {
    0,
    "help",
    NULL,
    NULL,
    "say this and end",
    VERB_FLAG,
    offsetof(struct verb_args, help)};

const struct verb_option *verb_parse_option(const struct verb *v, int i)
{
    const struct verb_option *o = v->options;
    int n = 0;

    while (o && o[n].name)
        n++;
    if (i < n)
        return &o[i];
    return i == n ? &help_option : NULL;
}

/* --- values --------------------------------------------------------------- */

static int store_number(const char *text, int *value, struct err *err)
{
    char *end;
    const long x = strtol(text, &end, 10);

    if (end == text || *end || x < 0 || x > INT_MAX)
        return err_set(err, ERR_USAGE, "'%.64s' is not a whole number", text);
    *value = (int)x;
    return 0;
}

static int store_item(const char *text, struct run_list *list, struct err *err)
{
    if (list->n == RUN_LIST_MAX)
        return err_set(err, ERR_USAGE, "'%.64s' is one more than %d", text,
                       RUN_LIST_MAX);
    list->item[list->n++].text = text;
    return 0;
}

static int store_value(const struct verb_option *o, const char *text,
                       struct verb_args *a, struct err *err)
{
    void *at = (char *)a + o->place;
    struct err why;
    int rc = 0;

    switch (o->type) {
    case VERB_TEXT:
        *(const char **)at = text;
        break;
    case VERB_FLAG:
        *(bool *)at = true;
        break;
    case VERB_NUMBER:
        rc = store_number(text, at, &why);
        break;
    case VERB_LIST:
        rc = store_item(text, at, &why);
        break;
    }
    return rc == 0 ? 0 : err_set(err, ERR_USAGE, "--%s: %s", o->name, why.text);
}

/* --- options -------------------------------------------------------------- */

/* The option that getopt_long() calls 'c', or NULL. */
static const struct verb_option *option_of(const struct verb *v, int c)
{
    const struct verb_option *o;

    if (c >= FIRST)
        return verb_parse_option(v, c - FIRST);
    for (int i = 0; (o = verb_parse_option(v, i)) != NULL; i++)
        if (c && o->letter == c)
            return o;
    return NULL;
}

static int refuse_unknown(const struct verb *v, const char *word,
                          struct err *err)
{
    const char *name[VERB_OPTIONS_MAX], *meant;
    const struct verb_option *o;
    size_t n = 0;

    for (; (o = verb_parse_option(v, (int)n)) != NULL; n++)
        name[n] = o->name;
    meant = spell_nearest(word + strspn(word, "-"), name, n);
    if (meant)
        return err_set(err, ERR_USAGE,
                       "papline %s has no option %s; did you mean --%s?",
                       v->name, word, meant);
    return err_set(err, ERR_USAGE,
                   "papline %s has no option %s; see papline %s --help",
                   v->name, word, v->name);
}

/* Say what is wrong with the option that getopt_long() has just met. */
static int refuse_option(const struct verb *v, const char *given, bool missing,
                         struct err *err)
{
    const struct verb_option *o = option_of(v, optopt);
    char word[WORD_MAX];

    if (o && missing)
        return err_set(err, ERR_USAGE, "--%s: %s is missing", o->name,
                       o->argument);
    if (o)
        return err_set(err, ERR_USAGE, "--%s takes no argument", o->name);
    if (optopt)
        snprintf(word, sizeof(word), "-%c", optopt);
    else
        snprintf(word, sizeof(word), "%.*s", (int)strcspn(given, "="), given);
    return refuse_unknown(v, word, err);
}

/* What getopt_long() is to know of a row. */
struct known {
    struct option option[VERB_OPTIONS_MAX + 1];
    char letters[2 * VERB_OPTIONS_MAX + 2];
};

static void list_options(const struct verb *v, struct known *k)
{
    const struct verb_option *o;
    char *letter = k->letters;

    *letter++ = ':'; /* tell what is unknown from what lacks its argument */
    for (int i = 0; (o = verb_parse_option(v, i)) != NULL; i++) {
        BUG_ON(i == VERB_OPTIONS_MAX);
        k->option[i] = (struct option){
            o->name, o->argument ? required_argument : no_argument, NULL,
            FIRST + i};
        if (!o->letter)
            continue;
        *letter++ = o->letter;
        if (o->argument)
            *letter++ = ':';
    }
}

static int parse_options(const struct verb *v, int argc, char **argv,
                         struct verb_args *a, struct err *err)
{
    const struct verb_option *o;
    struct known k = {.letters = ""};
    int c;

    list_options(v, &k);
    opterr = 0;
    optind = 0; /* also forgets what was read before */
    while ((c = getopt_long(argc, argv, k.letters, k.option, NULL)) != -1) {
        if (c == '?' || c == ':')
            return refuse_option(v, argv[optind - 1], c == ':', err);
        o = option_of(v, c);
        if ((v->act || o == &help_option) && store_value(o, optarg, a, err) < 0)
            return -1;
        if (a->help)
            break;
    }
    return 0;
}

/* --- words ---------------------------------------------------------------- */

bool verb_parse_word(const char **s, struct verb_word *w)
{
    size_t n;

    *s += strspn(*s, " ");
    n = strcspn(*s, " ");
    *w = (struct verb_word){.name = *s, .optional = **s == '['};
    w->name += w->optional;
    w->length = (int)strcspn(w->name, ". ]");
    w->many = w->name[w->length] == '.';
    *s += n;
    return n > 0;
}

static int check_words(const struct verb *v, const struct verb_args *a,
                       struct err *err)
{
    const char *s = v->words;
    struct verb_word w;
    int most = 0;

    while (verb_parse_word(&s, &w)) {
        if (a->n_word == most && !w.optional)
            return err_set(err, ERR_USAGE,
                           "papline %s: %.*s is missing; see papline %s --help",
                           v->name, w.length, w.name, v->name);
        most = w.many ? INT_MAX : most + 1;
    }
    if (a->n_word > most)
        return err_set(err, ERR_USAGE,
                       "unexpected '%.64s'; see papline %s --help",
                       a->word[most], v->name);
    return 0;
}

int verb_parse(const struct verb *v, int argc, char **argv, struct verb_args *a,
               struct err *err)
{
    const struct verb_option *o = v->options;

    *a = (struct verb_args){.n_word = 0};
    for (; v->act && o && o->name; o++)
        if (o->initial)
            BUG_ON(store_value(o, o->initial, a, err) < 0);
    if (parse_options(v, argc, argv, a, err) < 0)
        return -1;
    a->word = (const char *const *)argv + optind;
    a->n_word = argc - optind;
    return a->help ? 0 : check_words(v, a, err);
}
