/* Crossbars cut from a measured array, and liquids made of them. */
#include "core/events.h"
#include "lsm/array_plan.h"
#include "lsm/reservoir.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { ROWS = 40, COLUMNS = 20 };

/* Pair (i, j): plus 1000 i + j + 1, minus twice that, in units of a nanosiemens. */
static float plus_of(uint32_t i, uint32_t j)
{
    return 1e-9f * (float)(1000 * i + j + 1);
}

static tuft_crossbar array_of_numbers(void)
{
    static float plus[ROWS * COLUMNS], minus[ROWS * COLUMNS];
    for (uint32_t i = 0; i < ROWS; i++)
        for (uint32_t j = 0; j < COLUMNS; j++) {
            plus[i * COLUMNS + j] = plus_of(i, j);
            minus[i * COLUMNS + j] = 2 * plus_of(i, j);
        }
    return (tuft_crossbar){ROWS, COLUMNS, plus, minus, 3e-6};
}

static void expect_at(const tuft_crossbar *cut, uint32_t row, uint32_t column)
{
    for (uint32_t i = 0; i < cut->rows; i++)
        for (uint32_t j = 0; j < cut->columns; j++) {
            cr_assert_eq(cut->plus[i * cut->columns + j], plus_of(row + i, column + j));
            cr_assert_eq(cut->minus[i * cut->columns + j], 2 * plus_of(row + i, column + j));
        }
}

Test(array_plan, shelves_from_the_left_and_then_below)
{
    tuft_crossbar array = array_of_numbers(), cut;
    tuft_array_plan plan = {.array = &array};
    static const struct {
        uint32_t rows, columns, row, column;
    } expected[] = {{10, 8, 0, 0}, {5, 12, 0, 8}, /* fills the shelf */
                    {3, 1, 10, 0}, {7, 19, 10, 1}, {4, 20, 17, 0}, {19, 20, 21, 0},
                    /* the last row */};
    tuft_error err;
    for (size_t k = 0; k < sizeof expected / sizeof *expected; k++) {
        cr_assert_eq(tuft_array_plan_take(&plan, expected[k].rows, expected[k].columns, &cut, &err),
                     TUFT_OK, "%s", err.message);
        cr_assert_eq(cut.rows, expected[k].rows);
        cr_assert_eq(cut.columns, expected[k].columns);
        cr_assert_eq(cut.sd_siemens, array.sd_siemens);
        expect_at(&cut, expected[k].row, expected[k].column);
        tuft_crossbar_free(&cut);
    }
    cr_assert_eq(tuft_array_plan_take(&plan, 1, 1, &cut, &err), TUFT_INVALID);
}

Test(array_plan, no_room_is_told_and_changes_nothing)
{
    tuft_crossbar array = array_of_numbers(), cut;
    tuft_array_plan plan = {.array = &array};
    tuft_error err;
    cr_assert_eq(tuft_array_plan_take(&plan, 1, COLUMNS + 1, &cut, &err), TUFT_INVALID);
    cr_assert_eq(tuft_array_plan_take(&plan, ROWS + 1, 1, &cut, &err), TUFT_INVALID);
    cr_assert_eq(tuft_array_plan_take(&plan, UINT32_MAX, 1, &cut, &err), TUFT_INVALID);
    cr_assert_null(cut.plus);
    cr_assert_eq(tuft_array_plan_take(&plan, 30, 15, &cut, &err), TUFT_OK);
    tuft_crossbar_free(&cut);
    cr_assert_eq(tuft_array_plan_take(&plan, 11, 15, &cut, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "40 x 20 pairs"), "%s", err.message);
    cr_assert(strstr(err.message, "11 x 15"), "%s", err.message);
    cr_assert_eq(tuft_array_plan_take(&plan, 30, 5, &cut, &err), TUFT_OK, "room is still there");
    expect_at(&cut, 0, 15);
    tuft_crossbar_free(&cut);
}

/* ---- liquids ---------------------------------------------------------------------------------
 */

enum { INPUTS = 16, CELLS = 10 };
static const tuft_geometry geometry = {INPUTS, 1, 1};

