#include "orchestration/verb_help.h"

#include "base/version.h"
#include "orchestration/verb_parse.h"

#include <stdio.h>
#include <string.h>

enum {
    COLUMNS = 79,
    MARGIN = 2,
    VERB_WIDTH = 22, /* a longer label has its text in the next line */
    LABEL_MAX = 64,
    TEXT_MAX = 256
};

static const char summary[] = "from Pap-smear cell crops to classifiers, their "
                              "evaluation and explanations";
static const char exit_status[] =
    "0 done, 1 failed, 2 bad usage or configuration, 75 start again";

/* --- what both forms say -------------------------------------------------- */

/* What an option does, and its default. */
static void option_text(const struct verb_option *o, char text[TEXT_MAX])
{
    snprintf(text, TEXT_MAX, "%s%s%s%s%s", o->help,
             o->type == VERB_LIST ? "; may be given again" : "",
             o->initial ? " (default " : "", o->initial ? o->initial : "",
             o->initial ? ")" : "");
}

/* --- at the terminal ------------------------------------------------------ */

/* Words from column 'at' on, broken into lines. */
static void put_wrapped(struct buf *b, int at, const char *text)
{
    int column = at;

    while (*text) {
        const int n = (int)strcspn(text, " ");

        if (column > at && column + 1 + n > COLUMNS) {
            buf_printf(b, "\n%*s", at, "");
            column = at;
        } else if (column > at) {
            buf_puts(b, " ");
            column++;
        }
        buf_put(b, text, (size_t)n);
        column += n;
        text += n + (text[n] == ' ');
    }
    buf_puts(b, "\n");
}

/* A label, and beside it what is said of it. */
static void put_row(struct buf *b, const char *label, int width,
                    const char *text)
{
    if ((int)strlen(label) > width)
        buf_printf(b, "%*s%s\n%*s", MARGIN, "", label, MARGIN + width + 2, "");
    else
        buf_printf(b, "%*s%-*s  ", MARGIN, "", width, label);
    put_wrapped(b, MARGIN + width + 2, text);
}

static int option_label(const struct verb_option *o, char label[LABEL_MAX])
{
    char letter[] = "-x, ";

    letter[1] = o->letter;
    return snprintf(label, LABEL_MAX, "%s--%s%s%s", o->letter ? letter : "",
                    o->name, o->argument ? " " : "",
                    o->argument ? o->argument : "");
}

static void put_options(const struct verb *v, struct buf *b)
{
    const struct verb_option *o;
    char label[LABEL_MAX], text[TEXT_MAX];
    int width = 0, n;

    for (int i = 0; (o = verb_parse_option(v, i)) != NULL; i++) {
        n = option_label(o, label);
        width = n > width ? n : width;
    }
    for (int i = 0; (o = verb_parse_option(v, i)) != NULL; i++) {
        option_label(o, label);
        option_text(o, text);
        put_row(b, label, width, text);
    }
}

/* A verb and its words. */
static void verb_label(const struct verb *v, char label[LABEL_MAX])
{
    snprintf(label, LABEL_MAX, "%s%s%s", v->name, *v->words ? " " : "",
             v->words);
}

static void put_overview(struct buf *b)
{
    const struct verb *v;
    char label[LABEL_MAX];

    buf_printf(b, "papline %s: %s\n\n", PAPLINE_VERSION, summary);
    buf_puts(b, "usage: papline VERB [WORD...] [OPTION...]\n\n");
    for (size_t i = 0; (v = verbs_shown_at(i)) != NULL; i++) {
        verb_label(v, label);
        put_row(b, label, VERB_WIDTH, v->help);
    }
    buf_printf(b,
               "\npapline VERB --help says more of each; papline --version\n"
               "exit status: %s\n",
               exit_status);
}

static void put_verb(const struct verb *v, struct buf *b)
{
    char label[LABEL_MAX];

    verb_label(v, label);
    buf_printf(b, "papline %s: %s\n\nusage: papline %s [OPTION...]\n\n",
               v->name, v->help, label);
    if (v->about) {
        put_wrapped(b, 0, v->about);
        buf_puts(b, "\n");
    }
    put_options(v, b);
    buf_printf(b, "\nexample: papline %s\nexit status: %s\n", v->example,
               exit_status);
}

void verb_help_text(const struct verb *v, struct buf *b)
{
    if (v)
        put_verb(v, b);
    else
        put_overview(b);
}

