#include "lsm/macro.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 150, COLUMNS = 70, SEED = 9 };

static tuft_crossbar target(void)
{
    tuft_crossbar made;
    cr_assert_eq(
        tuft_crossbar_sample(&made, &tuft_conductance_defaults, ROWS, COLUMNS, SEED, 0, NULL),
        TUFT_OK);
    return made;
}

typedef struct {
    tuft_crossbar target;
    tuft_macro *macro;
    tuft_macro_reader *reader;
} fixture;

static fixture built(const tuft_macro_config *config)
{
    fixture f = {.target = target()};
    tuft_error err;
    cr_assert_eq(tuft_macro_new(&f.macro, &f.target, config, SEED, 3, &err), TUFT_OK, "%s",
                 err.message);
    cr_assert_eq(tuft_macro_reader_new(&f.reader, f.macro, &err), TUFT_OK, "%s", err.message);
    return f;
}

static void torn_down(fixture *f)
{
    tuft_macro_reader_free(f->reader);
    tuft_macro_free(f->macro);
    tuft_crossbar_free(&f->target);
}

static void read_at(const fixture *f, const float *voltage, uint64_t access, double *current)
{
    tuft_error err;
    cr_assert_eq(tuft_macro_read(f->reader, voltage, access, current, &err), TUFT_OK, "%s",
                 err.message);
}

static void inputs(float *voltage)
{
    tuft_random random = tuft_random_stream(4, TUFT_RANDOM_TEST, 0);
    for (int i = 0; i < ROWS; i++)
        voltage[i] = i % 5 ? (float)(0.2 * (2 * tuft_random_uniform(&random) - 1)) : 0;
}

Test(macro, without_effects_is_the_crossbar)
{
    float voltage[ROWS];
    double current[COLUMNS], ideal[COLUMNS];
    inputs(voltage);
    static const uint32_t side[] = {512, 64, 30, 2};
    for (int k = 0; k < 4; k++) { /* in one tile or in many: partial sums add up */
        tuft_macro_config config = tuft_macro_ideal;
        config.tile_rows = config.tile_columns = side[k];
        fixture f = built(&config);
        cr_assert_eq(tuft_macro_tiles(f.macro),
                     ((ROWS - 1) / side[k] + 1) * ((2 * COLUMNS - 1) / side[k] + 1));
        read_at(&f, voltage, 0, current);
        tuft_crossbar_read(&f.target, voltage, ideal);
        for (int j = 0; j < COLUMNS; j++)
            cr_assert_float_eq(current[j], ideal[j], 1e-6 * 6e-6 * 0.2 * ROWS);
        torn_down(&f);
    }
}

Test(macro, settled_cells_are_those_of_the_device)
{
    tuft_macro_config config = tuft_macro_ideal;
    config.device = tuft_device_nominal;
    config.seconds = 1e4;
    fixture f = built(&config);
    tuft_crossbar by_hand = target();
    cr_assert_eq(tuft_crossbar_settle(&by_hand, &tuft_device_nominal, SEED, 3, 1e4, NULL), TUFT_OK);
    cr_assert_arr_eq(tuft_macro_cells(f.macro)->plus, by_hand.plus, ROWS * COLUMNS * sizeof(float));
    cr_assert_arr_eq(tuft_macro_cells(f.macro)->minus, by_hand.minus,
                     ROWS * COLUMNS * sizeof(float));
    cr_assert_neq(memcmp(by_hand.plus, f.target.plus, ROWS * COLUMNS * sizeof(float)), 0);
    tuft_crossbar_free(&by_hand);
    torn_down(&f);
}

/* sum V^2 (s+^2 + s-^2), by hand */
static double expected_variance(const fixture *f, const float *voltage, const tuft_device *d, int j)
{
    double sum = 0;
    for (int i = 0; i < ROWS; i++) {
        double plus = d->read_relative * f->target.plus[i * COLUMNS + j];
        double minus = d->read_relative * f->target.minus[i * COLUMNS + j];
        sum += pow(voltage[i], 2) *
               (plus * plus + minus * minus + 2 * d->read_siemens * d->read_siemens);
    }
    return sum;
}

static int ascending(const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;
    return first < second ? -1 : first > second;
}

