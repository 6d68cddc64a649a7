/* test_file_kind.c - files that were taken for something else are called so */
#include "base/file_kind.h"
#include "nn/weights.h"
#include "test_dir.h"

static const struct known {
    const char *bytes;
    size_t n;
    const char *words; /* a part of what is said; NULL: nothing */
} knowns[] = {
    {"", 0, "empty"},
    {"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", 63,
     "a Git LFS pointer"},
    {"\xef\xbb\xbf\n<!DOCTYPE HTML><title>x", 27, "an HTML page"},
    {"  <html lang=en>", 16, "an HTML page"},
    {"<?xml version='1.0'?><Error/>", 29, "an XML text"},
    {"{\"message\": \"Not Found\"}", 24, "a JSON text"},
    {"Not Found", 9, "a text"},
    {" \n", 2, "a text without words"},
    {"\xff\xd8\xff\xe0", 4, "a JPEG picture"},
    {"\x89PNG\r\n\x1a\n", 8, "a PNG picture"},
    {"RIFF1234WEBPVP8 ", 16, "a WebP picture"},
    {"PK\3\4........metadata.json..config.json", 38, "Keras 3 (.keras)"},
    {"PK\3\4........archive/data.pkl", 28, "of PyTorch"},
    {"PK\3\4........x.npy", 17, "NumPy (.npz)"},
    {"PK\3\4........x.txt", 17, "a zip archive"},
    {"\x80\2}q\0", 5, "a pickle of Python"},
    {"\x80\5\x95", 3, "a pickle of Python"},
    {"\x08\x07\x12\x07pytorch", 11, "a model of ONNX"},
    {"\x1f\x8b\x08", 3, "compressed by gzip"},
    {"\x93NUMPY\1\0", 8, "NumPy (.npy)"},
    {"\x1c\0\0\0TFL3", 8, "TensorFlow Lite"},
    {"\x89HDF\r\n\x1a\n", 8, "an HDF5 file"},
    {"\1\2\3\4", 4, NULL},
    {"\x40\0\0\0\0\0\0\0{\"a\":1}", 15, NULL},
};

static void check_known(const struct known *k)
{
    const char *words = file_kind_words(k->bytes, k->n);
    struct safetensors f;
    struct err err = {0};

    ok(k->words ? words && strstr(words, k->words) : !words,
       k->words ? k->words : "bytes of no known kind");
    BUG_ON(file_write(in_dir("w.h5"), k->bytes, k->n, &err) < 0);
    ok(weights_read(&f, in_dir("w.h5"), &err) < 0 && err.code == ERR_INPUT &&
           strstr(err.text, "w.h5") &&
           (!words || strstr(k->words, "HDF5") || strstr(err.text, k->words)),
       "  are no weights, which is said so");
}

int main(void)
{
    begin_dir();
    for (size_t i = 0; i < sizeof(knowns) / sizeof(knowns[0]); i++)
        check_known(&knowns[i]);
    ok(!file_kind_at(in_dir("absent")), "a file that is not there has no kind");
    return end_dir();
}