static tuft_reservoir *liquid(const tuft_crossbar *array, uint64_t seed)
{
    tuft_reservoir_config config = {.conductance = tuft_conductance_defaults,
                                    .array = array,
                                    .groups = 1,
                                    .group = {{.maps = CELLS,
                                               .delays = 1,
                                               .density = 1,
                                               .weight_sd = 0.5,
                                               .recurrent_density = 1,
                                               .recurrent_sd = 0.25,
                                               .decay = 0.9,
                                               .threshold = 1,
                                               .pools_x = 1,
                                               .pools_y = 1}}};
    tuft_reservoir *made;
    tuft_error err;
    cr_assert_eq(tuft_reservoir_new(&made, &config, geometry, seed, &err), TUFT_OK, "%s",
                 err.message);
    return made;
}

static const float *weights(const tuft_reservoir *made, uint32_t projection)
{
    return made->network->projection[projection].connections.weight;
}

Test(array_plan, a_liquid_is_the_array_whatever_the_seed)
{
    tuft_crossbar array = array_of_numbers();
    tuft_reservoir *first = liquid(&array, 1), *second = liquid(&array, 2);
    for (uint32_t i = 0; i < INPUTS; i++)
        for (uint32_t j = 0; j < CELLS; j++) {
            float expected = (float)(0.5 / (sqrt(2) * 3e-6) *
                                     ((double)plus_of(i, j) - 2 * (double)plus_of(i, j)));
            cr_assert_float_eq(weights(first, 0)[i * CELLS + j], expected, 1e-6);
        }
    /* The recurrent crossbar lies beside the input's. */
    for (uint32_t i = 0; i < CELLS; i++)
        for (uint32_t j = 0; j < CELLS; j++) {
            double g = plus_of(i, CELLS + j);
            cr_assert_float_eq(weights(first, 1)[i * CELLS + j], -0.25 / (sqrt(2) * 3e-6) * g,
                               1e-6);
        }
    cr_assert_eq(memcmp(weights(first, 0), weights(second, 0), sizeof(float) * INPUTS * CELLS), 0);
    cr_assert_eq(memcmp(weights(first, 1), weights(second, 1), sizeof(float) * CELLS * CELLS), 0);
    tuft_reservoir_free(first);
    tuft_reservoir_free(second);
}

/* Sampled cells, written down as an array and cut out of it, give the sampled liquid again. */
Test(array_plan, sampled_or_measured_is_the_same)
{
    tuft_crossbar input, recurrent;
    tuft_error err;
    enum { SEED = 9 };
    cr_assert_eq(
        tuft_crossbar_sample(&input, &tuft_conductance_defaults, INPUTS, CELLS, SEED, 0, &err),
        TUFT_OK);
    cr_assert_eq(
        tuft_crossbar_sample(&recurrent, &tuft_conductance_defaults, CELLS, CELLS, SEED, 1, &err),
        TUFT_OK);
    static float plus[INPUTS * 2 * CELLS], minus[INPUTS * 2 * CELLS];
    for (uint32_t i = 0; i < INPUTS; i++)
        for (uint32_t j = 0; j < CELLS; j++) {
            plus[i * 2 * CELLS + j] = input.plus[i * CELLS + j];
            minus[i * 2 * CELLS + j] = input.minus[i * CELLS + j];
            plus[i * 2 * CELLS + CELLS + j] = i < CELLS ? recurrent.plus[i * CELLS + j] : 0;
            minus[i * 2 * CELLS + CELLS + j] = i < CELLS ? recurrent.minus[i * CELLS + j] : 0;
        }
    tuft_crossbar array = {INPUTS, 2 * CELLS, plus, minus, tuft_conductance_defaults.sd_siemens};
    tuft_reservoir *sampled = liquid(NULL, SEED), *measured = liquid(&array, SEED);
    for (uint32_t p = 0; p < 2; p++)
        cr_assert_eq(memcmp(weights(sampled, p), weights(measured, p),
                            sizeof(float) * (p ? CELLS : INPUTS) * CELLS),
                     0);
    tuft_reservoir_free(sampled);
    tuft_reservoir_free(measured);
    tuft_crossbar_free(&input);
    tuft_crossbar_free(&recurrent);
}
