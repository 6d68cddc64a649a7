/*
 * resizing.h - how pictures of any size come to the size of a store
 *
 * What configuration, model file and resize.h have in common.
 */
#ifndef BASE_RESIZING_H
#define BASE_RESIZING_H

#include <stdbool.h>

enum aspect_method {
    ASPECT_SQUASH, /* both sides to the size, whatever they were */
    ASPECT_KEEP,   /* the longer side to the size, the rest reflected */
    ASPECT_SCALE,  /* all by one factor, the rest as an empty field */
};

struct resizing {
    bool lanczos; /* or nearest pixels */
    enum aspect_method aspect;
    int field; /* ASPECT_SCALE: pixels of a picture, before it is resized,
                  that the width of the store shows, 1 or more */
};

#endif
