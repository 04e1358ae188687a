#include "datasets/noise.h"

#include "core/file.h"
#include "core/fnv.h"
#include "core/memory.h"
#include "datasets/resample.h"
#include "datasets/sound_file.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { LIST_LIMIT = 1 << 24, FADE = TUFT_NOISE_RATE_HZ / 20 };

static void free_noise(tuft_noise_sound *noise)
{
    free(noise->name);
    free(noise->path);
    free(noise->sample);
}

void tuft_noise_library_free(tuft_noise_library *library)
{
    for (size_t i = 0; i < library->count; i++)
        free_noise(&library->noise[i]);
    free(library->noise);
    *library = (tuft_noise_library){0};
}

/* Takes the noise's members over; on failure they are freed. */
static tuft_status push(tuft_noise_library *library, tuft_noise_sound noise, tuft_error *err)
{
    tuft_status status =
        noise.name ? TUFT_OK : tuft_fail(err, TUFT_MEMORY, "noise: no memory for a name");
    if (!status)
        status = TUFT_GROW(&library->noise, &library->capacity, library->count + 1, "noises", err);
    if (status) {
        free_noise(&noise);
        return status;
    }
    library->noise[library->count++] = noise;
    return TUFT_OK;
}

tuft_status tuft_noise_library_add(tuft_noise_library *library, const char *name, float *sample,
                                   size_t n, tuft_error *err)
{
    if (n == 0) {
        free(sample);
        return tuft_fail(err, TUFT_INVALID, "noise: %s has no samples", name);
    }
    return push(library, (tuft_noise_sound){strdup(name), NULL, sample, n, TUFT_NOISE_RATE_HZ},
                err);
}

static tuft_status add_file(tuft_noise_library *library, const char *path, tuft_error *err)
{
    tuft_sound_info info;
    tuft_status status = tuft_sound_inspect(path, &info, err);
    if (status)
        return status;
    const char *slash = strrchr(path, '/');
    tuft_noise_sound noise = {strdup(slash ? slash + 1 : path), strdup(path), NULL, info.frames,
                              info.rate_hz};
    if (!noise.path) {
        free_noise(&noise);
        return tuft_fail(err, TUFT_MEMORY, "%s: no memory for the name", path);
    }
    return push(library, noise, err);
}

static bool ends_with(const char *name, const char *ending)
{
    size_t n = strlen(name), e = strlen(ending);
    return n > e && strcasecmp(name + n - e, ending) == 0;
}

static tuft_status add_joined(tuft_noise_library *library, const char *folder, int folder_length,
                              const char *name, tuft_error *err)
{
    char *path;
    if (asprintf(&path, "%.*s/%s", folder_length, folder, name) < 0)
        return tuft_fail(err, TUFT_MEMORY, "%s: no memory for the name", name);
    tuft_status status = add_file(library, path, err);
    free(path);
    return status;
}

static tuft_status add_folder(tuft_noise_library *library, const char *path, tuft_error *err)
{
    DIR *folder = opendir(path);
    if (!folder)
        return tuft_fail(err, TUFT_IO, "%s: %s", path, strerror(errno));
    tuft_status status = TUFT_OK;
    for (struct dirent *entry; !status && (entry = readdir(folder));) {
        const char *name = entry->d_name;
        if (name[0] != '.' &&
            (ends_with(name, ".wav") || ends_with(name, ".flac") || ends_with(name, ".ogg")))
            status = add_joined(library, path, (int)strlen(path), name, err);
    }
    closedir(folder);
    return status;
}

static tuft_status add_list(tuft_noise_library *library, const char *path, tuft_error *err)
{
    char *text;
    tuft_status status = tuft_file_text(path, LIST_LIMIT, &text, err);
    const char *slash = strrchr(path, '/');
    char *rest = text;
    for (char *line; !status && (line = strsep(&rest, "\r\n"));) {
        if (line[0] == '\0' || line[0] == '#')
            continue;
        if (line[0] == '/' || !slash)
            status = add_file(library, line, err);
        else
            status = add_joined(library, path, (int)(slash - path), line, err);
    }
    free(text);
    return status;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const tuft_noise_sound *)a)->name, ((const tuft_noise_sound *)b)->name);
}

