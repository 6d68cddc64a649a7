/* test_base.c - errors, random streams, text, CSV, JSON, .npy, files, hashes */
#include "base/buf.h"
#include "base/csv.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/npy.h"
#include "base/program.h"
#include "base/rng.h"
#include "base/turn_clock.h"
#include "test_dir.h"

#include <time.h>

/* Known answers of Random123's kat_vectors for philox4x32-10. */
static void check_philox(void)
{
    struct rng r;

    rng_init(&r, 0, (enum rng_purpose)0, 0, 0);
    ok(rng_u32(&r) == 0x6627e8d5u && rng_u32(&r) == 0xe169c58du &&
           rng_u32(&r) == 0xbc57ac4cu && rng_u32(&r) == 0x9b00dbd8u,
       "philox4x32-10 of zeros");
    r = (struct rng){
        .key = {0xffffffffu, 0xffffffffu},
        .counter = {0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu}};
    ok(rng_u32(&r) == 0x408f276du && rng_u32(&r) == 0x41c83b0eu &&
           rng_u32(&r) == 0xa20bc7c6u && rng_u32(&r) == 0x6d5451fdu,
       "philox4x32-10 of ones");
}

static void check_distributions(void)
{
    struct rng r;
    double sum = 0, squares = 0;
    int hit[7] = {0}, worst = 0;
    uint32_t p[100];
    int seen[100] = {0}, once = 1;

    rng_init(&r, 42, RNG_TEST, 1, 2);
    for (int i = 0; i < 70000; i++) {
        const double x = (double)rng_normal(&r);

        sum += x;
        squares += x * x;
        hit[rng_below(&r, 7)]++;
    }
    near(sum / 70000, 0.0, 0.02, "rng_normal: the mean is 0");
    near(squares / 70000, 1.0, 0.02, "rng_normal: the variance is 1");
    for (int i = 0; i < 7; i++)
        worst = abs(hit[i] - 10000) > worst ? abs(hit[i] - 10000) : worst;
    ok(worst < 500, "rng_below is even");
    for (uint32_t i = 0; i < 100; i++)
        p[i] = i;
    rng_shuffle(&r, p, 100);
    for (int i = 0; i < 100; i++)
        seen[p[i]]++;
    for (int i = 0; i < 100; i++)
        once = once && seen[i] == 1;
    ok(once, "a shuffle is a permutation");
    ok(rng_mix(1, "a", 1) != rng_mix(2, "a", 1) &&
           rng_mix(1, "a", 1) != rng_mix(1, "b", 1),
       "rng_mix depends on seed and bytes");
}

/* Without rejection, half of what is below 3 * 2^30 were multiples of 3. */
static void check_even(void)
{
    struct rng r;
    int third = 0, swapped = 0;

    rng_init(&r, 6, RNG_TEST, 0, 0);
    for (int i = 0; i < 30000; i++)
        third += rng_below(&r, 3u << 30) % 3 == 0;
    ok(abs(third - 10000) < 400,
       "rng_below is even where 2^32 is no multiple of the limit");
    for (int i = 0; i < 1000; i++) {
        uint32_t p[2] = {0, 1};

        rng_shuffle(&r, p, 2);
        swapped += p[0] == 1;
    }
    ok(abs(swapped - 500) < 100, "a shuffle swaps two half of the time");
}

/* Many at once are those that come one by one, whatever the pieces. */
static void check_rng_fill(void)
{
    uint32_t many[4 * 41];
    struct rng r, one;
    bool same = true;

    rng_init(&r, 42, RNG_TEST, 3, 4);
    one = r;
    rng_fill(&r, many, 23);
    rng_fill(&r, many + 4 * 23, 18);
    for (int i = 0; i < 4 * 41; i++)
        same = same && many[i] == rng_u32(&one);
    ok(same && rng_u32(&r) == rng_u32(&one), "rng_fill is rng_u32, many times");
}

static void check_csv(void)
{
    const char *awkward = "quote \" comma , new\nline";
    struct buf b = {0};
    struct csv c;
    struct err err = {0};

    buf_puts(&b, "\xEF\xBB\xBF"
                 "file,note\r\n");
    buf_csv(&b, "plain");
    buf_puts(&b, ",");
    buf_csv(&b, awkward);
    buf_puts(&b, "\n");
    ok(file_write(in_dir("a.csv"), b.data, b.len, &err) == 0,
       "a CSV file with awkward text is written");
    if (ok(csv_read(&c, in_dir("a.csv"), &err) == 0,
           "a CSV file with a byte order mark and CRLF is read")) {
        ok(c.n_row == 1 && c.n_column == 2 && csv_column(&c, "note") == 1 &&
               csv_column(&c, "file") == 0 && csv_column(&c, "no") == -1,
           "  its rows, columns and names");
        ok(strcmp(csv_get(&c, 0, 1), awkward) == 0,
           "  its awkward text survives");
        csv_release(&c);
    }
    buf_release(&b);
    ok(file_write(in_dir("b.csv"), "a,b\n1\n", 6, &err) == 0,
       "a CSV file with a short row is written");
    fails(csv_read(&c, in_dir("b.csv"), &err), err, ERR_INPUT,
          "b.csv:2: 1 fields, the header has 2", "a short row is refused");
    ok(file_write(in_dir("b.csv"), "a,b\n1,2,3\n", 10, &err) == 0,
       "a CSV file with a long row is written");
    fails(csv_read(&c, in_dir("b.csv"), &err), err, ERR_INPUT,
          "b.csv:2: 3 fields, the header has 2", "a long row is refused");
    ok(file_write(in_dir("b.csv"), "a,b\n\"1,", 7, &err) == 0,
       "a CSV file with an open quote is written");
    fails(csv_read(&c, in_dir("b.csv"), &err), err, ERR_INPUT,
          "quote is not closed", "an open quote is refused");
}

