/*
 * weights_fetch.c - addresses and MD5 sums as in Keras 2.12, keras/applications
 */
#include "orchestration/tools/weights_fetch.h"

#include "base/file.h"

#include <errno.h>
#include <nettle/md5.h>
#include <nettle/version.h>
#include <sodium.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BASE         "https://storage.googleapis.com/tensorflow/keras-applications/"
#define FILE_OF(net) net "_weights_tf_dim_ordering_tf_kernels"

enum { MAX_BYTES = 1 << 30, NO_PROGRAM = 127 };

extern char **environ;

static const struct official {
    const char *net, *url;
    const char *md5; /* NULL: Keras publishes none */
} official[] = {
    {"vgg16", BASE "vgg16/" FILE_OF("vgg16") "_notop.h5",
     "6d6bbae143d832006294945121d1f1fc"},
    {"vgg19", BASE "vgg19/" FILE_OF("vgg19") "_notop.h5",
     "253f8cb515780f3b799900260a226db6"},
    {"resnet50", BASE "resnet/" FILE_OF("resnet50") "_notop.h5",
     "4d473c1dd8becc155b73f8504c6f6626"},
    {"mobilenetv2",
     BASE "mobilenet_v2/" FILE_OF("mobilenet_v2") "_1.0_224_no_top.h5", NULL},
    {"densenet169", BASE "densenet/" FILE_OF("densenet169") "_notop.h5",
     "b8c4d4c20dd625c148057b9ff1c1176b"},
};

static const struct official *find_official(const struct net *net)
{
    for (size_t i = 0; i < sizeof(official) / sizeof(official[0]); i++)
        if (strcmp(official[i].net, net->name) == 0)
            return &official[i];
    return NULL;
}

void weights_fetch_print(FILE *out, const struct net *net)
{
    const struct official *o = find_official(net);

    BUG_ON(!o);
    fprintf(out, "%s\nmd5: %s\n", o->url,
            o->md5 ? o->md5
                   : "Keras publishes none; the tensors are checked by name "
                     "and shape");
    fflush(out);
}

/* Run a program.  Returns its exit status, or -1. */
static int run_program(const char *const argv[])
{
    int status = 0;
    pid_t pid;

    if (posix_spawnp(&pid, argv[0], NULL, NULL, (char *const *)(uintptr_t)argv,
                     environ) != 0)
        return NO_PROGRAM;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int download_file(const char *url, const char *to, struct err *err)
{
    const char *const curl[] = {"curl",    "--fail", "--location",
                                "--proto", "=https", "-o",
                                to,        url,      NULL};
    const char *const wget[] = {"wget", "--https-only", "-O", to, url, NULL};
    int status = run_program(curl);

    if (status == NO_PROGRAM)
        status = run_program(wget);
    if (status == NO_PROGRAM)
        return err_set(err, ERR_AGAIN,
                       "neither curl nor wget is here; download it elsewhere "
                       "and give the file to 'papline weights import'");
    if (status != 0)
        return err_set(err, ERR_AGAIN,
                       "the download failed (status %d); is there a network?",
                       status);
    return 0;
}

static int verify_md5(const struct official *o, const char *file,
                      struct err *err)
{
    uint8_t digest[MD5_DIGEST_SIZE];
    char sum[2 * MD5_DIGEST_SIZE + 1], *bytes;
    struct md5_ctx md5;
    size_t size;

    if (!o->md5)
        return 0;
    if (file_read(file, MAX_BYTES, &bytes, &size, err) < 0)
        return -1;
    md5_init(&md5);
    md5_update(&md5, size, (const uint8_t *)bytes);
    free(bytes);
#if NETTLE_VERSION_MAJOR >= 4
    md5_digest(&md5, digest);
#else
    md5_digest(&md5, sizeof(digest), digest);
#endif
    sodium_bin2hex(sum, sizeof(sum), digest, sizeof(digest));
    if (strcmp(sum, o->md5) != 0)
        return err_set(err, ERR_INPUT,
                       "the file's md5 is %s, Keras' is %s; it was not kept",
                       sum, o->md5);
    return 0;
}

int weights_fetch_download(const struct net *net, const char *path,
                           struct err *err)
{
    const struct official *o = find_official(net);
    char part[FILE_PATH_MAX];
    int rc;

    BUG_ON(!o);
    if (file_path(part, err, "%s.part", path) < 0)
        return -1;
    rc = download_file(o->url, part, err);
    if (rc == 0)
        rc = verify_md5(o, part, err);
    if (rc == 0)
        rc = file_adopt(part, path, err);
    if (rc < 0)
        (void)unlink(part);
    return rc;
}
