/* How a receptive field R and its context C make the output of a two-point cell: y = f(R, C).
 *
 *     point        ReLU6(R)                          context is ignored
 *     tm1          R/2 (1 + exp(R C))                Kay & Phillips 1997, Neural Comput. 9:895
 *     tm2          R + R C
 *     tm3          R (1 + tanh(R C))
 *     tm4          R 2^(R C)
 *     cooperation  ReLU6(R^2 + 2 R + C (1 + |R|))    Adeel et al. 2023
 *
 * The exponents R C of tm1 and R C ln 2 of tm4 are kept within -10 .. 10.
 */
#ifndef TUFT_CELLS_TRANSFER_H
#define TUFT_CELLS_TRANSFER_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
    TUFT_TRANSFER_POINT,
    TUFT_TRANSFER_TM1,
    TUFT_TRANSFER_TM2,
    TUFT_TRANSFER_TM3,
    TUFT_TRANSFER_TM4,
    TUFT_TRANSFER_COOPERATION,
    TUFT_TRANSFERS /* how many */
} tuft_transfer;

/* "point", "tm1", ...; NULL for what is none. */
const char *tuft_transfer_name(tuft_transfer transfer);

/* y[i] = f(r[i], c[i]) for n pairs; y may be r or c. */
void tuft_transfer_apply(tuft_transfer transfer, const float *r, const float *c, float *y,
                         uint32_t n);

/* What an error gains with R and C, from what it gains with y: slope_r[i] = slope_y[i] df/dR(r[i],
 * c[i]), slope_c likewise. Zero where ReLU6 is flat; a clipped exponent does not move. slope_r may
 * be r, slope_c may be c. */
void tuft_transfer_slopes(tuft_transfer transfer, const float *r, const float *c,
                          const float *slope_y, float *slope_r, float *slope_c, size_t n);

#endif
