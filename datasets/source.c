#include "datasets/source.h"

#include "core/failure.h"
#include "core/memory.h"
#include "datasets/bs1.h"
#include "datasets/digit_folders.h"
#include "datasets/events_csv.h"
#include "datasets/nmnist.h"
#include "datasets/ntidigits.h"
#include "datasets/spoken.h"
#include "datasets/talker_split.h"
#include "datasets/wav.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CSV_CLASSES = 11 };

static const char *folder_of(tuft_part_name name)
{
    return name == TUFT_PART_TRAIN ? "/Train" : name == TUFT_PART_TEST ? "/Test" : "";
}

static tuft_status part_path(const tuft_source *source, tuft_part_name part, const char *name,
                             char path[PATH_MAX], tuft_error *err)
{
    return snprintf(path, PATH_MAX, "%s%s%s%s", source->path, folder_of(part), *name ? "/" : "",
                    name) < PATH_MAX
               ? TUFT_OK
               : tuft_fail(err, TUFT_IO, "%s: path too long", source->path);
}

static tuft_status read_sound(const tuft_source *source, tuft_recording *recording,
                              tuft_geometry *geometry, tuft_error *err)
{
    float *sample;
    size_t n;
    double rate_hz;
    tuft_status status = tuft_wav_read(source->path, &sample, &n, &rate_hz, err);
    if (status)
        return status;
    status =
        tuft_cochlea_encode(sample, n, rate_hz, &source->options.cochlea, &recording->events, err);
    free(sample);
    if (status)
        return tuft_fail_prefix(err, status, source->path);
    recording->duration_us = llround((double)n / rate_hz * 1e6);
    *geometry = (tuft_geometry){source->options.cochlea.channels, 1, 1};
    return TUFT_OK;
}

static tuft_status open_file(tuft_source *source, tuft_error *err)
{
    const char *slash = strrchr(source->path, '/');
    tuft_recording recording = {0};
    tuft_recordings *set = &source->part[source->parts++].set;
    tuft_geometry geometry = TUFT_NMNIST_GEOMETRY;
    tuft_status status;
    if (source->kind == TUFT_SOURCE_NMNIST_FILE)
        status = tuft_nmnist_read(source->path, &recording.events, err);
    else if (source->kind == TUFT_SOURCE_CSV_FILE)
        status = tuft_events_csv_read(source->path, &recording.events, &geometry, err);
    else if (source->kind == TUFT_SOURCE_BS1)
        status = tuft_bs1_read(source->path, &recording.events, &geometry, err);
    else
        status = read_sound(source, &recording, &geometry, err);
    if (status)
        return status;
    snprintf(recording.name, sizeof recording.name, "%.63s", slash ? slash + 1 : source->path);
    if (recording.duration_us < tuft_events_end_us(&recording.events))
        recording.duration_us = tuft_events_end_us(&recording.events);
    set->geometry = geometry;
    status = tuft_recordings_push(set, &recording, err);
    if (status)
        tuft_events_free(&recording.events);
    return status;
}

/* Channels of a geometry numbered by one that holds it. */
static void renumber(tuft_events *events, tuft_geometry from, tuft_geometry to)
{
    for (size_t i = 0; i < events->count; i++) {
        uint32_t x = events->channel[i] % from.width, rest = events->channel[i] / from.width;
        events->channel[i] = (rest / from.height * to.height + rest % from.height) * to.width + x;
    }
}

static int holds_rows(tuft_geometry geometry)
{
    return geometry.height == 1 && geometry.polarities == 1;
}

/* The geometry that holds all files' is known only when all are read. */
static tuft_status load_csv_folder(const tuft_source *source, tuft_source_part *part,
                                   tuft_error *err)
{
    tuft_recordings *set = &part->set;
    tuft_geometry *own, all = {0};
    tuft_status status = TUFT_NEW(&own, set->count, "geometries", err);
    for (size_t i = 0; i < set->count && !status; i++) {
        tuft_recording *recording = &set->recording[i];
        char path[PATH_MAX];
        status = part_path(source, part->name, recording->name, path, err);
        if (!status)
            status = tuft_events_csv_read(path, &recording->events, &own[i], err);
        if (!status && i && holds_rows(own[i]) != holds_rows(own[0]))
            status = tuft_fail(err, TUFT_FORMAT, "%s: another header than in %s", path,
                               set->recording[0].name);
        recording->duration_us = tuft_events_end_us(&recording->events);
        all.width = own[i].width > all.width ? own[i].width : all.width;
        all.height = own[i].height > all.height ? own[i].height : all.height;
        all.polarities = own[i].polarities;
    }
    for (size_t i = 0; i < set->count && !status; i++)
        renumber(&set->recording[i].events, own[i], all);
    set->geometry = all;
    free(own);
    return status;
}

