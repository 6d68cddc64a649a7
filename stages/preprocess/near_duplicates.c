#include "stages/preprocess/near_duplicates.h"

#include "stats/named_rows.h"

#include <stdlib.h>
#include <string.h>

static int no_memory(size_t n, struct err *err)
{
    return err_set(err, ERR_SYSTEM, "no memory for families of %zu pictures",
                   n);
}

/* --- joining -------------------------------------------------------------- */

/* The first row of i's family so far; paths are halved on the way. */
static uint32_t first_of(uint32_t *family, uint32_t i)
{
    while (family[i] != i)
        i = family[i] = family[family[i]];
    return i;
}

static void join_families(uint32_t *family, size_t a, size_t b)
{
    const uint32_t p = first_of(family, (uint32_t)a);
    const uint32_t q = first_of(family, (uint32_t)b);

    family[p > q ? p : q] = p > q ? q : p;
}

/* Join those of m[0 .. n-1] that are equal. */
static void join_equal(struct named_row *m, size_t n, uint32_t *family)
{
    named_rows_sort(m, n);
    for (size_t i = 1; i < n; i++)
        if (named_rows_same(m, i))
            join_families(family, m[i - 1].row, m[i].row);
}

/* A group of a table may have pictures of several classes. */
static size_t mark_groups(const struct find_images *w, struct named_row *m)
{
    for (size_t i = 0; i < w->n; i++)
        m[i] = (struct named_row){w->file[i].group, 0, (uint32_t)i};
    return w->n;
}

/* Copies may be of several classes. */
static size_t mark_copies(const struct near_duplicates_args *a,
                          struct named_row *m)
{
    size_t n = 0;

    for (size_t i = 0; i < a->images->n; i++)
        if (a->cell[i].sha256[0])
            m[n++] = (struct named_row){a->cell[i].sha256, 0, (uint32_t)i};
    return n;
}

int near_duplicates_pairs(const struct read_image *cell, size_t n,
                          near_duplicates_pair_f each, void *self,
                          struct err *err)
{
    const struct perceptual_hash **phash = calloc(n + 1, sizeof(*phash));
    bool *alike = calloc(n + 1, sizeof(*alike));
    const bool room = phash && alike;

    for (size_t i = 0; room && i < n; i++) {
        if (!cell[i].sha256[0] || !cell[i].has_phash || cell[i].aside ||
            cell[i].is_copy)
            continue;
        phash[i] = &cell[i].phash;
#pragma omp parallel for schedule(static)
        for (size_t k = 0; k < i; k++)
            alike[k] = phash[k] && perceptual_hash_alike(phash[k], phash[i]);
        for (size_t k = 0; k < i; k++)
            if (alike[k])
                each(self, k, i);
    }
    free(phash);
    free(alike);
    return room ? 0 : no_memory(n, err);
}

static void each_pair(void *self, size_t earlier, size_t later)
{
    join_families(self, earlier, later);
}

int near_duplicates_find(const struct near_duplicates_args *a, uint32_t *family,
                         struct err *err)
{
    const size_t n = a->images->n;
    struct named_row *m = malloc((n + 1) * sizeof(*m));
    int rc = 0;

    if (!m)
        return no_memory(n, err);
    for (size_t i = 0; i < n; i++)
        family[i] = (uint32_t)i;
    if (a->groups)
        join_equal(m, mark_groups(a->images, m), family);
    if (a->cell)
        join_equal(m, mark_copies(a, m), family);
    free(m);
    if (a->cell && n <= DATA_CHECKS_COMPARED)
        rc = near_duplicates_pairs(a->cell, n, each_pair, family, err);
    for (size_t i = 0; i < n; i++)
        family[i] = first_of(family, (uint32_t)i);
    return rc;
}

/* --- what came of it ------------------------------------------------------ */

bool near_duplicates_any(const struct find_images *w, const uint32_t *family)
{
    for (size_t i = 0; i < w->n; i++)
        if (family[i] != i)
            return true;
    return false;
}

/* Pictures and groups of the family whose first row an index is. */
struct size {
    size_t cells, groups;
};

