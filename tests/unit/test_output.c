/* test_output.c - outputs are begun, sealed, resumed, replaced and verified */
#include "base/json.h"
#include "run/output.h"
#include "test_dir.h"

#include <stdint.h>
#include <sys/resource.h>
#include <sys/stat.h>

static const char key_a[] =
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
static const char key_b[] =
    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

static struct plan_step make_step_of(const char *hash)
{
    static char params[] = "{\"train.batch\":\"32\"}";
    static char inputs[] = "{\"preprocess\":\"cc\"}"; /* make_input() */
    struct plan_step n = {.name = "train/x",
                          .dir = "train/x",
                          .stage = &stage_table[STAGE_TRAIN],
                          .params = params,
                          .inputs = inputs};

    snprintf(n.hash, sizeof(n.hash), "%s", hash);
    return n;
}

static bool begin_output(const struct plan_step *n, char path[FILE_PATH_MAX])
{
    bool resumed = false;
    struct err err = {0};

    if (output_begin(dir, n, path, &resumed, &err) < 0)
        printf("# %s\n", err.text);
    return resumed;
}

/* The output that make_step_of() reads, sealed with that hash. */
static void make_input(const char *hash)
{
    static char nothing[] = "{}";
    struct plan_step n = {.name = "preprocess",
                          .dir = "data",
                          .stage = &stage_table[STAGE_PREPROCESS],
                          .params = nothing,
                          .inputs = nothing};
    char path[FILE_PATH_MAX];
    struct err err = {0};
    bool resumed;

    snprintf(n.hash, sizeof(n.hash), "%s", hash);
    BUG_ON(output_begin(dir, &n, path, &resumed, &err) < 0);
    put_file("data.partial/index.csv", "file\n");
    BUG_ON(output_commit(dir, &n, &err) < 0);
}

/* Begin, write two files, seal. */
static void make_output(const struct plan_step *n, const char *text)
{
    char path[FILE_PATH_MAX];
    struct err err = {0};

    begin_output(n, path);
    put_file("train/x.partial/b.txt", text);
    put_file("train/x.partial/sub/a.txt", "second");
    ok(output_commit(dir, n, &err) == 0, "an output is sealed");
}

static size_t count_entries(const char *path)
{
    char **names = NULL;
    size_t n = 0;
    struct err err = {0};

    BUG_ON(file_dir_list(path, &names, &n, &err) < 0);
    file_dir_list_free(names, n);
    return n;
}

static const char *text_at(const json_t *j, const char *name)
{
    const char *s = json_string_value(json_object_get(j, name));

    return s ? s : "(none)";
}

static void check_manifest(const struct plan_step *n)
{
    struct err err = {0};
    json_t *m = output_manifest(dir, n, &err);
    const json_t *files = json_object_get(m, "files");
    const json_t *first = json_array_get(files, 0);

    ok(m && strcmp(text_at(m, "key"), n->hash) == 0 &&
           strcmp(text_at(m, "node"), "train/x") == 0 &&
           strcmp(text_at(m, "stage"), "train") == 0 &&
           json_integer_value(json_object_get(m, "version")) ==
               stage_table[STAGE_TRAIN].version,
       "manifest: key, node, stage, version");
    ok(strncmp(text_at(m, "program"), "papline-train ", 14) == 0 &&
           strlen(text_at(m, "started")) == 20 &&
           strlen(text_at(m, "finished")) == 20 && *text_at(m, "host") &&
           json_number_value(json_object_get(m, "seconds")) >= 0 &&
           json_integer_value(json_object_get(m, "peak_memory")) > 100000,
       "manifest: program, host, times, memory");
    ok(strcmp(text_at(json_object_get(m, "params"), "train.batch"), "32") ==
               0 &&
           strcmp(text_at(json_object_get(m, "inputs"), "preprocess"), "cc") ==
               0,
       "manifest: parameters and inputs");
    ok(json_array_size(files) == 2 &&
           strcmp(text_at(first, "name"), "b.txt") == 0 &&
           json_integer_value(json_object_get(first, "size")) == 5 &&
           strcmp(text_at(first, "sha256"),
                  "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b"
                  "9824") == 0 &&
           strcmp(text_at(json_array_get(files, 1), "name"), "sub/a.txt") == 0,
       "manifest: files with sizes and hashes, in order");
    json_decref(m);
}