static tuft_status open_folder_part(tuft_source *source, tuft_part_name name, tuft_error *err)
{
    char path[PATH_MAX];
    tuft_source_part *part = &source->part[source->parts++];
    part->name = name;
    tuft_status status = part_path(source, name, "", path, err);
    if (status)
        return status;
    if (source->kind == TUFT_SOURCE_SPOKEN)
        return tuft_spoken_load(path, &source->options.cochlea, source->options.threads, &part->set,
                                err);
    if (source->kind == TUFT_SOURCE_CSV_FOLDER) {
        status = tuft_digit_folders_list(path, ".csv", CSV_CLASSES, &part->set, err);
        return status ? status : load_csv_folder(source, part, err);
    }
    source->storage = TUFT_EVENTS_ON_DEMAND;
    status = tuft_digit_folders_list(path, ".bin", TUFT_NMNIST_CLASSES, &part->set, err);
    part->set.geometry = TUFT_NMNIST_GEOMETRY;
    return status;
}

static tuft_status split_talkers(tuft_source *source, tuft_error *err)
{
    const char **talker;
    size_t count;
    tuft_recordings all = source->part[0].set, train, test;
    tuft_status status = tuft_talkers(&all, &talker, &count, err);
    if (status)
        return status;
    free(talker);
    if (count < 2 && !source->options.test_talkers)
        return TUFT_OK;
    status = tuft_talker_split(&all, source->options.test_talkers, &train, &test, err);
    if (status)
        return tuft_fail_prefix(err, status, source->path);
    source->part[0] = (tuft_source_part){TUFT_PART_TRAIN, train};
    source->part[1] = (tuft_source_part){TUFT_PART_TEST, test};
    source->parts = 2;
    return TUFT_OK;
}

static tuft_status open_folder(tuft_source *source, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    if (tuft_has_folder(source->path, "Train"))
        status = open_folder_part(source, TUFT_PART_TRAIN, err);
    if (!status && tuft_has_folder(source->path, "Test"))
        status = open_folder_part(source, TUFT_PART_TEST, err);
    if (status || source->parts)
        return status;
    status = open_folder_part(source, TUFT_PART_ALL, err);
    return status || source->kind != TUFT_SOURCE_SPOKEN ? status : split_talkers(source, err);
}

static tuft_status open_images(tuft_source *source, tuft_error *err)
{
    tuft_recordings *set = &source->part[source->parts++].set;
    const tuft_dvs_parameters *sensor = &source->options.sensor;
    if (!source->options.labels)
        return tuft_fail(err, TUFT_INVALID, "%s: images, expected a file of their labels too",
                         source->path);
    tuft_status status = tuft_idx_load(source->path, source->options.labels, source->options.limit,
                                       &source->images, err);
    if (!status && source->images.count == 0)
        status = tuft_fail(err, TUFT_FORMAT, "%s: no images", source->path);
    if (!status)
        status =
            TUFT_GROW(&set->recording, &set->capacity, source->images.count, "recordings", err);
    if (status)
        return status;
    *set = (tuft_recordings){.geometry = {sensor->width, sensor->height, 2},
                             .classes = source->images.classes,
                             .count = source->images.count,
                             .capacity = set->capacity,
                             .recording = set->recording};
    for (size_t i = 0; i < set->count; i++) {
        set->recording[i].label = source->images.label[i];
        snprintf(set->recording[i].name, sizeof set->recording[i].name, "%05zu", i + 1);
    }
    source->storage = TUFT_EVENTS_ON_DEMAND;
    return TUFT_OK;
}

static tuft_status open_ntidigits(tuft_source *source, tuft_error *err)
{
    source->part[0].name = TUFT_PART_TRAIN;
    source->part[1].name = TUFT_PART_TEST;
    source->parts = 2;
    return tuft_ntidigits_load(source->path, &source->part[0].set, &source->part[1].set, err);
}

/* One geometry and one number of classes for all parts. */
static void join_parts(tuft_source *source)
{
    for (int p = 0; p < source->parts; p++) {
        const tuft_recordings *set = &source->part[p].set;
        if (set->geometry.width > source->geometry.width)
            source->geometry.width = set->geometry.width;
        if (set->geometry.height > source->geometry.height)
            source->geometry.height = set->geometry.height;
        source->geometry.polarities = set->geometry.polarities;
        if (set->classes > source->classes)
            source->classes = set->classes;
    }
    for (int p = 0; p < source->parts; p++) {
        tuft_recordings *set = &source->part[p].set;
        for (size_t i = 0; i < set->count; i++)
            renumber(&set->recording[i].events, set->geometry, source->geometry);
        set->geometry = source->geometry;
        set->classes = source->classes;
    }
}