tuft_status tuft_noise_library_open(const char *path, tuft_noise_library *out, tuft_error *err)
{
    *out = (tuft_noise_library){0};
    struct stat information;
    if (stat(path, &information) != 0)
        return tuft_fail(err, TUFT_IO, "%s: %s", path, strerror(errno));
    tuft_status status = S_ISDIR(information.st_mode) ? add_folder(out, path, err)
                         : ends_with(path, ".txt")    ? add_list(out, path, err)
                                                      : add_file(out, path, err);
    if (!status && out->count == 0)
        status = tuft_fail(err, TUFT_FORMAT, "%s: no .wav, .flac or .ogg files", path);
    if (!status)
        qsort(out->noise, out->count, sizeof *out->noise, compare_names);
    for (size_t i = 1; i < out->count && !status; i++)
        if (strcmp(out->noise[i].name, out->noise[i - 1].name) == 0)
            status = tuft_fail(err, TUFT_FORMAT, "%s: two noises are named %s (%s and %s)", path,
                               out->noise[i].name, out->noise[i - 1].path, out->noise[i].path);
    if (status)
        tuft_noise_library_free(out);
    return status;
}

static tuft_status choose_named(const tuft_noise_library *library, const char *names, bool *test,
                                tuft_error *err)
{
    for (const char *at = names; *at;) {
        size_t length = strcspn(at, ","), i = 0;
        while (i < library->count && (strlen(library->noise[i].name) != length ||
                                      strncmp(library->noise[i].name, at, length) != 0))
            i++;
        if (i == library->count)
            return tuft_fail(err, TUFT_INVALID, "noise: \"%.*s\" is none of the %zu noises",
                             (int)(length < 80 ? length : 80), at, library->count);
        test[i] = true;
        at += length + (at[length] == ',');
    }
    return TUFT_OK;
}

static tuft_status choose_hashed(const tuft_noise_library *library, double share, bool *test,
                                 tuft_error *err)
{
    if (!(share >= 0.0 && share <= 1.0))
        return tuft_fail(err, TUFT_INVALID, "noise: test share %g, expected 0 to 1", share);
    size_t n = library->count, wanted = (size_t)lround(share * (double)n);
    wanted = wanted >= n ? n - 1 : wanted;
    wanted = wanted < 1 ? 1 : wanted;
    for (size_t i = 0; i < n; i++) {
        uint64_t mine = tuft_fnv1a(library->noise[i].name, strlen(library->noise[i].name));
        size_t after = 0; /* how many come after it */
        for (size_t j = 0; j < n; j++) {
            uint64_t other = tuft_fnv1a(library->noise[j].name, strlen(library->noise[j].name));
            after += other > mine || (other == mine && j > i);
        }
        test[i] = after < wanted;
    }
    return TUFT_OK;
}

tuft_status tuft_noise_library_split(tuft_noise_library *library, const char *test_names,
                                     double test_share, tuft_noise_library *train,
                                     tuft_noise_library *test, tuft_error *err)
{
    *train = *test = (tuft_noise_library){0};
    bool *chosen;
    tuft_status status = TUFT_NEW(&chosen, library->count, "noises", err);
    if (!status)
        status = test_names ? choose_named(library, test_names, chosen, err)
                            : choose_hashed(library, test_share, chosen, err);
    size_t wanted = 0;
    for (size_t i = 0; i < library->count && !status; i++)
        wanted += chosen[i];
    if (!status && (wanted == 0 || wanted >= library->count))
        status = tuft_fail(err, TUFT_INVALID,
                           "noise: %zu of %zu noises to test with, expected some on both sides",
                           wanted, library->count);
    if (!status)
        status = TUFT_NEW(&train->noise, library->count, "noises", err);
    if (!status)
        status = TUFT_NEW(&test->noise, library->count, "noises", err);
    train->capacity = test->capacity = library->count;
    for (size_t i = 0; i < library->count && !status; i++) {
        tuft_noise_library *side = chosen[i] ? test : train;
        side->noise[side->count++] = library->noise[i];
    }
    free(chosen);
    if (status) {
        free(train->noise);
        *train = *test = (tuft_noise_library){0};
        return status;
    }
    free(library->noise);
    *library = (tuft_noise_library){0};
    return TUFT_OK;
}

