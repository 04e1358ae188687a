#include "datasets/cochlea.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHANNELS = 64, RATE = 8000 };

/* Half a second of a tone with 10 ms ramps. */
static float *tone(double hz, double amplitude, size_t *n)
{
    *n = RATE / 2;
    float *sample = malloc(*n * sizeof *sample);
    for (size_t i = 0; i < *n; i++) {
        double ramp = fmin(1.0, fmin((double)i, (double)(*n - 1 - i)) / (0.01 * RATE));
        sample[i] = (float)(amplitude * ramp * sin(2.0 * M_PI * hz * (double)i / RATE));
    }
    return sample;
}

static tuft_events encode_tone(double hz, double amplitude, const tuft_cochlea_parameters *p)
{
    size_t n;
    float *sample = tone(hz, amplitude, &n);
    tuft_events events;
    tuft_error err;
    cr_assert_eq(tuft_cochlea_encode(sample, n, RATE, p, &events, &err), TUFT_OK, "%s",
                 err.message);
    free(sample);
    return events;
}

Test(cochlea, erb_and_centres)
{
    cr_assert_float_eq(tuft_cochlea_erb_hz(1000.0), 132.639, 1e-9); /* Glasberg & Moore eq. 3 */
    cr_assert_float_eq(tuft_cochlea_erb_hz(0.0), 24.7, 1e-12);
    double centre[CHANNELS];
    for (int scale = 0; scale < 2; scale++) {
        tuft_cochlea_parameters p = tuft_cochlea_defaults();
        p.scale = (tuft_cochlea_scale)scale;
        cr_assert_eq(tuft_cochlea_centre_hz(&p, RATE, centre, NULL), TUFT_OK);
        cr_assert_float_eq(centre[0], 100.0, 1e-9);
        cr_assert_float_eq(centre[CHANNELS - 1], 3600.0, 1e-8);
        for (int c = 1; c < CHANNELS; c++)
            cr_assert_gt(centre[c], centre[c - 1]);
    }
    /* ERB: spacing is proportional to the bandwidth. */
    tuft_cochlea_parameters p = tuft_cochlea_defaults();
    cr_assert_eq(tuft_cochlea_centre_hz(&p, RATE, centre, NULL), TUFT_OK);
    double first = (centre[1] - centre[0]) / tuft_cochlea_erb_hz(0.5 * (centre[0] + centre[1]));
    double last = (centre[63] - centre[62]) / tuft_cochlea_erb_hz(0.5 * (centre[63] + centre[62]));
    cr_assert_float_eq(first / last, 1.0, 1e-3);
}

Test(cochlea, a_tone_fires_the_nearest_channel_most)
{
    for (int generation = 0; generation < 1; generation++) {
        tuft_cochlea_parameters p = tuft_cochlea_defaults();
        double centre[CHANNELS];
        cr_assert_eq(tuft_cochlea_centre_hz(&p, RATE, centre, NULL), TUFT_OK);
        for (double hz = 150.0; hz < 0.8 * RATE / 2; hz *= 1.17) {
            tuft_events events = encode_tone(hz, 0.2, &p);
            size_t count[CHANNELS] = {0};
            for (size_t i = 0; i < events.count; i++) {
                count[events.channel[i]]++;
                cr_assert(i == 0 || events.tick_us[i] >= events.tick_us[i - 1]);
            }
            int most = 0, nearest = 0;
            for (int c = 1; c < CHANNELS; c++) {
                most = count[c] > count[most] ? c : most;
                nearest = fabs(centre[c] - hz) < fabs(centre[nearest] - hz) ? c : nearest;
            }
            cr_assert_leq(abs(most - nearest), 1, "%g Hz: most %d, nearest %d", hz, most, nearest);
            cr_assert_gt(count[most], 50);
            tuft_events_free(&events);
        }
    }
}

Test(cochlea, low_tones_are_phase_locked)
{
    tuft_cochlea_parameters p = tuft_cochlea_defaults();
    p.low_hz = 200.0;
    p.channels = 1;
    tuft_events events = encode_tone(200.0, 0.2, &p);
    double x = 0.0, y = 0.0;
    for (size_t i = 0; i < events.count; i++) {
        x += cos(2.0 * M_PI * 200.0 * 1e-6 * (double)events.tick_us[i]);
        y += sin(2.0 * M_PI * 200.0 * 1e-6 * (double)events.tick_us[i]);
    }
    /* Vector strength of a train without regard to the phase would be near 0. */
    cr_assert_gt(hypot(x, y) / (double)events.count, 0.3);
    tuft_events_free(&events);
}

