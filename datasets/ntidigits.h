/* N-TIDIGITS18: spoken digits as cochlear spikes in one HDF5 file.
 * Source: Anumula, Neil, Delbruck, Liu, "Feature representations for neuromorphic audio spike
 * streams", Front. Neurosci. 12:23 (2018). The TI46 cochlear file shares the layout.
 *
 * Datasets train_labels and test_labels hold the keys (fixed- or variable-length strings); groups
 * train_addresses, train_timestamps, test_addresses, test_timestamps hold one array a key:
 * channels (any integer type) and seconds (any float type), non-decreasing. A root attribute
 * `channels` may say how many channels there are.
 */
#ifndef TUFT_DATASETS_NTIDIGITS_H
#define TUFT_DATASETS_NTIDIGITS_H

#include "core/events.h"

/* Loads the single digits of both splits: keys whose last part (after the last '-') has one
 * character, 1-9 for themselves, z (zero) for 0, o (oh) for 10; longer ones are passed over.
 *
 * classes: 11 when an 'o' occurs on either side, else 10. Geometry: {channels, 1, 1}, channels from
 * the attribute, else the largest address plus one and at least 64. name: the key. source: the
 * talker, which is the second part of the key when the first is a kind of talker (man, woman, boy,
 * girl: `man-im-a-7`), else the first (`m1-00-7`). duration_us: the last event plus one.
 *
 * Errors: TUFT_IO when the file cannot be opened; TUFT_FORMAT, naming file and dataset, for
 * whatever is missing, of the wrong type or shape, empty, unordered, NaN, negative, past an hour
 * or out of range, and for a damaged file over which libhdf5 crashes or runs in circles (it reads
 * in a process of its own, core/apart.h). On failure both sets are zeroed. */
tuft_status tuft_ntidigits_load(const char *path, tuft_recordings *train, tuft_recordings *test,
                                tuft_error *err);

/* Writes both splits as such a file, whole or not at all, the same bytes for the same content:
 * 16-bit addresses, seconds as doubles, labels of 64 bytes, attribute `channels`. A recording keeps
 * its name as key where that is one for its talker and label; else the key is
 * <talker>-<take>-<digit>, the take being what stands between the last '_' and the '.' of its name
 * (`7_george_12.wav`: george-12-7) or else its place. Read back, events, labels and talkers
 * are the same and durations end with the last event. TUFT_INVALID: a side without recordings, a
 * recording without events, a picture instead of a row of channels, sides of different geometry, a
 * label above 10, events out of order, range or the first hour, two recordings of one key. TUFT_IO.
 */
tuft_status tuft_ntidigits_write(const char *path, const tuft_recordings *train,
                                 const tuft_recordings *test, tuft_error *err);

#endif
