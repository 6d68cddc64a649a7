#include "base/output_name.h"

#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of files that someone might want to be written. */
static const char *const file_endings[] = {
    ".csv",  ".tsv", ".txt",  ".json",   ".jsonl",       ".ndjson", ".yaml",
    ".yml",  ".xml", ".html", ".htm",    ".md",          ".pdf",    ".xls",
    ".xlsx", ".ods", ".db",   ".sqlite", ".parquet",     ".arrow",  ".feather",
    ".npy",  ".npz", ".h5",   ".hdf5",   ".safetensors", ".pt",     ".pth",
    ".onnx", ".pb",  ".pkl",  ".mat",    ".png",         ".jpg",    ".jpeg",
    ".gif",  ".bmp", ".tif",  ".tiff",   ".webp",        ".svg",    ".zip",
    ".tar",  ".gz",  ".tgz",  ".log",
};

bool output_name_ends(const char *path, const char *ending)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const size_t n = strlen(name), k = strlen(ending);

    return n > k && strcasecmp(name + n - k, ending) == 0;
}

int output_name_check(const char *path, const char *const *endings,
                      const char *what, struct err *err)
{
    char list[128] = "";
    size_t n = 0;

    for (size_t i = 0; endings[i]; i++) {
        if (output_name_ends(path, endings[i]))
            return 0;
        n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%s",
                              i ? " or " : "", endings[i]);
        BUG_ON(n >= sizeof(list));
    }
    return err_set(err, ERR_USAGE,
                   "-o '%.200s': %s writes a file that ends in "
                   "%s, and no other",
                   path, what, list);
}

int output_name_directory(const char *path, const char *what, struct err *err)
{
    struct stat st;

    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return 0;
    for (size_t i = 0; i < sizeof(file_endings) / sizeof(file_endings[0]); i++)
        if (output_name_ends(path, file_endings[i]))
            return err_set(err, ERR_USAGE,
                           "'%.200s': %s makes a directory there, and does not "
                           "write %s; put a '/' behind a directory's name",
                           path, what, file_endings[i]);
    return 0;
}

int output_name_place(const char *path, struct err *err)
{
    char dir[FILE_PATH_MAX];
    struct stat st;

    file_parent(dir, path);
    if (stat(dir, &st) < 0 || !S_ISDIR(st.st_mode))
        return err_set(err, ERR_USAGE,
                       "-o '%.200s': there is no directory '%.200s'", path,
                       dir);
    if (access(dir, W_OK | X_OK) < 0)
        return err_set(err, ERR_USAGE,
                       "-o '%.200s': cannot write into '%.200s': %s", path, dir,
                       strerror(errno));
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode)
               ? err_set(err, ERR_USAGE, "-o '%.200s' is a directory", path)
               : 0;
}
