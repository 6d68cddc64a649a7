/*
 * vips_functions.h - libvips' functions, called as vips.copy() for vips_copy()
 *
 * libvips brings some hundred libraries, which take four times as long to load
 * as all else that a program needs.  Most programs never see a picture's file,
 * so vipslib_start() loads it, and fills this in.
 */
#ifndef IMG_VIPS_FUNCTIONS_H
#define IMG_VIPS_FUNCTIONS_H

#include <vips/vips.h>

struct vips_functions {
#define VIPS_FUNCTION(name) __typeof__(vips_##name) *name;
#include "img/vips_functions.def"
#undef VIPS_FUNCTION
};

/* All are there after vipslib_start(). */
extern struct vips_functions vips;

#endif
