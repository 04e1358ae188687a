#include "core/delay_line.h"
#include "core/delivery.h"
#include "core/projection.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void synapses(tuft_synapse *synapse, size_t n, uint32_t sources, uint32_t targets,
                     uint32_t delays)
{
    tuft_random random = tuft_random_stream(11, TUFT_RANDOM_TEST, n);
    for (size_t k = 0; k < n; k++)
        synapse[k] = (tuft_synapse){
            tuft_random_below(&random, sources), tuft_random_below(&random, targets),
            (float)tuft_random_normal(&random), 1 + 3 * tuft_random_below(&random, delays)};
}

Test(projection, sparse_holds_the_list_in_any_order)
{
    enum { N = 3000, SOURCES = 50, TARGETS = 40 };
    static tuft_synapse list[N], turned[N];
    synapses(list, N, SOURCES, TARGETS, 5);
    for (size_t k = 0; k < N; k++)
        turned[k] = list[(k * 1777 + 5) % N];
    tuft_connections a, b;
    cr_assert_eq(tuft_connections_sparse(&a, SOURCES, TARGETS, list, N, NULL), TUFT_OK);
    cr_assert_eq(tuft_connections_sparse(&b, SOURCES, TARGETS, turned, N, NULL), TUFT_OK);
    cr_assert_eq(tuft_connections_synapses(&a), N);
    cr_assert_eq(a.segments, b.segments);
    cr_assert_arr_eq(a.weight, b.weight, N * sizeof(float));
    cr_assert_arr_eq(a.target, b.target, N * sizeof(int32_t));
    cr_assert_arr_eq(a.segment_delay, b.segment_delay, a.segments * sizeof(uint32_t));
    size_t total = 0;
    for (uint32_t i = 0; i < SOURCES; i++) {
        size_t expected = 0;
        double sum = 0, found = 0;
        for (size_t k = 0; k < N; k++)
            if (list[k].source == i) {
                expected++;
                sum += (double)list[k].weight * (1 + list[k].target) * list[k].delay;
            }
        cr_assert_eq(tuft_connections_fan_out(&a, i), expected);
        for (uint32_t s = a.row_segment[i]; s < a.row_segment[i + 1]; s++)
            for (size_t k = a.segment_begin[s]; k < a.segment_begin[s + 1]; k++) {
                found += (double)a.weight[k] * (1 + (double)a.target[k]) * a.segment_delay[s];
                cr_assert(k == a.segment_begin[s] || a.target[k] >= a.target[k - 1]);
            }
        cr_assert_float_eq(sum, found, 1e-6);
        total += expected;
    }
    cr_assert_eq(total, N);
    tuft_connections_free(&a);
    tuft_connections_free(&b);
}

Test(projection, random_rows_are_binomial_and_repeat)
{
    enum { SOURCES = 400, TARGETS = 400 };
    const double probability[] = {0, 0.001, 0.1, 0.5, 0.97, 1};
    for (size_t c = 0; c < 6; c++) {
        double p = probability[c];
        tuft_connections a, b, other;
        cr_assert_eq(tuft_connections_random(&a, SOURCES, TARGETS, p, 1, 2, 0, 9, 1, NULL),
                     TUFT_OK);
        cr_assert_eq(tuft_connections_random(&b, SOURCES, TARGETS, p, 1, 2, 1, 9, 1, NULL),
                     TUFT_OK);
        /* Fewer rows: the same rows, for each has a stream of its own. */
        cr_assert_eq(tuft_connections_random(&other, 7, TARGETS, p, 1, 2, 0, 9, 1, NULL), TUFT_OK);
        cr_assert_arr_eq(other.segment_begin, a.segment_begin, 8 * sizeof(size_t));
        double n = (double)SOURCES * TARGETS, sd = sqrt(n * p * (1 - p));
        cr_assert_leq(fabs((double)tuft_connections_synapses(&a) - n * p), 5 * sd + 1e-9);
        size_t column[4] = {0}, self = 0;
        for (uint32_t i = 0; i < SOURCES; i++)
            for (size_t k = a.segment_begin[i]; k < a.segment_begin[i + 1]; k++) {
                cr_assert(k == a.segment_begin[i] || a.target[k] > a.target[k - 1]);
                cr_assert(a.target[k] >= 0 && a.target[k] < TARGETS);
                column[a.target[k] / (TARGETS / 4)]++;
                self += (uint32_t)a.target[k] == i;
            }
        for (int k = 0; k < 4; k++) /* no drift along the row */
            cr_assert_leq(fabs((double)column[k] - n * p / 4), 5 * sd / 2 + 1e-9);
        for (uint32_t i = 0; i < SOURCES; i++)
            for (size_t k = b.segment_begin[i]; k < b.segment_begin[i + 1]; k++)
                cr_assert_neq((uint32_t)b.target[k], i);
        cr_assert_eq(tuft_connections_synapses(&a) - self, tuft_connections_synapses(&b));
        tuft_connections_free(&a);
        tuft_connections_free(&b);
        tuft_connections_free(&other);
    }
}

