/*
 * store_rows.h - a small store for tests: 40 rows, every seventh set aside
 */
#ifndef TESTS_STORE_ROWS_H
#define TESTS_STORE_ROWS_H

#include "store/store.h"
#include "test_dir.h"

enum { N = 40, H = 5, W = 7, PX = H * W * 3 };

static const char classes[3][CONFIG_NAME_MAX] = {"alpha", "b c", "\xc3\xa9"};

static inline struct store_args rows_args(const char *where)
{
    return (struct store_args){.dir = where,
                               .header = "file,label,split,status",
                               .n = N,
                               .h = H,
                               .w = W,
                               .class_name = classes,
                               .n_class = 3};
}

/* What row 'i' is made of; every seventh is set aside. */
static inline int make_row(size_t i, uint8_t px[PX], char record[128])
{
    const bool good = i % 7 != 3;
    struct buf b = {0};

    for (int k = 0; k < PX; k++)
        px[k] = (uint8_t)(i * 31 + (size_t)k * 7 + 1);
    buf_printf(&b, "\"cell, \"\"%zu\"\"\n.bmp\",%s,%s,%s", i, classes[i % 3],
               store_split_name((enum split)(i % 4)),
               good ? "ok" : "cut short");
    BUG_ON(b.len >= 128);
    memcpy(record, b.data, b.len + 1);
    buf_release(&b);
    return good ? (int)(i % 3) : -1;
}

static inline int put_row(struct store_writer *w, size_t i, struct err *err)
{
    uint8_t px[PX];
    char record[128];
    const char *const line = record;
    const int label = make_row(i, px, record);

    return store_put(w, i, 1, px, &label, &line, err);
}

static inline struct store_writer *start_rows(const char *where)
{
    const struct store_args a = rows_args(where);
    struct store_writer *w = NULL;
    struct err err = {0};

    if (file_dir_make(where, &err) < 0 || store_create(&w, &a, &err) < 0)
        printf("# %s\n", err.text);
    BUG_ON(!w);
    return w;
}

static inline void make_store(const char *where, size_t step)
{
    struct store_writer *w = start_rows(where);
    struct err err = {0};
    bool good = true;

    for (size_t k = 0, i = 0; k < N; k++, i = (i + step) % N)
        good = good && put_row(w, i, &err) == 0;
    ok(good && store_has(w, N - 1), "every row is put");
    ok(store_finish(w, &err) == 0, "finish");
    ok(!file_exists(in_dir("a/rows.log")), "no log is left");
}

#endif
