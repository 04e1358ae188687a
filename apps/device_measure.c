#include "apps/device.h"
#include "core/memory.h"

#include <gsl/gsl_fft_real.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { VECTORS = 8, LEAST_SIZE = 32, DECADES_FROM = 0, ARRAY = 0, PROBE_ARRAY = 1 };

/* ---- distributions --------------------------------------------------------------------------- */

static tuft_status settle(device_run *run, tuft_error *err)
{
    const tuft_crossbar *from = &run->target;
    size_t n = (size_t)from->rows * from->columns;
    run->settled = *from;
    run->settled.plus = run->settled.minus = NULL;
    tuft_status status = TUFT_NEW(&run->settled.plus, n, "cells", err);
    if (!status)
        status = TUFT_NEW(&run->settled.minus, n, "cells", err);
    if (status)
        return status;
    memcpy(run->settled.plus, from->plus, n * sizeof(float));
    memcpy(run->settled.minus, from->minus, n * sizeof(float));
    return tuft_crossbar_settle(&run->settled, &run->macro.device, run->config->common.seed, ARRAY,
                                run->macro.seconds, err);
}

static tuft_status measure_distribution(device_run *run, tuft_error *err)
{
    tuft_status status = settle(run, err);
    run->pairs = (size_t)run->settled.rows * run->settled.columns;
    run->cells = 2 * run->pairs;
    if (!status)
        status = TUFT_NEW(&run->cell, run->cells, "cells", err);
    if (!status)
        status = TUFT_NEW(&run->pair, run->pairs, "pairs", err);
    for (size_t k = 0; !status && k < run->pairs; k++) {
        run->cell[2 * k] = run->settled.plus[k];
        run->cell[2 * k + 1] = run->settled.minus[k];
        run->pair[k] = run->cell[2 * k] - run->cell[2 * k + 1];
    }
    if (!status)
        status = tuft_distribution_fit(&run->normal, TUFT_FIT_NORMAL, run->cell, run->cells, err);
    if (!status)
        status =
            tuft_distribution_fit(&run->lognormal, TUFT_FIT_LOGNORMAL, run->cell, run->cells, err);
    if (!status)
        status =
            tuft_distribution_fit(&run->difference, TUFT_FIT_NORMAL, run->pair, run->pairs, err);
    return status;
}

/* ---- retention ------------------------------------------------------------------------------- */

static void moments(const tuft_crossbar *c, device_age *age)
{
    size_t n = (size_t)c->rows * c->columns;
    double sum = 0, squares = 0;
    for (size_t k = 0; k < n; k++)
        sum += (double)c->plus[k] + c->minus[k];
    age->mean = sum / (2 * (double)n);
    for (size_t k = 0; k < n; k++)
        squares += pow(c->plus[k] - age->mean, 2) + pow(c->minus[k] - age->mean, 2);
    age->sd = sqrt(squares / (2 * (double)n));
}

/* Drift alone, in decades from t0: mean G(t) = mean G0 exp(-nu x + (nu_sd x)^2 / 2), x = ln(t /
 * t0), since exp of a normal has that mean. */
static tuft_status measure_retention(device_run *run, tuft_error *err)
{
    const tuft_device *d = &run->macro.device;
    tuft_device drift = tuft_device_defaults;
    drift.drift_nu = d->drift_nu;
    drift.drift_nu_sd = d->drift_nu_sd;
    drift.drift_t0_s = d->drift_t0_s;
    size_t n = (size_t)run->target.rows * run->target.columns;
    tuft_crossbar now = run->target;
    now.plus = now.minus = NULL;
    tuft_status status = TUFT_NEW(&now.plus, n, "cells", err);
    if (!status)
        status = TUFT_NEW(&now.minus, n, "cells", err);
    for (int k = 0; !status && k < DEVICE_AGES; k++) {
        device_age *age = &run->age[k];
        age->seconds = d->drift_t0_s * pow(10, DECADES_FROM + k);
        memcpy(now.plus, run->target.plus, n * sizeof(float));
        memcpy(now.minus, run->target.minus, n * sizeof(float));
        status =
            tuft_crossbar_settle(&now, &drift, run->config->common.seed, ARRAY, age->seconds, err);
        moments(&now, age);
        double x = log(age->seconds / d->drift_t0_s), s = d->drift_nu_sd * x;
        age->expected = run->age[0].mean * exp(-d->drift_nu * x + s * s / 2);
    }
    tuft_crossbar_free(&now);
    return status;
}

