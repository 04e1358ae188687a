/* Draws against closed forms, and files of measured values. */
#include "lsm/conductance.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DRAWS = 200000 };

typedef struct {
    double mean, sd, least, zeros, above_median;
} moments;

static moments draw(const tuft_conductance *model, double median)
{
    tuft_error err;
    cr_assert_eq(tuft_conductance_check(model, &err), TUFT_OK, "%s", err.message);
    tuft_random random = tuft_random_stream(1, TUFT_RANDOM_TEST, 0);
    moments m = {.least = INFINITY};
    double squares = 0;
    for (int i = 0; i < DRAWS; i++) {
        double g = tuft_conductance_draw(model, &random);
        m.mean += g / DRAWS;
        squares += g * g / DRAWS;
        m.least = fmin(m.least, g);
        m.zeros += g == 0;
        m.above_median += g > median;
    }
    m.sd = sqrt(squares - m.mean * m.mean);
    return m;
}

/* Mean of n draws within five standard errors; the sd within a per cent. */
static void expect(const moments *m, double mean, double sd)
{
    cr_assert_float_eq(m->mean, mean, 5 * sd / sqrt(DRAWS), "mean %g, expected %g", m->mean, mean);
    cr_assert_float_eq(m->sd, sd, 0.01 * sd, "sd %g, expected %g", m->sd, sd);
}

static double density(double z)
{
    return exp(-z * z / 2) / sqrt(2 * M_PI);
}

static double cumulative(double z)
{
    return 0.5 * erfc(-z / sqrt(2));
}

/* E max(0, X) and E max(0, X)^2 of a normal X, h = mean / sd. */
Test(conductance, normal_clipped_at_zero)
{
    static const double relative[] = {0.1, 0.3, 1, 3};
    for (size_t i = 0; i < sizeof relative / sizeof *relative; i++) {
        double mean = 20e-6, sd = relative[i] * mean, h = mean / sd;
        tuft_conductance model = {
            .kind = TUFT_CONDUCTANCE_NORMAL, .mean_siemens = mean, .sd_siemens = sd};
        double first = mean * cumulative(h) + sd * density(h);
        double second = (mean * mean + sd * sd) * cumulative(h) + mean * sd * density(h);
        moments m = draw(&model, mean);
        expect(&m, first, sqrt(second - first * first));
        cr_assert_geq(m.least, 0);
        double share = cumulative(-h);
        cr_assert_float_eq(m.zeros / DRAWS, share, 5 * sqrt(share / DRAWS) + 1e-9);
        cr_assert_float_eq(m.above_median / DRAWS, 0.5, 0.006);
    }
}

Test(conductance, lognormal)
{
    static const double relative[] = {0.05, 0.3, 1};
    for (size_t i = 0; i < sizeof relative / sizeof *relative; i++) {
        double mean = 20e-6, r = relative[i];
        tuft_conductance model = {
            .kind = TUFT_CONDUCTANCE_LOGNORMAL, .mean_siemens = mean, .sd_siemens = r * mean};
        /* Median exp(mu) = mean / sqrt(1 + r^2). */
        moments m = draw(&model, mean / sqrt(1 + r * r));
        cr_assert_float_eq(m.mean, mean, 5 * r * mean / sqrt(DRAWS));
        cr_assert_float_eq(m.sd, r * mean, (r < 1 ? 0.01 : 0.04) * r * mean);
        cr_assert_gt(m.least, 0);
        cr_assert_float_eq(m.above_median / DRAWS, 0.5, 0.006);
    }
}

Test(conductance, table_gives_each_value_alike)
{
    enum { VALUES = 5 };
    static const double value[VALUES] = {0, 1e-6, 5e-6, 20e-6, 21e-6};
    tuft_conductance model = {.kind = TUFT_CONDUCTANCE_TABLE,
                              .mean_siemens = 9.4e-6,
                              .sd_siemens = 9e-6,
                              .table_siemens = value,
                              .table_count = VALUES};
    cr_assert_eq(tuft_conductance_check(&model, NULL), TUFT_OK);
    tuft_random random = tuft_random_stream(2, TUFT_RANDOM_TEST, 0);
    int seen[VALUES] = {0};
    for (int i = 0; i < DRAWS; i++) {
        double g = tuft_conductance_draw(&model, &random);
        int k = 0;
        while (k < VALUES && value[k] != g)
            k++;
        cr_assert_lt(k, VALUES, "%g is not in the table", g);
        seen[k]++;
    }
    double chi = 0, expected = (double)DRAWS / VALUES;
    for (int k = 0; k < VALUES; k++)
        chi += (seen[k] - expected) * (seen[k] - expected) / expected;
    cr_assert_lt(chi, 23.5); /* four degrees of freedom, 1 in 10 000 */
}

