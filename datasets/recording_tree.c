#include "datasets/recording_tree.h"

#include "core/failure.h"

#include "datasets/events_csv.h"
#include "datasets/nmnist.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

tuft_status tuft_tree_check_nmnist(const char *what, tuft_geometry geometry, tuft_error *err)
{
    const tuft_geometry needed = TUFT_NMNIST_GEOMETRY;
    if (geometry.width == needed.width && geometry.height == needed.height &&
        geometry.polarities == needed.polarities)
        return TUFT_OK;
    if (geometry.height == 1 && geometry.polarities == 1)
        return tuft_fail(err, TUFT_INVALID,
                         "%s: a row of %u channels, an N-MNIST file needs 34 x 34 pixels of 2 "
                         "polarities",
                         what, geometry.width);
    return tuft_fail(err, TUFT_INVALID,
                     "%s: %u x %u pixels of %u polarities, an N-MNIST file needs 34 x 34 of 2",
                     what, geometry.width, geometry.height, geometry.polarities);
}

/* Every file is new: a second of one name must not take the place of the first. */
static tuft_status write_file(const char *path, tuft_tree_format format,
                              const tuft_recording *recording, tuft_geometry geometry,
                              tuft_error *err)
{
    FILE *stream = fopen(path, "wbx");
    if (!stream && errno == EEXIST)
        return tuft_fail(err, TUFT_INVALID, "%s: two recordings have this name", path);
    if (!stream)
        return tuft_fail(err, TUFT_IO, "%s: cannot write: %s", path, strerror(errno));
    tuft_status status = format == TUFT_TREE_NMNIST
                             ? tuft_nmnist_put(stream, path, &recording->events, err)
                             : tuft_events_csv_put(stream, path, &recording->events, geometry, err);
    if (fclose(stream) != 0 && !status)
        status = tuft_fail(err, TUFT_IO, "%s: cannot write: %s", path, strerror(errno));
    return status;
}

static void stem_of(const char *name, char *stem, size_t size)
{
    const char *slash = strrchr(name, '/');
    snprintf(stem, size, "%s", slash ? slash + 1 : name);
    char *dot = strrchr(stem, '.');
    if (dot && dot > stem)
        *dot = '\0';
    for (char *at = stem; *at; at++)
        if (!isalnum((unsigned char)*at) && !strchr("-_.", *at))
            *at = '_';
    if (stem[0] == '.' || stem[0] == '\0')
        stem[0] = '_'; /* neither hidden nor a folder's own name; the end of "" stays one */
}

static tuft_status write_recording(const char *folder, tuft_tree_format format,
                                   const tuft_recording *recording, tuft_geometry geometry,
                                   tuft_error *err)
{
    char path[PATH_MAX], stem[sizeof recording->name + 1] = "";
    stem_of(recording->name, stem, sizeof stem);
    int length = snprintf(path, sizeof path, "%s/%d", folder, recording->label);
    if (length >= (int)sizeof path)
        return tuft_fail(err, TUFT_IO, "%s: path too long", folder);
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        return tuft_fail(err, TUFT_IO, "%s: cannot write: %s", path, strerror(errno));
    size_t room = sizeof path - (size_t)length;
    if (snprintf(path + length, room, "/%s%s", stem,
                 format == TUFT_TREE_NMNIST ? ".bin" : ".csv") >= (int)room)
        return tuft_fail(err, TUFT_IO, "%s: path too long", folder);
    return write_file(path, format, recording, geometry, err);
}

tuft_status tuft_tree_write(const char *folder, tuft_tree_format format, const tuft_recordings *set,
                            int threads, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    if (format == TUFT_TREE_NMNIST)
        status = tuft_tree_check_nmnist(folder, set->geometry, err);
    if (status)
        return status;
    tuft_failure failure = {0};
#pragma omp parallel for schedule(dynamic, 8) num_threads(threads)
    for (size_t i = 0; i < set->count; i++) {
        tuft_error mine;
        tuft_status one = write_recording(folder, format, &set->recording[i], set->geometry, &mine);
        tuft_failure_keep(&failure, one, i, &mine);
    }
    return tuft_failure_tell(&failure, err);
}
