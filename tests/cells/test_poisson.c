#include "cells/poisson.h"
#include "core/engine.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#define OK(call) cr_assert_eq((call), TUFT_OK)

enum { CELLS = 100 };
static const int64_t END = 50000000; /* 50 s of microseconds */

/* Two populations; the first may be of another size without touching the second. */
static tuft_engine *run(const tuft_poisson_parameters *p, uint32_t others, uint64_t seed,
                        tuft_network **network)
{
    tuft_engine *engine;
    OK(tuft_network_new(network, 1, NULL));
    OK(tuft_network_add_cells(*network, "others", &tuft_poisson, p, others, 0, NULL, NULL));
    OK(tuft_network_add_cells(*network, "cells", &tuft_poisson, p, CELLS, 0, NULL, NULL));
    OK(tuft_engine_new(&engine, *network, seed, 1, NULL));
    OK(tuft_engine_record_spikes(engine, 1, NULL));
    OK(tuft_engine_run(engine, END, NULL));
    return engine;
}

static int same(const tuft_spike_record *a, const tuft_spike_record *b)
{
    return a->count == b->count && !memcmp(a->tick, b->tick, a->count * sizeof *a->tick) &&
           !memcmp(a->cell, b->cell, a->count * sizeof *a->cell);
}

Test(poisson, intervals_are_exponential)
{
    const tuft_poisson_parameters p = {.rate_hz = 40};
    tuft_network *network;
    tuft_engine *engine = run(&p, 1, 3, &network);
    const tuft_spike_record *record = tuft_engine_spikes(engine, 1);
    double expected = 40 * 50.0 * CELLS;
    cr_assert_leq(fabs((double)record->count - expected), 4.5 * sqrt(expected));
    int64_t last[CELLS];
    double n = 0, sum = 0, square = 0, counts[CELLS] = {0}, longer = 0, fano = 0;
    memset(last, 0xff, sizeof last);
    for (size_t s = 0; s < record->count; s++) {
        uint32_t i = record->cell[s];
        double interval = (double)(record->tick[s] - last[i]);
        if (last[i] >= 0) {
            n++, sum += interval, square += interval * interval;
            longer += interval > 25000;
        }
        last[i] = record->tick[s];
        counts[i]++;
    }
    double mean = sum / n, cv = sqrt(square / n - mean * mean) / mean;
    cr_assert_float_eq(cv, 1, 4.5 / sqrt(n));
    cr_assert_float_eq(longer / n, exp(-1), 4.5 * sqrt(0.2326 / n) + 1e-4);
    for (int i = 0; i < CELLS; i++)
        fano += (counts[i] - 2000) * (counts[i] - 2000) / 2000 / CELLS;
    cr_assert_float_eq(fano, 1, 4.5 * sqrt(2.0 / CELLS)); /* chi-squared with CELLS degrees */
    tuft_engine_free(engine);
    tuft_network_free(network);
}

Test(poisson, repeats_and_stands_alone)
{
    const tuft_poisson_parameters p = {.rate_hz = 5};
    tuft_network *network[3];
    tuft_engine *engine[3];
    engine[0] = run(&p, 1, 3, &network[0]);
    engine[1] = run(&p, 50, 3, &network[1]);
    engine[2] = run(&p, 1, 4, &network[2]);
    cr_assert(same(tuft_engine_spikes(engine[0], 1), tuft_engine_spikes(engine[1], 1)));
    cr_assert(!same(tuft_engine_spikes(engine[0], 1), tuft_engine_spikes(engine[2], 1)));
    OK(tuft_engine_reset(engine[1], NULL));
    OK(tuft_engine_run(engine[1], END, NULL));
    cr_assert(same(tuft_engine_spikes(engine[0], 1), tuft_engine_spikes(engine[1], 1)));
    for (int k = 0; k < 3; k++) {
        tuft_engine_free(engine[k]);
        tuft_network_free(network[k]);
    }
}

Test(poisson, starts_stops_and_has_a_rate_for_each_cell)
{
    static float rate[CELLS];
    for (int i = 0; i < CELLS; i++)
        rate[i] = (float)(i % 2 * 100);
    const tuft_poisson_parameters p = {.cell_rate_hz = rate, .start_ms = 1000, .stop_ms = 3000};
    tuft_network *network;
    tuft_engine *engine = run(&p, 1, 3, &network);
    const tuft_spike_record *record = tuft_engine_spikes(engine, 1);
    double expected = CELLS / 2 * 100 * 2;
    cr_assert_leq(fabs((double)record->count - expected), 4.5 * sqrt(expected));
    for (size_t s = 0; s < record->count; s++) {
        cr_assert(record->tick[s] >= 1000000 && record->tick[s] <= 3000000);
        cr_assert_eq(record->cell[s] % 2, 1);
    }
    tuft_engine_free(engine);
    tuft_network_free(network);
}

/* Far more spikes than ticks: one a tick, and no end is not waited for. */
Test(poisson, rates_past_the_tick_saturate)
{
    const tuft_poisson_parameters p = {.rate_hz = 1e300};
    tuft_network *network;
    tuft_engine *engine;
    OK(tuft_network_new(&network, 1000, NULL));
    OK(tuft_network_add_cells(network, "cells", &tuft_poisson, &p, 3, 0, NULL, NULL));
    OK(tuft_engine_new(&engine, network, 1, 1, NULL));
    OK(tuft_engine_record_spikes(engine, 0, NULL));
    OK(tuft_engine_run(engine, 101, NULL));
    cr_assert_eq(tuft_engine_spikes(engine, 0)->count, 300);
    tuft_engine_free(engine);
    tuft_network_free(network);
}

Test(poisson, bad_parameters_are_refused)
{
    const tuft_poisson_parameters bad[] = {{.rate_hz = -1},
                                           {.rate_hz = NAN},
                                           {.rate_hz = INFINITY},
                                           {.rate_hz = 1, .start_ms = -1},
                                           {.rate_hz = 1, .stop_ms = NAN}};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        tuft_error err;
        void *state = NULL;
        tuft_cell_context context = {.count = 1, .tick_ms = 1};
        cr_assert_eq(tuft_poisson.create(&state, &bad[k], &context, &err), TUFT_INVALID);
        cr_assert(strstr(err.message, "expected 0 or more"));
        cr_assert_null(state);
    }
}