static void check_life(void)
{
    const struct plan_step a = make_step_of(key_a), b = make_step_of(key_b);
    char path[FILE_PATH_MAX];
    struct err err = {0};

    ok(!output_is_sealed(dir, &a) && !output_is_current(dir, &a) &&
           !output_is_begun(dir, &a),
       "at first there is no output, begun or sealed");
    fails(output_commit(dir, &a, &err), err, ERR_SYSTEM, "was not begun",
          "what was not begun cannot be sealed");
    ok(!begin_output(&a, path) && strcmp(path, in_dir("train/x.partial")) == 0,
       "work is begun, not resumed");
    ok(output_is_begun(dir, &a) && !output_is_begun(dir, &b) &&
           !output_is_sealed(dir, &a),
       "work is begun for this key alone");
    make_output(&a, "hello");
    ok(output_is_current(dir, &a) && !output_is_current(dir, &b) &&
           output_is_sealed(dir, &b) && !output_is_begun(dir, &a),
       "an output is sealed with this key");
    ok(!file_exists(in_dir("train/x.partial")) &&
           !file_exists(in_dir("train/x/.begun")),
       "nothing of the work is left beside a sealed output");
    check_manifest(&a);
    ok(output_verify(dir, &a, &err) == 0, "a sealed output verifies");
    ok(output_commit(dir, &a, &err) == 0, "sealing twice does nothing");
    fails(output_commit(dir, &b, &err), err, ERR_SYSTEM, "was not begun",
          "another content hash was not begun");
    make_output(&b, "other");
    ok(output_is_current(dir, &b) && !output_is_current(dir, &a),
       "a new output replaces the old");
    ok(strcmp(text_of("train/x/b.txt"), "other") == 0, "  with its content");
    ok(count_entries(dir) == 2 && count_entries(in_dir("train")) == 1,
       "  and the old one is gone");
}

static void check_resume(void)
{
    const struct plan_step a = make_step_of(key_a), b = make_step_of(key_b);
    char path[FILE_PATH_MAX];
    struct err err = {0};
    json_t *m = NULL;

    begin_output(&a, path);
    put_file("train/x.partial/kept", "1");
    put_file("train/x.partial/torn.tmp4711", "1");
    put_file("train/x.partial/manifest.json", "{}");
    put_file("train/x.partial/not.tmp47x", "1");
    put_file("train/x.partial/nor.tmp", "1");
    BUG_ON(file_dir_make(in_dir(".trash-abc/y"), &err) < 0);
    ok(begin_output(&a, path), "work of this content hash is gone on with");
    ok(file_exists(in_dir("train/x.partial/kept")) &&
           file_exists(in_dir("train/x.partial/not.tmp47x")) &&
           file_exists(in_dir("train/x.partial/nor.tmp")),
       "  its files are there");
    ok(!file_exists(in_dir("train/x.partial/torn.tmp4711")) &&
           !file_exists(in_dir("train/x.partial/manifest.json")) &&
           !file_exists(in_dir(".trash-abc")),
       "what a crash leaves is tidied away");
    ok(output_is_current(dir, &b), "the older output is still there");
    ok(output_commit(dir, &a, &err) == 0 &&
           (m = output_manifest(dir, &a, &err)) &&
           json_integer_value(json_object_get(m, "resumed")) == 1,
       "the manifest tells how often a step was resumed");
    json_decref(m);
    begin_output(&a, path);
    put_file("train/x.partial/kept", "1");
    ok(!begin_output(&b, path) && !file_exists(in_dir("train/x.partial/kept")),
       "work of another content hash is thrown away");
    put_file("train/x.partial/.begun", "junk");
    ok(!begin_output(&b, path), "work whose .begun is junk is thrown away");
    BUG_ON(file_dir_remove(path, &err) < 0);
}

