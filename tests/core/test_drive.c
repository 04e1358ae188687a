#include "core/drive.h"

#include "cells/lif.h"
#include "core/engine.h"
#include "core/philox.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { CELLS = 1000 };

static tuft_drive_table made(double mean, float weight)
{
    tuft_drive drive = {.rate_hz = mean * 1000, .weight = weight, .index = 3};
    tuft_drive_table table;
    cr_assert_eq(tuft_drive_table_new(&table, &drive, 1, 11, NULL), TUFT_OK);
    return table;
}

/* Counts follow the Poisson distribution: chi-square over all classes with 10 or more expected. */
Test(drive, counts_are_poisson)
{
    const double mean[] = {0.01, 0.5, 2, 17.3, 240};
    enum { STEPS = 400, MOST = 600 };
    for (size_t m = 0; m < sizeof mean / sizeof *mean; m++) {
        tuft_drive_table table = made(mean[m], 1);
        static double seen[MOST];
        static float input[CELLS];
        memset(seen, 0, sizeof seen);
        uint64_t events = 0;
        double sum = 0, draws = (double)STEPS * CELLS;
        for (int64_t step = 1; step <= STEPS; step++) {
            memset(input, 0, sizeof input);
            events += tuft_drive_add(&table, step, 0, CELLS, input);
            for (int i = 0; i < CELLS; i++) {
                cr_assert(input[i] >= 0 && input[i] < MOST && input[i] == floorf(input[i]));
                seen[(int)input[i]]++;
                sum += (double)input[i];
            }
        }
        cr_assert_eq(sum, (double)events);
        cr_assert_float_eq(sum / draws, mean[m], 5 * sqrt(mean[m] / draws));
        double chi = 0, rest = draws, rest_seen = draws;
        int classes = 0;
        for (int k = 0; k < MOST; k++) {
            double expected = draws * exp(k * log(mean[m]) - mean[m] - lgamma(k + 1.0));
            if (expected < 10)
                continue;
            chi += (seen[k] - expected) * (seen[k] - expected) / expected;
            rest -= expected;
            rest_seen -= seen[k];
            classes++;
        }
        cr_assert_leq(fabs(rest_seen - rest), 6 * sqrt(rest + 1));
        cr_assert_leq(fabs(chi - classes), 5 * sqrt(2.0 * classes), "chi-square %g of %d", chi,
                      classes);
        tuft_drive_table_free(&table);
    }
}

/* Cells and steps are independent: no correlation next door, nor across words and blocks. */
Test(drive, neighbours_in_space_and_time_are_independent)
{
    enum { STEPS = 500 };
    static float input[STEPS + 1][CELLS];
    tuft_drive_table table = made(1, 1);
    for (int64_t step = 0; step <= STEPS; step++)
        tuft_drive_add(&table, step + ((int64_t)1 << 32) - 100, 0, CELLS, input[step]);
    const int away[] = {1, 16, 64};
    for (int a = 0; a < 4; a++) {
        double product = 0, n = 0;
        for (int step = 0; step < STEPS; step++)
            for (int i = 0; i < CELLS - 64; i++, n++)
                product += (double)(input[step][i] - 1) *
                           (double)(a < 3 ? input[step][i + away[a]] - 1 : input[step + 1][i] - 1);
        cr_assert_leq(fabs(product / n), 5 / sqrt(n));
    }
    tuft_drive_table_free(&table);
}

/* The header says where each draw comes from. */
Test(drive, draws_are_words_of_the_named_stream)
{
    tuft_drive_table table = made(3, 0.25f);
    static float input[CELLS], part[CELLS];
    tuft_drive_add(&table, 77, 0, CELLS, input);
    uint32_t from[] = {0, 128, 192, 960, CELLS};
    for (int k = 0; k < 4; k++)
        tuft_drive_add(&table, 77, from[k], from[k + 1], part);
    cr_assert_arr_eq(input, part, sizeof input);
    for (uint32_t i = 0; i < CELLS; i++) {
        tuft_random random =
            tuft_random_stream(11, TUFT_RANDOM_DRIVE, (uint64_t)3 << 32 | (16 * (i / 64) + i % 16));
        random.counter[0] = 77;
        uint32_t draw = 0, n = table.base;
        for (uint32_t w = 0; w <= i % 64 / 16; w++)
            draw = tuft_random_u32(&random);
        for (uint32_t k = 0; k < table.levels; k++)
            n += draw >= table.least[k];
        cr_assert_eq(input[i], 0.25f * (float)n);
    }
    tuft_drive_table_free(&table);
}

