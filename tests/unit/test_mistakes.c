/* test_mistakes.c - accuracy by size, brightness and picture; the sheet */
#include "stages/evaluate/mistakes.h"
#include "stats/strata.h"
#include "test_dir.h"

#include "golden/strata_golden.inc"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

enum { SIDE = 8, PIXELS = SIDE * SIDE * 3, ROWS = 10, TESTS = 8, K = 2 };

static const char names[K][CONFIG_NAME_MAX] = {"dark", "light"};

static void file_says(const char *name, const char *line)
{
    char *text = text_of(name);

    if (!ok(strstr(text, line), name))
        printf("# want %s\n# got %s\n", line, text);
}

/* --- figures -------------------------------------------------------------- */

static void check_quarters(void)
{
    struct stratum s[STRATA];
    struct err err;

    ok(strata_quarter(figure, right, LENGTH(figure), s, &err) == 0,
       "figures are divided into quarters");
    for (int k = 0; k < STRATA; k++) {
        near(s[k].from, ends[k], 1e-12, "  lower end");
        near(s[k].to, ends[k + 1], 1e-12, "  upper end");
        ok(s[k].n == cells_of[k] && s[k].correct == right_of[k],
           "  cells and right ones");
    }
    ok(strata_quarter((double[]){3, 3, 3}, (int[]){1, 0, 1}, 3, s, &err) == 0 &&
           s[0].n == 3 && s[0].correct == 2 && s[1].n + s[2].n + s[3].n == 0,
       "equal figures stay in one quarter");
    ok(strata_quarter(figure, right, 0, s, &err) == 0 && s[0].n == 0 &&
           isnan(s[0].from),
       "quarters of no cells have no ends");
}

static void check_spread(void)
{
    enum { GROUPS = LENGTH(group_share) };
    double share[GROUPS];
    struct spread s;
    struct err err;

    ok(strata_spread(group_of, GROUPS, right, LENGTH(group_of), share, &s,
                     &err) == 0,
       "accuracy over groups");
    for (int g = 0; g < GROUPS; g++)
        near(share[g], group_share[g], 1e-12, "  accuracy of one");
    near(s.mean, group_mean, 1e-12, "  mean");
    near(s.deviation, group_deviation, 1e-12, "  deviation");
    for (int k = 0; k < SPREAD_QUARTILES; k++)
        near(s.quartile[k], group_quartile[k], 1e-12, "  quartile");
    ok(strata_spread(group_of, 1, right, 1, share, &s, &err) == 0 &&
           isnan(s.deviation) && s.quartile[0] >= 0,
       "accuracy over one group has no deviation");
    ok(strata_spread(group_of, 0, right, 0, share, &s, &err) == 0 &&
           isnan(s.mean) && isnan(s.quartile[4]),
       "accuracy over no group has no mean");
}

/* --- files ---------------------------------------------------------------- */

/* Rows 0 and 1 train, of groups dark/1 and light/2; the others are tested. */
static void make_store(void)
{
    static const char header[] =
        "file,class,group,split,width,height,mean_r,mean_g,mean_b,status";
    const struct store_args a = {.dir = dir,
                                 .header = header,
                                 .n = ROWS,
                                 .h = SIDE,
                                 .w = SIDE,
                                 .class_name = names,
                                 .n_class = K};
    struct store_writer *w = NULL;
    struct err err = {0};

    BUG_ON(store_create(&w, &a, &err) < 0);
    for (int i = 0; i < ROWS; i++) {
        uint8_t px[PIXELS];
        char text[256];
        const char *record = text;
        const int label = i % K;

        memset(px, 20 * i, sizeof(px));
        snprintf(text, sizeof(text), "%d.bmp,%s,%d,%s,%d,%d,%d,%d,%d,ok", i,
                 names[label], i < 6 ? 1 + i % 2 : 7, i < 2 ? "train" : "test",
                 10 * i, 40 * i, 20 * i, 20 * i, 20 * i);
        BUG_ON(store_put(w, (size_t)i, 1, px, &label, &record, &err) < 0);
    }
    BUG_ON(store_finish(w, &err) < 0);
}

/* What is said of rows 2 .. 9: 4 and 7 are wrong, 7 with more conviction. */
struct mistakes_table {
    struct predictions p;
    const char *file[TESTS], *group[TESTS];
    char text[TESTS][2][32];
    int label[TESTS], predicted[TESTS];
    double prob[TESTS * K];
    size_t row[TESTS];
};