static void check_npy(void)
{
    const float x[6] = {1, 2, 3, 4, 5, 6};
    const struct npy a = {
        .type = NPY_F32, .n_dim = 2, .dim = {2, 3}, .data = x};
    struct npy got;
    struct err err = {0};
    char *bytes = NULL;
    size_t size = 0;

    ok(npy_write(&a, in_dir("a.npy"), &err) == 0, "an .npy file is written");
    ok(npy_map(&got, in_dir("a.npy"), &err) == 0 && got.n_dim == 2 &&
           got.dim[0] == 2 && got.dim[1] == 3 && got.type == NPY_F32 &&
           memcmp(got.data, x, sizeof(x)) == 0,
       "an .npy file is mapped: shape, type, numbers");
    npy_release(&got);
    ok(file_read(in_dir("a.npy"), 1000, &bytes, &size, &err) == 0 &&
           size == NPY_HEADER + sizeof(x),
       "the .npy file is a header and its numbers");
    for (size_t cut = 0; cut < size; cut++) {
        if (file_write(in_dir("b.npy"), bytes, cut, &err) < 0 ||
            npy_map(&got, in_dir("b.npy"), &err) == 0)
            ok(false, "a cut .npy is refused");
    }
    ok(err.code == ERR_INPUT, "every cut .npy is ERR_INPUT");
    free(bytes);
}

/* 2^40 x 2^22 floats have 2^64 bytes: none, if that were not looked at. */
static void check_npy_overflow(void)
{
    const struct npy a = {
        .type = NPY_F32, .n_dim = 2, .dim = {(size_t)1 << 40, (size_t)1 << 22}};
    struct npy got;
    char header[NPY_HEADER];
    struct err err = {0};

    npy_header(&a, header);
    ok(file_write(in_dir("c.npy"), header, sizeof(header), &err) == 0,
       "an .npy file of 2^64 bytes is written, its header alone");
    fails(npy_map(&got, in_dir("c.npy"), &err), err, ERR_INPUT,
          "unsupported .npy header", "a shape that overflows is refused");
}

static void check_file(void)
{
    char **names = NULL, *data = NULL;
    size_t n = 0, size = 0;
    struct err err = {0};

    ok(file_dir_make(in_dir("x/y/z"), &err) == 0,
       "nested directories are made");
    ok(file_write(in_dir("x/f"), "1", 1, &err) == 0, "a file is written");
    ok(file_append(in_dir("x/f"), "23", 2, &err) == 0, "a file is appended to");
    ok(file_read(in_dir("x/f"), 3, &data, &size, &err) == 0 && size == 3 &&
           strcmp(data, "123") == 0,
       "what was written and appended is read");
    free(data);
    fails(file_read(in_dir("x/f"), 2, &data, &size, &err), err, ERR_INPUT,
          "at most 2", "a file over the limit");
    fails(file_read(in_dir("x"), 9, &data, &size, &err), err, ERR_INPUT,
          "not a regular file", "a directory is not read as a file");
    fails(file_write(in_dir("no/f"), "1", 1, &err), err, ERR_SYSTEM,
          "cannot write", "a file is not written where there is no directory");
    ok(file_dir_list(in_dir("x"), &names, &n, &err) == 0 && n == 2 &&
           strcmp(names[0], "f") == 0 && strcmp(names[1], "y") == 0,
       "a directory is listed in order, nothing temporary in it");
    file_dir_list_free(names, n);
    put_file("x/one", "1");
    put_file("x/two", "2");
    ok(file_adopt_first(in_dir("x/one"), in_dir("x/name"), &err) == 0 &&
           file_adopt_first(in_dir("x/two"), in_dir("x/name"), &err) == 0 &&
           strcmp(text_of("x/name"), "1") == 0,
       "of two files that want a name the first gets it");
    ok(!file_exists(in_dir("x/one")) && !file_exists(in_dir("x/two")),
       "  and both old names are gone");
    fails(file_adopt_first(in_dir("x/one"), in_dir("x/name"), &err), err,
          ERR_SYSTEM, "x/one", "  a file that is not there gets none");
    ok(file_dir_remove(in_dir("x"), &err) == 0 && !file_exists(in_dir("x")),
       "a tree is removed");
}

