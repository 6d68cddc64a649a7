/* test_preprocess_split.c - who trains, who validates, who tests */
#include "stages/preprocess/split.h"

#include "tap.h"

#include <stdlib.h>
#include <unistd.h>

enum { CLASSES = 5, CELLS = 813 + 825 + 793 + 787 + 831 };

static const struct {
    const char *name;
    int n, train, validation, test;
} paper[CLASSES] = {
    {"Dyskeratotic", 813, 520, 130, 163}, {"Koilocytotic", 825, 528, 132, 165},
    {"Metaplastic", 793, 507, 127, 159},  {"Parabasal", 787, 503, 126, 158},
    {"Superficial", 831, 531, 133, 167},
};

/* SIPaKMeD as it would be walked; clusters of 1 to 8 cells. */
static void fill_images(struct find_images *w)
{
    *w = (struct find_images){.n_class = CLASSES};
    w->file = calloc(CELLS, sizeof(*w->file));
    if (!w->file)
        exit(1);
    for (int c = 0; c < CLASSES; c++) {
        int cluster = 1, left = 1;

        snprintf(w->class_name[c], CONFIG_NAME_MAX, "%s", paper[c].name);
        for (int i = 0; i < paper[c].n; i++) {
            char path[128], group[128];

            snprintf(path, sizeof(path), "%s/%03d_%02d.bmp", paper[c].name,
                     cluster, left);
            snprintf(group, sizeof(group), "%s/%03d", paper[c].name, cluster);
            w->file[w->n++] = (struct find_images_file){
                .path = strdup(path), .group = strdup(group), .label = c};
            if (--left == 0)
                left = ++cluster % 8 + 1;
        }
    }
}

static void count_splits(const struct find_images *w, const enum split *s,
                         int c, int n[4])
{
    memset(n, 0, 4 * sizeof(*n));
    for (size_t i = 0; i < w->n; i++)
        if (w->file[i].label == c)
            n[s[i]]++;
}

/* Shares and variants of a profile: 2,589, 648 and 812 cells; 18,123 train. */
static void check_profile(const struct find_images *w, const char *profile)
{
    static struct config c;
    static enum split s[CELLS];
    struct split_args a = {.images = w, .seed = 1};
    struct err err = {0};
    int n[4], all[4] = {0};

    BUG_ON(config_read(&c, NULL, &(struct config_set){profile}, 1, &err) < 0);
    a.test = c.split.test;
    a.validation = c.split.validation;
    ok(c.split.method == SPLIT_BY_RANDOM && split_random(&a, s, &err) == 0,
       profile);
    for (int k = 0; k < CLASSES; k++) {
        count_splits(w, s, k, n);
        ok(n[SPLIT_TRAIN] == paper[k].train &&
               n[SPLIT_VALIDATION] == paper[k].validation &&
               n[SPLIT_TEST] == paper[k].test,
           paper[k].name);
        for (int i = 0; i < 4; i++)
            all[i] += n[i];
    }
    ok(all[SPLIT_TRAIN] == 2589 && all[SPLIT_VALIDATION] == 648 &&
           all[SPLIT_TEST] == 812,
       "  2,589 of 4,049 train, 648 validate, 812 test");
    ok(all[SPLIT_TRAIN] * (1 + c.augment.variants) == 18123,
       "  with variants 18,123 train");
}

static void check_paper(const struct find_images *w)
{
    struct split_args a = {w, 0.2, 0.2, 42, NULL};
    static enum split s[CELLS], again[CELLS];
    struct err err = {0};
    int n[4], in_order = 0;

    ok(split_random(&a, s, &err) == 0, "a random split");
    for (int c = 0; c < CLASSES; c++) {
        count_splits(w, s, c, n);
        ok(n[SPLIT_TRAIN] == paper[c].train &&
               n[SPLIT_VALIDATION] == paper[c].validation &&
               n[SPLIT_TEST] == paper[c].test,
           paper[c].name);
    }
    ok(split_random(&a, again, &err) == 0 && memcmp(s, again, sizeof(s)) == 0,
       "the same seed, the same split");
    a.seed = 43;
    ok(split_random(&a, again, &err) == 0 && memcmp(s, again, sizeof(s)) != 0,
       "another seed, another split");
    for (int i = 0; i < 163; i++)
        in_order += s[i] == SPLIT_TEST;
    ok(in_order > 10 && in_order < 60, "the first files are not the test set");
}

/* No group in two splits; each class within half a group of its shares. */
static void check_groups(const struct find_images *w)
{
    const struct split_args a = {w, 0.2, 0.2, 42, NULL};
    static enum split s[CELLS];
    struct err err = {0};
    int n[4], torn = 0, far = 0;

    ok(split_groups(&a, s, &err) == 0, "a split by groups");
    for (size_t i = 0; i < w->n; i++)
        for (size_t k = i + 1; k < w->n && k < i + 9; k++)
            if (strcmp(w->file[i].group, w->file[k].group) == 0)
                torn += s[i] != s[k];
    ok(torn == 0, "no group is torn apart");
    for (int c = 0; c < CLASSES; c++) {
        count_splits(w, s, c, n);
        far += abs(n[SPLIT_TEST] - paper[c].test) > 4;
        far += abs(n[SPLIT_VALIDATION] - paper[c].validation) > 4;
    }
    ok(far == 0, "each share is met to half a group");
}

