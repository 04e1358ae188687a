#include "liquids.h"
#include "lsm/sequence.h"

#include <criterion/criterion.h>

static const tuft_geometry geometry = {8, 6, 2};

/* Every event of the cut is in its place, and nothing else. */
static void expect_cut(const tuft_frontend *frontend, const tuft_recordings *set)
{
    tuft_features table;
    tuft_sequence_shape shape;
    tuft_frontend_input input = {0};
    cr_assert_eq(tuft_sequences(frontend, set, &table, &shape, NULL), TUFT_OK);
    cr_assert_eq(table.rows, set->count);
    cr_assert_eq(table.columns, shape.steps * shape.channels);
    int64_t longest = 0;
    for (size_t i = 0; i < set->count; i++) {
        float *row = table.value + i * table.columns;
        cr_assert_eq(tuft_frontend_cut(frontend, geometry, &set->recording[i], &input, NULL),
                     TUFT_OK);
        longest = input.steps > longest ? input.steps : longest;
        for (size_t k = 0; k < input.count; k++)
            row[(size_t)input.step[k] * shape.channels + input.channel[k]] -= 1;
        for (size_t j = 0; j < table.columns; j++)
            cr_assert_eq(row[j], 0, "recording %zu, column %zu", i, j);
        cr_assert_eq(table.label[i], set->recording[i].label);
        cr_assert_eq(table.group[i], i);
    }
    cr_assert_eq((int64_t)shape.steps, longest);
    tuft_frontend_input_free(&input);
    tuft_features_free(&table);
}

Test(sequence, holds_the_cut)
{
    tuft_recordings set;
    make_recordings(&set, geometry, 7, 400, 2);
    expect_cut(&(tuft_frontend){.crop = 4,
                                .polarity = TUFT_POLARITY_ON,
                                .rule = TUFT_STEP_SHARE,
                                .steps = 25,
                                .events_per_step = 1},
               &set);
    expect_cut(
        &(tuft_frontend){.polarity = TUFT_POLARITY_BOTH, .rule = TUFT_STEP_LENGTH, .step_us = 7000},
        &set);
    tuft_recordings_free(&set);
}

Test(sequence, what_cannot_be_held_is_refused)
{
    tuft_recordings set, none = {.geometry = geometry};
    tuft_features table;
    tuft_sequence_shape shape;
    tuft_error err;
    const tuft_frontend fine = {.rule = TUFT_STEP_LENGTH, .step_us = 0.1};
    make_recordings(&set, geometry, 2, 50, 2);
    cr_assert_eq(tuft_sequences(&fine, &none, &table, &shape, &err), TUFT_INVALID);
    cr_assert_eq(tuft_sequences(&fine, &set, &table, &shape, &err), TUFT_MEMORY, "%s", err.message);
    cr_assert_null(table.value);
    cr_assert_eq(
        tuft_sequences(&(tuft_frontend){.crop = 9, .steps = 5}, &set, &table, &shape, &err),
        TUFT_INVALID);
    tuft_recordings_free(&set);
}
