/* test_dataset.c - has the content of a dataset changed? */
#include "made_tiff.h"
#include "plan_run.h"
#include "run/dataset_hash.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

static const char *content_hash(const char *dir, const char *cache)
{
    static char hex[8][HASH_HEX];
    static int turn;
    struct err err = {0};

    turn = (turn + 1) % 8;
    if (dataset_hash(dir, false, cache, hex[turn], &err) < 0)
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
static void overwrite_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "r+");

    BUG_ON(!f || fputs(text, f) < 0 || fclose(f) != 0);
}

static void check_cache(void)
{
    const char *dir = path_at("set");
    char cache[512], file[512], was[HASH_HEX];
    struct stat st;

    snprintf(cache, sizeof(cache), "%s", path_at("cache.csv"));
    snprintf(file, sizeof(file), "%s", path_at("set/c/x \"1\",\n.bmp"));
    make_dir(path_at("set/c"));
    put_file(file, "abc");
    snprintf(was, sizeof(was), "%s", content_hash(dir, cache));
    BUG_ON(stat(file, &st) < 0);
    overwrite_file(file, "abd");
    set_time(file, st.st_mtim);
    ok(strcmp(was, content_hash(dir, cache)) != 0,
       "a file that just changed is not believed by its time");
    overwrite_file(file, "abc");
    set_age(file, 100);
    ok(!strcmp(was, content_hash(dir, cache)) &&
           !strcmp(was, content_hash(dir, cache)),
       "  with and without cache the same");
    BUG_ON(stat(file, &st) < 0);
    overwrite_file(file, "abX");
    ok(strcmp(was, content_hash(dir, cache)) != 0, "a new time is noticed");
    set_age(file, 100);
    snprintf(was, sizeof(was), "%s", content_hash(dir, cache));
    BUG_ON(stat(file, &st) < 0);
    overwrite_file(file, "abY");
    set_time(file, st.st_mtim);
    ok(!strcmp(was, content_hash(dir, cache)),
       "same size, time and inode: the file is not read again");
    put_file(cache, "junk");
    ok(strcmp(was, content_hash(dir, cache)) != 0,
       "a damaged cache is not used");
    put_file(cache, "path,size,mtime_ns,inode,hash\nz\n");
    ok(strlen(content_hash(dir, cache)) == 64, "  nor a torn one");
}

static void check_odd_files(void)
{
    const char *dir = path_at("set");
    char was[HASH_HEX], deep[4000] = "";
    struct err err = {0};
    size_t used;

    snprintf(was, sizeof(was), "%s", content_hash(dir, NULL));
    BUG_ON(symlink("..", path_at("set/c/loop")) < 0);
    ok(strlen(content_hash(dir, NULL)) == 64 &&
           strcmp(was, content_hash(dir, NULL)),
       "a loop ends, and counts by its name");
    BUG_ON(symlink("nowhere", path_at("set/c/broken.bmp")) < 0 ||
           mkfifo(path_at("set/c/pipe.bmp"), 0600) < 0);
    ok(strlen(content_hash(dir, NULL)) == 64,
       "a broken link and a pipe do not stop it");
    used = (size_t)snprintf(deep, sizeof(deep), "%s", path_at("set"));
    for (int i = 0; i < DATASET_MAX_DEPTH + 2; i++)
        used += (size_t)snprintf(deep + used, sizeof(deep) - used, "/d");
    make_dir(deep);
    fails(dataset_hash(dir, false, NULL, was, &err), err, ERR_USAGE,
          "folders over 64 deep", "folders without end are refused");
    BUG_ON(file_dir_remove(path_at("set/d"), &err) < 0);
    if (geteuid() != 0) {
        BUG_ON(chmod(path_at("set/c"), 0) < 0);
        ok(strlen(content_hash(dir, NULL)) == 64,
           "a folder that cannot be read");
        BUG_ON(chmod(path_at("set/c"), 0700) < 0);
    }
}

static int grey(int x, int y, int c)
{
    return x + y + c;
}

/* Add a file of a data set, as it always was. */
static void add_plain(struct hash *h, const char *dir, const char *name)
{
    struct err err;
    char content[HASH_HEX], file[FILE_PATH_MAX];

    snprintf(file, sizeof(file), "%s/%s", dir, name);
    BUG_ON(hash_file(file, content, &err) < 0);
    hash_add_string(h, name);
    hash_add_string(h, content);
}

