#include "run/frozen_cache_name.h"

#include <string.h>

enum { DIGITS = 32 };

int frozen_cache_path(char path[FILE_PATH_MAX], const char *dir,
                      const char hash[HASH_HEX], struct err *err)
{
    return file_path(path, err, "%s/%.*s", dir, DIGITS, hash);
}

bool frozen_cache_is_name(const char *name)
{
    return strlen(name) == DIGITS && strspn(name, "0123456789abcdef") == DIGITS;
}