/* --- man pages ------------------------------------------------------------ */

/* Text that roff takes for nothing else; a hyphen is one to copy. */
static void put_roff(struct buf *b, const char *s)
{
    if (*s == '.' || *s == '\'')
        buf_puts(b, "\\&");
    for (; *s; s++) {
        if (*s == '-')
            buf_puts(b, "\\-");
        else if (*s == '\\')
            buf_puts(b, "\\e");
        else
            buf_put(b, s, 1);
    }
}

/* Text between what roff is to read. */
static void put_between(struct buf *b, const char *before, const char *text,
                        const char *behind)
{
    buf_puts(b, before);
    put_roff(b, text);
    buf_puts(b, behind);
}

static void begin_page(struct buf *b, const char *name, const char *help)
{
    buf_printf(b, ".TH %s 1 \"\" \"papline %s\" \"Papline\"\n", name,
               PAPLINE_VERSION);
    put_between(b, ".SH NAME\n", name, " \\- ");
    put_between(b, "", help, "\n.SH SYNOPSIS\n");
}

static void end_page(struct buf *b, const char *see)
{
    put_between(b, ".SH EXIT STATUS\n", exit_status, "\n");
    put_between(b, ".SH SEE ALSO\n", see, "\n");
}

static void put_roff_options(const struct verb *v, struct buf *b)
{
    const struct verb_option *o;
    char text[TEXT_MAX];

    buf_puts(b, ".SH OPTIONS\n");
    for (int i = 0; (o = verb_parse_option(v, i)) != NULL; i++) {
        buf_puts(b, ".TP\n");
        if (o->letter)
            buf_printf(b, "\\fB\\-%c\\fR, ", o->letter);
        put_between(b, "\\fB", "--", "");
        put_between(b, "", o->name, "\\fR");
        if (o->argument)
            put_between(b, " \\fI", o->argument, "\\fR");
        option_text(o, text);
        put_between(b, "\n", text, "\n");
    }
}

static void verb_page(const struct verb *v, struct buf *b)
{
    char name[LABEL_MAX];

    snprintf(name, sizeof(name), "papline-%s", v->name);
    begin_page(b, name, v->help);
    put_between(b, "\\fBpapline ", v->name, *v->words ? "\\fR \\fI" : "\\fR");
    put_between(b, "", v->words, "\\fR [\\fIOPTION\\fR...]\n");
    if (v->about)
        put_between(b, ".SH DESCRIPTION\n", v->about, "\n");
    put_roff_options(v, b);
    put_between(b, ".SH EXAMPLE\n.EX\npapline ", v->example, "\n.EE\n");
    end_page(b, "papline(1)");
}

static void overview_page(struct buf *b)
{
    const struct verb *v;
    struct buf see = {0};

    begin_page(b, "papline", summary);
    buf_puts(b, "\\fBpapline\\fR \\fIVERB\\fR [\\fIWORD\\fR...] "
                "[\\fIOPTION\\fR...]\n.SH DESCRIPTION\n");
    for (size_t i = 0; (v = verbs_shown_at(i)) != NULL; i++) {
        put_between(b, ".TP\n\\fB", v->name, "\\fR \\fI");
        put_between(b, "", v->words, "\\fR\n");
        put_between(b, "", v->help, "\n");
        buf_printf(&see, "%spapline-%s(1)", i ? ", " : "", v->name);
    }
    end_page(b, see.data ? see.data : "");
    b->failed |= see.failed;
    buf_release(&see);
}

/* Write what 'b' holds, which is released. */
static int write_page(const char *dir, const char *name, struct buf *b,
                      struct err *err)
{
    char page[LABEL_MAX];

    snprintf(page, sizeof(page), "papline%s%s.1", *name ? "-" : "", name);
    return buf_save(b, dir, page, err);
}

int verb_help_man(const char *dir, struct err *err)
{
    const struct verb *v;
    struct buf b = {0};

    if (file_dir_make(dir, err) < 0)
        return -1;
    overview_page(&b);
    if (write_page(dir, "", &b, err) < 0)
        return -1;
    for (size_t i = 0; (v = verbs_shown_at(i)) != NULL; i++) {
        verb_page(v, &b);
        if (write_page(dir, v->name, &b, err) < 0)
            return -1;
    }
    return 0;
}