/* 1, 2, 3 pictures in a class; then the same as one group. */
static void check_few(void)
{
    char group[] = "x";
    struct err err = {0};
    struct buf warnings = {0};

    for (int n = 1; n <= 3; n++) {
        struct find_images w = {.n_class = 1, .n = (size_t)n};
        struct find_images_file f[3] = {0};
        const struct split_args a = {&w, 0.9, 0.9, 1, NULL};
        enum split s[3];
        int got[4];

        w.file = f;
        for (int i = 0; i < n; i++)
            f[i] = (struct find_images_file){.group = group};
        ok(split_random(&a, s, &err) == 0, "1, 2 or 3 pictures are split");
        count_splits(&w, s, 0, got);
        ok(got[SPLIT_TRAIN] >= 1 && got[SPLIT_TEST] == n - 1,
           "1, 2 or 3 pictures: one trains");
        ok(split_groups(&a, s, &err) == 0,
           "1, 2 or 3 pictures of one group are split");
        count_splits(&w, s, 0, got);
        ok(got[SPLIT_TRAIN] == n, "1, 2 or 3 pictures of one group: all train");
        ok(split_check(&w, s, &warnings, &err) == 0 &&
               strstr(warnings.data, "has no picture in split validation\n"),
           "  and a warning says so");
        s[0] = s[n - 1] = s[n / 2] = SPLIT_TEST;
        fails(split_check(&w, s, &warnings, &err), err, ERR_USAGE,
              "has no picture to train on", "  none to train on is refused");
    }
    buf_release(&warnings);
}

/* Three groups of three: of the 2 that are to test, and validate, each has 3. */
static void check_nearest_share(void)
{
    char a[] = "a", b[] = "b", c[] = "c";
    struct find_images_file f[9] = {0};
    const struct find_images w = {.n_class = 1, .n = 9, .file = f};
    const struct split_args args = {&w, 0.2, 0.2, 1, NULL};
    enum split s[9];
    int got[4];
    struct err err = {0};

    for (int i = 0; i < 9; i++)
        f[i] = (struct find_images_file){.group = i < 3 ? a : i < 6 ? b : c};
    ok(split_groups(&args, s, &err) == 0, "nine pictures of three groups");
    count_splits(&w, s, 0, got);
    ok(got[SPLIT_TRAIN] == 3 && got[SPLIT_VALIDATION] == 3 &&
           got[SPLIT_TEST] == 3,
       "a group is taken that brings its split nearer to its share");
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    if (!f || fputs(text, f) < 0 || fclose(f) != 0)
        exit(1);
}

static void check_csv(void)
{
    char path[] = "/tmp/t-split-XXXXXX";
    char a[] = "A/1.png", b[] = "A/b, \"c\".png", c[] = "B/2.png";
    struct find_images_file f[3] = {{.path = a, .group = a},
                                    {.path = b, .group = b},
                                    {.path = c, .group = c, .label = 1}};
    const struct find_images w = {.file = f, .n = 3, .n_class = 2};
    const struct {
        const char *text, *part, *what;
    } bad[] = {
        {"file,split\nA/1.png,train\nB/9.png,test\n",
         ":3: 'B/9.png' is no picture of the dataset", "an unknown picture"},
        {"file,split\nA/1.png,teach\n",
         ":2: 'teach' is not train, validation or test", "an unknown word"},
        {"file,split\nA/1.png,\n", ":2: '' is not train", "no word"},
        {"file,split\nA/1.png,test\nA/1.png,test\n",
         ":3: 'A/1.png' is named twice", "named twice"},
        {"file,split\nA/1.png,test\n",
         "does not name 2 of 3 pictures, such as 'A/b, \"c\".png'",
         "not all named"},
        {"name,split\nA/1.png,test\n", ":1: no column 'file'", "no file"},
        {"file,set\nA/1.png,test\n", ":1: no column 'split'", "no split"},
        {"file,split\nA/1.png\n", path, "a field is missing"},
    };
    enum split s[3];
    struct err err = {0};

    close(mkstemp(path));
    write_file(path, "split,note,file\ntest,,B/2.png\r\ntrain,x,A/1.png\n"
                     "validation,,\"A/b, \"\"c\"\".png\"\n");
    ok(split_from_csv(&w, path, s, &err) == 0 && s[0] == SPLIT_TRAIN &&
           s[1] == SPLIT_VALIDATION && s[2] == SPLIT_TEST,
       "a split from a file");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        write_file(path, bad[i].text);
        fails(split_from_csv(&w, path, s, &err), err, ERR_USAGE, bad[i].part,
              bad[i].what);
    }
    write_file(path, "file;Split\nx;val\n");
    ok(split_from_csv(NULL, path, NULL, &err) == 0, "a split without its data");
    write_file(path, "file;Split\nx;val\n;\ny;teach\n");
    fails(split_from_csv(NULL, path, NULL, &err), err, ERR_USAGE,
          ":4: 'teach' is not", "  of unknown words is refused");
    unlink(path);
    fails(split_from_csv(&w, path, s, &err), err, ERR_USAGE, path,
          "a split from a file that is not there is refused");
}

int main(void)
{
    struct find_images w;

    fill_images(&w);
    check_profile(&w, "run.profile=paper");
    check_profile(&w, "run.profile=notebook");
    check_paper(&w);
    check_groups(&w);
    find_images_release(&w);
    check_few();
    check_nearest_share();
    check_csv();
    return tap_done();
}
