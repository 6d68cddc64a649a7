/*
 * papline-augment - make augmented variants of the training images
 *
 *     reads   rows of RUN/data (augmented_rows.h)
 *     emits   rows of RUN/augment: pixels and an index line each
 *
 * The bytes of a variant depend on the run's seed, the source's pixels, the
 * variant's number and the recipe, so any number of workers makes the same.
 */
#include "base/buf.h"
#include "base/hash.h"
#include "stages/augment/online_worker.h"
#include "stages/augment/preview.h"
#include "stages/augment/stored_variant.h"
#include "stages/augment/verify_store.h"
#include "store/augmented_rows.h"
#include "worker/stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROWS = 64, /* in one message to the sink */
};

struct augment_worker {
    char hash[HASH_HEX];         /* of the step that is open; "" none */
    struct stored_variants made; /* owned: with room for ROWS */
    struct buf line;             /* owned: index lines of a message, each
                                    closed by a NUL */
};

static int augment_start(void **self, struct err *err)
{
    *self = calloc(1, sizeof(struct augment_worker));
    return *self ? 0 : err_set(err, ERR_SYSTEM, "no memory");
}

static void augment_end(void *self)
{
    struct augment_worker *a = self;

    stored_variant_close(&a->made);
    buf_release(&a->line);
    free(a);
}

static int open_run(struct augment_worker *a, const struct unit *u,
                    struct err *err)
{
    const struct stored_variant_args args = {.run_dir = u->run_dir,
                                             .recipe = &u->plan->recipe,
                                             .config = u->config,
                                             .pictures = ROWS};

    if (strcmp(a->hash, u->step->hash) == 0)
        return 0;
    stored_variant_close(&a->made);
    a->hash[0] = '\0';
    if (stored_variant_open(&a->made, &args, err) < 0)
        return -1;
    memcpy(a->hash, u->step->hash, HASH_HEX);
    return 0;
}

/* Make row 'r' of the augmented store in place 'at' of the message. */
static int make_row(struct augment_worker *a, size_t r, size_t at,
                    struct err *err)
{
    const struct augmented_rows *sources = &a->made.sources;
    const struct store *data = &sources->data;
    const size_t source = augmented_rows_source(sources, r);
    const size_t size = data->h * data->w * 3;
    char made[HASH_HEX];

    if (stored_variant_make(&a->made, r, at, err) < 0)
        return -1;
    hash_of(a->made.pixels + at * size, size, made);
    buf_printf(&a->line, "%zu,%u,", source, stored_variant_number(sources, r));
    buf_csv(&a->line, data->class_name[store_label(data, source)]);
    buf_printf(&a->line, ",train,%s,", made);
    buf_csv(&a->line, a->made.text.data);
    buf_put(&a->line, ",ok", sizeof(",ok"));
    return 0;
}

static int emit_rows(struct augment_worker *a, const struct unit *u,
                     size_t first, size_t count, struct err *err)
{
    const char *record[ROWS];
    const struct sample_rows rows = {
        .first = first,
        .count = count,
        .h = (uint32_t)a->made.sources.data.h,
        .w = (uint32_t)a->made.sources.data.w,
        .c = 3,
        .pixels = a->made.pixels,
        .record = record,
    };

    a->line.len = 0;
    for (size_t i = 0; i < count; i++)
        if (make_row(a, first + i, i, err) < 0)
            return -1;
    if (buf_check(&a->line, err) < 0)
        return -1;
    for (size_t i = 0, at = 0; i < count; i++) {
        record[i] = a->line.data + at;
        at += strlen(record[i]) + 1;
    }
    return stage_emit(u->link, &rows, err);
}

static int augment_unit(void *self, const struct unit *u, struct err *err)
{
    struct augment_worker *a = self;

    if (open_run(a, u, err) < 0)
        return -1;
    if (u->first > augmented_rows_count(&a->made.sources) ||
        u->count > augmented_rows_count(&a->made.sources) - u->first)
        return err_set(err, ERR_INPUT, "rows %ju+%ju are not in the plan",
                       (uintmax_t)u->first, (uintmax_t)u->count);
    for (size_t at = 0; at < u->count; at += ROWS) {
        const size_t n = u->count - at < ROWS ? u->count - at : ROWS;

        if (stage_stopping(u->link))
            return err_set(err, ERR_AGAIN, "stopped");
        if (emit_rows(a, u, u->first + at, n, err) < 0)
            return -1;
        stage_progress(u->link, (double)(at + n), (double)u->count, "");
    }
    return 0;
}

int main(int argc, char **argv)
{
    static const struct stage_tool tools[] = {
        {"--preview", "IMAGE... -o SHEET.png [--recipe NAME] [--seed N]",
         "examples of every operation, or 24 variants of a recipe",
         preview_main},
        {"--again", "DIR [--sample K]",
         "derive K stored variants again and compare them", verify_store_main},
        {"--stream", "ENDPOINT DATA RECIPE PID",
         "make fresh variants for the training rank that listens there",
         online_worker_main},
        {.option = NULL},
    };
    static const struct stage stage = {
        .id = STAGE_AUGMENT,
        .summary = "make augmented variants of the training images",
        .handle = augment_unit,
        .open = augment_start,
        .close = augment_end,
        .tools = tools,
    };

    return stage_main(&stage, argc, argv);
}
