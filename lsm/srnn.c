#include "lsm/srnn.h"

#include <math.h>

static const float PI = 3.14159265358979F;

static float spike(const tuft_srnn_cell *cell, float x)
{
    if (cell->shape == TUFT_SPIKE_STEP)
        return x > 0 ? 1 : 0;
    return 0.5F + atanf(PI / 2 * cell->sharpness * x) / PI;
}

void tuft_srnn_forward(const tuft_srnn_cell *cell, const float *v_before, const float *s_before,
                       size_t n, float *v, float *s)
{
    if (v_before)
        for (size_t k = 0; k < n; k++)
            v[k] += cell->decay * v_before[k] * (1 - s_before[k]);
    for (size_t k = 0; k < n; k++)
        s[k] = spike(cell, v[k] - cell->threshold);
}

void tuft_srnn_backward(const tuft_srnn_cell *cell, const float *v, const float *s,
                        const float *s_slope, const float *slope_after, size_t n, float *slope)
{
    float half = cell->sharpness / 2, steep = PI * half;
    for (size_t k = 0; k < n; k++) {
        float z = steep * (v[k] - cell->threshold);
        float after = slope_after ? cell->decay * slope_after[k] : 0;
        slope[k] = (s_slope[k] - v[k] * after) * half / (1 + z * z) + (1 - s[k]) * after;
    }
}
