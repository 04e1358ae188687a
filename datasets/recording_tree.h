/* A set of recordings as a folder: <digit>/<name>.bin (N-MNIST) or <digit>/<name>.csv. */
#ifndef TUFT_DATASETS_RECORDING_TREE_H
#define TUFT_DATASETS_RECORDING_TREE_H

#include "core/events.h"

typedef enum { TUFT_TREE_NMNIST, TUFT_TREE_CSV } tuft_tree_format;

/* Writes set->recording[0..set->count) into folder, which is there; digit folders are made. A file
 * is named as its recording, without folder and extension, other signs than letters, digits, '-',
 * '_' and '.' as '_'. The same files for any number of threads (>= 1). TUFT_INVALID where the
 * format cannot hold the geometry or the events, or two recordings of a label have one name;
 * TUFT_IO. After a failure some of the files may be there: see core/folder.h. */
tuft_status tuft_tree_write(const char *folder, tuft_tree_format format, const tuft_recordings *set,
                            int threads, tuft_error *err);

/* TUFT_INVALID, naming both, unless a geometry is 34 x 34 x 2. what goes before the message. */
tuft_status tuft_tree_check_nmnist(const char *what, tuft_geometry geometry, tuft_error *err);

#endif
