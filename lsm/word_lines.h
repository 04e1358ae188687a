/* A guess at the voltages of a crossbar's word lines (lsm/ir_drop.h) before the network is solved.
 *
 * A crossbar is read over and over with other inputs and slightly other conductances (read noise).
 * Of a_ij, linear in the inputs v, two parts are worked out beforehand:
 *
 *     a_ij = v_i P_ij + u_i S_j,   u_i = sum_m c_m U_m(i),   c_m = sum_i w_m(i) g_i v_i
 *
 * P is what is left of 1 V on word line i over grounded bit lines. u S is what the bit lines'
 * voltages add: along a word line it looks much like S_j, the quarter of a sine that a uniform line
 * falls back to slowest. They come from the currents that lines send to the bit lines, of which
 * v_i g_i, g_i = sum_j G_ij P_ij S_j, counts, and are smooth along i, so that a few waves w_m
 * (sines, sum_i w_m g w_m' = 1 if m = m', else 0) hold most of it; U_m = sum_j a_ij S_j for v =
 * w_m, solved for.
 */
#ifndef TUFT_LSM_WORD_LINES_H
#define TUFT_LSM_WORD_LINES_H

#include "lsm/ir_drop.h"

/* For the conductances siemens[rows][stride]; read-only once made. Errors: those of
 * tuft_ir_drop_new() and tuft_ir_drop_solve(). */
tuft_status tuft_word_lines_new(tuft_word_lines **out, const float *siemens, uint32_t stride,
                                uint32_t rows, uint32_t columns, const tuft_wires *wires,
                                tuft_error *err);
void tuft_word_lines_free(tuft_word_lines *lines);

/* For the solver: rows are counted from the sense end, as the ladders of columns have them
 * (lsm/ladders.h). u[rows] for voltage[rows], ... */
void tuft_word_lines_raise(const tuft_word_lines *lines, const float *voltage, float *u);

/* ... and a[count][TUFT_LADDERS] from it, for rows from `first` on in a panel of TUFT_LADDERS
 * columns. */
void tuft_word_lines_guess(const tuft_word_lines *lines, const float *voltage, const float *u,
                           uint32_t panel, uint32_t first, uint32_t count, float *a);

#endif
