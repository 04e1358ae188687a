#include "datasets/formant.h"
#include "datasets/speech.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool equal(const tuft_recordings *a, const tuft_recordings *b)
{
    for (size_t i = 0; i < a->count; i++) {
        const tuft_events *x = &a->recording[i].events, *y = &b->recording[i].events;
        if (x->count != y->count ||
            memcmp(x->tick_us, y->tick_us, x->count * sizeof *x->tick_us) != 0 ||
            memcmp(x->channel, y->channel, x->count * sizeof *x->channel) != 0)
            return false;
    }
    return a->count == b->count;
}

/* Share of the nearest class mean (counts by channel and quarter of the sound) that is right when
 * talkers 0 to 5 make the means and 6 and 7 ask. */
static double nearest_mean(const tuft_recordings *set)
{
    enum { FEATURES = 256 };
    static double mean[10][FEATURES];
    memset(mean, 0, sizeof mean);
    int right = 0, asked = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < set->count; i++) {
            const tuft_recording *r = &set->recording[i];
            bool held_out = strcmp(r->source, "m3") == 0 || strcmp(r->source, "m7") == 0;
            if (held_out != (pass == 1))
                continue;
            double feature[FEATURES] = {0}, least = INFINITY;
            for (size_t e = 0; e < r->events.count; e++)
                feature[r->events.channel[e] * 4 + 4 * r->events.tick_us[e] / r->duration_us] += 1;
            int best = 0;
            for (int c = 0; c < 10 && pass; c++) {
                double distance = 0.0;
                for (int f = 0; f < FEATURES; f++)
                    distance += pow(feature[f] - mean[c][f], 2.0);
                if (distance < least) {
                    least = distance;
                    best = c;
                }
            }
            for (int f = 0; f < FEATURES && !pass; f++)
                mean[r->label][f] += feature[f] / 6.0;
            asked += pass;
            right += pass && best == r->label;
        }
    return (double)right / asked;
}

static void expect_good(tuft_speech_synthesiser synthesiser)
{
    tuft_recordings one, two, other;
    tuft_error err;
    cr_assert_eq(tuft_synthetic_audio_by(synthesiser, 8, 7, 1, &one, &err), TUFT_OK, "%s",
                 err.message);
    cr_assert_eq(tuft_synthetic_audio_by(synthesiser, 8, 7, 2, &two, NULL), TUFT_OK);
    cr_assert_eq(tuft_synthetic_audio_by(synthesiser, 8, 8, 2, &other, NULL), TUFT_OK);
    cr_assert_eq(one.count, 80);
    if (synthesiser == TUFT_SPEECH_FORMANT) /* espeak-ng keeps state between calls */
        cr_assert(equal(&one, &two));
    cr_assert_not(equal(&one, &other));
    size_t events = 0;
    for (size_t i = 0; i < one.count; i++) {
        cr_assert_eq(one.recording[i].label, (int)i / 8);
        cr_assert_gt(one.recording[i].duration_us, 150000);
        cr_assert_lt(one.recording[i].duration_us, 2000000);
        cr_assert_geq(one.recording[i].duration_us, tuft_events_end_us(&one.recording[i].events));
        events += one.recording[i].events.count;
        for (size_t k = 0; k < i % 8; k++)
            cr_assert_str_neq(one.recording[i].source, one.recording[i - 1 - k].source);
    }
    cr_assert_gt(events / 80, 1500);
    cr_assert_lt(events / 80, 12000);
    double share = nearest_mean(&one);
    cr_log_info("synthesiser %d: %zu events a digit, nearest mean %.2f", (int)synthesiser,
                events / 80, share);
    cr_assert_gt(share, 0.5, "%g", share); /* chance 0.1 */
    tuft_recordings_free(&one);
    tuft_recordings_free(&two);
    tuft_recordings_free(&other);
}

Test(speech, formants)
{
    expect_good(TUFT_SPEECH_FORMANT);
}

Test(speech, espeak)
{
    if (!tuft_speech_has_espeak())
        cr_skip_test("espeak-ng is not built in");
    expect_good(TUFT_SPEECH_ESPEAK);
}

Test(speech, formant_samples_are_sound)
{
    tuft_formant_voice voice = {120, 1.0, 1.0, 0.2};
    for (int digit = 0; digit < 10; digit++) {
        float *sample;
        size_t n;
        cr_assert_eq(tuft_speech_formant(digit, &voice, 1, 2, &sample, &n, NULL), TUFT_OK);
        float peak = 0.0f;
        for (size_t i = 0; i < n; i++)
            peak = fmaxf(peak, fabsf(sample[i]));
        cr_assert_float_eq(peak, 0.5f, 1e-6);
        free(sample);
    }
}

Test(speech, nonsense_is_refused)
{
    tuft_recordings set;
    float *sample;
    size_t n;
    tuft_formant_voice voice = {120, 1.0, 1.0, 0.2};
    cr_assert_eq(tuft_synthetic_audio(0, 1, 1, &set, NULL), TUFT_INVALID);
    cr_assert_eq(tuft_synthetic_audio(1, 1, 0, &set, NULL), TUFT_INVALID);
    cr_assert_eq(tuft_speech_formant(10, &voice, 1, 2, &sample, &n, NULL), TUFT_INVALID);
    voice.tempo = NAN;
    cr_assert_eq(tuft_speech_formant(1, &voice, 1, 2, &sample, &n, NULL), TUFT_INVALID);
    cr_assert_null(sample);
}
