#include "cells/puppets.h"

#include "cells/lif.h"
#include "cells/poisson.h"
#include "cells/rules.h"
#include "cells/stdp.h"
#include "core/plastic.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OK(call) cr_assert_eq((call), TUFT_OK)

static const double tick_ms = 0.1;

/* docs/plasticity.md */
Test(stdp, the_example_of_the_documentation)
{
    tuft_error err;
    tuft_network *network;
    tuft_engine *engine;
    uint32_t in, teacher, cells, learns;
    tuft_connections connections;
    tuft_lif_parameters lif = tuft_lif_defaults;
    tuft_stdp_parameters stdp = tuft_stdp_defaults;
    const tuft_synapse synapse[] = {{0, 0, 5.0f, 20}, {1, 0, 5.0f, 20}};
    const float strong = 25;
    const int64_t tick[] = {1000, 2000}, taught[] = {1100};
    const uint32_t cell[] = {0, 1}, first[] = {0};

    tuft_network_new(&network, 100, &err); /* a tick is 0.1 ms */
    tuft_network_add_source(network, "in", 2, &in, &err);
    tuft_network_add_source(network, "teacher", 1, &teacher, &err);
    tuft_network_add_cells(network, "cells", &tuft_lif_delta, &lif, 1, 0, &cells, &err);
    tuft_connections_sparse(&connections, 2, 1, synapse, 2, &err); /* 2 ms delay */
    tuft_network_connect(network, "learns", in, cells, "input", &connections, &learns, &err);
    tuft_connections_one_to_one(&connections, 1, &strong, 1, &err);
    tuft_network_connect(network, "teaches", teacher, cells, "input", &connections, NULL, &err);
    stdp.w_max = 10; /* mV, as the port takes it */
    tuft_network_make_plastic(network, learns, &tuft_stdp, &stdp, &err);

    tuft_engine_new(&engine, network, 1, 1, &err);
    tuft_engine_input(engine, in, tick, cell, 2, &err);
    tuft_engine_input(engine, teacher, taught, first, 1, &err); /* the cell fires at 110.1 ms */
    tuft_engine_run(engine, 3000, &err);
    const float *weight = tuft_engine_weights(engine, learns, NULL);
    cr_assert_eq(tuft_engine_now(engine), 3000);
    cr_assert_float_eq((double)weight[0], 5 + 10 * 0.005 * exp(-8.1 / 20), 1e-6);
    cr_assert_float_eq((double)weight[1], 5 - 10 * 0.00525 * exp(-91.9 / 20), 1e-6);
    cr_assert_float_eq((double)weight[0], 5.0333, 5e-5);
    cr_assert_float_eq((double)weight[1], 4.9995, 5e-5);

    tuft_engine_free(engine);
    tuft_network_free(network);
}

/* ---- isolated pairs -------------------------------------------------------------------------- */

/* Synapse i alone sees one pair, of lag i - LAGS ticks; delays differ from one to the next. */
enum { LAGS = 900, PAIRS = 2 * LAGS + 1 };

static double window(const tuft_stdp_parameters *p, int64_t lag, double w)
{
    double width = p->w_max - p->w_min, x = (w - p->w_min) / width, ms = (double)lag * tick_ms;
    return width * (lag >= 0 ? p->a_plus * pow(1 - x, p->mu_plus) * exp(-ms / p->tau_plus_ms)
                             : -p->a_minus * pow(x, p->mu_minus) * exp(ms / p->tau_minus_ms));
}

