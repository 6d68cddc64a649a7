#include "orchestration/scheduler/status_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *get_text(const json_t *j, const char *name)
{
    const char *s = json_string_value(json_object_get(j, name));

    return s ? s : "?";
}

static double get_number(const json_t *j, const char *name)
{
    return json_number_value(json_object_get(j, name));
}

/* "12.3 s", "1:02:03" */
static const char *format_seconds(char text[32], double s)
{
    if (!(fabs(s) < 1e9))
        snprintf(text, 32, "?");
    else if (s < 60)
        snprintf(text, 32, "%.1f s", s);
    else
        snprintf(text, 32, "%.0f:%02d:%02d", floor(s / 3600),
                 (int)fmod(s / 60, 60), (int)fmod(s, 60));
    return text;
}

/* --- the run -------------------------------------------------------------- */

static void put_head(const json_t *j, const struct status_text_args *a,
                     struct buf *out)
{
    char text[32];

    buf_printf(out, "%s: %s, %s", a->run_dir, a->state,
               format_seconds(text, get_number(j, "seconds")));
    if (a->going && json_is_number(json_object_get(j, "left")))
        buf_printf(out, ", about %s left%s",
                   format_seconds(text, get_number(j, "left")),
                   json_is_true(json_object_get(j, "left_guessed"))
                       ? " (some steps by a guess)"
                       : "");
    buf_printf(out, ", as of %s\n", get_text(j, "updated"));
}

static void put_hosts(const json_t *j, struct buf *out)
{
    const json_t *list = json_object_get(j, "hosts"), *h;
    size_t i;

    if (json_array_size(list) > 0)
        buf_puts(out, "hosts:\n");
    json_array_foreach(list, i, h)
    {
        const double memory = get_number(h, "memory");

        buf_printf(out, "  %-20s %.0f of %.0f cores in use",
                   get_text(h, "name"),
                   get_number(h, "cores") - get_number(h, "cores_free"),
                   get_number(h, "cores"));
        if (memory > 0)
            buf_printf(out, ", %.1f of %.1f GB given out",
                       (memory - get_number(h, "memory_free")) / 1e9,
                       memory / 1e9);
        buf_puts(out, "\n");
    }
}

/* --- steps ---------------------------------------------------------------- */

static bool is_state(const json_t *step, const char *state)
{
    return strcmp(get_text(step, "state"), state) == 0;
}

static bool has_failed(const json_t *step)
{
    return is_state(step, "failed") || is_state(step, "skipped");
}

/* "steps: 12 done, 2 running" */
static void put_counts(const json_t *steps, struct buf *out)
{
    static const char *const states[] = {
        "done", "current", "running", "waiting", "later", "failed", "skipped"};
    const char *before = "steps:";

    for (size_t k = 0; k < sizeof(states) / sizeof(states[0]); k++) {
        const json_t *step;
        size_t i, n = 0;

        json_array_foreach(steps, i, step)
        {
            n += is_state(step, states[k]);
        }
        if (n > 0) {
            buf_printf(out, "%s %zu %s", before, n, states[k]);
            before = ",";
        }
    }
    buf_puts(out, before[0] == ',' ? "\n" : "");
}

/* " n1: 2 cores, n2: 1 core"; versions before knew their sum alone. */
static void put_places(const json_t *step, struct buf *out)
{
    json_t *places = json_object_get(step, "places"), *cores;
    const char *name, *before = "  ";

    json_object_foreach(places, name, cores)
    {
        buf_printf(out, "%s%s: %.0f core%s", before, name,
                   json_number_value(cores),
                   json_number_value(cores) > 1 ? "s" : "");
        before = ", ";
    }
    if (json_object_size(places) == 0 && get_number(step, "cores") > 0)
        buf_printf(out, "  %.0f core%s", get_number(step, "cores"),
                   get_number(step, "cores") > 1 ? "s" : "");
}

