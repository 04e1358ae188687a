/* Features of a talker's lips: the low spatial frequencies of the mouth's picture and how they
 * change, at the times of the sound's frames. */
#ifndef TUFT_DATASETS_LIPS_H
#define TUFT_DATASETS_LIPS_H

#include "datasets/mouth.h"

/* Between two pictures: on the straight line between them, or the earlier one held. */
typedef enum { TUFT_LIPS_LINEAR, TUFT_LIPS_HOLD } tuft_lips_interpolation;

typedef struct {
    uint32_t width, height; /* what the crop is scaled to, 8 .. 256 */
    uint32_t coefficients;  /* kept, in zig-zag order from the constant one */
    uint32_t orders;        /* 1: as they are; 2: and first differences; 3: and second ones */
    tuft_lips_interpolation interpolation;
} tuft_lips_config;

/* 64 x 32, 50, 3, linear. */
tuft_lips_config tuft_lips_defaults(void);

/* Row and column of the k-th place in zig-zag order (JPEG's: (0,0), (0,1), (1,0), (2,0), ...)
 * through rows x columns; k < rows x columns. */
void tuft_lips_zigzag(uint32_t rows, uint32_t columns, uint32_t k, uint32_t *row, uint32_t *column);

/* The box of every frame, averaged over areas to width x height, 0 black to 1 white, then the
 * orthonormal 2D DCT-II (Ahmed, Natarajan & Rao 1974), zig-zag: out[clip->frames][coefficients].
 * TUFT_INVALID: config, or a box that is not in the frame. */
tuft_status tuft_lips_coefficients(const tuft_av_clip *clip, const tuft_mouth_box *box,
                                   const tuft_lips_config *config, float *out, tuft_error *err);

/* out[n][orders x coefficients] at times time_s[n] (s, on the sound's clock): coefficients c, then
 * (c[k+1] - c[k-1]) / 2, then c[k+1] - 2 c[k] + c[k-1] per picture, first and last picture
 * repeated, then interpolated; before the first and after the last picture held. */
tuft_status tuft_lips_features(const tuft_av_clip *clip, const tuft_mouth_box *box,
                               const tuft_lips_config *config, const double *time_s, size_t n,
                               float *out, tuft_error *err);

#endif
