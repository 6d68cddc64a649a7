/* picture_checks.c - counts, then a sentence for each that is not 0 */
#include "stages/preprocess/picture_checks.h"

#include "base/json.h"
#include "img/resize.h"
#include "stages/preprocess/data_report.h"

static const char *const blank_words[BLANK_KINDS] = {
    [BLANK_EVEN] = "of one colour",
    [BLANK_BLACK] = "almost black",
    [BLANK_WHITE] = "almost white"};

/* --- one picture ---------------------------------------------------------- */

static enum blank_kind blank_of(const struct read_image *cell)
{
    const float *mean = cell->feature + BASELINE_COLOUR, *sd = mean + 3;
    bool one = true, even = true, black = true, white = true;

    for (int c = 0; c < 3; c++) {
        one = one && sd[c] < 1;
        even = even && sd[c] < PICTURE_CHECKS_EVEN;
        black = black && mean[c] < PICTURE_CHECKS_DARK;
        white = white && mean[c] > 255 - PICTURE_CHECKS_DARK;
    }
    return even && black   ? BLANK_BLACK
           : even && white ? BLANK_WHITE
           : one           ? BLANK_EVEN
                           : BLANK_NOT;
}

static bool has_pages(const struct read_image *cell)
{
    return cell->read.pages > 1;
}

static bool has_orientation(const struct read_image *cell)
{
    return cell->read.orientation > 1;
}

static bool has_spare(const struct read_image *cell)
{
    return cell->read.spare > 0;
}

static void count_picture(struct picture_checks *p,
                          const struct read_image *cell)
{
    const struct decoding *d = &cell->read;

    p->blank[blank_of(cell)]++;
    p->n_fields += cell->nuclei > 0;
    p->n_shrunk += resize_is_shrunk(
        &p->resizing, (int)cell->feature[BASELINE_SIZE],
        (int)cell->feature[BASELINE_SIZE + 1], p->size, p->size);
    p->n_turned += has_orientation(cell);
    p->n_paged += has_pages(cell);
    p->n_pages += has_pages(cell) ? (size_t)d->pages - 1 : 0;
    p->n_spare += has_spare(cell);
    p->n_wide += d->most >= 0;
    p->most = d->most > p->most ? d->most : p->most;
}

/* --- bits ----------------------------------------------------------------- */

/* The bits that hold 'most'; 0: all 16, or there is no light to tell by. */
static int bits_of(int most)
{
    const int bits = most > 0 ? decode_bits_of(most) : 0;

    return bits > DECODE_BITS_MOST ? 0 : bits;
}

int picture_checks_bits(const struct data_report *f)
{
    int most = 0;

    for (size_t i = 0; i < f->images->n; i++)
        if (f->cell[i].read.most > most)
            most = f->cell[i].read.most;
    return bits_of(most);
}

static void warn_bits(const struct picture_checks *p, struct buf *w)
{
    const int bits = bits_of(p->most);

    if (p->n_wide == 0)
        return;
    if (p->bits == 0 && bits)
        buf_printf(w,
                   "no sample of the %zu 16-bit pictures is over %d: they use "
                   "%d bits of 16 and are read %d times too dark; "
                   "preprocess.bits: %d (or auto) scales them\n",
                   p->n_wide, (1 << bits) - 1, bits, 1 << (16 - bits), bits);
    else if (p->bits && bits && bits < p->bits)
        buf_printf(w,
                   "no sample of the %zu 16-bit pictures is over %d, which "
                   "needs %d bits, but preprocess.bits is %d\n",
                   p->n_wide, (1 << bits) - 1, bits, p->bits);
    else if (p->bits)
        buf_printf(w,
                   "the %zu 16-bit pictures are scaled from %d bits "
                   "(preprocess.bits)\n",
                   p->n_wide, p->bits);
}

/* --- content -------------------------------------------------------------- */

static size_t count_blank(const struct picture_checks *p)
{
    return p->blank[BLANK_EVEN] + p->blank[BLANK_BLACK] + p->blank[BLANK_WHITE];
}

/* Classes all of whose pictures are without content. */
static void warn_blank_classes(struct data_report *f)
{
    for (int c = 0; c < f->images->n_class; c++) {
        size_t n = 0, blank = 0;

        for (size_t i = 0; i < f->images->n; i++)
            if (!f->cell[i].aside && f->images->file[i].label == c) {
                n++;
                blank += blank_of(&f->cell[i]) != BLANK_NOT;
            }
        if (n > 0 && blank == n)
            buf_printf(&f->warnings,
                       "all %zu pictures of class '%s' are without content\n",
                       n, f->images->class_name[c]);
    }
}

static void warn_blank(const struct picture_checks *p, struct data_report *f)
{
    const size_t n = count_blank(p);
    const char *comma = "";
    size_t shown = 0;

    if (n == 0)
        return;
    buf_printf(&f->warnings, "%zu of %zu pictures %s without content:", n,
               f->images->n - f->n_aside, n == 1 ? "is" : "are");
    for (int k = BLANK_EVEN; k < BLANK_KINDS; k++)
        if (p->blank[k]) {
            buf_printf(&f->warnings, "%s %zu %s", comma, p->blank[k],
                       blank_words[k]);
            comma = ",";
        }
    buf_puts(&f->warnings, "\n");
    for (size_t i = 0; i < f->images->n && shown < DATA_CHECKS_WARNINGS; i++) {
        const enum blank_kind k =
            f->cell[i].aside ? BLANK_NOT : blank_of(&f->cell[i]);

        if (k == BLANK_NOT)
            continue;
        buf_printf(&f->warnings, "'%s' is %s\n", f->images->file[i].path,
                   blank_words[k]);
        shown++;
    }
    if (n > shown)
        buf_printf(&f->warnings,
                   "%zu more without content: see data/stats.json\n",
                   n - shown);
    warn_blank_classes(f);
}