/* ---- read noise ------------------------------------------------------------------------------ */

static void fill_inputs(float *voltage, uint32_t rows, double full, uint64_t seed, uint64_t which)
{
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_INPUT, which);
    for (uint32_t i = 0; i < rows; i++)
        voltage[i] = (float)(full * (2 * tuft_random_uniform(&random) - 1));
}

/* Adds the periodogram of one column's reads, its mean taken out; returns the sum of squares. */
static double add_power(double *series, size_t reads, double variance, double *power)
{
    double mean = 0, squares = 0;
    for (size_t k = 0; k < reads; k++)
        mean += series[k] / (double)reads;
    for (size_t k = 0; k < reads; k++) {
        series[k] -= mean;
        squares += series[k] * series[k];
    }
    gsl_fft_real_radix2_transform(series, 1, reads);
    for (size_t f = 1; f < reads / 2; f++)
        power[f - 1] += (series[f] * series[f] + series[reads - f] * series[reads - f]) /
                        ((double)reads * variance);
    return squares / variance;
}

static double column_variance(const device_run *run, const float *voltage, uint32_t column)
{
    const tuft_device *d = &run->macro.device;
    double sum = 0;
    for (uint32_t i = 0; i < run->settled.rows; i++) {
        size_t k = (size_t)i * run->settled.columns + column;
        double plus = d->read_relative * run->settled.plus[k];
        double minus = d->read_relative * run->settled.minus[k];
        sum += (double)voltage[i] * voltage[i] *
               (plus * plus + minus * minus + 2 * d->read_siemens * d->read_siemens);
    }
    return sum;
}

/* Reads of one input over and over, noise alone: the spectrum over reads is flat, at the variance
 * sum V^2 s^2. */
static tuft_status read_over_and_over(device_run *run, tuft_macro_reader *reader,
                                      const float *voltage, double *all, double *current,
                                      tuft_error *err)
{
    size_t reads = (size_t)run->config->reads, columns = run->settled.columns;
    double squares = 0;
    for (size_t k = 0; k < reads; k++) {
        tuft_status status = tuft_macro_read(reader, voltage, k, current, err);
        if (status)
            return status;
        for (size_t j = 0; j < columns; j++)
            all[j * reads + k] = current[j];
    }
    for (uint32_t j = 0; j < columns; j++)
        squares += add_power(all + j * reads, reads, column_variance(run, voltage, j), run->power);
    run->noise_ratio = sqrt(squares / ((double)columns * (double)(reads - 1)));
    for (size_t f = 0; f < run->frequencies; f++) {
        run->frequency[f] = (double)(f + 1) / (double)reads;
        run->power[f] /= (double)columns;
    }
    return TUFT_OK;
}

