#include "stages/preprocess/contour_files.h"

#include "base/file.h"
#include "img/contour.h"
#include "store/contours.h"

#include <stdlib.h>
#include <string.h>

/* How the picture was resized. */
static void resize_contour(const struct contour_files *o, struct contour *c)
{
    const int side = (int)o->config->preprocess.size;
    const struct resizing how = config_resizing(o->config);
    const struct resize_place p = resize_place_as(&how, o->w, o->h, side, side);

    contour_scale(c, (struct point){(double)p.w / o->w, (double)p.h / o->h},
                  (struct point){p.left, p.top});
}

/* "DIR/NNN_cytMM.dat" of "DIR/CROPPED/NNN_MM.bmp"; false: it is called
 * otherwise. */
static bool name_of(const struct contour_files *o, enum contour_part part,
                    char path[FILE_PATH_MAX])
{
    const char *slash = strrchr(o->file, '/');
    const char *name = slash ? slash + 1 : o->file;
    const size_t first = strspn(name, "0123456789");
    const size_t second =
        name[first] == '_' ? strspn(name + first + 1, "0123456789") : 0;
    size_t dir = (size_t)(name - o->file);
    struct err err;

    if (first == 0 || second == 0 || name[first + 1 + second] != '.')
        return false;
    if (dir >= 8 && strncmp(name - 8, "CROPPED/", 8) == 0 &&
        (dir == 8 || name[-9] == '/'))
        dir -= 8;
    return file_path(path, &err, "%s/%.*s%.*s_%s%.*s.dat", o->dataset, (int)dir,
                     o->file, (int)first, name,
                     part == CONTOUR_CYTOPLASM ? "cyt" : "nuc", (int)second,
                     name + first + 1) == 0;
}

/* How far the contours of a picture are moved: all as the first, which is the
 * cytoplasm's where there is one. */
struct placing {
    bool known;
    struct point by;
};

static int place_contour(const struct contour_files *o, struct placing *p,
                         struct contour *c, struct err *err)
{
    if (p->known)
        return contour_follow(c, o->w, o->h, p->by, err);
    p->known = contour_place(c, o->w, o->h, &p->by, err) == 0;
    return p->known ? 0 : -1;
}

static int read_contour(const struct contour_files *o, const char *path,
                        struct placing *p, struct contour *c, struct err *err)
{
    char *text = NULL;
    size_t size;
    int rc = -1;

    *c = (struct contour){0};
    if (file_read(path, CONTOUR_MAX_BYTES, &text, &size, err) == 0)
        rc = contour_parse(c, text, size, err);
    free(text);
    if (rc == 0 && place_contour(o, p, c, err) < 0) {
        contour_release(c);
        rc = -1;
    }
    if (rc == 0)
        resize_contour(o, c);
    return rc;
}

int contour_files_put(const struct contour_files *o, struct buf *out,
                      struct err *err)
{
    struct placing p = {0};

    for (int part = CONTOUR_CYTOPLASM; part < CONTOUR_PARTS; part++) {
        char path[FILE_PATH_MAX];
        struct contour c;
        struct err why = {0};

        if (!name_of(o, (enum contour_part)part, path) || !file_exists(path))
            continue;
        if (read_contour(o, path, &p, &c, &why) < 0 && why.code != ERR_INPUT)
            return err_set(err, why.code, "%s", why.text);
        contours_put(o->row, (enum contour_part)part, why.code ? NULL : &c,
                     why.text, out);
        contour_release(&c);
    }
    return buf_check(out, err);
}
