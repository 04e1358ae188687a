/* tuft info: what this build is and what it runs on, for reports of faults and of speed. */
#include "apps/commands.h"
#include "apps/result.h"
#include "core/version.h"

#include <H5public.h>
#include <cblas.h>
#include <gsl/gsl_version.h>
#include <omp.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <zlib.h>

typedef struct {
    common_options common;
} info_config;

static const info_config defaults = {.common = COMMON_DEFAULTS};

static const command_example examples[] = {
    {"tuft info", "show version, processor and libraries"},
};

static void processor_name(char *text, size_t size)
{
    char line[256];
    snprintf(text, size, "unknown");
    FILE *stream = fopen("/proc/cpuinfo", "r");
    while (stream && fgets(line, sizeof line, stream)) {
        char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) == 0 && colon && colon[1]) {
            snprintf(text, size, "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
            break;
        }
    }
    if (stream)
        fclose(stream);
}

static void hdf5_version(char *text, size_t size)
{
    unsigned major = 0, minor = 0, release = 0;
    H5get_libversion(&major, &minor, &release);
    snprintf(text, size, "%u.%u.%u", major, minor, release);
}

static tuft_status run(const void *config, tuft_error *err)
{
    const info_config *settings = config;
    struct utsname system = {0};
    char processor[128], hdf5[32];
    app_result *result;
    tuft_status status = result_new(&result, &info_command, config, err);
    if (status)
        return status;
    uname(&system);
    processor_name(processor, sizeof processor);
    hdf5_version(hdf5, sizeof hdf5);
    const char *rows[][2] = {
        {"version", TUFT_VERSION},
        {"commit", TUFT_COMMIT},
        {"compiler", __VERSION__},
        {"system", system.sysname},
        {"release", system.release},
        {"machine", system.machine},
        {"processor", processor},
        {"openblas", openblas_get_config()},
        {"hdf5", hdf5},
        {"jansson", jansson_version_str()},
        {"sndfile", sf_version_string()},
        {"gsl", gsl_version},
        {"zlib", zlibVersion()},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        printf("%-10s %s\n", rows[i][0], rows[i][1]);
        json_object_set_new(result_results(result), rows[i][0], json_string(rows[i][1]));
    }
    printf("%-10s %d\n", "cores", omp_get_num_procs());
    json_object_set_new(result_results(result), "cores", json_integer(omp_get_num_procs()));
    status = result_write(result, settings->common.json, err);
    result_free(result);
    return status;
}

const app_command info_command = {
    .name = "info",
    .summary = "version, processor and libraries, for fault reports",
    .description = "Shows what this build of tuft is and what it runs on: version and commit, "
                   "compiler, system, processor, and the libraries in use.",
    COMMAND_EXAMPLES(examples),
    .config_size = sizeof(info_config),
    .defaults = &defaults,
    .run = run,
};
