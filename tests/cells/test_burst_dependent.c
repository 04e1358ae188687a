#include "cells/puppets.h"

#include "cells/burst_dependent.h"
#include "cells/naud_sprekeler.h"
#include "cells/poisson.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OK(call) cr_assert_eq((call), TUFT_OK)

static const double tick_ms = 0.1;

/* ---- a train worked out by hand -------------------------------------------------------------- */

/* One synapse, delay 2 ms. Presynaptic spikes at 8, 18, 43 ms arrive at 10 (event), 20 (10 ms
 * later: the same event) and 45 ms (event). Postsynaptic: 30 (event), 36 (its second spike: burst),
 * 40 (third: nothing), 56 (16 ms after: an event), 90 ms (event), 105.9 (15.9 ms after: burst). */
Test(burst_dependent, a_small_train_changes_the_weight_as_worked_out_by_hand)
{
    const tuft_synapse synapse = {0, 0, 0.5f, 20};
    tuft_burst_dependent_parameters p = {.eta = 0.01,
                                         .burst_interval_ms = 16,
                                         .tau_pre_ms = 20,
                                         .tau_average_ms = 500,
                                         .event_rate_hz = 4,
                                         .burst_probability = 0.25,
                                         .w_min = -1,
                                         .w_max = 3};
    trains pre = {0}, post = {0};
    const int64_t sent[] = {80, 180, 430}, fired[] = {300, 360, 400, 560, 900, 1059};
    for (int s = 0; s < 3; s++)
        trains_add(&pre, sent[s], 0);
    for (int s = 0; s < 6; s++)
        trains_add(&post, fired[s], 0);

    /* Ebar and Bbar times tau_average (0.5 s): 2 and 0.5 at the start. */
    double decay30 = exp(-30 / 500.0), events = 2 * decay30, bursts = 0.5 * decay30, w = 0.5;
    w -= 0.04 * (bursts / events) * exp(-20 / 20.0); /* 30 ms: event */
    cr_assert_float_eq(bursts / events, 0.25, 1e-12);
    events += 1;
    events *= exp(-6 / 500.0), bursts *= exp(-6 / 500.0);
    w += 0.04 * exp(-26 / 20.0); /* 36 ms: burst */
    bursts += 1;
    events *= exp(-20 / 500.0), bursts *= exp(-20 / 500.0);
    double trace56 = exp(-46 / 20.0) + exp(-11 / 20.0);
    w -= 0.04 * (bursts / events) * trace56; /* 56 ms: event */
    events += 1;
    events *= exp(-34 / 500.0), bursts *= exp(-34 / 500.0);
    w -= 0.04 * (bursts / events) * trace56 * exp(-34 / 20.0); /* 90 ms: event */
    w += 0.04 * trace56 * exp(-49.9 / 20.0);                   /* 105.9 ms: burst */

    for (int form = 0; form < 2; form++) {
        puppets one =
            puppets_new(1, 1, &synapse, 1, &tuft_burst_dependent, &p, form, 1, &pre, &post);
        OK(tuft_engine_run(one.engine, 2000, NULL));
        cr_assert_float_eq((double)*puppets_weights(&one), w, 3e-7, "%.9g, expected %.9g",
                           (double)*puppets_weights(&one), w);
        puppets_free(&one);
    }
    trains_free(&pre);
    trains_free(&post);
}

/* ---- random trains against a simulation step by step ------------------------------------------
 */

enum { SOURCES = 30, CELLS = 25, SYNAPSES = 1500, TICKS = 20000 };

/* Events at random, some of them bursts of two to four spikes. */
static trains bursting_trains(uint32_t cells, int events, uint64_t stream)
{
    trains t = {0}, clean = {0};
    tuft_random random = tuft_random_stream(9, TUFT_RANDOM_TEST, stream);
    for (uint32_t i = 0; i < cells; i++)
        for (int e = 0; e < events; e++) {
            int64_t tick = 1 + tuft_random_below(&random, TICKS - 1000);
            trains_add(&t, tick, i);
            uint32_t more = tuft_random_below(&random, 5);
            for (uint32_t s = 0; more < 3 && s <= more; s++)
                trains_add(&t, tick += 30 + tuft_random_below(&random, 131), i);
        }
    trains_sort(&t);
    for (size_t s = 0; s < t.n; s++)
        if (s == 0 || t.tick[s] != t.tick[s - 1] || t.cell[s] != t.cell[s - 1])
            trains_add(&clean, t.tick[s], t.cell[s]);
    trains_free(&t);
    return clean;
}

