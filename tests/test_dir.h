/*
 * test_dir.h - the directory of a test, and files in it
 */
#ifndef TESTS_TEST_DIR_H
#define TESTS_TEST_DIR_H

#include "base/file.h"
#include "tap.h"

#include <stdlib.h>
#include <unistd.h>

static char dir[64] = "/tmp/papline-test-XXXXXX";

static inline void begin_dir(void)
{
    BUG_ON(!mkdtemp(dir));
}

/* Remove it; the exit status of the program. */
static inline int end_dir(void)
{
    struct err err = {0};

    ok(file_dir_remove(dir, &err) == 0, "the test's directory is removed");
    return tap_done();
}

/* A path in it; sixteen may be in use. */
static inline const char *in_dir(const char *name)
{
    static char path[16][FILE_PATH_MAX];
    static int turn;

    turn = (turn + 1) % 16;
    snprintf(path[turn], FILE_PATH_MAX, "%s/%s", dir, name);
    return path[turn];
}

static inline void make_folder_of(const char *path)
{
    char folder[FILE_PATH_MAX];
    struct err err = {0};

    file_parent(folder, path);
    BUG_ON(file_dir_make(folder, &err) < 0);
}

/* A file in it, or at a whole path; its folders are made. */
static inline void put_file(const char *name, const char *text)
{
    const bool whole = *name == '/';
    char path[FILE_PATH_MAX];
    struct err err = {0};

    BUG_ON(file_path(path, &err, "%s%s%s", whole ? "" : dir, whole ? "" : "/",
                     name) < 0);
    make_folder_of(path);
    BUG_ON(file_write(path, text, strlen(text), &err) < 0);
}

/* What a file in it holds, "" if it is not there; four may be in use. */
static inline char *text_of(const char *name)
{
    static char *text[4];
    static int turn;
    size_t size;
    struct err err;

    turn = (turn + 1) % 4;
    free(text[turn]);
    if (file_read(in_dir(name), 1 << 26, &text[turn], &size, &err) < 0)
        text[turn] = strdup("");
    return text[turn];
}

/* What was written to a file without a name, which is closed; until the next
 * call. */
static inline const char *printed_text(FILE *f)
{
    static char text[16384];
    size_t n;

    rewind(f);
    n = fread(text, 1, sizeof(text) - 1, f);
    text[n] = '\0';
    fclose(f);
    return text;
}

#endif
