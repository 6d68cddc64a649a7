/* decode_samples.c - alpha, bits and colours */
#include "img/decode_samples.h"

#include <stdlib.h>
#include <string.h>

/* Replace *im by 'next', unless rc says that there is none. */
static int replace_image(VipsImage **im, VipsImage *next, int rc)
{
    if (rc != 0)
        return 1;
    g_object_unref(*im);
    *im = next;
    return 0;
}

int decode_samples_copy(VipsImage *im, void *to, size_t line)
{
    const VipsRect all = {0, 0, vips.image_get_width(im),
                          vips.image_get_height(im)};
    VipsRegion *region = vips.region_new(im);
    const bool made = region && vips.region_prepare(region, &all) == 0;

    for (int y = 0; made && y < all.height; y++)
        memcpy((char *)to + line * (size_t)y,
               VIPS_REGION_ADDR_TOPLEFT(region) +
                   (size_t)y * (size_t)VIPS_REGION_LSKIP(region),
               line);
    g_clear_object(&region);
    return made ? 0 : 1;
}

/* --- samples that are no alpha -------------------------------------------- */

/* Bands 0 to n - 1 and band 'alpha', if it is one, of the same colours. */
static int keep_bands(VipsImage **im, int n, int alpha)
{
    VipsImage *part[2] = {NULL, NULL}, *all = NULL, *next = NULL;
    int rc = vips.extract_band(*im, &part[0], 0, "n", n, NULL);

    if (rc == 0 && alpha >= 0)
        rc = vips.extract_band(*im, &part[1], alpha, NULL);
    if (rc == 0)
        rc = vips.bandjoin(part, &all, alpha >= 0 ? 2 : 1, NULL);
    if (rc == 0)
        rc = vips.copy(all, &next, "interpretation",
                       vips.image_get_interpretation(*im), NULL);
    g_clear_object(&part[0]);
    g_clear_object(&part[1]);
    g_clear_object(&all);
    return replace_image(im, next, rc);
}

int decode_samples_pick(VipsImage **im, const struct tiff_tags *t,
                        struct decoding *d, struct err *err)
{
    const int colours = tiff_tags_colours(t), alpha = tiff_tags_alpha(t);

    if (t->photometric == TIFF_CIELAB && t->samples != colours)
        return err_set(err, ERR_INPUT,
                       "CIELAB TIFF image of %d samples, must be 3",
                       t->samples);
    if (colours == 0 || t->photometric == TIFF_PALETTE ||
        t->samples <= colours || t->samples != vips.image_get_bands(*im))
        return 0;
    if (colours == 1 && t->samples > 2 && alpha < 0)
        return err_set(err, ERR_INPUT,
                       "TIFF image of %d samples of which none is said to be "
                       "a colour or alpha, must be grey, RGB or CMYK",
                       t->samples);
    d->spare = t->samples - colours - (alpha >= 0);
    return d->spare > 0 ? keep_bands(im, colours, alpha) : 0;
}

/* --- bits that are not full ----------------------------------------------- */

/* A picture of 16-bit samples in memory. */
struct wide_samples {
    uint16_t *v; /* owned: (n, bands) */
    size_t n;    /* pixels */
    int bands, colours;
};

static int load_samples(VipsImage *im, struct wide_samples *s)
{
    const size_t w = (size_t)vips.image_get_width(im);
    const size_t h = (size_t)vips.image_get_height(im);
    size_t line;

    s->bands = vips.image_get_bands(im);
    s->colours = s->bands - (vips.image_hasalpha(im) ? 1 : 0);
    s->n = w * h;
    line = w * (size_t)s->bands * sizeof(*s->v);
    s->v = malloc(line * h);
    return s->v ? decode_samples_copy(im, s->v, line) : -1;
}

/* Largest sample of bands 'from' to 'to' - 1. */
static int largest_sample(const struct wide_samples *s, int from, int to)
{
    int most = 0;

    for (size_t i = 0; i < s->n; i++)
        for (int c = from; c < to; c++) {
            const int v = s->v[i * (size_t)s->bands + (size_t)c];

            most = v > most ? v : most;
        }
    return most;
}

