/*
 * safetensors_private.h - what safetensors.c and safetensors_write.c share
 */
#ifndef NN_SAFETENSORS_PRIVATE_H
#define NN_SAFETENSORS_PRIVATE_H

#include "nn/safetensors.h"

enum {
    LENGTH_BYTES = 8, /* before the header: its length */
    ALIGN = 8,        /* of the data */
    MAX_DATA = SAFETENSORS_MAX_BYTES - SAFETENSORS_MAX_HEADER - LENGTH_BYTES,
};

/* The word of a type in the header, "F32". */
const char *safetensors_word(enum safetensors_type type);

#endif
