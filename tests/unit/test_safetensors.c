/* test_safetensors.c - tensors survive the disk; hostile headers are refused */
#include "base/buf.h"
#include "nn/safetensors.h"
#include "test_dir.h"

#include <stdint.h>

static void check_names(const struct safetensors *got, const char *odd)
{
    ok(safetensors_find(got, odd) != NULL,
       "a tensor of an awkward name is found");
    ok(!safetensors_find(got, "absent"),
       "a tensor that is absent is not found");
    ok(strcmp(safetensors_meta(got, "classes"), "a\nb") == 0 &&
           !safetensors_meta(got, "x"),
       "metadata are read");
    ok(strcmp(got->tensor[3].name, "conv/kernel:0") == 0 &&
           strcmp(got->tensor[1].name, "bits") == 0,
       "the order of tensors is kept, wide elements first");
}

/* What lies in "a", written to "b". */
static void check_same_bytes(const struct safetensors *in)
{
    char *a = NULL, *b = NULL;
    size_t na = 0, nb = 1;
    struct err err = {0};

    ok(safetensors_write(in, in_dir("b"), &err) == 0,
       "six tensors are written again");
    ok(file_read(in_dir("a"), 1 << 20, &a, &na, &err) == 0 &&
           file_read(in_dir("b"), 1 << 20, &b, &nb, &err) == 0 && na == nb &&
           memcmp(a, b, na) == 0,
       "equal arguments, equal bytes");
    free(a);
    free(b);
}

static void check_round_trip(void)
{
    const float w[6] = {1.5f, -2.0f, 0.0f, 1e-30f, INFINITY, 3e38f};
    const int64_t step = INT64_MIN;
    const uint64_t bits[2] = {UINT64_MAX, 7};
    const double best = 0.1;
    struct safetensors_tensor t[] = {
        {"conv/kernel:0", SAFETENSORS_F32, 3, {1, 2, 3}, w},
        {"step", SAFETENSORS_I64, 0, {0}, &step},
        {"empty", SAFETENSORS_F32, 2, {4, 0}, NULL},
        {"bits", SAFETENSORS_U64, 1, {2}, bits},
        {"best", SAFETENSORS_F64, 1, {1}, &best},
        {"one \"quoted\" \xc3\xa9", SAFETENSORS_F32, 1, {1}, w},
    };
    struct safetensors_meta m[] = {{"network", "mobilenetv2"},
                                   {"classes", "a\nb"}};
    const struct safetensors in = {
        .tensor = t, .n_tensor = 6, .meta = m, .n_meta = 2};
    struct safetensors got = {0};
    const struct safetensors_tensor *k;
    struct err err = {0};

    ok(safetensors_write(&in, in_dir("a"), &err) == 0,
       "six tensors are written");
    works(safetensors_read(&got, in_dir("a"), &err) == 0, err,
          "six tensors are read");
    ok(got.n_tensor == 6 && got.n_meta == 2,
       "  as many, and as many strings, as written");
    k = safetensors_find(&got, "conv/kernel:0");
    ok(k && k->type == SAFETENSORS_F32 && k->n_dim == 3 && k->dim[2] == 3 &&
           memcmp(k->data, w, sizeof(w)) == 0,
       "a float tensor is read");
    k = safetensors_find(&got, "step");
    ok(k && k->n_dim == 0 && memcmp(k->data, &step, 8) == 0,
       "a scalar is read");
    k = safetensors_find(&got, "bits");
    ok(k && k->type == SAFETENSORS_U64 && memcmp(k->data, bits, 16) == 0,
       "unsigned numbers are read");
    k = safetensors_find(&got, "best");
    ok(k && k->type == SAFETENSORS_F64 && memcmp(k->data, &best, 8) == 0,
       "a double is read");
    k = safetensors_find(&got, "empty");
    ok(k && safetensors_bytes(k) == 0 && k->dim[0] == 4,
       "a tensor of no elements is read");
    check_names(&got, t[5].name);
    check_same_bytes(&in);
    safetensors_release(&got);
    safetensors_release(&got);
}

/* A file of 'header' and 'data' bytes of zeros. */
static void make_file(struct buf *b, const char *header, size_t data)
{
    const size_t n = strlen(header);

    for (int i = 0; i < 8; i++) {
        const char c = (char)(n >> (8 * i) & 0xff);

        buf_put(b, &c, 1);
    }
    buf_puts(b, header);
    for (size_t i = 0; i < data; i++)
        buf_put(b, "", 1);
}

