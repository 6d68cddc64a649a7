/* fuzz_rows_log.c - the log of an unfinished store, torn or worse */
#include "base/file.h"
#include "store/store.h"
#include "store/store_log.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fuzz_main.h"

static int take_row(void *self, uint64_t row, int label, const char *record,
                    struct err *err)
{
    (void)label;
    BUG_ON(strlen(record) > STORE_MAX_RECORD);
    if (row > 1000000)
        return err_set(err, ERR_INPUT, "no such row");
    ++*(size_t *)self;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char shape[HASH_HEX] =
        "0000000000000000000000000000000000000000000000000000000000000000";
    struct store_log log;
    struct err err = {0};
    size_t n = 0, again = 0, whole;
    char path[64];
    FILE *f;

    snprintf(path, sizeof(path), "%s/papline-fuzz-rows-%ld",
             file_exists("/dev/shm") ? "/dev/shm" : "/tmp", (long)getpid());
    f = fopen(path, "wbe");
    BUG_ON(!f || fwrite(data, 1, size, f) != size || fclose(f) != 0);
    if (store_log_read(&log, path, shape, take_row, &n, &err) == 0) {
        /* cut at the tear, it reads the same */
        whole = log.size;
        BUG_ON(whole > size || store_log_open(&log, path, shape, &err) < 0);
        store_log_close(&log);
        BUG_ON(store_log_read(&log, path, shape, take_row, &again, &err) < 0 ||
               again != n || (whole && log.size != whole));
    } else {
        BUG_ON(err.code != ERR_INPUT);
    }
    unlink(path);
    return 0;
}
