/*
 * node_files.h - the files of an output directory
 *
 * Internal to node.c.
 */
#ifndef RUN_NODE_FILES_H
#define RUN_NODE_FILES_H

#include "base/file.h"
#include "base/hash.h"

#define NODE_MANIFEST "manifest.json"
#define NODE_BEGUN    ".begun"

enum { NODE_MAX_FILES = 1000000 };

struct node_file {
    char *name; /* owned: relative to the directory */
    size_t size;
    char hex[HASH_HEX];
};

struct node_files {
    struct node_file *file; /* owned: in byte order of name */
    size_t n;
};

/*
 * List the regular files below 'dir' but its manifest and .begun; links are
 * not followed and not listed.
 * Errors: ERR_INPUT too deep or too many; ERR_SYSTEM.
 */
MUST_USE int node_files_list(struct node_files *f, const char *dir,
                             struct err *err);

/* Take size and hash of each, after syncing it if 'sync', with its folder. */
MUST_USE int node_files_hash(struct node_files *f, const char *dir, bool sync,
                             struct err *err);

/* Is it what an interrupted file_write() leaves ("x.tmp123")? */
bool node_files_temporary(const char *name);

void node_files_release(struct node_files *f);

#endif
