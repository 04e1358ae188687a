/* tuft device: what an array of resistive memory is, and what reading it gives. */
#include "apps/device.h"

#include "apps/commands.h"
#include "apps/macro_values.h"
#include "apps/measured_array.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const distributions[] = {"normal", "lognormal", NULL};
static const char *const effects[] = {"nominal", "none", NULL};

static const device_config defaults = {
    .common = COMMON_DEFAULTS, .rows = 512, .pairs = 256, .reads = 1024, .mean_us = 20, .sd_us = 6};

static const app_option options[] = {
    OPTION_SECTION("Array"),
    OPTION_INTEGER(device_config, rows, "rows", "N", 8, 4096, "word lines of the array"),
    OPTION_INTEGER(device_config, pairs, "pairs", "N", 4, 2048,
                   "differential pairs on each of them: twice as many bit lines"),
    OPTION_CHOICE(device_config, distribution, "distribution", distributions,
                  "normal or lognormal"),
    OPTION_REAL(device_config, mean_us, "mean", "US", 1e-6, 1e6, "mean conductance, microsiemens"),
    OPTION_REAL(device_config, sd_us, "sd", "US", 1e-9, 1e6, "spread, microsiemens"),
    OPTION_TEXT(device_config, conductances, "conductances", "FILE",
                "draw from measured values (siemens, text) instead"),
    OPTION_TEXT(device_config, map, "map", "FILE",
                "a measured array, cell by cell: CSV, or HDF5 with a dataset `conductance`"),
    OPTION_CHOICE(device_config, unit, "unit", measured_units, "of the map: S, mS, uS or nS"),
    OPTION_TEXT(device_config, export, "export", "FILE",
                "write the cells as they are now: CSV, or HDF5 where the name ends in .h5"),
    OPTION_SECTION("Effects"),
    OPTION_CHOICE(device_config, effects, "effects", effects,
                  "what to start from: nominal values of all, or none"),
    OPTION_TEXT(device_config, set, "set", "NAME=VALUE,...",
                "change some: device.read_noise=0.05,adc.bits=6 (docs/device.md)"),
    OPTION_INTEGER(device_config, reads, "reads", "N", 16, 65536,
                   "reads of the noise spectrum, a power of two"),
};

static const command_example examples[] = {
    {"tuft device --report device.html", "the nominal macro, with figures"},
    {"tuft device --effects none --set device.read_noise=0.05,adc.bits=6",
     "two effects, all others off"},
    {"tuft device --map measured.csv --unit uS --effects none",
     "the distribution of a measured array"},
    {"tuft device --rows 64 --pairs 32 --export array.h5", "a sampled array for others"},
};

static tuft_status configured(const device_config *c, tuft_macro_config *macro, tuft_error *err)
{
    *macro = c->effects ? tuft_macro_ideal : tuft_macro_nominal;
    return macro_values_set(macro, c->set, err);
}

static tuft_status check(const void *config, tuft_error *err)
{
    const device_config *c = config;
    tuft_macro_config macro;
    const char *const path[] = {c->common.json, c->common.report, c->export};
    static const char *const name[] = {"--json", "--report", "--export"};
    for (int i = 0; i < 3; i++)
        for (int k = i + 1; k < 3; k++)
            if (path[i] && path[k] && strcmp(path[i], path[k]) == 0)
                return tuft_fail(err, TUFT_INVALID, "%s and %s name the same file '%.200s'",
                                 name[i], name[k], path[i]);
    if (c->reads & (c->reads - 1))
        return tuft_fail(err, TUFT_INVALID, "--reads %lld, expected a power of two",
                         (long long)c->reads);
    if (c->map && c->conductances)
        return tuft_fail(err, TUFT_INVALID, "--map and --conductances: expected one of them");
    return configured(c, &macro, err);
}

/* ---- the array ------------------------------------------------------------------------------- */

static tuft_status make_array(device_run *run, tuft_error *err)
{
    const device_config *c = run->config;
    tuft_conductance model = {.kind = c->distribution ? TUFT_CONDUCTANCE_LOGNORMAL
                                                      : TUFT_CONDUCTANCE_NORMAL,
                              .mean_siemens = 1e-6 * c->mean_us,
                              .sd_siemens = 1e-6 * c->sd_us};
    double *table = NULL;
    if (c->map)
        return measured_array_load(c->map, c->unit, &run->target, err);
    tuft_status status =
        c->conductances ? tuft_conductance_load(c->conductances, &model, &table, err) : TUFT_OK;
    if (!status && c->conductances)
        status = tuft_conductance_check_unit(c->conductances, model.mean_siemens, err);
    if (!status)
        status = tuft_crossbar_sample(&run->target, &model, (uint32_t)c->rows, (uint32_t)c->pairs,
                                      c->common.seed, 0, err);
    free(table);
    return status;
}

static tuft_status export_array(const device_run *run, tuft_error *err)
{
    tuft_conductance_map map;
    if (!run->config->export)
        return TUFT_OK;
    tuft_status status = tuft_conductance_map_of(&map, &run->settled, err);
    if (!status)
        status = tuft_conductance_map_save(&map, run->config->export, err);
    tuft_conductance_map_free(&map);
    return status;
}

/* ---- results --------------------------------------------------------------------------------- */

static json_t *fit_json(const tuft_fit *fit)
{
    return json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "values",
                     (json_int_t)fit->count, "centre", result_real(fit->centre), "centre_se",
                     result_real(fit->centre_se), "spread", result_real(fit->spread), "spread_se",
                     result_real(fit->spread_se), "mean", result_real(fit->mean), "sd",
                     result_real(fit->sd), "chi2", result_real(fit->chi2), "distance",
                     result_real(fit->distance));
}

