/*
 * fuzz_main.h - a main() for fuzz targets: replays inputs and mutates them
 *
 * Include it as the last header of tests/fuzz/fuzz_X.c, which then defines
 * LLVMFuzzerTestOneInput().  Usage:
 *
 *     fuzz_X [-n MUTATIONS] [-s SEED] FILE-OR-DIRECTORY ...
 *
 * runs the target on nothing, on each file, and on MUTATIONS variants of them
 * in turn: flipped bits, odd values, cuts, repeats and splices of two files.
 * They depend on the seed alone.  An input that crashes the target, or takes
 * longer than FUZZ_SECONDS, is left in fuzz_X.crash beside the program.
 *
 * With libFuzzer instead:
 *     clang -g -O1 -fsanitize=fuzzer,address,undefined -DPAPLINE_LIBFUZZER ...
 */
#ifndef TESTS_FUZZ_MAIN_H
#define TESTS_FUZZ_MAIN_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#ifndef PAPLINE_LIBFUZZER

#    include "base/file.h"
#    include "base/rng.h"

#    include <fcntl.h>
#    include <signal.h>
#    include <stdio.h>
#    include <stdlib.h>
#    include <string.h>
#    include <sys/stat.h>
#    include <unistd.h>

enum {
    FUZZ_MAX_INPUTS = 4096,
    FUZZ_MAX_SIZE = 1 << 20, /* bytes of an input */
    FUZZ_MAX_OPS = 4,        /* changes at once */
    FUZZ_SECONDS = 20,       /* for one input */
};

struct fuzz_input {
    char *data; /* owned */
    size_t size;
};

struct fuzz {
    struct fuzz_input input[FUZZ_MAX_INPUTS];
    size_t n;
    uint8_t *work; /* owned: FUZZ_MAX_SIZE bytes */
};

/* For the handlers below: what the target is looking at. */
static const uint8_t *fuzz_data;
static size_t fuzz_size;
static char fuzz_crash[FILE_PATH_MAX];

/* The sanitizers' last words; absent without them. */
void __sanitizer_set_death_callback(void (*f)(void)) __attribute__((weak));

static void fuzz_dump(void)
{
    const int fd = open(fuzz_crash, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    static const char text[] = "# the input that did it: ";

    if (fd < 0 || write(fd, fuzz_data, fuzz_size) < 0 ||
        write(STDERR_FILENO, text, sizeof(text) - 1) < 0 ||
        write(STDERR_FILENO, fuzz_crash, strlen(fuzz_crash)) < 0 ||
        write(STDERR_FILENO, "\n", 1) < 0)
        _exit(1);
    close(fd);
}

static void fuzz_signal(int sig)
{
    fuzz_dump();
    signal(sig, SIG_DFL);
    raise(sig);
}

/* One run, on a block of exactly 'size' bytes so that sanitizers see its end. */
static void fuzz_run(const void *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);

    if (!copy)
        exit(1);
    if (size)
        memcpy(copy, data, size);
    fuzz_data = copy;
    fuzz_size = size;
    alarm(FUZZ_SECONDS);
    LLVMFuzzerTestOneInput(copy, size);
    alarm(0);
    free(copy);
}

static int fuzz_add(struct fuzz *f, const char *path, struct err *err)
{
    struct fuzz_input *in = &f->input[f->n];

    if (f->n == FUZZ_MAX_INPUTS)
        return err_set(err, ERR_USAGE, "more than %d inputs", FUZZ_MAX_INPUTS);
    if (file_read(path, FUZZ_MAX_SIZE, &in->data, &in->size, err) < 0)
        return -1;
    f->n++;
    return 0;
}

static int fuzz_load(struct fuzz *f, const char *path, struct err *err)
{
    char file[FILE_PATH_MAX];
    struct stat st;
    char **name;
    size_t n;
    int rc = 0;

    if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
        return fuzz_add(f, path, err);
    if (file_dir_list(path, &name, &n, err) < 0)
        return -1;
    for (size_t i = 0; i < n && rc == 0; i++) {
        rc = file_path(file, err, "%s/%s", path, name[i]);
        if (rc == 0)
            rc = fuzz_add(f, file, err);
    }
    file_dir_list_free(name, n);
    return rc;
}

static uint32_t fuzz_below(struct rng *rng, size_t n)
{
    return n ? rng_below(rng, (uint32_t)n) : 0;
}

