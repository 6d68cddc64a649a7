#include "img/vipslib.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <vips/vips.h>

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

static void start_libvips(void)
{
    if (vips_init("papline") != 0)
        return;
    vips_concurrency_set(1);
    vips_cache_set_max(0);
#if VIPS_MAJOR_VERSION > 8 || VIPS_MINOR_VERSION >= 13
    vips_block_untrusted_set(TRUE);
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
        vips_thread_shutdown();
}

const char *vipslib_version(void)
{
    return vips_version_string();
}
