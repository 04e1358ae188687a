#include "datasets/wav.h"

#include "core/file.h"
#include "core/memory.h"

#include <errno.h>
#include <math.h>
#include <sndfile.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SECONDS_LIMIT = 600 };

static tuft_status read_samples(SNDFILE *file, const SF_INFO *info, const char *path,
                                float **sample, tuft_error *err)
{
    if (info->channels != 1)
        return tuft_fail(err, TUFT_FORMAT, "%s: %d channels, expected 1 (mono)", path,
                         info->channels);
    if (info->samplerate <= 0 || info->frames <= 0)
        return tuft_fail(err, TUFT_FORMAT, "%s: %lld samples at %d Hz, expected some", path,
                         (long long)info->frames, info->samplerate);
    if (info->frames > (sf_count_t)SECONDS_LIMIT * info->samplerate)
        return tuft_fail(err, TUFT_FORMAT, "%s: lasts %.0f s, expected at most %d", path,
                         (double)info->frames / info->samplerate, SECONDS_LIMIT);
    tuft_status status = TUFT_NEW(sample, (size_t)info->frames, path, err);
    if (status)
        return status;
    sf_count_t got = sf_readf_float(file, *sample, info->frames);
    if (got != info->frames)
        return tuft_fail(err, TUFT_FORMAT, "%s: holds %lld samples, expected %lld", path,
                         (long long)got, (long long)info->frames);
    for (sf_count_t i = 0; i < got; i++)
        if (!isfinite((*sample)[i]))
            return tuft_fail(err, TUFT_NUMERIC, "%s: sample %lld is %g", path, (long long)i,
                             (double)(*sample)[i]);
    return TUFT_OK;
}

tuft_status tuft_wav_read(const char *path, float **sample, size_t *n, double *rate_hz,
                          tuft_error *err)
{
    *sample = NULL;
    *n = 0;
    *rate_hz = 0.0;
    struct stat information;
    if (stat(path, &information) != 0)
        return tuft_fail(err, TUFT_IO, "%s: %s", path, strerror(errno));
    if (!S_ISREG(information.st_mode))
        return tuft_fail(err, TUFT_IO, "%s: not a regular file", path);
    SF_INFO info = {0};
    SNDFILE *file = sf_open(path, SFM_READ, &info);
    if (!file)
        return tuft_fail(err, TUFT_FORMAT, "%s: %s", path, sf_strerror(NULL));
    tuft_status status = read_samples(file, &info, path, sample, err);
    sf_close(file);
    if (status) {
        free(*sample);
        *sample = NULL;
        return status;
    }
    *n = (size_t)info.frames;
    *rate_hz = info.samplerate;
    return TUFT_OK;
}

/* ---- writing --------------------------------------------------------------------------------- */

enum { HEADER = 44, WRITE_LIMIT = 1 << 30, RATE_LIMIT = 768000 };

static void put(unsigned char *at, int bytes, uint32_t value)
{
    for (int i = 0; i < bytes; i++)
        at[i] = (unsigned char)(value >> (8 * i));
}

/* The canonical header: RIFF, one "fmt " chunk of PCM, one "data" chunk. */
static void header(unsigned char out[HEADER], uint32_t samples, uint32_t rate_hz)
{
    memcpy(out, "RIFF....WAVEfmt ", 16);
    put(out + 4, 4, HEADER - 8 + 2 * samples);
    put(out + 16, 4, 16);
    put(out + 20, 2, 1); /* PCM */
    put(out + 22, 2, 1); /* mono */
    put(out + 24, 4, rate_hz);
    put(out + 28, 4, 2 * rate_hz);
    put(out + 32, 2, 2);
    put(out + 34, 2, 16);
    memcpy(out + 36, "data", 4);
    put(out + 40, 4, 2 * samples);
}

tuft_status tuft_wav_write(const char *path, const float *sample, size_t n, double rate_hz,
                           tuft_error *err)
{
    unsigned char bytes[HEADER];
    tuft_output output;
    if (!(rate_hz >= 1 && rate_hz <= RATE_LIMIT) || rate_hz != floor(rate_hz))
        return tuft_fail(err, TUFT_INVALID, "%s: %g Hz, expected whole Hz from 1 to %d", path,
                         rate_hz, RATE_LIMIT);
    if (n > WRITE_LIMIT)
        return tuft_fail(err, TUFT_INVALID, "%s: %zu samples, expected at most %d", path, n,
                         WRITE_LIMIT);
    for (size_t i = 0; i < n; i++)
        if (!isfinite(sample[i]))
            return tuft_fail(err, TUFT_NUMERIC, "%s: sample %zu is %g", path, i, (double)sample[i]);
    tuft_status status = tuft_output_open(&output, path, err);
    if (status)
        return status;
    header(bytes, (uint32_t)n, (uint32_t)rate_hz);
    fwrite(bytes, 1, HEADER, output.stream);
    for (size_t i = 0; i < n; i++) {
        double scaled = rint((double)sample[i] * 32768);
        put(bytes, 2, (uint32_t)(int32_t)fmin(fmax(scaled, -32768), 32767));
        fwrite(bytes, 1, 2, output.stream);
    }
    return tuft_output_commit(&output, err);
}
