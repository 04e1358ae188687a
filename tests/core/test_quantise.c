/* Integer weights: ranges, closed forms of the error, the better of two rules, powers of two. */
#include "core/quantise.h"

#include "core/fixed.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

enum { SOURCES = 40, TARGETS = 50, N = SOURCES * TARGETS };

/* Normal weights, some sources louder than others. */
static tuft_connections normal(double sd, int loud)
{
    tuft_connections made;
    float weight[N];
    tuft_random random = tuft_random_stream(3, TUFT_RANDOM_TEST, (uint64_t)loud);
    for (int i = 0; i < N; i++)
        weight[i] = (float)(sd * tuft_random_normal(&random) * (loud && i / TARGETS == 7 ? 10 : 1));
    cr_assert_eq(tuft_connections_dense(&made, SOURCES, TARGETS, weight, 1, NULL), TUFT_OK);
    return made;
}

static double error_of(const tuft_connections *c, const tuft_quantised *q, const double *activity)
{
    double off = 0, all = 0;
    for (size_t s = 0; s < N; s++) {
        double a = activity ? activity[s / TARGETS] : 1, w = (double)c->weight[s];
        off += a * pow(w - q->unit * q->weight[s], 2);
        all += a * w * w;
    }
    return sqrt(off / all);
}

Test(quantise, ranges_and_rounding)
{
    tuft_connections c = normal(0.3, 0);
    for (uint32_t bits = 2; bits <= 16; bits++)
        for (int rule = TUFT_SCALE_LARGEST; rule <= TUFT_SCALE_LEAST_ERROR; rule++) {
            tuft_quantised q;
            size_t clipped = 0;
            int32_t most = tuft_fixed_most(bits), largest = 0;
            cr_assert_eq(tuft_quantise(&q, &c, NULL, bits, (tuft_scale_rule)rule, NULL), TUFT_OK);
            for (size_t s = 0; s < N; s++) {
                double exact = (double)c.weight[s] / q.unit;
                cr_assert(abs(q.weight[s]) <= most);
                if (fabs(exact) <= most + 0.5)
                    cr_assert_leq(fabs(exact - q.weight[s]), 0.5 + 1e-9);
                else
                    clipped++;
                largest = abs(q.weight[s]) > largest ? abs(q.weight[s]) : largest;
            }
            cr_assert_eq(largest, most, "%u bits are not used up", bits);
            cr_assert_eq(q.clipped, clipped);
            cr_assert(rule != TUFT_SCALE_LARGEST || clipped == 0);
            cr_assert_float_eq(q.error, error_of(&c, &q, NULL), 1e-9);
            tuft_quantised_free(&q);
        }
    tuft_connections_free(&c);
}

/* Of many bits, nothing clipped: errors are uniform within half a unit, unit^2 / 12. */
Test(quantise, error_of_many_bits)
{
    tuft_connections c = normal(0.3, 0);
    for (uint32_t bits = 8; bits <= 14; bits++) {
        tuft_quantised q;
        cr_assert_eq(tuft_quantise(&q, &c, NULL, bits, TUFT_SCALE_LARGEST, NULL), TUFT_OK);
        cr_assert_float_eq(q.error, q.unit / sqrt(12) / 0.3, 0.05 * q.error);
        tuft_quantised_free(&q);
    }
    tuft_connections_free(&c);
}

Test(quantise, least_error_clips_what_is_rare)
{
    tuft_connections c = normal(0.3, 0);
    for (uint32_t bits = 3; bits <= 6; bits++) {
        tuft_quantised plain, clipped;
        cr_assert_eq(tuft_quantise(&plain, &c, NULL, bits, TUFT_SCALE_LARGEST, NULL), TUFT_OK);
        cr_assert_eq(tuft_quantise(&clipped, &c, NULL, bits, TUFT_SCALE_LEAST_ERROR, NULL),
                     TUFT_OK);
        cr_assert_lt(clipped.error, plain.error);
        tuft_quantised_free(&plain);
        tuft_quantised_free(&clipped);
    }
    tuft_connections_free(&c);
}

