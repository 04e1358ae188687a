/* A folder with subfolders named for the classes, 0, 1, 2 ..., of one file a recording. */
#ifndef TUFT_DATASETS_DIGIT_FOLDERS_H
#define TUFT_DATASETS_DIGIT_FOLDERS_H

#include "core/events.h"

/* The files with an extension (".bin") in the subfolders 0 .. classes-1, in the order of class,
 * then name (by strcmp): recordings with label and name "<class>/<file>" but without events.
 * Missing classes are allowed, not all of them. TUFT_IO; TUFT_FORMAT where there is none, or a name
 * does not fit a recording. On failure *out is zeroed. */
tuft_status tuft_digit_folders_list(const char *directory, const char *extension, int classes,
                                    tuft_recordings *out, tuft_error *err);

#endif
