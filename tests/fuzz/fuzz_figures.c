/* fuzz_figures.c - the figures of cells that a worker left, and their means */
#include "stages/explain/map_scores.h"

#include "fuzz_main.h"
#include "fuzz_tree.h"

static const char *figure_title(int figure)
{
    return figure ? "second" : "first";
}

static const struct figure_kind kind = {"drawn", 2, figure_title};
static const struct word_list methods = {.word = {"gradcam", "lime"}, .n = 2};
static const char class_name[3][CONFIG_NAME_MAX] = {"a", "b", "c \"d\""};

static struct figure_table make_table(void)
{
    return (struct figure_table){.kind = &kind,
                                 .methods = &methods,
                                 .class_name = class_name,
                                 .n_class = 3,
                                 .resamples = 3,
                                 .seed = 1};
}

/* Rows that were read can be written, and read back the same. */
static void check_again(const struct figure_table *t)
{
    struct figure_table again = make_table();
    struct buf b = {0};
    struct err err = {0};

    map_scores_header(&kind, &b);
    for (size_t i = 0; i < t->n; i++)
        map_scores_put(&kind, methods.word[t->row[i].method], t->row[i].truth,
                       t->row[i].group, t->row[i].value, &b);
    fuzz_put("again.csv", b.data, b.len);
    buf_release(&b);
    BUG_ON(map_scores_read(&again, fuzz_path("again.csv"), &err) < 0 ||
           again.n != t->n);
    for (size_t i = 0; i < t->n; i++) {
        const struct figure_row *p = &t->row[i], *q = &again.row[i];

        BUG_ON(p->method != q->method || p->truth != q->truth ||
               strcmp(p->group, q->group) != 0);
        for (int f = 0; f < kind.n; f++)
            BUG_ON(p->value[f] < q->value[f] || p->value[f] > q->value[f]);
    }
    map_scores_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct figure_table t = make_table();
    struct buf b = {0};
    struct err err = {0};

    fuzz_put("cell.csv", data, size);
    if (map_scores_read(&t, fuzz_path("cell.csv"), &err) < 0) {
        BUG_ON(err.code != ERR_INPUT);
    } else {
        check_again(&t);
        BUG_ON(map_scores_write(&t, &b, &err) < 0);
    }
    buf_release(&b);
    map_scores_release(&t);
    fuzz_clear();
    return 0;
}
