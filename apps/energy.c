/* tuft energy: what a run costs on the hardware that a profile describes. */
#include "apps/energy.h"

#include "apps/commands.h"
#include "apps/energy_profile.h"
#include "apps/suggest.h"
#include "core/file.h"
#include "core/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_MOST = 64 };

static const energy_config defaults = {
    .common = COMMON_DEFAULTS, .seconds = NAN, .updates = OPTION_UNSET, .top = 10};

static const app_option operands[] = {
    {.metavar = "RESULT",
     .help = "JSON files that --json of classify, zero-shot, simulate or enhance wrote",
     .type = OPTION_TYPE_TEXTS,
     .offset = OPTION_MEMBER(energy_config, results, option_texts)},
};

static const app_option options[] = {
    OPTION_SECTION("Hardware"),
    OPTION_TEXT(energy_config, profile, "profile", "A,B,...",
                "profiles by name (--list), or files of one's own: FILE.json"),
    OPTION_SWITCH(energy_config, list, "list", "every profile with its constants and sources"),
    OPTION_REAL(energy_config, seconds, "seconds", "S", 0, INFINITY,
                "how long the hardware works, for its static power (default: the profile's times, "
                "else what was simulated)"),
    OPTION_SECTION("Counts of another simulator"),
    OPTION_TEXTS(energy_config, from, "from", "FILE",
                 "CSV projection,source,spikes,fan_out[,targets][,synaptic_events]; may be given "
                 "again"),
    OPTION_INTEGER(energy_config, updates, "updates", "N", 0, 9007199254740992.0,
                   "neuron updates of the run that --from has the spikes of"),
    OPTION_SECTION("Each synapse (of the first result, on the first profile)"),
    OPTION_TEXT(energy_config, counts, "counts", "FILE",
                "what --counts of the same run wrote (HDF5)"),
    OPTION_TEXT(energy_config, synapses, "synapses", "FILE",
                "joules of each synapse: CSV, or HDF5 (.h5)"),
    OPTION_TEXT(energy_config, projection, "projection", "NAME", "of this projection alone"),
    OPTION_INTEGER(energy_config, top, "top", "K", 1, 1000, "how many of the dearest to list"),
    OPTION_SECTION("Output"),
    OPTION_TEXT(energy_config, explain, "explain", "NAME",
                "how a number came about, constant by constant: total, dynamic, training, a "
                "component or a projection"),
    OPTION_TEXT(energy_config, csv, "csv", "FILE", "all tables as CSV"),
};

static const command_example examples[] = {
    {"tuft energy n-mnist.json --profile rram-40nm,loihi,cmos-45nm-int8 --report energy.html",
     "one run on three kinds of hardware"},
    {"tuft energy lsm.json srnn.json --profile cmos-45nm-fp32", "two runs on the same hardware"},
    {"tuft energy n-mnist.json --profile loihi --explain synapses",
     "where a number comes from, and who published its constants"},
    {"tuft energy n-mnist.json --profile rram-40nm --counts n-mnist.h5 --synapses joules.csv",
     "joules of each synapse, from the conductances that were read"},
    {"tuft energy --from counts.csv --profile truenorth", "spike counts of another simulator"},
};

/* ---- names ----------------------------------------------------------------------------------- */

const tuft_energy_bill *energy_bill(const energy_run *run, size_t input, size_t profile)
{
    return &run->bill[input * run->profiles + profile];
}

const energy_input *energy_input_of(const energy_run *run, size_t bill)
{
    return &run->input[bill / run->profiles];
}

const char *energy_bill_name(const energy_run *run, size_t bill, char *text, size_t size)
{
    snprintf(text, size, "%s on %s", energy_input_of(run, bill)->label,
             run->bill[bill].profile->name);
    return text;
}

tuft_energy_ratio energy_ratio(const energy_run *run, size_t bill, tuft_energy_part part, int *each)
{
    tuft_energy_ratio ratio = tuft_energy_compare(&run->bill[bill], &run->bill[0], part);
    double a = run->bill[bill].activity->recordings, b = run->bill[0].activity->recordings;
    *each = part != TUFT_ENERGY_TRAINING && a > 0 && b > 0;
    for (int l = 0; *each && l < TUFT_ENERGY_LEVELS; l++)
        ratio.at[l] *= b / a;
    return ratio;
}

double energy_even(const energy_run *run, size_t bill)
{
    return bill && bill < run->profiles ? energy_break_even(&run->bill[bill], &run->bill[0])
                                        : (double)NAN;
}

