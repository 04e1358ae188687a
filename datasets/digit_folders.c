#include "datasets/digit_folders.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const tuft_recording *)a)->name, ((const tuft_recording *)b)->name);
}

static int ends_with(const char *name, const char *extension)
{
    size_t length = strlen(name), tail = strlen(extension);
    return length > tail && strcmp(name + length - tail, extension) == 0;
}

static tuft_status list_entries(DIR *folder, const char *path, const char *extension, int label,
                                tuft_recordings *out, tuft_error *err)
{
    const size_t first = out->count;
    for (struct dirent *entry; (entry = readdir(folder));) {
        tuft_recording recording = {.label = label};
        if (!ends_with(entry->d_name, extension))
            continue;
        if (snprintf(recording.name, sizeof recording.name, "%d/%s", label, entry->d_name) >=
            (int)sizeof recording.name)
            return tuft_fail(err, TUFT_FORMAT, "%s/%s: name of %zu bytes, expected at most %zu",
                             path, entry->d_name, strlen(entry->d_name), sizeof recording.name - 4);
        tuft_status status = tuft_recordings_push(out, &recording, err);
        if (status)
            return status;
    }
    if (out->count > first)
        qsort(out->recording + first, out->count - first, sizeof *out->recording, compare_names);
    return TUFT_OK;
}

/* The files of one class's folder, if there is one. */
static tuft_status list_class(const char *directory, const char *extension, int label, int *folders,
                              tuft_recordings *out, tuft_error *err)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%d", directory, label) >= (int)sizeof path)
        return tuft_fail(err, TUFT_IO, "%s: path too long", directory);
    DIR *folder = opendir(path);
    if (!folder)
        return errno == ENOENT || errno == ENOTDIR
                   ? TUFT_OK
                   : tuft_fail(err, TUFT_IO, "%s: %s", path, strerror(errno));
    ++*folders;
    tuft_status status = list_entries(folder, path, extension, label, out, err);
    closedir(folder);
    return status;
}

tuft_status tuft_digit_folders_list(const char *directory, const char *extension, int classes,
                                    tuft_recordings *out, tuft_error *err)
{
    *out = (tuft_recordings){.classes = classes};
    DIR *opened = opendir(directory);
    if (!opened)
        return tuft_fail(err, TUFT_IO, "%s: %s", directory, strerror(errno));
    closedir(opened);
    tuft_status status = TUFT_OK;
    int folders = 0;
    for (int label = 0; label < classes && !status; label++)
        status = list_class(directory, extension, label, &folders, out, err);
    if (!status && folders == 0)
        status = tuft_fail(err, TUFT_FORMAT,
                           "%s: no folder named 0 to %d, expected <digit>/<recording>%s", directory,
                           classes - 1, extension);
    else if (!status && out->count == 0)
        status = tuft_fail(err, TUFT_FORMAT,
                           "%s: no %s file in its digit folders, expected <digit>/<recording>%s",
                           directory, extension, extension);
    if (status)
        tuft_recordings_free(out);
    return status;
}
