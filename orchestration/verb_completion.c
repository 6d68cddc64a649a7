#include "orchestration/verb_completion.h"

#include "config/config_key.h"
#include "config/recipe_text.h"
#include "nn/nets.h"
#include "orchestration/verb_parse.h"
#include "run/stage_table.h"

#include <string.h>

static const char *const bash_lines[] = {
#include "orchestration/verb_completion.bash.inc"
    NULL};

static const char *const zsh_lines[] = {
#include "orchestration/verb_completion.zsh.inc"
    NULL};

/* --- arguments that are words of a table ---------------------------------- */

static const char *net_word(size_t i)
{
    return net_at(i) ? net_at(i)->name : NULL;
}

static const char *stage_word(size_t i)
{
    return i < STAGE_COUNT ? stage_table[i].word : NULL;
}

static const char *method_word(size_t i)
{
    static const char *const words[] = {
#define EXPLAINER(name, title) #name,
#include "config/explainers.def"
#undef EXPLAINER
        NULL};

    return words[i];
}

static const char *verb_word(size_t i)
{
    return verbs_shown_at(i) ? verbs_shown_at(i)->name : NULL;
}

static const char *key_word(size_t i)
{
    const struct config_key *k = config_key_run.key;

    return i < config_key_run.n ? k[i].full : NULL;
}

static const char *split_word(size_t i)
{
    static const char *const words[] = {"test", "validation", NULL};

    return words[i];
}

static const struct word_source {
    const char *argument;
    const char *(*at)(size_t i); /* NULL behind the last */
} sources[] = {
    {"NET", net_word},       {"STAGE", stage_word}, {"METHOD", method_word},
    {"STEP", stage_word},    {"VERB", verb_word},   {"RECIPE", recipe_text_at},
    {"KEY=VALUE", key_word}, {"SPLIT", split_word},
};

static void put_words(struct buf *b)
{
    buf_puts(b, "_papline_words() { # ARGUMENT: what it may be, if few\n"
                "    case $1 in\n");
    for (size_t s = 0; s < sizeof(sources) / sizeof(sources[0]); s++) {
        buf_printf(b, "    %s) echo", sources[s].argument);
        for (size_t i = 0; sources[s].at(i); i++)
            buf_printf(b, " %s", sources[s].at(i));
        buf_puts(b, " ;;\n");
    }
    buf_puts(b, "    esac\n}\n");
}

/* --- what stands where ---------------------------------------------------- */

static void put_verbs(struct buf *b)
{
    const struct verb *v;

    buf_puts(b, "_papline_verbs() { # NAME:HELP, one a line\n"
                "    cat <<'END'\n");
    for (size_t i = 0; (v = verbs_shown_at(i)) != NULL; i++)
        buf_printf(b, "%s:%s\n", v->name, v->help);
    buf_puts(b, "END\n}\n");
}

static void put_options(struct buf *b)
{
    const struct verb *v;
    const struct verb_option *o;

    buf_puts(b, "_papline_options() { # VERB: NAME:HELP, one a line\n"
                "    case $1 in\n");
    for (size_t i = 0; (v = verbs_shown_at(i)) != NULL; i++) {
        buf_printf(b, "    %s)\n        cat <<'END'\n", v->name);
        for (int k = 0; (o = verb_parse_option(v, k)) != NULL; k++)
            buf_printf(b, "--%s:%s\n", o->name, o->help);
        buf_puts(b, "END\n        ;;\n");
    }
    buf_puts(b, "    esac\n}\n");
}

static void put_arguments_of(const struct verb *v, struct buf *b)
{
    const struct verb_option *o = v->options;
    const char *s = v->words;
    struct verb_word w;

    for (; o && o->name; o++) {
        if (!o->argument)
            continue;
        buf_printf(b, "    %s,--%s", v->name, o->name);
        if (o->letter)
            buf_printf(b, " | %s,-%c", v->name, o->letter);
        buf_printf(b, ") echo '%s' ;;\n", o->argument);
    }
    for (int i = 1; verb_parse_word(&s, &w); i++) {
        buf_printf(b, "    %s,", v->name);
        if (w.many)
            buf_puts(b, "[0-9]*");
        else
            buf_printf(b, "%d", i);
        buf_printf(b, ") echo '%.*s' ;;\n", w.length, w.name);
    }
}

/* What the value of a key may be: one of a few words, or a path. */
static void put_values_of(const struct config_key *k, struct buf *b)
{
    if (k->type == KEY_STRING && k->room == FILE_PATH_MAX)
        buf_printf(b, "    *,%s=) echo FILE ;;\n", k->full);
    if (!k->words)
        return;
    buf_printf(b, "    *,%s=) echo '", k->full);
    for (size_t i = 0; k->words[i]; i++)
        buf_printf(b, "%s%s", i ? "|" : "", k->words[i]);
    buf_puts(b, "' ;;\n");
}

static void put_arguments(struct buf *b)
{
    const struct config_key *k = config_key_run.key;

    buf_puts(b, "_papline_argument() { # VERB, OPTION or KEY= or number of a "
                "word: its name\n"
                "    case $1,$2 in\n");
    for (size_t i = 0; verbs_shown_at(i); i++)
        put_arguments_of(verbs_shown_at(i), b);
    for (size_t i = 0; i < config_key_run.n; i++)
        put_values_of(&k[i], b);
    buf_puts(b, "    esac\n}\n");
}

int verb_completion(const char *shell, struct buf *b, struct err *err)
{
    const bool zsh = strcmp(shell, "zsh") == 0;
    const char *const *line = zsh ? zsh_lines : bash_lines;

    if (!zsh && strcmp(shell, "bash") != 0)
        return err_set(err, ERR_USAGE, "'%.64s' is neither bash nor zsh",
                       shell);
    if (zsh)
        buf_puts(b, "#compdef papline\n");
    put_verbs(b);
    put_options(b);
    put_arguments(b);
    put_words(b);
    while (*line)
        buf_puts(b, *line++);
    return 0;
}