/* All that the rule says, each tick for each synapse on its own, in double. */
static void each_tick(const tuft_burst_dependent_parameters *p, const tuft_connections *c,
                      const trains *pre, const trains *post, int64_t ticks, double *w)
{
    static double trace[SYNAPSES], events[CELLS], bursts[CELLS];
    static int64_t arrived[SYNAPSES], fired[CELLS];
    static int seen[CELLS];
    static uint32_t source[SYNAPSES], delay[SYNAPSES];
    static char sends[SOURCES][TICKS];
    const double pre_decay = exp(-tick_ms / p->tau_pre_ms);
    const double average_decay = exp(-tick_ms / p->tau_average_ms);
    const int64_t interval = llround(p->burst_interval_ms / tick_ms);
    memset(sends, 0, sizeof sends);
    for (size_t s = 0; s < pre->n; s++)
        sends[pre->cell[s]][pre->tick[s]] = 1;
    for (uint32_t i = 0; i < SOURCES; i++)
        for (uint32_t g = c->row_segment[i]; g < c->row_segment[i + 1]; g++)
            for (size_t k = c->segment_begin[g]; k < c->segment_begin[g + 1]; k++) {
                source[k] = i, delay[k] = c->segment_delay[g];
                trace[k] = 0, arrived[k] = -1000000, w[k] = (double)c->weight[k];
            }
    for (uint32_t j = 0; j < CELLS; j++) {
        events[j] = p->event_rate_hz; /* in Hz: an event adds 1 / tau_average */
        bursts[j] = p->event_rate_hz * p->burst_probability;
        fired[j] = -1000000, seen[j] = 0;
    }
    size_t next = 0;
    for (int64_t t = 0; t < ticks; t++) {
        double valence[CELLS] = {0};
        for (uint32_t j = 0; t && j < CELLS; j++)
            events[j] *= average_decay, bursts[j] *= average_decay;
        for (; next < post->n && post->tick[next] == t; next++) {
            uint32_t j = post->cell[next];
            if (t - fired[j] >= interval) {
                valence[j] = -bursts[j] / events[j];
                events[j] += 1000 / p->tau_average_ms;
                seen[j] = 0;
            } else if (!seen[j]) {
                valence[j] = 1;
                bursts[j] += 1000 / p->tau_average_ms;
                seen[j] = 1;
            }
            fired[j] = t;
        }
        for (size_t k = 0; k < SYNAPSES; k++) {
            trace[k] *= pre_decay;
            if (t >= delay[k] && sends[source[k]][t - delay[k]]) {
                trace[k] += t - arrived[k] >= interval;
                arrived[k] = t;
            }
            w[k] += p->eta * (p->w_max - p->w_min) * valence[c->target[k]] * trace[k];
            w[k] = fmin(fmax(w[k], p->w_min), p->w_max);
        }
    }
}

