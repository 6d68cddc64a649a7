/* test_teacher.c - the table of a teacher: what is taken of it, and what is
 * refused */
#include "base/hash.h"
#include "stages/train/teacher.h"
#include "tap.h"
#include "test_dir.h"

#include <stdlib.h>
#include <unistd.h>

enum { ROWS = 9, FOLDS = 3, SIDE = 4, CLASSES = 2 };

static const char class_name[CLASSES][CONFIG_NAME_MAX] = {"blue", "red, dark"};

/* Cells a .. i; the last is set aside.  Row i is of fold i % 3; without folds
 * the first three train, the others test and validate by turns. */
static const char *split_of(size_t i)
{
    return i < 3 ? "train" : i % 2 ? "test" : "validation";
}

static int make_store(const char *path, bool folds, struct err *err)
{
    const struct store_args a = {.dir = path,
                                 .header = folds
                                               ? "file,label,split,fold,status"
                                               : "file,label,split,status",
                                 .n = ROWS,
                                 .h = SIDE,
                                 .w = SIDE,
                                 .class_name = class_name,
                                 .n_class = CLASSES};
    static const uint8_t pixels[SIDE * SIDE * 3];
    struct store_writer *w = NULL;
    char line[128], fold[8] = "";
    const char *const record = line;

    if (file_dir_make(path, err) < 0 || store_create(&w, &a, err) < 0)
        return -1;
    for (size_t i = 0; i < ROWS; i++) {
        const int label = i == ROWS - 1 ? -1 : (int)(i % CLASSES);

        if (folds)
            snprintf(fold, sizeof(fold), ",%zu", i % FOLDS);
        snprintf(line, sizeof(line), "%c,\"%s\",%s%s,%s", (char)('a' + i),
                 class_name[i % CLASSES], split_of(i), fold,
                 label < 0 ? "bad" : "ok");
        if (store_put(w, i, 1, pixels, &label, &record, err) < 0)
            return -1;
    }
    return store_finish(w, err);
}

/* Read 'text' as a teacher's table, of fold 0 if there are folds. */
static int read_text(struct teacher *t, const char *text, int folds,
                     double temperature, struct err *err)
{
    const char *path = in_dir("teacher.csv");
    char hash[HASH_HEX];
    struct store s;
    const struct teacher_args a = {
        .path = path, .hash = hash, .data = &s, .temperature = temperature};
    int rc;

    *t = (struct teacher){0};
    if (file_write(path, text, strlen(text), err) < 0 ||
        hash_file(path, hash, err) < 0 ||
        store_open(&s, in_dir(folds > 1 ? "folds" : "data"), err) < 0)
        return -1;
    rc = store_use_fold(&s, 0, folds, err);
    if (rc == 0)
        rc = teacher_read(t, &a, err);
    store_close(&s);
    return rc;
}

#define HEAD  "file,split,\"p_red, dark\",p_blue\n"
#define THREE "a,train,0.2,0.8\nb,train,1,0\nc,train,0.5,0.5\n"

static void check_taken(void)
{
    struct teacher t;
    struct err err = {0};

    if (!ok(read_text(&t,
                      HEAD THREE "d,test,0.1,0.9\nz,train,0,1\n"
                                 "e,validation,0,1\n",
                      1, 2, &err) == 0,
            "a teacher's table")) {
        printf("# %s\n", err.text);
        return;
    }
    near((double)teacher_row(&t, 0, CLASSES)[0],
         sqrt(.8) / (sqrt(.8) + sqrt(.2)), 1e-6,
         "  at temperature 2, by names of classes");
    near((double)teacher_row(&t, 0, CLASSES)[1],
         sqrt(.2) / (sqrt(.8) + sqrt(.2)), 1e-6, "  of sum 1");
    ok(teacher_row(&t, 1, CLASSES)[0] == 0.0f &&
           teacher_row(&t, 1, CLASSES)[1] == 1.0f &&
           teacher_row(&t, 2, CLASSES)[0] == 0.5f,
       "  without doubt, and in doubt");
    ok(teacher_row(&t, 3, CLASSES)[0] == 0.0f, "  other cells have none");
    teacher_release(&t);
    teacher_release(&t);
    ok(read_text(&t, "file,p_blue,\"p_red, dark\"\na,1,0\nb,1,0\nc,0,1\n", 1, 1,
                 &err) == 0 &&
           teacher_row(&t, 2, CLASSES)[1] == 1.0f,
       "without column split");
    teacher_release(&t);
}

