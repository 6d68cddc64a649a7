/* test_dataset.c - has the content of a dataset changed? */
#include "plan_run.h"
#include "run/dataset_hash.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

static const char *sum(const char *dir, const char *cache)
{
    static char hex[8][HASH_HEX];
    static int turn;
    struct err err = {0};

    turn = (turn + 1) % 8;
    if (dataset_hash(dir, cache, hex[turn], &err) < 0)
        printf("# %s\n", err.text);
    return hex[turn];
}

static void set_time(const char *path, struct timespec t)
{
    const struct timespec both[2] = {t, t};

    BUG_ON(utimensat(AT_FDCWD, path, both, 0) < 0);
}

/* Set a file's time 'age' seconds back. */
static void set_age(const char *path, time_t age)
{
    set_time(path, (struct timespec){time(NULL) - age, 5});
}

/* Write over the beginning of a file: same inode, same size. */
static void overwrite(const char *path, const char *text)
{
    FILE *f = fopen(path, "r+");

    BUG_ON(!f || fputs(text, f) < 0 || fclose(f) != 0);
}

static void check_cache(void)
{
    const char *dir = at("set");
    char cache[512], file[512], was[HASH_HEX];
    struct stat st;

    snprintf(cache, sizeof(cache), "%s", at("cache.csv"));
    snprintf(file, sizeof(file), "%s", at("set/c/x \"1\",\n.bmp"));
    make_dir(at("set/c"));
    put(file, "abc");
    snprintf(was, sizeof(was), "%s", sum(dir, cache));
    BUG_ON(stat(file, &st) < 0);
    overwrite(file, "abd");
    set_time(file, st.st_mtim);
    ok(strcmp(was, sum(dir, cache)) != 0,
       "a file that just changed is not believed by its time");
    overwrite(file, "abc");
    set_age(file, 100);
    ok(!strcmp(was, sum(dir, cache)) && !strcmp(was, sum(dir, cache)),
       "  with and without cache the same");
    BUG_ON(stat(file, &st) < 0);
    overwrite(file, "abX");
    ok(strcmp(was, sum(dir, cache)) != 0, "a new time is noticed");
    set_age(file, 100);
    snprintf(was, sizeof(was), "%s", sum(dir, cache));
    BUG_ON(stat(file, &st) < 0);
    overwrite(file, "abY");
    set_time(file, st.st_mtim);
    ok(!strcmp(was, sum(dir, cache)),
       "same size, time and inode: the file is not read again");
    put(cache, "junk");
    ok(strcmp(was, sum(dir, cache)) != 0, "a damaged cache is not used");
    put(cache, "path,size,mtime_ns,inode,sha256\nz\n");
    ok(strlen(sum(dir, cache)) == 64, "  nor a torn one");
}

static void check_odd_files(void)
{
    const char *dir = at("set");
    char was[HASH_HEX], deep[4000] = "";
    struct err err = {0};
    size_t used;

    snprintf(was, sizeof(was), "%s", sum(dir, NULL));
    BUG_ON(symlink("..", at("set/c/loop")) < 0);
    ok(strlen(sum(dir, NULL)) == 64 && strcmp(was, sum(dir, NULL)),
       "a loop ends, and counts by its name");
    BUG_ON(symlink("nowhere", at("set/c/broken.bmp")) < 0 ||
           mkfifo(at("set/c/pipe.bmp"), 0600) < 0);
    ok(strlen(sum(dir, NULL)) == 64, "a broken link and a pipe do not stop it");
    used = (size_t)snprintf(deep, sizeof(deep), "%s", at("set"));
    for (int i = 0; i < DATASET_MAX_DEPTH + 2; i++)
        used += (size_t)snprintf(deep + used, sizeof(deep) - used, "/d");
    make_dir(deep);
    fails(dataset_hash(dir, NULL, was, &err), err, ERR_USAGE,
          "folders over 64 deep", "folders without end are refused");
    BUG_ON(dir_remove(at("set/d"), &err) < 0);
    if (geteuid() != 0) {
        BUG_ON(chmod(at("set/c"), 0) < 0);
        ok(strlen(sum(dir, NULL)) == 64, "a folder that cannot be read");
        BUG_ON(chmod(at("set/c"), 0700) < 0);
    }
}

int main(void)
{
    BUG_ON(!mkdtemp(top));
    check_cache();
    check_odd_files();
    return end_plan();
}
