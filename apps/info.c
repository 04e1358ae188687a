/* tuft info: what this build is and what it runs on, for reports of faults and of speed. */
#include "apps/commands.h"
#include "apps/report.h"
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

static tuft_status write_report(const info_config *settings, const report_pair *facts, size_t count,
                                tuft_error *err)
{
    app_report *report;
    tuft_status status = report_new(&report, "Tuft on this machine", NULL, err);
    if (status)
        return status;
    report_pairs(report, NULL, facts, count);
    status = report_write(report, settings->common.report, err);
    report_free(report);
    return status;
}

static tuft_status run(const void *config, tuft_error *err)
{
    const info_config *settings = config;
    struct utsname system = {0};
    char processor[128], hdf5[32], cores[16];
    app_result *result;
    tuft_status status = result_new(&result, &info_command, config, err);
    if (status)
        return status;
    uname(&system);
    processor_name(processor, sizeof processor);
    hdf5_version(hdf5, sizeof hdf5);
    snprintf(cores, sizeof cores, "%d", omp_get_num_procs());
    const report_pair facts[] = {
        {"version", TUFT_VERSION},
        {"commit", TUFT_COMMIT},
        {"compiler", __VERSION__},
        {"system", system.sysname},
        {"release", system.release},
        {"machine", system.machine},
        {"processor", processor},
        {"cores", cores},
        {"openblas", openblas_get_config()},
        {"hdf5", hdf5},
        {"jansson", jansson_version_str()},
        {"sndfile", sf_version_string()},
        {"gsl", gsl_version},
        {"zlib", zlibVersion()},
    };
    enum { FACTS = sizeof facts / sizeof *facts };
    for (size_t i = 0; i < FACTS; i++) {
        printf("%-10s %s\n", facts[i].key, facts[i].value);
        json_object_set_new(result_results(result), facts[i].key, json_string(facts[i].value));
    }
    status = result_write(result, settings->common.json, err);
    result_free(result);
    return status ? status : write_report(settings, facts, FACTS, err);
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