/* Of fold 0, rows 2, 5 train (8 is set aside), 0, 3, 6 test, 1, 4, 7 validate.
 */
static void check_folds(void)
{
    struct teacher t;
    struct err err = {0};

    ok(read_text(&t,
                 "file,split,p_blue,\"p_red, dark\",fold\n"
                 "c,train,0.25,0.75,0\nf,train,1,0,0\na,test,1,0,0\n"
                 "c,test,0,1,2\nc,validation,0,1,1\na,train,0,1,1\n",
                 FOLDS, 1, &err) == 0 &&
           teacher_row(&t, 2, CLASSES)[0] == 0.25f,
       "rows of the fold in hand are taken, others are not");
    teacher_release(&t);
    fails(read_text(&t,
                    "file,split,p_blue,\"p_red, dark\",fold\n"
                    "c,train,0.25,0.75,0\nf,train,1,0,0\na,train,1,0,0\n",
                    FOLDS, 1, &err),
          err, ERR_USAGE, "line 4: 'a' trained the teacher, but tests",
          "a teacher that saw what tests is refused");
    ok(!t.p, "  and is empty");
    fails(read_text(&t,
                    "file,p_blue,\"p_red, dark\",fold\n"
                    "c,0.25,0.75,0\nf,1,0,1\n",
                    FOLDS, 1, &err),
          err, ERR_USAGE, "lacks 1 training cells of fold 0, first 'f'",
          "a cell of another fold's teacher");
    fails(read_text(&t, HEAD THREE, FOLDS, 1, &err), err, ERR_USAGE,
          "has no column 'fold'", "a table without folds");
    fails(read_text(&t, "file,p_blue,\"p_red, dark\",fold\na,1,0,0\n", 1, 1,
                    &err),
          err, ERR_USAGE, "is of folds, the run has none",
          "a table of folds where there are none");
}

static void check_refused(void)
{
    static const struct {
        const char *text, *part;
    } bad[] = {
        {"name,p_blue\n", "has no column 'file'"},
        {"file,p_blue\na,1\n", "has no column 'p_red, dark'"},
        {HEAD "a,train,0.2,0.8\nc,train,0.5,0.5\n",
         "lacks 1 training cells of fold 0, first 'b'"},
        {HEAD THREE "a,train,0.2,0.8\n", "line 5: 'a' is there twice"},
        {HEAD "a,train,0.2,0.9\n", "line 2: 'a' has probabilities whose sum"},
        {HEAD "a,train,x,0.9\n", "line 2: 'a' has what is no probability"},
        {HEAD "a,train,-0.1,1.1\n", "'a' has what is no probability"},
        {HEAD "a,train,nan,1\n", "'a' has what is no probability"},
        {HEAD THREE "e,train,0,1\n", "'e' trained the teacher"},
        {HEAD THREE "e,test,0,1\nd,validation,0,1\n",
         "line 6: 'd' validated the teacher, but tests here"},
    };
    struct teacher t;
    struct err err = {0};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        fails(read_text(&t, bad[i].text, 1, 1, &err), err, ERR_USAGE,
              bad[i].part, bad[i].part);
        ok(!t.p, "  and is empty");
    }
}

/* A file that changed since the plan was made. */
static void check_changed(void)
{
    struct store s;
    struct teacher t;
    struct err err = {0};
    const struct teacher_args a = {.path = in_dir("teacher.csv"),
                                   .hash = "0123",
                                   .data = &s,
                                   .temperature = 1};
    const struct teacher_args none = {.path = in_dir("absent.csv"),
                                      .hash = "0123",
                                      .data = &s,
                                      .temperature = 1};

    ok(store_open(&s, in_dir("data"), &err) == 0, "a store");
    fails(teacher_read(&t, &a, &err), err, ERR_USAGE,
          "is not what it was when the run started",
          "a table that changed is refused");
    fails(teacher_read(&t, &none, &err), err, ERR_INPUT, "absent.csv",
          "a table that is gone is refused");
    store_close(&s);
}

int main(void)
{
    struct err err = {0};

    BUG_ON(!mkdtemp(dir));
    ok(make_store(in_dir("data"), false, &err) == 0 &&
           make_store(in_dir("folds"), true, &err) == 0,
       "stores without and with folds");
    check_taken();
    check_folds();
    check_refused();
    check_changed();
    ok(file_dir_remove(dir, &err) == 0, "clean up");
    return tap_done();
}
