#include "datasets/espeak.h"

#include "core/apart.h"
#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

#ifdef TUFT_HAVE_ESPEAK
#include <espeak-ng/espeak_ng.h>
#include <espeak-ng/speak_lib.h>

bool tuft_espeak_built_in(void)
{
    return true;
}

tuft_status tuft_espeak_start(double *rate_hz, tuft_error *err)
{
    int rate = espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, NULL,
                                 espeakINITIALIZE_PHONEME_EVENTS | espeakINITIALIZE_DONT_EXIT);
    if (rate <= 0)
        return tuft_fail(err, TUFT_IO, "espeak-ng: does not start: are its voices installed?");
    *rate_hz = rate;
    return TUFT_OK;
}

void tuft_espeak_stop(void)
{
    espeak_Cancel(); /* espeak_Terminate of 1.51 hangs when it comes a second time */
}

/* What the callback collects. */
typedef struct {
    tuft_utterance said;
    size_t sample_capacity, phone_capacity;
    int32_t word; /* that is being said; -1 before the first */
    tuft_status status;
    tuft_error err;
} collector;

static void collect_sound(collector *c, const short *wave, size_t n)
{
    tuft_utterance *u = &c->said;
    c->status = TUFT_GROW(&u->sample, &c->sample_capacity, u->samples + n, "speech", &c->err);
    for (size_t i = 0; i < n && !c->status; i++)
        u->sample[u->samples++] = (float)wave[i] / 32768.0f;
}

static void collect_phone(collector *c, const espeak_EVENT *event)
{
    tuft_utterance *u = &c->said;
    c->status = TUFT_GROW(&u->phone, &c->phone_capacity, u->phones + 1, "phones", &c->err);
    if (c->status)
        return;
    tuft_phone *phone = &u->phone[u->phones++];
    phone->start_s = event->sample / u->rate_hz;
    phone->word = c->word < 0 ? 0 : c->word;
    memcpy(phone->name, event->id.string, sizeof event->id.string);
}

static int collect(short *wave, int n, espeak_EVENT *event)
{
    collector *c = event ? event->user_data : NULL;
    if (!c)
        return 0;
    if (wave && n > 0)
        collect_sound(c, wave, (size_t)n);
    for (; event->type != espeakEVENT_LIST_TERMINATED && !c->status; event++)
        if (event->type == espeakEVENT_WORD)
            c->word++;
        else if (event->type == espeakEVENT_PHONEME)
            collect_phone(c, event);
    return c->status != TUFT_OK;
}

tuft_status tuft_espeak_speak(const tuft_espeak_request *r, tuft_utterance *out, tuft_error *err)
{
    *out = (tuft_utterance){0};
    collector c = {.word = -1, .said.rate_hz = espeak_ng_GetSampleRate()};
    espeak_SetSynthCallback(collect);
    if (espeak_SetVoiceByName(r->voice) != EE_OK)
        return tuft_fail(err, TUFT_IO, "espeak-ng: voice %s is not installed", r->voice);
    if (espeak_SetParameter(espeakPITCH, r->pitch, 0) != EE_OK ||
        espeak_SetParameter(espeakRANGE, r->range, 0) != EE_OK ||
        espeak_SetParameter(espeakRATE, r->words_per_minute, 0) != EE_OK ||
        espeak_Synth(r->text, strlen(r->text) + 1, 0, POS_CHARACTER, 0,
                     espeakCHARS_UTF8 | espeakPHONEMES, NULL, &c) != EE_OK)
        c.status = tuft_fail(&c.err, TUFT_IO, "espeak-ng: could not say \"%s\"", r->text);
    if (!c.status && c.said.samples == 0)
        c.status = tuft_fail(&c.err, TUFT_IO, "espeak-ng: no sound for \"%s\"", r->text);
    if (c.status) {
        tuft_utterance_free(&c.said);
        return tuft_fail(err, c.status, "%s", c.err.message);
    }
    *out = c.said;
    return TUFT_OK;
}

