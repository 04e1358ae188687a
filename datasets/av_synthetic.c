#include "datasets/av_synthetic.h"

#include "core/memory.h"
#include "core/philox.h"
#include "datasets/espeak.h"
#include "datasets/formant_words.h"
#include "datasets/resample.h"
#include "datasets/speech_level.h"
#include "datasets/talker_face.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 3, VOICE_SIZE = 24, TEXT_SIZE = 64 };
/* Clips are often made in several threads; the address sanitizer's malloc does not survive a fork
 * while another thread is in it (datasets/espeak.h). */
#ifdef __SANITIZE_ADDRESS__
#define USES_ESPEAK 0
#else
#define USES_ESPEAK 1
#endif
#define LEAST_SILENCE_S 0.1 /* before and after the sentence */

tuft_av_synthetic_config tuft_av_synthetic_defaults(uint64_t seed)
{
    return (tuft_av_synthetic_config){
        .seed = seed,
        .synthesiser = USES_ESPEAK && tuft_espeak_built_in() ? TUFT_AV_ESPEAK : TUFT_AV_FORMANT,
        .talkers = 24,
        .width = 360,
        .height = 288,
        .frame_rate = 25.0,
        .seconds = 3.0};
}

void tuft_av_take_free(tuft_av_take *take)
{
    tuft_av_clip_free(&take->clip);
    tuft_align_free(&take->align);
    *take = (tuft_av_take){0};
}

static const char *const timbre[] = {"m1", "f1", "m2", "f2", "m3", "f3", "m4",
                                     "f4", "m5", "f5", "m6", "m7", "m8"};
static const char *const accent[] = {"en",         "en-us",          "en-gb-scotland",
                                     "en-gb-x-rp", "en-gb-x-gbclan", "en-gb-x-gbcwmd"};
enum { TIMBRES = sizeof timbre / sizeof *timbre, ACCENTS = sizeof accent / sizeof *accent };

/* How somebody speaks. */
typedef struct {
    char name[VOICE_SIZE];
    double pitch, range, words_per_minute;
} voice;

static double between(tuft_random *random, double low, double high)
{
    return low + (high - low) * tuft_random_uniform(random);
}

static voice draw_voice(uint64_t seed, uint32_t talker)
{
    tuft_random all = tuft_random_stream(seed, TUFT_RANDOM_PAIRING, 0);
    uint32_t order[TIMBRES], offset = tuft_random_below(&all, ACCENTS);
    for (uint32_t k = 0; k < TIMBRES; k++)
        order[k] = k;
    tuft_random_shuffle(&all, order, TIMBRES);
    tuft_random own = tuft_random_stream(seed, TUFT_RANDOM_AUGMENT, talker);
    voice v;
    /* Neighbours have different accents; after 13 talkers a timbre comes with the next one. */
    snprintf(v.name, sizeof v.name, "%s+%s",
             accent[(offset + talker % TIMBRES + talker / TIMBRES) % ACCENTS],
             timbre[order[talker % TIMBRES]]);
    v.pitch = between(&own, 35.0, 65.0);
    v.range = between(&own, 30.0, 70.0);
    v.words_per_minute = between(&own, 130.0, 175.0);
    return v;
}

static tuft_formant_voice draw_formant_voice(uint64_t seed, uint32_t talker)
{
    tuft_random own = tuft_random_stream(seed, TUFT_RANDOM_AUGMENT, (uint64_t)1 << 32 | talker);
    double size = tuft_random_uniform(&own); /* small people: short tracts, high voices */
    return (tuft_formant_voice){.pitch_hz = between(&own, 0.85, 1.15) * (95.0 + 125.0 * size),
                                .tract = between(&own, 0.96, 1.04) * (0.92 + 0.26 * size),
                                .tempo = between(&own, 0.85, 1.15),
                                .breath = between(&own, 0.05, 0.4)};
}

/* The sentence as espeak-ng is to read it: single letters are capitals, and A is no article. */
static void write_text(const tuft_grid_sentence *s, char text[TEXT_SIZE])
{
    size_t at = 0;
    for (int p = 0; p < TUFT_GRID_WORDS; p++) {
        const char *word = tuft_grid_word(p, s->choice[p]);
        char capital[2] = {(char)toupper((unsigned char)word[0]), '\0'};
        const char *read = word[1] ? word : word[0] == 'a' ? "[['eI]]" : capital;
        at += (size_t)snprintf(text + at, TEXT_SIZE - at, "%s%s", p ? " " : "", read);
    }
}

/* Without the pause at the end. */
static double speech_end(const tuft_utterance *u)
{
    for (size_t i = u->phones; i-- > 0;)
        if (u->phone[i].name[0] != '_')
            return i + 1 < u->phones ? u->phone[i + 1].start_s : (double)u->samples / u->rate_hz;
    return 0.0;
}

/* A talker asked for one sentence, at a pace that may have to be raised. */
typedef struct {
    const tuft_grid_sentence *sentence;
    voice voice;                /* espeak-ng's */
    tuft_formant_voice formant; /* or ours */
    uint64_t index;
    uint32_t noise_seed;
} order;