static void make_table(struct mistakes_table *t)
{
    *t = (struct mistakes_table){.p = {.file = t->file, .group = t->group}};
    for (int i = 0; i < TESTS; i++) {
        const int r = i + 2;

        t->row[i] = (size_t)r;
        t->label[i] = r % K;
        t->predicted[i] = r == 4 || r == 7 ? 1 - r % K : r % K;
        t->prob[i * K + t->predicted[i]] = r == 7 ? .9 : .75;
        t->prob[i * K + 1 - t->predicted[i]] = r == 7 ? .1 : .25;
        snprintf(t->text[i][0], 32, "%d.bmp", r);
        snprintf(t->text[i][1], 32, "%s/%d", names[r % K],
                 r < 6 ? 1 + r % 2 : 7);
        t->file[i] = t->text[i][0];
        t->group[i] = t->text[i][1];
    }
    t->p.class_name = calloc(K, sizeof(*t->p.class_name));
    BUG_ON(!t->p.class_name);
    memcpy(t->p.class_name, names, sizeof(names));
    t->p.o = (struct outcomes){TESTS, K, t->label, t->predicted, t->prob, NULL};
}

static void check_files(const struct store *data, struct mistakes_table *t)
{
    struct err err = {0};
    char *png;

    works(mistakes_write(data, &t->p, t->row, dir, &err) == 0, err,
          "mistakes of eight cells are written");
    file_says("errors.csv", "\nsize,1,40.000000,75.000000,2,2,1.000000,");
    file_says("errors.csv", "\nsize,2,75.000000,110.000000,2,1,0.500000,");
    file_says("errors.csv",
              "\nbrightness,4,145.000000,180.000000,2,2,1.000000,");
    file_says("errors.csv",
              "\npicture,trained,,,4,3,0.750000,0.300642,0.954413\n");
    file_says("errors.csv", "\npicture,new,,,4,3,");
    file_says("errors.csv", "\ngroups,mean,,,4,,0.750000,,\n");
    file_says("errors.csv", "\ngroups,least,,,4,,0.500000,,\n");
    file_says("groups.csv",
              "label,group,cells,correct,accuracy\n"
              "dark,dark/1,2,1,0.500000\nlight,light/7,2,1,0.500000\n"
              "light,light/2,2,2,1.000000\n");
    file_says("mistakes.csv", "p_label,group\n"
                              "7.bmp,light,dark,0.900000,0.100000,light/7\n"
                              "4.bmp,dark,light,0.750000,0.250000,dark/1\n");
    png = text_of("mistakes.png");
    ok(png && memcmp(png, "\x89PNG", 4) == 0, "mistakes.png is a PNG");
}

static void check_odd(const struct store *data, struct mistakes_table *t)
{
    char path[FILE_PATH_MAX];
    struct err err = {0};

    BUG_ON(file_path(path, &err, "%s/mistakes.png", dir) < 0 ||
           file_dir_remove(path, &err) < 0);
    t->p.o.p = NULL;
    ok(mistakes_write(data, &t->p, t->row, dir, &err) == 0,
       "mistakes of decisions without probabilities are written");
    file_says("mistakes.csv", "\n4.bmp,dark,light,,,dark/1\n7.bmp,");
    ok(file_exists(path), "  have a sheet as well");
    BUG_ON(file_dir_remove(path, &err) < 0);
    t->p.o.predicted = t->label;
    ok(mistakes_write(data, &t->p, t->row, dir, &err) == 0,
       "files are written where there is no mistake");
    ok(!file_exists(path), "  no sheet");
    t->p.o.n = 0;
    ok(mistakes_write(data, &t->p, t->row, dir, &err) == 0,
       "mistakes of no cells are written");
    file_says("errors.csv", "\nsize,1,,,0,0,,,\n");
    file_says("errors.csv", "\ngroups,mean,,,0,,,,\n");
}

int main(void)
{
    struct store data;
    struct mistakes_table t;
    struct err err = {0};

    check_quarters();
    check_spread();
    begin_dir();
    make_store();
    if (ok(store_open(&data, dir, &err) == 0, "the store of the cells opens")) {
        make_table(&t);
        check_files(&data, &t);
        check_odd(&data, &t);
        free(t.p.class_name);
        store_close(&data);
    }
    return end_dir();
}
