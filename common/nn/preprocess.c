#include "nn/preprocess.h"

#include <string.h>

/* x = byte * scale + shift; 'from' is the byte that channel c reads. */
static const struct {
    const char *name;
    int from[3];
    float scale[3], shift[3];
} modes[PREPROCESS_COUNT] = {
    [PREPROCESS_RAW] = {"raw", {0, 1, 2}, {1, 1, 1}, {0, 0, 0}},
    [PREPROCESS_CAFFE] = {"caffe",
                          {2, 1, 0},
                          {1, 1, 1},
                          {-103.939f, -116.779f, -123.68f}},
    [PREPROCESS_TF] = {"tf",
                       {0, 1, 2},
                       {1 / 127.5f, 1 / 127.5f, 1 / 127.5f},
                       {-1, -1, -1}},
    [PREPROCESS_TORCH] = {"torch",
                          {0, 1, 2},
                          {1 / (255 * 0.229f), 1 / (255 * 0.224f),
                           1 / (255 * 0.225f)},
                          {-0.485f / 0.229f, -0.456f / 0.224f,
                           -0.406f / 0.225f}},
};

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
    return err_set(err, ERR_USAGE,
                   "preprocess '%.32s' is not raw, caffe, tf or torch", name);
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
