/* Kernel (b): a layer of cooperative cells (cells/cooperative_layer.h) for one frame and stream.
 * What is zero is not sent: activations come and go as lists of (index, value).
 *
 * Activations are Q3.12: value / 4096, from -8 to 8 (outputs 0 to 6). For each cell
 *     R = sum of w_r x + b_r,   C = sum of w_c p + b_c        integers, exact
 *     r = clip((R scale + 2^(shift-1)) >> shift)              18 bits, r / 4096: -32 to 32
 *     c likewise
 *     y = clip((r^2 + 8192 r + c (4096 + |r|) + 2^11) >> 12, 0, 24576)
 * which is ReLU6(R^2 + 2 R + C (1 + |R|)) of r / 4096 and c / 4096 to the nearest 1 / 4096. With
 * e_r, e_c between r / 4096, c / 4096 and the float R, C, inside -32 to 32,
 *     |error of y| <= (2 |R| + 2 + |C|) e_r + (1 + |R|) e_c + e_r^2 + e_r e_c + 2^-13.
 */
#ifndef TUFT_FPGA_MCC_LAYER_H
#define TUFT_FPGA_MCC_LAYER_H

#include <stdint.h>

#ifndef MCC_INPUTS
#define MCC_INPUTS 128 /* of the receptive field */
#endif
#ifndef MCC_CONTEXTS
#define MCC_CONTEXTS 192 /* proximal, distal and universal, one after the other */
#endif
#ifndef MCC_CELLS
#define MCC_CELLS 64
#endif
#ifndef MCC_LANES
#define MCC_LANES 8
#endif
#ifndef MCC_WEIGHT_BITS
#define MCC_WEIGHT_BITS 8 /* 2 to 16 */
#endif

#define MCC_WORDS ((MCC_CELLS + MCC_LANES - 1) / MCC_LANES)
#define MCC_ROW   (MCC_WORDS * MCC_LANES)

#define MCC_ONE  4096       /* 1 as an activation */
#define MCC_SIX  (6 * 4096) /* the largest output */
#define MCC_BITS 18         /* of r and c */

/* 448 products of 2^15 x 2^7 and a bias below 2^28 stay in int32; wider weights take 48 bits. */
#if MCC_WEIGHT_BITS <= 8
#if MCC_INPUTS > 448 || MCC_CONTEXTS > 448
#error "mcc_layer: at most 448 inputs and contexts with 8-bit weights: their sum must fit 32 bits"
#endif
typedef int8_t mcc_weight;
typedef int32_t mcc_sum;
#else
typedef int16_t mcc_weight;
typedef int64_t mcc_sum;
#endif

/* Lists: the first *_count entries, at most as many as there are; an index past the end adds
 * nothing. |bias| < 2^28. scale 0 to 65535, shift 1 to 47. y_index ascending, *y_count cells with
 * y_value above 0; entries behind are not written. */
void mcc_layer(const uint16_t x_index[MCC_INPUTS], const int16_t x_value[MCC_INPUTS],
               uint16_t x_count, const uint16_t p_index[MCC_CONTEXTS],
               const int16_t p_value[MCC_CONTEXTS], uint16_t p_count,
               const mcc_weight r_weight[MCC_INPUTS * MCC_ROW],
               const mcc_weight c_weight[MCC_CONTEXTS * MCC_ROW], const int32_t r_bias[MCC_ROW],
               const int32_t c_bias[MCC_ROW], uint16_t r_scale, uint8_t r_shift, uint16_t c_scale,
               uint8_t c_shift, uint16_t y_index[MCC_CELLS], int16_t y_value[MCC_CELLS],
               uint16_t y_count[1]);

#endif