Test(stdp, isolated_pairs_follow_the_learning_window)
{
    static const double mu[][2] = {{0, 0}, {1, 1}, {0.3, 0.7}};
    static tuft_synapse synapse[PAIRS];
    trains pre = {0}, post = {0};
    for (uint32_t i = 0; i < PAIRS; i++) {
        synapse[i] = (tuft_synapse){i, i, 0.5f + (float)(i % 7), 1 + i % 40};
        trains_add(&pre, 2000, i);
        trains_add(&post, 2000 + synapse[i].delay + i - LAGS, i);
    }
    trains_sort(&post);
    for (int form = 0; form < 2; form++)
        for (int pairing = 0; pairing < 2; pairing++)
            for (int m = 0; m < 3; m++) {
                tuft_stdp_parameters p = {.a_plus = 0.05,
                                          .a_minus = 0.07,
                                          .tau_plus_ms = 17,
                                          .tau_minus_ms = 34,
                                          .mu_plus = mu[m][0],
                                          .mu_minus = mu[m][1],
                                          .w_min = -1,
                                          .w_max = 8,
                                          .pairing = (tuft_stdp_pairing)pairing};
                puppets one =
                    puppets_new(PAIRS, PAIRS, synapse, PAIRS, &tuft_stdp, &p, form, 1, &pre, &post);
                OK(tuft_engine_run(one.engine, 5000, NULL));
                for (uint32_t i = 0; i < PAIRS; i++) {
                    double before = (double)synapse[i].weight;
                    double expected = before + window(&p, (int64_t)i - LAGS, before);
                    cr_assert_float_eq((double)puppets_weights(&one)[i], expected, 1e-6,
                                       "lag %d ticks: %.8g, expected %.8g", (int)i - LAGS,
                                       (double)puppets_weights(&one)[i], expected);
                }
                puppets_free(&one);
            }
    trains_free(&pre);
    trains_free(&post);
}

/* ---- random trains against sums over all pairs ----------------------------------------------- */

enum { SOURCES = 40, CELLS = 50, SYNAPSES = 2500, TICKS = 20000, SPIKES = 60 };

/* Spikes at random, now and then with another 1 to 3 ticks later; doubles in one tick only where
 * a source may have them. */
static trains random_trains(uint32_t cells, uint64_t stream, int doubles)
{
    trains t = {0}, clean = {0};
    tuft_random random = tuft_random_stream(5, TUFT_RANDOM_TEST, stream);
    for (uint32_t i = 0; i < cells; i++)
        for (int s = 0; s < SPIKES; s++) {
            int64_t tick = 1 + tuft_random_below(&random, TICKS - 200);
            trains_add(&t, tick, i);
            if (tuft_random_below(&random, 5) == 0)
                trains_add(&t, tick + tuft_random_below(&random, 4), i);
        }
    trains_sort(&t);
    for (size_t s = 0; s < t.n; s++)
        if (doubles || s == 0 || t.tick[s] != t.tick[s - 1] || t.cell[s] != t.cell[s - 1])
            trains_add(&clean, t.tick[s], t.cell[s]);
    trains_free(&t);
    return clean;
}

/* Several synapses between many pairs, delays 1 to 30, in the order of the connections. */
static void random_synapses(tuft_synapse *synapse, double w_min, double w_max)
{
    tuft_random random = tuft_random_stream(6, TUFT_RANDOM_TEST, 0);
    for (int k = 0; k < SYNAPSES; k++) {
        double share = tuft_random_uniform(&random);
        synapse[k] = (tuft_synapse){
            tuft_random_below(&random, SOURCES), tuft_random_below(&random, CELLS),
            (float)(w_min + share * (w_max - w_min)), 1 + tuft_random_below(&random, 30)};
    }
}

static double bounded(const tuft_stdp_parameters *p, double w)
{
    return fmin(fmax(w, p->w_min), p->w_max);
}