static json_t *ages_json(const device_run *run)
{
    json_t *ages = json_array();
    for (int k = 0; k < DEVICE_AGES; k++) {
        const device_age *a = &run->age[k];
        json_array_append_new(
            ages, json_pack("{s:o, s:o, s:o, s:o}", "seconds", result_real(a->seconds),
                            "mean_siemens", result_real(a->mean), "sd_siemens", result_real(a->sd),
                            "closed_form_siemens", result_real(a->expected)));
    }
    return ages;
}

static json_t *products_json(const device_run *run)
{
    json_t *errors = json_array(), *sizes = json_array();
    for (size_t s = 0; s < run->sizes; s++)
        json_array_append_new(sizes, json_integer(run->size[s]));
    for (size_t e = 0; e < run->effects; e++)
        json_array_append_new(errors, json_pack("{s:s, s:o}", "effect", run->effect[e].name,
                                                "relative_error",
                                                result_vector(run->effect[e].error, run->sizes)));
    return json_pack("{s:o, s:o}", "cells_a_side", sizes, "effects", errors);
}

static void fill_result(const device_run *run, app_result *result)
{
    json_t *all = result_results(result);
    json_object_set_new(all, "rows", json_integer(run->target.rows));
    json_object_set_new(all, "pairs", json_integer(run->target.columns));
    json_object_set_new(all, "normal_fit", fit_json(&run->normal));
    json_object_set_new(all, "lognormal_fit", fit_json(&run->lognormal));
    json_object_set_new(all, "pair_difference_fit", fit_json(&run->difference));
    json_object_set_new(all, "retention", ages_json(run));
    json_object_set_new(all, "read_noise_sd_over_closed_form", result_real(run->noise_ratio));
    json_object_set_new(all, "read_noise_spectrum", result_vector(run->power, run->frequencies));
    json_object_set_new(all, "products", products_json(run));
    result_config_set(result, "macro", macro_values_json(&run->macro));
}

static void print(const device_run *run)
{
    const device_age *last = &run->age[DEVICE_AGES - 1];
    int normal = run->normal.distance <= run->lognormal.distance;
    const tuft_fit *best = normal ? &run->normal : &run->lognormal;
    printf("array of %u word lines, %u pairs\n", run->target.rows, run->target.columns);
    printf("conductance     %.4g +- %.4g uS, %s fits better (distance %.4f, chi2 %.2f)\n",
           1e6 * best->mean, 1e6 * best->sd, normal ? "normal" : "lognormal", best->distance,
           best->chi2);
    printf("pair difference %.4g +- %.4g uS (sqrt 2 x %.4g)\n", 1e6 * run->difference.mean,
           1e6 * run->difference.sd, 1e6 * run->difference.sd / sqrt(2));
    printf("retention       %.4g uS after %.3g s (closed form %.4g)\n", 1e6 * last->mean,
           last->seconds, 1e6 * last->expected);
    if (run->frequencies)
        printf("read noise      %.4f of the closed form's spread, over %lld reads\n",
               run->noise_ratio, (long long)run->config->reads);
    printf("error of I = V G, relative (last column: after one gain for all)\n  %-12s",
           "cells a side");
    for (size_t s = 0; s < run->sizes; s++)
        printf(" %8u", run->size[s]);
    printf(" %8u", run->size[run->sizes - 1]);
    for (size_t e = 0; e < run->effects; e++) {
        printf("\n  %-12s", run->effect[e].name);
        for (size_t s = 0; s < run->sizes; s++)
            printf(" %8.4f", run->effect[e].error[s]);
        printf(" %8.4f", run->effect[e].scaled[run->sizes - 1]);
    }
    printf("\n");
}

static tuft_status work(device_run *run, app_result *result, tuft_error *err)
{
    result_stage(result, "sample");
    tuft_status status = tuft_macro_config_check(&run->macro, err);
    if (!status)
        status = make_array(run, err);
    if (!status)
        status = device_measure(run, result, err);
    if (!status)
        status = export_array(run, err);
    if (!status) {
        fill_result(run, result);
        status = result_write(result, run->config->common.json, err);
    }
    if (!status && run->config->common.report)
        status = device_report(run, result, err);
    if (!status)
        print(run);
    return status;
}

static tuft_status run(const void *settings, tuft_error *err)
{
    device_run run = {.config = settings};
    app_result *result = NULL;
    tuft_status status = configured(run.config, &run.macro, err);
    if (!status)
        status = result_new(&result, &device_command, run.config, err);
    if (!status)
        status = work(&run, result, err);
    device_measured_free(&run);
    result_free(result);
    return status;
}

const app_command device_command = {
    .name = "device",
    .summary = "an array of resistive memory: what it is and how well it multiplies",
    .description =
        "Samples an array of differential pairs (or reads a measured one), fits its distribution, "
        "and measures what its effects do: pair differences, retention, the spectrum of read noise "
        "over repeated reads, and the error of matrix-vector products against an ideal array, "
        "effect by effect, as the array grows.\n\n"
        "Effects start from nominal values or from none, and each can be set by name.",
    COMMAND_OPTIONS(options),
    COMMAND_EXAMPLES(examples),
    .config_size = sizeof(device_config),
    .defaults = &defaults,
    .check = check,
    .run = run,
};
