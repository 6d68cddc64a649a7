/*
 * test_verbs.c - the table of verbs: each row against the parser, and what is
 * printed from it
 */
#include "orchestration/verb_completion.h"
#include "orchestration/verb_help.h"
#include "orchestration/verb_parse.h"
#include "test_dir.h"

#include <ctype.h>

enum { MAX_LINE = 2048, MAX_ARGS = 160 };

/* A command line, kept as long as its values are looked at. */
static char line[MAX_LINE];
static struct verb_args args;
static struct err err;

/* Read "run c.yaml --until train". */
static int parse_words(const char *text)
{
    char *argv[MAX_ARGS], *rest = NULL;
    const struct verb *v;
    int n = 0;

    snprintf(line, sizeof(line), "%s", text);
    for (char *w = strtok_r(line, " ", &rest); w;
         w = strtok_r(NULL, " ", &rest))
        argv[n++] = w;
    argv[n] = NULL;
    err = (struct err){0};
    v = verbs_find(argv[0], &err);
    return v ? verb_parse(v, n, argv, &args, &err) : -1;
}

/* A verb and so many words as it must have, and 'more'. */
static int parse_with(const struct verb *v, const char *more)
{
    char text[MAX_LINE];
    const char *s = v->words;
    struct verb_word w;
    int at = snprintf(text, sizeof(text), "%s", v->name);

    while (verb_parse_word(&s, &w))
        if (!w.optional)
            at += snprintf(text + at, sizeof(text) - (size_t)at, " word");
    snprintf(text + at, sizeof(text) - (size_t)at, " %s", more);
    return parse_words(text);
}

/* --- each row ------------------------------------------------------------- */

static bool begins_small(const char *s)
{
    return islower((unsigned char)*s) || isdigit((unsigned char)*s) ||
           strncmp(s, "Keras", 5) == 0;
}

static void check_row(const struct verb *v)
{
    const size_t n = strlen(v->name);

    ok(!v->act == (v->program && v->option), "a function or a program");
    ok(begins_small(v->help) && v->help[strlen(v->help) - 1] != '.',
       "its line of help is one");
    ok(strncmp(v->example, v->name, n) == 0 && strchr(" ", v->example[n]),
       "its example is of it");
    works(parse_words(v->example) == 0, err, v->example);
    ok(verbs_find(v->name, &err) == v, "found by its name");
}

static void check_words(const struct verb *v)
{
    const char *s = v->words;
    struct verb_word w = {0};
    bool many = false, needs = false;

    while (verb_parse_word(&s, &w)) {
        many |= w.many;
        needs |= !w.optional;
    }
    if (needs)
        fails(parse_words(v->name), err, ERR_USAGE, "is missing",
              "too few words");
    else
        ok(parse_words(v->name) == 0, "no words");
    if (many)
        ok(parse_with(v, "a b c d e") == 0 && args.n_word >= 5, "many words");
    else
        fails(parse_with(v, "one two three"), err, ERR_USAGE, "unexpected '",
              "too many words");
}

static const struct verb_option *own_option(const struct verb *v,
                                            const char *name)
{
    for (const struct verb_option *o = v->options; o && o->name; o++)
        if (strncmp(o->name, name, strlen(name)) == 0)
            return o; /* or may be shortened so */
    return NULL;
}

static void check_own_options(const struct verb *v)
{
    char text[128];

    for (const struct verb_option *o = v->options; o && o->name; o++) {
        const char *value = o->argument ? " 7" : "";

        snprintf(text, sizeof(text), "--%s%s", o->name, value);
        works(parse_with(v, text) == 0, err, text);
        ok(!o->argument == (o->type == VERB_FLAG) && begins_small(o->help),
           "an argument unless it is a flag");
        if (o->argument)
            fails(parse_with(v, strtok(text, " ")), err, ERR_USAGE,
                  "is missing", "  and needs it");
        snprintf(text, sizeof(text), "-%c%s", o->letter, value);
        if (o->letter)
            ok(parse_with(v, text) == 0, text);
    }
}

