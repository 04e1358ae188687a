#include "core/radix.h"
#include "core/wiring.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SOURCES = 60, TARGETS = 45 };

static const tuft_wiring plain = {
    .weight = {TUFT_FIXED, 1.5, 0}, .delay_ticks = {TUFT_FIXED, 3, 0}, .seed = 5, .stream = 2};

static tuft_connections wired(const tuft_wiring *wiring, uint32_t sources, uint32_t targets)
{
    tuft_connections c;
    tuft_error err;
    cr_assert_eq(tuft_connections_wire(&c, sources, targets, wiring, &err), TUFT_OK, "%s",
                 err.message);
    return c;
}

/* The compressed form holds together; count[i][j] is how many synapses go from i to j. */
static void count_pairs(const tuft_connections *c, uint32_t *count)
{
    memset(count, 0, sizeof *count * c->sources * c->targets);
    cr_assert_eq(c->kind, TUFT_SPARSE);
    cr_assert_eq(c->row_segment[0], 0);
    cr_assert_eq(c->row_segment[c->sources], c->segments);
    cr_assert_eq(c->segment_begin[0], 0);
    for (uint32_t i = 0; i < c->sources; i++)
        for (uint32_t s = c->row_segment[i]; s < c->row_segment[i + 1]; s++) {
            cr_assert(s == c->row_segment[i] || c->segment_delay[s] > c->segment_delay[s - 1]);
            cr_assert_leq(c->segment_begin[s], c->segment_begin[s + 1]);
            for (size_t k = c->segment_begin[s]; k < c->segment_begin[s + 1]; k++) {
                cr_assert(c->target[k] >= 0 && (uint32_t)c->target[k] < c->targets);
                cr_assert(k == c->segment_begin[s] || c->target[k] >= c->target[k - 1]);
                count[(size_t)i * c->targets + (uint32_t)c->target[k]]++;
            }
        }
}

static int same(const tuft_connections *a, const tuft_connections *b)
{
    size_t n = tuft_connections_synapses(a);
    return a->segments == b->segments && n == tuft_connections_synapses(b) &&
           !memcmp(a->target, b->target, n * sizeof *a->target) &&
           !memcmp(a->weight, b->weight, n * sizeof *a->weight) &&
           !memcmp(a->segment_begin, b->segment_begin, a->segments * sizeof *a->segment_begin) &&
           !memcmp(a->segment_delay, b->segment_delay, a->segments * sizeof *a->segment_delay);
}

Test(wiring, degrees_are_exact_and_pairs_once_when_asked)
{
    static uint32_t count[SOURCES * TARGETS];
    const uint32_t degrees[] = {0, 1, 7, 22, 23, 30, 43, 44};
    for (size_t d = 0; d < sizeof degrees / sizeof *degrees; d++)
        for (int in = 0; in < 2; in++)
            for (int repeated = 0; repeated < 2; repeated++)
                for (int forbidden = 0; forbidden < 2; forbidden++) {
                    tuft_wiring w = plain;
                    w.rule = in ? TUFT_WIRE_IN_DEGREE : TUFT_WIRE_OUT_DEGREE;
                    w.degree = degrees[d];
                    w.pairs = repeated ? TUFT_PAIRS_REPEATED : TUFT_PAIRS_ONCE;
                    w.autapses = forbidden ? TUFT_AUTAPSES_FORBIDDEN : TUFT_AUTAPSES_ALLOWED;
                    w.delay_ticks = d % 2 ? (tuft_distribution){TUFT_UNIFORM, 1, 9}
                                          : (tuft_distribution){TUFT_FIXED, 4, 0};
                    tuft_connections c = wired(&w, SOURCES, TARGETS);
                    count_pairs(&c, count);
                    uint32_t most = 0;
                    for (uint32_t a = 0; a < (in ? TARGETS : SOURCES); a++) {
                        uint32_t degree = 0;
                        for (uint32_t b = 0; b < (in ? SOURCES : TARGETS); b++) {
                            uint32_t n = in ? count[b * TARGETS + a] : count[a * TARGETS + b];
                            degree += n;
                            most = n > most ? n : most;
                            cr_assert(!forbidden || a != b || n == 0, "autapse of %u", a);
                        }
                        cr_assert_eq(degree, w.degree);
                    }
                    cr_assert(repeated ? w.degree < 2 || most > 1 : most <= 1);
                    cr_assert_eq((double)tuft_connections_synapses(&c),
                                 tuft_wiring_synapses(&w, SOURCES, TARGETS));
                    tuft_connections_free(&c);
                }
}

