/*
 * fuzz_model.c - any bytes as a trained model: what papline predict is given
 *
 * A network may be made, as the file asks for it, but none has all its weights
 * in so few bytes.
 */
#define _GNU_SOURCE
#include "nn/model.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz_main.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct graph_args ga = {.max_batch = 1, .memory = GRAPH_INFER};
    const int fd = memfd_create("fuzz", 0);
    struct model_info info;
    struct err err = {0};
    char path[64];

    BUG_ON(fd < 0 || write(fd, data, size) != (ssize_t)size);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    BUG_ON(model_read(path, &ga, &info, &err) != NULL);
    BUG_ON(err.code != ERR_INPUT || !err.text[0]);
    close(fd);
    return 0;
}
