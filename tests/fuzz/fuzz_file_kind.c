/* fuzz_file_kind.c - any bytes: no kind is told by what lies behind them */
#include "base/file_kind.h"

#include "fuzz_main.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *own = malloc(size + 1); /* its end is guarded by the sanitizer */
    const char *words, *again;

    if (!own)
        return 0;
    memcpy(own, data, size);
    own[size] = 'x';
    words = file_kind_words(own, size);
    own[size] = '\0';
    again = file_kind_words(own, size);
    free(own);
    if (words != again)
        abort();
    return words && !words[0];
}