tuft_status energy_choose(const tuft_energy_activity *activity, const char *name,
                          energy_choice *out, tuft_error *err)
{
    const char *known[NAMES_MOST];
    size_t count = 0;
    *out = (energy_choice){-1, -1, TUFT_ENERGY_RUN};
    known[count++] = "total";
    known[count++] = "dynamic";
    for (int c = 0; c < TUFT_COMPONENTS; c++)
        known[count++] = tuft_component_name((tuft_component)c);
    for (uint32_t p = 0; p < activity->projections && count < NAMES_MOST; p++)
        known[count++] = activity->projection[p].name;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(known[i], name) != 0)
            continue;
        if (i == 1)
            out->part = TUFT_ENERGY_DYNAMIC;
        if (i >= 2 && i < 2 + TUFT_COMPONENTS)
            out->component = (int)i - 2;
        if (i >= 2 + TUFT_COMPONENTS)
            out->projection = (int64_t)i - 2 - TUFT_COMPONENTS;
        return TUFT_OK;
    }
    const char *nearest = suggest_nearest(name, known, count);
    return tuft_fail(err, TUFT_INVALID, "--explain '%.60s': no such number%s%s%s", name,
                     nearest ? ", did you mean '" : "; total, a component or a projection",
                     nearest ? nearest : "", nearest ? "'?" : "");
}

int energy_chosen(const energy_choice *choice, const tuft_energy_term *term)
{
    if (choice->component >= 0)
        return (int)term->component == choice->component;
    if (choice->projection >= 0)
        return term->projection == choice->projection;
    return term->component != TUFT_COMPONENT_TRAINING &&
           (choice->part != TUFT_ENERGY_DYNAMIC || term->component != TUFT_COMPONENT_STATIC);
}

/* ---- reading --------------------------------------------------------------------------------- */

static tuft_status read_profiles(energy_run *run, tuft_error *err)
{
    char all[400], *rest, *names = run->config->profile ? strdup(run->config->profile) : NULL;
    tuft_status status = TUFT_OK;
    if (!names)
        return tuft_fail(err, TUFT_INVALID, "--profile is missing: %s, or a FILE.json",
                         energy_profile_names(all, sizeof all));
    rest = names;
    for (char *name; !status && (name = strsep(&rest, ","));) {
        if (run->profiles == ENERGY_PROFILES)
            status =
                tuft_fail(err, TUFT_INVALID, "--profile: more than %d profiles", ENERGY_PROFILES);
        if (!status)
            status = energy_profile_load(&run->profile[run->profiles], name, err);
        if (!status)
            run->profiles++;
    }
    free(names);
    return status;
}

static tuft_status read_inputs(energy_run *run, tuft_error *err)
{
    const energy_config *c = run->config;
    tuft_status status = TUFT_NEW(&run->input, c->results.count + c->from.count, "results", err);
    for (size_t i = 0; !status && i < c->results.count; i++) {
        status = energy_input_read(&run->input[run->inputs], c->results.text[i], err);
        run->inputs += !status;
    }
    for (size_t i = 0; !status && i < c->from.count; i++) {
        status = energy_input_csv(&run->input[run->inputs], c->from.text[i], err);
        if (!status && c->updates != OPTION_UNSET)
            run->input[run->inputs].activity.neuron_updates = (uint64_t)c->updates;
        run->inputs += !status;
    }
    for (size_t i = 0; !status && i < run->inputs; i++)
        run->input[i].activity.seconds = c->seconds;
    if (!status && c->counts)
        status = energy_input_counts(&run->input[0], c->counts, err);
    return status;
}

/* A constant that the run itself has: its read voltage, its mean conductance. */
static void take_from_run(tuft_energy_constant *constant, double value, const char *unit)
{
    if (!constant->given || isnan(value))
        return;
    for (int l = 0; l < TUFT_ENERGY_LEVELS; l++)
        constant->si[l] = constant->shown[l] = value;
    snprintf(constant->unit, sizeof constant->unit, "%s", unit);
    constant->note = (char *)"of the run";
}

static tuft_status make_bills(energy_run *run, tuft_error *err)
{
    size_t bills = run->inputs * run->profiles;
    tuft_status status = TUFT_NEW(&run->adapted, bills, "profiles", err);
    if (!status)
        status = TUFT_NEW(&run->bill, bills, "bills", err);
    for (size_t b = 0; !status && b < bills; b++) {
        const energy_input *input = energy_input_of(run, b);
        run->adapted[b] = run->profile[b % run->profiles];
        take_from_run(&run->adapted[b].constant[TUFT_COST_READ_VOLTAGE], input->volt, "V");
        take_from_run(&run->adapted[b].constant[TUFT_COST_CELL_CONDUCTANCE], input->siemens, "S");
        status = tuft_energy_bill_new(&run->bill[b], &input->activity, &run->adapted[b], err);
        if (status)
            tuft_fail_prefix(err, status, input->path);
    }
    return status;
}

/* ---- the command ----------------------------------------------------------------------------- */

