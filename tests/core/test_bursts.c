#include "core/bursts.h"

#include "core/philox.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#define OK(call) cr_assert_eq((call), TUFT_OK)

enum { INTERVAL = 160 };

static tuft_spike_record record_of(const int64_t (*spike)[2], size_t n)
{
    tuft_spike_record record = {0};
    for (size_t s = 0; s < n; s++) {
        uint32_t cell = (uint32_t)spike[s][1];
        OK(tuft_spike_record_push(&record, spike[s][0], &cell, 1, NULL));
    }
    return record;
}

/* Cell 0: a single, a burst of three, two singles exactly 16 ms apart. Cell 2: a burst of two
 * across the others. Cell 1 is silent. */
static const int64_t mixed[][2] = {{0, 0},   {500, 0}, {510, 2},  {659, 0},
                                   {669, 2}, {700, 0}, {2000, 0}, {2160, 0}};
enum { MIXED = sizeof mixed / sizeof *mixed };

Test(bursts, events_of_a_constructed_record)
{
    const tuft_burst_event expected[] = {
        {0, 1, 0, 0}, {0, 3, 500, 700}, {2, 2, 510, 669}, {0, 1, 2000, 2000}, {0, 1, 2160, 2160}};
    tuft_spike_record record = record_of(mixed, MIXED);
    tuft_burst_events events;
    OK(tuft_burst_events_find(&events, &record, 3, INTERVAL, NULL));
    cr_assert_eq(events.count, 5);
    for (size_t e = 0; e < 5; e++) {
        cr_assert_eq(events.event[e].cell, expected[e].cell);
        cr_assert_eq(events.event[e].spikes, expected[e].spikes);
        cr_assert_eq(events.event[e].begin, expected[e].begin);
        cr_assert_eq(events.event[e].end, expected[e].end);
    }
    tuft_burst_events_free(&events);
    cr_assert_null(events.event);
    tuft_spike_record_free(&record);
}

Test(bursts, windows_of_a_constructed_record)
{
    const int64_t edge[] = {1, 505, 1000, 2000, 3000};
    tuft_spike_record record = record_of(mixed, MIXED);
    tuft_burst_events events;
    tuft_burst_windows w;
    OK(tuft_burst_events_find(&events, &record, 3, INTERVAL, NULL));
    OK(tuft_burst_windows_new(&w, &events, 3, edge, 4, 0.1, NULL));
    /* the spike at 0 lies before the first window; the burst from 500 runs past its window */
    const uint64_t spikes[] = {3, 2, 0, 2}, count[] = {1, 1, 0, 2}, bursts[] = {1, 1, 0, 0};
    for (int k = 0; k < 4; k++) {
        double seconds = 1e-4 * (double)(edge[k + 1] - edge[k]);
        cr_assert_eq(w.spikes[k], spikes[k]);
        cr_assert_eq(w.events[k], count[k]);
        cr_assert_eq(w.bursts[k], bursts[k]);
        cr_assert_float_eq(w.event_rate_hz[k], (double)count[k] / seconds / 3, 1e-9);
        cr_assert_float_eq(w.burst_rate_hz[k], (double)bursts[k] / seconds / 3, 1e-9);
    }
    cr_assert_eq(w.burst_probability[0], 1);
    cr_assert_eq(w.burst_probability[3], 0);
    cr_assert(isnan(w.burst_probability[2]));
    tuft_burst_windows_free(&w);
    tuft_burst_events_free(&events);
    tuft_spike_record_free(&record);
}

/* Cells that begin an event at a known rate and make a burst of it with a known probability. */
Test(bursts, recovers_rates_it_was_made_with)
{
    enum { CELLS = 500, END = 40000 }; /* 4 s */
    static int64_t next[CELLS];
    static uint32_t left[CELLS];
    tuft_random random = tuft_random_stream(5, TUFT_RANDOM_TEST, 99);
    tuft_spike_record record = {0};
    size_t made = 0, made_bursts = 0;
    for (uint32_t i = 0; i < CELLS; i++)
        next[i] = tuft_random_below(&random, 1000);
    for (int64_t t = 0; t < END; t++)
        for (uint32_t i = 0; i < CELLS; i++) {
            if (next[i] != t)
                continue;
            OK(tuft_spike_record_push(&record, t, &i, 1, NULL));
            if (left[i]) {
                left[i]--;
            } else {
                made++;
                if (tuft_random_uniform(&random) < 0.3) {
                    made_bursts++;
                    left[i] = 1 + tuft_random_below(&random, 3);
                }
            }
            next[i] = t + (left[i] ? 50 + tuft_random_below(&random, 110)
                                   : 160 + tuft_random_below(&random, 2000));
        }
    const int64_t edge[] = {0, 1000, 20000, END + 1000};
    tuft_burst_events events;
    tuft_burst_windows w;
    OK(tuft_burst_events_find(&events, &record, CELLS, INTERVAL, NULL));
    OK(tuft_burst_windows_new(&w, &events, CELLS, edge, 3, 0.1, NULL));
    cr_assert_eq(events.count, made);
    uint64_t spikes = 0, count = 0, bursts = 0;
    for (int k = 0; k < 3; k++) {
        spikes += w.spikes[k];
        count += w.events[k];
        bursts += w.bursts[k];
    }
    cr_assert_eq(spikes, record.count);
    cr_assert_eq(count, made);
    cr_assert(bursts <= made_bursts && bursts + 50 > made_bursts); /* some are cut by the end */
    cr_assert_float_eq(w.burst_probability[1], 0.3, 0.03);
    tuft_burst_windows_free(&w);
    tuft_burst_events_free(&events);
    tuft_spike_record_free(&record);
}

Test(bursts, an_empty_record_has_none)
{
    const int64_t edge[] = {0, 10};
    tuft_spike_record record = {0};
    tuft_burst_events events;
    tuft_burst_windows w;
    OK(tuft_burst_events_find(&events, &record, 0, INTERVAL, NULL));
    cr_assert_eq(events.count, 0);
    OK(tuft_burst_windows_new(&w, &events, 1, edge, 1, 0.1, NULL));
    cr_assert_eq(w.event_rate_hz[0], 0);
    tuft_burst_windows_free(&w);
    tuft_burst_events_free(&events);
}

Test(bursts, bad_input_is_refused)
{
    const int64_t backwards[][2] = {{5, 0}, {4, 0}}, edge[] = {0, 10, 10};
    tuft_spike_record record = record_of(mixed, MIXED), wrong = record_of(backwards, 2);
    tuft_burst_events events, none = {0};
    tuft_burst_windows w;
    tuft_error err;
    cr_assert_eq(tuft_burst_events_find(&events, &record, 2, INTERVAL, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "spike 2 is of cell 2"), "%s", err.message);
    cr_assert_null(events.event);
    cr_assert_eq(tuft_burst_events_find(&events, &wrong, 3, INTERVAL, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "tick 4"), "%s", err.message);
    cr_assert_eq(tuft_burst_events_find(&events, &record, 3, 0, &err), TUFT_INVALID);
    cr_assert_eq(tuft_burst_windows_new(&w, &none, 3, edge, 2, 0.1, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "window 1"), "%s", err.message);
    cr_assert_null(w.edge);
    cr_assert_eq(tuft_burst_windows_new(&w, &none, 0, edge, 1, 0.1, &err), TUFT_INVALID);
    cr_assert_eq(tuft_burst_windows_new(&w, &none, 3, edge, 1, NAN, &err), TUFT_INVALID);
    tuft_spike_record_free(&record);
    tuft_spike_record_free(&wrong);
}