Test(burst_dependent, traces_updated_at_events_equal_a_simulation_of_each_tick)
{
    static tuft_synapse synapse[SYNAPSES];
    static double w[SYNAPSES];
    const tuft_burst_dependent_parameters p = {.eta = 0.1,
                                               .burst_interval_ms = 16,
                                               .tau_pre_ms = 30,
                                               .tau_average_ms = 400,
                                               .event_rate_hz = 10,
                                               .burst_probability = 0.3,
                                               .w_min = -0.5,
                                               .w_max = 1.5};
    tuft_random random = tuft_random_stream(10, TUFT_RANDOM_TEST, 0);
    for (int k = 0; k < SYNAPSES; k++)
        synapse[k] = (tuft_synapse){
            tuft_random_below(&random, SOURCES), tuft_random_below(&random, CELLS),
            (float)(2 * tuft_random_uniform(&random) - 0.5), 1 + tuft_random_below(&random, 40)};
    trains pre = bursting_trains(SOURCES, 25, 0), post = bursting_trains(CELLS, 35, 1);
    for (int form = 0; form < 2; form++)
        for (int threads = 1; threads <= 2; threads++) {
            puppets one = puppets_new(SOURCES, CELLS, synapse, SYNAPSES, &tuft_burst_dependent, &p,
                                      form, threads, &pre, &post);
            const tuft_connections *c = &one.network->projection[one.projection].connections;
            for (int64_t until = TICKS / 4; until <= TICKS; until += 3 * TICKS / 4) {
                size_t moved = 0, at_bounds = 0;
                each_tick(&p, c, &pre, &post, until, w);
                OK(tuft_engine_run(one.engine, until, NULL));
                for (size_t k = 0; k < SYNAPSES; k++) {
                    float is = puppets_weights(&one)[k];
                    cr_assert_float_eq((double)is, w[k], 2e-5, "synapse %zu: %.8g, expected %.8g",
                                       k, (double)is, w[k]);
                    moved += fabsf(is - c->weight[k]) > 0.02f;
                    at_bounds += is == -0.5f || is == 1.5f;
                }
                if (until == TICKS) {
                    cr_assert_gt(moved, SYNAPSES / 2);
                    cr_assert_gt(at_bounds, 10);
                }
            }
            puppets_free(&one);
        }
    trains_free(&pre);
    trains_free(&post);
}

/* ---- burst probability against its average --------------------------------------------------- */

/* Independent pairs. Both sides have events at random, 50 ms apart at least; a postsynaptic event
 * is a burst (second spike 10 ms later) with probability `before` up to CHANGE, `after` from there
 * on. With the rates r of both sides, <e> = r_pre tau_pre and P relaxing from `before` to `after`
 * with tau_average, the mean change from CHANGE to END is
 *     eta r_pre tau_pre r_post (after - before) tau_average (1 - exp(-(END - CHANGE) /
 * tau_average)).
 */
enum { N = 1500, CHANGE = 50000, END = 150000, GAP = 500 };

static const double wait_ms = 70; /* mean of the exponential part */

static trains event_trains(uint64_t stream, double before, double after)
{
    trains t = {0};
    for (uint32_t i = 0; i < N; i++) {
        tuft_random random = tuft_random_stream(12, TUFT_RANDOM_TEST, stream << 32 | i);
        /* The first from the middle of nowhere, so that the rate is the same from the start. */
        double at = -2000 - 2000 * tuft_random_uniform(&random);
        for (;;) {
            at += GAP + wait_ms / tick_ms * tuft_random_exponential(&random);
            double burst = at < CHANGE ? before : after;
            int bursts = tuft_random_uniform(&random) < burst;
            if (at >= END - GAP)
                break;
            if (at < 1)
                continue;
            trains_add(&t, (int64_t)at, i);
            if (bursts)
                trains_add(&t, (int64_t)at + 100, i);
        }
    }
    trains_sort(&t);
    return t;
}

