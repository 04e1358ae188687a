#include "datasets/sound_file.h"

#include "core/memory.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { CHANNELS_LIMIT = 64, LOWEST_HZ = 1000, HIGHEST_HZ = 768000, BLOCK = 1 << 14 };

static tuft_status open_file(const char *path, SNDFILE **file, SF_INFO *info, tuft_error *err)
{
    struct stat information;
    *file = NULL;
    if (stat(path, &information) != 0)
        return tuft_fail(err, TUFT_IO, "%s: %s", path, strerror(errno));
    if (!S_ISREG(information.st_mode))
        return tuft_fail(err, TUFT_IO, "%s: not a regular file", path);
    *file = sf_open(path, SFM_READ, info);
    if (!*file)
        return tuft_fail(err, TUFT_FORMAT, "%s: %s", path, sf_strerror(NULL));
    if (info->frames > 0 && info->channels >= 1 && info->channels <= CHANNELS_LIMIT &&
        info->samplerate >= LOWEST_HZ && info->samplerate <= HIGHEST_HZ)
        return TUFT_OK;
    sf_close(*file);
    *file = NULL;
    return tuft_fail(err, TUFT_FORMAT,
                     "%s: %lld samples of %d channels at %d Hz, expected some, 1 to %d, %d to %d",
                     path, (long long)info->frames, info->channels, info->samplerate,
                     CHANNELS_LIMIT, LOWEST_HZ, HIGHEST_HZ);
}

tuft_status tuft_sound_inspect(const char *path, tuft_sound_info *info, tuft_error *err)
{
    *info = (tuft_sound_info){0};
    SNDFILE *file;
    SF_INFO found = {0};
    tuft_status status = open_file(path, &file, &found, err);
    if (status)
        return status;
    sf_close(file);
    *info = (tuft_sound_info){found.samplerate, found.channels, (uint64_t)found.frames};
    return TUFT_OK;
}

static tuft_status read_mean(SNDFILE *file, const char *path, int channels, uint64_t first,
                             size_t n, float *block, float *out, tuft_error *err)
{
    for (size_t done = 0; done < n;) {
        size_t most = n - done < BLOCK ? n - done : BLOCK;
        sf_count_t got = sf_readf_float(file, block, (sf_count_t)most);
        if (got <= 0)
            return tuft_fail(err, TUFT_FORMAT,
                             "%s: ends after %" PRIu64 " samples, expected %" PRIu64, path,
                             first + done, first + n);
        for (size_t i = 0; i < (size_t)got; i++) {
            double sum = 0.0;
            for (int c = 0; c < channels; c++)
                sum += (double)block[i * (size_t)channels + (size_t)c];
            if (!isfinite(sum))
                return tuft_fail(err, TUFT_NUMERIC, "%s: sample %" PRIu64 " is %g", path,
                                 first + done + i, sum);
            out[done + i] = (float)(sum / channels);
        }
        done += (size_t)got;
    }
    return TUFT_OK;
}

tuft_status tuft_sound_read(const char *path, uint64_t first, size_t n, float *out, tuft_error *err)
{
    SNDFILE *file;
    SF_INFO info = {0};
    float *block = NULL;
    tuft_status status = open_file(path, &file, &info, err);
    if (status)
        return status;
    if (first > (uint64_t)info.frames || n > (uint64_t)info.frames - first ||
        sf_seek(file, (sf_count_t)first, SEEK_SET) != (sf_count_t)first)
        status = tuft_fail(err, TUFT_FORMAT, "%s: ends after %lld samples, expected %llu", path,
                           (long long)info.frames, (unsigned long long)first + n);
    if (!status)
        status = TUFT_NEW(&block, (size_t)BLOCK * (size_t)info.channels, path, err);
    if (!status)
        status = read_mean(file, path, info.channels, first, n, block, out, err);
    free(block);
    sf_close(file);
    return status;
}
