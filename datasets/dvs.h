/* Image -> events of a dynamic vision sensor that looks at it through three micro-saccades, as
 * N-MNIST was recorded (Orchard et al. 2015, Front. Neurosci. 9:437): the view moves along an
 * isosceles triangle back to where it began.
 *
 * On the sensor the image moves from the triangle's left base corner to its apex (down), to the
 * right base corner (up) and back along the base. Within one leg the way covered is the
 * minimum-jerk profile s(u) = 10 u^3 - 15 u^4 + 6 u^5, u = t / move_us (Flash & Hogan 1985,
 * J. Neurosci. 5:1688), whose speed is the bell that the real recordings' event rate shows.
 *
 * A pixel sees I(t) = background + (foreground - background) p(t), p the bilinear sample of the
 * image (0 beyond its border), and fires ON or OFF when L(t) = ln(log_offset + I(t)) has risen or
 * fallen by its threshold since its last event (Lichtsteiner, Posch, Delbruck 2008, IEEE JSSC
 * 43:566). For refractory_us after an event it is held in reset; then it starts from the L it
 * finds. L is computed every step_us and is linear between; event times are those of the crossing.
 */
#ifndef TUFT_DATASETS_DVS_H
#define TUFT_DATASETS_DVS_H

#include "core/events.h"
#include "core/status.h"
#include "datasets/idx.h"

#include <stdint.h>

typedef struct {
    uint32_t width, height;    /* sensor, pixels; at most TUFT_DVS_SIDE_LIMIT */
    double scale;              /* sensor pixels an image pixel covers; the image is centred */
    double base;               /* triangle: length of its base, sensor pixels, signed */
    double apex_x, apex_y;     /* its apex from the base's middle; apex_x = 0 is isosceles */
    double saccade_us;         /* one leg, rest included */
    double move_us;            /* the movement in its middle, at most saccade_us */
    double step_us;            /* samples of L; at most TUFT_DVS_STEP_LIMIT of them */
    double background;         /* luminance of image value 0, relative, >= 0 */
    double foreground;         /* luminance of image value 1, relative, >= 0 */
    double log_offset;         /* added before the logarithm (dark current), >= 0 */
    double contrast_threshold; /* in L (natural logarithm), the same for ON and OFF, > 0 */
    double threshold_spread;   /* sd / mean of the thresholds of single pixels and polarities */
    double refractory_us;      /* dead time after an event */
    double noise_hz;           /* Poisson events of a pixel, half ON and half OFF; they do not
                                * reset the pixel */
} tuft_dvs_parameters;

enum { TUFT_DVS_SIDE_LIMIT = 1024, TUFT_DVS_STEP_LIMIT = 1 << 20 };

/* Fitted to N-MNIST recordings (docs/datasets-vision.md). */
tuft_dvs_parameters tuft_dvs_defaults(void);

/* TUFT_INVALID with the name and value of a parameter that makes no sense. */
tuft_status tuft_dvs_check(const tuft_dvs_parameters *parameters, tuft_error *err);

/* The events of one image of width x height values in 0..1, row-major; geometry {width, height, 2}
 * of the sensor, channel = (polarity * height + y) * width + x, polarity 1 ON. They lie in
 * [0, 3 saccade_us). Thresholds depend on seed and pixel (one sensor a seed), noise on seed and
 * index. The caller owns *out, which is zeroed on failure. */
tuft_status tuft_dvs_from_image(const float *image, uint32_t width, uint32_t height,
                                const tuft_dvs_parameters *parameters, uint64_t seed,
                                uint64_t index, tuft_events *out, tuft_error *err);

/* A recording for every image, index = its place, name "image <place>", label that of the image (0
 * without labels). The same for any number of threads (0: as OpenMP decides). */
tuft_status tuft_dvs_from_images(const tuft_images *images, const tuft_dvs_parameters *parameters,
                                 uint64_t seed, int threads, tuft_recordings *out, tuft_error *err);

#endif
