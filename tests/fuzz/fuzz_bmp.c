/* fuzz_bmp.c - bitmaps from anyone */
#include "img/bmp.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz_main.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct image im, again;
    struct err err = {0};
    char *bytes;
    size_t n;

    if (bmp_decode(&im, data, size, &err) < 0) {
        BUG_ON(err.code != ERR_INPUT || im.px);
        return 0;
    }
    /* what was read can be written, and reads back the same */
    if (bmp_encode(&im, &bytes, &n, &err) == 0) {
        BUG_ON(bmp_decode(&again, bytes, n, &err) < 0 || again.w != im.w ||
               again.h != im.h || memcmp(again.px, im.px, image_bytes(&im)));
        image_release(&again);
        free(bytes);
    }
    image_release(&im);
    return 0;
}