static void check_foreign_options(const struct verb *v)
{
    const struct verb *other;
    char text[128], said[128];
    int n = 0, refused = 0;

    for (size_t i = 0; (other = verbs_at(i)) != NULL; i++)
        for (const struct verb_option *o = other->options; o && o->name; o++) {
            if (own_option(v, o->name))
                continue;
            n++;
            snprintf(text, sizeof(text), "--%s%s", o->name,
                     o->argument ? " 7" : "");
            snprintf(said, sizeof(said), "papline %s has no option --%s; ",
                     v->name, o->name);
            refused += parse_with(v, text) < 0 && err.code == ERR_USAGE &&
                       strstr(err.text, said);
        }
    ok(n > 0 && refused == n, "the options of other verbs are refused");
}

/* --- what is printed of it ------------------------------------------------ */

static void check_help(const struct verb *v)
{
    struct buf b = {0};
    char text[128];

    verb_help_text(v, &b);
    ok(buf_check(&b, &err) == 0 && strstr(b.data, v->help) &&
           strstr(b.data, v->words) && strstr(b.data, v->example) &&
           strstr(b.data, "exit status: 0 done") && strstr(b.data, "  --help"),
       "its help");
    for (const struct verb_option *o = v->options; o && o->name; o++) {
        snprintf(text, sizeof(text), "--%s%s%s  ", o->name,
                 o->argument ? " " : "", o->argument ? o->argument : "");
        ok(strstr(b.data, text) != NULL, text);
        snprintf(text, sizeof(text), "(default %s)", o->initial);
        ok(!o->initial || strstr(b.data, text), "  with its default");
    }
    for (const char *s = b.data, *end; (end = strchr(s, '\n')); s = end + 1)
        if (end - s > 80)
            ok(false, "no line is over 80 columns");
    buf_release(&b);
}

static void check_completion(const struct verb *v, const char *script)
{
    char text[128];
    bool all = true;

    snprintf(text, sizeof(text), "\n%s:%s\n", v->name, v->help);
    all &= (strstr(script, text) != NULL) != v->hidden;
    for (const struct verb_option *o = v->options; o && o->name; o++) {
        snprintf(text, sizeof(text), "%s,--%s", v->name, o->name);
        if (o->argument)
            all &= (strstr(script, text) != NULL) != v->hidden;
        snprintf(text, sizeof(text), "\n--%s:%s\n", o->name, o->help);
        all &= strstr(script, text) != NULL;
    }
    ok(all, "completed with its options, unless hidden");
}

static void check_rows(void)
{
    const struct verb *v;
    struct buf b = {0};

    ok(verb_completion("bash", &b, &err) == 0 && buf_check(&b, &err) == 0,
       "a script for bash");
    for (size_t i = 0; (v = verbs_at(i)) != NULL; i++) {
        printf("# %s\n", v->name);
        check_row(v);
        check_words(v);
        check_own_options(v);
        check_foreign_options(v);
        check_help(v);
        check_completion(v, b.data);
    }
    buf_release(&b);
}

/* --- values --------------------------------------------------------------- */

static void check_values(void)
{
    ok(parse_words(
           "run c.yaml --set a.b=1 --until train --set c.d=2 --run DIR") == 0,
       "options of a run");
    ok(args.run.set.n == 2 && strcmp(args.run.set.item[1].text, "c.d=2") == 0,
       "  a list, in order");
    ok(strcmp(args.run.until, "train") == 0 &&
           strcmp(args.run.dir, "DIR") == 0 && !args.run.verify,
       "  text, a flag that is not given");
    ok(args.n_word == 1 && strcmp(args.word[0], "c.yaml") == 0 && !args.word[1],
       "  the word before them");
    ok(parse_words("bench --size=64 --layers vgg16") == 0 &&
           args.bench.size == 64 && args.bench.layers &&
           strcmp(args.word[0], "vgg16") == 0,
       "a number, a flag, a word behind them");
    ok(args.bench.batch == 32 && args.bench.steps == 9 &&
           args.bench.threads == 0 && args.bench.ranks == 0,
       "  defaults");
    ok(parse_words("features -o x.npy") == 0 && args.features.size == 0 &&
           args.features.batch == 32 &&
           strcmp(args.features.out, "x.npy") == 0 && !args.features.resize &&
           !args.features.net,
       "a letter; defaults of a number and of nothing");
    ok(parse_words("verify RUN") == 0 && args.sample == 100,
       "as --sample says");
    ok(parse_words("compare RUN a b -- --with") == 0 && args.n_word == 4 &&
           !args.compare.other,
       "all are words behind --");
    ok(parse_words("run --help --nonsense") == 0 && args.help, "--help alone");
}

