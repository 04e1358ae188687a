#include "apps/sweep_runs.h"

#include "apps/json_path.h"
#include "apps/progress.h"
#include "apps/result.h"
#include "apps/sweep_child.h"
#include "core/memory.h"
#include "core/version.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { READABLE_MAX = 120, SEED_SIZE = 32, VALUE_SIZE = 2000 };

void sweep_runs_free(sweep_runs *runs)
{
    for (size_t i = 0; runs->run && i < runs->count; i++) {
        free(runs->run[i].name);
        free(runs->run[i].path);
    }
    free(runs->run);
    if (runs->lock > 0)
        close(runs->lock);
    *runs = (sweep_runs){0};
}

static tuft_status no_memory(tuft_error *err)
{
    return tuft_fail(err, TUFT_MEMORY, "sweep: no memory for its runs");
}

/* ---- the folder ------------------------------------------------------------------------------ */

static tuft_status open_folder(sweep_runs *runs, tuft_error *err)
{
    char *path;
    if (mkdir(runs->folder, 0777) != 0 && errno != EEXIST)
        return tuft_fail(err, TUFT_IO, "%s: cannot make this folder: %s", runs->folder,
                         strerror(errno));
    if (asprintf(&path, "%s/.lock", runs->folder) < 0)
        return no_memory(err);
    runs->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    free(path);
    if (runs->lock < 0)
        return tuft_fail(err, TUFT_IO, "%s: cannot write: %s", runs->folder, strerror(errno));
    if (flock(runs->lock, LOCK_EX | LOCK_NB) != 0)
        return tuft_fail(err, TUFT_IO, "%s: another sweep is at work there", runs->folder);
    return TUFT_OK;
}

/* Results are renamed to their names when they are complete; what bears a temporary name was left
 * by a run that was killed. */
static void remove_halves(const sweep_runs *runs)
{
    DIR *open = opendir(runs->folder);
    struct dirent *entry;
    while (open && (entry = readdir(open))) {
        char *path;
        if (!strstr(entry->d_name, ".json.tmp-"))
            continue;
        if (asprintf(&path, "%s/%s", runs->folder, entry->d_name) < 0)
            break;
        unlink(path);
        free(path);
    }
    if (open)
        closedir(open);
}

/* ---- names ----------------------------------------------------------------------------------- */

/* A file's name that can be read, and that no other run has: fingerprint of the whole name. */
static char *path_of(const char *folder, const char *name)
{
    char readable[READABLE_MAX + 1], *path;
    size_t n = 0;
    for (const char *at = name; *at && n < READABLE_MAX; at++) {
        if (*at == ',')
            continue;
        int plain = strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.=+-",
                           *at) != NULL;
        readable[n++] = (char)(plain ? *at : '_');
    }
    readable[n] = '\0';
    unsigned long fingerprint = crc32(0, (const unsigned char *)name, (unsigned)strlen(name));
    /* A name that starts with a dot would be hidden. */
    if (asprintf(&path, "%s/%s%s_%08lx.json", folder, *readable == '.' ? "_" : "", readable,
                 fingerprint) < 0)
        return NULL;
    return path;
}

static tuft_status name_run(sweep_runs *runs, sweep_run *run, tuft_error *err)
{
    char *point = sweep_grid_name(runs->grid, run->point, runs->grid->axes);
    if (!point || asprintf(&run->name, "%s%sseed=%llu", point, *point ? ", " : "",
                           (unsigned long long)run->seed) < 0)
        run->name = NULL;
    free(point);
    run->path = run->name ? path_of(runs->folder, run->name) : NULL;
    return run->path ? TUFT_OK : no_memory(err);
}

/* ---- what a run is to be --------------------------------------------------------------------- */

static tuft_status settings_of(const sweep_runs *runs, const sweep_run *run, settings *out,
                               tuft_error *err)
{
    char seed[SEED_SIZE];
    tuft_status status = sweep_grid_settings(runs->grid, run->point, runs->base, out, err);
    if (status)
        return status;
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)run->seed);
    status = settings_set(out, "seed", seed, err);
    if (status)
        settings_free(out);
    return status;
}

/* ---- what is there --------------------------------------------------------------------------- */

