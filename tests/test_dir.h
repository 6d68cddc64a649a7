/*
 * test_dir.h - the directory of a test
 */
#ifndef TESTS_TEST_DIR_H
#define TESTS_TEST_DIR_H

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* For mkdtemp(). */
static char dir[64] = "/tmp/papline-test-XXXXXX";

/* A path in it; sixteen may be in use. */
static inline const char *in_dir(const char *name)
{
    static char path[16][FILE_PATH_MAX];
    static int turn;

    turn = (turn + 1) % 16;
    snprintf(path[turn], FILE_PATH_MAX, "%s/%.200s", dir, name);
    return path[turn];
}

static inline void put_file(const char *path, const char *text)
{
    struct err err = {0};

    BUG_ON(file_write(path, text, strlen(text), &err) < 0);
}

#endif