Test(projection, bad_input_is_refused)
{
    tuft_connections c;
    tuft_error err;
    const float weight[] = {1, NAN, INFINITY, 2}, fine[] = {1, 2, 3, 4};
    cr_assert_eq(tuft_connections_dense(&c, 2, 2, weight, 1, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "weight 1"));
    cr_assert_null(c.weight);
    cr_assert_eq(tuft_connections_dense(&c, 2, 2, fine, 0, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "delay"));
    cr_assert_eq(tuft_connections_dense(&c, UINT32_MAX, UINT32_MAX, fine, 1, &err), TUFT_MEMORY);
    cr_assert_eq(tuft_connections_one_to_one(&c, 3, weight, 1, &err), TUFT_INVALID);
    cr_assert_eq(tuft_connections_one_to_one(&c, 3, fine, 1u << 31, &err), TUFT_INVALID);
    tuft_synapse s = {0, 0, 1, 1};
    cr_assert_eq(tuft_connections_sparse(&c, 1, 1, &s, SIZE_MAX / 8, &err), TUFT_MEMORY);
    cr_assert_eq(tuft_connections_sparse(&c, UINT32_MAX, 1, &s, 1, &err), TUFT_INVALID);
    s.target = 1;
    cr_assert_eq(tuft_connections_sparse(&c, 1, 1, &s, 1, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "joins 0 to 1"));
    s = (tuft_synapse){1, 0, 1, 1};
    cr_assert_eq(tuft_connections_sparse(&c, 1, 1, &s, 1, &err), TUFT_INVALID);
    s = (tuft_synapse){0, 0, NAN, 1};
    cr_assert_eq(tuft_connections_sparse(&c, 1, 1, &s, 1, &err), TUFT_INVALID);
    s = (tuft_synapse){0, 0, 1, 0};
    cr_assert_eq(tuft_connections_sparse(&c, 1, 1, &s, 1, &err), TUFT_INVALID);
    cr_assert_null(c.weight);
    const double probability[] = {-0.1, 1.1, NAN};
    for (int i = 0; i < 3; i++)
        cr_assert_eq(tuft_connections_random(&c, 5, 5, probability[i], 1, 1, 0, 1, 1, &err),
                     TUFT_INVALID);
    cr_assert_eq(tuft_connections_random(&c, 5, 5, 0.5, NAN, 1, 0, 1, 1, &err), TUFT_INVALID);
    cr_assert_eq(tuft_connections_random(&c, 5, 5, 0.5, 1, 0, 0, 1, 1, &err), TUFT_INVALID);
    cr_assert_eq(tuft_connections_random(&c, UINT32_MAX, 5, 0.5, 1, 1, 0, 1, 1, &err),
                 TUFT_INVALID);
    cr_assert_eq(tuft_connections_random(&c, 5, UINT32_MAX, 0.5, 1, 1, 0, 1, 1, &err),
                 TUFT_INVALID);
}

Test(delivery, dense_equals_the_naive_loop_for_any_split)
{
    enum { ROWS = 60, COLUMNS = 4501 };
    tuft_random random = tuft_random_stream(3, TUFT_RANDOM_TEST, 0);
    float *weight = malloc(sizeof(float) * ROWS * COLUMNS), *naive = calloc(COLUMNS, sizeof(float)),
          *sum = calloc(COLUMNS, sizeof(float));
    for (size_t k = 0; k < (size_t)ROWS * COLUMNS; k++)
        weight[k] = (float)tuft_random_normal(&random);
    uint32_t row[37];
    for (size_t rows = 0; rows <= 37; rows++) {
        for (size_t r = 0; r < rows; r++)
            row[r] = tuft_random_below(&random, ROWS);
        for (size_t r = 0; r < rows; r++)
            for (size_t j = 0; j < COLUMNS; j++)
                naive[j] += weight[row[r] * COLUMNS + j];
        for (size_t begin = 0; begin < COLUMNS;) {
            size_t end = begin + 1 + tuft_random_below(&random, 3000);
            end = end < COLUMNS ? end : COLUMNS;
            tuft_deliver_dense(sum, weight, COLUMNS, begin, end, row, rows);
            begin = end;
        }
        cr_assert_arr_eq(sum, naive, COLUMNS * sizeof(float));
    }
    free(weight);
    free(naive);
    free(sum);
}

