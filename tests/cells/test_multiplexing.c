/* Ensemble multiplexing (Naud & Sprekeler 2018, PNAS 115:E6329): 4000 cells, two independent slowly
 * varying inputs; event rate follows the somatic one and burst probability the apical one.
 *
 * The operating point was selected: of nine settings of the inputs tried, four (this one among
 * them) met all four limits below, and the first (450 +- 120 pA per 500 ms on the soma, 150 +- 100
 * pA per 700 ms on the dendrite) gave a correlation of the event rate with the somatic input of
 * 0.76 only. The test guards the model at this point (slow, moderate inputs, one seed); it is no
 * claim about all inputs. Over the published background noise, which these inputs lack, no point
 * needs to be sought: test_rig.c, docs/cell.md. */
#include "cells/naud_sprekeler.h"
#include "cells/probe.h"
#include "core/bursts.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#define OK(call) cr_assert_eq((call), TUFT_OK)

enum { CELLS = 4000, WINDOWS = 140, WINDOW = 500, WARM_UP = 5000 }; /* ticks of 0.1 ms: 7 s */
enum { END = WARM_UP + WINDOWS * WINDOW };

typedef struct {
    double mean_pa, swing_pa, period_ms; /* the current it makes on average, and how that goes */
    double rate_hz, tau_ms;              /* Poisson events a cell, in synapses of this constant */
} slow_input;

static double current_at(const slow_input *s, double tick)
{
    return s->mean_pa + s->swing_pa * sin(2 * M_PI * (tick - WARM_UP) * 0.1 / s->period_ms);
}

/* The weight that makes the mean current: rate x tau x weight. */
static float weight_of(const slow_input *s)
{
    return (float)(s->mean_pa / (1e-3 * s->rate_hz * s->tau_ms));
}

/* Events of all cells together; their rate goes with the current. */
static size_t events_of(const slow_input *s, uint64_t stream, int64_t **tick, uint32_t **cell)
{
    tuft_random random = tuft_random_stream(1, TUFT_RANDOM_TEST, 500 + stream);
    size_t capacity = (size_t)(1.2 * s->rate_hz * 1e-4 * END * CELLS), n = 0;
    *tick = calloc(capacity, sizeof **tick);
    *cell = calloc(capacity, sizeof **cell);
    for (double at = 0; n < capacity; n++) {
        double per_tick = 1e-4 * s->rate_hz * CELLS * current_at(s, at) / s->mean_pa;
        at += tuft_random_exponential(&random) / per_tick;
        if (at >= END - 1)
            break;
        (*tick)[n] = (int64_t)at;
        (*cell)[n] = tuft_random_below(&random, CELLS);
    }
    return n;
}

static double correlation(const double *x, const double *y)
{
    double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
    for (int w = 0; w < WINDOWS; w++) {
        mx += x[w] / WINDOWS;
        my += y[w] / WINDOWS;
    }
    for (int w = 0; w < WINDOWS; w++) {
        xx += (x[w] - mx) * (x[w] - mx);
        yy += (y[w] - my) * (y[w] - my);
        xy += (x[w] - mx) * (y[w] - my);
    }
    return xy / sqrt(xx * yy);
}

Test(multiplexing, events_follow_the_soma_and_bursts_the_dendrite)
{
    const slow_input input[] = {{400, 120, 1400, 250, 5}, {84, 76, 1000, 150, 5}};
    double current[2][WINDOWS];
    int64_t *tick[2], edge[WINDOWS + 1];
    uint32_t *cell[2];
    tuft_burst_events events;
    tuft_burst_windows windows;
    tuft_naud_sprekeler_parameters p = tuft_naud_sprekeler_defaults;
    const float weight[] = {weight_of(&input[0]), weight_of(&input[1])};
    probe q = probe_new(&tuft_naud_sprekeler, &p, CELLS, 1, 0.1, weight);
    for (uint32_t k = 0; k < 2; k++) {
        size_t n = events_of(&input[k], k, &tick[k], &cell[k]);
        OK(tuft_engine_input(q.engine, 1 + k, tick[k], cell[k], n, NULL));
    }
    probe_run(&q, END);
    for (int w = 0; w <= WINDOWS; w++)
        edge[w] = WARM_UP + w * WINDOW;
    for (int w = 0; w < WINDOWS; w++)
        for (int k = 0; k < 2; k++)
            current[k][w] = current_at(&input[k], (double)edge[w] + 0.5 * WINDOW);
    OK(tuft_burst_events_find(&events, tuft_engine_spikes(q.engine, 0), CELLS, 160, NULL));
    OK(tuft_burst_windows_new(&windows, &events, CELLS, edge, WINDOWS, 0.1, NULL));
    double own[2] = {correlation(windows.event_rate_hz, current[0]),
                     correlation(windows.burst_probability, current[1])};
    double cross[2] = {correlation(windows.event_rate_hz, current[1]),
                       correlation(windows.burst_probability, current[0])};
    cr_assert(own[0] > 0.9 && own[1] > 0.9 && fabs(cross[0]) < 0.3 && fabs(cross[1]) < 0.3,
              "own %.3f %.3f cross %.3f %.3f", own[0], own[1], cross[0], cross[1]);
    tuft_burst_windows_free(&windows);
    tuft_burst_events_free(&events);
    probe_free(&q);
    for (int k = 0; k < 2; k++) {
        free(tick[k]);
        free(cell[k]);
    }
}
