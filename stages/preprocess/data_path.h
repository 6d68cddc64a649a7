/*
 * data_path.h - which file of a dataset a table means
 */
#ifndef PREPROCESS_DATA_PATH_H
#define PREPROCESS_DATA_PATH_H

#include <stdbool.h>

enum { DATA_PATH_MAX = 2048 }; /* bytes of a path inside a dataset, with NUL */

/*
 * 'given' as a plain path inside the dataset 'dir': without "./" and doubled
 * slashes; an absolute path that leads into it, by its text or by links,
 * becomes relative; backslashes are slashes where no file is called so.
 *   dir [in] NULL: not known, so that only relative paths are taken
 *   out [out] may differ from a path of the file system in letter case or
 *             Unicode form: it is not looked for
 * Returns false if it is empty, too long, or not inside.
 */
bool data_path_inside(char out[DATA_PATH_MAX], const char *dir,
                      const char *given);

/* Is there a file 'path' in the dataset 'dir'? */
bool data_path_exists(const char *dir, const char *path);

/* Is a part of a plain path a hidden name, or a folder's of the file system's
 * own (img/pictures.h)?  Such files are no part of the data set's content
 * (run/dataset_hash.h). */
bool data_path_is_hidden(const char *path);

#endif