/* Samples at TUFT_NOISE_RATE_HZ. */
static uint64_t length(const tuft_noise_sound *noise)
{
    if (!noise->path)
        return noise->frames;
    double n = floor((double)noise->frames / noise->rate_hz * TUFT_NOISE_RATE_HZ);
    return n < 1.0 ? 1 : (uint64_t)n;
}

static uint64_t fade_length(uint64_t n)
{
    return n / 4 < FADE ? n / 4 : FADE;
}

uint64_t tuft_noise_offsets(const tuft_noise_sound *noise, size_t n)
{
    uint64_t all = length(noise);
    return all >= n ? all - n + 1 : all - fade_length(all);
}

/* out[n] from a file that is long enough. Read with 10 ms on either side for the filter. */
static tuft_status read_piece(const tuft_noise_sound *noise, uint64_t offset, size_t n, float *out,
                              tuft_error *err)
{
    const double ratio = (double)noise->rate_hz / TUFT_NOISE_RATE_HZ;
    const uint64_t margin = (uint64_t)noise->rate_hz / 100;
    uint64_t first = (uint64_t)((double)offset * ratio), before = first < margin ? first : margin;
    uint64_t wanted = before + (uint64_t)ceil((double)n * ratio) + margin;
    first -= before;
    if (wanted > noise->frames - first)
        wanted = noise->frames - first;
    float *raw, *resampled = NULL;
    size_t got = 0, skip = (size_t)lround((double)before / ratio);
    tuft_status status = TUFT_NEW(&raw, wanted, noise->name, err);
    if (!status)
        status = tuft_sound_read(noise->path, first, wanted, raw, err);
    if (!status)
        status =
            tuft_resample(raw, wanted, noise->rate_hz, TUFT_NOISE_RATE_HZ, &resampled, &got, err);
    for (size_t i = 0; i < n && !status; i++)
        out[i] = skip + i < got ? resampled[skip + i] : 0.0f;
    free(raw);
    free(resampled);
    return status;
}

tuft_status tuft_noise_excerpt(const tuft_noise_sound *noise, uint64_t offset, size_t n, float *out,
                               tuft_error *err)
{
    if (n == 0 || offset >= tuft_noise_offsets(noise, n))
        return tuft_fail(err, TUFT_INVALID, "%s: %zu samples from %llu on, expected below %llu",
                         noise->name, n, (unsigned long long)offset,
                         (unsigned long long)tuft_noise_offsets(noise, n));
    const uint64_t all = length(noise); /* at least 1, as an offset was to be had */
    if (all >= n && noise->path)
        return read_piece(noise, offset, n, out, err);
    if (all >= n) {
        memcpy(out, noise->sample + offset, n * sizeof *out);
        return TUFT_OK;
    }
    float *whole;
    tuft_status status = TUFT_NEW(&whole, all, noise->name, err);
    if (status)
        return status;
    if (noise->path)
        status = read_piece(noise, 0, all, whole, err);
    else
        memcpy(whole, noise->sample, all * sizeof *whole);
    const uint64_t fade = fade_length(all), round = all > fade ? all - fade : 1;
    for (size_t i = 0; i < n && !status; i++) {
        uint64_t at = (offset + i) % round;
        out[i] = whole[at];
        if (at < fade) {
            double angle = M_PI_2 * ((double)at + 0.5) / (double)fade;
            out[i] =
                (float)((double)whole[at] * sin(angle) + (double)whole[round + at] * cos(angle));
        }
    }
    free(whole);
    return status;
}
