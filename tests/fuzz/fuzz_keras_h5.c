/*
 * fuzz_keras_h5.c - any bytes as a weight file of Keras
 *
 * libhdf5 wants a file by name.  A crash of the library is a finding only if it
 * crosses the process that it is confined to.
 */
#define _GNU_SOURCE
#include "nn/keras_h5.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz_main.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const int fd = memfd_create("fuzz", 0);
    struct safetensors f;
    struct err err = {0};
    char path[64];
    double sum = 0;

    BUG_ON(fd < 0 || write(fd, data, size) != (ssize_t)size);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (keras_h5_read(&f, path, &err) == 0) {
        for (size_t i = 0; i < f.n_tensor; i++)
            for (size_t j = 0;
                 j < safetensors_bytes(&f.tensor[i]) / sizeof(float); j++)
                sum += (double)((const float *)f.tensor[i].data)[j];
        safetensors_release(&f);
    } else {
        BUG_ON(err.code != ERR_INPUT);
    }
    close(fd);
    return sum == 12345.678;
}