/* m is room for all; of equal groups rows follow each other in it. */
static void measure_families(const struct near_duplicates_args *a,
                             const uint32_t *family, struct named_row *m,
                             struct size *size)
{
    named_rows_sort(m, mark_groups(a->images, m));
    for (size_t i = 0; i < a->images->n; i++) {
        struct size *s = &size[family[m[i].row]];

        s->cells++;
        s->groups += !a->groups || !named_rows_same(m, i);
    }
}

/* Pictures of each class; of family 'first', or w->n: of all. */
static void count_classes(const struct find_images *w, const uint32_t *family,
                          size_t first, size_t count[CONFIG_CLASSES_MAX])
{
    memset(count, 0, CONFIG_CLASSES_MAX * sizeof(*count));
    for (size_t i = 0; i < w->n; i++)
        count[w->file[i].label] += first == w->n || family[i] == first;
}

static void warn_of_family(const struct near_duplicates_args *a,
                           const uint32_t *family, const struct size *size,
                           size_t first, struct buf *warnings)
{
    size_t all[CONFIG_CLASSES_MAX], cells[CONFIG_CLASSES_MAX];
    const struct find_images *w = a->images;

    count_classes(w, family, w->n, all);
    count_classes(w, family, first, cells);
    for (int c = 0; c < w->n_class; c++)
        if (2 * cells[c] > all[c])
            buf_printf(warnings,
                       "%zu of %zu pictures of class '%s' are one family, as "
                       "%zu %s look alike, the first '%s': its splits are far "
                       "from their shares; split.near_duplicates separate "
                       "parts them\n",
                       cells[c], all[c], w->class_name[c], size[first].groups,
                       a->groups ? "groups" : "pictures", w->file[first].path);
}

/* Pictures of the smallest class. */
static size_t smallest_class(const struct find_images *w,
                             const uint32_t *family)
{
    size_t count[CONFIG_CLASSES_MAX], least = w->n;

    count_classes(w, family, w->n, count);
    for (int c = 0; c < w->n_class; c++)
        least = count[c] < least ? count[c] : least;
    return least;
}

int near_duplicates_count(const struct near_duplicates_args *a,
                          const uint32_t *family, struct near_duplicates *f,
                          struct buf *warnings, struct err *err)
{
    const size_t n = a->images->n, least = smallest_class(a->images, family);
    struct named_row *m = malloc((n + 1) * sizeof(*m));
    struct size *size = calloc(n + 1, sizeof(*size));

    *f = (struct near_duplicates){0};
    if (!m || !size) {
        free(m);
        free(size);
        return no_memory(n, err);
    }
    measure_families(a, family, m, size);
    for (size_t i = 0; i < n; i++) {
        if (size[i].groups < 2)
            continue;
        f->n++;
        f->groups += size[i].groups;
        if (size[i].cells > f->most_cells) {
            f->most_cells = size[i].cells;
            f->most_groups = size[i].groups;
        }
        if (2 * size[i].cells > least)
            warn_of_family(a, family, size, i, warnings);
    }
    free(m);
    free(size);
    return buf_check(warnings, err);
}

void near_duplicates_parted(const struct find_images *w, const uint32_t *family,
                            const int *fold, struct buf *warnings)
{
    size_t n = 0, first = 0, other = 0;

    for (size_t i = 0; i < w->n; i++) {
        size_t k = i + 1;

        if (family[i] != i)
            continue;
        while (k < w->n && (family[k] != i || fold[k] == fold[i]))
            k++;
        if (k < w->n && n++ == 0) {
            first = i;
            other = k;
        }
    }
    if (n)
        buf_printf(warnings,
                   "%zu %s of cluster images in more than one fold, such as "
                   "'%s' in %d and '%s' in %d: what looks like a cell was "
                   "trained on when it is predicted\n",
                   n, n == 1 ? "family" : "families", w->file[first].path,
                   fold[first], w->file[other].path, fold[other]);
}

void near_duplicates_put(const struct find_images *w, const uint32_t *family,
                         size_t i, struct buf *out)
{
    const struct find_images_file *f = &w->file[family[i]];
    struct buf name = {0};

    buf_printf(&name, "%s/%s", w->class_name[f->label], f->group);
    if (name.failed)
        out->failed = true;
    else
        buf_csv(out, name.data);
    buf_release(&name);
}