/* Each partner is as likely as the other: chi-square of how often each was drawn. */
Test(wiring, partners_are_drawn_evenly)
{
    enum { CELLS = 2000, PARTNERS = 40 };
    static uint32_t count[CELLS * PARTNERS];
    for (uint32_t degree = 10; degree <= 30; degree += 20) /* drawn, and left out */
        for (int forbidden = 0; forbidden < 2; forbidden++) {
            tuft_wiring w = plain;
            w.rule = TUFT_WIRE_OUT_DEGREE;
            w.degree = degree;
            w.autapses = forbidden ? TUFT_AUTAPSES_FORBIDDEN : TUFT_AUTAPSES_ALLOWED;
            tuft_connections c = wired(&w, CELLS, PARTNERS);
            count_pairs(&c, count);
            double p = (double)degree / PARTNERS, chi = 0;
            for (uint32_t j = 0; j < PARTNERS; j++) {
                double n = 0;
                for (uint32_t i = PARTNERS; i < CELLS; i++) /* without those that leave one out */
                    n += count[i * PARTNERS + j];
                double mean = (CELLS - PARTNERS) * p;
                chi += (n - mean) * (n - mean) / (mean * (1 - p));
            }
            cr_assert(chi > 15 && chi < 75, "chi-square %g of 39 degrees of freedom", chi);
            tuft_connections_free(&c);
        }
}

Test(wiring, all_means_every_pair)
{
    static uint32_t count[SOURCES * TARGETS];
    for (int forbidden = 0; forbidden < 2; forbidden++) {
        tuft_wiring w = plain;
        w.rule = TUFT_WIRE_ALL;
        w.autapses = forbidden ? TUFT_AUTAPSES_FORBIDDEN : TUFT_AUTAPSES_ALLOWED;
        tuft_connections c = wired(&w, SOURCES, TARGETS);
        count_pairs(&c, count);
        for (uint32_t i = 0; i < SOURCES; i++)
            for (uint32_t j = 0; j < TARGETS; j++)
                cr_assert_eq(count[i * TARGETS + j], !(forbidden && i == j));
        cr_assert_eq((double)tuft_connections_synapses(&c),
                     tuft_wiring_synapses(&w, SOURCES, TARGETS));
        tuft_connections_free(&c);
    }
}

Test(wiring, weights_and_delays_have_their_moments)
{
    const tuft_distribution list[] = {{TUFT_FIXED, 2.5, 0},
                                      {TUFT_UNIFORM, 4, 10},
                                      {TUFT_NORMAL, 40, 5},
                                      {TUFT_LOGNORMAL, 3, 0.4}};
    const double mean[] = {2.5, 7, 40, exp(3 + 0.08)};
    const double sd[] = {0, 6 / sqrt(12), 5, exp(3 + 0.08) * sqrt(expm1(0.16))};
    for (int rule = TUFT_WIRE_PROBABILITY; rule <= TUFT_WIRE_ALL; rule++)
        for (size_t d = 0; d < 4; d++) {
            tuft_wiring w = plain;
            w.rule = (tuft_wiring_rule)rule;
            w.probability = 0.5;
            w.degree = 100;
            w.weight = w.delay_ticks = list[d];
            tuft_connections c = wired(&w, 200, 200);
            double n = (double)tuft_connections_synapses(&c);
            double sum[2] = {0}, square[2] = {0}, both = 0;
            for (uint32_t s = 0; s < c.segments; s++)
                for (size_t k = c.segment_begin[s]; k < c.segment_begin[s + 1]; k++) {
                    double x[2] = {(double)c.weight[k] - mean[d], c.segment_delay[s] - mean[d]};
                    for (int q = 0; q < 2; q++) {
                        sum[q] += x[q];
                        square[q] += x[q] * x[q];
                    }
                    both += x[0] * x[1];
                }
            if (d == 0) {
                cr_assert_eq(sum[0], 0);
                cr_assert_eq(sum[1], 0.5 * n); /* 2.5 is rounded away from zero */
            } else {
                cr_assert_float_eq(sum[0] / n, 0, 5 * sd[d] / sqrt(n));
                cr_assert_float_eq(sum[1] / n, 0, 5 * sd[d] / sqrt(n));
                double skew = d == 3 ? 2 : 1;
                cr_assert_float_eq(sqrt(square[0] / n) / sd[d], 1, 5 * skew / sqrt(2 * n));
                cr_assert_float_eq(square[1] / n, sd[d] * sd[d] + 1 / 12.,
                                   sd[d] * sd[d] * 10 * skew / sqrt(2 * n));
                cr_assert_float_eq(both / n / sd[d] / sd[d], 0, 5 / sqrt(n));
            }
            tuft_connections_free(&c);
        }
}

