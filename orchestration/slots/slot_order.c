#include "orchestration/slots/slot_order.h"

#include <stdlib.h>
#include <string.h>

/* --- the command line ----------------------------------------------------- */

/* The option at args[i], with a value behind it? */
static bool is_option(int n, char **args, int i, const char *name)
{
    return i + 1 < n && strcmp(args[i], name) == 0;
}

int slot_order_parse(struct slot_message *m, int n, char **args,
                     struct err *err)
{
    int i = 1;

    *m = (struct slot_message){.kind = SLOT_START, .n_word = 2};
    m->word[0] = n > 0 ? args[0] : "";
    m->word[1] = "";
    for (; i < n && strncmp(args[i], "--", 2) == 0; i += 2) {
        if (is_option(n, args, i, "--output"))
            m->word[1] = args[i + 1];
        else if (!is_option(n, args, i, "--env"))
            return err_set(err, ERR_USAGE, "bad option '%s'; see --help",
                           args[i]);
        else if (m->n_word == SLOT_WORDS_MAX)
            return err_set(err, ERR_USAGE, "more than %d words",
                           SLOT_WORDS_MAX);
        else
            m->word[m->n_word++] = args[i + 1];
    }
    m->value = m->n_word - 2;
    for (; i < n; i++) {
        if (m->n_word == SLOT_WORDS_MAX)
            return err_set(err, ERR_USAGE, "more than %d words",
                           SLOT_WORDS_MAX);
        m->word[m->n_word++] = args[i];
    }
    if (m->n_word == 2 + m->value)
        return err_set(err, ERR_USAGE, "give slots and a program; see --help");
    return 0;
}

/* --- a message ------------------------------------------------------------ */

static bool has_rank(const struct slot_order *o, long rank)
{
    for (int i = 0; i < o->n_rank; i++)
        if (o->rank[i] == rank)
            return true;
    return false;
}

/* "1,2", each in 1 .. n-1 and once. */
static int read_ranks(struct slot_order *o, const char *text, int n,
                      struct err *err)
{
    const char *p = text;

    for (;;) {
        char *end;
        const long rank = strtol(p, &end, 10);

        if (*p < '0' || *p > '9' || (*end && *end != ','))
            return err_set(err, ERR_USAGE, "slots '%.60s' are no list 1,2,...",
                           text);
        if (rank < 1 || rank >= n || has_rank(o, rank))
            return err_set(err, ERR_USAGE,
                           "slots '%.60s' are not each once, of 1 to %d", text,
                           n - 1);
        if (o->n_rank == SLOT_GROUP_MAX)
            return err_set(err, ERR_USAGE, "more than %d slots",
                           SLOT_GROUP_MAX);
        o->rank[o->n_rank++] = (int)rank;
        if (!*end)
            return 0;
        p = end + 1;
    }
}

int slot_order_read(struct slot_order *o, const struct slot_message *m,
                    int n_rank, struct err *err)
{
    *o = (struct slot_order){.n_env = m->value};
    if (m->kind != SLOT_START || m->value < 0 || m->n_word < 3 ||
        m->value > m->n_word - 3)
        return err_set(err, ERR_USAGE, "an order without a program");
    o->output = m->word[1];
    o->env = m->word + 2;
    o->arg = o->env + o->n_env;
    o->n_arg = m->n_word - 2 - o->n_env;
    for (int i = 0; i < o->n_env; i++)
        if (o->env[i][0] == '=' || !strchr(o->env[i], '='))
            return err_set(err, ERR_USAGE, "'%.60s' is no NAME=VALUE",
                           o->env[i]);
    if (!o->arg[0][0])
        return err_set(err, ERR_USAGE, "an order without a program");
    return read_ranks(o, m->word[0], n_rank, err);
}
