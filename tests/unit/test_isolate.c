/*
 * test_isolate.c - a child's result, its error, and the ways in which it ends
 */
#include "base/isolate.h"
#include "tap.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum { MB = 1 << 20 };

static int gives(const void *arg, struct buf *out, struct err *err)
{
    (void)err;
    for (int i = 0; i < *(const int *)arg; i++)
        buf_put(out, "0123456789abcdef", 16);
    return 0;
}

static int refuses(const void *arg, struct buf *out, struct err *err)
{
    buf_puts(out, "nothing of this comes");
    return err_set(err, ERR_USAGE, "no good: %s", (const char *)arg);
}

static int crashes(const void *arg, struct buf *out, struct err *err)
{
    (void)out;
    (void)err;
    raise(*(const int *)arg);
    return 0;
}

static int leaves(const void *arg, struct buf *out, struct err *err)
{
    (void)out;
    (void)err;
    _exit(*(const int *)arg);
}

static int spins(const void *arg, struct buf *out, struct err *err)
{
    volatile unsigned n = 0;

    (void)out;
    (void)err;
    while (n < 1 || arg == NULL)
        n++;
    return 0;
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
static int eats(const void *arg, struct buf *out, struct err *err)
{
    void *p = malloc(*(const size_t *)arg);

    buf_puts(out, p ? "much" : "little");
    free(p);
    return err_set(err, ERR_SYSTEM, p ? "got it" : "got nothing");
}
#endif

static void check_child(isolate_f work, const void *arg, enum err_code code,
                        const char *text)
{
    const struct isolate_limits l = {
        .memory = 64 * MB, .result = MB, .seconds = 1};
    struct buf out = {0};
    struct err err = {0};

    buf_puts(&out, "old");
    fails(isolate(work, arg, &l, &out, &err), err, code, text, text);
    ok(strcmp(out.data, "old") == 0, "a failing child adds nothing");
    buf_release(&out);
}

int main(void)
{
    const struct isolate_limits l = {
        .memory = 64 * MB, .result = MB, .seconds = 10};
    struct buf out = {0};
    struct err err = {0};
    int n = MB / 16;

    buf_puts(&out, "old");
    ok(isolate(gives, &n, &l, &out, &err) == 0, "a child's result comes");
    ok(out.len == 3 + MB && memcmp(out.data, "old0123", 7) == 0 &&
           out.data[out.len - 1] == 'f',
       "whole, behind what was there");
    buf_release(&out);
    n++;
    check_child(gives, &n, ERR_INPUT, "gives over 1048576 bytes");
    check_child(refuses, "me", ERR_USAGE, "no good: me");
    n = SIGSEGV;
    check_child(crashes, &n, ERR_INPUT, "crashes the library");
    n = SIGKILL;
    check_child(crashes, &n, ERR_INPUT, "crashes the library");
    n = 0;
    check_child(leaves, &n, ERR_INPUT, "crashes the library");
    n = 3;
    check_child(leaves, &n, ERR_INPUT, "crashes the library");
    check_child(spins, NULL, ERR_INPUT, "takes too long");
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    {
        size_t little = 16 * MB, much = 512 * (size_t)MB;

        check_child(eats, &little, ERR_SYSTEM, "got it");
        check_child(eats, &much, ERR_SYSTEM, "got nothing");
    }
#endif
    return tap_done();
}
