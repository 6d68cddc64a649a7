#include "img/vipslib.h"

#include "img/vips_functions.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

struct vips_functions vips;

/* Set once, under pthread_once(). */
static atomic_bool started;

static void drop_message(const char *domain, GLogLevelFlags level,
                         const char *text, void *self)
{
    (void)domain;
    (void)level;
    (void)text;
    (void)self;
}

static bool load_functions(void)
{
    static const struct {
        const char *name;
        void *to; /* a pointer to the function's */
    } wanted[] = {
#define VIPS_FUNCTION(name) {"vips_" #name, &vips.name},
#include "img/vips_functions.def"
#undef VIPS_FUNCTION
    };
    void *library = dlopen("libvips.so.42", RTLD_NOW);

    if (!library)
        return false;
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        void *f = dlsym(library, wanted[i].name);

        if (!f)
            return false;
        memcpy(wanted[i].to, &f, sizeof(f));
    }
    return true;
}

static void start_libvips(void)
{
    if (!load_functions() || vips.init("papline") != 0)
        return;
    vips.concurrency_set(1);
    vips.cache_set_max(0);
#if VIPS_MAJOR_VERSION > 8 || VIPS_MINOR_VERSION >= 13
    vips.block_untrusted_set(TRUE);
#endif
    g_log_set_handler("VIPS", G_LOG_LEVEL_WARNING | G_LOG_LEVEL_INFO,
                      drop_message, NULL);
    atomic_store(&started, true);
}

int vipslib_start(struct err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, start_libvips);
    return atomic_load(&started)
               ? 0
               : err_set(err, ERR_SYSTEM, "libvips %s does not start",
                         VIPS_VERSION);
}

void vipslib_end_thread(void)
{
    if (atomic_load(&started)) /* else it would crash */
        vips.thread_shutdown();
}

const char *vipslib_version(void)
{
    struct err err = {0};

    return vipslib_start(&err) == 0 ? vips.version_string() : "unknown";
}
