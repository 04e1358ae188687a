#include "lsm/device.h"

#include "core/memory.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 300, N = SIDE * SIDE };
static const double G0 = 20e-6;

static tuft_cells filled(double siemens, uint32_t array)
{
    tuft_cells cells = {.rows = SIDE, .columns = SIDE, .array = array};
    cr_assert_eq(TUFT_NEW(&cells.siemens, N, "cells", NULL), TUFT_OK);
    for (int k = 0; k < N; k++)
        cells.siemens[k] = (float)siemens;
    return cells;
}

static void moments(const float *g, double *mean, double *sd)
{
    double sum = 0, squares = 0;
    for (int k = 0; k < N; k++)
        sum += g[k];
    *mean = sum / N;
    for (int k = 0; k < N; k++)
        squares += (g[k] - *mean) * (g[k] - *mean);
    *sd = sqrt(squares / N);
}

Test(device, effects_that_are_off_change_nothing)
{
    tuft_cells cells = filled(G0, 0);
    tuft_device_settle(&tuft_device_defaults, cells, 1, 1e9);
    for (int k = 0; k < N; k++)
        cr_assert_eq(cells.siemens[k], (float)G0);
    free(cells.siemens);
}

Test(device, written_weights_miss_by_the_sum_of_both_variances)
{
    tuft_device device = tuft_device_defaults;
    double mean, sd;
    device.program_relative = 0.05; /* 1 uS */
    device.program_siemens = 0.5e-6;
    tuft_cells cells = filled(G0, 0);
    tuft_device_write(&device, cells, 3);
    moments(cells.siemens, &mean, &sd);
    double expected = hypot(1e-6, 0.5e-6);
    cr_assert_float_eq(mean, G0, 5 * expected / sqrt(N));
    cr_assert_float_eq(sd, expected, 5 * expected / sqrt(2.0 * N));
    free(cells.siemens);

    /* Cut at zero: of N(0, s^2) half is zero and the mean is s / sqrt(2 pi). */
    cells = filled(0, 0);
    tuft_device_write(&device, cells, 3);
    moments(cells.siemens, &mean, &sd);
    cr_assert_float_eq(mean, 0.5e-6 / sqrt(2 * M_PI), 5 * 0.5e-6 / sqrt(N));
    for (int k = 0; k < N; k++)
        cr_assert_geq(cells.siemens[k], 0);
    free(cells.siemens);
}

Test(device, drift_is_a_power_law_with_its_spread)
{
    tuft_device device = tuft_device_defaults;
    double mean, sd;
    device.drift_nu = 0.05;
    device.drift_t0_s = 10;
    tuft_cells cells = filled(G0, 0);
    tuft_device_drift(&device, cells, 3, 1e5);
    for (int k = 0; k < N; k++)
        cr_assert_float_eq(cells.siemens[k], G0 * pow(1e4, -0.05), 1e-6 * G0);
    free(cells.siemens);

    /* ln G(t) is normal: ln G - nu x +- nu_sd x with x = ln(t / t0). */
    device.drift_nu_sd = 0.01;
    cells = filled(G0, 0);
    tuft_device_drift(&device, cells, 3, 1e5);
    for (int k = 0; k < N; k++)
        cells.siemens[k] = (float)log(cells.siemens[k] / G0);
    moments(cells.siemens, &mean, &sd);
    double x = log(1e4);
    cr_assert_float_eq(mean, -0.05 * x, 5 * 0.01 * x / sqrt(N));
    cr_assert_float_eq(sd, 0.01 * x, 5 * 0.01 * x / sqrt(2.0 * N));
    free(cells.siemens);
}

Test(device, a_cell_keeps_its_own_exponent)
{
    tuft_device device = tuft_device_defaults;
    device.drift_nu = 0.03;
    device.drift_nu_sd = 0.02;
    tuft_cells early = filled(G0, 4), late = filled(G0, 4), young = filled(G0, 4);
    tuft_device_drift(&device, early, 3, 1e2);
    tuft_device_drift(&device, late, 3, 1e4);
    tuft_device_drift(&device, young, 3, 0.5);
    for (int k = 0; k < N; k++) {
        double first = log(early.siemens[k] / G0), second = log(late.siemens[k] / G0);
        cr_assert_float_eq(second, 2 * first, 1e-5);
        cr_assert_eq(young.siemens[k], (float)G0); /* before t0 */
    }
    free(early.siemens);
    free(late.siemens);
    free(young.siemens);
}

Test(device, stuck_cells_come_as_often_as_said_and_do_nothing_else)
{
    tuft_device device = tuft_device_nominal;
    device.stuck_off = 0.03;
    device.stuck_on = 0.01;
    device.off_siemens = 1e-9;
    tuft_cells cells = filled(G0, 0);
    tuft_device_settle(&device, cells, 5, 1e6);
    int off = 0, on = 0;
    for (int k = 0; k < N; k++) {
        off += cells.siemens[k] == (float)1e-9;
        on += cells.siemens[k] == (float)60e-6;
    }
    cr_assert_float_eq(off, 0.03 * N, 5 * sqrt(0.03 * N));
    cr_assert_float_eq(on, 0.01 * N, 5 * sqrt(0.01 * N));
    free(cells.siemens);
    device.stuck_off = 1;
    device.stuck_on = 0;
    cells = filled(G0, 0);
    tuft_device_stick(&device, cells, 5);
    for (int k = 0; k < N; k++)
        cr_assert_eq(cells.siemens[k], (float)1e-9);
    free(cells.siemens);
}

Test(device, rows_and_arrays_draw_for_themselves)
{
    tuft_cells all = filled(G0, 7), few = filled(G0, 7), other = filled(G0, 8);
    few.rows = 3;
    tuft_device_settle(&tuft_device_nominal, all, 5, 1e6);
    tuft_device_settle(&tuft_device_nominal, few, 5, 1e6);
    tuft_device_settle(&tuft_device_nominal, other, 5, 1e6);
    cr_assert_arr_eq(all.siemens, few.siemens, 3 * SIDE * sizeof(float));
    cr_assert_neq(memcmp(all.siemens, other.siemens, SIDE * sizeof(float)), 0);
    cr_assert_neq(memcmp(all.siemens, all.siemens + SIDE, SIDE * sizeof(float)), 0);
    free(all.siemens);
    free(few.siemens);
    free(other.siemens);
}

Test(device, what_makes_no_sense)
{
    tuft_error err;
    cr_assert_eq(tuft_device_check(&tuft_device_nominal, &err), TUFT_OK);
    tuft_device device = tuft_device_defaults;
    device.stuck_off = 0.7;
    device.stuck_on = 0.4;
    cr_assert_eq(tuft_device_check(&device, &err), TUFT_INVALID);
    cr_assert_str_eq(err.message, "device: stuck_off + stuck_on 1.1, expected 0 to 1");
    device = tuft_device_defaults;
    device.read_relative = NAN;
    cr_assert_eq(tuft_device_check(&device, &err), TUFT_INVALID);
    device = tuft_device_defaults;
    device.program_siemens = -1e-6;
    cr_assert_eq(tuft_device_check(&device, &err), TUFT_INVALID);
    device = tuft_device_defaults;
    device.drift_t0_s = 0;
    cr_assert_eq(tuft_device_check(&device, &err), TUFT_INVALID);
}
