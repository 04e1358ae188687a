#include "lsm/word_lines.h"

#include "core/memory.h"
#include "core/philox.h"

#include <criterion/criterion.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static tuft_ir_drop *solver_for(uint32_t rows, uint32_t columns, tuft_wires wires)
{
    tuft_ir_drop *solver;
    tuft_error err;
    cr_assert_eq(tuft_ir_drop_new(&solver, rows, columns, &wires, &err), TUFT_OK, "%s",
                 err.message);
    return solver;
}

static void fill(tuft_ir_drop *solver, uint32_t rows, uint32_t columns, double mean, double sd,
                 uint64_t seed)
{
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_TEST, 0);
    for (uint32_t i = 0; i < rows; i++)
        for (uint32_t j = 0; j < columns; j++)
            tuft_ir_drop_siemens(solver)[(size_t)i * tuft_ir_drop_stride(solver) + j] =
                (float)fmax(0, mean + sd * tuft_random_normal(&random));
}

/* Kirchhoff's equations of all nodes at once, as a band matrix, node (i, j) of word lines at
 * 2 (i columns + j), of bit lines beside it; every wire has some resistance here. */
static void direct(const tuft_ir_drop *solver, float *siemens, int rows, int columns,
                   tuft_wires wires, const float *voltage, double *current)
{
    int n = 2 * rows * columns, band = 2 * columns, stride = (int)tuft_ir_drop_stride(solver);
    int height = 3 * band + 1;
    double *matrix = calloc((size_t)n * (size_t)height, sizeof *matrix);
    double *right = calloc((size_t)n, sizeof *right);
    int *pivot = malloc((size_t)n * sizeof *pivot);
#define AT(r, c) matrix[(size_t)(c) * (size_t)height + (size_t)(2 * band + (r) - (c))]
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++) {
            int a = 2 * (i * columns + j), b = a + 1;
            double g = siemens[i * stride + j];
            AT(a, a) += g;
            AT(b, b) += g;
            AT(a, b) -= g;
            AT(b, a) -= g;
            double left = 1 / (j ? wires.row_ohm : wires.driver_ohm);
            AT(a, a) += left;
            if (j) {
                AT(a - 2, a - 2) += left;
                AT(a, a - 2) -= left;
                AT(a - 2, a) -= left;
            } else {
                right[a] += left * voltage[i];
            }
            double down = 1 / (i < rows - 1 ? wires.column_ohm : wires.sense_ohm);
            AT(b, b) += down;
            if (i < rows - 1) {
                int below = b + 2 * columns;
                AT(below, below) += down;
                AT(b, below) -= down;
                AT(below, b) -= down;
            }
        }
#undef AT
    cr_assert_eq(LAPACKE_dgbsv(LAPACK_COL_MAJOR, n, band, band, 1, matrix, height, pivot, right, n),
                 0);
    for (int j = 0; j < columns; j++)
        current[j] = right[2 * ((rows - 1) * columns + j) + 1] / wires.sense_ohm;
    free(matrix);
    free(right);
    free(pivot);
}

static void compare(uint32_t rows, uint32_t columns, tuft_wires wires, double mean, double sd)
{
    float voltage[128];
    double found[128], expected[128], largest = 0;
    int turns;
    tuft_error err;
    tuft_ir_drop *solver = solver_for(rows, columns, wires);
    tuft_random random = tuft_random_stream(2, TUFT_RANDOM_TEST, rows);
    for (uint32_t i = 0; i < rows; i++)
        voltage[i] = (float)(0.2 * (2 * tuft_random_uniform(&random) - 0.7));
    fill(solver, rows, columns, mean, sd, rows + columns);
    direct(solver, tuft_ir_drop_siemens(solver), (int)rows, (int)columns, wires, voltage, expected);
    cr_assert_eq(tuft_ir_drop_solve(solver, NULL, voltage, 1e-5, found, &turns, &err), TUFT_OK,
                 "%s", err.message);
    for (uint32_t j = 0; j < columns; j++)
        largest = fmax(largest, fabs(expected[j]));
    for (uint32_t j = 0; j < columns; j++)
        cr_assert_float_eq(found[j], expected[j], 2e-5 * largest,
                           "%u x %u, column %u: %g, directly %g (largest %g, %d turns)", rows,
                           columns, j, found[j], expected[j], largest, turns);
    tuft_ir_drop_free(solver);
}