/* The weight after all spikes: at each the sum over all its partners, or the last, in double. */
static double by_pairs(const tuft_stdp_parameters *p, double w, const int64_t *arrival, size_t pres,
                       const int64_t *fired, size_t posts, int64_t until)
{
    size_t a = 0, f = 0;
    while (a < pres || f < posts) {
        int arrives = f == posts || (a < pres && arrival[a] <= fired[f]);
        int64_t now = arrives ? arrival[a] : fired[f];
        if (now >= until)
            break;
        double sum = 0, share = (w - p->w_min) / (p->w_max - p->w_min);
        const int64_t *other = arrives ? fired : arrival;
        size_t others = arrives ? f : a;
        size_t first = p->pairing == TUFT_STDP_NEAREST && others ? others - 1 : 0;
        for (size_t o = first; o < others; o++)
            sum += exp(-(double)(now - other[o]) * tick_ms /
                       (arrives ? p->tau_minus_ms : p->tau_plus_ms));
        double step = arrives ? -p->a_minus * pow(share, p->mu_minus)
                              : p->a_plus * pow(1 - share, p->mu_plus);
        w = bounded(p, w + (p->w_max - p->w_min) * step * sum);
        a += arrives;
        f += !arrives;
    }
    return w;
}

typedef struct {
    tuft_stdp_parameters rule;
    double tolerance; /* of the range: float32 steps add up, more where pow() magnifies them */
} setting;

/* A pair at a bound is cut there in both, so errors do not grow. */
static const setting settings[] = {
    {{.a_plus = 0.03, .a_minus = 0.02, .tau_plus_ms = 15, .tau_minus_ms = 40, .w_max = 1}, 2e-5},
    {{.a_plus = 0.01,
      .a_minus = 0.012,
      .tau_plus_ms = 20,
      .tau_minus_ms = 20,
      .mu_plus = 1,
      .mu_minus = 1,
      .w_min = -3,
      .w_max = 5},
     2e-5},
    {{.a_plus = 0.02,
      .a_minus = 0.02,
      .tau_plus_ms = 20,
      .tau_minus_ms = 25,
      .mu_plus = 0.4,
      .mu_minus = 0.9,
      .w_max = 200},
     2e-5},
    {{.a_plus = 0.05,
      .a_minus = 0.04,
      .tau_plus_ms = 15,
      .tau_minus_ms = 30,
      .w_max = 1,
      .pairing = TUFT_STDP_NEAREST},
     2e-5},
    {{.a_plus = 0.02,
      .a_minus = 0.03,
      .tau_plus_ms = 15,
      .tau_minus_ms = 30,
      .mu_plus = 1,
      .mu_minus = 0.5,
      .w_max = 1,
      .pairing = TUFT_STDP_NEAREST},
     2e-5}};

enum { SETTINGS = sizeof settings / sizeof *settings };

static void compare(const puppets *one, const setting *s, const trains *pre, const trains *post,
                    int64_t until)
{
    const tuft_connections *c = &one->network->projection[one->projection].connections;
    static int64_t arrival[4 * SOURCES * SPIKES], fired[4 * CELLS * SPIKES];
    size_t moved = 0;
    for (uint32_t i = 0; i < SOURCES; i++)
        for (uint32_t g = c->row_segment[i]; g < c->row_segment[i + 1]; g++)
            for (size_t k = c->segment_begin[g]; k < c->segment_begin[g + 1]; k++) {
                size_t pres = trains_of(pre, i, arrival);
                for (size_t a = 0; a < pres; a++)
                    arrival[a] += c->segment_delay[g];
                size_t posts = trains_of(post, (uint32_t)c->target[k], fired);
                double expected =
                    by_pairs(&s->rule, (double)c->weight[k], arrival, pres, fired, posts, until);
                double width = s->rule.w_max - s->rule.w_min;
                cr_assert_float_eq((double)puppets_weights(one)[k], expected, s->tolerance * width,
                                   "setting %d, synapse %zu: %.8g, expected %.8g",
                                   (int)(s - settings), k, (double)puppets_weights(one)[k],
                                   expected);
                moved += fabs(expected - (double)c->weight[k]) > 0.01 * width;
            }
    cr_assert_gt(moved, SYNAPSES / 2);
}

