#include "core/normals.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* By the library's own functions, from the words of the stream. */
static double by_hand(uint64_t seed, uint64_t index, uint64_t number)
{
    uint64_t block = number / 64 * 16 + number % 16;
    int k = (int)(number % 64 / 16);
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_READ, index);
    uint32_t word[4];
    random.counter[0] = (uint32_t)block;
    tuft_philox4x32(random.counter, random.key, word);
    double u = ((double)(word[k / 2 * 2] >> 1) + 0.5) * 0x1p-31;
    double angle = 2 * M_PI * word[k / 2 * 2 + 1] * 0x1p-32;
    return sqrt(-2 * log(u)) * (k % 2 ? sin(angle) : cos(angle));
}

Test(normals, are_box_muller_of_the_streams_words)
{
    enum { N = 20000 };
    float *z = malloc(N * sizeof *z);
    tuft_normals(z, N, 0x123456789abcdefULL, TUFT_RANDOM_READ, 77, 0);
    for (uint64_t i = 0; i < N; i++)
        cr_assert_float_eq(z[i], by_hand(0x123456789abcdefULL, 77, i), 2e-6, "number %d", (int)i);
    free(z);
}

Test(normals, a_number_does_not_depend_on_where_one_starts)
{
    float all[300], some[130];
    tuft_normals(all, 300, 5, TUFT_RANDOM_READ, 9, 0);
    for (size_t first = 0; first < 140; first += 7) {
        tuft_normals(some, 130, 5, TUFT_RANDOM_READ, 9, first);
        cr_assert_arr_eq(some, all + first, sizeof some);
    }
    tuft_normals(some, 130, 5, TUFT_RANDOM_READ, 10, 0);
    cr_assert_neq(memcmp(some, all, sizeof some), 0);
    tuft_normals(some, 130, 5, TUFT_RANDOM_DRIFT, 9, 0);
    cr_assert_neq(memcmp(some, all, sizeof some), 0);
}

/* Where the lowest word of the counter carries, too. */
Test(normals, many_at_once_are_those_one_by_one)
{
    enum { N = 1000 };
    static const uint64_t from[] = {0, 37, ((uint64_t)1 << 34) - 128, ((uint64_t)1 << 34) - 300};
    float all[N], one;
    for (int k = 0; k < 4; k++) {
        tuft_normals(all, N, 5, TUFT_RANDOM_READ, 9, from[k]);
        for (int i = 0; i < N; i++) {
            tuft_normals(&one, 1, 5, TUFT_RANDOM_READ, 9, from[k] + (uint64_t)i);
            cr_assert_eq(all[i], one, "number %d", i);
        }
    }
}

Test(normals, moments_and_independence_of_neighbours)
{
    enum { N = 1 << 20 };
    float *z = malloc(N * sizeof *z);
    double mean = 0, m2 = 0, m4 = 0, lag1 = 0, lag16 = 0, tail = 0;
    tuft_normals(z, N, 3, TUFT_RANDOM_READ, 1, 0);
    for (int i = 0; i < N; i++) {
        double x = z[i];
        mean += x / N;
        m2 += x * x / N;
        m4 += x * x * x * x / N;
        tail += fabs(x) > 3;
        lag1 += i ? x * z[i - 1] / N : 0;
        lag16 += i >= 16 ? x * z[i - 16] / N : 0;
    }
    double se = 1 / sqrt(N);
    cr_assert_float_eq(mean, 0, 5 * se);
    cr_assert_float_eq(m2, 1, 5 * sqrt(2) * se);
    cr_assert_float_eq(m4, 3, 5 * sqrt(96) * se);
    cr_assert_float_eq(lag1, 0, 5 * se);
    cr_assert_float_eq(lag16, 0, 5 * se);
    cr_assert_float_eq(tail / N, 0.0026998, 5 * sqrt(0.0027) * se);
    free(z);
}
