/* model_picture.c - decode, make JPEG of it if asked to, resize */
#include "evaluation/model_picture.h"

#include "img/field.h"
#include "img/reencode.h"
#include "img/resize.h"

/* To the model's size; 'im' is released. */
static int bring_to_size(struct model_picture *p, const struct model_info *m,
                         struct image *im, struct err *err)
{
    const int rc = resize_as(&p->image, im, m->w, m->h, &m->resizing, err);

    p->size = (struct cell_size){im->w, im->h};
    image_release(im);
    return rc;
}

int model_picture_read(struct model_picture *p, const struct model_info *m,
                       const char *path, struct err *err)
{
    struct image im = {0};

    *p = (struct model_picture){
        .read_as = {.bits = m->bits, .upright = m->upright, .jpeg = m->jpeg}};
    if (decode_read_as(&im, path, &p->read_as, err) < 0)
        return -1;
    p->nuclei = field_nuclei(&im, err);
    if (p->nuclei < 0) {
        image_release(&im);
        return -1;
    }
    return bring_to_size(p, m, &im, err);
}

int model_picture_fit(struct model_picture *p, const struct model_info *m,
                      struct image *im, struct err *err)
{
    *p = (struct model_picture){.read_as = {.orientation = 1, .most = -1}};
    if (m->jpeg && reencode(im, m->jpeg, err) < 0)
        return -1;
    return bring_to_size(p, m, im, err);
}

void model_picture_release(struct model_picture *p)
{
    image_release(&p->image);
}
