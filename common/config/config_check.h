/*
 * config_check.h - do the keys of a configuration go together?
 *
 * For config_read(); what single keys may be, their rows say.
 */
#ifndef CONFIG_CONFIG_CHECK_H
#define CONFIG_CONFIG_CHECK_H

#include "config/config.h"

/*
 * Check 'c', whose variants are not looked at.
 *   where [in] the file, and which variant, for the message
 * Errors: ERR_USAGE "where: section.name: what"; ERR_SYSTEM.
 */
MUST_USE int config_check(const struct config *c, const char *where,
                          struct err *err);

#endif
