/* Voltages lost in the wires of a crossbar (IR drop).
 *
 * Word line i is driven at its left end, before column 0, by voltage_i through driver_ohm, and open
 * at its right end; bit line j ends below the last row in a virtual ground, through sense_ohm, and
 * is open at its top. Between neighbouring cells lie row_ohm and column_ohm. Cell (i, j) joins the
 * two lines, so that with a for word lines and b for bit lines Kirchhoff's law reads
 *
 *     (a_i,j-1 - a_ij) / r + (a_i,j+1 - a_ij) / r = G_ij (a_ij - b_ij)
 *     (b_i-1,j - b_ij) / r + (b_i+1,j - b_ij) / r = G_ij (b_ij - a_ij)
 *
 * and the current of bit line j is what flows through sense_ohm.
 *
 * Solved by lines (lsm/ladders.h): with b fixed each word line is a ladder, solved exactly in two
 * passes; with a fixed each bit line is one. Taking turns is block Gauss-Seidel, which converges
 * since the matrix is symmetric and positive definite; its slowest error shrinks by rho = s_row
 * s_column, s = 1 / (1 + (pi / 2 N')^2 / (r G)) with N' the length of a line with its terminal's
 * resistance counted in segments. Chebyshev's semi-iteration (Golub & Varga 1961, Numer. Math.
 * 3:147) makes that (sigma / (1 + sqrt(1 - sigma^2))) with sigma = rho / (2 - rho).
 *
 * Begins with bit lines, from a guess at a (lsm/word_lines.h) or from a_ij = voltage_i. A turn is
 * word lines, then the currents: a bit line's is linear in a, and what each a_ij weighs in it is
 * known from the first pass. The change of the currents in a turn, times rho / (1 - rho) or
 * Chebyshev's factor in its place and times a factor of caution, is the estimate of their error: on
 * 600 random arrays of 8 to 500 lines, inputs dense and sparse, wires from 1 mohm to 1 kohm, the
 * error was 0.8 of the tolerance at most. With a guess from the quiet array one turn is enough for
 * 1e-4 at 2 % read noise and nominal wires on 512 x 512 cells; without one it takes three.
 */
#ifndef TUFT_LSM_IR_DROP_H
#define TUFT_LSM_IR_DROP_H

#include "core/status.h"

#include <stdint.h>

typedef struct {
    double row_ohm, column_ohm;   /* of a wire from one cell to the next */
    double driver_ohm, sense_ohm; /* at the ends */
} tuft_wires;

/* 0.2 ohm a cell on both lines, as of a line strapped in thicker metal (narrow lower metal has 1
 * ohm and more), and 2 ohm at the ends: nominal, the 40 nm macro's are not published. */
extern const tuft_wires tuft_wires_nominal;

/* TUFT_INVALID: negative, not finite or above 1e9 ohm. */
tuft_status tuft_wires_check(const tuft_wires *wires, tuft_error *err);

/* Room to solve arrays of one size; for one thread at a time. */
typedef struct tuft_ir_drop tuft_ir_drop;
tuft_status tuft_ir_drop_new(tuft_ir_drop **out, uint32_t rows, uint32_t columns,
                             const tuft_wires *wires, tuft_error *err);
void tuft_ir_drop_free(tuft_ir_drop *solver);

/* Where the cells' conductances (siemens) go before each solve: row-major, tuft_ir_drop_stride()
 * floats a row. */
float *tuft_ir_drop_siemens(tuft_ir_drop *solver);
uint32_t tuft_ir_drop_stride(const tuft_ir_drop *solver);

/* A guess at the word lines' voltages, lsm/word_lines.h. */
typedef struct tuft_word_lines tuft_word_lines;

/* current[columns] in ampere for voltage[rows], until the estimated error of the currents is below
 * tolerance (1e-6 or more) of the largest. On `guess` (NULL: none) the number of turns depends, the
 * solution only within the tolerance. *turns (may be NULL): how many it took. TUFT_NUMERIC: not
 * within 10 000, or NaN. */
tuft_status tuft_ir_drop_solve(tuft_ir_drop *solver, const tuft_word_lines *guess,
                               const float *voltage, double tolerance, double *current, int *turns,
                               tuft_error *err);

/* Voltage a of word line i at column j after a solve. */
double tuft_ir_drop_word(tuft_ir_drop *solver, uint32_t row, uint32_t column);

/* Voltage a - b across cell (i, j) after a solve. */
double tuft_ir_drop_across(tuft_ir_drop *solver, uint32_t row, uint32_t column);

#endif