/* --- fields --------------------------------------------------------------- */

static void warn_fields(const struct picture_checks *p, struct data_report *f)
{
    size_t shown = 0;

    if (p->n_fields == 0)
        return;
    buf_printf(&f->warnings,
               "%zu of %zu pictures look like whole fields of several cells, "
               "not like crops of one; papline crop cuts cells out of fields\n",
               p->n_fields, f->images->n - f->n_aside);
    for (size_t i = 0; i < f->images->n && shown < DATA_CHECKS_WARNINGS; i++) {
        const struct read_image *cell = &f->cell[i];

        if (cell->aside || cell->nuclei == 0)
            continue;
        buf_printf(
            &f->warnings, "'%s' has %.0f x %.0f pixels and about %d nuclei\n",
            f->images->file[i].path, (double)cell->feature[BASELINE_SIZE],
            (double)cell->feature[BASELINE_SIZE + 1], cell->nuclei);
        shown++;
    }
    if (p->n_fields > shown)
        buf_printf(&f->warnings, "%zu more such fields: see data/stats.json\n",
                   p->n_fields - shown);
}

static json_t *fields_json(const struct data_report *f)
{
    json_t *list = json_array();

    for (size_t i = 0;
         i < f->images->n && json_array_size(list) < DATA_CHECKS_LISTED; i++)
        if (!f->cell[i].aside && f->cell[i].nuclei > 0)
            json_array_append_new(list, json_text(f->images->file[i].path));
    return list;
}

/* --- all of it ------------------------------------------------------------ */

/* ", e.g. 'PATH'" of the first picture that 'has' it, and the line's end. */
static void put_example(struct data_report *f,
                        bool (*has)(const struct read_image *cell))
{
    size_t i = 0;

    while (f->cell[i].aside || !has(&f->cell[i]))
        i++;
    buf_printf(&f->warnings, ", e.g. '%s'\n", f->images->file[i].path);
}

static void warn_others(const struct picture_checks *p, struct data_report *f)
{
    struct buf *w = &f->warnings;

    if (p->n_shrunk)
        buf_printf(w,
                   "%zu of %zu pictures are larger than preprocess.field, %d "
                   "pixels, and are shown smaller than the others\n",
                   p->n_shrunk, f->images->n - f->n_aside, p->resizing.field);
    if (p->n_turned) {
        buf_printf(w, "%zu pictures have an EXIF orientation and %s",
                   p->n_turned,
                   p->upright ? "are turned by it; contours of them are left "
                                "out"
                              : "are used as they are stored; "
                                "preprocess.orientation: exif turns them");
        put_example(f, has_orientation);
    }
    if (p->n_paged) {
        buf_printf(w,
                   "%zu files have %zu further pages or frames, which are not "
                   "read",
                   p->n_paged, p->n_pages);
        put_example(f, has_pages);
    }
    if (p->n_spare) {
        buf_printf(w,
                   "%zu pictures have samples that are neither colour nor "
                   "alpha, which are left out",
                   p->n_spare);
        put_example(f, has_spare);
    }
}

void picture_checks_run(struct picture_checks *p, struct data_report *f)
{
    p->most = -1;
    for (size_t i = 0; i < f->images->n; i++)
        if (!f->cell[i].aside)
            count_picture(p, &f->cell[i]);
    warn_bits(p, &f->warnings);
    warn_blank(p, f);
    warn_fields(p, f);
    warn_others(p, f);
}

static json_t *blank_json(const struct picture_checks *p,
                          const struct data_report *f)
{
    json_t *o = json_object(), *list = json_array();

    for (int k = BLANK_EVEN; k < BLANK_KINDS; k++)
        json_object_set_new(o, blank_words[k], json_count(p->blank[k]));
    for (size_t i = 0;
         i < f->images->n && json_array_size(list) < DATA_CHECKS_LISTED; i++)
        if (!f->cell[i].aside && blank_of(&f->cell[i]) != BLANK_NOT)
            json_array_append_new(list, json_text(f->images->file[i].path));
    json_object_set_new(o, "files", list);
    return o;
}

static void put_count(json_t *o, const char *name, size_t n)
{
    if (n)
        json_object_set_new(o, name, json_count(n));
}

void picture_checks_json(const struct picture_checks *p,
                         const struct data_report *f, json_t *o)
{
    put_count(o, "bits", (size_t)p->bits);
    if (p->n_wide)
        put_count(o, "bits_found", (size_t)bits_of(p->most));
    if (count_blank(p))
        json_object_set_new(o, "without_content", blank_json(p, f));
    put_count(o, "fields", p->n_fields);
    if (p->n_fields)
        json_object_set_new(o, "field_files", fields_json(f));
    put_count(o, "shrunk", p->n_shrunk);
    put_count(o, "orientation", p->n_turned);
    put_count(o, "further_pages", p->n_pages);
    put_count(o, "spare_samples", p->n_spare);
}
