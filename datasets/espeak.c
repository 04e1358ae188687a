#include "datasets/espeak.h"

#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

#ifdef TUFT_HAVE_ESPEAK
#include <espeak-ng/speak_lib.h>

bool tuft_espeak_built_in(void)
{
    return true;
}

tuft_status tuft_espeak_start(double *rate_hz, tuft_error *err)
{
    int rate = espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, NULL, espeakINITIALIZE_DONT_EXIT);
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
    float *sample;
    size_t count, capacity;
    tuft_status status;
    tuft_error err;
} collector;

static int collect(short *wave, int n, espeak_EVENT *event)
{
    collector *c = event ? event->user_data : NULL;
    if (!c || !wave || n <= 0)
        return 0;
    c->status = TUFT_GROW(&c->sample, &c->capacity, c->count + (size_t)n, "speech", &c->err);
    if (c->status)
        return 1;
    for (int i = 0; i < n; i++)
        c->sample[c->count++] = (float)wave[i] / 32768.0f;
    return 0;
}

tuft_status tuft_espeak_say(const char *text, const char *voice, int pitch, int range,
                            int words_per_minute, float **sample, size_t *n, tuft_error *err)
{
    *sample = NULL;
    *n = 0;
    collector c = {0};
    espeak_SetSynthCallback(collect);
    if (espeak_SetVoiceByName(voice) != EE_OK)
        return tuft_fail(err, TUFT_IO, "espeak-ng: voice %s is not installed", voice);
    if (espeak_SetParameter(espeakPITCH, pitch, 0) != EE_OK ||
        espeak_SetParameter(espeakRANGE, range, 0) != EE_OK ||
        espeak_SetParameter(espeakRATE, words_per_minute, 0) != EE_OK ||
        espeak_Synth(text, strlen(text) + 1, 0, POS_CHARACTER, 0, espeakCHARS_UTF8, NULL, &c) !=
            EE_OK)
        c.status = tuft_fail(&c.err, TUFT_IO, "espeak-ng: could not say \"%s\"", text);
    if (!c.status && c.count == 0)
        c.status = tuft_fail(&c.err, TUFT_IO, "espeak-ng: no sound for \"%s\"", text);
    if (c.status) {
        free(c.sample);
        return tuft_fail(err, c.status, "%s", c.err.message);
    }
    *sample = c.sample;
    *n = c.count;
    return TUFT_OK;
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
#endif