/* Largest distance between the distribution of n values and the standard normal (Kolmogorov). */
static double distance(double *value, int n)
{
    double largest = 0;
    qsort(value, (size_t)n, sizeof *value, ascending);
    for (int i = 0; i < n; i++) {
        double below = 0.5 * erfc(-value[i] / sqrt(2));
        largest = fmax(largest, fmax(fabs(below - (double)i / n), fabs(below - (i + 1.0) / n)));
    }
    return largest;
}

/* Both ways to draw read noise have the closed form's distribution, column by column and without
 * correlation between columns or accesses. */
static void check_noise(tuft_noise_method method, double relative, double absolute)
{
    enum { READS = 3000 };
    static double z[COLUMNS][READS];
    float voltage[ROWS];
    double current[COLUMNS], quiet[COLUMNS];
    tuft_macro_config config = tuft_macro_ideal;
    config.device.read_relative = relative;
    config.device.read_siemens = absolute;
    config.noise = method;
    config.tile_rows = config.tile_columns = 64;
    inputs(voltage);
    fixture f = built(&config);
    tuft_crossbar_read(&f.target, voltage, quiet);
    for (int k = 0; k < READS; k++) {
        read_at(&f, voltage, (uint64_t)k, current);
        for (int j = 0; j < COLUMNS; j++)
            z[j][k] =
                (current[j] - quiet[j]) / sqrt(expected_variance(&f, voltage, &config.device, j));
    }
    for (int j = 0; j < COLUMNS; j += 7) {
        double across = 0, along = 0, squares = 0;
        for (int k = 0; k < READS; k++) {
            across += z[j][k] * z[(j + 1) % COLUMNS][k] / READS;
            along += z[j][k] * z[j][(k + 1) % READS] / READS;
            squares += z[j][k] * z[j][k] / READS;
        }
        cr_assert_float_eq(across, 0, 4.5 / sqrt(READS));
        cr_assert_float_eq(along, 0, 4.5 / sqrt(READS));
        cr_assert_float_eq(squares, 1, 4.5 * sqrt(2.0 / READS));
    }
    for (int j = 0; j < COLUMNS; j += 7)
        cr_assert_lt(distance(z[j], READS), 2.2 / sqrt(READS)); /* 1 in 8000 */
    torn_down(&f);
}

Test(macro, noise_drawn_by_columns)
{
    check_noise(TUFT_NOISE_COLUMNS, 0.05, 0);
    check_noise(TUFT_NOISE_COLUMNS, 0.02, 1e-6);
}

Test(macro, noise_drawn_by_cells_is_the_same_in_distribution)
{
    check_noise(TUFT_NOISE_CELLS, 0.05, 0);
    check_noise(TUFT_NOISE_CELLS, 0.02, 1e-6);
}

Test(macro, an_access_is_what_its_number_says)
{
    float voltage[ROWS];
    double first[COLUMNS], again[COLUMNS], other[COLUMNS];
    inputs(voltage);
    for (int m = TUFT_WIRES_NONE; m <= TUFT_WIRES_EXACT; m++)
        for (int pulses = 0; pulses < 2; pulses++) {
            tuft_macro_config config = tuft_macro_nominal;
            config.method = (tuft_wires_method)m;
            config.drive = pulses ? TUFT_DRIVE_PULSES : TUFT_DRIVE_LEVELS;
            config.dac.bits = 4;
            config.adc.bits = 16;
            config.tile_rows = config.tile_columns = 64;
            fixture f = built(&config);
            read_at(&f, voltage, 5, first);
            read_at(&f, voltage, 6, other);
            fixture g = built(&config);
            read_at(&g, voltage, 5, again);
            cr_assert_arr_eq(first, again, sizeof first);
            cr_assert_neq(memcmp(first, other, sizeof first), 0);
            torn_down(&f);
            torn_down(&g);
        }
}