static int same_text(const json_t *document, const char *path, const char *text)
{
    const json_t *value = json_path_get(document, path);
    return json_is_string(value) && strcmp(json_string_value(value), text) == 0;
}

/* The first option whose recorded value is another; NULL where there is none. */
static const char *other_option(const json_t *recorded, const json_t *wanted)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)wanted, key, value)
    {
        if (!json_equal(json_object_get(recorded, key), value))
            return key;
    }
    return NULL;
}

/* Both values of an option, from where they differ on: where one list goes over another. */
static void tell_other(const char *key, const json_t *recorded, const json_t *wanted, char *text,
                       size_t size)
{
    char was[VALUE_SIZE], is[VALUE_SIZE];
    result_text(json_object_get(recorded, key), was, sizeof was);
    result_text(json_object_get(wanted, key), is, sizeof is);
    size_t same = 0, from = 0;
    for (; was[same] && was[same] == is[same]; same++)
        if (was[same] == ',')
            from = same + 1;
    snprintf(text, size, "%s was %s%.80s, now %s%.80s", key, from ? "..." : "", was + from,
             from ? "..." : "", is + from);
}

/* Whether a recorded result is of this run as it is now; the difference goes into text. */
static tuft_status compare(const json_t *found, const settings *of, uint64_t seed, char *text,
                           size_t size, tuft_error *err)
{
    char was[VALUE_SIZE];
    void *config;
    text[0] = '\0';
    tuft_status status = settings_config(of, &config, err);
    if (status)
        return status;
    json_t *wanted = result_config(of->command, config);
    free(config);
    const json_t *recorded = json_object_get(found, "config");
    const char *other = other_option(recorded, wanted);
    if (!same_text(found, "command", of->command->name))
        snprintf(text, size, "no result of tuft %s", of->command->name);
    else if (!same_text(found, "tuft.version", TUFT_VERSION) ||
             !same_text(found, "tuft.commit", TUFT_COMMIT))
        snprintf(text, size, "made by tuft %s, this is %s",
                 result_text(json_path_get(found, "tuft.commit"), was, sizeof was), TUFT_COMMIT);
    else if (other)
        tell_other(other, recorded, wanted, text, size);
    else if ((uint64_t)json_integer_value(json_object_get(found, "seed")) != seed)
        snprintf(text, size, "another seed");
    json_decref(wanted);
    return TUFT_OK;
}

static tuft_status take_value(const sweep_runs *runs, sweep_run *run, const json_t *result,
                              tuft_error *err)
{
    const json_t *value = json_path_get(result, runs->metric);
    if (!json_is_number(value))
        return tuft_fail(err, TUFT_INVALID, "%s: %.100s is %s there, expected a number (--metric)",
                         run->path, runs->metric, value ? "no number" : "not");
    run->value = json_number_value(value);
    run->state = SWEEP_DONE;
    return TUFT_OK;
}

/* Sees whether the run's result is there. */
static tuft_status look(const sweep_runs *runs, sweep_run *run, char *text, size_t size,
                        tuft_error *err)
{
    json_error_t error;
    settings of;
    text[0] = '\0';
    if (!run->path || access(run->path, F_OK) != 0)
        return TUFT_OK;
    json_t *found = json_load_file(run->path, 0, &error);
    if (!found) {
        snprintf(text, size, "damaged: %.80s", error.text);
        return TUFT_OK;
    }
    tuft_status status = settings_of(runs, run, &of, err);
    if (!status) {
        status = compare(found, &of, run->seed, text, size, err);
        settings_free(&of);
    }
    if (!status && !*text)
        status = take_value(runs, run, found, err);
    json_decref(found);
    return status;
}

static tuft_status look_at_all(sweep_runs *runs, sweep_changed changed, tuft_error *err)
{
    char text[300], first[300] = "";
    const char *which = NULL;
    size_t others = 0;
    tuft_status status = TUFT_OK;
    for (size_t i = 0; !status && i < runs->count; i++) {
        sweep_run *run = &runs->run[i];
        status = look(runs, run, text, sizeof text, err);
        runs->there += run->state == SWEEP_DONE;
        if (*text && !others++) {
            memcpy(first, text, sizeof first);
            which = run->path;
        }
    }
    if (status || !others || changed == SWEEP_REDO_CHANGED)
        return status;
    return tuft_fail(err, TUFT_INVALID,
                     "%s: %s (%zu of %zu runs differ so): choose another --out, or --redo", which,
                     first, others, runs->count);
}