static tuft_status measure_noise(device_run *run, tuft_error *err)
{
    const tuft_device *d = &run->macro.device;
    size_t reads = (size_t)run->config->reads;
    run->noise_ratio = NAN;
    if (d->read_relative <= 0 && d->read_siemens <= 0)
        return TUFT_OK;
    run->frequencies = reads / 2 - 1;
    tuft_macro_config noisy = tuft_macro_ideal;
    noisy.device.read_relative = d->read_relative;
    noisy.device.read_siemens = d->read_siemens;
    noisy.noise = run->macro.noise;
    tuft_macro *macro = NULL;
    tuft_macro_reader *reader = NULL;
    float *voltage = NULL;
    double *all = NULL, *current = NULL;
    tuft_status status =
        tuft_macro_new(&macro, &run->settled, &noisy, run->config->common.seed, ARRAY, err);
    if (!status)
        status = tuft_macro_reader_new(&reader, macro, err);
    if (!status)
        status = TUFT_NEW(&voltage, run->settled.rows, "inputs", err);
    if (!status)
        status = TUFT_NEW(&current, run->settled.columns, "currents", err);
    if (!status)
        status = TUFT_NEW(&all, reads * run->settled.columns, "reads", err);
    if (!status)
        status = TUFT_NEW(&run->frequency, run->frequencies, "spectrum", err);
    if (!status)
        status = TUFT_NEW(&run->power, run->frequencies, "spectrum", err);
    if (!status) {
        fill_inputs(voltage, run->settled.rows, run->macro.dac.full, run->config->common.seed, 0);
        status = read_over_and_over(run, reader, voltage, all, current, err);
    }
    free(voltage);
    free(all);
    free(current);
    tuft_macro_reader_free(reader);
    tuft_macro_free(macro);
    return status;
}

/* ---- matrix-vector products ------------------------------------------------------------------ */

static void add_effect(device_run *run, const char *name, const tuft_macro_config *config)
{
    run->effect[run->effects++] = (device_effect){.name = name, .config = *config};
}

/* Each effect that is on, by itself, then all. Wires are solved for exactly: few reads. */
static void list_effects(device_run *run)
{
    const tuft_macro_config *all = &run->macro;
    const tuft_device *d = &all->device;
    tuft_macro_config one = tuft_macro_ideal;
    one.dac.full = all->dac.full;
    one.tile_rows = all->tile_rows;
    one.tile_columns = all->tile_columns;
    const tuft_macro_config none = one;
    if (d->program_relative > 0 || d->program_siemens > 0) {
        one.device.program_relative = d->program_relative;
        one.device.program_siemens = d->program_siemens;
        add_effect(run, "programming", &one);
        one = none;
    }
    if (d->drift_nu != 0 || d->drift_nu_sd > 0) {
        one.device.drift_nu = d->drift_nu;
        one.device.drift_nu_sd = d->drift_nu_sd;
        one.device.drift_t0_s = d->drift_t0_s;
        one.seconds = all->seconds;
        add_effect(run, "drift", &one);
        one = none;
    }
    if (d->stuck_off > 0 || d->stuck_on > 0) {
        one.device.stuck_off = d->stuck_off;
        one.device.stuck_on = d->stuck_on;
        one.device.off_siemens = d->off_siemens;
        one.device.on_siemens = d->on_siemens;
        add_effect(run, "stuck cells", &one);
        one = none;
    }
    if (d->read_relative > 0 || d->read_siemens > 0) {
        one.device.read_relative = d->read_relative;
        one.device.read_siemens = d->read_siemens;
        add_effect(run, "read noise", &one);
        one = none;
    }
    if (all->method != TUFT_WIRES_NONE) {
        one.method = TUFT_WIRES_EXACT;
        one.wires = all->wires;
        one.tolerance = all->tolerance;
        add_effect(run, "wires", &one);
        one = none;
    }
    if (all->dac.bits != TUFT_CONVERTER_IDEAL) {
        one.dac = all->dac;
        one.drive = all->drive;
        add_effect(run, "DAC", &one);
        one = none;
    }
    if (all->adc.bits != TUFT_CONVERTER_IDEAL) {
        one.adc = all->adc;
        add_effect(run, "ADC", &one);
    }
    one = *all;
    if (one.method != TUFT_WIRES_NONE)
        one.method = TUFT_WIRES_EXACT;
    add_effect(run, "all", &one);
}