Test(macro, pulses_add_up_to_the_quantised_product)
{
    float voltage[ROWS], quantised[ROWS];
    double current[COLUMNS], product[COLUMNS];
    tuft_macro_config config = tuft_macro_ideal;
    config.drive = TUFT_DRIVE_PULSES;
    config.dac.bits = 5;
    inputs(voltage);
    voltage[7] = 9; /* more than full */
    for (int i = 0; i < ROWS; i++)
        quantised[i] =
            (float)copysign(rint(fmin(1, fabs(voltage[i]) / 0.2) * 31) / 31 * 0.2, voltage[i]);
    fixture f = built(&config);
    read_at(&f, voltage, 0, current);
    tuft_crossbar_read(&f.target, quantised, product);
    for (int j = 0; j < COLUMNS; j++)
        cr_assert_float_eq(current[j], product[j], 1e-6 * 6e-6 * 0.2 * ROWS);
    torn_down(&f);
}

/* Each pulse has noise of its own: var = sum_k 4^k full^2 sum_{i: bit k} s^2 / (2^B - 1)^2. */
Test(macro, noise_of_pulses)
{
    enum { READS = 4000 };
    float voltage[ROWS], pulse[ROWS];
    double current[COLUMNS], quiet[COLUMNS], expected[COLUMNS] = {0}, found[COLUMNS] = {0};
    tuft_macro_config config = tuft_macro_ideal;
    config.drive = TUFT_DRIVE_PULSES;
    config.dac.bits = 3;
    inputs(voltage);
    fixture f = built(&config);
    read_at(&f, voltage, 0, quiet);
    torn_down(&f);
    config.device.read_relative = 0.05;
    f = built(&config);
    for (int k = 0; k < 3; k++) {
        for (int i = 0; i < ROWS; i++)
            pulse[i] = (int)rint(fabs(voltage[i]) / 0.2 * 7) >> k & 1 ? 0.2F : 0;
        for (int j = 0; j < COLUMNS; j++)
            expected[j] += pow(4, k) / 49 * expected_variance(&f, pulse, &config.device, j);
    }
    for (int r = 0; r < READS; r++) {
        read_at(&f, voltage, (uint64_t)r, current);
        for (int j = 0; j < COLUMNS; j++)
            found[j] += pow(current[j] - quiet[j], 2) / READS;
    }
    for (int j = 0; j < COLUMNS; j++)
        cr_assert_float_eq(found[j] / expected[j], 1, 5 * sqrt(2.0 / READS));
    torn_down(&f);
}

Test(macro, tiles_are_converted_one_by_one)
{
    float voltage[ROWS];
    double current[COLUMNS], ideal[COLUMNS];
    tuft_macro_config config = tuft_macro_ideal;
    config.adc.bits = 6;
    config.tile_rows = 50; /* three partial sums */
    inputs(voltage);
    fixture f = built(&config);
    double allowed = 0;
    uint64_t conversions, clipped;
    for (uint32_t t = 0; t < tuft_macro_tiles(f.macro); t++)
        allowed += tuft_macro_lsb(f.macro, t) / 2;
    read_at(&f, voltage, 0, current);
    tuft_crossbar_read(&f.target, voltage, ideal);
    double worst = 0;
    for (int j = 0; j < COLUMNS; j++)
        worst = fmax(worst, fabs(current[j] - ideal[j]));
    cr_assert_leq(worst, allowed * 1.0001);
    cr_assert_gt(worst, allowed / 20);
    tuft_macro_conversions(f.reader, &conversions, &clipped);
    cr_assert_eq(conversions, 3 * COLUMNS);
    cr_assert_eq(clipped, 0);
    torn_down(&f);
    config.adc.full = 1e-6;
    f = built(&config);
    read_at(&f, voltage, 0, current);
    tuft_macro_conversions(f.reader, &conversions, &clipped);
    cr_assert_gt(clipped, 0);
    for (int j = 0; j < COLUMNS; j++)
        cr_assert_leq(fabs(current[j]), 3 * 1e-6 * 1.0001);
    torn_down(&f);
}

Test(macro, folded_wires_are_exact_without_noise)
{
    float voltage[ROWS];
    double folded[COLUMNS], exact[COLUMNS], ideal[COLUMNS], lost = 0;
    tuft_macro_config config = tuft_macro_ideal;
    config.wires = (tuft_wires){20, 20, 100, 100};
    config.tolerance = 1e-6;
    config.tile_rows = 100;
    config.method = TUFT_WIRES_FOLDED;
    inputs(voltage);
    fixture f = built(&config);
    read_at(&f, voltage, 0, folded);
    torn_down(&f);
    config.method = TUFT_WIRES_EXACT;
    f = built(&config);
    read_at(&f, voltage, 0, exact);
    tuft_crossbar_read(&f.target, voltage, ideal);
    for (int j = 0; j < COLUMNS; j++) {
        cr_assert_float_eq(folded[j], exact[j], 3e-10);
        lost = fmax(lost, fabs(ideal[j] - exact[j]));
    }
    cr_assert_gt(lost, 1e-6);
    torn_down(&f);
}

