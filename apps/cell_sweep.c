#include "apps/cell_sweep.h"

#include "core/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Inputs over which a model shows what it is for. */
typedef struct {
    const char *model;
    double from, to, noise, apical_noise;
    const char *levels, *apical_variable;
} preset;

/* naud-sprekeler: fluctuations of the published background (sd 450 pA, 2 ms) at the soma, and at
 * the dendrite too where bursts are counted. As in Larkum, Senn & Luescher 2004 (Cereb. Cortex
 * 14:1059) the dendritic current of the f-I curves is steady. */
static const preset presets[][8] = {
    [CELL_SWEEP_SOMA] = {{"naud-sprekeler", 0, 1000, 450, 0, "0,150,300,450", NULL},
                         {"two-point-lif", 12, 30, 6, 0, "0,4,6,8", NULL},
                         {"context", 10, 40, 10, 0, "-10,0,10,20", NULL},
                         {"lif-delta", 18, 48, 0, 0, NULL, NULL},
                         {"lif-exponential", 18, 48, 0, 0, NULL, NULL},
                         {"lif-conductance", 90, 290, 0, 0, NULL, NULL},
                         {"adex", 0, 2000, 0, 0, NULL, NULL}},
    [CELL_SWEEP_APICAL] = {{"naud-sprekeler", -400, 600, 450, 450, "200,400,600", NULL},
                           {"two-point-lif", 0, 14, 6, 0, "18,21,24", NULL},
                           {"context", 0, 20, 10, 4, "18,22,26", "bias_feedback"}},
};

static const preset *preset_of(const char *model, cell_sweep_axis axis)
{
    for (const preset *p = presets[axis]; p->model; p++)
        if (strcmp(p->model, model) == 0)
            return p;
    return NULL;
}

static double given(double option, double otherwise)
{
    return isnan(option) ? otherwise : option;
}

/* All but the sweep itself. */
static tuft_status prepare(cell_sweep *run, tuft_error *err)
{
    const cell_sweep_config *c = run->config;
    tuft_status status = cell_subject_new(&run->subject, c->model, c->set, err);
    if (status)
        return status;
    const tuft_cell_model *model = run->subject.model;
    const preset *p = preset_of(model->name, run->axis);
    tuft_rig_input soma = tuft_rig_input_of(model, TUFT_RIG_SOMA),
                   apical = tuft_rig_input_of(model, TUFT_RIG_APICAL);
    const char *levels = c->levels ? c->levels : p ? p->levels : NULL;
    double from = given(c->from, p ? p->from : NAN), to = given(c->to, p ? p->to : NAN);
    run->apical_variable = c->apical_variable ? c->apical_variable : p ? p->apical_variable : NULL;
    int has_apical = run->apical_variable || apical.variable || apical.port;
    if (!soma.variable)
        return tuft_fail(err, TUFT_INVALID, "%s has no input that could be set", model->name);
    if (!has_apical && (run->axis == CELL_SWEEP_APICAL || levels))
        return tuft_fail(err, TUFT_INVALID, "%s has no apical input", model->name);
    if (run->apical_variable)
        status = cell_subject_variable(&run->subject, run->apical_variable, err);
    if (status)
        return status;
    if (!(from < to))
        return isnan(from) || isnan(to)
                   ? tuft_fail(err, TUFT_INVALID, "--from and --to are needed for %s", model->name)
                   : tuft_fail(err, TUFT_INVALID, "--from %g, expected less than --to %g", from,
                               to);
    if (!levels && run->axis == CELL_SWEEP_APICAL)
        return tuft_fail(err, TUFT_INVALID, "--soma is needed for %s", model->name);
    run->soma_unit = soma.unit;
    run->apical_unit = has_apical ? apical.unit : NULL;
    /* --set noise_soma_pa=... holds where --noise is not given. */
    double own = cell_subject_value(&run->subject, "noise_soma_pa");
    double own_apical = cell_subject_value(&run->subject, "noise_apical_pa");
    run->noise = given(c->noise, own > 0 ? own : p ? p->noise : 0);
    run->apical_noise = given(c->apical_noise, own_apical > 0 ? own_apical
                                               : p            ? p->apical_noise
                                                              : 0);
    run->noise_tau =
        given(c->noise_tau, given(cell_subject_value(&run->subject, "tau_noise_ms"), 2));
    run->weight = given(c->weight, 3);
    if (levels)
        status = cell_numbers(run->axis == CELL_SWEEP_SOMA ? "--apical" : "--soma", levels,
                              run->level, CELL_LEVELS, &run->levels, err);
    if (!status)
        status = TUFT_NEW(&run->x, (size_t)c->points, "points", err);
    if (!status)
        cell_numbers_between(from, to, run->x, (size_t)c->points);
    for (size_t i = 0; i < run->levels; i++)
        if (fabs(run->level[i]) < fabs(run->level[run->reference]))
            run->reference = i;
    return status;
}

