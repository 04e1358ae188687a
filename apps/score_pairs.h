/* Recordings to score: one clean, one enhanced, perhaps the noisy one; or folders of them. */
#ifndef TUFT_APPS_SCORE_PAIRS_H
#define TUFT_APPS_SCORE_PAIRS_H

#include "core/status.h"

#include <stddef.h>

typedef struct {
    char *name;                     /* of the file, without its folder */
    char *clean, *enhanced, *noisy; /* paths; noisy may be NULL */
} score_pair;

typedef struct {
    score_pair *pair;
    size_t count, capacity;
} score_pairs;

/* Three files, or three folders whose sound files (.wav, .flac, .ogg) have the same names, in the
 * order of these; noisy may be NULL. TUFT_IO where one is not there; TUFT_INVALID where files and
 * folders are mixed, a name is on one side only, or there is none. */
tuft_status score_pairs_find(score_pairs *out, const char *clean, const char *enhanced,
                             const char *noisy, tuft_error *err);
void score_pairs_free(score_pairs *pairs);

#endif