/* Ratio of the noise's spread through folded wires to that through the network, and the share of
 * the current that the wires take. */
static double folded_spread(tuft_wires wires, double *lost)
{
    enum { READS = 1500, FEWER = 5 };
    float voltage[ROWS];
    double current[COLUMNS], quiet[COLUMNS], ideal[COLUMNS], spread[2] = {0}, sum[2] = {0};
    tuft_macro_config config = tuft_macro_ideal;
    config.wires = wires;
    inputs(voltage);
    config.method = TUFT_WIRES_FOLDED;
    fixture f = built(&config);
    read_at(&f, voltage, 0, quiet);
    tuft_crossbar_read(&f.target, voltage, ideal);
    for (int j = 0; j < COLUMNS; j++) {
        sum[0] += fabs(ideal[j]);
        sum[1] += fabs(ideal[j] - quiet[j]);
    }
    *lost = sum[1] / sum[0];
    torn_down(&f);
    config.device.read_relative = 0.05;
    for (int m = 0; m < 2; m++) {
        int reads = m ? READS / FEWER : READS;
        config.method = m ? TUFT_WIRES_EXACT : TUFT_WIRES_FOLDED;
        f = built(&config);
        for (int k = 0; k < reads; k++) {
            read_at(&f, voltage, (uint64_t)k, current);
            for (int j = 0; j < COLUMNS; j++)
                spread[m] += pow(current[j] - quiet[j], 2) / reads;
        }
        torn_down(&f);
    }
    return sqrt(spread[0] / spread[1]);
}

/* The one approximation of folded wires is how strong the noise is. */
Test(macro, noise_through_folded_wires)
{
    double lost, ratio = folded_spread((tuft_wires){1, 1, 5, 5}, &lost);
    cr_assert_float_eq(ratio, 1, 0.06, "%g at %g lost", ratio, lost);
    cr_assert_gt(lost, 0.05);
    ratio = folded_spread((tuft_wires){4, 4, 20, 20}, &lost);
    cr_assert_float_eq(ratio, 1, 0.15, "%g at %g lost", ratio, lost);
    cr_assert_gt(lost, 0.2);
}

Test(macro, what_makes_no_sense)
{
    tuft_crossbar made = target();
    tuft_macro *macro;
    tuft_error err;
    tuft_macro_config config = tuft_macro_ideal;
    config.adc.bits = 0;
    cr_assert_eq(tuft_macro_new(&macro, &made, &config, 1, 0, &err), TUFT_INVALID);
    cr_assert_str_eq(err.message,
                     "adc: converter of 0 bits, expected 2 to 24, or 32 for an ideal one");
    cr_assert_null(macro);
    config = tuft_macro_ideal;
    config.drive = TUFT_DRIVE_PULSES; /* of how many bits? */
    cr_assert_eq(tuft_macro_new(&macro, &made, &config, 1, 0, &err), TUFT_INVALID);
    config = tuft_macro_ideal;
    config.tile_columns = 511;
    cr_assert_eq(tuft_macro_new(&macro, &made, &config, 1, 0, &err), TUFT_INVALID);
    config = tuft_macro_ideal;
    config.seconds = -1;
    cr_assert_eq(tuft_macro_new(&macro, &made, &config, 1, 0, &err), TUFT_INVALID);
    cr_assert_eq(tuft_macro_new(&macro, &made, &tuft_macro_ideal, 1, 1 << 24, &err), TUFT_INVALID);
    fixture f = built(&tuft_macro_ideal);
    float voltage[ROWS] = {0};
    double current[COLUMNS];
    cr_assert_eq(tuft_macro_read(f.reader, voltage, (uint64_t)1 << 40, current, &err),
                 TUFT_INVALID);
    torn_down(&f);
    tuft_crossbar_free(&made);
}