Test(stdp, random_trains_equal_the_sum_over_all_pairs)
{
    static tuft_synapse synapse[SYNAPSES];
    trains pre = random_trains(SOURCES, 0, 1), post = random_trains(CELLS, 1, 0);
    for (int s = 0; s < SETTINGS; s++) {
        const tuft_stdp_parameters *p = &settings[s].rule;
        random_synapses(synapse, p->w_min, p->w_max);
        puppets one =
            puppets_new(SOURCES, CELLS, synapse, SYNAPSES, &tuft_stdp, p, 0, 1, &pre, &post);
        OK(tuft_engine_run(one.engine, TICKS / 3, NULL)); /* weights are right at any time */
        compare(&one, &settings[s], &pre, &post, TICKS / 3);
        OK(tuft_engine_run(one.engine, TICKS, NULL));
        compare(&one, &settings[s], &pre, &post, TICKS);
        puppets_free(&one);
    }
    trains_free(&pre);
    trains_free(&post);
}

Test(stdp, forms_threads_pieces_and_reset_give_the_same_bits)
{
    static tuft_synapse synapse[SYNAPSES];
    trains pre = random_trains(SOURCES, 0, 1), post = random_trains(CELLS, 1, 0);
    const tuft_stdp_parameters *p = &settings[2].rule;
    random_synapses(synapse, p->w_min, p->w_max);
    puppets one = puppets_new(SOURCES, CELLS, synapse, SYNAPSES, &tuft_stdp, p, 0, 1, &pre, &post);
    OK(tuft_engine_run(one.engine, TICKS, NULL));
    for (int form = 0; form < 2; form++)
        for (int threads = 1; threads <= 2; threads++) {
            puppets other = puppets_new(SOURCES, CELLS, synapse, SYNAPSES, &tuft_stdp, p, form,
                                        threads, &pre, &post);
            const float *initial = other.network->projection[other.projection].connections.weight;
            for (int64_t t = 0; t < TICKS; t += 777)
                OK(tuft_engine_run(other.engine, t, NULL));
            OK(tuft_engine_run(other.engine, TICKS, NULL));
            cr_assert_arr_eq(puppets_weights(&other), puppets_weights(&one),
                             SYNAPSES * sizeof(float));
            puppets_again(&other, &pre);
            cr_assert_arr_eq(puppets_weights(&other), initial, SYNAPSES * sizeof(float));
            OK(tuft_engine_run(other.engine, TICKS, NULL));
            cr_assert_arr_eq(puppets_weights(&other), puppets_weights(&one),
                             SYNAPSES * sizeof(float));
            puppets_free(&other);
        }
    puppets_free(&one);
    trains_free(&pre);
    trains_free(&post);
}

/* ---- what the trace must not forget, or remember --------------------------------------------- */

Test(stdp, silence_of_any_length_leaves_nothing)
{
    const tuft_synapse synapse = {0, 0, 0.5f, 1};
    tuft_stdp_parameters p = {
        .a_plus = 0.1, .a_minus = 0.1, .tau_plus_ms = 20, .tau_minus_ms = 10, .w_max = 1};
    static const int64_t silence[] = {2000, 51199, 51200, 51202, 60000, 200000, 1000000000000};
    for (size_t s = 0; s < sizeof silence / sizeof *silence; s++) {
        trains pre = {0}, post = {0};
        trains_add(&pre, 100, 0);
        trains_add(&post, 111, 0); /* 1 ms after the arrival at 101 */
        trains_add(&pre, 111 + silence[s], 0);
        trains_add(&post, 111 + silence[s] + 31, 0); /* 3 ms after the arrival */
        puppets one = puppets_new(1, 1, &synapse, 1, &tuft_stdp, &p, 0, 1, &pre, &post);
        OK(tuft_engine_run(one.engine, 200 + silence[s], NULL));
        double ms = (double)silence[s] * tick_ms, apart = ms + 0.1;
        double w = 0.5 + 0.1 * exp(-1 / 20.0) - 0.1 * exp(-apart / 10) +
                   0.1 * (exp(-3 / 20.0) + exp(-(ms + 4.1) / 20));
        cr_assert_float_eq((double)*puppets_weights(&one), w, 1e-7, "%.9g, expected %.9g",
                           (double)*puppets_weights(&one), w);
        puppets_free(&one);
        trains_free(&pre);
        trains_free(&post);
    }
}