Test(ir_drop, agrees_with_a_direct_solve)
{
    compare(1, 1, (tuft_wires){1, 1, 5, 5}, 20e-6, 0);
    compare(7, 5, (tuft_wires){1, 1, 5, 5}, 20e-6, 6e-6);
    compare(40, 40, (tuft_wires){1, 1, 5, 5}, 20e-6, 6e-6);
    compare(33, 65, (tuft_wires){10, 3, 100, 1}, 20e-6, 20e-6);
    compare(65, 20, (tuft_wires){50, 80, 500, 200}, 20e-6, 6e-6);   /* most of it is lost */
    compare(48, 48, (tuft_wires){1, 1, 1, 1}, 1e-3, 1e-3);          /* some cells at 0 */
    compare(30, 30, (tuft_wires){1e4, 2e4, 1e3, 1e3}, 20e-6, 6e-6); /* hardly a network any more */
}

/* What is asked for is kept: inputs of both signs, weak and strong wires. */
Test(ir_drop, keeps_to_its_tolerance)
{
    enum { SIDE = 200 };
    static const tuft_wires wires[] = {{0.2, 0.2, 2, 2}, {1, 1, 5, 5}, {20, 5, 100, 10}};
    float voltage[SIDE];
    double close[SIDE], rough[SIDE];
    tuft_random random = tuft_random_stream(7, TUFT_RANDOM_TEST, 0);
    for (int i = 0; i < SIDE; i++)
        voltage[i] = (float)(0.2 * (2 * tuft_random_uniform(&random) - 1));
    for (int w = 0; w < 3; w++)
        for (double tolerance = 1e-2; tolerance > 5e-5; tolerance /= 10) {
            tuft_ir_drop *solver = solver_for(SIDE, SIDE, wires[w]);
            double largest = 0, worst = 0;
            fill(solver, SIDE, SIDE, 20e-6, 6e-6, 3);
            cr_assert_eq(tuft_ir_drop_solve(solver, NULL, voltage, 1e-6, close, NULL, NULL),
                         TUFT_OK);
            cr_assert_eq(tuft_ir_drop_solve(solver, NULL, voltage, tolerance, rough, NULL, NULL),
                         TUFT_OK);
            for (int j = 0; j < SIDE; j++) {
                largest = fmax(largest, fabs(close[j]));
                worst = fmax(worst, fabs(close[j] - rough[j]));
            }
            cr_assert_leq(worst, tolerance * largest, "wires %d, tolerance %g: %g", w, tolerance,
                          worst / largest);
            tuft_ir_drop_free(solver);
        }
}