tuft_status sweep_runs_open(sweep_runs *runs, const sweep_grid *grid, const settings *base,
                            const char *folder, const char *metric, uint64_t first_seed,
                            size_t seeds, sweep_changed changed, tuft_error *err)
{
    *runs = (sweep_runs){.grid = grid,
                         .base = base,
                         .folder = folder,
                         .metric = metric,
                         .count = grid->points * seeds,
                         .seeds = seeds};
    tuft_status status = TUFT_NEW(&runs->run, runs->count, "runs", err);
    for (size_t i = 0; !status && i < runs->count; i++) {
        runs->run[i].point = i / seeds;
        runs->run[i].seed = first_seed + i % seeds;
        status = name_run(runs, &runs->run[i], err);
    }
    if (!status)
        status = open_folder(runs, err);
    if (!status) {
        remove_halves(runs);
        status = look_at_all(runs, changed, err);
    }
    if (status)
        sweep_runs_free(runs);
    return status;
}

/* ---- doing them ------------------------------------------------------------------------------ */

static tuft_status start(const sweep_runs *runs, size_t which, size_t threads, sweep_child *child,
                         tuft_error *err)
{
    settings of;
    char **arguments;
    size_t count = 0;
    const sweep_run *run = &runs->run[which];
    tuft_status status = settings_of(runs, run, &of, err);
    if (status)
        return status;
    status = settings_arguments(&of, 3, &arguments, &count, err);
    settings_free(&of);
    if (status)
        return status;
    if (asprintf(&arguments[count], "--json=%s", run->path) < 0 ||
        asprintf(&arguments[count + 1], "--threads=%zu", threads) < 0 ||
        !(arguments[count + 2] = strdup("--quiet")))
        status = no_memory(err);
    if (!status)
        status = sweep_child_start(child, which, arguments, err);
    settings_arguments_free(arguments);
    return status;
}

static tuft_status finish(sweep_runs *runs, sweep_child *child, tuft_error *err)
{
    char said[400];
    sweep_run *run = &runs->run[child->which];
    if (sweep_child_end(child, said, sizeof said) != 0) {
        fprintf(stderr, "tuft sweep: %s: %s\n", run->name, said);
        run->state = SWEEP_FAILED;
        runs->failed++;
        return TUFT_OK;
    }
    json_error_t error;
    json_t *result = json_load_file(run->path, 0, &error);
    if (!result)
        return tuft_fail(err, TUFT_FORMAT, "%s: %s", run->path, error.text);
    tuft_status status = take_value(runs, run, result, err);
    json_decref(result);
    return status;
}

tuft_status sweep_runs_do(sweep_runs *runs, size_t jobs, const common_options *common,
                          tuft_error *err)
{
    size_t threads = (size_t)common->threads / jobs, next = 0, working = 0;
    sweep_child *child;
    tuft_status status = TUFT_NEW(&child, jobs, "jobs", err);
    app_progress progress;
    progress_begin(&progress, common, "runs", runs->count - runs->there);
    while (!status) {
        for (size_t j = 0; j < jobs && !status; j++) {
            while (next < runs->count && runs->run[next].state != SWEEP_TO_DO)
                next++;
            if (child[j].pid || next == runs->count)
                continue;
            status = start(runs, next++, threads ? threads : 1, &child[j], err);
            working += !status;
        }
        if (status || !working)
            break;
        sweep_child *ended = sweep_child_wait(child, jobs);
        if (!ended) {
            status =
                tuft_fail(err, TUFT_IO, "sweep: cannot wait for its runs: %s", strerror(errno));
            break;
        }
        status = finish(runs, ended, err);
        working--;
        progress_advance(&progress, 1);
    }
    progress_end(&progress);
    for (size_t j = 0; child && j < jobs; j++)
        sweep_child_kill(&child[j]);
    free(child);
    return status;
}
