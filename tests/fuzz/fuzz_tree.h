/*
 * fuzz_tree.h - inputs for readers that want files by name
 *
 * One that reads several is given an input of parts,
 *
 *     === NAME
 *     the bytes of the file, up to the line end before the next such line
 *
 * A part whose name the target does not list is left out, so that no input
 * writes elsewhere; of two with one name the last counts.
 */
#ifndef TESTS_FUZZ_TREE_H
#define TESTS_FUZZ_TREE_H

#include "base/file.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A place of this process, in memory if there is such a one. */
static inline const char *fuzz_dir(void)
{
    static char dir[64];

    if (!dir[0])
        snprintf(dir, sizeof(dir), "%s/papline-fuzz-%ld",
                 file_exists("/dev/shm") ? "/dev/shm" : "/tmp", (long)getpid());
    return dir;
}

/* NAME below it; four may be in use. */
static inline const char *fuzz_path(const char *name)
{
    static char path[4][256];
    static int turn;

    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof(path[turn]), "%s/%.150s", fuzz_dir(), name);
    return path[turn];
}

/* Write a file and the folders that it lies in. */
static inline void fuzz_put(const char *name, const void *data, size_t size)
{
    char folder[256];
    struct err err = {0};
    FILE *f;

    snprintf(folder, sizeof(folder), "%s", fuzz_path(name));
    *strrchr(folder, '/') = '\0';
    BUG_ON(!file_exists(folder) && file_dir_make(folder, &err) < 0);
    f = fopen(fuzz_path(name), "wbe");
    BUG_ON(!f || fwrite(data, 1, size, f) != size || fclose(f) != 0);
}

/* Where a line "=== " begins at or behind 'at', or 'size'. */
static inline size_t fuzz_part(const uint8_t *data, size_t size, size_t at)
{
    for (; at + 4 <= size; at++)
        if (memcmp(data + at, "=== ", 4) == 0 &&
            (at == 0 || data[at - 1] == '\n'))
            return at;
    return size;
}

/* Write the parts of an input whose names are in the NULL-ended list. */
static inline void fuzz_unpack(const uint8_t *data, size_t size,
                               const char *const *names)
{
    size_t at = fuzz_part(data, size, 0);

    while (at < size) {
        const uint8_t *name = data + at + 4;
        const size_t next = fuzz_part(data, size, at + 4);
        const uint8_t *end = memchr(name, '\n', next - at - 4);

        at = next;
        for (int i = 0; end && names[i]; i++) {
            const size_t n = (size_t)(data + next - end) - 1;

            if (strlen(names[i]) == (size_t)(end - name) &&
                memcmp(names[i], name, strlen(names[i])) == 0)
                fuzz_put(names[i], end + 1, next < size && n ? n - 1 : n);
        }
    }
}

/* Remove all that a run has written. */
static inline void fuzz_clear(void)
{
    struct err err = {0};

    BUG_ON(file_dir_remove(fuzz_dir(), &err) < 0);
}

#endif