/* Of a quiet array, then read with noise: the guess saves turns and changes nothing else. */
Test(ir_drop, a_guess_saves_turns)
{
    enum { ROWS = 300, COLUMNS = 200 };
    float voltage[ROWS];
    double plain[COLUMNS], guessed[COLUMNS], largest = 0;
    int turns, fewer;
    tuft_error err;
    tuft_word_lines *lines;
    tuft_ir_drop *solver = solver_for(ROWS, COLUMNS, (tuft_wires){0.5, 0.5, 2, 2});
    uint32_t stride = tuft_ir_drop_stride(solver);
    float *siemens = tuft_ir_drop_siemens(solver);
    tuft_random random = tuft_random_stream(8, TUFT_RANDOM_TEST, 0);
    fill(solver, ROWS, COLUMNS, 20e-6, 6e-6, 5);
    cr_assert_eq(tuft_word_lines_new(&lines, siemens, stride, ROWS, COLUMNS,
                                     &(tuft_wires){0.5, 0.5, 2, 2}, &err),
                 TUFT_OK, "%s", err.message);
    for (int i = 0; i < ROWS; i++) {
        voltage[i] = (float)(0.2 * (2 * tuft_random_uniform(&random) - 1));
        for (int j = 0; j < COLUMNS; j++)
            siemens[(size_t)i * stride + (size_t)j] *=
                (float)(1 + 0.02 * tuft_random_normal(&random));
    }
    cr_assert_eq(tuft_ir_drop_solve(solver, NULL, voltage, 1e-6, plain, NULL, NULL), TUFT_OK);
    double across = tuft_ir_drop_across(solver, 100, 150), drive = fabs(voltage[100]);
    cr_assert_eq(tuft_ir_drop_solve(solver, NULL, voltage, 1e-4, guessed, &turns, NULL), TUFT_OK);
    cr_assert_eq(tuft_ir_drop_solve(solver, lines, voltage, 1e-4, guessed, &fewer, NULL), TUFT_OK);
    cr_assert_lt(fewer, turns);
    for (int j = 0; j < COLUMNS; j++)
        largest = fmax(largest, fabs(plain[j]));
    for (int j = 0; j < COLUMNS; j++)
        cr_assert_float_eq(guessed[j], plain[j], 1e-4 * largest, "column %d", j);
    cr_assert_float_eq(tuft_ir_drop_across(solver, 100, 150), across, 1e-3 * drive);
    cr_assert_eq(tuft_ir_drop_solve(solver, lines, voltage, 1e-6, guessed, NULL, NULL), TUFT_OK);
    for (int j = 0; j < COLUMNS; j++)
        cr_assert_float_eq(guessed[j], plain[j], 3e-6 * largest, "column %d", j);
    tuft_word_lines_free(lines);
    tuft_ir_drop_free(solver);
}

/* An array of any kind, read with noise, and inputs of any kind: the error is what it was estimated
 * to be, with a guess and without. */
static void any_array(uint64_t seed)
{
    enum { MOST = 90 };
    float voltage[MOST];
    double close[MOST], rough[MOST];
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_TEST, 1);
    uint32_t rows = 1 + (uint32_t)(MOST * tuft_random_uniform(&random));
    uint32_t columns = 1 + (uint32_t)(MOST * tuft_random_uniform(&random));
    double ohm = pow(10, -2 + 4 * tuft_random_uniform(&random));
    double noise = 0.2 * tuft_random_uniform(&random), density = tuft_random_uniform(&random);
    tuft_wires wires = {ohm, 2 * ohm * tuft_random_uniform(&random),
                        20 * ohm * tuft_random_uniform(&random), ohm};
    tuft_ir_drop *solver = solver_for(rows, columns, wires);
    float *siemens = tuft_ir_drop_siemens(solver);
    uint32_t stride = tuft_ir_drop_stride(solver);
    tuft_word_lines *lines;
    fill(solver, rows, columns, 20e-6, 20e-6 * tuft_random_uniform(&random), seed);
    cr_assert_eq(tuft_word_lines_new(&lines, siemens, stride, rows, columns, &wires, NULL),
                 TUFT_OK);
    for (uint32_t i = 0; i < rows; i++) {
        double sign = seed % 2 && tuft_random_uniform(&random) < 0.5 ? -1 : 1;
        voltage[i] = tuft_random_uniform(&random) < density ? (float)(0.2 * sign) : 0;
        for (uint32_t j = 0; j < columns; j++)
            siemens[(size_t)i * stride + j] *= (float)(1 + noise * tuft_random_normal(&random));
    }
    voltage[rows / 2] = 0.2F;
    cr_assert_eq(tuft_ir_drop_solve(solver, NULL, voltage, 1e-6, close, NULL, NULL), TUFT_OK);
    double largest = 0;
    for (uint32_t j = 0; j < columns; j++)
        largest = fmax(largest, fabs(close[j]));
    for (int k = 0; k < 2; k++)
        for (double tolerance = 1e-1; tolerance > 5e-5; tolerance /= 10) {
            cr_assert_eq(
                tuft_ir_drop_solve(solver, k ? lines : NULL, voltage, tolerance, rough, NULL, NULL),
                TUFT_OK);
            for (uint32_t j = 0; j < columns; j++)
                cr_assert_float_eq(rough[j], close[j], tolerance * largest,
                                   "seed %d, guess %d, within %g: column %u", (int)seed, k,
                                   tolerance, j);
        }
    tuft_word_lines_free(lines);
    tuft_ir_drop_free(solver);
}