/* Hash of a data set of these files alone; 'other' NULL: there is one. */
static void plain_hash(const char *dir, const char *name, const char *other,
                       char hex[HASH_HEX])
{
    struct hash h;

    hash_init(&h);
    add_plain(&h, dir, name);
    if (other)
        add_plain(&h, dir, other);
    hash_final(&h, hex);
}

/* Outputs of pictures that were read otherwise before are not used again. */
static void check_tiff(void)
{
    struct made_tiff t = {.w = 4,
                          .h = 4,
                          .samples = 3,
                          .bits = 8,
                          .photometric = 2,
                          .sample = grey};
    char plain[HASH_HEX], name[FILE_PATH_MAX];
    struct err err;

    snprintf(name, sizeof(name), "%s", path_at("tiff/x.tif"));
    make_dir(path_at("tiff"));
    BUG_ON(made_tiff_write(&t, name, &err) < 0);
    plain_hash(path_at("tiff"), "x.tif", NULL, plain);
    ok(strcmp(plain, content_hash(path_at("tiff"), NULL)) == 0,
       "an RGB TIFF has the hash that it had");
    t.samples = 4;
    BUG_ON(made_tiff_write(&t, name, &err) < 0);
    plain_hash(path_at("tiff"), "x.tif", NULL, plain);
    ok(strcmp(plain, content_hash(path_at("tiff"), NULL)) != 0,
       "  one with a fourth sample that is no alpha has another");
    t.n_extra = 1;
    t.extra[0] = 2;
    BUG_ON(made_tiff_write(&t, name, &err) < 0);
    plain_hash(path_at("tiff"), "x.tif", NULL, plain);
    ok(strcmp(plain, content_hash(path_at("tiff"), NULL)) == 0,
       "  but not one with alpha");
    t.photometric = 5;
    t.samples = 5;
    BUG_ON(made_tiff_write(&t, name, &err) < 0);
    plain_hash(path_at("tiff"), "x.tif", NULL, plain);
    ok(strcmp(plain, content_hash(path_at("tiff"), NULL)) != 0,
       "  CMYK with alpha has another, as that was put on black");
    t.photometric = 2;
    t.samples = 4;
    BUG_ON(made_tiff_write(&t, name, &err) < 0);
    plain_hash(path_at("tiff"), "x.tif", NULL, plain);
    make_dir(path_at("tiff/@eaDir"));
    put_file(path_at("tiff/@eaDir/thumb.jpg"), "1");
    ok(strcmp(plain, content_hash(path_at("tiff"), NULL)) == 0,
       "a folder of a NAS does not count");
}

/* Likewise outputs in which a nucleus was placed apart from its cell. */
static void check_contours(void)
{
    const char *dir = path_at("contours");
    char plain[HASH_HEX];

    make_dir(path_at("contours"));
    put_file(path_at("contours/1_cyt02.dat"), "1,1");
    plain_hash(dir, "1_cyt02.dat", NULL, plain);
    ok(strcmp(plain, content_hash(dir, NULL)) == 0,
       "a contour of a cell has the hash that it had");
    put_file(path_at("contours/1_nuc01.dat"), "1,2");
    plain_hash(dir, "1_cyt02.dat", "1_nuc01.dat", plain);
    ok(strcmp(plain, content_hash(dir, NULL)) == 0,
       "  so has one of another cell's nucleus");
    put_file(path_at("contours/1_nuc02.dat"), "1,2");
    BUG_ON(unlink(path_at("contours/1_nuc01.dat")) < 0);
    plain_hash(dir, "1_cyt02.dat", "1_nuc02.dat", plain);
    ok(strcmp(plain, content_hash(dir, NULL)) != 0,
       "  but not one of its nucleus");
}

/* A link to a folder that is met anyway may come to lead to another. */
static void check_folder_link(void)
{
    const char *dir = path_at("linked");
    const char *was;

    make_dir(path_at("linked/batch1"));
    make_dir(path_at("linked/batch2"));
    put_file(path_at("linked/batch1/x.png"), "1");
    put_file(path_at("linked/batch2/x.png"), "2");
    BUG_ON(symlink("batch1", path_at("linked/current")) < 0);
    was = content_hash(dir, NULL);
    text_is(was, content_hash(dir, NULL), "a link to a folder met before");
    BUG_ON(unlink(path_at("linked/current")) < 0 ||
           symlink("batch2", path_at("linked/current")) < 0);
    ok(strcmp(was, content_hash(dir, NULL)) != 0,
       "  is noticed when it leads to another");
}

int main(void)
{
    BUG_ON(!mkdtemp(top));
    check_cache();
    check_odd_files();
    check_tiff();
    check_contours();
    check_folder_link();
    return end_plan();
}
