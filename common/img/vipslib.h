/*
 * vipslib.h - libvips, loaded and started once and set up as this program needs it
 *
 * One thread a picture (the pictures are small and many are done at once), no
 * cache of operations, loaders marked untrusted blocked, no warnings printed.
 */
#ifndef IMG_VIPSLIB_H
#define IMG_VIPSLIB_H

#include "base/err.h"

/*
 * Load and start libvips unless it is started already.  Whatever needs it calls
 * this itself; thread-safe.  Errors: ERR_SYSTEM it is not there, or does not start.
 */
MUST_USE int vipslib_start(struct err *err);

/* Drop what libvips holds for the calling thread, if anything, before the
 * thread ends. */
void vipslib_end_thread(void);

/* Version of libvips, e.g. "8.14.1"; "unknown": it does not start. */
const char *vipslib_version(void);

#endif