/* Eleven classes only where 'oh' occurs. */
static void trim_classes(tuft_source *source)
{
    int needed = TUFT_NMNIST_CLASSES;
    for (int p = 0; p < source->parts; p++)
        for (size_t i = 0; i < source->part[p].set.count; i++)
            if (source->part[p].set.recording[i].label >= needed)
                needed = source->part[p].set.recording[i].label + 1;
    for (int p = 0; p < source->parts; p++)
        source->part[p].set.classes = needed;
}

tuft_status tuft_source_open(tuft_source *source, const char *path,
                             const tuft_source_options *options, tuft_error *err)
{
    *source = (tuft_source){.path = path, .options = *options};
    tuft_status status = tuft_source_kind_of(path, &source->kind, err);
    if (status) {
        *source = (tuft_source){0};
        return status;
    }
    switch (source->kind) {
    case TUFT_SOURCE_NMNIST_FILE:
    case TUFT_SOURCE_CSV_FILE:
    case TUFT_SOURCE_BS1:
    case TUFT_SOURCE_SOUND:
        status = open_file(source, err);
        break;
    case TUFT_SOURCE_NMNIST_FOLDER:
    case TUFT_SOURCE_CSV_FOLDER:
    case TUFT_SOURCE_SPOKEN:
        status = open_folder(source, err);
        break;
    case TUFT_SOURCE_NTIDIGITS:
        status = open_ntidigits(source, err);
        break;
    case TUFT_SOURCE_IMAGES:
        status = open_images(source, err);
        break;
    }
    if (!status && source->kind == TUFT_SOURCE_CSV_FOLDER)
        trim_classes(source);
    if (!status && source->parts == 2 &&
        holds_rows(source->part[0].set.geometry) != holds_rows(source->part[1].set.geometry))
        status = tuft_fail(err, TUFT_FORMAT, "%s: Train and Test have different headers", path);
    if (status)
        tuft_source_close(source);
    else
        join_parts(source);
    return status;
}

void tuft_source_close(tuft_source *source)
{
    for (int p = 0; p < source->parts; p++)
        tuft_recordings_free(&source->part[p].set);
    tuft_images_free(&source->images);
    *source = (tuft_source){0};
}

static tuft_status read_image(const tuft_source *source, size_t i, tuft_recording *out,
                              tuft_error *err)
{
    const tuft_images *images = &source->images;
    const size_t pixels = (size_t)images->width * images->height;
    float *image;
    tuft_status status = TUFT_NEW(&image, pixels, "image", err);
    if (status)
        return status;
    for (size_t k = 0; k < pixels; k++)
        image[k] = images->pixel[i * pixels + k] / 255.0f;
    status = tuft_dvs_from_image(image, images->width, images->height, &source->options.sensor,
                                 source->options.seed, i, &out->events, err);
    free(image);
    out->duration_us = (int64_t)ceil(3 * source->options.sensor.saccade_us);
    return status;
}

static tuft_status read_one(const tuft_source *source, const tuft_source_part *part, size_t i,
                            tuft_recording *out, tuft_error *err)
{
    char path[PATH_MAX];
    const tuft_recording *known = &part->set.recording[i];
    *out = *known;
    out->events = (tuft_events){0};
    if (source->storage == TUFT_EVENTS_HELD)
        return tuft_events_copy(&out->events, &known->events, err);
    if (source->kind == TUFT_SOURCE_IMAGES)
        return read_image(source, i, out, err);
    tuft_status status = part_path(source, part->name, known->name, path, err);
    if (!status)
        status = tuft_nmnist_read(path, &out->events, err);
    out->duration_us = tuft_events_end_us(&out->events);
    return status;
}

tuft_status tuft_source_read(const tuft_source *source, int part, size_t first, size_t count,
                             tuft_recordings *out, tuft_error *err)
{
    const tuft_recordings *set = &source->part[part].set;
    *out = (tuft_recordings){.geometry = source->geometry, .classes = source->classes};
    if (first > set->count)
        first = set->count;
    if (count > set->count - first)
        count = set->count - first;
    tuft_status status = TUFT_GROW(&out->recording, &out->capacity, count, "recordings", err);
    if (status)
        return status;
    out->count = count;
    tuft_failure failure = {0};
#pragma omp parallel for schedule(dynamic, 8) num_threads(source->options.threads)
    for (size_t i = 0; i < count; i++) {
        tuft_error mine;
        tuft_status one =
            read_one(source, &source->part[part], first + i, &out->recording[i], &mine);
        tuft_failure_keep(&failure, one, i, &mine);
    }
    status = tuft_failure_tell(&failure, err);
    if (status)
        tuft_recordings_free(out);
    return status;
}