/* Killed between moving the old output aside and the new one in. */
static void check_crash_in_commit(void)
{
    const struct plan_step a = make_step_of(key_a), b = make_step_of(key_b);
    char path[FILE_PATH_MAX];
    struct err err = {0};

    make_output(&a, "old");
    begin_output(&b, path);
    put_file("train/x.partial/manifest.json", "{\"key\":\"x\"}");
    BUG_ON(rename(in_dir("train/x"), in_dir(".trash-qwerty")) < 0);
    ok(!output_is_sealed(dir, &b) && output_is_begun(dir, &b),
       "such a step is unfinished");
    ok(begin_output(&b, path) && output_commit(dir, &b, &err) == 0 &&
           output_is_current(dir, &b) && output_verify(dir, &b, &err) == 0,
       "  and can be finished");
    ok(!file_exists(in_dir(".trash-qwerty")), "  and leaves nothing");
}

/* What units left to the one that gathers stays until the rename, and is no
 * part of the output. */
static void check_parts(void)
{
    const struct plan_step a = make_step_of(key_a);
    char path[FILE_PATH_MAX];
    struct err err = {0};
    json_t *m;

    BUG_ON(file_dir_remove(in_dir("train/x"), &err) < 0);
    begin_output(&a, path);
    put_file("train/x.partial/b.txt", "hello");
    put_file("train/x.partial/.parts/1.csv", "1");
    put_file("train/x", "in the way");
    fails(output_commit(dir, &a, &err), err, ERR_SYSTEM, "cannot move",
          "an output that cannot be sealed");
    ok(begin_output(&a, path) &&
           file_exists(in_dir("train/x.partial/.parts/1.csv")),
       "  keeps the parts of its units");
    BUG_ON(unlink(in_dir("train/x")) < 0);
    works(output_commit(dir, &a, &err) == 0, err, "  and can be sealed");
    m = output_manifest(dir, &a, &err);
    ok(json_array_size(json_object_get(m, "files")) == 1 &&
           !file_exists(in_dir("train/x/.parts")),
       "  without the parts, which are gone then");
    put_file("train/x/.parts/1.csv", "1");
    works(output_verify(dir, &a, &err) == 0, err,
          "parts that a crash left behind the sealing are no damage");
    ok(output_remove_parts(dir, &a, &err) == 0 &&
           !file_exists(in_dir("train/x/.parts")) &&
           file_exists(in_dir("train/x/b.txt")),
       "  and are removed");
    put_file("train/x/.parts/1.csv", "1");
    ok(output_commit(dir, &a, &err) == 0 &&
           !file_exists(in_dir("train/x/.parts")),
       "  also by who would seal once more");
    json_decref(m);
    BUG_ON(file_dir_remove(in_dir("train/x"), &err) < 0);
}

/* Both ways to look at the output say the same; "" is: it is whole. */
static void says_both(const struct plan_step *n, const char *why,
                      const char *what)
{
    struct err err = {0};
    json_t *m = output_manifest(dir, n, &err);

    if (*why) {
        fails(output_check(dir, n, m, true, &err), err, ERR_INPUT, why, what);
        fails(output_check(dir, n, m, false, &err), err, ERR_INPUT, why,
              "  also for the quick check");
        ok(!output_is_current(dir, n), "  so it is not current");
    } else {
        ok(output_check(dir, n, m, true, &err) == 0 &&
               output_check(dir, n, m, false, &err) == 0 &&
               output_is_current(dir, n),
           what);
    }
    json_decref(m);
}

static void check_damage(void)
{
    const struct plan_step a = make_step_of(key_a);
    struct err err = {0};

    make_output(&a, "hello");
    says_both(&a, "", "whole");
    put_file("train/x/extra", "1");
    fails(output_verify(dir, &a, &err), err, ERR_INPUT,
          "extra is not in the manifest",
          "a file that is not in the manifest is found");
    says_both(&a, "", "  which is no damage");
    BUG_ON(unlink(in_dir("train/x/extra")) < 0);
    put_file("train/x/b.txt", "hellO");
    says_both(&a, "b.txt was changed", "a changed file");
    put_file("train/x/b.txt", "hello!");
    says_both(&a, "b.txt has 6 bytes, not 5", "a longer file");
    put_file("train/x/b.txt", "hello");
    says_both(&a, "", "as it was");
    BUG_ON(unlink(in_dir("train/x/b.txt")) < 0 ||
           symlink("sub/a.txt", in_dir("train/x/b.txt")) < 0);
    says_both(&a, "b.txt is missing", "a link in the place of a file");
    BUG_ON(unlink(in_dir("train/x/b.txt")) < 0);
    put_file("train/x/b.txt", "hello");
    BUG_ON(unlink(in_dir("train/x/sub/a.txt")) < 0);
    says_both(&a, "sub/a.txt is missing", "a missing file");
}

