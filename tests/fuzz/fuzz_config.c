/* fuzz_config.c - configuration files and --set from anyone */
#include "config/config.h"
#include "config/config_key.h"

#include <string.h>

#include "fuzz_main.h"

/* What was taken can be written, and reads back the same. */
static void check_again(const struct config *c)
{
    struct config again;
    struct buf b = {0};
    struct err err = {0};

    config_write(c, &b);
    config_init(&again);
    BUG_ON(config_take_text(&again, "again", b.data, b.len, &err) < 0 ||
           memcmp(c, &again, sizeof(again)) != 0);
    buf_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config c;
    struct err err = {0};
    char set[512];

    config_init(&c);
    if (config_take_text(&c, "fuzz", (const char *)data, size, &err) == 0)
        check_again(&c);
    else
        BUG_ON(err.code != ERR_USAGE || strchr(err.text, '\n'));
    if (size >= sizeof(set) || memchr(data, 0, size))
        return 0;
    if (size > 0)
        memcpy(set, data, size);
    set[size] = '\0';
    config_init(&c);
    if (config_take_set(&c, set, &err) == 0)
        check_again(&c);
    else
        BUG_ON(err.code != ERR_USAGE);
    return 0;
}
