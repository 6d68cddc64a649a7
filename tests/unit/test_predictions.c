/* test_predictions.c - predictions.csv is read as it was written */
#include "evaluation/predictions.h"
#include "test_dir.h"

enum { K = 3 };

static const char names[][CONFIG_NAME_MAX] = {"a", "b, \"quoted\"", "c\xff"};
static const int label[] = {0, 0, 1};
static const int predicted[] = {0, 1, 1};

static int take_table(struct predictions *t, struct err *err)
{
    return predictions_read(t, in_dir("p.csv"), SPLIT_TEST, err);
}

/* Families of groups have a column of their own. */
static void check_families(void)
{
    static const char *file[] = {"1", "2", "3"}, *of[] = {"a/1", "a/2", ""};
    static const char *kin[] = {"a/1", "a/1", "b, \"3\""};
    struct predictions w = {.file = file, .group = of, .family = kin}, r;
    struct buf b = {0};
    struct err err = {0};
    char class[K][CONFIG_NAME_MAX];

    memcpy(class, names, sizeof(class));
    w.class_name = class;
    w.o = (struct outcomes){3, K, label, predicted, NULL, NULL};
    predictions_header(&w, &b);
    predictions_rows(&w, SPLIT_TEST, &b);
    ok(strncmp(b.data, "file,split,label,predicted,group,family\n", 40) == 0,
       "predictions of cells in families");
    put_file("p.csv", b.data);
    buf_release(&b);
    ok(take_table(&r, &err) == 0 && strcmp(r.group[1], "a/2") == 0 &&
           strcmp(predictions_drawn(&r)[1], "a/1") == 0 &&
           strcmp(predictions_drawn(&r)[2], kin[2]) == 0,
       "  are drawn by these");
    predictions_release(&r);
}

static void check_round_trip(void)
{
    static const char *file[] = {"1, a.bmp", "2.bmp", "3.bmp"};
    static const char *of[] = {"a/1", "", "b/\"2\""};
    static const double odd[] = {
        (double)0.1f, (double)1e-30f, .9, 0, 1, 0, (double)0.33333334f, .5, .1};
    struct predictions w = {.file = file, .group = of}, r;
    enum split told = SPLIT_NONE;
    struct buf b = {0};
    struct err err = {0};
    char class[K][CONFIG_NAME_MAX];

    memcpy(class, names, sizeof(class));
    w.class_name = class;
    w.o = (struct outcomes){3, K, label, predicted, odd, NULL};
    predictions_header(&w, &b);
    predictions_rows(&w, SPLIT_VALIDATION, &b);
    put_file("p.csv", b.data);
    ok(predictions_read_told(&r, in_dir("p.csv"), &told, &err) == 0 &&
           told == SPLIT_VALIDATION && r.o.n == 3,
       "a table without test cells is one of validation");
    predictions_release(&r);
    predictions_rows(&w, SPLIT_TEST, &b);
    put_file("p.csv", b.data);
    buf_release(&b);
    ok(predictions_read_told(&r, in_dir("p.csv"), &told, &err) == 0 &&
           told == SPLIT_TEST && r.o.n == 3,
       "  with them it is of these");
    predictions_release(&r);
    ok(take_table(&r, &err) == 0 && r.o.n == 3 && r.o.k == K,
       "predictions.csv with odd numbers and names is read");
    ok(memcmp(r.o.label, label, sizeof(label)) == 0 &&
           memcmp(r.o.predicted, predicted, sizeof(predicted)) == 0 &&
           strcmp(r.file[0], file[0]) == 0 && strcmp(r.group[2], of[2]) == 0 &&
           strcmp(r.class_name[2], names[2]) == 0,
       "  class, prediction, file and group as written");
    ok((float)r.o.p[0] == 0.1f && (float)r.o.p[1] == 1e-30f &&
           (float)r.o.p[6] == 0.33333334f,
       "  every float as it was");
    ok(predictions_match(&w, &r, "it", &err) == 0, "  the same cells");
    ok(!r.family && predictions_drawn(&r) == r.group, "  drawn by groups");
    file[1] = "other";
    fails(predictions_match(&w, &r, "it", &err), err, ERR_USAGE,
          "'it': cell 2 is '2.bmp', in the first it is 'other'",
          "another cell does not match");
    file[1] = "2.bmp";
    snprintf(class[1], CONFIG_NAME_MAX, "z");
    fails(predictions_match(&w, &r, "it", &err), err, ERR_USAGE,
          "'3.bmp' is a b, \"quoted\", in the first a z",
          "another true class does not match");
    w.o.n = 2;
    fails(predictions_match(&w, &r, "it", &err), err, ERR_USAGE,
          "'it' is of 3 cells, the first of 2", "fewer cells do not match");
    predictions_release(&r);
    predictions_release(&r);
}

static void check_bad_tables(void)
{
    struct predictions t;
    struct err err = {0};

    put_file(
        "p.csv",
        "file,split,class,predicted\nx,test,b,a\ny,test,a,c\nz,train,q,q\n");
    ok(take_table(&t, &err) == 0 && t.o.n == 2 && t.o.k == 4 && !t.o.p &&
           strcmp(t.class_name[3], "q") == 0 && t.o.label[0] == 1,
       "decisions alone, from before; classes sorted");
    predictions_release(&t);
    put_file("p.csv", "class,file,split,label,predicted\nz,x,test,b,a\n");
    ok(take_table(&t, &err) == 0 && t.o.k == 2 && t.o.label[0] == 1,
       "  the column label is what counts");
    predictions_release(&t);
    put_file("p.csv", "file,split,predicted\nx,test,b\n");
    fails(take_table(&t, &err), err, ERR_INPUT, "has no column 'label'",
          "a column that lacks is refused");
    put_file("p.csv", "file,split,class,predicted,p_a,p_b\nx,test,a,c,.1,.9\n");
    fails(take_table(&t, &err), err, ERR_INPUT,
          "line 2: class 'c' has no column", "a class without a column");
    put_file("p.csv",
             "file,split,class,predicted,p_a,p_b\nx,test,a,b,.1,1.9\n");
    fails(take_table(&t, &err), err, ERR_INPUT, "'1.9' is no probability",
          "a probability over 1 is refused");
    put_file("p.csv", "file,split,class,predicted,p_a,p_a\nx,test,a,a,.1,.9\n");
    fails(take_table(&t, &err), err, ERR_INPUT, "two columns 'p_a'",
          "predictions with a class twice are refused");
    put_file("p.csv", "file,split,class,predicted\n");
    fails(take_table(&t, &err), err, ERR_INPUT, "names no class",
          "no row at all");
    ok(!t.label && !t.class_name, "  leaves nothing");
}

int main(void)
{
    begin_dir();
    check_round_trip();
    check_families();
    check_bad_tables();
    return end_dir();
}
