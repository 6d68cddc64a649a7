/* fuzz_decode.c - pictures from anyone, through libvips too */
#include "img/decode.h"

#include "fuzz_main.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct decoding d = {.bits = size % 2 ? 8 + (int)(size % 8) : 0,
                         .upright = size % 3 == 0};
    struct image im;
    struct err err = {0};

    if (decode_bytes_as(&im, data, size, &d, &err) < 0)
        BUG_ON(err.code != ERR_INPUT || im.px || !err.text[0]);
    else
        BUG_ON(im.w < 1 || im.h < 1 || !im.px);
    BUG_ON(d.spare < 0 || d.most < -1 || d.most > 65535 || d.pages < 1);
    image_release(&im);
    return 0;
}