/* Overwrite 1, 2, 4 or 8 bytes by a number that is often handled wrongly. */
static void fuzz_odd_value(uint8_t *p, size_t size, struct rng *rng)
{
    static const uint64_t odd[] = {
        0,          1,          0x7f,       0x80,       0xff,
        0x7fff,     0x8000,     0xffff,     0x7fffffff, 0x80000000,
        0xffffffff, UINT64_MAX, 1ull << 63, INT64_MAX,  1000000};
    const uint64_t v = odd[fuzz_below(rng, sizeof(odd) / sizeof(*odd))];
    const size_t n = (size_t)1 << fuzz_below(rng, 4);
    const size_t at = fuzz_below(rng, size);
    const uint32_t big_endian = fuzz_below(rng, 2);

    for (size_t i = 0; i < n && at + i < size; i++)
        p[at + i] = (uint8_t)(v >> 8 * (big_endian ? n - 1 - i : i));
}

/* Put the end of 'in', from 'from' on, at 'at'.  Returns the new size. */
static size_t fuzz_splice(uint8_t *p, size_t at, const struct fuzz_input *in,
                          size_t from)
{
    size_t n = in->size - from;

    if (n > FUZZ_MAX_SIZE - at)
        n = FUZZ_MAX_SIZE - at;
    memcpy(p + at, in->data + from, n);
    return at + n;
}

/* Write a run of bytes twice.  Returns the new size. */
static size_t fuzz_repeat(uint8_t *p, size_t size, struct rng *rng)
{
    const size_t at = fuzz_below(rng, size);
    size_t n = 1 + fuzz_below(rng, size - at);

    if (n > FUZZ_MAX_SIZE - size)
        n = FUZZ_MAX_SIZE - size;
    memmove(p + at + n, p + at, size - at);
    return size + n;
}

static size_t fuzz_change(const struct fuzz *f, size_t size, struct rng *rng)
{
    const struct fuzz_input *other = &f->input[fuzz_below(rng, f->n)];
    const size_t at = fuzz_below(rng, size);
    uint8_t *p = f->work;
    size_t n;

    if (size == 0)
        return fuzz_splice(p, 0, other, fuzz_below(rng, other->size));
    switch (fuzz_below(rng, 7)) {
    case 0:
    case 1:
        p[at] = (uint8_t)(p[at] ^ 1u << fuzz_below(rng, 8));
        return size;
    case 2:
        fuzz_odd_value(p, size, rng);
        return size;
    case 3: /* cut off the end */
        return at;
    case 4: /* cut out a piece */
        n = fuzz_below(rng, size - at);
        memmove(p + at, p + at + n, size - at - n);
        return size - n;
    case 5:
        return fuzz_repeat(p, size, rng);
    default:
        return fuzz_splice(p, at, other, fuzz_below(rng, other->size));
    }
}

static void fuzz_mutate(const struct fuzz *f, uint64_t seed, uint32_t k)
{
    const struct fuzz_input *in = &f->input[k % f->n];
    struct rng rng;
    size_t size = in->size;
    uint32_t n;

    rng_init(&rng, seed, RNG_TEST, k, 0);
    if (size)
        memcpy(f->work, in->data, size);
    n = 1 + fuzz_below(&rng, FUZZ_MAX_OPS);
    for (uint32_t i = 0; i < n; i++)
        size = fuzz_change(f, size, &rng);
    fuzz_run(f->work, size);
}

static void fuzz_handlers(const char *program)
{
    static const int fatal[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGALRM};

    snprintf(fuzz_crash, sizeof(fuzz_crash), "%.4000s.crash", program);
    if (__sanitizer_set_death_callback) {
        __sanitizer_set_death_callback(fuzz_dump);
        signal(SIGALRM, fuzz_signal);
        signal(SIGABRT, fuzz_signal);
        return;
    }
    for (size_t i = 0; i < sizeof(fatal) / sizeof(*fatal); i++)
        signal(fatal[i], fuzz_signal);
}

int main(int argc, char **argv)
{
    static struct fuzz f;
    struct err err = {0};
    uint32_t n = 0;
    uint64_t seed = 1;
    int option;

    while ((option = getopt(argc, argv, "n:s:")) != -1) {
        if (option == 'n')
            n = (uint32_t)strtoul(optarg, NULL, 10);
        else if (option == 's')
            seed = strtoull(optarg, NULL, 10);
        else
            return 2;
    }
    f.work = malloc(FUZZ_MAX_SIZE);
    if (!f.work)
        return 1;
    fuzz_handlers(argv[0]);
    for (; optind < argc; optind++)
        if (fuzz_load(&f, argv[optind], &err) < 0) {
            fprintf(stderr, "%s\n", err.text);
            return err_exit_status(err.code);
        }
    fuzz_run(NULL, 0);
    for (size_t i = 0; i < f.n; i++)
        fuzz_run(f.input[i].data, f.input[i].size);
    for (uint32_t k = 0; f.n && k < n; k++)
        fuzz_mutate(&f, seed, k);
    printf("%zu inputs, %u mutations\n", f.n, f.n ? n : 0);
    for (size_t i = 0; i < f.n; i++)
        free(f.input[i].data);
    free(f.work);
    return 0;
}

#endif /* PAPLINE_LIBFUZZER */
#endif
