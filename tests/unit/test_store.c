/* test_store.c - the image store: any order, crashes, full disks */
#include "base/hash.h"
#include "store/store_log.h"
#include "store_rows.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* Hash of all files of a store. */
static const char *store_sum(const char *where)
{
    static char sum[2][HASH_HEX];
    static int turn;
    struct err err = {0};
    struct hash h;
    char **names = NULL;
    size_t n = 0;

    BUG_ON(file_dir_list(where, &names, &n, &err) < 0);
    hash_init(&h);
    for (size_t i = 0; i < n; i++) {
        char path[512], hex[HASH_HEX];

        snprintf(path, sizeof(path), "%s/%s", where, names[i]);
        BUG_ON(hash_file(path, hex, &err) < 0);
        hash_add_string(&h, names[i]);
        hash_add_string(&h, hex);
    }
    file_dir_list_free(names, n);
    turn = !turn;
    hash_final(&h, sum[turn]);
    return sum[turn];
}

static void check_content(void)
{
    uint8_t px[PX];
    char record[128];
    struct store s;
    struct err err = {0};
    bool same = true;

    ok(store_open(&s, in_dir("a"), &err) == 0, "a store opens");
    ok(s.n == N && s.h == H && s.w == W && s.n_class == 3 &&
           strcmp(s.class_name[1], "b c") == 0,
       "sizes and classes");
    for (size_t i = 0; i < N; i++) {
        const int label = make_row(i, px, record);

        if (label < 0)
            memset(px, 0, sizeof(px));
        same = same && store_label(&s, i) == label &&
               memcmp(store_image(&s, i), px, PX) == 0 &&
               store_split(&s, i) == (enum split)(i % 4);
    }
    ok(same, "labels, pixels and splits; black where set aside");
    ok(strcmp(csv_get(&s.index, 2, 0), "cell, \"2\"\n.bmp") == 0,
       "a file's name with comma, quotes and line end");
    store_close(&s);
    store_close(&s);
    ok(store_fold_parse("0") == 0 && store_fold_parse("12") == 12 &&
           store_fold_parse("+0") == -1 && store_fold_parse("-0") == -1 &&
           store_fold_parse("") == -1 && store_fold_parse("1x") == -1,
       "words for folds");
    ok(store_split_parse("test") == SPLIT_TEST &&
           store_split_parse("x") == SPLIT_NONE &&
           store_split_parse("") == SPLIT_NONE,
       "splits have names");
}

struct thread_job {
    struct store_writer *w;
    size_t first;
    bool good;
};

static void *thread_main(void *arg)
{
    struct thread_job *j = arg;
    struct err err = {0};

    j->good = true;
    for (size_t i = j->first; i < N; i += 4)
        j->good = j->good && put_row(j->w, i, &err) == 0 &&
                  store_sync(j->w, &err) == 0;
    return NULL;
}

