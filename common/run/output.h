/*
 * output.h - the output directory of a node: begun, filled, sealed
 *
 * A node writes into RUN/<dir>.partial, which survives a crash so that work
 * can go on, and becomes RUN/<dir> in one rename, after every file is synced
 * and manifest.json (key, parameters, stage version, time, and size and
 * SHA-256 of every file) is written.  So a directory without ".partial" is
 * complete, and its manifest says of what.
 */
#ifndef RUN_OUTPUT_H
#define RUN_OUTPUT_H

#include "run/plan.h"

enum {
    NODE_MAX_DEPTH = 16,          /* folders in an output */
    NODE_MANIFEST_MAX = 64 << 20, /* bytes of manifest.json */
};

struct json_t; /* jansson's */

/*
 * Are all inputs of 'node' sealed, with the keys that it is planned with, and
 * whole (as in node_is_current())?
 * Errors: ERR_USAGE names the first that is not; ERR_SYSTEM.
 */
MUST_USE int node_check_inputs(const char *run_dir,
                               const struct plan_node *node, struct err *err);

/*
 * Make or re-enter RUN/<dir>.partial.  One that was begun for another key is
 * emptied first; *resumed tells whether one of this key was there.  The hidden
 * file .begun in it says what for.  What a crash may have left is tidied away:
 * temporary files, older outputs on their way out.
 *   path [out] the partial directory
 * Errors: ERR_USAGE an input is not what the node is planned with; ERR_SYSTEM.
 */
MUST_USE int node_begin(const char *run_dir, const struct plan_node *node,
                        char path[FILE_PATH_MAX], bool *resumed,
                        struct err *err);

/* Path of RUN/<dir>.partial.  Errors: ERR_INPUT too long. */
MUST_USE int node_partial(char path[FILE_PATH_MAX], const char *run_dir,
                          const struct plan_node *node, struct err *err);

/*
 * Seal: sync all files, write the manifest, rename, drop the older output.
 * If it was sealed with this key already (a repeated unit) nothing is done.
 * Temporary files that killed workers left are removed first.
 * Errors: ERR_USAGE an input has become another; ERR_SYSTEM, also when no
 * output was begun for this key; the partial directory stays.
 */
MUST_USE int node_commit(const char *run_dir, const struct plan_node *node,
                         struct err *err);

/*
 * Is RUN/<dir> sealed with this node's key, and whole, as far as node_check()
 * without 'all' tells?
 * Errors: ERR_INPUT it is absent, of another configuration, or damaged;
 * ERR_SYSTEM it cannot be read.
 */
MUST_USE int node_check_current(const char *run_dir,
                                const struct plan_node *node, struct err *err);

/* The same for those who need not know why not. */
bool node_is_current(const char *run_dir, const struct plan_node *node);

/*
 * 'node' as it is sealed while inputs of it are missing: with none, under a key
 * that no plan has, so that it is made again when they are there.
 */
struct plan_node node_lacking_inputs(const struct plan_node *node);

/* Is there a sealed output, whatever its key? */
bool node_is_sealed(const char *run_dir, const struct plan_node *node);

/* Is there unfinished work for this node's key? */
bool node_is_begun(const char *run_dir, const struct plan_node *node);

/*
 * The manifest of the sealed output; json_decref() it.  It has the members
 * key, node, stage, version, program, host, started, finished (UTC), seconds
 * (of which), resumed (times), params, inputs (keys by name) and files, an
 * array of {name, size, sha256} in byte order of name.
 * Errors: ERR_INPUT missing or not such a manifest; ERR_SYSTEM it cannot be
 * read.
 */
MUST_USE struct json_t *node_manifest(const char *run_dir,
                                      const struct plan_node *node,
                                      struct err *err);

/*
 * Are all files of the manifest there, as it has them?  Small ones are read;
 * large ones only if the file system shows them otherwise than when they were
 * last found whole (output_files.h), or with 'all'.
 * Errors: ERR_INPUT names the first that is not; ERR_SYSTEM one cannot be read,
 * which is no damage.
 */
MUST_USE int node_check(const char *run_dir, const struct plan_node *node,
                        const struct json_t *manifest, bool all,
                        struct err *err);

/*
 * Read every file of a sealed node, and look for others.
 * Of 'node' only the directory is looked at.
 * Errors: ERR_INPUT names the first file that is missing, changed or extra.
 */
MUST_USE int node_verify(const char *run_dir, const struct plan_node *node,
                         struct err *err);

#endif
