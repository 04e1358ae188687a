/* A set of recordings split by who speaks, so that no talker is on both sides. */
#ifndef TUFT_DATASETS_TALKER_SPLIT_H
#define TUFT_DATASETS_TALKER_SPLIT_H

#include "core/events.h"

/* Moves the recordings of *set, in their order, to *train and *test, and empties it. test_talkers:
 * names separated by commas; NULL takes the last quarter (rounded down, at least one) of the
 * talkers in alphabetical order (strcmp). TUFT_INVALID where a name is nobody's, or a side would be
 * empty: with one talker, or all of them named. On failure *set stays as it is and both sides are
 * zeroed.
 */
tuft_status tuft_talker_split(tuft_recordings *set, const char *test_talkers,
                              tuft_recordings *train, tuft_recordings *test, tuft_error *err);

/* The different talkers in alphabetical order, pointing into *set ("" is one too). The array is the
 * caller's to free. */
tuft_status tuft_talkers(const tuft_recordings *set, const char ***talker, size_t *count,
                         tuft_error *err);

#endif