Test(cochlea, silence_is_silent_and_louder_is_more)
{
    tuft_cochlea_parameters p = tuft_cochlea_defaults();
    tuft_events events = encode_tone(1000.0, 0.0, &p);
    cr_assert_eq(events.count, 0);
    tuft_events_free(&events);
    for (int generation = 0; generation < 2; generation++)
        for (int compression = 0; compression <= TUFT_COMPRESSION_LOG; compression++) {
            p = tuft_cochlea_defaults();
            p.level = TUFT_LEVEL_AS_IS;
            p.compression = (tuft_cochlea_compression)compression;
            p.generation = (tuft_cochlea_generation)generation;
            p.threshold = generation ? 0.02 : 5e-4;
            size_t before = 0;
            for (double amplitude = 0.02; amplitude < 1.0; amplitude *= 2.0) {
                events = encode_tone(1000.0, amplitude, &p);
                cr_assert_geq(events.count, before, "%d %d", generation, compression);
                before = events.count;
                tuft_events_free(&events);
            }
            cr_assert_gt(before, 100, "%d %d", generation, compression);
        }
}

Test(cochlea, level_is_taken_out_and_results_repeat)
{
    for (int level = TUFT_LEVEL_PEAK; level <= TUFT_LEVEL_RMS; level++) {
        tuft_cochlea_parameters p = tuft_cochlea_defaults();
        p.level = (tuft_cochlea_level)level;
        tuft_events one = encode_tone(700.0, 0.1, &p), two = encode_tone(700.0, 0.2, &p);
        cr_assert_gt(one.count, 0);
        cr_assert_eq(one.count, two.count);
        cr_assert_arr_eq(one.tick_us, two.tick_us, one.count * sizeof *one.tick_us);
        cr_assert_arr_eq(one.channel, two.channel, one.count * sizeof *one.channel);
        tuft_events_free(&one);
        tuft_events_free(&two);
    }
}

Test(cochlea, an_impulse_rings_longer_in_low_channels_and_dies)
{
    static float sample[RATE];
    sample[0] = 1.0f;
    tuft_cochlea_parameters p = tuft_cochlea_defaults();
    p.level = TUFT_LEVEL_AS_IS;
    p.adaptation = 0.0;
    p.threshold = 5e-5;
    tuft_events events;
    cr_assert_eq(tuft_cochlea_encode(sample, RATE, RATE, &p, &events, NULL), TUFT_OK);
    cr_assert_gt(events.count, 50);
    /* The lowest filter's envelope n^3 exp(-2 pi b t), b = 36 Hz, is below 1e-5 of its peak. */
    cr_assert_lt(tuft_events_end_us(&events), 120000);
    int64_t first[CHANNELS];
    for (int c = 0; c < CHANNELS; c++)
        first[c] = INT64_MAX;
    for (size_t i = events.count; i-- > 0;)
        first[events.channel[i]] = events.tick_us[i];
    cr_assert_lt(first[50], first[20]);
    cr_assert_lt(first[20], first[10]);
    tuft_events_free(&events);
}

Test(cochlea, nonsense_is_refused)
{
    tuft_cochlea_parameters p = tuft_cochlea_defaults();
    float sample[4] = {0.0f, NAN, 0.0f, 0.0f};
    tuft_events events;
    tuft_error err;
    cr_assert_eq(tuft_cochlea_encode(sample, 4, RATE, &p, &events, &err), TUFT_NUMERIC);
    cr_assert(strstr(err.message, "sample 1"));
    sample[1] = INFINITY;
    cr_assert_eq(tuft_cochlea_encode(sample, 4, RATE, &p, &events, &err), TUFT_NUMERIC);
    sample[1] = 0.0f;
    cr_assert_eq(tuft_cochlea_encode(sample, 0, RATE, &p, &events, &err), TUFT_INVALID);
    cr_assert_eq(tuft_cochlea_encode(sample, 4, 3999.0, &p, &events, &err), TUFT_INVALID);
    cr_assert_eq(tuft_cochlea_encode(sample, 4, 192001.0, &p, &events, &err), TUFT_INVALID);
    cr_assert_eq(tuft_cochlea_encode(sample, 4, NAN, &p, &events, &err), TUFT_INVALID);
    p.channels = 0;
    cr_assert_eq(tuft_cochlea_encode(sample, 4, RATE, &p, &events, &err), TUFT_INVALID);
    p = tuft_cochlea_defaults();
    p.high_hz = 5000.0;
    cr_assert_eq(tuft_cochlea_encode(sample, 4, RATE, &p, &events, &err), TUFT_INVALID);
    p = tuft_cochlea_defaults();
    p.threshold = 0.0;
    cr_assert_eq(tuft_cochlea_encode(sample, 4, RATE, &p, &events, &err), TUFT_INVALID);
    cr_assert_null(events.tick_us);
}