Test(wiring, the_same_seed_gives_the_same_synapses)
{
    for (int rule = TUFT_WIRE_PROBABILITY; rule <= TUFT_WIRE_ALL; rule++) {
        tuft_wiring w = plain;
        w.rule = (tuft_wiring_rule)rule;
        w.probability = 0.3;
        w.degree = 20;
        w.weight = (tuft_distribution){TUFT_NORMAL, 0, 1};
        w.delay_ticks = (tuft_distribution){TUFT_UNIFORM, 1, 20};
        tuft_connections a = wired(&w, SOURCES, TARGETS), b = wired(&w, SOURCES, TARGETS);
        cr_assert(same(&a, &b));
        tuft_connections_free(&b);
        w.stream++;
        b = wired(&w, SOURCES, TARGETS);
        cr_assert(!same(&a, &b));
        tuft_connections_free(&b);
        w.stream--, w.seed++;
        b = wired(&w, SOURCES, TARGETS);
        cr_assert(!same(&a, &b));
        tuft_connections_free(&b);
        tuft_connections_free(&a);
        /* A row does not depend on how many there are, nor who is connected on the weights. */
        w.delay_ticks = plain.delay_ticks;
        a = wired(&w, SOURCES, TARGETS);
        if (rule != TUFT_WIRE_IN_DEGREE) {
            b = wired(&w, 7, TARGETS);
            size_t n = tuft_connections_synapses(&b);
            cr_assert_gt(n, 0);
            cr_assert_arr_eq(a.target, b.target, n * sizeof *a.target);
            cr_assert_arr_eq(a.weight, b.weight, n * sizeof *a.weight);
            tuft_connections_free(&b);
        }
        w.weight = plain.weight;
        b = wired(&w, SOURCES, TARGETS);
        cr_assert_eq(tuft_connections_synapses(&a), tuft_connections_synapses(&b));
        cr_assert_arr_eq(a.target, b.target, tuft_connections_synapses(&a) * sizeof *a.target);
        tuft_connections_free(&a);
        tuft_connections_free(&b);
    }
}

Test(wiring, in_degree_columns_stand_alone)
{
    static uint32_t all[SOURCES * TARGETS], some[SOURCES * 7];
    tuft_wiring w = plain;
    w.rule = TUFT_WIRE_IN_DEGREE;
    w.degree = 12;
    tuft_connections a = wired(&w, SOURCES, TARGETS), b = wired(&w, SOURCES, 7);
    count_pairs(&a, all);
    count_pairs(&b, some);
    for (uint32_t i = 0; i < SOURCES; i++)
        for (uint32_t j = 0; j < 7; j++)
            cr_assert_eq(all[i * TARGETS + j], some[i * 7 + j]);
    tuft_connections_free(&a);
    tuft_connections_free(&b);
}

static void refused(tuft_wiring wiring, uint32_t sources, uint32_t targets, tuft_status as,
                    const char *message)
{
    tuft_connections c;
    tuft_error err;
    cr_assert_eq(tuft_connections_wire(&c, sources, targets, &wiring, &err), as, "%s", message);
    cr_assert(strstr(err.message, message), "\"%s\" in \"%s\"", message, err.message);
    cr_assert_null(c.target);
    cr_assert_null(c.weight);
}