static void check_refusals(void)
{
    char many[MAX_LINE] = "run c.yaml";

    fails(parse_words("runn"), err, ERR_USAGE, "did you mean run?", "a verb");
    fails(parse_words("what-is-this"), err, ERR_USAGE, "see papline --help",
          "one that is like none");
    fails(parse_words("doctor-ran"), err, ERR_USAGE, "see papline --help",
          "hidden verbs are not meant");
    fails(parse_words("run c.yaml --untl=train"), err, ERR_USAGE,
          "papline run has no option --untl; did you mean --until?",
          "an option");
    fails(parse_words("status RUN -o x"), err, ERR_USAGE,
          "papline status has no option -o; see papline status --help",
          "a letter");
    fails(parse_words("run c.yaml --verify=7"), err, ERR_USAGE,
          "--verify takes no argument", "an argument too much");
    fails(parse_words("bench --size x"), err, ERR_USAGE,
          "--size: 'x' is not a whole number", "no number");
    fails(parse_words("bench --size -1"), err, ERR_USAGE,
          "is not a whole number", "less than 0");
    fails(parse_words("bench --size 2147483648"), err, ERR_USAGE,
          "is not a whole number", "too large a number");
    for (int i = 0; i <= RUN_LIST_MAX; i++)
        strcat(many, " --set a.b=1");
    fails(parse_words(many), err, ERR_USAGE, "more than 64", "a long list");
    fails(parse_words("predict M x --jsn"), err, ERR_USAGE,
          "did you mean --json?", "an option that a program reads");
    ok(parse_words("augment-preview x --seed 99999999999") == 0,
       "whose values are its own affair");
}

static void check_man(void)
{
    char **name, *text;
    size_t n = 0, shown = 0;

    begin_dir();
    ok(verb_help_man(dir, &err) == 0 &&
           file_dir_list(dir, &name, &n, &err) == 0,
       "man pages");
    while (verbs_shown_at(shown))
        shown++;
    ok(n == shown + 1, "one a verb that is not hidden, and papline.1");
    for (size_t i = 0; i < n; i++) {
        text = text_of(name[i]);
        ok(strncmp(text, ".TH papline", 11) == 0 &&
               strstr(text, "\n.SH EXIT STATUS\n"),
           name[i]);
    }
    file_dir_list_free(name, n);
}

static void check_scripts(void)
{
    struct buf b = {0};

    ok(verb_completion("zsh", &b, &err) == 0 && buf_check(&b, &err) == 0 &&
           strncmp(b.data, "#compdef papline\n", 17) == 0,
       "a script for zsh");
    ok(strstr(b.data, " train.epochs ") &&
           strstr(b.data, "*,train.optimizer=) echo 'adam|adamw|") &&
           strstr(b.data, "*,dataset.path=) echo FILE ;;"),
       "it knows keys and their values");
    ok(strstr(b.data, "NET) echo vgg16 ") &&
           strstr(b.data, "STAGE) echo draw preprocess "),
       "networks and stages");
    buf_release(&b);
    fails(verb_completion("fish", &b, &err), err, ERR_USAGE,
          "'fish' is neither bash nor zsh", "another shell");
}

int main(void)
{
    check_rows();
    check_values();
    check_refusals();
    check_man();
    check_scripts();
    return end_dir();
}
