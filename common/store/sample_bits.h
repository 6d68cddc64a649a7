/*
 * sample_bits.h - how many bits of their 16-bit samples a store's pictures use
 */
#ifndef STORE_SAMPLE_BITS_H
#define STORE_SAMPLE_BITS_H

#include "config/config.h"

/*
 * What preprocess.bits says, or with auto what stats.json of the store 'dir'
 * has found: 8 to 15, or 0: all.
 * Errors: ERR_INPUT stats.json cannot be read, or says something else;
 * ERR_SYSTEM.
 */
MUST_USE int sample_bits_read(const char *dir, const struct config *c,
                              int *bits, struct err *err);

#endif
