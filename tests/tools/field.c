/*
 * field.c - a field of many cells
 *
 *     field FROM TO.png LABEL
 *
 * puts the pictures below FROM, in byte order, side by side into one of
 * 1600 x 1200 pixels, as many as fit. The cell of picture MM is what is 10
 * pixels inside it: TO_cytMM.dat is its contour, and its row of a table of boxes
 * is printed.
 */
#include "base/file.h"
#include "img/decode.h"
#include "img/pictures.h"
#include "img/png.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH = 1600, HEIGHT = 1200, INSIDE = 10 };

struct place {
    int x, y, row; /* the next picture's corner; the row's height */
};

/* Where a picture goes; false: there is no room. */
static bool find_place(struct place *p, const struct image *im)
{
    if (p->x + im->w > WIDTH) {
        p->x = 0;
        p->y += p->row;
        p->row = 0;
    }
    p->row = im->h > p->row ? im->h : p->row;
    return p->x + im->w <= WIDTH && p->y + im->h <= HEIGHT;
}

static int write_contour(const char *to, int number, const struct place *p,
                         const struct image *im, struct err *err)
{
    const int left = p->x + INSIDE, right = p->x + im->w - INSIDE - 1;
    const int top = p->y + INSIDE, bottom = p->y + im->h - INSIDE - 1;
    char path[FILE_PATH_MAX], text[200];

    snprintf(text, sizeof(text), "%d,%d\n%d,%d\n%d,%d\n%d,%d\n", left, top,
             right, top, right, bottom, left, bottom);
    if (file_path(path, err, "%.*s_cyt%02d.dat", (int)strlen(to) - 4, to,
                  number) < 0)
        return -1;
    return file_write(path, text, strlen(text), err);
}

static int put_pictures(struct image *field, const struct pictures *list,
                        char **argv, struct err *err)
{
    const char *slash = strrchr(argv[2], '/');
    struct place p = {0};
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < list->n; i++) {
        struct image im = {0};
        char path[FILE_PATH_MAX];

        if (file_path(path, err, "%s/%s", argv[1], list->path[i]) < 0 ||
            decode_read(&im, path, err) < 0)
            return -1;
        if (!find_place(&p, &im)) {
            image_release(&im);
            break;
        }
        for (int y = 0; y < im.h; y++)
            memcpy(image_row(field, p.y + y) + 3 * p.x, image_row(&im, y),
                   (size_t)im.w * 3);
        rc = write_contour(argv[2], (int)i + 1, &p, &im, err);
        printf("%s,%d,%d,%d,%d,%s\n", slash ? slash + 1 : argv[2], p.x + INSIDE,
               p.y + INSIDE, im.w - 2 * INSIDE, im.h - 2 * INSIDE, argv[3]);
        p.x += im.w;
        image_release(&im);
    }
    return rc;
}

int main(int argc, char **argv)
{
    struct pictures list = {0};
    struct image field = {0};
    struct err err = {0};
    int rc;

    if (argc != 4) {
        fprintf(stderr, "usage: field FROM TO.png LABEL\n");
        return 2;
    }
    rc = pictures_walk(&list, argv[1], &err);
    if (rc == 0)
        rc = image_init(&field, WIDTH, HEIGHT, &err);
    if (rc == 0) {
        memset(field.px, 230, image_bytes(&field));
        rc = put_pictures(&field, &list, argv, &err);
    }
    if (rc == 0)
        rc = png_write(&field, argv[2], &err);
    image_release(&field);
    pictures_release(&list);
    if (rc < 0)
        fprintf(stderr, "field: %s\n", err.text);
    return rc < 0 ? err_exit_status(err.code) : 0;
}