static void put_work(const json_t *step, struct buf *out)
{
    const json_t *units = json_object_get(step, "units");
    const double done = get_number(step, "fraction");
    char text[32];

    if (done > 0)
        buf_printf(out, "  %3.0f %%", 100 * fmin(done, 1));
    if (get_number(units, "total") > 1)
        buf_printf(out, "  %.0f of %.0f units", get_number(units, "done"),
                   get_number(units, "total"));
    if (get_number(step, "rate") > 0)
        buf_printf(out, "  %.1f/s", get_number(step, "rate"));
    if (get_number(step, "left") > 0)
        buf_printf(out, "  %s left",
                   format_seconds(text, get_number(step, "left")));
    put_places(step, out);
}

/* Characters of the longest name, within bounds. */
static int name_width(const json_t *steps)
{
    const json_t *step;
    size_t i, most = 12;

    json_array_foreach(steps, i, step)
    {
        const size_t n = strlen(get_text(step, "name"));

        most = n > most ? n : most;
    }
    return most < 40 ? (int)most : 40;
}

static void put_step(const json_t *step, int width, struct buf *out)
{
    char text[32];

    buf_printf(out, "  %-9s %-*s", get_text(step, "state"), width,
               get_text(step, "name"));
    if (get_number(step, "seconds") > 0)
        buf_printf(out, " %9s",
                   format_seconds(text, get_number(step, "seconds")));
    put_work(step, out);
    buf_puts(out, "\n");
    if (has_failed(step))
        buf_printf(out, "            %s\n", get_text(step, "reason"));
}

static void put_steps(const json_t *j, bool brief, struct buf *out)
{
    const json_t *steps = json_object_get(j, "nodes"), *step;
    const int width = name_width(steps);
    size_t i;

    put_counts(steps, out);
    json_array_foreach(steps, i, step)
    {
        if (!brief || has_failed(step) || is_state(step, "running"))
            put_step(step, width, out);
    }
}

/* --- workers -------------------------------------------------------------- */

static void put_worker(const json_t *w, struct buf *out)
{
    buf_printf(out, "  %-32s %-12s %6.0f units", get_text(w, "name"),
               get_text(w, "stage"), get_number(w, "units"));
    if (get_number(w, "total") > 0)
        buf_printf(out, "  %.0f/%.0f", get_number(w, "done"),
                   get_number(w, "total"));
    buf_printf(out, "  %.1f/s  %s\n", get_number(w, "rate"),
               get_text(w, "note"));
}

static void put_workers(const json_t *j, bool brief, struct buf *out)
{
    const json_t *list = json_object_get(j, "workers"), *w;
    double total = 0;
    size_t i;

    if (json_array_size(list) == 0)
        return;
    buf_printf(out, "workers: %zu\n", json_array_size(list));
    json_array_foreach(list, i, w)
    {
        if (!brief)
            put_worker(w, out);
        total += get_number(w, "rate");
    }
    buf_printf(out, "  all together %.1f/s\n", total);
}

/* --- all of it ------------------------------------------------------------ */

/* A terminal would obey what text from files may hold: controls of one byte,
 * and in UTF-8 those of two. */
static void drop_controls(struct buf *b, size_t from)
{
    for (size_t i = from; i < b->len; i++) {
        const unsigned char c = (unsigned char)b->data[i];
        const unsigned char next = (unsigned char)b->data[i + 1];

        if ((c < 0x20 && c != '\n') || c == 0x7f)
            b->data[i] = '?';
        else if (c == 0xc2 && next < 0xa0)
            b->data[i] = b->data[i + 1] = '?';
    }
}

void status_text(const json_t *j, const struct status_text_args *a,
                 struct buf *out)
{
    const size_t from = out->len;

    put_head(j, a, out);
    if (a->going)
        put_hosts(j, out);
    put_steps(j, a->brief, out);
    if (a->going)
        put_workers(j, a->brief, out);
    if (get_number(j, "set_aside") > 0)
        buf_printf(out, "set aside: %.0f units\n", get_number(j, "set_aside"));
    if (get_number(j, "ignored") > 0)
        buf_printf(
            out,
            "ignored: %.0f messages, not valid or not their senders' to say\n",
            get_number(j, "ignored"));
    drop_controls(out, from);
}
