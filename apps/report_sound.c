#include "apps/report_sound.h"

#include "apps/markup.h"
#include "apps/report_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER = 44, FULL_SCALE = 32767 };

static void put16(unsigned char *to, uint32_t value)
{
    to[0] = (unsigned char)value;
    to[1] = (unsigned char)(value >> 8);
}

static void put32(unsigned char *to, uint32_t value)
{
    put16(to, value);
    put16(to + 2, value >> 16);
}

/* RIFF, "fmt " of PCM (format 1), one channel, 16 bits; "data". */
static void put_header(unsigned char *to, uint32_t bytes, uint32_t rate_hz)
{
    memcpy(to, "RIFF", 4);
    put32(to + 4, HEADER - 8 + bytes);
    memcpy(to + 8, "WAVEfmt ", 8);
    put32(to + 16, 16);
    put16(to + 20, 1);
    put16(to + 22, 1);
    put32(to + 24, rate_hz);
    put32(to + 28, 2 * rate_hz);
    put16(to + 32, 2);
    put16(to + 34, 16);
    memcpy(to + 36, "data", 4);
    put32(to + 40, bytes);
}

int report_player(FILE *stream, const char *label, const float *sample, size_t n, uint32_t rate_hz)
{
    n = n < REPORT_SOUND_LONGEST ? n : REPORT_SOUND_LONGEST;
    unsigned char *wave = malloc(HEADER + 2 * n);
    if (!wave)
        return 1;
    put_header(wave, (uint32_t)(2 * n), rate_hz);
    for (size_t i = 0; i < n; i++) {
        double held = isnan(sample[i]) ? 0 : fmax(-1, fmin(1, (double)sample[i]));
        put16(wave + HEADER + 2 * i, (uint32_t)(int32_t)lrint(FULL_SCALE * held));
    }
    fputs("<audio controls=\"\" preload=\"metadata\" aria-label=\"", stream);
    markup_text(stream, label);
    fputs("\" src=\"data:audio/wav;base64,", stream);
    markup_base64(stream, wave, HEADER + 2 * n);
    fputs("\"></audio>\n", stream);
    free(wave);
    return 0;
}

void report_sound(app_report *report, const char *caption, const float *sample, size_t n,
                  uint32_t rate_hz)
{
    FILE *stream = report_begin(report, REPORT_SOUNDS);
    report_player(stream, caption, sample, n, rate_hz);
    report_end(report, caption, NULL);
}
