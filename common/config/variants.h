/*
 * variants.h - named sets of keys of a training that have other values
 *
 * train.variants, one more axis beside networks, regimes, seeds and folds:
 *
 *     variants:
 *       plain: {}
 *       wide: {learning_rate: 0.0003, mixup: 0.2}
 *
 * Any key of the section may be in a variant that decides a result (KEY_RESULT
 * in the table of keys).  A variant's configuration is the one that has these
 * values and no variants, so whatever reads it needs to know nothing of them.
 */
#ifndef CONFIG_VARIANTS_H
#define CONFIG_VARIANTS_H

#include "config/config_key.h"

/* How many configurations the experiments have: 1 without variants. */
int variants_count(const struct config *c);

/* Name of number i of them; "" without variants. */
const char *variants_name(const struct config *c, int i);

/*
 * The configuration of the variant called 'name'; "": that without any.
 *   out [out] has no variants; must not be c
 */
void variants_config(struct config *out, const struct config *c,
                     const char *name);

/*
 * Append an empty one.
 *   where [in] "file:line" or "--set", for the message
 * Returns NULL with ERR_USAGE: no name, one that is there, too many.
 */
struct variant *variants_add(struct variant_list *l, const char *name,
                             const char *where, struct err *err);

/*
 * May a variant have its own value of 'k', a key of the section?
 * Errors: ERR_USAGE "where: key: why not".
 */
MUST_USE int variants_check_key(const struct config_key *k, const char *where,
                                struct err *err);

/*
 * Check a value and store it, in the place of one that is there.
 * Errors: as config_key_set(); ERR_USAGE they take too much room.
 */
MUST_USE int variants_put(struct variant *v, const struct config_key *k,
                          const struct config_key_value *value,
                          const char *where, struct err *err);

/* "{plain: {}, wide: {learning_rate: 0.0003}}" */
void variants_text(const struct variant_list *l, struct buf *out);

/* The same as YAML, a line each behind that of the key. */
void variants_yaml(const struct variant_list *l, struct buf *out);

#endif