Test(ir_drop, any_array_keeps_to_its_tolerance)
{
    for (uint64_t seed = 0; seed < 40; seed++)
        any_array(seed);
}

Test(ir_drop, no_cell_conducts)
{
    const float nothing[2 * 3] = {0}, voltage[2] = {0.2F, 0.1F};
    double current[3];
    tuft_word_lines *lines;
    tuft_ir_drop *solver = solver_for(2, 3, tuft_wires_nominal);
    cr_assert_eq(tuft_word_lines_new(&lines, nothing, 3, 2, 3, &tuft_wires_nominal, NULL), TUFT_OK);
    cr_assert_eq(tuft_ir_drop_solve(solver, lines, voltage, 1e-4, current, NULL, NULL), TUFT_OK);
    for (int j = 0; j < 3; j++)
        cr_assert_eq(current[j], 0);
    tuft_word_lines_free(lines);
    tuft_ir_drop_free(solver);
}

/* One word line, one bit line with n cells each is a ladder; for a single cell all is in series. */
Test(ir_drop, one_cell_is_a_series_of_resistances)
{
    tuft_ir_drop *solver = solver_for(1, 1, (tuft_wires){7, 9, 104, 312});
    const float voltage = 0.3F;
    double current;
    *tuft_ir_drop_siemens(solver) = 1e-3F;
    cr_assert_eq(tuft_ir_drop_solve(solver, NULL, &voltage, 1e-6, &current, NULL, NULL), TUFT_OK);
    cr_assert_float_eq(current, 0.3 / 1416, 5e-6 * 0.3 / 1416);
    cr_assert_float_eq(tuft_ir_drop_across(solver, 0, 0), 0.3 / 1.416, 1e-6);
    tuft_ir_drop_free(solver);
}

/* A word line over grounded bit lines: the current at distance x from an open end of a uniform line
 * falls as sinh, as in a cable (Rall): I_j = V G cosh(k (n - j - 1/2)) / cosh(k n) for r G << 1. */
Test(ir_drop, a_word_line_is_a_cable)
{
    enum { CELLS = 500 };
    const float voltage = 0.2F;
    static double current[CELLS];
    tuft_ir_drop *solver = solver_for(1, CELLS, (tuft_wires){2, 0, 1, 0});
    fill(solver, 1, CELLS, 20e-6, 0, 1);
    cr_assert_eq(tuft_ir_drop_solve(solver, NULL, &voltage, 1e-6, current, NULL, NULL), TUFT_OK);
    double k = sqrt(2 * 20e-6);
    for (int j = 0; j < CELLS; j++) {
        double cable = 0.2 * 20e-6 * cosh(k * (CELLS - j - 0.5)) / cosh(k * CELLS);
        cr_assert_float_eq(current[j], cable, 1e-4 * cable, "column %d", j);
    }
    tuft_ir_drop_free(solver);
}