Test(stdp, weights_stop_at_their_bounds)
{
    static tuft_synapse synapse[SYNAPSES];
    trains pre = random_trains(SOURCES, 2, 1), post = random_trains(CELLS, 3, 0);
    for (int m = 0; m < 3; m++) {
        tuft_stdp_parameters p = {.a_plus = 3,
                                  .a_minus = 3,
                                  .tau_plus_ms = 20,
                                  .tau_minus_ms = 20,
                                  .mu_plus = m / 2.0,
                                  .mu_minus = m / 2.0,
                                  .w_min = 0.1,
                                  .w_max = 0.7};
        random_synapses(synapse, (double)0.1f, (double)0.7f);
        puppets one =
            puppets_new(SOURCES, CELLS, synapse, SYNAPSES, &tuft_stdp, &p, 0, 1, &pre, &post);
        size_t low = 0, high = 0;
        for (int64_t t = 500; t <= TICKS; t += 500) {
            OK(tuft_engine_run(one.engine, t, NULL));
            for (size_t k = 0; k < SYNAPSES; k++) {
                float w = puppets_weights(&one)[k];
                cr_assert(w >= 0.1f && w <= 0.7f, "mu %g: %.9g", p.mu_plus, (double)w);
                low += w == 0.1f;
                high += w == 0.7f;
            }
        }
        cr_assert_gt(low, 1000);
        cr_assert_gt(high, 1000);
        puppets_free(&one);
    }
    trains_free(&pre);
    trains_free(&post);
}

/* Learning from 100 ms on and up to 200 ms: a spike a tick before and an arrival at the end leave
 * the weight alone, but the arrival before still counts for the spikes within. */
Test(stdp, weights_change_from_start_to_stop_only)
{
    const tuft_synapse synapse = {0, 0, 0.5f, 1};
    tuft_stdp_parameters p = {.a_plus = 0.1,
                              .a_minus = 0.1,
                              .tau_plus_ms = 20,
                              .tau_minus_ms = 20,
                              .w_max = 1,
                              .start_ms = 100,
                              .stop_ms = 200};
    trains pre = {0}, post = {0};
    trains_add(&pre, 899, 0);
    trains_add(&post, 999, 0);
    trains_add(&post, 1000, 0); /* 10 ms after the arrival at 90 ms */
    trains_add(&post, 1999, 0);
    trains_add(&pre, 1999, 0); /* arrives at 200 ms, when it is over */
    trains_add(&post, 2010, 0);
    puppets one = puppets_new(1, 1, &synapse, 1, &tuft_stdp, &p, 0, 1, &pre, &post);
    OK(tuft_engine_run(one.engine, 3000, NULL));
    double expected = 0.5 + 0.1 * (exp(-10 / 20.0) + exp(-109.9 / 20));
    cr_assert_float_eq((double)*puppets_weights(&one), expected, 1e-7);
    tuft_ledger ledger;
    OK(tuft_engine_ledger(one.engine, &ledger, NULL));
    cr_assert_eq(ledger.weight_updates, 2);
    tuft_ledger_free(&ledger);
    puppets_free(&one);
    trains_free(&pre);
    trains_free(&post);
}

/* ---- Poisson trains: the drift --------------------------------------------------------------- */

/* Independent Poisson trains on both sides, additive rule away from its bounds: each pair of spikes
 * is as likely at any lag, so the weight drifts by r_pre r_post (A+ tau+ - A- tau-) per time
 * (Kempter, Gerstner & van Hemmen 1999, Phys. Rev. E 59:4498), tau being the sum of the window over
 * ticks. Synapse i -> i has trains of its own: their mean is known by their spread. */
