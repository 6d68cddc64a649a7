/* fuzz_keys.c - the text of a key file */
#include "worker/curve_keys.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz_main.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    struct curve_keypair kp;
    struct err err = {0};

    BUG_ON(!text);
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    if (curve_keys_parse(text, &kp, &err) == 0)
        BUG_ON(!curve_keys_valid(kp.public_key) ||
               !curve_keys_valid(kp.secret_key) ||
               !curve_keys_valid(kp.peer_key));
    else
        BUG_ON(err.code != ERR_USAGE || kp.secret_key[0]);
    free(text);
    return 0;
}
