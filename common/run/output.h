/*
 * output.h - the output directory of a step: begun, filled, sealed
 *
 * A step writes into RUN/<dir>.partial, which survives a crash so that work
 * can go on, and becomes RUN/<dir> in one rename, after every file is synced
 * and manifest.json (content hash, parameters, stage version, time, and size
 * and SHA-256 of every file) is written.  So a directory without ".partial" is
 * complete, and its manifest says of what.
 */
#ifndef RUN_OUTPUT_H
#define RUN_OUTPUT_H

#include "run/plan.h"

enum {
    OUTPUT_MAX_DEPTH = 16,          /* folders in an output */
    OUTPUT_MANIFEST_MAX = 64 << 20, /* bytes of manifest.json */
    OUTPUT_SHARED_SECONDS = 90,     /* until another host's output is seen */
};

/* Instead of the first digit, in the hash of an output that no plan has: one
 * that was made without all its inputs, one that is to be made again. */
#define OUTPUT_LACKING '-'
#define OUTPUT_AGAIN   '!'

/* Folder of an output for what its units leave to the one that gathers them: it
 * is no part of what is sealed, and goes once that is done. */
#define OUTPUT_PARTS ".parts"

struct json_t; /* jansson's */

/*
 * Are all inputs of 'step' sealed, with the content hashes that it is planned
 * with, and whole (as in output_is_current())?
 * Errors: ERR_USAGE names the first that is not; ERR_SYSTEM.
 */
MUST_USE int output_check_inputs(const char *run_dir,
                                 const struct plan_step *step, struct err *err);

/*
 * Make or re-enter RUN/<dir>.partial.  One that was begun for another content
 * hash is emptied first; *resumed tells whether one of this hash was there.
 * The hidden file .begun in it says what for.  What a crash may have left is
 * tidied away: temporary files, older outputs on their way out.
 *   path [out] the partial directory
 * Errors: ERR_USAGE an input is not what the step is planned with; ERR_SYSTEM.
 */
MUST_USE int output_begin(const char *run_dir, const struct plan_step *step,
                          char path[FILE_PATH_MAX], bool *resumed,
                          struct err *err);

/* Path of RUN/<dir>.partial.  Errors: ERR_INPUT too long. */
MUST_USE int output_partial(char path[FILE_PATH_MAX], const char *run_dir,
                            const struct plan_step *step, struct err *err);

/*
 * Seal: sync all files, write the manifest, rename, drop the older output and
 * OUTPUT_PARTS.  Before the rename that stays, so that what gathers can be done
 * again; what a crash behind it leaves is for output_remove_parts().
 * If it was sealed with this hash already (a repeated unit) nothing is done.
 * Temporary files that killed workers left are removed first.
 * Errors: ERR_USAGE an input has become another; ERR_SYSTEM, also when no
 * output was begun for this hash; the partial directory stays.
 */
MUST_USE int output_commit(const char *run_dir, const struct plan_step *step,
                           struct err *err);

/* Remove OUTPUT_PARTS of a sealed output, if there is any.  ERR_SYSTEM. */
MUST_USE int output_remove_parts(const char *run_dir,
                                 const struct plan_step *step, struct err *err);

/*
 * Does the manifest of a step's output name the file that is wanted of it?
 * Errors: ERR_INPUT it does not, the output is of a version that made none.
 */
MUST_USE int output_check_wanted(const struct plan_step *step,
                                 const struct json_t *manifest,
                                 struct err *err);

/*
 * Is RUN/<dir> sealed with this step's hash, with what is wanted of it, and
 * whole, as far as output_check() without 'all' tells?
 * Errors: ERR_INPUT it is absent, of another configuration, or damaged;
 * ERR_SYSTEM it cannot be read.
 */
MUST_USE int output_check_current(const char *run_dir,
                                  const struct plan_step *step,
                                  struct err *err);

/* The same for those who need not know why not. */
bool output_is_current(const char *run_dir, const struct plan_step *step);

/*
 * 'step' as it is sealed while inputs of it are missing: with none, under a
 * hash that no plan has, so that it is made again when they are there.
 */
struct plan_step output_lacking_inputs(const struct plan_step *step);

/* Is 'hash', of an output or of unfinished work, the step's content hash, or
 * the one it had by the rules before? */
bool output_is_of(const char *hash, const struct plan_step *step);

/*
 * Make outputs that are sealed with the hashes of the rules before (plan.h)
 * known by their present ones: parameters, inputs and hash in their manifests
 * are written anew.  Nobody else may work on the run.  ERR_SYSTEM.
 */
MUST_USE int output_rename_hashes(const char *run_dir, const struct plan *p,
                                  struct err *err);

/*
 * Have a step made again from its beginning, though its output is current:
 * that stays until then, under a hash that no plan has; unfinished work goes,
 * and what a longer training would begin with.  ERR_SYSTEM.
 */
MUST_USE int output_make_again(const char *run_dir,
                               const struct plan_step *step, struct err *err);

/* Is there a sealed output, whatever its hash? */
bool output_is_sealed(const char *run_dir, const struct plan_step *step);

/* Is there unfinished work for this step's hash? */
bool output_is_begun(const char *run_dir, const struct plan_step *step);

/*
 * The manifest of the sealed output; json_decref() it.  It has the members
 * key (the content hash), node (the step's name), stage, version, program,
 * host, machine, started, finished (UTC), seconds (of which), resumed (times),
 * params, inputs (hashes by name) and files, an array of {name, size, sha256}
 * in byte order of name.
 * Errors: ERR_INPUT missing or not such a manifest; ERR_SYSTEM it cannot be
 * read.
 */
MUST_USE struct json_t *output_manifest(const char *run_dir,
                                        const struct plan_step *step,
                                        struct err *err);

/*
 * Are all files of the manifest there, as it has them?  Small ones are read;
 * large ones only if the file system shows them otherwise than when they were
 * last found whole (output_files.h), or with 'all'.
 * Errors: ERR_INPUT names the first that is not; ERR_SYSTEM one cannot be read,
 * which is no damage.
 */
MUST_USE int output_check(const char *run_dir, const struct plan_step *step,
                          const struct json_t *manifest, bool all,
                          struct err *err);

/*
 * Read every file of a sealed step, and look for others.
 * Of 'step' only the directory is looked at.
 * Errors: ERR_INPUT names the first file that is missing, changed or extra.
 */
MUST_USE int output_verify(const char *run_dir, const struct plan_step *step,
                           struct err *err);

#endif