Test(stdp, poisson_trains_drift_as_the_window_says)
{
    enum { N = 1500, RUN = 200000 }; /* 20 s */
    static tuft_synapse synapse[N];
    static float one[N];
    for (uint32_t i = 0; i < N; i++) {
        synapse[i] = (tuft_synapse){i, i, 0.5f, 1 + i % 15};
        one[i] = 1;
    }
    static const double a_minus[] = {1e-3, 2e-3, 4e-3};
    for (int a = 0; a < 3; a++) {
        tuft_stdp_parameters p = {.a_plus = 2e-3,
                                  .a_minus = a_minus[a],
                                  .tau_plus_ms = 20,
                                  .tau_minus_ms = 20,
                                  .w_max = 1};
        tuft_poisson_parameters poisson = {.rate_hz = 10};
        tuft_network *network;
        tuft_engine *engine;
        tuft_connections c;
        OK(tuft_network_new(&network, 100, NULL));
        OK(tuft_network_add_cells(network, "pre", &tuft_poisson, &poisson, N, 0, NULL, NULL));
        OK(tuft_network_add_cells(network, "orders", &tuft_poisson, &poisson, N, 0, NULL, NULL));
        OK(tuft_network_add_cells(network, "post", &puppet_model, NULL, N, 0, NULL, NULL));
        OK(tuft_connections_one_to_one(&c, N, one, 1, NULL));
        OK(tuft_network_connect(network, "strings", 1, 2, "order", &c, NULL, NULL));
        OK(tuft_connections_sparse(&c, N, N, synapse, N, NULL));
        OK(tuft_network_connect(network, "learns", 0, 2, "plastic", &c, NULL, NULL));
        OK(tuft_network_make_plastic(network, 1, &tuft_stdp, &p, NULL));
        OK(tuft_engine_new(&engine, network, 3, 1, NULL));
        OK(tuft_engine_run(engine, RUN, NULL));
        const float *w = tuft_engine_weights(engine, 1, NULL);
        double mean = 0, square = 0;
        for (int i = 0; i < N; i++)
            mean += ((double)w[i] - 0.5) / N;
        for (int i = 0; i < N; i++)
            square += ((double)w[i] - 0.5 - mean) * ((double)w[i] - 0.5 - mean);
        double error = sqrt(square / N / (N - 1));
        /* lags 0, 1, 2 ... strengthen, 1, 2 ... weaken; at most one spike a tick */
        double rate = (1 - exp(-10 * tick_ms / 1000)) / tick_ms, decay = exp(-tick_ms / 20);
        double plus = p.a_plus * tick_ms / (1 - decay);
        double minus = p.a_minus * tick_ms * decay / (1 - decay);
        double expected = rate * rate * (plus - minus) * RUN * tick_ms;
        cr_assert_lt(error, 0.05 * 0.04 * 20);
        cr_assert_float_eq(mean, expected, 4 * error, "A- %g: %.5g +- %.2g, expected %.5g",
                           p.a_minus, mean, error, expected);
        if (a != 1)
            cr_assert_gt(fabs(expected), 10 * error);
        tuft_engine_free(engine);
        tuft_network_free(network);
    }
}

/* ---- cells that learn what drives them ------------------------------------------------------- */