static tuft_status check(const void *config, tuft_error *err)
{
    const energy_config *c = config;
    const char *const path[] = {c->common.json, c->common.report, c->csv, c->synapses};
    static const char *const name[] = {"--json", "--report", "--csv", "--synapses"};
    enum { PATHS = sizeof path / sizeof *path };
    for (int i = 0; i < PATHS; i++)
        for (int k = i + 1; k < PATHS; k++)
            if (path[i] && path[k] && strcmp(path[i], path[k]) == 0)
                return tuft_fail(err, TUFT_INVALID, "%s and %s name the same file '%.200s'",
                                 name[i], name[k], path[i]);
    if (c->list)
        return TUFT_OK;
    if (!c->results.count && !c->from.count)
        return tuft_fail(err, TUFT_INVALID, "RESULT is missing, or --from FILE, or --list");
    if (!c->profile)
        return tuft_fail(err, TUFT_INVALID, "--profile is missing: see tuft energy --list");
    if (c->counts && !c->results.count)
        return tuft_fail(err, TUFT_INVALID, "--counts goes with a RESULT");
    if (c->updates != OPTION_UNSET && !c->from.count)
        return tuft_fail(err, TUFT_INVALID, "--updates goes with --from");
    return TUFT_OK;
}

/* Said before anything is written. */
static tuft_status check_names(const energy_run *run, tuft_error *err)
{
    energy_choice choice;
    tuft_status status = TUFT_OK;
    for (size_t i = 0; !status && run->config->explain && i < run->inputs; i++)
        status = energy_choose(&run->input[i].activity, run->config->explain, &choice, err);
    return status;
}

static tuft_status publish(energy_run *run, app_result *result, tuft_error *err)
{
    const energy_config *c = run->config;
    energy_matrix *matrix = NULL;
    size_t matrices = 0;
    tuft_status status = check_names(run, err);
    if (status)
        return status;
    if (c->synapses || c->projection || (c->common.report && run->input[0].edges))
        status = energy_matrices(run, &matrix, &matrices, err);
    if (!status && c->synapses)
        status = energy_matrices_write(run, matrix, matrices, c->synapses, err);
    if (!status)
        energy_json(run, result_results(result));
    if (!status)
        status = result_write(result, c->common.json, err);
    if (!status && c->csv)
        status = energy_csv(run, c->csv, err);
    if (!status && c->common.report)
        status = energy_report(run, matrix, matrices, err);
    if (!status && c->explain)
        status = energy_explain(run, err);
    else if (!status)
        energy_print(run, matrix, matrices);
    energy_matrices_free(matrix, matrices);
    return status;
}

static tuft_status list_profiles(energy_run *run, tuft_error *err)
{
    energy_config all = *run->config;
    char names[400], list[400], *to = list;
    energy_profile_names(names, sizeof names);
    for (const char *from = names; *from; from++) /* "a, b" -> "a,b" */
        if (*from != ' ')
            *to++ = *from;
    *to = 0;
    if (!all.profile)
        all.profile = list;
    run->config = &all;
    tuft_status status = read_profiles(run, err);
    if (!status)
        energy_print_profiles(run);
    return status;
}

static tuft_status run(const void *config, tuft_error *err)
{
    energy_run run = {.config = config};
    app_result *result = NULL;
    tuft_status status = TUFT_OK;
    if (run.config->list) {
        status = list_profiles(&run, err);
    } else {
        status = read_profiles(&run, err);
        if (!status)
            status = read_inputs(&run, err);
        if (!status)
            status = make_bills(&run, err);
        if (!status)
            status = result_new(&result, &energy_command, config, err);
        if (!status)
            status = publish(&run, result, err);
    }
    for (size_t b = 0; run.bill && b < run.inputs * run.profiles; b++)
        tuft_energy_bill_free(&run.bill[b]);
    for (size_t p = 0; p < run.profiles; p++)
        tuft_energy_profile_free(&run.profile[p]);
    for (size_t i = 0; i < run.inputs; i++)
        energy_input_free(&run.input[i]);
    free(run.adapted);
    free(run.bill);
    free(run.input);
    result_free(result);
    return status;
}

const app_command energy_command = {
    .name = "energy",
    .summary = "what a run costs in joules, constant by constant",
    .description =
        "Every run counts its synaptic events, neuron updates and spikes. This turns the counts "
        "of a result into joules on hardware that a profile describes: by component, by "
        "projection, by synapse, with the interval that the sources of the constants give.\n\n"
        "A profile charges what it has constants for; what was counted and has none is listed as "
        "left out, never guessed. Each constant has a citation, a year, and says whether it was "
        "measured or estimated (--list, --explain). Several results and profiles are compared by "
        "their ratios.",
    COMMAND_OPERANDS(operands),
    COMMAND_OPTIONS(options),
    COMMAND_EXAMPLES(examples),
    .config_size = sizeof(energy_config),
    .defaults = &defaults,
    .check = check,
    .run = run,
};
