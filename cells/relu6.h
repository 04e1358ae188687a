/* min(max(x, 0), 6) of a whole array, and back: flat below 0 and above 6. */
#ifndef TUFT_CELLS_RELU6_H
#define TUFT_CELLS_RELU6_H

#include <stddef.h>

/* y may be x. */
void tuft_relu6(const float *x, float *y, size_t n);
/* slope_x[i] = slope_y[i] where 0 < y[i] < 6, else 0; y may be x (the same places are flat);
 * slope_x may be y or slope_y. */
void tuft_relu6_slopes(const float *y, const float *slope_y, float *slope_x, size_t n);

#endif