#define T(dtype, shape, span)                                                  \
    "{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" span "}"

static const struct {
    const char *header;
    size_t data;
    const char *text; /* of the error; NULL: it is good */
} files[] = {
    {"{}", 0, NULL},
    {"{\"a\":" T("F32", "[1]", "[0,4]") "}", 4, NULL},
    {"{\"a\":" T("F32", "[1]", "[0,4]") "}   ", 4, NULL},
    {"{\"b\":" T("F32", "[1]", "[4,8]") ",\"a\":" T("F32", "[]", "[0,4]") "}",
     8, NULL},
    {"{\"a\":" T("F32", "[1]", "[0,4]") "}", 3, "no span within the 3 bytes"},
    {"{\"a\":" T("F32", "[1]", "[0,4]") "}", 5, "end at 4, the data at 5"},
    {"{\"a\":" T("F16", "[2]", "[0,4]") "}", 4, "'a' has type F16"},
    {"{\"a\":" T("F32", "[2]", "[0,4]") "}", 4,
     "spans 4 bytes, its shape needs 8"},
    {"{\"a\":" T("F32", "[1]", "[4,0]") "}", 4, "no span within"},
    {"{\"a\":" T("F32", "[1]", "[-4,0]") "}", 4, "no span within"},
    {"{\"a\":" T("F32", "[1]", "[0,4,8]") "}", 8, "no span within"},
    {"{\"a\":" T("F32", "[1]", "\"x\"") "}", 8, "no span within"},
    {"{\"a\":" T("F32", "[0]", "[0,0]") ",\"b\":" T("I64", "[1]", "[4,12]") "}",
     12, "begins at 4, not a multiple of 8"},
    {"{\"a\":" T("F32", "[1]", "[0,4]") ",\"b\":" T("F32", "[1]", "[0,4]") "}",
     4, "'b' begins at 0, which overlaps"},
    {"{\"a\":" T("F32", "[1]", "[0,4]") ",\"b\":" T("F32", "[1]", "[8,12]") "}",
     12, "'b' begins at 8, behind"},
    {"{\"a\":" T("F32", "[1]", "[0,4]") ",\"a\":" T("F32", "[1]", "[4,8]") "}",
     8, "duplicate object key"},
    {"{\"a\":" T("F32", "[4294967296,4294967296]", "[0,0]") "}", 0,
     "a shape of over"},
    {"{\"a\":" T("F32", "[65536,65536,65536,65536]", "[0,0]") "}", 0,
     "a shape of over"},
    {"{\"a\":" T("F32", "[0,2000000000,2000000000]", "[0,0]") "}", 0,
     "a shape of over"},
    {"{\"a\":" T("F32", "[99999999999999999999]", "[0,0]") "}", 0,
     "too big integer"},
    {"{\"a\":" T("F32", "[-1]", "[0,0]") "}", 0, "a shape of over"},
    {"{\"a\":" T("F32", "[1.5]", "[0,0]") "}", 0, "a shape of over"},
    {"{\"a\":" T("F32", "7", "[0,0]") "}", 0, "no shape of at most 8"},
    {"{\"a\":" T("F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]") "}", 4,
     "no shape of at most 8"},
    {"{\"a\":7}", 0, "'a' has type (none)"},
    {"{\"a\":{\"dtype\":7}}", 0, "'a' has type (none)"},
    {"{\"__metadata__\":[]}", 0, "metadata is not an object"},
    {"{\"__metadata__\":{\"a\":1}}", 0, "metadata 'a' is not a string"},
    {"{\"a\":", 0, "header, byte"},
    {"{} x", 0, "end of file expected"},
    {"[1,2,3]", 0, "not a safetensors file"},
    {"{\"\\u0000\":1}", 0, "header, byte"},
    {"{\"\xff\":1}", 0, "header, byte"},
    {"{", 0, "too few"},
};

static void check_files(void)
{
    struct err err = {0};

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        struct safetensors f = {0};
        struct buf b = {0};

        make_file(&b, files[i].header, files[i].data);
        err = (struct err){0};
        if (files[i].text) {
            fails(safetensors_parse(&f, b.data, b.len, &err), err, ERR_INPUT,
                  files[i].text, files[i].text);
            ok(!f.bytes && !f.tensor && !f.header,
               "a refused file leaves no tensors");
        } else {
            ok(safetensors_parse(&f, b.data, b.len, &err) == 0,
               "a good file is read");
        }
        safetensors_release(&f);
        buf_release(&b);
    }
}

