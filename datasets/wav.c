#include "datasets/wav.h"

#include "core/memory.h"

#include <errno.h>
#include <math.h>
#include <sndfile.h>
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
