/* test_blas_kernels.c - which kernels of OpenBLAS, and how it comes to have
 * others */
#include "nn/blas_kernels.h"
#include "nn/gemm.h"

#include "tap.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void check_names(void)
{
    static const struct {
        const char *core;
        enum blas_level level;
        const char *better; /* "": none */
    } of[] = {
        {"Prescott", BLAS_AVX512, "SkylakeX"},
        {"Prescott", BLAS_AVX2, "Haswell"},
        {"Nehalem", BLAS_AVX, "Sandybridge"},
        {"Prescott", BLAS_OLD, ""},
        {"Sandybridge", BLAS_AVX2, "Haswell"},
        {"Zen", BLAS_AVX2, ""},
        {"Haswell", BLAS_AVX512, "SkylakeX"},
        {"SkylakeX", BLAS_AVX512, ""},
        {"Cooperlake", BLAS_AVX2, ""},
        {"One of next year", BLAS_AVX512, ""},
    };

    for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
        const char *better = blas_kernels_better(of[i].core, of[i].level);

        ok(strcmp(better ? better : "", of[i].better) == 0, of[i].core);
    }
}

/* This program as a child, of which 'set' is OPENBLAS_CORETYPE, NULL: it is not
 * set; what it says of itself.  how: "told", or "mistaken": OpenBLAS has taken
 * those kernels without being told to. */
static const char *child_says(const char *program, const char *how,
                              const char *set)
{
    static char line[256];
    int out[2];
    pid_t pid;
    FILE *f;

    BUG_ON(pipe(out) < 0);
    pid = fork();
    BUG_ON(pid < 0);
    if (pid == 0) {
        if (set)
            setenv("OPENBLAS_CORETYPE", set, 1);
        else
            unsetenv("OPENBLAS_CORETYPE");
        dup2(out[1], STDOUT_FILENO);
        execl(program, program, how, (char *)NULL);
        _exit(127);
    }
    close(out[1]);
    f = fdopen(out[0], "r");
    if (!f || !fgets(line, sizeof(line), f))
        line[0] = '\0';
    if (f)
        fclose(f);
    waitpid(pid, NULL, 0);
    return line;
}

/* Of 0 and 1 alone: exact with any kernels. */
static bool multiplies(void)
{
    enum { N = 37 };
    static float a[N * N], b[N * N], c[N * N];
    int wrong = 0;

    for (int i = 0; i < N * N; i++) {
        a[i] = (float)(i % 3 == 0);
        b[i] = (float)(i % 5 == 0);
    }
    gemm_one(&(struct gemm){
        .m = N, .n = N, .k = N, .a = a, .b = b, .c = c, .by = GEMM_OPENBLAS});
    for (int i = 0; i < N * N; i++) {
        float sum = 0;

        for (int k = 0; k < N; k++)
            sum += a[i / N * N + k] * b[k * N + i % N];
        wrong += c[i] != sum;
    }
    return wrong == 0;
}

static int say_kernels(void)
{
    const char *core = gemm_processor();
    const char *left = getenv("OPENBLAS_CORETYPE");

    printf("%s (%s), %s, %s\n", core, blas_kernels_before(),
           left ? left : "unset", multiplies() ? "right" : "wrong");
    return 0;
}

static void check_start(const char *program)
{
    const char *better = blas_kernels_better("Nehalem", blas_kernels_level());
    char core[64] = "", want[128];

    ok(sscanf(child_says(program, "told", NULL), "%63s", core) == 1 &&
           !blas_kernels_better(core, blas_kernels_level()),
       "a program takes the best kernels that OpenBLAS has for the processor");
    printf("# %s\n", core);
    ok(strcmp(child_says(program, "told", "Nehalem"),
              "Nehalem (), Nehalem, right\n") == 0,
       "  but those that OPENBLAS_CORETYPE names");
    if (!better)
        return;
    snprintf(want, sizeof(want), "%s (Nehalem), unset, right\n", better);
    ok(strcmp(child_says(program, "mistaken", "Nehalem"), want) == 0,
       "one that has older ones gets them, and its children know nothing");
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "mistaken") == 0)
        unsetenv("OPENBLAS_CORETYPE");
    if (argc > 1)
        return say_kernels();
    check_names();
    check_start(argv[0]);
    return tap_done();
}