/* Weights of a source that never fires may be clipped away; where it fires they may not. */
Test(quantise, silent_sources_do_not_count)
{
    tuft_connections c = normal(0.3, 1);
    double quiet[SOURCES], alive[SOURCES];
    tuft_quantised without, with, none;
    for (int i = 0; i < SOURCES; i++) {
        alive[i] = 1;
        quiet[i] = i != 7;
    }
    const double nobody[SOURCES] = {0};
    cr_assert_eq(tuft_quantise(&without, &c, quiet, 4, TUFT_SCALE_LEAST_ERROR, NULL), TUFT_OK);
    cr_assert_eq(tuft_quantise(&with, &c, alive, 4, TUFT_SCALE_LEAST_ERROR, NULL), TUFT_OK);
    cr_assert_eq(tuft_quantise(&none, &c, nobody, 4, TUFT_SCALE_LEAST_ERROR, NULL), TUFT_OK);
    cr_assert_lt(without.unit, with.unit / 2);
    cr_assert_lt(error_of(&c, &without, quiet), error_of(&c, &with, quiet));
    cr_assert_float_eq(without.error, error_of(&c, &without, quiet), 1e-9);
    cr_assert_eq(none.unit, with.unit);
    tuft_quantised_free(&without);
    tuft_quantised_free(&with);
    tuft_quantised_free(&none);
    tuft_connections_free(&c);
}

Test(quantise, aligned_units_are_powers_of_two)
{
    tuft_connections c = normal(0.3, 0);
    for (int rule = TUFT_SCALE_LARGEST; rule <= TUFT_SCALE_LEAST_ERROR; rule++)
        for (int k = -10; k <= 20; k++) {
            tuft_quantised q;
            double base = ldexp(0.007, k);
            cr_assert_eq(
                tuft_quantise_aligned(&q, &c, NULL, 6, (tuft_scale_rule)rule, base, 9, NULL),
                TUFT_OK);
            double shift = log2(q.unit / base);
            cr_assert_float_eq(shift, round(shift), 1e-9);
            cr_assert(shift > -0.5 && shift < 9.5);
            cr_assert(rule != TUFT_SCALE_LARGEST || shift > 8.5 || q.clipped == 0);
            tuft_quantised_free(&q);
        }
    tuft_connections_free(&c);
}

Test(quantise, sparse_rows_are_weighed_as_dense_ones)
{
    tuft_connections c = normal(0.3, 1), sparse;
    tuft_synapse *list = calloc(N, sizeof *list);
    double activity[SOURCES];
    tuft_quantised a, b;
    for (uint32_t i = 0; i < SOURCES; i++) {
        activity[i] = i % 5;
        for (uint32_t j = 0; j < TARGETS; j++)
            list[i * TARGETS + j] = (tuft_synapse){i, j, c.weight[i * TARGETS + j], 1};
    }
    cr_assert_eq(tuft_connections_sparse(&sparse, SOURCES, TARGETS, list, N, NULL), TUFT_OK);
    cr_assert_eq(tuft_quantise(&a, &c, activity, 5, TUFT_SCALE_LEAST_ERROR, NULL), TUFT_OK);
    cr_assert_eq(tuft_quantise(&b, &sparse, activity, 5, TUFT_SCALE_LEAST_ERROR, NULL), TUFT_OK);
    cr_assert_eq(a.unit, b.unit);
    cr_assert_arr_eq(a.weight, b.weight, N * sizeof *a.weight);
    free(list);
    tuft_quantised_free(&a);
    tuft_quantised_free(&b);
    tuft_connections_free(&c);
    tuft_connections_free(&sparse);
}

Test(quantise, what_makes_no_sense)
{
    tuft_connections c = normal(0, 0);
    tuft_quantised q;
    cr_assert_eq(tuft_quantise(&q, &c, NULL, 1, TUFT_SCALE_LARGEST, NULL), TUFT_INVALID);
    cr_assert_eq(tuft_quantise(&q, &c, NULL, 17, TUFT_SCALE_LARGEST, NULL), TUFT_INVALID);
    cr_assert_null(q.weight);
    cr_assert_eq(tuft_quantise_aligned(&q, &c, NULL, 8, TUFT_SCALE_LARGEST, 0, 3, NULL),
                 TUFT_INVALID);
    cr_assert_eq(tuft_quantise_aligned(&q, &c, NULL, 8, TUFT_SCALE_LARGEST, NAN, 3, NULL),
                 TUFT_INVALID);
    cr_assert_eq(tuft_quantise_aligned(&q, &c, NULL, 8, TUFT_SCALE_LARGEST, 1, 16, NULL),
                 TUFT_INVALID);
    /* zeros alone */
    cr_assert_eq(tuft_quantise(&q, &c, NULL, 8, TUFT_SCALE_LEAST_ERROR, NULL), TUFT_OK);
    cr_assert_eq(q.unit, 1);
    cr_assert_eq(q.error, 0);
    cr_assert_eq(q.weight[5], 0);
    tuft_quantised_free(&q);
    tuft_connections_free(&c);
}
