/* More recordings from few: each copy of a recording is moved, turned, stretched a little, as other
 * writers and talkers would have made it. For training sets only.
 *
 * A picture (height > 1) is warped about its middle c by a random affine map,
 *     (x', y') = c + shift + R(rotation) [1 + sx, shear; 0, 1 + sy] ((x, y) - c),
 * each of its events going to the nearest pixel. A cochlea (height 1) has its channels stretched
 * about the middle and moved (another vocal tract), its time stretched (another pace). Amounts are
 * uniform in +- the given bound. Events that leave the sensor are lost.
 */
#ifndef TUFT_DATASETS_AUGMENT_H
#define TUFT_DATASETS_AUGMENT_H

#include "core/events.h"

typedef struct {
    double rotation_degrees; /* pictures */
    double scale;            /* of sx, sy; of the cochlea's channels */
    double shear;            /* pictures */
    double shift;            /* channels, each direction */
    double time_scale;       /* times are multiplied by 1 +- this */
    double drop;             /* share of events left out, 0 .. 1: sensors differ in sensitivity */
} tuft_augmentation;

/* One warped copy. Amounts come from stream (seed, AUGMENT, index). The caller owns
 * out->events; on failure they are freed. */
tuft_status tuft_augment(const tuft_augmentation *augmentation, tuft_geometry geometry,
                         const tuft_recording *recording, uint64_t seed, uint64_t index,
                         tuft_recording *out, tuft_error *err);

/* A copy of every recording of a set; recording i is warped by index copy << 32 | i. The same for
 * any number of threads (>= 1). On failure *out is zeroed. */
tuft_status tuft_augment_set(const tuft_augmentation *augmentation, const tuft_recordings *set,
                             uint64_t seed, uint32_t copy, int threads, tuft_recordings *out,
                             tuft_error *err);

#endif
