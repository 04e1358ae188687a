#include "apps/enhance_clips.h"

#include "apps/progress.h"
#include "core/failure.h"
#include "core/memory.h"
#include "datasets/av_synthetic.h"

#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { CLIP_LIMIT = 100000 };

tuft_status enhance_mouth_option(const char *text, tuft_mouth_box *box, tuft_error *err)
{
    double number[4] = {0};
    const char *at = text;
    int count = 0;
    for (; count < 4; count++) {
        char *end;
        number[count] = strtod(at, &end);
        if (end == at || *end != (count < 3 ? ',' : 0))
            break;
        at = end + 1;
    }
    *box = (tuft_mouth_box){number[0], number[1], number[2], number[3], 1};
    if (count == 4 && number[0] >= 0 && number[1] >= 0 && number[2] >= 4 && number[3] >= 4)
        return TUFT_OK;
    return tuft_fail(err, TUFT_INVALID,
                     "--mouth '%.60s', expected left, top, width and height in pixels, as "
                     "130,200,90,45",
                     text);
}

void enhance_clip_free(enhance_clip *clip)
{
    free(clip->name);
    free(clip->talker);
    free(clip->speech);
    free(clip->vision);
    enhance_view_free(&clip->view);
    *clip = (enhance_clip){0};
}

void enhance_clips_free(enhance_clips *clips)
{
    for (size_t i = 0; i < clips->count; i++)
        enhance_clip_free(&clips->clip[i]);
    free(clips->clip);
    *clips = (enhance_clips){0};
}

static tuft_status copy_text(char **out, const char *text, tuft_error *err)
{
    *out = strdup(text);
    return *out ? TUFT_OK : tuft_fail(err, TUFT_MEMORY, "no memory for a clip's name");
}

tuft_status enhance_clip_take(enhance_clip *out, tuft_av_clip *clip, const char *name,
                              const char *talker, const tuft_mouth_box *box,
                              const tuft_enhancement *enhancement, tuft_error *err)
{
    *out = (enhance_clip){.n = clip->samples,
                          .frames = tuft_enhancement_frames(enhancement, clip->samples),
                          .mouth = *box};
    tuft_status status = copy_text(&out->name, name, err);
    if (!status)
        status = copy_text(&out->talker, talker, err);
    if (!status)
        status = TUFT_NEW(&out->vision, out->frames * tuft_enhancement_vision_columns(enhancement),
                          "features of lips", err);
    if (!status)
        status = tuft_enhancement_vision(enhancement, clip, box, out->frames, out->vision, err);
    if (!status)
        status = enhance_view_take(&out->view, clip, box, err);
    if (status) {
        enhance_clip_free(out);
        return status;
    }
    out->speech = clip->sample;
    clip->sample = NULL;
    return TUFT_OK;
}

/* Makes clip i of a set; any thread. */
typedef tuft_status clip_maker(const void *user, size_t i, enhance_clip *out, tuft_error *err);

/* count clips, side by side, under a label of progress. On failure *out is zeroed. */
static tuft_status make_clips(clip_maker *make, const void *user, size_t count, const char *label,
                              const common_options *common, enhance_clips *out, tuft_error *err)
{
    tuft_status status = TUFT_GROW(&out->clip, &out->capacity, count, "clips", err);
    if (status)
        return status;
    app_progress progress;
    tuft_failure failure = {0};
    out->count = count;
    progress_begin(&progress, common, label, count);
#pragma omp parallel for schedule(dynamic) num_threads((int)common->threads)
    for (size_t i = 0; i < count; i++) {
        tuft_error own;
        tuft_failure_keep(&failure, make(user, i, &out->clip[i], &own), i, &own);
        progress_advance(&progress, 1);
    }
    progress_end(&progress);
    status = tuft_failure_tell(&failure, err);
    if (status)
        enhance_clips_free(out);
    return status;
}

/* ---- folders --------------------------------------------------------------------------------- */

typedef struct {
    char **path;
    size_t count, capacity;
} path_list;

static void path_list_free(path_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->path[i]);
    free(list->path);
}