Test(delivery, sparse_equals_the_naive_loop)
{
    enum { N = 5000, SOURCES = 100, TARGETS = 90 };
    static tuft_synapse list[N];
    synapses(list, N, SOURCES, TARGETS, 4);
    tuft_connections c;
    cr_assert_eq(tuft_connections_sparse(&c, SOURCES, TARGETS, list, N, NULL), TUFT_OK);
    float sum[TARGETS] = {0}, naive[TARGETS] = {0};
    tuft_random random = tuft_random_stream(4, TUFT_RANDOM_TEST, 0);
    uint32_t segment[50];
    for (size_t n = 0; n <= 50; n++) {
        for (size_t s = 0; s < n; s++) {
            segment[s] = tuft_random_below(&random, c.segments);
            for (size_t k = c.segment_begin[segment[s]]; k < c.segment_begin[segment[s] + 1]; k++)
                naive[c.target[k]] += c.weight[k];
        }
        tuft_deliver_sparse(sum, c.weight, c.target, c.segment_begin, segment, n);
        cr_assert_arr_eq(sum, naive, sizeof sum);
    }
    tuft_connections_free(&c);
}

/* What is sent comes out at its own tick, in order, also while lines grow and are closed up. */
Test(delay_line, batches_come_out_as_they_went_in)
{
    enum { N = 2000, SOURCES = 100, TICKS = 3000 };
    static tuft_synapse list[N];
    synapses(list, N, SOURCES, 10, 40);
    tuft_connections c;
    tuft_delay_lines lines;
    tuft_wheel *wheel;
    cr_assert_eq(tuft_connections_sparse(&c, SOURCES, 10, list, N, NULL), TUFT_OK);
    cr_assert_eq(tuft_delay_lines_new(&lines, &c, NULL), TUFT_OK);
    cr_assert_eq(lines.lines, 40);
    cr_assert_eq(tuft_wheel_new(&wheel, 128, NULL), TUFT_OK);
    static uint8_t fired[TICKS][SOURCES];
    tuft_random random = tuft_random_stream(6, TUFT_RANDOM_TEST, 0);
    size_t sent = 0, arrived = 0;
    for (int64_t t = 0; t < TICKS; t++) {
        if (tuft_wheel_next(wheel) == t) {
            const tuft_wheel_item *item;
            size_t items;
            cr_assert_eq(tuft_wheel_take(wheel, t, &item, &items, NULL), TUFT_OK);
            for (size_t k = 0; k < items; k++) {
                size_t n;
                const uint32_t *batch = tuft_delay_lines_take(&lines, item[k].index, &n);
                cr_assert_gt(n, 0);
                for (size_t s = 0; s < n; s++) {
                    uint32_t source = 0;
                    while (c.row_segment[source + 1] <= batch[s])
                        source++;
                    cr_assert(fired[t - c.segment_delay[batch[s]]][source]);
                    cr_assert(s == 0 || batch[s] > batch[s - 1]);
                }
                arrived += n;
            }
        }
        uint32_t cell[SOURCES];
        size_t n = 0;
        uint32_t chance = t / 200 % 2 ? 2 : 30; /* bursts and lulls */
        for (uint32_t i = 0; i < SOURCES; i++)
            if ((fired[t][i] = t < TICKS - 121 && !tuft_random_below(&random, chance))) {
                cell[n++] = i;
                sent += c.row_segment[i + 1] - c.row_segment[i];
            }
        if (n) { /* in two goes, as a source does that speaks often */
            cr_assert_eq(tuft_delay_lines_send(&lines, t, cell, n / 2, wheel, 0, NULL), TUFT_OK);
            cr_assert_eq(tuft_delay_lines_send(&lines, t, cell + n / 2, n - n / 2, wheel, 0, NULL),
                         TUFT_OK);
        }
    }
    cr_assert_eq(sent, arrived);
    cr_assert_gt(sent, 100000);
    tuft_wheel_free(wheel);
    tuft_delay_lines_free(&lines);
    tuft_connections_free(&c);
}