/* A recurrent network large enough that deliveries are shared between threads. */
Test(stdp, a_network_that_learns_does_not_depend_on_threads)
{
    enum { N = 500, RUN = 6000 };
    tuft_lif_parameters lif = tuft_lif_defaults;
    tuft_poisson_parameters poisson = {.rate_hz = 20};
    tuft_stdp_parameters p = tuft_stdp_defaults;
    tuft_network *network;
    tuft_engine *engine[3];
    tuft_connections c;
    p.w_max = 0.4; /* mV */
    OK(tuft_network_new(&network, 100, NULL));
    OK(tuft_network_add_source(network, "volley", N, NULL, NULL));
    OK(tuft_network_add_cells(network, "noise", &tuft_poisson, &poisson, N, 0, NULL, NULL));
    OK(tuft_network_add_cells(network, "cells", &tuft_lif_delta, &lif, N, 1, NULL, NULL));
    OK(tuft_connections_random(&c, N, N, 0.2, 1.5f, 15, 0, 1, 0, NULL));
    OK(tuft_network_connect(network, "drive", 1, 2, "input", &c, NULL, NULL));
    OK(tuft_connections_random(&c, N, N, 0.6, 0.2f, 15, 1, 1, 1, NULL));
    OK(tuft_network_connect(network, "learns", 2, 2, "input", &c, NULL, NULL));
    OK(tuft_connections_random(&c, N, N, 0.9, 0.2f, 15, 1, 1, 2, NULL));
    OK(tuft_network_connect(network, "learns too", 0, 2, "input", &c, NULL, NULL));
    OK(tuft_network_make_plastic(network, 1, &tuft_stdp, &p, NULL));
    OK(tuft_network_make_plastic(network, 2, &tuft_stdp, &p, NULL));
    static int64_t tick[N * 20];
    static uint32_t cell[N * 20];
    for (uint32_t i = 0; i < N * 20; i++) {
        tick[i] = 100 + 250 * (i / N);
        cell[i] = i % N;
    }
    for (int e = 0; e < 3; e++) {
        OK(tuft_engine_new(&engine[e], network, 1, 1 + e % 2, NULL));
        OK(tuft_engine_record_spikes(engine[e], 2, NULL));
        OK(tuft_engine_input(engine[e], 0, tick, cell, N * 20, NULL));
        OK(tuft_engine_run(engine[e], RUN, NULL));
    }
    const tuft_spike_record *first = tuft_engine_spikes(engine[0], 2);
    cr_assert_gt(first->count, 1000);
    for (int e = 1; e < 3; e++) {
        const tuft_spike_record *other = tuft_engine_spikes(engine[e], 2);
        cr_assert_eq(other->count, first->count);
        cr_assert_arr_eq(other->tick, first->tick, first->count * sizeof *first->tick);
        cr_assert_arr_eq(other->cell, first->cell, first->count * sizeof *first->cell);
        for (uint32_t q = 1; q < 3; q++) {
            size_t n;
            const float *w = tuft_engine_weights(engine[0], q, &n);
            cr_assert_gt(n, 1 << 17);
            cr_assert_arr_eq(tuft_engine_weights(engine[e], q, NULL), w, n * sizeof *w);
        }
    }
    for (int e = 0; e < 3; e++)
        tuft_engine_free(engine[e]);
    tuft_network_free(network);
}

/* ---- state, parameters ----------------------------------------------------------------------- */

/* Bytes copied out of one state and into another make that one go on in the same way. */
Test(stdp, state_can_be_copied)
{
    static tuft_synapse synapse[SYNAPSES];
    const tuft_stdp_parameters *p = &settings[0].rule;
    trains none = {0};
    size_t rules;
    tuft_random random = tuft_random_stream(8, TUFT_RANDOM_TEST, 0);
    const tuft_plasticity_rule *const *rule = tuft_plasticity_rules(&rules);
    random_synapses(synapse, p->w_min, p->w_max);
    for (size_t r = 0; r < rules; r++) {
        puppets one = puppets_new(SOURCES, CELLS, synapse, SYNAPSES, rule[r], rule[r]->defaults, 0,
                                  1, &none, &none);
        tuft_plastics pair[2];
        for (int q = 0; q < 2; q++)
            OK(tuft_plastics_new(&pair[q], one.network, 1, NULL));
        for (int64_t t = 1; t < 4000; t += 3) {
            if (t == 1999) {
                tuft_state_part from[TUFT_STATE_PARTS], to[TUFT_STATE_PARTS];
                int parts = tuft_plastic_parts(&pair[0].item[0], from);
                cr_assert_eq(tuft_plastic_parts(&pair[1].item[0], to), parts);
                for (int n = 0; n < parts; n++) {
                    cr_assert_eq(from[n].size, to[n].size);
                    cr_assert_neq(from[n].data, to[n].data);
                    memcpy(to[n].data, from[n].data, from[n].size);
                }
            }
            uint32_t segment = tuft_random_below(&random, pair[0].item[0].connections.segments);
            uint32_t cell = tuft_random_below(&random, CELLS);
            for (int q = 0; q < (t < 1999 ? 1 : 2); q++) {
                tuft_plastic_arrive(&pair[q].item[0], t, &segment, 1);
                tuft_plastics_fire(&pair[q], 2, t, &cell, 1);
            }
        }
        cr_assert_arr_eq(pair[0].item[0].connections.weight, pair[1].item[0].connections.weight,
                         SYNAPSES * sizeof(float));
        cr_assert_eq(pair[0].item[0].updates, pair[1].item[0].updates);
        cr_assert_gt(pair[0].item[0].updates, 1000);
        for (int q = 0; q < 2; q++)
            tuft_plastics_free(&pair[q]);
        puppets_free(&one);
    }
}