Test(wiring, bad_input_is_refused)
{
    const tuft_distribution bad[] = {{TUFT_FIXED, NAN, 0},       {TUFT_UNIFORM, 2, 1},
                                     {TUFT_UNIFORM, 0, NAN},     {TUFT_NORMAL, 1, -1},
                                     {TUFT_NORMAL, INFINITY, 1}, {TUFT_LOGNORMAL, 0, -0.1},
                                     {TUFT_LOGNORMAL, 0, NAN},   {(tuft_distribution_kind)9, 1, 1}};
    for (size_t d = 0; d < sizeof bad / sizeof *bad; d++) {
        tuft_wiring w = plain;
        w.weight = bad[d];
        refused(w, 5, 5, TUFT_INVALID, "weights: ");
        w = plain;
        w.delay_ticks = bad[d];
        refused(w, 5, 5, TUFT_INVALID, "delays: ");
    }
    tuft_wiring w = plain;
    const double probability[] = {-0.1, 1.1, NAN};
    for (int k = 0; k < 3; k++) {
        w.probability = probability[k];
        refused(w, 5, 5, TUFT_INVALID, "expected 0 to 1");
    }
    w = plain;
    w.rule = (tuft_wiring_rule)7;
    refused(w, 5, 5, TUFT_INVALID, "rule 7");
    refused(plain, UINT32_MAX, 5, TUFT_INVALID, "sources");
    w = plain;
    w.rule = TUFT_WIRE_IN_DEGREE;
    w.degree = 6;
    refused(w, 5, 9, TUFT_INVALID, "in-degree of 6 without repetition, there are 5");
    w.degree = 5;
    w.autapses = TUFT_AUTAPSES_FORBIDDEN;
    refused(w, 5, 9, TUFT_INVALID, "there are 4");
    w.pairs = TUFT_PAIRS_REPEATED;
    refused(w, 1, 9, TUFT_INVALID, "there are 0");
    refused(w, 0, 9, TUFT_INVALID, "there are 0");
    w.rule = TUFT_WIRE_OUT_DEGREE;
    w.pairs = TUFT_PAIRS_ONCE;
    refused(w, 9, 5, TUFT_INVALID, "out-degree of 5");
    /* Sizes are seen before anything is drawn. */
    w.degree = INT32_MAX;
    w.pairs = TUFT_PAIRS_REPEATED;
    refused(w, INT32_MAX, INT32_MAX, TUFT_MEMORY, "synapses are more");
    w.rule = TUFT_WIRE_IN_DEGREE;
    refused(w, INT32_MAX, INT32_MAX, TUFT_MEMORY, "synapses are more");
    w.rule = TUFT_WIRE_ALL;
    refused(w, INT32_MAX, INT32_MAX, TUFT_MEMORY, "synapses are more");
    w.rule = TUFT_WIRE_PROBABILITY;
    w.probability = 0.9;
    refused(w, 1 << 20, INT32_MAX, TUFT_MEMORY, "synapses are more");
    /* Draws that nothing can hold. */
    w = plain;
    w.rule = TUFT_WIRE_ALL;
    w.delay_ticks = (tuft_distribution){TUFT_FIXED, 3e9, 0};
    refused(w, 5, 5, TUFT_INVALID, "delay of 3e+09");
    w.delay_ticks = (tuft_distribution){TUFT_LOGNORMAL, 30, 1};
    refused(w, 5, 5, TUFT_INVALID, "delay of ");
    w.delay_ticks = plain.delay_ticks;
    w.weight = (tuft_distribution){TUFT_LOGNORMAL, 1000, 1};
    refused(w, 5, 5, TUFT_INVALID, "weight of inf");
    w.weight = (tuft_distribution){TUFT_FIXED, 1e39, 0};
    refused(w, 5, 5, TUFT_INVALID, "weight of 1e+39");
}

Test(wiring, delays_below_a_tick_are_one)
{
    tuft_wiring w = plain;
    w.rule = TUFT_WIRE_ALL;
    w.delay_ticks = (tuft_distribution){TUFT_NORMAL, 0, 2};
    tuft_connections c = wired(&w, 20, 20);
    uint32_t least = UINT32_MAX;
    for (uint32_t s = 0; s < c.segments; s++)
        least = c.segment_delay[s] < least ? c.segment_delay[s] : least;
    cr_assert_eq(least, 1);
    tuft_connections_free(&c);
    w.delay_ticks = (tuft_distribution){TUFT_FIXED, -5, 0};
    c = wired(&w, 20, 20);
    cr_assert_eq(c.segment_delay[0], 1);
    tuft_connections_free(&c);
}

Test(radix, orders_as_a_stable_sort_does)
{
    enum { N = 777 };
    static uint32_t key[N], order[N], scratch[N];
    tuft_random random = tuft_random_stream(1, TUFT_RANDOM_TEST, 3);
    const uint32_t bound[] = {1, 2, 200, 300, 70000, 1u << 25, UINT32_MAX};
    for (size_t b = 0; b < sizeof bound / sizeof *bound; b++)
        for (uint32_t n = 0; n <= N; n += 111) {
            for (uint32_t i = 0; i < n; i++)
                key[i] = tuft_random_below(&random, bound[b]) + (b == 4 ? 1u << 30 : 0);
            tuft_radix_order(key, n, order, scratch);
            uint8_t seen[N] = {0};
            for (uint32_t i = 0; i < n; i++) {
                cr_assert_lt(order[i], n);
                cr_assert(!seen[order[i]]++);
                cr_assert(i == 0 || key[order[i - 1]] < key[order[i]] ||
                          (key[order[i - 1]] == key[order[i]] && order[i - 1] < order[i]));
            }
        }
}
