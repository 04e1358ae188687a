/* What a file or folder of recordings is, told by what it holds and how it is called. */
#ifndef TUFT_DATASETS_SOURCE_KIND_H
#define TUFT_DATASETS_SOURCE_KIND_H

#include "core/status.h"

typedef enum {
    TUFT_SOURCE_NMNIST_FILE,   /* .bin */
    TUFT_SOURCE_NMNIST_FOLDER, /* <digit>/<name>.bin */
    TUFT_SOURCE_CSV_FILE,
    TUFT_SOURCE_CSV_FOLDER, /* <digit>/<name>.csv */
    TUFT_SOURCE_BS1,
    TUFT_SOURCE_SOUND,     /* WAV, FLAC, OGG */
    TUFT_SOURCE_SPOKEN,    /* folder of <digit>_<talker>_<take>.wav */
    TUFT_SOURCE_NTIDIGITS, /* HDF5 */
    TUFT_SOURCE_IMAGES     /* IDX images */
} tuft_source_kind;

/* "N-MNIST file" and so on; never NULL. */
const char *tuft_source_kind_name(tuft_source_kind kind);

/* The kind of path. A folder with Train/ or Test/ is what those are. Files: .bin, .bs1 and .csv by
 * their names, as two of them begin with any byte; others by their first bytes, then by their
 * names. TUFT_IO where there is nothing to read; TUFT_FORMAT, with what is known, for all else. */
tuft_status tuft_source_kind_of(const char *path, tuft_source_kind *kind, tuft_error *err);

/* Whether path/name is a folder. */
int tuft_has_folder(const char *path, const char *name);

#endif