Test(stdp, parameters_that_make_no_sense_are_refused)
{
#define REFUSE(member, value, says)                                                                \
    do {                                                                                           \
        tuft_stdp_parameters p = tuft_stdp_defaults;                                               \
        p.member = value;                                                                          \
        puppets_refuse(&tuft_stdp, &p, 0.5f, says);                                                \
    } while (0)
    REFUSE(tau_plus_ms, 0, "tau_plus_ms 0");
    REFUSE(tau_minus_ms, -3, "tau_minus_ms -3");
    REFUSE(tau_plus_ms, (double)INFINITY, "tau_plus_ms inf");
    REFUSE(a_plus, (double)NAN, "a_plus");
    REFUSE(a_minus, (double)INFINITY, "a_minus inf");
    REFUSE(mu_plus, -0.1, "mu_plus -0.1");
    REFUSE(mu_minus, (double)NAN, "mu_minus");
    REFUSE(w_max, 0, "w_min 0, w_max 0");
    REFUSE(w_max, 1e300, "w_max 1e+300");
    REFUSE(w_min, 0.6, "weight of synapse 0 is 0.5, expected w_min 0.6 to w_max 1");
    REFUSE(w_max, 0.4, "weight of synapse 0 is 0.5");
    REFUSE(pairing, (tuft_stdp_pairing)7, "pairing 7");
    REFUSE(start_ms, -1, "start_ms -1");
    REFUSE(stop_ms, (double)NAN, "stop_ms");
#undef REFUSE
}

Test(stdp, rules_and_their_parameters_have_names)
{
    size_t count;
    const tuft_plasticity_rule *const *rule = tuft_plasticity_rules(&count);
    for (size_t r = 0; r < count; r++) {
        cr_assert(r == 0 || strcmp(rule[r - 1]->name, rule[r]->name) < 0);
        cr_assert_eq(tuft_plasticity_rule_find(rule[r]->name), rule[r]);
        for (const tuft_parameter_entry *e = rule[r]->parameter; e->name; e++) {
            cr_assert_eq(tuft_rule_parameter_find(rule[r], e->name), e);
            cr_assert_leq(e->offset + (e->kind == TUFT_PARAMETER_CHOICE ? 4 : 8),
                          rule[r]->parameters_size);
        }
    }
    cr_assert_null(tuft_plasticity_rule_find("bcm"));
    cr_assert_null(tuft_rule_parameter_find(&tuft_stdp, "tau"));
    const tuft_parameter_entry *entry = tuft_rule_parameter_find(&tuft_stdp, "tau_minus_ms");
    const char *member = (const char *)tuft_stdp.defaults + entry->offset;
    double value;
    memcpy(&value, member, sizeof value);
    cr_assert_eq(value, 20);
}
