#include "datasets/spoken.h"

#include "core/failure.h"
#include "core/memory.h"
#include "datasets/wav.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Fills label, source and name when the file's name has the form; false otherwise. */
static bool parse_name(const char *name, tuft_recording *recording)
{
    const char *dot = strrchr(name, '.');
    if (!isdigit((unsigned char)name[0]) || name[1] != '_' || !dot ||
        (strcasecmp(dot, ".wav") != 0 && strcasecmp(dot, ".flac") != 0 &&
         strcasecmp(dot, ".ogg") != 0))
        return false;
    const char *talker = name + 2, *end = strrchr(name, '_');
    size_t length = end > talker ? (size_t)(end - talker) : 0;
    if (length == 0 || length >= sizeof recording->source || end + 1 >= dot ||
        strlen(name) >= sizeof recording->name)
        return false;
    recording->label = name[0] - '0';
    memcpy(recording->source, talker, length);
    memcpy(recording->name, name, strlen(name) + 1);
    return true;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const tuft_recording *)a)->name, ((const tuft_recording *)b)->name);
}

static tuft_status list(const char *directory, tuft_recordings *out, tuft_error *err)
{
    DIR *folder = opendir(directory);
    if (!folder)
        return tuft_fail(err, TUFT_IO, "%s: %s", directory, strerror(errno));
    tuft_status status = TUFT_OK;
    for (struct dirent *entry; !status && (entry = readdir(folder));) {
        tuft_recording recording = {0};
        if (parse_name(entry->d_name, &recording))
            status = tuft_recordings_push(out, &recording, err);
    }
    closedir(folder);
    if (!status && out->count == 0)
        status = tuft_fail(err, TUFT_FORMAT, "%s: no <digit>_<talker>_<take>.wav, .flac or .ogg",
                           directory);
    if (!status)
        qsort(out->recording, out->count, sizeof *out->recording, compare_names);
    return status;
}

static tuft_status encode_file(const char *directory, const tuft_cochlea_parameters *parameters,
                               tuft_recording *recording, double *rate_hz, tuft_error *err)
{
    char *path;
    if (asprintf(&path, "%s/%s", directory, recording->name) < 0)
        return tuft_fail(err, TUFT_MEMORY, "%s: no memory for the name", recording->name);
    float *sample;
    size_t n;
    tuft_status status = tuft_wav_read(path, &sample, &n, rate_hz, err);
    if (!status) {
        status = tuft_cochlea_encode(sample, n, *rate_hz, parameters, &recording->events, err);
        if (status)
            tuft_fail_prefix(err, status, path);
    }
    if (!status) {
        int64_t end = tuft_events_end_us(&recording->events);
        recording->duration_us = llround((double)n / *rate_hz * 1e6);
        if (recording->duration_us < end)
            recording->duration_us = end;
    }
    free(sample);
    free(path);
    return status;
}

static tuft_status encode_all(const char *directory, const tuft_cochlea_parameters *parameters,
                              int threads, tuft_recordings *out, tuft_error *err)
{
    double *rate_hz;
    tuft_status status = TUFT_NEW(&rate_hz, out->count, "sample rates", err);
    tuft_failure failure = {0};
    if (status)
        return status;
#pragma omp parallel for schedule(dynamic, 8) num_threads(threads)
    for (size_t i = 0; i < out->count; i++) {
        tuft_error mine;
        tuft_status one =
            encode_file(directory, parameters, &out->recording[i], &rate_hz[i], &mine);
        tuft_failure_keep(&failure, one, i, &mine);
    }
    status = tuft_failure_tell(&failure, err);
    for (size_t i = 1; i < out->count && !status; i++)
        if (rate_hz[i] != rate_hz[0])
            status =
                tuft_fail(err, TUFT_FORMAT, "%s/%s: %g Hz, expected %g Hz as in %s", directory,
                          out->recording[i].name, rate_hz[i], rate_hz[0], out->recording[0].name);
    free(rate_hz);
    return status;
}

tuft_status tuft_spoken_load(const char *directory, const tuft_cochlea_parameters *parameters,
                             int threads, tuft_recordings *out, tuft_error *err)
{
    *out = (tuft_recordings){.geometry = {parameters->channels, 1, 1}, .classes = 10};
    tuft_status status =
        threads >= 1
            ? list(directory, out, err)
            : tuft_fail(err, TUFT_INVALID, "spoken: %d threads, expected 1 or more", threads);
    if (!status)
        status = encode_all(directory, parameters, threads, out, err);
    if (status)
        tuft_recordings_free(out);
    return status;
}