static tuft_status say_once(const tuft_av_synthetic_config *c, const order *o, double pace,
                            tuft_utterance *out, tuft_error *err)
{
    if (c->synthesiser == TUFT_AV_ESPEAK) {
        char text[TEXT_SIZE];
        write_text(o->sentence, text);
        const tuft_espeak_request request = {
            text, o->voice.name, (int)lround(o->voice.pitch), (int)lround(o->voice.range),
            (int)lround(fmin(o->voice.words_per_minute * pace, 450.0))};
        return tuft_espeak_speak_apart(&request, o->noise_seed, out, err);
    }
    const char *words[TUFT_GRID_WORDS];
    for (int p = 0; p < TUFT_GRID_WORDS; p++)
        words[p] = tuft_grid_word(p, o->sentence->choice[p]);
    tuft_formant_voice formant = o->formant;
    formant.tempo = fmin(formant.tempo * pace, 2.0);
    return tuft_formant_speak(words, TUFT_GRID_WORDS, &formant, c->seed, o->index, out, err);
}

static tuft_status say(const tuft_av_synthetic_config *c, uint32_t talker, uint64_t index,
                       const tuft_grid_sentence *sentence, tuft_random *random, tuft_utterance *out,
                       tuft_error *err)
{
    const double most_s = c->seconds - 2.5 * LEAST_SILENCE_S;
    order o = {sentence, draw_voice(c->seed, talker), draw_formant_voice(c->seed, talker), index,
               tuft_random_u32(random)};
    o.voice.pitch += between(random, -5.0, 5.0);
    o.formant.pitch_hz *= between(random, 0.94, 1.06);
    double pace = between(random, 0.92, 1.08), lasts_s = 0.0;
    for (int attempt = 0; attempt < TRIES; attempt++) {
        tuft_status status = say_once(c, &o, pace, out, err);
        if (status)
            return status;
        lasts_s = speech_end(out);
        if (lasts_s > 0.2 && lasts_s <= most_s)
            return TUFT_OK;
        tuft_utterance_free(out);
        pace *= fmax(1.1 * lasts_s / most_s, 0.5);
    }
    return tuft_fail(err, TUFT_IO,
                     "synthetic talker %u: a sentence of %.2f s, expected 0.2 to %.2f", talker,
                     lasts_s, most_s);
}

/* The words' times, from the first phone of each. */
static tuft_status align_words(const tuft_utterance *u, const tuft_grid_sentence *sentence,
                               double start_s, double seconds, tuft_align *align, tuft_error *err)
{
    double begin[TUFT_GRID_WORDS + 1];
    int words = 0;
    for (size_t i = 0; i < u->phones; i++)
        if (u->phone[i].name[0] != '_' && u->phone[i].word == words && words < TUFT_GRID_WORDS)
            begin[words++] = u->phone[i].start_s;
    if (words != TUFT_GRID_WORDS)
        return tuft_fail(err, TUFT_IO, "synthetic talkers: %d words heard, expected %d", words,
                         TUFT_GRID_WORDS);
    begin[TUFT_GRID_WORDS] = speech_end(u);
    tuft_status status = TUFT_NEW(&align->word, TUFT_GRID_WORDS + 2, "words", err);
    if (status)
        return status;
    for (int p = 0; p < TUFT_GRID_WORDS; p++) {
        tuft_aligned_word *w = &align->word[p + 1];
        *w = (tuft_aligned_word){start_s + begin[p], start_s + begin[p + 1], ""};
        snprintf(w->word, sizeof w->word, "%s", tuft_grid_word(p, sentence->choice[p]));
    }
    align->count = TUFT_GRID_WORDS + 2;
    align->word[0] = (tuft_aligned_word){0.0, start_s + begin[0], "sil"};
    align->word[TUFT_GRID_WORDS + 1] =
        (tuft_aligned_word){start_s + begin[TUFT_GRID_WORDS], seconds, "sil"};
    return TUFT_OK;
}

/* The speech into the clip's sound, at a level, with a little noise under everything. */
static tuft_status record(const tuft_utterance *u, double start_s, double seconds,
                          tuft_random *random, tuft_av_clip *clip, tuft_error *err)
{
    float *speech;
    size_t n;
    clip->rate_hz = TUFT_AV_RATE_HZ;
    clip->samples = (size_t)lround(seconds * TUFT_AV_RATE_HZ);
    tuft_status status = tuft_resample(u->sample, u->samples, (int)lround(u->rate_hz),
                                       TUFT_AV_RATE_HZ, &speech, &n, err);
    if (!status)
        status = TUFT_NEW(&clip->sample, clip->samples, "a clip's sound", err);
    tuft_speech_level level;
    if (!status)
        status = tuft_speech_level_measure(speech, n, TUFT_AV_RATE_HZ, &level, err);
    if (!status) {
        double target = pow(10.0, between(random, -24.0, -16.0) / 20.0), peak = 0.0;
        for (size_t i = 0; i < n; i++)
            peak = fmax(peak, fabs((double)speech[i]));
        double gain = fmin(target / sqrt(level.active), 0.95 / peak);
        size_t from = (size_t)lround(start_s * TUFT_AV_RATE_HZ);
        for (size_t i = 0; i < clip->samples; i++)
            clip->sample[i] = (float)(1e-3 * target * tuft_random_normal(random));
        for (size_t i = 0; i < n && from + i < clip->samples; i++)
            clip->sample[from + i] += (float)gain * speech[i];
    }
    free(speech);
    return status;
}

