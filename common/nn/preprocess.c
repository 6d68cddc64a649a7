#include "nn/preprocess.h"

#include <string.h>

/* x = byte * scale + shift; 'from' is the byte that channel c reads. */
static const struct {
    const char *name;
    int from[3];
    float scale[3], shift[3];
} modes[PREPROCESS_COUNT] = {
#define PREPROCESS(NAME, word, ...) {#word, __VA_ARGS__},
#include "nn/preprocess.def"
#undef PREPROCESS
};

static const char all[] =
#define PREPROCESS(NAME, word, ...) " " #word
#include "nn/preprocess.def"
#undef PREPROCESS
    ;

const char *preprocess_name(enum preprocess mode)
{
    return (unsigned)mode < PREPROCESS_COUNT ? modes[mode].name : "unknown";
}

int preprocess_find(const char *name, enum preprocess *mode, struct err *err)
{
    for (int i = 0; i < PREPROCESS_COUNT; i++)
        if (strcmp(modes[i].name, name) == 0) {
            *mode = (enum preprocess)i;
            return 0;
        }
    return err_set(err, ERR_USAGE, "preprocess '%.32s' is not one of:%s", name,
                   all);
}

void preprocess(enum preprocess mode, const uint8_t *rgb, size_t n_pixels,
                float *x)
{
    for (size_t i = 0; i < n_pixels; i++)
        for (int c = 0; c < 3; c++)
            x[3 * i + (size_t)c] =
                (float)rgb[3 * i + (size_t)modes[mode].from[c]] *
                    modes[mode].scale[c] +
                modes[mode].shift[c];
}

void preprocess_affine(enum preprocess mode, float kernel[9], float bias[3])
{
    for (int c = 0; c < 3; c++) {
        for (int i = 0; i < 3; i++)
            kernel[3 * i + c] =
                i == modes[mode].from[c] ? modes[mode].scale[c] : 0.0f;
        bias[c] = modes[mode].shift[c];
    }
}
