/* sample_bits.c - the configuration, then stats.json */
#include "store/sample_bits.h"

#include "base/json.h"

enum { STATS_MAX_BYTES = 64 * 1024 * 1024 };

int sample_bits_read(const char *dir, const struct config *c, int *bits,
                     struct err *err)
{
    char path[FILE_PATH_MAX];
    json_t *stats;
    json_int_t n;

    if (config_bits(c->preprocess.bits, bits, err) < 0)
        return -1;
    if (*bits != CONFIG_BITS_AUTO)
        return 0;
    if (file_path(path, err, "%s/stats.json", dir) < 0)
        return -1;
    stats = json_read(path, STATS_MAX_BYTES, 0, err);
    if (!stats)
        return -1;
    n = json_integer_value(json_object_get(stats, "bits"));
    json_decref(stats);
    *bits = (int)n;
    return n == 0 || (n >= 8 && n <= 15)
               ? 0
               : err_set(err, ERR_INPUT, "'%.300s': bits is not 8 to 15", path);
}
