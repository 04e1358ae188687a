/* The tanh cell of a plain recurrent network: y = tanh(I), dy/dI = 1 - y^2. */
#ifndef TUFT_LSM_RNN_H
#define TUFT_LSM_RNN_H

#include <stddef.h>

void tuft_rnn_forward(const float *current, size_t n, float *y);
/* y_slope: d loss/d y; writes d loss/d I. */
void tuft_rnn_backward(const float *y, const float *y_slope, size_t n, float *slope);

#endif