/* Write a byte of a file where it is; with 'same_times' as nothing that one
 * should do, but a bad disk, does: .seen is told that it looked like this. */
static void change_byte(const char *path, bool same_times)
{
    struct stat st;
    char stamp[160];
    struct err err = {0};
    FILE *f = fopen(path, "r+e");
    json_t *seen;

    BUG_ON(!f || fseek(f, 70000, SEEK_SET) != 0 || fputc('!', f) == EOF ||
           fclose(f) != 0);
    if (!same_times)
        return;
    seen = json_read(in_dir("train/x/.seen"), 10000, 0, &err);
    BUG_ON(lstat(path, &st) < 0 || !seen);
    snprintf(stamp, sizeof(stamp), "%jd %jd.%09ld %jd.%09ld %ju",
             (intmax_t)st.st_size, (intmax_t)st.st_mtim.tv_sec,
             st.st_mtim.tv_nsec, (intmax_t)st.st_ctim.tv_sec,
             st.st_ctim.tv_nsec, (uintmax_t)st.st_ino);
    json_object_set_new(seen, "b.txt", json_string(stamp));
    BUG_ON(json_write(in_dir("train/x/.seen"), seen, 0, &err) < 0);
    json_decref(seen);
}

/* A large file is read again only when it looks otherwise. */
static void check_large(void)
{
    static char large[100001];
    const struct plan_step a = make_step_of(key_a);
    struct err err = {0};
    json_t *m;

    memset(large, 'x', sizeof(large) - 1);
    make_output(&a, large);
    ok(file_exists(in_dir("train/x/.seen")),
       "what large files looked like is kept");
    says_both(&a, "", "whole");
    change_byte(in_dir("train/x/b.txt"), false);
    says_both(&a, "b.txt was changed", "a byte of a large file");
    make_output(&a, large);
    change_byte(in_dir("train/x/b.txt"), true);
    m = output_manifest(dir, &a, &err);
    ok(output_check(dir, &a, m, false, &err) == 0 && output_is_current(dir, &a),
       "a byte that the file system did not see change passes");
    fails(output_check(dir, &a, m, true, &err), err, ERR_INPUT,
          "b.txt was changed", "  unless all is read");
    says_both(&a, "b.txt was changed", "  and from then on");
    json_decref(m);
    make_output(&a, large);
    BUG_ON(unlink(in_dir("train/x/.seen")) < 0);
    says_both(&a, "", "without .seen, as in older runs, all is read");
    ok(file_exists(in_dir("train/x/.seen")), "  once");
}

/* What cannot be read just now is not taken for damage. */
static void check_unreadable(void)
{
    const struct plan_step a = make_step_of(key_a);
    struct rlimit before, few;
    struct err err = {0};
    json_t *m;

    make_output(&a, "hello");
    m = output_manifest(dir, &a, &err);
    BUG_ON(getrlimit(RLIMIT_NOFILE, &before) < 0);
    few = (struct rlimit){3, before.rlim_max};
    BUG_ON(setrlimit(RLIMIT_NOFILE, &few) < 0);
    fails(output_check(dir, &a, m, true, &err), err, ERR_SYSTEM, "b.txt",
          "a file that cannot be opened, for want of descriptors");
    fails(output_check_current(dir, &a, &err), err, ERR_SYSTEM, "manifest.json",
          "  nor can the manifest");
    ok(!output_manifest(dir, &a, &err) && err.code == ERR_SYSTEM &&
           output_is_sealed(dir, &a),
       "  which is there");
    BUG_ON(setrlimit(RLIMIT_NOFILE, &before) < 0);
    says_both(&a, "", "whole as before");
    json_decref(m);
}