/* RMS of the sound around each frame, against the loudest, square root. */
static void follow_level(const tuft_av_clip *clip, double *loud)
{
    const int64_t reach = llround(0.5 * clip->rate_hz / clip->frame_rate);
    double most = 1e-9;
    for (uint32_t k = 0; k < clip->frames; k++) {
        int64_t middle = llround(k / clip->frame_rate * clip->rate_hz), from = middle - reach,
                to = middle + reach;
        from = from < 0 ? 0 : from;
        to = to > (int64_t)clip->samples ? (int64_t)clip->samples : to;
        double sum = 0.0;
        for (int64_t i = from; i < to; i++)
            sum += (double)clip->sample[i] * clip->sample[i];
        loud[k] = to > from ? sqrt(sum / (double)(to - from)) : 0.0;
        most = fmax(most, loud[k]);
    }
    for (uint32_t k = 0; k < clip->frames; k++)
        loud[k] = sqrt(loud[k] / most);
}

static tuft_status film(const tuft_av_synthetic_config *c, const tuft_utterance *u, double start_s,
                        uint64_t index, tuft_av_take *take, tuft_error *err)
{
    tuft_av_clip *clip = &take->clip;
    clip->width = c->width;
    clip->height = c->height;
    clip->frame_rate = c->frame_rate;
    clip->frames = (uint32_t)lround(c->seconds * c->frame_rate);
    tuft_mouth_shape *shape;
    double *loud = NULL, end_s = speech_end(u);
    tuft_status status = TUFT_NEW(&shape, clip->frames, "mouth shapes", err);
    if (!status)
        status = TUFT_NEW(&loud, clip->frames, "levels", err);
    if (!status)
        follow_level(clip, loud);
    for (uint32_t k = 0; k < clip->frames && !status; k++) {
        shape[k] = tuft_mouth_shape_at(u->phone, u->phones, end_s, k / c->frame_rate - start_s);
        /* Who speaks louder opens wider. */
        shape[k].opening = fmin(shape[k].opening * (0.8 + 0.35 * loud[k]), 1.0);
    }
    if (!status) {
        const tuft_talker_face face = tuft_talker_face_draw(c->seed, take->talker);
        status = tuft_talker_face_film(&face, shape, c->seed, index, clip, &take->mouth, err);
    }
    free(shape);
    free(loud);
    return status;
}

static tuft_status check(const tuft_av_synthetic_config *c, tuft_error *err)
{
    if (c->synthesiser == TUFT_AV_ESPEAK && !tuft_espeak_built_in())
        return tuft_fail(err, TUFT_INVALID,
                         "synthetic talkers: this Tuft was built without espeak-ng");
    if (c->talkers < 1 || c->first_talker > UINT32_MAX - c->talkers ||
        !(c->seconds >= 2.5 && c->seconds <= 10.0) ||
        !(c->frame_rate >= 5.0 && c->frame_rate <= 200.0))
        return tuft_fail(err, TUFT_INVALID,
                         "synthetic talkers: %u from %u on, %g s at %g frames/s, expected some, "
                         "2.5 to 10 s at 5 to 200",
                         c->talkers, c->first_talker, c->seconds, c->frame_rate);
    return TUFT_OK;
}

tuft_status tuft_av_synthetic(const tuft_av_synthetic_config *c, uint64_t index, tuft_av_take *out,
                              tuft_error *err)
{
    *out = (tuft_av_take){0};
    tuft_status status = check(c, err);
    if (status)
        return status;
    tuft_random random = tuft_random_stream(c->seed, TUFT_RANDOM_GENERATOR, index);
    out->sentence = tuft_grid_sentence_draw(c->seed, index);
    out->talker = c->first_talker + (uint32_t)(index % c->talkers);
    tuft_utterance u;
    status = say(c, out->talker, index, &out->sentence, &random, &u, err);
    if (status)
        return status;
    double room_s = c->seconds - speech_end(&u) - 2.0 * LEAST_SILENCE_S;
    double start_s = LEAST_SILENCE_S + room_s * tuft_random_uniform(&random);
    status = record(&u, start_s, c->seconds, &random, &out->clip, err);
    if (!status)
        status = align_words(&u, &out->sentence, start_s, c->seconds, &out->align, err);
    if (!status)
        status = film(c, &u, start_s, index, out, err);
    tuft_utterance_free(&u);
    if (status)
        tuft_av_take_free(out);
    return status;
}
