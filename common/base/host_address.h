/*
 * host_address.h - where other hosts reach this one
 */
#ifndef BASE_HOST_ADDRESS_H
#define BASE_HOST_ADDRESS_H

#include "base/err.h"

enum { HOST_ADDRESS = 16 }; /* bytes: "255.255.255.255" and a NUL */

/*
 * An IPv4 address of this host: the one that its name stands for, if an
 * interface has it; else that of the first interface that is up and not the
 * loopback; else the loopback's.
 * Errors: ERR_SYSTEM the interfaces cannot be listed.
 */
MUST_USE int host_address(char address[HOST_ADDRESS], struct err *err);

#endif