tuft_status cell_sweep_check(const cell_sweep_config *config, cell_sweep_axis axis, tuft_error *err)
{
    cell_sweep run = {.config = config, .axis = axis};
    tuft_status status = prepare(&run, err);
    cell_sweep_free(&run);
    return status;
}

tuft_rig_settings cell_sweep_rig(const cell_sweep *run, uint32_t cells)
{
    const cell_sweep_config *c = run->config;
    return (tuft_rig_settings){.model = run->subject.model,
                               .parameters = run->subject.parameters,
                               .cells = cells,
                               .step_ms = c->step,
                               .seed = c->common.seed,
                               .threads = (int)c->common.threads,
                               .apical_variable = run->apical_variable,
                               .noise = {run->noise, run->apical_noise},
                               .noise_tau_ms = run->noise_tau,
                               .weight = {0, run->weight}};
}

tuft_sweep_point cell_sweep_point(const cell_sweep *run, size_t level, size_t point)
{
    return run->axis == CELL_SWEEP_SOMA
               ? tuft_sweep_at(&run->sweep, (uint32_t)level, (uint32_t)point)
               : tuft_sweep_at(&run->sweep, (uint32_t)point, (uint32_t)level);
}

static size_t curves_of(const cell_sweep *run)
{
    return run->levels ? run->levels : 1;
}

static tuft_status tabulate(cell_sweep *run, tuft_error *err)
{
    static const char *const columns[] = {"apical",
                                          "soma",
                                          "rate_hz",
                                          "rate_low_hz",
                                          "rate_high_hz",
                                          "cv",
                                          "event_rate_hz",
                                          "event_rate_low_hz",
                                          "event_rate_high_hz",
                                          "burst_probability",
                                          "burst_probability_low",
                                          "burst_probability_high"};
    enum { COLUMNS = sizeof columns / sizeof *columns };
    run->table = (cell_table){.column = columns, .columns = COLUMNS};
    tuft_status status = TUFT_OK;
    for (size_t l = 0; l < curves_of(run); l++)
        for (size_t i = 0; !status && i < (size_t)run->config->points; i++) {
            tuft_sweep_point p = cell_sweep_point(run, l, i);
            double level = run->levels ? run->level[l] : NAN;
            int over_soma = run->axis == CELL_SWEEP_SOMA;
            const double row[COLUMNS] = {over_soma ? level : run->x[i],
                                         over_soma ? run->x[i] : level,
                                         p.rate_hz.mean,
                                         p.rate_hz.low,
                                         p.rate_hz.high,
                                         p.cv,
                                         p.event_rate_hz.mean,
                                         p.event_rate_hz.low,
                                         p.event_rate_hz.high,
                                         p.burst_probability.mean,
                                         p.burst_probability.low,
                                         p.burst_probability.high};
            status = cell_table_add(&run->table, row, err);
        }
    return status;
}

tuft_status cell_sweep_run(cell_sweep *run, const cell_sweep_config *config, cell_sweep_axis axis,
                           tuft_error *err)
{
    *run = (cell_sweep){.config = config, .axis = axis};
    tuft_status status = prepare(run, err);
    if (status)
        return status;
    const double *level = run->levels ? run->level : NULL;
    uint32_t points = (uint32_t)config->points, levels = (uint32_t)curves_of(run);
    int over_soma = axis == CELL_SWEEP_SOMA;
    tuft_sweep_settings settings = {.rig = cell_sweep_rig(run, 0),
                                    .soma = over_soma ? run->x : level,
                                    .apical = over_soma ? level : run->x,
                                    .somas = over_soma ? points : levels,
                                    .apicals = over_soma ? levels : points,
                                    .repeats = (uint32_t)config->cells,
                                    .warm_up_ms = config->warm_up,
                                    .duration_ms = config->duration,
                                    .burst_interval_ms = config->burst_interval};
    status = tuft_sweep_run(&run->sweep, &settings, err);
    return status ? status : tabulate(run, err);
}

void cell_sweep_free(cell_sweep *run)
{
    cell_subject_free(&run->subject);
    tuft_sweep_free(&run->sweep);
    cell_table_free(&run->table);
    free(run->x);
    *run = (cell_sweep){0};
}

const char *cell_sweep_name(const cell_sweep *run, size_t level, char *text, size_t size)
{
    if (!run->levels)
        snprintf(text, size, "%s", run->subject.model->name);
    else if (run->axis == CELL_SWEEP_SOMA)
        snprintf(text, size, "apical %g %s", run->level[level], run->apical_unit);
    else
        snprintf(text, size, "soma %g %s", run->level[level], run->soma_unit);
    return text;
}
