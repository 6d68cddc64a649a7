#include "nn/blas_kernels.h"

#include <cblas.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char chosen[] = "OPENBLAS_CORETYPE"; /* OpenBLAS reads it */
static const char was[] = "PAPLINE_BLAS_WAS";     /* from start to start */

static char before[32];

enum blas_level blas_kernels_level(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
    if (__builtin_cpu_supports("x86-64-v4"))
        return BLAS_AVX512;
    if (__builtin_cpu_supports("x86-64-v3"))
        return BLAS_AVX2;
    if (__builtin_cpu_supports("avx"))
        return BLAS_AVX;
#endif
    return BLAS_OLD;
}

/* Of kernels that are not listed nothing better is known. */
static enum blas_level level_of(const char *core)
{
    static const struct {
        const char *core;
        enum blas_level level;
    } known[] = {
        {"Katmai", BLAS_OLD},       {"Coppermine", BLAS_OLD},
        {"Northwood", BLAS_OLD},    {"Prescott", BLAS_OLD},
        {"Banias", BLAS_OLD},       {"Core2", BLAS_OLD},
        {"Penryn", BLAS_OLD},       {"Dunnington", BLAS_OLD},
        {"Nehalem", BLAS_OLD},      {"Atom", BLAS_OLD},
        {"Athlon", BLAS_OLD},       {"Opteron", BLAS_OLD},
        {"Opteron_SSE3", BLAS_OLD}, {"Barcelona", BLAS_OLD},
        {"Bobcat", BLAS_OLD},       {"Nano", BLAS_OLD},
        {"Sandybridge", BLAS_AVX},  {"Bulldozer", BLAS_AVX},
        {"Piledriver", BLAS_AVX},   {"Steamroller", BLAS_AVX},
        {"Excavator", BLAS_AVX2},   {"Haswell", BLAS_AVX2},
        {"Zen", BLAS_AVX2},
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(core, known[i].core) == 0)
            return known[i].level;
    return BLAS_AVX512;
}

const char *blas_kernels_better(const char *core, enum blas_level level)
{
    static const char *const name[] = {[BLAS_OLD] = "Nehalem",
                                       [BLAS_AVX] = "Sandybridge",
                                       [BLAS_AVX2] = "Haswell",
                                       [BLAS_AVX512] = "SkylakeX"};

    return level_of(core) < level ? name[level] : NULL;
}

/* Only returns if it cannot. */
static void start_again(const char *kernels, char **argv)
{
    char program[4096];
    const ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);

    if (n <= 0)
        return;
    program[n] = '\0';
    setenv(was, openblas_get_corename(), 1);
    setenv(chosen, kernels, 1);
    execv(program, argv);
    unsetenv(was);
    unsetenv(chosen);
}

void blas_kernels_choose(char **argv)
{
    const char *old = getenv(was);
    const char *better;

    if (old) {
        snprintf(before, sizeof(before), "%s", old);
        unsetenv(was);
        unsetenv(chosen);
        return;
    }
    if (getenv(chosen) || !strstr(openblas_get_config(), "DYNAMIC_ARCH"))
        return;
    better = blas_kernels_better(openblas_get_corename(), blas_kernels_level());
    if (better)
        start_again(better, argv);
}

const char *blas_kernels_before(void)
{
    return before;
}