Test(conductance, models_that_make_no_sense)
{
    static const double fine[] = {1e-6, 2e-6}, negative[] = {1e-6, -1e-6}, nan[] = {NAN};
    const tuft_conductance bad[] = {
        {TUFT_CONDUCTANCE_NORMAL, 0, 1e-6, NULL, 0},
        {TUFT_CONDUCTANCE_NORMAL, -1e-6, 1e-6, NULL, 0},
        {TUFT_CONDUCTANCE_NORMAL, NAN, 1e-6, NULL, 0},
        {TUFT_CONDUCTANCE_NORMAL, INFINITY, 1e-6, NULL, 0},
        {TUFT_CONDUCTANCE_NORMAL, 1e300, 1e-6, NULL, 0},
        {TUFT_CONDUCTANCE_NORMAL, 1e-300, 0, NULL, 0},
        {TUFT_CONDUCTANCE_NORMAL, 1e-6, -1e-9, NULL, 0},
        {TUFT_CONDUCTANCE_NORMAL, 1e-6, NAN, NULL, 0},
        {TUFT_CONDUCTANCE_LOGNORMAL, 1e-6, INFINITY, NULL, 0},
        {TUFT_CONDUCTANCE_LOGNORMAL, 1e-6, 1e5, NULL, 0},
        {TUFT_CONDUCTANCE_TABLE, 1e-6, 1e-6, fine, 0},
        {TUFT_CONDUCTANCE_TABLE, 1e-6, 1e-6, negative, 2},
        {TUFT_CONDUCTANCE_TABLE, 1e-6, 1e-6, nan, 1},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        tuft_error err = {0};
        cr_assert_eq(tuft_conductance_check(&bad[i], &err), TUFT_INVALID, "%zu", i);
        cr_assert_neq(err.message[0], 0);
    }
    cr_assert_eq(tuft_conductance_check(&tuft_conductance_defaults, NULL), TUFT_OK);
}

static void write_bytes(char *path, const char *text, size_t size)
{
    strcpy(path, "/tmp/tuft-conductance-XXXXXX");
    int descriptor = mkstemp(path);
    cr_assert_geq(descriptor, 0);
    cr_assert_eq(write(descriptor, text, size), (ssize_t)size);
    close(descriptor);
}

Test(conductance, files)
{
    static const char text[] = "# measured at 0.2 V\r\n1e-6, 2e-6;3e-6\t 4E-6\n\n0#end\n0x1p-20";
    static const double expected[] = {1e-6, 2e-6, 3e-6, 4e-6, 0, 0x1p-20};
    enum { N = sizeof expected / sizeof *expected };
    char path[40];
    tuft_conductance model;
    double *owned, mean = 0, square = 0;
    tuft_error err;
    write_bytes(path, text, sizeof text - 1);
    cr_assert_eq(tuft_conductance_load(path, &model, &owned, &err), TUFT_OK, "%s", err.message);
    unlink(path);
    cr_assert_eq(model.kind, TUFT_CONDUCTANCE_TABLE);
    cr_assert_eq(model.table_count, N);
    cr_assert_eq(model.table_siemens, owned);
    for (int i = 0; i < N; i++) {
        cr_assert_eq(owned[i], expected[i]);
        mean += expected[i] / N;
        square += expected[i] * expected[i] / N;
    }
    cr_assert_float_eq(model.mean_siemens, mean, 1e-15);
    cr_assert_float_eq(model.sd_siemens, sqrt(square - mean * mean), 1e-12);
    cr_assert_eq(tuft_conductance_check(&model, NULL), TUFT_OK);
    free(owned);
}

Test(conductance, malformed_files_are_named_with_the_line)
{
#define CASE(text, says)                                                                           \
    {                                                                                              \
        text, sizeof text - 1, says                                                                \
    }
    static const struct {
        const char *text;
        size_t size;
        const char *says;
    } bad[] = {
        CASE("1e-6\n2e-6 x\n", "line 2: \"x"),
        CASE("1e-6\n\n# c\n3e-6S", "line 4: \"3e-6S\""),
        CASE("1e-6:2e-6", "line 1"),
        CASE("1e-6\n-2e-6", "line 2: conductance -2e-06"),
        CASE("nan", "line 1: conductance nan"),
        CASE("1e-6 inf", "line 1: conductance inf"),
        CASE("1e-6\n\n1e999", "line 3: conductance inf"),
        CASE("20\n2e7", "line 2: conductance 2e+07"),
        CASE("1e-6\0002e-6", "offset 4: a zero byte"),
        CASE("", "no conductances"),
        CASE("# only this\n , ;\n", "no conductances"),
        CASE("0 0\n0", "all conductances are zero"),
        CASE("1e-6,,2e-6\n\"3e-6\"", "line 2: \"\"3e-6\""),
        CASE("1e-6\n\xff\xfe\n", "line 2"),
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char path[40];
        tuft_conductance model;
        double *owned;
        tuft_error err = {0};
        write_bytes(path, bad[i].text, bad[i].size);
        cr_assert_eq(tuft_conductance_load(path, &model, &owned, &err), TUFT_FORMAT, "%zu", i);
        unlink(path);
        cr_assert_null(owned);
        cr_assert(strstr(err.message, path), "%s", err.message);
        cr_assert(strstr(err.message, bad[i].says), "%zu: %s", i, err.message);
    }
    tuft_conductance model;
    double *owned;
    cr_assert_eq(tuft_conductance_load("/nowhere/g.txt", &model, &owned, NULL), TUFT_IO);
    cr_assert_null(owned);
    cr_assert_neq(tuft_conductance_load("/tmp", &model, &owned, NULL), TUFT_OK);
}