static void check_threads(void)
{
    pthread_t thread[4];
    struct thread_job job[4];
    struct err err = {0};
    bool good = true;

    job[0].w = start_rows(in_dir("threads"));
    for (size_t i = 0; i < 4; i++) {
        job[i] = (struct thread_job){.w = job[0].w, .first = i};
        BUG_ON(pthread_create(&thread[i], NULL, thread_main, &job[i]) != 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(thread[i], NULL);
        good = good && job[i].good;
    }
    ok(good && store_finish(job[0].w, &err) == 0,
       "four threads put rows at once");
    ok(strcmp(store_sum(in_dir("a")), store_sum(in_dir("threads"))) == 0,
       "threads make the same bytes");
}

static void check_missing(void)
{
    struct store_writer *w = start_rows(in_dir("missing"));
    struct store s;
    struct err err = {0};
    static const uint8_t black[PX];

    for (size_t i = 0; i < N; i++)
        if (i != 5 && put_row(w, i, &err) < 0)
            ok(false, "a row is put");
    ok(!store_has(w, 5) && store_has(w, 6) && !store_has(w, N),
       "a store knows which rows it has");
    ok(store_finish(w, &err) == 0, "a store is finished without row 5");
    ok(store_open(&s, in_dir("missing"), &err) == 0, "  and opens");
    ok(store_label(&s, 5) == -1 && memcmp(store_image(&s, 5), black, PX) == 0 &&
           strcmp(csv_get(&s.index, 5, (size_t)s.status_column), "missing") ==
               0 &&
           store_split(&s, 5) == SPLIT_NONE,
       "row 5 is set aside as missing");
    store_close(&s);
}

/* A process that puts all, syncs rows below 20, and is killed. */
static void killed_writer(const char *where)
{
    const pid_t pid = fork();
    int status;

    if (pid == 0) {
        struct store_writer *w = start_rows(where);
        struct err err = {0};

        for (size_t i = 0; i < N; i++)
            if (put_row(w, i, &err) < 0 ||
                ((i == 11 || i == 19) && store_sync(w, &err) < 0))
                _exit(1);
        raise(SIGKILL);
    }
    BUG_ON(waitpid(pid, &status, 0) != pid);
    ok(WIFSIGNALED(status), "a writer is killed");
}

static size_t count_rows(const struct store_writer *w)
{
    size_t n = 0;

    for (size_t i = 0; i < N; i++)
        n += store_has(w, i);
    return n;
}

static void check_resume(void)
{
    struct store_writer *w;
    struct err err = {0};

    killed_writer(in_dir("killed"));
    w = start_rows(in_dir("killed"));
    ok(count_rows(w) == 20 && store_has(w, 19) && !store_has(w, 20),
       "what was synced is there again, the rest is not");
    for (size_t i = 20; i < N; i++)
        if (put_row(w, i, &err) < 0)
            ok(false, "a row is put after the writer was killed");
    ok(store_finish(w, &err) == 0 &&
           strcmp(store_sum(in_dir("a")), store_sum(in_dir("killed"))) == 0,
       "gone on with, it is the same store byte for byte");
}

/* Unsynced pixels of a killed writer do not shine through. */
static void check_black_after_crash(void)
{
    static const uint8_t black[PX];
    struct store_writer *w;
    struct store s;
    struct err err = {0};

    killed_writer(in_dir("unsynced"));
    w = start_rows(in_dir("unsynced"));
    ok(store_finish(w, &err) == 0 &&
           store_open(&s, in_dir("unsynced"), &err) == 0,
       "finish without the rows that were lost");
    ok(store_label(&s, 30) == -1 && memcmp(store_image(&s, 30), black, PX) == 0,
       "a lost row is black");
    store_close(&s);
}

static off_t size_of(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? st.st_size : -1;
}

/* Cut the log at every length: rows only get fewer, and can be put again. */
static void check_torn_log(void)
{
    char *log = NULL;
    size_t size = 0, last = 0;
    struct err err = {0};
    bool monotone = true;

    killed_writer(in_dir("torn"));
    BUG_ON(file_read(in_dir("torn/rows.log"), 1 << 20, &log, &size, &err) < 0);
    for (size_t cut = 0; cut <= size; cut += cut + 60 < size ? 7 : 1) {
        struct store_writer *w;

        BUG_ON(file_write(in_dir("torn/rows.log"), log, cut, &err) < 0);
        w = start_rows(in_dir("torn"));
        monotone = monotone && count_rows(w) >= last && count_rows(w) <= 20;
        last = count_rows(w);
        store_abandon(w);
    }
    ok(monotone && last == 20, "a log torn anywhere is cut off there");
    log[size - 30] ^= 1;
    BUG_ON(file_write(in_dir("torn/rows.log"), log, size, &err) < 0);
    store_abandon(start_rows(in_dir("torn")));
    ok(size_of(in_dir("torn/rows.log")) < (off_t)size,
       "a changed bit is noticed");
    log[3] ^= 1;
    BUG_ON(file_write(in_dir("torn/rows.log"), log, size, &err) < 0);
    {
        struct store_writer *w = start_rows(in_dir("torn"));

        ok(count_rows(w) == 0, "what is no log starts afresh");
        store_abandon(w);
    }
    free(log);
}

static void check_lost_images(void)
{
    struct store_writer *w;

    killed_writer(in_dir("lost"));
    BUG_ON(truncate(in_dir("lost/images.npy"), 100) < 0);
    w = start_rows(in_dir("lost"));
    ok(count_rows(w) == 0, "a log without its images counts for nothing");
    store_abandon(w);
}

static void check_other_shape(void)
{
    struct store_args a = rows_args(in_dir("shape"));
    struct store_writer *w = NULL;
    struct err err = {0};

    killed_writer(in_dir("shape"));
    a.h++;
    fails(store_create(&w, &a, &err), err, ERR_INPUT,
          "unfinished store of another shape",
          "an unfinished store of another height is refused");
    a = rows_args(in_dir("shape"));
    a.n_class = 2;
    fails(store_create(&w, &a, &err), err, ERR_INPUT, "another shape",
          "an unfinished store of other classes is refused");
    a = rows_args(in_dir("shape"));
    ok(store_create(&w, &a, &err) == 0 && count_rows(w) == 20,
       "  and nothing of it was lost");
    store_abandon(w);
}

static void check_bad_args(void)
{
    static const char twice[2][CONFIG_NAME_MAX] = {"a", "a"};
    static const char empty[1][CONFIG_NAME_MAX] = {""};
    static const char line[1][CONFIG_NAME_MAX] = {"a\nb"};
    struct store_args a = rows_args(in_dir("none"));
    struct store_writer *w = NULL;
    struct err err = {0};

    fails(store_create(&w, &a, &err), err, ERR_SYSTEM, "none/images.npy",
          "a store in a directory that is not there is refused");
    a.n = STORE_MAX_SAMPLES + (size_t)1;
    fails(store_create(&w, &a, &err), err, ERR_INPUT, "at most 20000000",
          "a store of too many images is refused");
    a = rows_args(dir);
    a.h = 0;
    fails(store_create(&w, &a, &err), err, ERR_INPUT, "of 0x7",
          "a store of images without height is refused");
    a = rows_args(dir);
    a.n_class = CONFIG_CLASSES_MAX + 1;
    fails(store_create(&w, &a, &err), err, ERR_INPUT, "65 classes, at most 64",
          "a store of too many classes is refused");
    a.n_class = 2;
    a.class_name = twice;
    fails(store_create(&w, &a, &err), err, ERR_INPUT, "class 'a' stands twice",
          "a store with a class twice is refused");
    a.n_class = 1;
    a.class_name = empty;
    fails(store_create(&w, &a, &err), err, ERR_INPUT, "has no name",
          "a store with a class without name is refused");
    a.class_name = line;
    fails(store_create(&w, &a, &err), err, ERR_INPUT, "line end",
          "a store with a class of two lines is refused");
}

static const struct {
    int label;
    const char *record, *text;
} bad_rows[] = {
    {3, "a,b,train,ok", "row 2: label 3, there are 3 classes"},
    {-2, "a,b,train,bad", "row 2: label -2"},
    {-1, "a,b,train,ok", "row 2: status ok, but no label"},
    {0, "a,b,ok", "row 2: a record of 3 fields, the header has 4"},
    {0, "a,b,c,d,ok", "row 2: a record of 5 fields"},
    {0, "", "row 2: a record of 1 fields"},
    {0, "a\n,b,train,ok", "row 2: a record of 0 fields"},
    {0, "\"a,b,train,ok", "row 2: a record of 0 fields"},
    {0, "\"a\"b,b,train,ok", "row 2: a record of 0 fields"},
    {0, "a,b,\"train\"\"", "row 2: a record of 0 fields"},
};

static void check_bad_rows(void)
{
    struct store_writer *w = start_rows(in_dir("rows"));
    char *long_record = calloc(1, STORE_MAX_RECORD + 20);
    uint8_t px[2 * PX] = {0};
    const char *line[2] = {"a,b,train,ok", "a,b,train,ok"};
    int label[2] = {0, 0};
    struct err err = {0};

    BUG_ON(!long_record);
    fails(store_put(w, N - 1, 2, px, label, line, &err), err, ERR_INPUT,
          "rows 39..41 do not fit a store of 40 rows", "beyond the end");
    fails(store_put(w, (size_t)-1, 2, px, label, line, &err), err, ERR_INPUT,
          "do not fit", "far beyond the end");
    for (size_t i = 0; i < sizeof(bad_rows) / sizeof(bad_rows[0]); i++) {
        line[0] = bad_rows[i].record;
        fails(store_put(w, 2, 1, px, &bad_rows[i].label, line, &err), err,
              ERR_INPUT, bad_rows[i].text, bad_rows[i].text);
    }
    memset(long_record, 'x', STORE_MAX_RECORD);
    memcpy(long_record + STORE_MAX_RECORD, ",b,train,ok", 12);
    line[0] = long_record;
    fails(store_put(w, 2, 1, px, label, line, &err), err, ERR_INPUT,
          "at most 16384", "a long record");
    ok(!store_has(w, 2), "none of them is in");
    free(long_record);
    store_abandon(w);
    store_abandon(NULL);
}

/* A set-aside row is black and has no label, even if both were given. */
static void check_set_aside(void)
{
    struct store_args a = rows_args(in_dir("aside"));
    struct store_writer *w = NULL;
    const char *line = "a,alpha,train,no memory";
    const int label = 0;
    uint8_t px[PX];
    struct store s;
    struct err err = {0};

    a.n = 1;
    memset(px, 9, sizeof(px));
    ok(file_dir_make(a.dir, &err) == 0 && store_create(&w, &a, &err) == 0 &&
           store_put(w, 0, 1, px, &label, &line, &err) == 0 &&
           store_finish(w, &err) == 0 && store_open(&s, a.dir, &err) == 0,
       "a row whose status is not ok");
    ok(store_label(&s, 0) == -1 && store_image(&s, 0)[0] == 0,
       "  has no label and no pixels");
    store_close(&s);
    a.dir = in_dir("empty");
    a.n = 0;
    ok(file_dir_make(a.dir, &err) == 0 && store_create(&w, &a, &err) == 0 &&
           store_finish(w, &err) == 0 && store_open(&s, a.dir, &err) == 0 &&
           s.n == 0,
       "a store of nothing");
    store_close(&s);
}

static void limit_files(rlim_t bytes)
{
    struct rlimit r;

    BUG_ON(getrlimit(RLIMIT_FSIZE, &r) < 0);
    r.rlim_cur = bytes;
    BUG_ON(setrlimit(RLIMIT_FSIZE, &r) < 0);
}

static void check_full_disk(void)
{
    struct store_args a = rows_args(in_dir("full"));
    struct store_writer *w = NULL;
    struct err err = {0};
    struct rlimit old;

    BUG_ON(getrlimit(RLIMIT_FSIZE, &old) < 0);
    signal(SIGXFSZ, SIG_IGN);
    BUG_ON(file_dir_make(a.dir, &err) < 0);
    limit_files(2000);
    fails(store_create(&w, &a, &err), err, ERR_SYSTEM,
          "cannot reserve 4328 bytes for", "no room for the images");
    ok(strstr(err.text, "full/images.npy', ") && strstr(err.text, " are free"),
       "  and it says how much is free");
    limit_files(old.rlim_cur);
    ok(store_create(&w, &a, &err) == 0 && put_row(w, 0, &err) == 0,
       "  with room again it starts");
    limit_files(100);
    fails(store_sync(w, &err), err, ERR_SYSTEM, "cannot write",
          "no room for the log");
    limit_files(old.rlim_cur);
    ok(store_sync(w, &err) == 0, "  with room again it syncs");
    store_abandon(w);
    ok(store_create(&w, &a, &err) == 0 && count_rows(w) == 1,
       "  and the log is whole");
    limit_files(200);
    fails(store_finish(w, &err), err, ERR_SYSTEM, "cannot write",
          "no room at the end");
    limit_files(old.rlim_cur);
    ok(store_create(&w, &a, &err) == 0 && count_rows(w) == 1 &&
           store_finish(w, &err) == 0,
       "  with room again it goes on and finishes");
}

int main(void)
{
    begin_dir();
    make_store(in_dir("a"), 1);
    make_store(in_dir("b"), 17);
    ok(strcmp(store_sum(in_dir("a")), store_sum(in_dir("b"))) == 0,
       "rows in another order make the same bytes");
    check_content();
    check_threads();
    check_missing();
    check_resume();
    check_black_after_crash();
    check_torn_log();
    check_lost_images();
    check_other_shape();
    check_bad_args();
    check_bad_rows();
    check_set_aside();
    check_full_disk();
    return end_dir();
}
