#include "store/augmented_rows.h"

#include <stdlib.h>

int augmented_rows_open(struct augmented_rows *s, const char *run_dir,
                        int64_t variants, struct err *err)
{
    char dir[FILE_PATH_MAX];

    *s = (struct augmented_rows){.variants = (size_t)variants};
    BUG_ON(variants < 1);
    if (file_path(dir, err, "%s/data", run_dir) < 0 ||
        store_open(&s->data, dir, err) < 0)
        return -1;
    s->row = malloc((s->data.n + 1) * sizeof(*s->row));
    if (!s->row) {
        err_set(err, ERR_SYSTEM, "no memory for %zu rows", s->data.n);
        augmented_rows_close(s);
        return -1;
    }
    for (size_t i = 0; i < s->data.n; i++)
        if (store_trains(&s->data, i))
            s->row[s->n++] = (uint32_t)i;
    return 0;
}

void augmented_rows_close(struct augmented_rows *s)
{
    store_close(&s->data);
    free(s->row);
    *s = (struct augmented_rows){0};
}

int augmented_rows_create(const struct augmented_rows *s, const char *dir,
                          struct store_writer **w, struct err *err)
{
    const struct store_args a = {
        .dir = dir,
        .header = AUGMENTED_ROWS_HEADER,
        .n = augmented_rows_count(s),
        .h = s->data.h,
        .w = s->data.w,
        .class_name = s->data.class_name,
        .n_class = s->data.n_class,
    };

    return store_create(w, &a, err);
}
