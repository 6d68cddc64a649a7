#include "run/table_hash.h"

#include "base/csv.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* Is one of the columns called so, in another letter case? */
static bool has_other_case(const struct csv *csv)
{
    static const char *const names[] = {"file", "label", "group", "split"};

    for (size_t i = 0; i < csv->n_column; i++)
        for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
            if (strcasecmp(csv->header[i], names[k]) == 0 &&
                strcmp(csv->header[i], names[k]) != 0)
                return true;
    return false;
}

int table_hash(const char *path, char hex[HASH_HEX], struct err *err)
{
    struct csv csv;
    bool trimmed, other_case;

    if (csv_read_any(&csv, path, err) < 0)
        return -1;
    trimmed = csv.n_trimmed > 0;
    other_case = has_other_case(&csv);
    csv_release(&csv);
    if (hash_file(path, hex, err) < 0)
        return -1;
    /* what tables have that were read otherwise before */
    if (trimmed)
        hash_mark(hex, "blanks at the ends of fields do not count");
    if (other_case)
        hash_mark(hex, "nor does the letter case of columns");
    return 0;
}
