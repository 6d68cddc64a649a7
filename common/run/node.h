/*
 * node.h - the output directory of a node: begun, filled, sealed
 *
 * A node writes into RUN/<dir>.partial, which survives a crash so that work
 * can go on, and becomes RUN/<dir> in one rename, after every file is synced
 * and manifest.json (key, parameters, stage version, time, and size and
 * SHA-256 of every file) is written.  So a directory without ".partial" is
 * complete, and its manifest says of what.
 */
#ifndef RUN_NODE_H
#define RUN_NODE_H

#include "run/plan.h"

/*
 * Make or re-enter RUN/<dir>.partial.  One that was begun for another key is
 * emptied first; *resumed tells whether one of this key was there.
 *   path [out] the partial directory
 * Errors: ERR_SYSTEM.
 */
MUST_USE int node_begin(const char *run_dir, const struct plan_node *node,
                        char path[FILE_PATH_MAX], bool *resumed,
                        struct err *err);

/*
 * Seal: sync all files, write the manifest, rename, drop the older output.
 * If it was sealed with this key already (a repeated unit) nothing is done.
 * Errors: ERR_SYSTEM; the partial directory stays.
 */
MUST_USE int node_commit(const char *run_dir, const struct plan_node *node,
                         struct err *err);

/* Is RUN/<dir> sealed with this node's key?  Reads only the manifest. */
bool node_is_current(const char *run_dir, const struct plan_node *node);

/*
 * Compare every file of a sealed node with its manifest.
 * Errors: ERR_INPUT names the first file that is missing, changed or extra.
 */
MUST_USE int node_verify(const char *run_dir, const struct plan_node *node,
                         struct err *err);

#endif
