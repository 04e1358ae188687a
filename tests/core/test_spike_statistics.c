/* Statistics of spikes against closed forms. */
#include "core/philox.h"
#include "core/spike_statistics.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#define OK(call)   cr_assert_eq((call), TUFT_OK)
#define NEAR(a, b) cr_assert_float_eq((a), (b), 1e-12 * (1 + fabs(b)), "%.17g, not %.17g", a, b)

static void push(tuft_spike_record *record, int64_t tick, uint32_t cell)
{
    OK(tuft_spike_record_push(record, tick, &cell, 1, NULL));
}

/* Cell 0 every 10 ticks, cell 1 at intervals 1, 3, 1, 3 ..., cell 2 twice, cell 3 never. */
static tuft_spike_record example(void)
{
    tuft_spike_record record = {0};
    for (int64_t t = 0, odd = 0; t < 100; t++) {
        if (t % 10 == 0)
            push(&record, t, 0);
        if (t == odd) {
            push(&record, t, 1);
            odd += t % 4 == 0 ? 1 : 3;
        }
        if (t == 5 || t == 95)
            push(&record, t, 2);
    }
    return record;
}

Test(spike_statistics, closed_forms)
{
    tuft_spike_record record = example();
    tuft_spike_statistics s;
    OK(tuft_spike_statistics_of(&s, &record, 4, 0, 100, 0.5, NULL));
    cr_assert_eq(s.spikes, 10 + 50 + 2);
    cr_assert_eq(s.intervals, 9 + 49 + 1);
    cr_assert_eq(s.active_cells, 3);
    cr_assert_eq(s.interval_cells, 2); /* two spikes are one interval: no variation to speak of */
    NEAR(s.rate_hz, 1000 * 62 / (4 * 50.0));
    NEAR(s.interval_mean_ms, 0.5 * (90 + 97 + 90) / 59.0);
    /* 25 intervals of 1 and 24 of 3: squared deviations sum to 4 x 25 x 24 / 49. */
    double mean = 97 / 49.0, sd = sqrt(4.0 * 25 * 24 / 49 / 48);
    NEAR(s.interval_cv, 0.5 * (0 + sd / mean));
    tuft_spike_record_free(&record);
}

Test(spike_statistics, only_what_is_inside_the_time_counts)
{
    tuft_spike_record record = example();
    tuft_spike_statistics s;
    OK(tuft_spike_statistics_of(&s, &record, 4, 10, 31, 1, NULL));
    cr_assert_eq(s.spikes, 3 + 10); /* cell 1: 12, 13, 16, 17, 20, 21, 24, 25, 28, 29 */
    NEAR(s.rate_hz, 1000 * 13 / (4 * 21.0));
    OK(tuft_spike_statistics_of(&s, &record, 4, 200, 300, 1, NULL));
    cr_assert(s.spikes == 0 && isnan(s.interval_cv) && isnan(s.interval_mean_ms));
    tuft_spike_record_free(&record);
}

Test(spike_statistics, a_poisson_process_has_cv_one)
{
    enum { CELLS = 50, EACH = 400 };
    tuft_spike_record record = {0};
    double next[CELLS];
    tuft_random random = tuft_random_stream(7, TUFT_RANDOM_TEST, 1);
    for (int c = 0; c < CELLS; c++)
        next[c] = 1e4 * tuft_random_exponential(&random);
    for (int k = 0; k < CELLS * EACH; k++) {
        int first = 0;
        for (int c = 1; c < CELLS; c++)
            first = next[c] < next[first] ? c : first;
        push(&record, (int64_t)next[first], (uint32_t)first);
        next[first] += 1e4 * tuft_random_exponential(&random);
    }
    tuft_spike_statistics s;
    OK(tuft_spike_statistics_of(&s, &record, CELLS, 0, 1 << 30, 0.001, NULL));
    cr_assert_float_eq(s.interval_cv, 1, 0.02); /* sd of a cell's CV: about 1/sqrt(EACH) */
    cr_assert_float_eq(s.interval_mean_ms, 10, 0.3);
    tuft_spike_record_free(&record);
}

Test(spike_statistics, intervals_in_order_of_their_ends)
{
    const int64_t tick[] = {0, 2, 3, 10, 10};
    const uint32_t cell[] = {1, 0, 1, 0, 1};
    const double expected[] = {0.3, 0.8, 0.7};
    tuft_spike_record record = {0};
    double *interval;
    size_t count;
    for (int i = 0; i < 5; i++)
        push(&record, tick[i], cell[i]);
    OK(tuft_spike_intervals(&record, 2, 0.1, &interval, &count, NULL));
    cr_assert_eq(count, 3);
    for (int i = 0; i < 3; i++)
        NEAR(interval[i], expected[i]);
    free(interval);
    tuft_spike_record_free(&record);
}

Test(spike_statistics, rates_in_windows)
{
    tuft_spike_record record = example();
    const int64_t edge[] = {1, 10, 11, 100};
    const double expected[] = {5 + 1, 1, 44 + 8 + 1}; /* cell 1 from 12 to 97: 44 */
    double rate[3];
    OK(tuft_spike_rates(&record, 4, edge, 3, 1, rate, NULL));
    for (int w = 0; w < 3; w++)
        NEAR(rate[w], expected[w] * 1000 / (4.0 * (double)(edge[w + 1] - edge[w])));
    tuft_spike_record_free(&record);
}

Test(spike_statistics, correlation)
{
    const double x[] = {1, 2, 3, NAN, 4}, y[] = {2, 4, 6, 100, 8}, flat[] = {1, 1, 1, 1, 1};
    const double z[] = {1, -1, -1, 5, 1};
    NEAR(tuft_correlation(x, y, 5), 1.0);
    NEAR(tuft_correlation(x, z, 5), 0.0);
    cr_assert(isnan(tuft_correlation(x, flat, 5)));
    cr_assert(isnan(tuft_correlation(x, y, 1)));
    double down[5];
    for (int i = 0; i < 5; i++)
        down[i] = 3 - 0.1 * y[i];
    NEAR(tuft_correlation(x, down, 5), -1.0);
}

Test(spike_statistics, refuses_what_makes_no_sense)
{
    tuft_spike_record record = {0};
    tuft_spike_statistics s;
    tuft_error err;
    double rate, *interval;
    size_t count;
    const int64_t none[] = {5, 5}, some[] = {0, 5};
    push(&record, 5, 0);
    push(&record, 4, 1);
    cr_assert_eq(tuft_spike_statistics_of(&s, &record, 2, 0, 10, 1, &err), TUFT_INVALID);
    cr_assert_str_eq(err.message, "spike 1 at tick 4 follows one at tick 5");
    cr_assert_eq(tuft_spike_intervals(&record, 2, 1, &interval, &count, &err), TUFT_INVALID);
    cr_assert(!interval && !count);
    record.tick[1] = 5;
    cr_assert_eq(tuft_spike_statistics_of(&s, &record, 1, 0, 10, 1, &err), TUFT_INVALID);
    cr_assert_str_eq(err.message, "spike 1 is of cell 1, expected under 1");
    cr_assert_eq(tuft_spike_statistics_of(&s, &record, 2, 9, 9, 1, &err), TUFT_INVALID);
    cr_assert_eq(tuft_spike_rates(&record, 2, none, 1, 1, &rate, &err), TUFT_INVALID);
    cr_assert_eq(tuft_spike_rates(&record, 0, some, 1, 1, &rate, &err), TUFT_INVALID);
    tuft_spike_record_free(&record);
}
