#include "base/npy.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    const char *descr;
    size_t item;
} types[] = {[NPY_U8] = {"|u1", 1},
             [NPY_I32] = {"<i4", 4},
             [NPY_F32] = {"<f4", 4},
             [NPY_U16] = {"<u2", 2}};

size_t npy_item(enum npy_type type)
{
    return types[type].item;
}

size_t npy_bytes(const struct npy *a)
{
    size_t n = npy_item(a->type);

    for (int i = 0; i < a->n_dim; i++)
        n *= a->dim[i];
    return n;
}

void npy_header(const struct npy *a, char header[NPY_HEADER])
{
    char text[NPY_HEADER];
    int n;

    n = snprintf(text, sizeof(text),
                 "{'descr': '%s', 'fortran_order': False, 'shape': (",
                 types[a->type].descr);
    for (int i = 0; i < a->n_dim; i++)
        n += snprintf(text + n, sizeof(text) - (size_t)n, "%zu,", a->dim[i]);
    n += snprintf(text + n, sizeof(text) - (size_t)n, "), }");
    BUG_ON(n > NPY_HEADER - 11);
    memcpy(header, "\x93NUMPY\x01\x00", 8);
    header[8] = NPY_HEADER - 10;
    header[9] = 0;
    memset(header + 10, ' ', NPY_HEADER - 11);
    memcpy(header + 10, text, (size_t)n);
    header[NPY_HEADER - 1] = '\n';
}

int npy_write(const struct npy *a, const char *path, struct err *err)
{
    char header[NPY_HEADER];
    const struct file_part part[] = {{header, sizeof(header)},
                                     {a->data, npy_bytes(a)}};

    npy_header(a, header);
    return file_write_parts(path, part, 2, err);
}

/* Read "(3, 4,)" at 's' into the dimensions. */
static int parse_shape(struct npy *a, const char *s)
{
    size_t total = 1;

    if (*s++ != '(')
        return -1;
    while (a->n_dim < NPY_MAX_DIMS) {
        char *end;
        unsigned long long v;

        while (*s == ' ')
            s++;
        if (*s == ')')
            break;
        if (*s < '0' || *s > '9')
            return -1;
        errno = 0;
        v = strtoull(s, &end, 10);
        if (errno || v > (1ull << 40) ||
            (v > 0 && total > ((size_t)1 << 46) / v))
            return -1;
        total *= v ? v : 1;
        a->dim[a->n_dim++] = v;
        s = end;
        while (*s == ' ' || *s == ',')
            s++;
    }
    return *s == ')' && a->n_dim > 0 ? 0 : -1;
}

/* Fill type and shape from the header dictionary 'text'. */
static int parse_dict(struct npy *a, const char *text)
{
    const char *descr = strstr(text, "'descr': '");
    const char *shape = strstr(text, "'shape': ");

    if (!descr || !shape || !strstr(text, "'fortran_order': False"))
        return -1;
    descr += strlen("'descr': '");
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (strncmp(descr, types[i].descr, 3) == 0) {
            a->type = (enum npy_type)i;
            return parse_shape(a, shape + strlen("'shape': "));
        }
    return -1;
}

static int parse_header(struct npy *a, const char *path, struct err *err)
{
    const unsigned char *m = a->map;
    char text[1024] = {0};
    size_t len;

    if (a->map_size < 10 || memcmp(m, "\x93NUMPY\x01", 7) != 0)
        return err_set(err, ERR_INPUT, "'%s' is not a version 1 .npy file",
                       path);
    len = (size_t)m[8] | (size_t)m[9] << 8;
    if (len >= sizeof(text) || a->map_size < 10 + len)
        return err_set(err, ERR_INPUT, "'%s': bad .npy header length %zu", path,
                       len);
    memcpy(text, m + 10, len);
    if (parse_dict(a, text) < 0)
        return err_set(err, ERR_INPUT, "'%s': unsupported .npy header", path);
    if (a->map_size - 10 - len < npy_bytes(a))
        return err_set(err, ERR_INPUT,
                       "'%s' is cut short: %zu bytes of data, header says %zu",
                       path, a->map_size - 10 - len, npy_bytes(a));
    a->data = m + 10 + len;
    return 0;
}

int npy_map(struct npy *a, const char *path, struct err *err)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;

    *a = (struct npy){0};
    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
        st.st_size < 10) {
        err_set(err, ERR_INPUT, "cannot map '%s': %s", path,
                fd < 0 ? strerror(errno) : "not a .npy file");
        if (fd >= 0)
            close(fd);
        return -1;
    }
    a->map_size = (size_t)st.st_size;
    a->map = mmap(NULL, a->map_size, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (a->map == MAP_FAILED) {
        a->map = NULL;
        return err_set(err, ERR_SYSTEM, "cannot map '%s': %s", path,
                       strerror(errno));
    }
    if (parse_header(a, path, err) == 0)
        return 0;
    npy_release(a);
    return -1;
}

void npy_release(struct npy *a)
{
    if (a->map)
        munmap(a->map, a->map_size);
    *a = (struct npy){0};
}
