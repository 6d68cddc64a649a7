/*
 * err.h - how functions in this project fail
 *
 * A function that can fail for a reason outside the program (memory, disk,
 * configuration, a peer's message) returns 0 or -1, or a pointer or NULL, and
 * takes a 'struct err *' as its last argument.  Whoever detects the fault
 * fills it in; callers clean up and pass it on untouched.  Only main()
 * prints it.  A broken invariant is not an error but a bug: see BUG_ON().
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

/* What the caller should do about it. */
enum err_code {
    ERR_NONE = 0,
    ERR_USAGE,  /* bad option or configuration: mend it and start again */
    ERR_INPUT,  /* this file or message is bad: set it aside, go on */
    ERR_AGAIN,  /* a peer or resource is away: retry later */
    ERR_SYSTEM, /* memory, disk or a library failed: end this process */
};

struct err {
    enum err_code code;
    char text[512]; /* one line, no capital, no full stop; cut if longer */
};

#define MUST_USE     __attribute__((warn_unused_result))
#define PRINTF(f, a) __attribute__((format(printf, f, a)))

/* Record a fault.  Returns -1, so that 'return err_set(...)' reads well. */
int err_set(struct err *err, enum err_code code, const char *fmt, ...)
    PRINTF(3, 4);

/* Exit status for 'code': 0, 1, 2 (usage) or 75 (try again, EX_TEMPFAIL). */
int err_exit_status(enum err_code code);

/* Abort with file and line if an invariant is broken.  Stays in releases. */
#define BUG_ON(cond)                                                           \
    do {                                                                       \
        if (cond)                                                              \
            err_bug(__FILE__, __LINE__, #cond);                                \
    } while (0)

_Noreturn void err_bug(const char *file, int line, const char *cond);

#endif
