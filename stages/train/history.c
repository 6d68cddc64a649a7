/* history.c - two growing tables and their files */
#include "stages/train/history.h"

#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

/* Room for 'n' doubles more in *p, which has 'used' of *room. */
static int grow_column(double **p, size_t used, size_t n, size_t *room,
                       struct err *err)
{
    size_t want = *room ? 2 * *room : 1024;
    double *more;

    if (used + n <= *room)
        return 0;
    if (want < used + n)
        want = used + n;
    more = realloc(*p, want * sizeof(*more));
    if (!more)
        return err_set(err, ERR_SYSTEM, "no memory for the history");
    *p = more;
    *room = want;
    return 0;
}

int history_epoch(struct history *h, const double row[HISTORY_COLUMNS],
                  struct err *err)
{
    const size_t used = h->n_epoch * HISTORY_COLUMNS;

    if (grow_column(&h->epoch, used, HISTORY_COLUMNS, &h->epoch_room, err) < 0)
        return -1;
    memcpy(h->epoch + used, row, HISTORY_COLUMNS * sizeof(*row));
    h->n_epoch++;
    return 0;
}

int history_reserve(struct history *h, size_t n, struct err *err)
{
    return grow_column(&h->step, h->n_step, n, &h->step_room, err);
}

void history_step(struct history *h, double loss)
{
    BUG_ON(h->n_step == h->step_room);
    h->step[h->n_step++] = loss;
}

int history_write(const struct history *h, size_t steps_per_epoch,
                  const char *dir, struct err *err)
{
    struct buf epochs = {0}, steps = {0}, timing = {0};
    int rc;

    buf_puts(&epochs, "epoch,loss,accuracy,val_loss,val_accuracy,"
                      "learning_rate\n");
    buf_puts(&timing, "epoch,seconds,images_per_second\n");
    buf_puts(&steps, "step,epoch,loss\n");
    for (size_t i = 0; i < h->n_epoch; i++) {
        const double *r = h->epoch + i * HISTORY_COLUMNS;

        buf_printf(&epochs, "%zu,%.9g,%.9g,%.9g,%.9g,%.9g\n", i + 1,
                   r[HISTORY_LOSS], r[HISTORY_ACCURACY], r[HISTORY_VAL_LOSS],
                   r[HISTORY_VAL_ACCURACY], r[HISTORY_RATE]);
        buf_printf(&timing, "%zu,%.3f,%.2f\n", i + 1, r[HISTORY_SECONDS],
                   r[HISTORY_IMAGES]);
    }
    for (size_t i = 0; i < h->n_step; i++)
        buf_printf(&steps, "%zu,%zu,%.9g\n", i + 1, i / steps_per_epoch + 1,
                   h->step[i]);
    rc = buf_save(&epochs, dir, "history.csv", err);
    if (rc == 0)
        rc = buf_save(&steps, dir, "steps.csv", err);
    if (rc == 0)
        rc = buf_save(&timing, dir, "timing.csv", err);
    buf_release(&epochs);
    buf_release(&steps);
    buf_release(&timing);
    return rc;
}

void history_release(struct history *h)
{
    free(h->epoch);
    free(h->step);
    *h = (struct history){0};
}
