/* How a mouth looks while it speaks: from phones in time to a few numbers.
 *
 * Every phone pulls the mouth towards its viseme's shape, most at its middle; the pulls blend
 * (Cohen & Massaro, "Modeling coarticulation in synthetic visual speech", 1993): value(t) =
 * sum D_i(t) T_i / sum D_i(t), D_i(t) = a_i exp(-|t - t_i| / r_i).
 */
#ifndef TUFT_DATASETS_MOUTH_SHAPE_H
#define TUFT_DATASETS_MOUTH_SHAPE_H

#include "datasets/utterance.h"

typedef struct {
    double opening;  /* between the lips' inner edges, 0 shut .. 1 wide */
    double width;    /* of the lips, -1 drawn together .. 1 spread */
    double rounding; /* lips pushed forward, 0 .. 1 */
    double teeth;    /* upper teeth bared, 0 .. 1 */
    double tongue;   /* tip seen behind the teeth, 0 .. 1 */
} tuft_mouth_shape;

/* The shape a phone by this name aims at, in espeak-ng's notation; one that is not known, and a
 * pause: the resting mouth. */
tuft_mouth_shape tuft_mouth_viseme(const char *name);

/* The shape at time_s within an utterance of phones that ends at end_s; at rest before and after.
 */
tuft_mouth_shape tuft_mouth_shape_at(const tuft_phone *phone, size_t phones, double end_s,
                                     double time_s);

#endif
