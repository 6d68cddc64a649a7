/* test_slots.c - orders to slots: what is understood, what is refused; the
 * programs that a slot starts */
#include "orchestration/slots/slot_order.h"
#include "orchestration/slots/slot_program.h"
#include "tap.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>

enum { RANKS = 4, MAX_ARGS = 600 };

static struct slot_message sent, got;
static struct slot_order order;
static struct err err;
static struct buf bytes;

/* Read "1,2 --env A=b train x" as `papline-slot start` does. */
static int parse_words(const char *text)
{
    static char line[256];
    char *args[32], *rest = NULL;
    int n = 0;

    snprintf(line, sizeof(line), "%s", text);
    for (char *w = strtok_r(line, " ", &rest); w;
         w = strtok_r(NULL, " ", &rest))
        args[n++] = w;
    err = (struct err){0};
    return slot_order_parse(&sent, n, args, &err);
}

/* There and back. */
static int pass_order(const char *text)
{
    buf_release(&bytes);
    if (parse_words(text) < 0 || slot_message_write(&sent, &bytes, &err) < 0 ||
        slot_message_read(&got, bytes.data, bytes.len, &err) < 0)
        return -1;
    return slot_order_read(&order, &got, RANKS, &err);
}

static bool is_refused(const char *text, const char *why)
{
    if (pass_order(text) == 0 || err.code != ERR_USAGE ||
        !strstr(err.text, why)) {
        printf("# %s: %s\n", text, err.text);
        return false;
    }
    return true;
}

static void check_orders(void)
{
    ok(pass_order("3,1 --env A=b --output o --env C= train --join d") == 0,
       "an order arrives");
    ok(order.n_rank == 2 && order.rank[0] == 3 && order.rank[1] == 1,
       "  its slots in their order");
    ok(order.n_arg == 3 && strcmp(order.arg[0], "train") == 0 &&
           strcmp(order.arg[2], "d") == 0 && !order.arg[3],
       "  program and arguments, then NULL");
    ok(strcmp(order.output, "o") == 0, "  where its output goes");
    ok(order.n_env == 2 && strcmp(order.env[0], "A=b") == 0 &&
           strcmp(order.env[1], "C=") == 0,
       "  its variables");
    ok(pass_order("1 sh -c --env") == 0 && order.n_env == 0 && order.n_arg == 3,
       "what follows the program is the program's");
    ok(is_refused("", "give slots"), "nothing is no order");
    ok(is_refused("1", "give slots"), "nor are slots alone");
    ok(is_refused("1 --env A=b", "give slots"), "nor a variable");
    ok(is_refused("1 --env AB x", "NAME=VALUE"), "a variable without value");
    ok(is_refused("1 --env =b x", "NAME=VALUE"), "one without a name");
    ok(is_refused("1 --nice x y", "bad option '--nice'"), "an option");
    ok(is_refused("0 x", "of 1 to 3"), "rank 0 is no slot");
    ok(is_refused("4 x", "of 1 to 3"), "nor is one past the last");
    ok(is_refused("99999999999999999999 x", "of 1 to 3"), "nor a huge one");
    ok(is_refused("1,2,1 x", "each once"), "none twice");
    ok(is_refused("1, x", "no list"), "an open list");
    ok(is_refused("-1 x", "no list"), "a sign");
    ok(is_refused("1;2 x", "no list"), "another separator");
}

static void check_many_words(void)
{
    static char word[] = "w", first[] = "1";
    char *args[MAX_ARGS] = {first};

    for (int i = 1; i < MAX_ARGS; i++)
        args[i] = word;
    ok(slot_order_parse(&sent, SLOT_WORDS_MAX - 1, args, &err) == 0,
       "as many words as fit");
    ok(slot_order_parse(&sent, SLOT_WORDS_MAX, args, &err) < 0 &&
           err.code == ERR_USAGE,
       "  one more is refused");
}

static void check_messages(void)
{
    char text[64];
    int accepted = 0;

    BUG_ON(pass_order("1 x") < 0);
    for (size_t n = 0; n < bytes.len; n++) {
        memcpy(text, bytes.data, bytes.len);
        accepted += slot_message_read(&got, text, n, &err) == 0 &&
                    slot_order_read(&order, &got, RANKS, &err) == 0;
    }
    ok(accepted == 0, "no part of a message is an order");
    memcpy(text, bytes.data, bytes.len);
    text[0] = 99;
    ok(slot_message_read(&got, text, bytes.len, &err) < 0 &&
           err.code == ERR_INPUT && strstr(err.text, "kind 99"),
       "a kind that there is not");
    text[0] = SLOT_START;
    text[8] = 2; /* variables: more than words */
    ok(slot_message_read(&got, text, bytes.len, &err) == 0 &&
           slot_order_read(&order, &got, RANKS, &err) < 0,
       "more variables than words");
    text[11] = (char)0x80; /* fewer than none */
    ok(slot_message_read(&got, text, bytes.len, &err) == 0 &&
           slot_order_read(&order, &got, RANKS, &err) < 0,
       "  fewer than none");
}

/* --- programs ------------------------------------------------------------- */

static int run_shell(const char *script, int sig)
{
    const char *const arg[] = {"sh", "-c", script, NULL};
    const char *const env[] = {"GIVEN=yes"};
    const struct slot_program p = {
        .arg = arg, .env = env, .n_env = 1, .output = "", .cores = 3};
    pid_t pid;
    int status = -1;

    if (slot_program_start(&pid, &p, &err) < 0)
        return -1;
    if (sig)
        slot_program_signal(pid, sig);
    while (!slot_program_reap(pid, &status))
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    return status;
}

static void check_programs(void)
{
    setenv("PMIX_RANK", "1", 1);
    unsetenv("OMP_NUM_THREADS");
    signal(SIGTERM, SIG_IGN);
    ok(run_shell("exit 7", 0) == 7, "the status of a program");
    ok(run_shell("kill -TERM $$; sleep 9", 0) == 128 + SIGTERM,
       "  of one that a signal ended, which the slot ignores");
    ok(run_shell("sleep 9", SIGKILL) == 128 + SIGKILL, "  that was killed");
    ok(run_shell("[ \"$GIVEN\" = yes ]", 0) == 0, "it has its variables");
    ok(run_shell("[ \"$OMP_NUM_THREADS\" = 3 ]", 0) == 0, "  its threads");
    ok(run_shell("[ -z \"$PMIX_RANK\" ]", 0) == 0, "  and is no rank");
    ok(run_shell("read x", 0) == 1, "  and reads nothing");
    setenv("OMP_NUM_THREADS", "2", 1);
    ok(run_shell("[ \"$OMP_NUM_THREADS\" = 2 ]", 0) == 0,
       "the user's number of threads comes first");
}

int main(void)
{
    check_orders();
    check_many_words();
    check_messages();
    check_programs();
    buf_release(&bytes);
    return tap_done();
}
