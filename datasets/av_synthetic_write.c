#include "datasets/av_synthetic_write.h"

#include "core/failure.h"
#include "core/folder.h"
#include "datasets/av_clip_write.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static tuft_status write_take(const char *folder, const tuft_av_take *take, tuft_error *err)
{
    char name[TUFT_GRID_NAME_SIZE], *stem;
    tuft_grid_name(&take->sentence, name);
    if (asprintf(&stem, "%s/s%u/%s.align", folder, take->talker + 1, name) < 0)
        return tuft_fail(err, TUFT_MEMORY, "%s: no memory for a name", folder);
    tuft_status status = tuft_align_write(stem, &take->align, err);
    memcpy(strrchr(stem, '.'), ".avi", sizeof ".avi");
    if (!status)
        status = tuft_av_clip_write(stem, &take->clip, err);
    free(stem);
    return status;
}

static tuft_status make_talkers(const char *folder, const tuft_av_synthetic_config *config,
                                uint32_t count, tuft_error *err)
{
    for (uint32_t k = 0; k < config->talkers && k < count; k++) {
        char *path;
        if (asprintf(&path, "%s/s%u", folder, config->first_talker + k + 1) < 0)
            return tuft_fail(err, TUFT_MEMORY, "%s: no memory for a name", folder);
        int failed = mkdir(path, 0777);
        tuft_status status =
            failed ? tuft_fail(err, TUFT_IO, "%s: %s", path, strerror(errno)) : TUFT_OK;
        free(path);
        if (status)
            return status;
    }
    return TUFT_OK;
}

static tuft_status write_takes(const char *folder, const tuft_av_synthetic_config *config,
                               uint32_t count, int threads, tuft_error *err)
{
    tuft_failure failure = {0};
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (uint32_t i = 0; i < count; i++) {
        tuft_error mine;
        tuft_av_take take;
        tuft_status status = tuft_av_synthetic(config, i, &take, &mine);
        if (!status)
            status = write_take(folder, &take, &mine);
        tuft_av_take_free(&take);
        tuft_failure_keep(&failure, status, i, &mine);
    }
    return tuft_failure_tell(&failure, err);
}

tuft_status tuft_av_synthetic_write(const char *folder, const tuft_av_synthetic_config *config,
                                    uint32_t count, int threads, tuft_error *err)
{
    if (count < 1 || count > TUFT_GRID_SENTENCES || threads < 1)
        return tuft_fail(err, TUFT_INVALID,
                         "%s: %u clips in %d threads, expected 1 to %d and 1 or more", folder,
                         count, threads, TUFT_GRID_SENTENCES);
    tuft_output_folder out;
    tuft_status status = tuft_output_folder_open(&out, folder, err);
    if (status)
        return status;
    status = make_talkers(out.temporary, config, count, err);
    if (!status)
        status = write_takes(out.temporary, config, count, threads, err);
    if (!status)
        return tuft_output_folder_commit(&out, err);
    tuft_output_folder_abandon(&out);
    return status;
}
