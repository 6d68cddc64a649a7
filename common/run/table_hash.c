#include "run/table_hash.h"

#include "base/csv.h"

#include <stdbool.h>

int table_hash(const char *path, char hex[HASH_HEX], struct err *err)
{
    struct csv csv;
    struct hash h;
    bool trimmed;

    if (csv_read_any(&csv, path, err) < 0)
        return -1;
    trimmed = csv.n_trimmed > 0;
    csv_release(&csv);
    if (hash_file(path, hex, err) < 0)
        return -1;
    if (!trimmed)
        return 0;
    hash_init(&h);
    hash_add_string(&h, hex);
    hash_add_string(&h, "blanks at the ends of fields do not count");
    hash_final(&h, hex);
    return 0;
}