Test(burst_dependent, weights_follow_burst_probability_against_its_average)
{
    static tuft_synapse synapse[N];
    static double start[N];
    static const double after[] = {0.7, 0.4, 0.1};
    const tuft_burst_dependent_parameters p = {.eta = 0.002,
                                               .burst_interval_ms = 16,
                                               .tau_pre_ms = 20,
                                               .tau_average_ms = 5000,
                                               .event_rate_hz = 1000 / (50 + 70.0),
                                               .burst_probability = 0.4,
                                               .w_max = 1};
    for (uint32_t i = 0; i < N; i++)
        synapse[i] = (tuft_synapse){i, i, 0.5f, 1 + i % 9};
    /* Presynaptic bursts or not must not matter: half of the presynaptic events are bursts. */
    trains pre = event_trains(0, 0.5, 0.5);
    for (int a = 0; a < 3; a++) {
        trains post = event_trains(1, 0.4, after[a]);
        puppets one = puppets_new(N, N, synapse, N, &tuft_burst_dependent, &p, 0, 1, &pre, &post);
        OK(tuft_engine_run(one.engine, CHANGE, NULL));
        for (int stage = 0; stage < 2; stage++) {
            double mean = 0, square = 0, rate = 1 / (50 + wait_ms);
            double trace = rate * tick_ms / (1 - exp(-tick_ms / p.tau_pre_ms));
            double tau = p.tau_average_ms, period = (END - GAP - CHANGE) * tick_ms;
            double expected =
                stage ? p.eta * trace * rate * (after[a] - 0.4) * tau * (1 - exp(-period / tau))
                      : 0;
            for (int i = 0; i < N; i++) {
                double moved = (double)puppets_weights(&one)[i] - (stage ? start[i] : 0.5);
                mean += moved / N;
                square += moved * moved / N;
            }
            double error = sqrt((square - mean * mean) / (N - 1));
            cr_assert_float_eq(mean, expected, 4 * error + 0.01 * fabs(expected),
                               "to %g, stage %d: %.5g +- %.2g, expected %.5g", after[a], stage,
                               mean, error, expected);
            if (stage && a != 1)
                cr_assert_gt(fabs(expected), 10 * error);
            for (int i = 0; i < N; i++)
                start[i] = (double)puppets_weights(&one)[i];
            OK(tuft_engine_run(one.engine, END, NULL));
        }
        puppets_free(&one);
        trains_free(&post);
    }
    trains_free(&pre);
}

/* ---- the cell that the rule was made for ----------------------------------------------------- */

/* The authors' experiment (their Fig. 2, shortened): Naud-Sprekeler cells with noise on soma and
 * dendrite; the plastic weights, too small to drive them, stay while all is as it was, go up when a
 * current into the dendrites makes bursts likelier, down when one makes them rarer. */
Test(burst_dependent, apical_input_decides_which_way_weights_go)
{
    enum { POST = 300, PRE = 60, LEARN = 80000, SHIFT = 120000, STOP = 160000 };
    tuft_naud_sprekeler_parameters cell = tuft_naud_sprekeler_defaults;
    tuft_poisson_parameters soma_noise = {.rate_hz = 250}, apical_noise = {.rate_hz = 150};
    tuft_poisson_parameters inputs = {.rate_hz = 8};
    tuft_burst_dependent_parameters p = tuft_burst_dependent_defaults;
    static float soma[POST], apical[POST];
    static double current[POST];
    tuft_network *network;
    tuft_engine *engine;
    tuft_connections c;
    uint32_t learns;
    p.tau_average_ms = 2000;
    p.start_ms = LEARN * tick_ms;
    p.eta = 1e-3;
    for (uint32_t i = 0; i < POST; i++)
        soma[i] = 320, apical[i] = 110;
    OK(tuft_network_new(&network, 1000 * tick_ms, NULL));
    OK(tuft_network_add_cells(network, "soma", &tuft_poisson, &soma_noise, POST, 0, NULL, NULL));
    OK(tuft_network_add_cells(network, "apical", &tuft_poisson, &apical_noise, POST, 0, NULL,
                              NULL));
    OK(tuft_network_add_cells(network, "pre", &tuft_poisson, &inputs, PRE, 0, NULL, NULL));
    OK(tuft_network_add_cells(network, "post", &tuft_naud_sprekeler, &cell, POST, 1, NULL, NULL));
    OK(tuft_connections_one_to_one(&c, POST, soma, 1, NULL));
    OK(tuft_network_connect(network, "soma", 0, 3, "soma", &c, NULL, NULL));
    OK(tuft_connections_one_to_one(&c, POST, apical, 1, NULL));
    OK(tuft_network_connect(network, "apical", 1, 3, "apical", &c, NULL, NULL));
    OK(tuft_connections_random(&c, PRE, POST, 0.5, 0.5f, 10, 0, 1, 0, NULL));
    OK(tuft_network_connect(network, "learns", 2, 3, "soma", &c, &learns, NULL));
    OK(tuft_network_make_plastic(network, learns, &tuft_burst_dependent, &p, NULL));
    OK(tuft_engine_new(&engine, network, 1, 1, NULL));
    double moved[2][3];
    for (int way = 0; way < 2; way++) {
        static const int64_t stage[] = {LEARN, SHIFT, STOP};
        double before = 0.5;
        OK(tuft_engine_reset(engine, NULL));
        for (int s = 0; s < 3; s++) {
            OK(tuft_engine_run(engine, stage[s], NULL));
            size_t n;
            const float *w = tuft_engine_weights(engine, learns, &n);
            double mean = 0;
            for (size_t k = 0; k < n; k++)
                mean += (double)w[k] / (double)n;
            moved[way][s] = mean - before;
            before = mean;
            for (int i = 0; i < POST; i++)
                current[i] = s == 1 ? (way ? -60 : 60) : 0;
            OK(tuft_engine_write(engine, 3, "bias_apical", NULL, current, POST, NULL));
        }
        cr_assert_float_eq(moved[way][0], 0, 1e-12);
    }
    cr_assert_gt(moved[0][2], 5 * fabs(moved[0][1]), "up: %g, before %g", moved[0][2], moved[0][1]);
    cr_assert_lt(moved[1][2], -5 * fabs(moved[1][1]), "down: %g, before %g", moved[1][2],
                 moved[1][1]);
    tuft_engine_free(engine);
    tuft_network_free(network);
}