/* Nothing is made, and nothing sealed, of inputs of another configuration. */
static void check_inputs(void)
{
    const struct plan_step a = make_step_of(key_a);
    char path[FILE_PATH_MAX];
    struct err err = {0};
    bool resumed;

    make_input("dd");
    fails(output_begin(dir, &a, path, &resumed, &err), err, ERR_USAGE,
          "its input preprocess is not what the plan wants: '/tmp/",
          "an input of another configuration");
    ok(strstr(err.text, "/data' is of another configuration") != NULL,
       "  is named");
    make_input("cc");
    begin_output(&a, path);
    make_input("dd");
    fails(output_commit(dir, &a, &err), err, ERR_USAGE,
          "is of another configuration", "one that has become another");
    ok(output_is_begun(dir, &a), "  the work stays");
    make_input("cc");
    put_file("data/index.csv", "file!");
    fails(output_commit(dir, &a, &err), err, ERR_USAGE, "index.csv was changed",
          "an output of a damaged input is not sealed");
    BUG_ON(file_dir_remove(in_dir("data"), &err) < 0);
    fails(output_commit(dir, &a, &err), err, ERR_USAGE, "there is no '/tmp/",
          "an output of an input that is not there is not sealed");
    make_input("cc");
    ok(output_commit(dir, &a, &err) == 0,
       "an output of the right input is sealed");
}

static int manifest_of(const char *text, struct err *err)
{
    const struct plan_step a = make_step_of(key_a);
    json_t *m;

    put_file("train/x/manifest.json", text);
    m = output_manifest(dir, &a, err);
    json_decref(m);
    return m ? 0 : -1;
}

static void check_bad_manifest(void)
{
    const struct plan_step a = make_step_of(key_a);
    struct err err = {0};

    make_output(&a, "hello");
    fails(manifest_of("{\"key\":", &err), err, ERR_INPUT,
          "manifest.json':1: ", "a torn manifest is refused");
    fails(manifest_of("[]", &err), err, ERR_INPUT, "is not a JSON object",
          "a manifest that is a list is refused");
    fails(manifest_of("{}", &err), err, ERR_INPUT, "is not a manifest",
          "a manifest that is an empty object is refused");
    fails(manifest_of("{\"key\":\"a\",\"params\":{},\"inputs\":{},\"files\":[{}"
                      "]}",
                      &err),
          err, ERR_INPUT, "is not a manifest",
          "a manifest with a file without a name is refused");
    ok(!output_is_current(dir, &a) && output_is_sealed(dir, &a),
       "an output with a bad manifest is sealed, but not current");
    ok(manifest_of("{\"key\":\"a\",\"params\":{},\"inputs\":{},\"files\":[{"
                   "\"name\":\"b.txt\",\"size\":5,\"sha256\":\"x\"},{\"name\":"
                   "\"b.txt\",\"size\":5,\"sha256\":\"x\"}]}",
                   &err) == 0,
       "a well-formed manifest is read");
    fails(output_verify(dir, &a, &err), err, ERR_INPUT, "b.txt was changed",
          "a manifest with another hash of a file does not verify");
    BUG_ON(unlink(in_dir("train/x/manifest.json")) < 0);
    fails(output_verify(dir, &a, &err), err, ERR_INPUT, "manifest.json",
          "an output without a manifest does not verify");
}

static void check_cannot_write(void)
{
    const struct plan_step a = make_step_of(key_a);
    char path[FILE_PATH_MAX];
    bool resumed;
    struct err err = {0};

    BUG_ON(file_dir_remove(in_dir("train"), &err) < 0);
    put_file("train", "a file in the way");
    fails(output_begin(dir, &a, path, &resumed, &err), err, ERR_SYSTEM, "train",
          "a file where a directory must be: work cannot begin");
    BUG_ON(unlink(in_dir("train")) < 0);
    begin_output(&a, path);
    put_file("train/x", "in the way");
    fails(output_commit(dir, &a, &err), err, ERR_SYSTEM, "cannot move",
          "a file where the output goes: it cannot be sealed");
    ok(output_is_begun(dir, &a), "  and the work stays");
}

int main(void)
{
    begin_dir();
    make_input("cc");
    check_life();
    check_resume();
    check_crash_in_commit();
    check_parts();
    check_damage();
    check_large();
    check_unreadable();
    check_inputs();
    check_bad_manifest();
    check_cannot_write();
    return end_dir();
}