/* Every prefix of a good file is refused. */
static void check_cut(void)
{
    struct safetensors f = {0};
    struct err err = {0};
    struct buf b = {0};
    bool refused = true;

    make_file(
        &b,
        "{\"__metadata__\":{\"a\":\"b\"},\"a\":" T("F32", "[3]", "[0,12]") "}",
        12);
    for (size_t cut = 0; cut < b.len; cut++)
        refused = refused && safetensors_parse(&f, b.data, cut, &err) < 0 &&
                  err.code == ERR_INPUT;
    ok(refused, "every cut file is refused");
    buf_release(&b);
    fails(safetensors_parse(&f, "", 0, &err), err, ERR_INPUT, "too few",
          "a file of no bytes is refused");
    fails(safetensors_parse(&f, "\1\0\0\1\0\0\0\0{}", 10, &err), err, ERR_INPUT,
          "header of 16777217 bytes", "a header over the limit is refused");
    fails(safetensors_parse(&f, "\xff\xff\xff\xff\xff\xff\xff\xff{}", 10, &err),
          err, ERR_INPUT, "header of 18446744073709551615 bytes",
          "a header whose length would overflow is refused");
    fails(safetensors_read(&f, in_dir("absent"), &err), err, ERR_INPUT,
          "cannot open", "a file that is not there is refused");
    ok(file_write(in_dir("short"), "x", 1, &err) == 0,
       "a file of one byte is written");
    fails(safetensors_read(&f, in_dir("short"), &err), err, ERR_INPUT,
          "short': 1 bytes are too few",
          "a file of one byte is refused by its name");
}

static void check_refused(void)
{
    const float x = 1;
    char name[SAFETENSORS_MAX_NAME + 1];
    struct safetensors_tensor t[] = {{"a", SAFETENSORS_F32, 1, {1}, &x},
                                     {"a", SAFETENSORS_F32, 1, {1}, &x}};
    struct safetensors_meta m[] = {{"key", "\xff"}};
    struct safetensors f = {.tensor = t, .n_tensor = 2};
    struct err err = {0};

    fails(safetensors_write(&f, in_dir("c"), &err), err, ERR_USAGE,
          "'a' is empty, over 511 bytes or not unique",
          "equal names are not written");
    t[1].name = "";
    fails(safetensors_write(&f, in_dir("c"), &err), err, ERR_USAGE, "is empty",
          "an empty name is not written");
    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    t[1].name = name;
    fails(safetensors_write(&f, in_dir("c"), &err), err, ERR_USAGE,
          "over 511 bytes", "a long name is not written");
    t[1].name = "__metadata__";
    fails(safetensors_write(&f, in_dir("c"), &err), err, ERR_USAGE,
          "not unique", "the reserved name is not written");
    t[1].name = "\xff\xfe";
    fails(safetensors_write(&f, in_dir("c"), &err), err, ERR_USAGE, "not UTF-8",
          "a name that is no text is not written");
    f = (struct safetensors){.meta = m, .n_meta = 1};
    fails(safetensors_write(&f, in_dir("c"), &err), err, ERR_USAGE, "not UTF-8",
          "a string that is no text is not written");
    f.n_meta = SAFETENSORS_MAX_META + 1;
    fails(safetensors_write(&f, in_dir("c"), &err), err, ERR_USAGE,
          "over the limit", "too many strings are not written");
    f = (struct safetensors){.tensor = t, .n_tensor = SAFETENSORS_MAX_TENSORS};
    fails(safetensors_write(&f, in_dir("c"), &err), err, ERR_USAGE,
          "over the limit", "too many tensors are not written");
    ok(!file_exists(in_dir("c")), "what is not written leaves no file");
    f = (struct safetensors){.tensor = t, .n_tensor = 1};
    fails(safetensors_write(&f, in_dir("no/such/c"), &err), err, ERR_SYSTEM,
          "cannot write",
          "tensors are not written where there is no directory");
}

int main(void)
{
    begin_dir();
    check_round_trip();
    check_files();
    check_cut();
    check_refused();
    return end_dir();
}