/* The corner of an array. */
static tuft_status corner(const tuft_crossbar *of, uint32_t rows, uint32_t columns,
                          tuft_crossbar *out, tuft_error *err)
{
    *out = (tuft_crossbar){.rows = rows, .columns = columns, .sd_siemens = of->sd_siemens};
    tuft_status status = TUFT_NEW(&out->plus, (size_t)rows * columns, "cells", err);
    if (!status)
        status = TUFT_NEW(&out->minus, (size_t)rows * columns, "cells", err);
    for (uint32_t i = 0; !status && i < rows; i++) {
        size_t from = (size_t)i * of->columns, to = (size_t)i * columns;
        memcpy(out->plus + to, of->plus + from, columns * sizeof(float));
        memcpy(out->minus + to, of->minus + from, columns * sizeof(float));
    }
    return status;
}

static tuft_status product_error(const device_run *run, const tuft_crossbar *target,
                                 device_effect *effect, size_t size, tuft_error *err)
{
    const tuft_macro_config *config = &effect->config;
    tuft_macro *macro = NULL;
    tuft_macro_reader *reader = NULL;
    float *voltage = NULL;
    double *current = NULL, *ideal = NULL, wrong = 0, right = 0, both = 0, got = 0;
    uint64_t seed = run->config->common.seed;
    tuft_status status = tuft_macro_new(&macro, target, config, seed, ARRAY, err);
    if (!status)
        status = tuft_macro_reader_new(&reader, macro, err);
    if (!status)
        status = TUFT_NEW(&voltage, target->rows, "inputs", err);
    if (!status)
        status = TUFT_NEW(&current, target->columns, "currents", err);
    if (!status)
        status = TUFT_NEW(&ideal, target->columns, "currents", err);
    for (uint64_t v = 0; !status && v < VECTORS; v++) {
        fill_inputs(voltage, target->rows, config->dac.full, seed, v + 1);
        status = tuft_macro_read(reader, voltage, v, current, err);
        tuft_crossbar_read(target, voltage, ideal);
        for (uint32_t j = 0; j < target->columns; j++) {
            wrong += pow(current[j] - ideal[j], 2);
            right += ideal[j] * ideal[j];
            both += ideal[j] * current[j];
            got += current[j] * current[j];
        }
    }
    effect->error[size] = sqrt(wrong / right);
    /* Least squares, ideal = gain x current: what is left is 1 - correlation^2. */
    effect->scaled[size] = sqrt(fmax(0, 1 - both * both / (right * got)));
    free(voltage);
    free(current);
    free(ideal);
    tuft_macro_reader_free(reader);
    tuft_macro_free(macro);
    return status;
}

static tuft_status measure_products(device_run *run, tuft_error *err)
{
    list_effects(run);
    uint32_t most =
        run->target.rows < 2 * run->target.columns ? run->target.rows : 2 * run->target.columns;
    for (uint32_t n = LEAST_SIZE; run->sizes < DEVICE_SIZES - 1 && n < most; n *= 2)
        run->size[run->sizes++] = n;
    run->size[run->sizes++] = most & ~1u;
    tuft_status status = TUFT_OK;
    for (size_t s = 0; !status && s < run->sizes; s++) {
        tuft_crossbar target;
        status = corner(&run->target, run->size[s], run->size[s] / 2, &target, err);
        for (size_t e = 0; !status && e < run->effects; e++)
            status = product_error(run, &target, &run->effect[e], s, err);
        tuft_crossbar_free(&target);
    }
    return status;
}

/* ---- all of it ------------------------------------------------------------------------------- */

tuft_status device_measure(device_run *run, app_result *result, tuft_error *err)
{
    result_stage(result, "distribution");
    tuft_status status = measure_distribution(run, err);
    result_stage(result, "retention");
    if (!status)
        status = measure_retention(run, err);
    result_stage(result, "noise");
    if (!status)
        status = measure_noise(run, err);
    result_stage(result, "products");
    if (!status)
        status = measure_products(run, err);
    result_stage(result, NULL);
    return status;
}

void device_measured_free(device_run *run)
{
    tuft_crossbar_free(&run->target);
    tuft_crossbar_free(&run->settled);
    free(run->cell);
    free(run->pair);
    free(run->frequency);
    free(run->power);
}
