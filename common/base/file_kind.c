#define _GNU_SOURCE /* memmem */
#include "base/file_kind.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* Bytes at an offset.  The first row that fits counts. */
static const struct magic {
    size_t at, n;
    const char *bytes, *words;
} magics[] = {
    {0, 3, "\xff\xd8\xff", "a JPEG picture"},
    {0, 8, "\x89PNG\r\n\x1a\n", "a PNG picture"},
    {0, 4, "GIF8", "a GIF picture"},
    {0, 4, "II*\0", "a TIFF picture"},
    {0, 4, "MM\0*", "a TIFF picture"},
    {8, 4, "WEBP", "a WebP picture"},
    {0, 2, "BM", "a BMP picture"},
    {0, 5, "%PDF-", "a PDF document"},
    {0, 2, "\x1f\x8b", "compressed by gzip; unpack it first"},
    {0, 6, "\xfd\x37zXZ\0", "compressed by xz; unpack it first"},
    {0, 3, "BZh", "compressed by bzip2; unpack it first"},
    {0, 4, "\x28\xb5\x2f\xfd", "compressed by zstd; unpack it first"},
    {0, 6, "7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first"},
    {0, 4, "Rar!", "a RAR archive; unpack it first"},
    {257, 5, "ustar", "a tar archive; unpack it first"},
    {0, 6, "\x93NUMPY", "an array of NumPy (.npy)"},
    {4, 4, "TFL3", "a model of TensorFlow Lite"},
    {0, 8, "\x89HDF\r\n\x1a\n", "an HDF5 file"},
    {1, 3, "ELF", "a program"},
};

static bool has_bytes(const char *s, size_t n, const char *word)
{
    return memmem(s, n, word, strlen(word)) != NULL;
}

/* A zip archive by what lies in it first. */
static const char *zip_words(const char *s, size_t n)
{
    if (has_bytes(s, n, "model.weights.h5") || has_bytes(s, n, "config.json"))
        return "a whole model of Keras 3 (.keras), a zip archive; its "
               "model.weights.h5 can be read: unzip FILE model.weights.h5";
    if (has_bytes(s, n, "data.pkl"))
        return "a file of PyTorch (.pt, .pth), which only Python reads; save "
               "its state dict as safetensors with Keras' names";
    if (has_bytes(s, n, ".npy"))
        return "an archive of NumPy (.npz)";
    return "a zip archive; unpack it first";
}

/* A pickle of protocol 2 to 5 begins with its number. */
static bool is_pickle(const unsigned char *s, size_t n)
{
    return n > 2 && s[0] == 0x80 && s[1] >= 2 && s[1] <= 5;
}

/* The model's first field is its version, then who made it. */
static bool is_onnx(const unsigned char *s, size_t n)
{
    return n > 4 && s[0] == 0x08 && s[1] > 0 && s[1] < 32 && s[2] == 0x12 &&
           s[3] > 0 && s[3] < 64 && isalpha(s[4]);
}

static bool starts_as(const char *s, size_t n, const char *word)
{
    return n >= strlen(word) && strncasecmp(s, word, strlen(word)) == 0;
}

static bool is_text(const unsigned char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (s[i] == 0x7f || (s[i] < 0x20 && !isspace(s[i])))
            return false;
    return true;
}

static const char *text_words(const char *s, size_t n)
{
    static const char bom[] = "\xef\xbb\xbf";

    if (starts_as(s, n, bom)) {
        s += sizeof(bom) - 1;
        n -= sizeof(bom) - 1;
    }
    while (n > 0 && isspace((unsigned char)*s)) {
        s++;
        n--;
    }
    if (n == 0)
        return "a text without words";
    if (starts_as(s, n, "version https://git-lfs"))
        return "a Git LFS pointer: the file itself was not fetched ('git lfs "
               "pull' gets it)";
    if (starts_as(s, n, "<!doctype html") || starts_as(s, n, "<html") ||
        starts_as(s, n, "<head"))
        return "an HTML page: what answered the download was a web page";
    if (*s == '<')
        return "an XML text: what answered the download may be an error";
    if (*s == '{' || *s == '[')
        return "a JSON text";
    return "a text";
}

const char *file_kind_words(const void *bytes, size_t n)
{
    const char *s = bytes;

    if (n == 0)
        return "empty";
    for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
        const struct magic *m = &magics[i];

        if (n >= m->at + m->n && memcmp(s + m->at, m->bytes, m->n) == 0)
            return m->words;
    }
    if (starts_as(s, n, "PK\3\4") || starts_as(s, n, "PK\5\6"))
        return zip_words(s, n);
    if (is_pickle(bytes, n))
        return "a pickle of Python (an old .pt or .pth), which only Python "
               "reads; save its state dict as safetensors with Keras' names";
    if (is_onnx(bytes, n))
        return "a model of ONNX";
    return n > 1 && is_text(bytes, n) ? text_words(s, n) : NULL;
}

const char *file_kind_at(const char *path)
{
    char bytes[FILE_KIND_BYTES];
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t n = fd < 0 ? -1 : read(fd, bytes, sizeof(bytes));

    if (fd >= 0)
        close(fd);
    return n < 0 ? NULL : file_kind_words(bytes, (size_t)n);
}
