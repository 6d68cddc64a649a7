/*
 * verify_store.h - derive stored variants again and compare
 */
#ifndef AUGMENT_VERIFY_STORE_H
#define AUGMENT_VERIFY_STORE_H

#include "base/err.h"

/*
 * papline-augment --again RUN [--sample K]: make K rows of RUN/augment anew
 * (all, if there are fewer), spread over the store, and compare bytes and
 * operations with what is stored.  Prints one line.
 * Errors: ERR_USAGE options, no such run, no augmentation planned; ERR_INPUT a
 * row differs (the first is named), a damaged store; ERR_SYSTEM.
 */
MUST_USE int verify_store_main(int argc, char **argv, struct err *err);

#endif