/* An integrator without leak counts what it gets; the same for any number of threads. */
Test(drive, reaches_the_port_and_the_ledger_whatever_the_threads)
{
    enum { MANY = 20000 };
    tuft_lif_parameters p = tuft_lif_defaults;
    p.tau_m_ms = INFINITY;
    p.threshold = 1e9;
    tuft_network *network;
    uint32_t id;
    cr_assert_eq(tuft_network_new(&network, 100, NULL), TUFT_OK);
    cr_assert_eq(tuft_network_add_cells(network, "cells", &tuft_lif_delta, &p, MANY, 2, &id, NULL),
                 TUFT_OK);
    cr_assert_eq(tuft_network_drive(network, id, "input", 5000, 1, NULL), TUFT_OK);
    cr_assert_eq(tuft_network_drive(network, id, "input", 1000, 64, NULL), TUFT_OK);
    static float first[MANY];
    for (int threads = 1; threads <= 3; threads++) {
        tuft_engine *engine;
        tuft_ledger ledger;
        cr_assert_eq(tuft_engine_new(&engine, network, 5, threads, NULL), TUFT_OK);
        static uint32_t cell[MANY];
        for (uint32_t i = 0; i < MANY; i++)
            cell[i] = i;
        cr_assert_eq(tuft_engine_record_trace(engine, id, "membrane", cell, MANY, 100, NULL),
                     TUFT_OK);
        cr_assert_eq(tuft_engine_run(engine, 101, NULL), TUFT_OK);
        cr_assert_eq(tuft_engine_ledger(engine, &ledger, NULL), TUFT_OK);
        const float *v = tuft_engine_trace(engine, id)->value + MANY;
        double sum = 0, expected = (5 * 1 + 1 * 64) * 10.0 * MANY;
        for (uint32_t i = 0; i < MANY; i++)
            sum += (double)v[i];
        cr_assert_float_eq(sum, expected, 5 * sqrt((5 + 64 * 64) * 10.0 * MANY));
        cr_assert_float_eq((double)ledger.population[id].driven, 60.0 * MANY,
                           5 * sqrt(60.0 * MANY));
        if (threads == 1)
            memcpy(first, v, sizeof first);
        else
            cr_assert_arr_eq(first, v, sizeof first);
        tuft_ledger_free(&ledger);
        tuft_engine_free(engine);
    }
    tuft_network_free(network);
}

Test(drive, bad_input_is_refused)
{
    tuft_lif_parameters p = tuft_lif_defaults;
    tuft_network *network;
    tuft_error err;
    cr_assert_eq(tuft_network_new(&network, 100, NULL), TUFT_OK);
    cr_assert_eq(tuft_network_add_cells(network, "a", &tuft_lif_delta, &p, 9, 1, NULL, NULL), 0);
    cr_assert_eq(tuft_network_add_cells(network, "b", &tuft_lif_delta, &p, 9, 0, NULL, NULL), 0);
    cr_assert_eq(tuft_network_add_source(network, "c", 9, NULL, NULL), 0);
    const double rate[] = {-1, NAN, INFINITY, 1.1e7};
    for (int k = 0; k < 4; k++)
        cr_assert_eq(tuft_network_drive(network, 0, "input", rate[k], 1, &err), TUFT_INVALID);
    cr_assert_eq(tuft_network_drive(network, 0, "input", 5, NAN, &err), TUFT_INVALID);
    cr_assert_eq(tuft_network_drive(network, 0, "other", 5, 1, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "other"));
    for (uint32_t q = 1; q < 4; q++)
        cr_assert_eq(tuft_network_drive(network, q, "input", 5, 1, &err), TUFT_INVALID);
    cr_assert_eq(tuft_network_drive(network, 0, "input", 0, 1, &err), TUFT_OK);
    tuft_network_free(network);
}