static void check_json(void)
{
    static const char twice[] = "{\n\"a\": 1, \"a\": 2}";
    struct err err = {0};
    json_t *j = json_pack("{s:i}", "a", 1), *back;

    ok(json_write(in_dir("a.json"), j, JSON_INDENT(1), &err) == 0,
       "write JSON");
    back = json_read(in_dir("a.json"), 20, JSON_REJECT_DUPLICATES, &err);
    ok(json_equal(j, back), "  and read it back");
    ok(!json_read(in_dir("a.json"), 2, 0, &err) && err.code == ERR_INPUT &&
           strstr(err.text, "at most 2"),
       "a file over the limit");
    ok(file_write(in_dir("a.json"), twice, strlen(twice), &err) == 0,
       "a name twice");
    ok(!json_read(in_dir("a.json"), 20, JSON_REJECT_DUPLICATES, &err) &&
           err.code == ERR_INPUT && strstr(err.text, "a.json':2: "),
       "  is refused with file and line");
    json_decref(back);
    back = json_read(in_dir("a.json"), 20, 0, &err);
    ok(back, "  and taken where that does not matter");
    fails(json_write(in_dir("no/a.json"), j, 0, &err), err, ERR_SYSTEM,
          "cannot write", "no such directory");
    fails(json_write(in_dir("a.json"), NULL, 0, &err), err, ERR_SYSTEM,
          "no memory for", "nothing to write");
    json_decref(back);
    json_decref(j);
}

static void check_program(void)
{
    char path[FILE_PATH_MAX];
    struct err err;

    ok(program_path(path, "test_base", &err) == 0 && path[0] == '/' &&
           access(path, X_OK) == 0,
       "a program lies beside the one that runs");
    fails(program_path(path, "test_nothing", &err), err, ERR_USAGE,
          "/test_nothing' is missing; run make", "  unless it is missing");
}

static void check_hash(void)
{
    char hex[HASH_HEX];

    hash_of("abc", 3, hex);
    ok(strcmp(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61"
                   "f20015ad") == 0,
       "SHA-256 of abc (FIPS 180-4)");
}

static void check_buf(void)
{
    struct buf b = {0}, part = {0}, failed = {.failed = true};
    size_t size = 0;
    struct err err = {0};

    buf_html(&b, "<a href='x'>&\"");
    ok(strcmp(b.data, "&lt;a href=&#39;x&#39;&gt;&amp;&quot;") == 0,
       "HTML is escaped");
    buf_puts(&part, "end");
    buf_take(&b, &part);
    ok(strcmp(b.data + b.len - 9, "&quot;end") == 0 && !part.data,
       "a part is taken");
    ok(buf_check(&b, &err) == 0, "no failure");
    buf_take(&b, &failed);
    fails(buf_check(&b, &err), err, ERR_SYSTEM, "no memory",
          "  a part without memory is told by the whole");
    buf_release(&b);
    buf_html(&b, "<a href='x'>&\"");
    ok(buf_save(&b, dir, "b", &err) == 0 && !b.data &&
           file_size(in_dir("b"), &size, &err) == 0 && size == 37,
       "a buffer is saved, and then empty");
    ok(buf_save(&b, dir, "b", &err) == 0 &&
           file_size(in_dir("b"), &size, &err) == 0 && size == 0,
       "an empty buffer is saved as an empty file");
    b.failed = true;
    fails(buf_save(&b, dir, "c", &err), err, ERR_SYSTEM, "",
          "a buffer that lacks a part is not saved");
    ok(!file_exists(in_dir("c")), "  at all");
}

static void check_json_values(void)
{
    const double odd[] = {(double)INFINITY, (double)-INFINITY, (double)NAN};
    bool null = true;
    json_t *j;

    for (int i = 0; i < 3; i++) {
        j = json_number(odd[i]);
        null = null && json_is_null(j);
        json_decref(j);
    }
    ok(null, "a number that JSON has not is null");
    j = json_number(-0.5);
    ok(json_number_value(j) < 0, "a number that JSON has is itself");
    json_decref(j);
    j = json_text("a\xff");
    ok(strcmp(json_string_value(j), "a?") == 0,
       "bytes of a text that is not UTF-8 are question marks");
    json_decref(j);
}

static void check_turn_clock(void)
{
    const struct timespec pause = {.tv_nsec = 50000000};
    struct turn_clock c;
    double begun;

    turn_clock_start(&c);
    begun = c.now;
    ok(begun > 0, "a turn's clock is above 0");
    nanosleep(&pause, NULL);
    near(c.now, begun, 0, "  stands still within a turn");
    turn_clock_turn(&c, 0.01);
    near(c.now - begun, 0.01, 1e-9,
         "  of a turn that took long counts what is allowed");
    nanosleep(&pause, NULL);
    turn_clock_turn(&c, 1000);
    ok(c.now - begun >= 0.06 && c.now - begun < 30,
       "  of another one all of it");
}

int main(void)
{
    begin_dir();
    check_philox();
    check_distributions();
    check_even();
    check_rng_fill();
    check_csv();
    check_npy();
    check_npy_overflow();
    check_file();
    check_json();
    check_json_values();
    check_program();
    check_hash();
    check_buf();
    check_turn_clock();
    check_json();
    return end_dir();
}