/* 0 .. limit of bands 'from' to 'to' - 1 becomes 0 .. 65535. */
static void stretch_samples(struct wide_samples *s, int from, int to, int limit)
{
    for (size_t i = 0; i < s->n; i++)
        for (int c = from; c < to; c++) {
            uint16_t *v = &s->v[i * (size_t)s->bands + (size_t)c];

            *v = (uint16_t)((uint32_t)*v * 65535 / (uint32_t)limit);
        }
}

static void invert_samples(struct wide_samples *s)
{
    for (size_t i = 0; i < s->n; i++)
        for (int c = 0; c < s->colours; c++)
            s->v[i * (size_t)s->bands + (size_t)c] ^= 65535;
}

static int scale_samples(struct wide_samples *s, struct decoding *d,
                         struct err *err)
{
    const int limit = (1 << d->bits) - 1;

    d->most = largest_sample(s, 0, s->colours);
    if (d->bits == 0)
        return 0;
    if (d->most > limit)
        return err_set(err, ERR_INPUT,
                       "a 16-bit sample is %d, over the %d of %d bits "
                       "(preprocess.bits)",
                       d->most, limit, d->bits);
    stretch_samples(s, 0, s->colours, limit);
    if (largest_sample(s, s->colours, s->bands) <= limit)
        stretch_samples(s, s->colours, s->bands, limit);
    return 0;
}

/* The samples as an image of the kind of *im, which it replaces. */
static int put_samples(const struct wide_samples *s, VipsImage **im)
{
    VipsImage *plain = vips.image_new_from_memory_copy(
        s->v, s->n * (size_t)s->bands * sizeof(*s->v),
        vips.image_get_width(*im), vips.image_get_height(*im), s->bands,
        VIPS_FORMAT_USHORT);
    VipsImage *next = NULL;
    int rc = 1;

    if (plain) {
        rc = vips.copy(plain, &next, "interpretation",
                       vips.image_get_interpretation(*im), NULL);
        g_object_unref(plain);
    }
    return replace_image(im, next, rc);
}

int decode_samples_scale(VipsImage **im, bool inverted, struct decoding *d,
                         struct err *err)
{
    const VipsInterpretation kind = vips.image_get_interpretation(*im);
    struct wide_samples s = {0};
    int rc;

    if (vips.image_get_format(*im) != VIPS_FORMAT_USHORT ||
        (kind != VIPS_INTERPRETATION_RGB16 &&
         kind != VIPS_INTERPRETATION_GREY16))
        return 0;
    rc = load_samples(*im, &s);
    if (rc < 0)
        rc = err_set(err, ERR_SYSTEM, "no memory for %zu pixels", s.n);
    if (rc == 0 && inverted)
        invert_samples(&s);
    if (rc == 0)
        rc = scale_samples(&s, d, err);
    if (rc == 0 && inverted)
        invert_samples(&s);
    if (rc == 0)
        rc = put_samples(&s, im);
    free(s.v);
    return rc;
}

/* --- colours -------------------------------------------------------------- */

/* Put a transparent picture on white, which is no ink at all. */
static int flatten_alpha(VipsImage **im)
{
    const double most =
        vips.image_get_format(*im) == VIPS_FORMAT_USHORT ? 65535.0 : 255.0;
    const bool ink =
        vips.image_get_interpretation(*im) == VIPS_INTERPRETATION_CMYK;
    VipsArrayDouble *paper = vips.array_double_newv(1, ink ? 0.0 : most);
    VipsImage *next = NULL;
    int rc;

    rc = vips.flatten(*im, &next, "background", paper, "max_alpha", most, NULL);
    vips.area_unref(VIPS_AREA(paper));
    return replace_image(im, next, rc);
}

int decode_samples_rgb(VipsImage **im)
{
    VipsImage *next = NULL;
    int rc;

    if (vips.image_get_coding(*im) == VIPS_CODING_NONE &&
        vips.image_hasalpha(*im) && flatten_alpha(im) != 0)
        return 1;
    if (vips.image_get_interpretation(*im) == VIPS_INTERPRETATION_sRGB &&
        vips.image_get_bands(*im) == 3 &&
        vips.image_get_format(*im) == VIPS_FORMAT_UCHAR)
        return 0;
    rc = vips.colourspace(*im, &next, VIPS_INTERPRETATION_sRGB, NULL);
    return replace_image(im, next, rc);
}
