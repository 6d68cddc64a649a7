/*
 * weights_fetch.h - where Keras' official weight files are, and getting them
 */
#ifndef ORCHESTRATION_TOOLS_WEIGHTS_FETCH_H
#define ORCHESTRATION_TOOLS_WEIGHTS_FETCH_H

#include "nn/nets.h"

#include <stdio.h>

/* Address and checksum of the file without top. */
void weights_fetch_print(FILE *out, const struct net *net);

/*
 * Download it by curl or wget to a file beside 'path', compare its MD5 with
 * Keras', and only then give it the name.
 * Errors: ERR_AGAIN no network, or no program to download with; ERR_INPUT the
 * checksum differs; ERR_SYSTEM.  'path' is then as before.
 */
MUST_USE int weights_fetch_download(const struct net *net, const char *path,
                                    struct err *err);

#endif
