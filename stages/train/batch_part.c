#include "stages/train/batch_part.h"

void batch_part_rows(size_t n, size_t r, size_t size, size_t *begin,
                     size_t *end)
{
    *begin = 0;
    *end = n;
    while (size > 1) {
        const size_t left = (size + 1) / 2;
        const size_t half = ((*end - *begin) * left + size - 1) / size;

        if (r < left) {
            *end = *begin + half;
            size = left;
        } else {
            *begin += half;
            size -= left;
            r -= left;
        }
    }
}