Test(ir_drop, wires_without_resistance_give_the_product)
{
    enum { ROWS = 90, COLUMNS = 70 };
    float voltage[ROWS];
    double current[COLUMNS];
    int turns;
    tuft_ir_drop *solver = solver_for(ROWS, COLUMNS, (tuft_wires){0});
    fill(solver, ROWS, COLUMNS, 20e-6, 6e-6, 1);
    for (int i = 0; i < ROWS; i++)
        voltage[i] = (float)(0.01 * i - 0.3);
    cr_assert_eq(tuft_ir_drop_solve(solver, NULL, voltage, 1e-6, current, &turns, NULL), TUFT_OK);
    for (uint32_t j = 0; j < COLUMNS; j++) {
        double product = 0;
        for (uint32_t i = 0; i < ROWS; i++)
            product += (double)voltage[i] *
                       tuft_ir_drop_siemens(solver)[(size_t)i * tuft_ir_drop_stride(solver) + j];
        cr_assert_float_eq(current[j], product, 1e-9);
    }
    tuft_ir_drop_free(solver);
}

/* Reciprocity of a passive network: mirrored so that drivers and sense ends change places, the
 * transfer from row i to column j is that from column j to row i. */
Test(ir_drop, is_reciprocal)
{
    enum { ROWS = 30, COLUMNS = 20 };
    float voltage[ROWS] = {0}, back[COLUMNS] = {0};
    double current[COLUMNS], returned[ROWS];
    tuft_ir_drop *one = solver_for(ROWS, COLUMNS, (tuft_wires){10, 30, 50, 70});
    tuft_ir_drop *other = solver_for(COLUMNS, ROWS, (tuft_wires){30, 10, 70, 50});
    fill(one, ROWS, COLUMNS, 20e-6, 6e-6, 1);
    for (uint32_t i = 0; i < ROWS; i++)
        for (uint32_t j = 0; j < COLUMNS; j++) /* bit lines, from their ends, become word lines */
            tuft_ir_drop_siemens(
                other)[(size_t)(COLUMNS - 1 - j) * tuft_ir_drop_stride(other) + (ROWS - 1 - i)] =
                tuft_ir_drop_siemens(one)[(size_t)i * tuft_ir_drop_stride(one) + j];
    voltage[11] = 0.2F;
    back[COLUMNS - 1 - 4] = 0.2F;
    cr_assert_eq(tuft_ir_drop_solve(one, NULL, voltage, 1e-6, current, NULL, NULL), TUFT_OK);
    cr_assert_eq(tuft_ir_drop_solve(other, NULL, back, 1e-6, returned, NULL, NULL), TUFT_OK);
    cr_assert_float_eq(current[4], returned[ROWS - 1 - 11], 2e-5 * current[4]);
    tuft_ir_drop_free(one);
    tuft_ir_drop_free(other);
}

Test(ir_drop, what_makes_no_sense)
{
    tuft_ir_drop *solver;
    tuft_error err;
    tuft_wires wires = tuft_wires_nominal;
    wires.row_ohm = -1;
    cr_assert_eq(tuft_ir_drop_new(&solver, 3, 3, &wires, &err), TUFT_INVALID);
    cr_assert_str_eq(err.message, "wires: row_ohm -1, expected 0 to 1e+09");
    cr_assert_null(solver);
    cr_assert_eq(tuft_ir_drop_new(&solver, 0, 3, &tuft_wires_nominal, &err), TUFT_INVALID);
    cr_assert_eq(tuft_ir_drop_new(&solver, UINT32_MAX, 3, &tuft_wires_nominal, &err), TUFT_INVALID);
    solver = solver_for(3, 3, tuft_wires_nominal);
    const float voltage[3] = {NAN, 0, 0};
    double current[3];
    fill(solver, 3, 3, 1e-5, 0, 1);
    cr_assert_eq(tuft_ir_drop_solve(solver, NULL, voltage, 1e-5, current, NULL, &err),
                 TUFT_NUMERIC);
    tuft_ir_drop_free(solver);
}