/* A cell that has been silent for so long that nothing is left of its averages is taken to burst as
 * it did at the start. */
Test(burst_dependent, silence_of_any_length_leaves_a_burst_probability)
{
    const tuft_synapse synapse = {0, 0, 0.5f, 1};
    tuft_burst_dependent_parameters p = {.eta = 0.1,
                                         .burst_interval_ms = 16,
                                         .tau_pre_ms = 20,
                                         .tau_average_ms = 100,
                                         .event_rate_hz = 1,
                                         .burst_probability = 0.3,
                                         .w_max = 1};
    static const int64_t silence[] = {300000, 10000000, 1000000000000};
    for (int s = 0; s < 3; s++) {
        trains pre = {0}, post = {0};
        trains_add(&post, 100, 0);
        trains_add(&post, 150, 0); /* a burst, but nothing has arrived */
        trains_add(&pre, silence[s], 0);
        trains_add(&post, silence[s] + 1, 0);
        puppets one = puppets_new(1, 1, &synapse, 1, &tuft_burst_dependent, &p, 0, 1, &pre, &post);
        OK(tuft_engine_run(one.engine, silence[s] + 100, NULL));
        /* 300 time constants: the ratio is what counts, 1.1 events of which 1.03 are bursts */
        double events = 0.1 + exp(100 / 1000.0), bursts = 0.03 + exp(150 / 1000.0);
        double expected = 0.5 - 0.1 * (s ? 0.3 : bursts / events);
        cr_assert_float_eq((double)*puppets_weights(&one), expected, 1e-6, "%.9g, expected %.9g",
                           (double)*puppets_weights(&one), expected);
        puppets_free(&one);
        trains_free(&pre);
        trains_free(&post);
    }
}

Test(burst_dependent, parameters_that_make_no_sense_are_refused)
{
#define REFUSE(member, value, says)                                                                \
    do {                                                                                           \
        tuft_burst_dependent_parameters p = tuft_burst_dependent_defaults;                         \
        p.member = value;                                                                          \
        puppets_refuse(&tuft_burst_dependent, &p, 0.5f, says);                                     \
    } while (0)
    REFUSE(eta, (double)NAN, "eta");
    REFUSE(burst_interval_ms, 0, "burst_interval_ms 0");
    REFUSE(burst_interval_ms, 1e300, "burst_interval_ms 1e+300");
    REFUSE(tau_pre_ms, -1, "tau_pre_ms -1");
    REFUSE(tau_average_ms, (double)INFINITY, "tau_average_ms inf");
    REFUSE(event_rate_hz, -5, "event_rate_hz -5");
    REFUSE(burst_probability, 1.1, "burst_probability 1.1");
    REFUSE(burst_probability, -0.1, "burst_probability -0.1");
    REFUSE(w_min, 1, "w_min 1, w_max 1");
    REFUSE(w_max, 0.25, "weight of synapse 0 is 0.5");
    REFUSE(stop_ms, -1, "stop_ms -1");
#undef REFUSE
}