tuft_status tuft_espeak_say(const char *text, const char *voice, int pitch, int range,
                            int words_per_minute, float **sample, size_t *n, tuft_error *err)
{
    const tuft_espeak_request request = {text, voice, pitch, range, words_per_minute};
    tuft_utterance said;
    tuft_status status = tuft_espeak_speak(&request, &said, err);
    *sample = said.sample;
    *n = said.samples;
    free(said.phone);
    return status;
}

typedef struct {
    const tuft_espeak_request *request;
    uint32_t seed;
    tuft_utterance *out;
} errand;

static tuft_status speak_there(FILE *out, void *user, tuft_error *err)
{
    const errand *e = user;
    double rate_hz;
    tuft_utterance said;
    tuft_apart_allow(20.0);
    tuft_status status = tuft_espeak_start(&rate_hz, err);
    srand(e->seed); /* after the start, which may draw */
    if (!status)
        status = tuft_espeak_speak(e->request, &said, err);
    if (status)
        return status;
    fwrite(&said, sizeof said, 1, out); /* counts and rate; its pointers mean nothing there */
    fwrite(said.sample, sizeof *said.sample, said.samples, out);
    fwrite(said.phone, sizeof *said.phone, said.phones, out);
    tuft_utterance_free(&said);
    return TUFT_OK;
}

static tuft_status hear_here(FILE *in, void *user, tuft_error *err)
{
    tuft_utterance *u = ((errand *)user)->out;
    tuft_status status = TUFT_OK;
    bool whole = fread(u, sizeof *u, 1, in) == 1;
    u->sample = NULL;
    u->phone = NULL;
    if (whole) {
        status = TUFT_NEW(&u->sample, u->samples, "speech", err);
        if (!status)
            status = TUFT_NEW(&u->phone, u->phones, "phones", err);
        if (status)
            return status;
        whole = fread(u->sample, sizeof *u->sample, u->samples, in) == u->samples &&
                fread(u->phone, sizeof *u->phone, u->phones, in) == u->phones;
    }
    return whole ? TUFT_OK : tuft_fail(err, TUFT_IO, "espeak-ng: its speech breaks off");
}

tuft_status tuft_espeak_speak_apart(const tuft_espeak_request *request, uint32_t seed,
                                    tuft_utterance *out, tuft_error *err)
{
    *out = (tuft_utterance){0};
    errand e = {request, seed, out};
    tuft_status status = tuft_apart("espeak-ng", speak_there, hear_here, &e, err);
    if (status)
        tuft_utterance_free(out);
    return status;
}

#else

bool tuft_espeak_built_in(void)
{
    return false;
}

tuft_status tuft_espeak_start(double *rate_hz, tuft_error *err)
{
    *rate_hz = 0.0;
    return tuft_fail(err, TUFT_INVALID, "espeak-ng: not built in");
}

void tuft_espeak_stop(void)
{
}

tuft_status tuft_espeak_say(const char *text, const char *voice, int pitch, int range,
                            int words_per_minute, float **sample, size_t *n, tuft_error *err)
{
    (void)voice, (void)pitch, (void)range, (void)words_per_minute;
    *sample = NULL;
    *n = 0;
    return tuft_fail(err, TUFT_INVALID, "espeak-ng: not built in, cannot say \"%s\"", text);
}

tuft_status tuft_espeak_speak(const tuft_espeak_request *request, tuft_utterance *out,
                              tuft_error *err)
{
    *out = (tuft_utterance){0};
    return tuft_fail(err, TUFT_INVALID, "espeak-ng: not built in, cannot say \"%s\"",
                     request->text);
}

tuft_status tuft_espeak_speak_apart(const tuft_espeak_request *request, uint32_t seed,
                                    tuft_utterance *out, tuft_error *err)
{
    (void)seed;
    return tuft_espeak_speak(request, out, err);
}
#endif
