#include "lsm/rnn.h"

#include <math.h>

void tuft_rnn_forward(const float *current, size_t n, float *y)
{
    for (size_t k = 0; k < n; k++)
        y[k] = tanhf(current[k]);
}

void tuft_rnn_backward(const float *y, const float *y_slope, size_t n, float *slope)
{
    for (size_t k = 0; k < n; k++)
        slope[k] = y_slope[k] * (1 - y[k] * y[k]);
}
