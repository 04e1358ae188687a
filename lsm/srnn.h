/* The liquid's cell in a network whose weights are trained:
 *
 *     v_t = decay v_(t-1) (1 - s_(t-1)) + I_t        s_t = [v_t > threshold]
 *
 * A step has no slope that could be followed. In its place stands the slope of a smooth function
 * (surrogate gradient: Neftci, Mostafa & Zenke 2019, IEEE Signal Process. Mag. 36:51-63), here the
 * arc tangent (Fang et al. 2021, ICCV): with x = v - threshold and sharpness k
 *
 *     S(x) = 1/2 + atan(pi k x / 2) / pi             S'(x) = (k / 2) / (1 + (pi k x / 2)^2)
 *
 * The reset is differentiated as well: v_t depends on s_(t-1) by -decay v_(t-1).
 */
#ifndef TUFT_LSM_SRNN_H
#define TUFT_LSM_SRNN_H

#include <stddef.h>

typedef enum { TUFT_SPIKE_STEP, TUFT_SPIKE_SMOOTH } tuft_spike_shape;

typedef struct {
    float decay, threshold, sharpness;
    tuft_spike_shape shape; /* SMOOTH: s = S(x), whose gradient by this code is exact */
} tuft_srnn_cell;

/* v holds the current on entry and the potential on return; v_before and s_before NULL at the
 * start. */
void tuft_srnn_forward(const tuft_srnn_cell *cell, const float *v_before, const float *s_before,
                       size_t n, float *v, float *s);
/* s_slope: d loss/d s_t by what reads s_t; slope_after: d loss/d I_(t+1), NULL at the end. Writes
 * slope = d loss/d I_t = d loss/d v_t. */
void tuft_srnn_backward(const tuft_srnn_cell *cell, const float *v, const float *s,
                        const float *s_slope, const float *slope_after, size_t n, float *slope);

#endif
