/* fuzz_decode.c - pictures from anyone, through libvips too */
#include "img/decode.h"

#include "fuzz_main.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct image im;
    struct err err = {0};

    if (decode_bytes(&im, data, size, &err) < 0)
        BUG_ON(err.code != ERR_INPUT || im.px || !err.text[0]);
    else
        BUG_ON(im.w < 1 || im.h < 1 || !im.px);
    image_release(&im);
    return 0;
}
