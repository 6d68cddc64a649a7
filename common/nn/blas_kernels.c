#include "nn/blas_kernels.h"

#include <cblas.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char chosen[] = "OPENBLAS_CORETYPE"; /* OpenBLAS reads it */

/* OpenBLAS calls these as it is loaded and unloaded; they are exported, but in
 * no header, and a build for one processor has none. */
#pragma weak gotoblas_dynamic_init
#pragma weak gotoblas_dynamic_quit
void gotoblas_dynamic_init(void);
void gotoblas_dynamic_quit(void);

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

static void choose_again(void)
{
    const char *taken, *better;

    if (getenv(chosen) || !gotoblas_dynamic_init || !gotoblas_dynamic_quit)
        return;
    taken = openblas_get_corename();
    better = blas_kernels_better(taken, blas_kernels_level());
    if (!better)
        return;
    snprintf(before, sizeof(before), "%s", taken);
    setenv(chosen, better, 1);
    gotoblas_dynamic_quit();
    gotoblas_dynamic_init();
    unsetenv(chosen);
}

void blas_kernels_choose(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, choose_again);
}

const char *blas_kernels_before(void)
{
    return before;
}