static int is_video(const char *name)
{
    static const char *const ending[] = {".mpg", ".mpeg", ".avi", ".mkv", ".mp4", ".mov"};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof ending / sizeof *ending; i++)
        if (strcasecmp(dot, ending[i]) == 0)
            return 1;
    return 0;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static tuft_status list_videos(const char *folder, path_list *list, tuft_error *err)
{
    char *const roots[] = {(char *)folder, NULL};
    FTS *walk = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
    tuft_status status = TUFT_OK;
    if (!walk)
        return tuft_fail(err, TUFT_IO, "%.300s: cannot be read", folder);
    for (FTSENT *entry; !status && (entry = fts_read(walk));) {
        if (entry->fts_info == FTS_NS || entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR)
            status =
                tuft_fail(err, TUFT_IO, "%.300s: %s", entry->fts_path, strerror(entry->fts_errno));
        else if (entry->fts_info == FTS_F && is_video(entry->fts_name)) {
            status = TUFT_GROW(&list->path, &list->capacity, list->count + 1, "clips", err);
            if (!status)
                status = copy_text(&list->path[list->count], entry->fts_path, err);
            if (!status)
                list->count++;
        }
    }
    fts_close(walk);
    if (!status && !list->count)
        status = tuft_fail(err, TUFT_FORMAT,
                           "%.300s: no video in it, expected .mpg, .avi, .mkv, .mp4 or .mov files",
                           folder);
    if (!status && list->count > CLIP_LIMIT)
        status = tuft_fail(err, TUFT_FORMAT, "%.300s: %zu videos, expected at most %d", folder,
                           list->count, CLIP_LIMIT);
    if (!status && list->path)
        qsort(list->path, list->count, sizeof *list->path, by_path);
    return status;
}

/* "name" and "folder" of ".../folder/name.mpg". */
static void parts_of(const char *path, char *name, char *folder, size_t size)
{
    const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
    snprintf(name, size, "%.*s", (int)(strrchr(file, '.') - file), file);
    const char *end = slash ? slash : path, *begin = end;
    while (begin > path && begin[-1] != '/')
        begin--;
    snprintf(folder, size, "%.*s", (int)(end - begin), begin);
}

typedef struct {
    char *const *path;
    const tuft_mouth_box *box; /* NULL: looked for */
    const tuft_enhancement *enhancement;
} reading;

static tuft_status read_one(const void *user, size_t i, enhance_clip *out, tuft_error *err)
{
    const reading *from = user;
    const char *path = from->path[i];
    enum { NAME_SIZE = 256 };
    char name[NAME_SIZE], folder[NAME_SIZE];
    tuft_av_clip clip;
    tuft_mouth_box found = {0};
    tuft_status status = tuft_av_clip_read(path, &clip, err);
    if (status)
        return status;
    parts_of(path, name, folder, NAME_SIZE);
    if (from->box)
        found = *from->box;
    else
        status = tuft_mouth_find(&clip, &found, err);
    if (!status)
        status = enhance_clip_take(out, &clip, name, folder, &found, from->enhancement, err);
    if (status && err && !strstr(err->message, path))
        tuft_fail_prefix(err, status, path);
    tuft_av_clip_free(&clip);
    return status;
}

tuft_status enhance_clips_read(const char *folder, size_t limit, const tuft_mouth_box *box,
                               const tuft_enhancement *enhancement, const common_options *common,
                               enhance_clips *out, tuft_error *err)
{
    path_list list = {0};
    *out = (enhance_clips){0};
    tuft_status status = list_videos(folder, &list, err);
    const reading from = {list.path, box, enhancement};
    size_t count = limit && limit < list.count ? limit : list.count;
    if (!status)
        status = make_clips(read_one, &from, count, "clips", common, out, err);
    path_list_free(&list);
    return status;
}

/* ---- made here ------------------------------------------------------------------------------- */

typedef struct {
    tuft_av_synthetic_config config;
    uint64_t first_clip;
    const tuft_enhancement *enhancement;
} making;

static tuft_status make_one(const void *user, size_t i, enhance_clip *out, tuft_error *err)
{
    const making *from = user;
    const uint64_t index = from->first_clip + i;
    tuft_av_take take;
    char name[64], talker[32];
    tuft_status status = tuft_av_synthetic(&from->config, index, &take, err);
    if (status)
        return status;
    snprintf(name, sizeof name, "%06llu", (unsigned long long)index);
    snprintf(talker, sizeof talker, "voice %u", take.talker);
    status = enhance_clip_take(out, &take.clip, name, talker, &take.mouth, from->enhancement, err);
    tuft_av_take_free(&take);
    return status;
}

tuft_status enhance_clips_make(enhance_made made, size_t count, const tuft_enhancement *enhancement,
                               const common_options *common, enhance_clips *out, tuft_error *err)
{
    making from = {tuft_av_synthetic_defaults(common->seed), made.first_clip, enhancement};
    from.config.first_talker = made.first_talker;
    from.config.talkers = made.talkers;
    *out = (enhance_clips){0};
    return make_clips(make_one, &from, count, "talkers", common, out, err);
}
