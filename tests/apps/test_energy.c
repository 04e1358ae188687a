/* tuft energy as its users meet it: the documents' example, results of real runs, bad input. */
#include "apps/energy_profile.h"
#include "apps/page.h"
#include "apps/shell.h"
#include "core/file.h"

#include <criterion/criterion.h>
#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(energy, .init = shell_enter, .fini = shell_leave);

static const char counts[] = "projection,source,spikes,fan_out,targets\n"
                             "input,0,10,3,4\n"
                             "input,1,0,4,4\n"
                             "input,2,5,2,4\n"
                             "recurrent,0,2,4,4\n"
                             "recurrent,1,1,4,4\n";

static void write_text(const char *name, const char *text)
{
    shell_write(name, text, strlen(text));
}

static char *read_text(const char *name)
{
    char path[200];
    unsigned char *content;
    size_t size;
    tuft_error err;
    snprintf(path, sizeof path, "%s/%s", shell_folder(), name);
    cr_assert_eq(tuft_file_read(path, 1 << 24, &content, &size, &err), TUFT_OK, "%s", err.message);
    char *text = calloc(size + 1, 1);
    memcpy(text, content, size);
    free(content);
    return text;
}

static double at(const json_t *root, const char *const *path)
{
    for (; *path; path++) {
        root = json_is_array(root) ? json_array_get(root, strtoul(*path, NULL, 10))
                                   : json_object_get(root, *path);
        cr_assert_not_null(root, "%s", *path);
    }
    cr_assert(json_is_number(root));
    return json_number_value(root);
}
#define AT(root, ...) at((root), (const char *const[]){__VA_ARGS__, NULL})

/* docs/energy.md adds this up by hand: to the last digit. */
Test(energy, the_example_of_the_documents)
{
    write_text("counts.csv", counts);
    cr_assert_eq(shell("\"$TUFT\" energy --from counts.csv --updates 100 --profile loihi "
                       "--explain total --json out.json > said"),
                 0);
    char *said = read_text("said");
    cr_assert(strstr(said, "= 944 pJ\n"), "%s", said);
    cr_assert(strstr(said, "= 283.2 pJ\n"));
    cr_assert(strstr(said, "= 5.2 nJ\n"));
    cr_assert(strstr(said, "= 30.6 pJ\n"));
    cr_assert(strstr(said, "= 18.928 nJ\n"));
    cr_assert(strstr(said, "= 55.12 nJ\n"));
    cr_assert(strstr(said, "sum of 6: 80.5058 nJ\n"), "%s", said);
    cr_assert(strstr(said, "Davies et al."));
    free(said);
    char path[200];
    snprintf(path, sizeof path, "%s/out.json", shell_folder());
    json_t *root = json_load_file(path, 0, NULL);
    cr_assert_float_eq(AT(root, "results", "total_j"), 80505.8e-12, 1e-22);
    cr_assert_float_eq(AT(root, "results", "total_low_j"), 7035.9984e-12, 1e-22);
    cr_assert_float_eq(AT(root, "results", "total_high_j"), 115717.8e-12, 1e-22);
    cr_assert_float_eq(AT(root, "results", "by_projection", "1", "j"), 283.2e-12, 1e-24);
    cr_assert_float_eq(AT(root, "results", "per_synaptic_event_j"), 6457.8e-12 / 52, 1e-24);
    json_decref(root);
}

Test(energy, every_profile_can_be_read_and_says_where_it_is_from)
{
    char names[400], *rest = names;
    int count = 0;
    tuft_error err;
    energy_profile_names(names, sizeof names);
    for (char *name; (name = strsep(&rest, ",")); count++) {
        tuft_energy_profile profile;
        int given = 0;
        name += *name == ' ';
        cr_assert_eq(energy_profile_load(&profile, name, &err), TUFT_OK, "%s", err.message);
        cr_assert_str_eq(profile.name, name);
        for (int c = 0; c < TUFT_COSTS; c++) {
            const tuft_energy_constant *of = &profile.constant[c];
            if (!of->given)
                continue;
            given++;
            cr_assert_gt(of->si[TUFT_ENERGY_LOW], 0);
            cr_assert_leq(of->si[TUFT_ENERGY_LOW], of->si[TUFT_ENERGY_NOMINAL]);
            cr_assert_leq(of->si[TUFT_ENERGY_NOMINAL], of->si[TUFT_ENERGY_HIGH]);
            cr_assert_gt(strlen(of->source), 20);
            cr_assert_geq(of->year, 1990);
        }
        cr_assert_gt(given, 0);
        tuft_energy_profile_free(&profile);
    }
    cr_assert_eq(count, 9);
    cr_assert_eq(shell("\"$TUFT\" energy --list | grep -q 26.pJ"), 0);
}

/* The published constants that everything hangs on, spelt out once more here. */
Test(energy, constants_as_published)
{
    static const struct {
        const char *profile;
        tuft_cost cost;
        double si;
    } published[] = {{"ultrascale-mpsoc-mcc", TUFT_COST_SYNAPTIC_EVENT, 80e-12},
                     {"loihi", TUFT_COST_SYNAPTIC_EVENT, 23.6e-12},
                     {"truenorth", TUFT_COST_SYNAPTIC_EVENT, 26e-12},
                     {"cmos-45nm-int8", TUFT_COST_MAC, 0.23e-12},
                     {"cmos-45nm-fp16", TUFT_COST_MAC, 1.5e-12},
                     {"cmos-45nm-fp32", TUFT_COST_MAC, 4.6e-12},
                     {"cmos-45nm-fp32", TUFT_COST_AC, 0.9e-12}};
    tuft_error err;
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        tuft_energy_profile profile;
        cr_assert_eq(energy_profile_load(&profile, published[i].profile, &err), TUFT_OK);
        cr_assert_float_eq(profile.constant[published[i].cost].si[TUFT_ENERGY_NOMINAL],
                           published[i].si, 1e-15 * published[i].si, "%s", published[i].profile);
        tuft_energy_profile_free(&profile);
    }
}

static const char network[] =
    "{\"tuft_network\": 1, \"duration_ms\": 300, \"populations\": ["
    "{\"name\": \"e\", \"cell\": \"lif-delta\", \"count\": 40, \"parameters\": {\"bias\": 12}},"
    "{\"name\": \"i\", \"cell\": \"lif-delta\", \"count\": 40, \"parameters\": {\"bias\": 12}}],"
    "\"projections\": ["
    "{\"name\": \"sparse\", \"source\": \"e\", \"target\": \"i\", \"connect\": {\"probability\": "
    "0.2},"
    " \"weight\": 0.5, \"delay_ms\": 1},"
    "{\"name\": \"dense\", \"source\": \"i\", \"target\": \"e\", \"connect\": \"all\","
    " \"weight\": -0.1, \"delay_ms\": 1},"
    "{\"name\": \"one\", \"source\": \"e\", \"target\": \"i\", \"connect\": \"one-to-one\","
    " \"weight\": 1, \"delay_ms\": 1}],"
    "\"inputs\": [{\"poisson\": {\"target\": \"e\", \"port\": \"input\", \"rate_hz\": 2000,"
    " \"weight\": 1.5}}]}";

/* Counts of a run, its result and joules of each synapse agree, in CSV and in HDF5. */
Test(energy, synapses_of_a_simulated_network)
{
    write_text("net.json", network);
    cr_assert_eq(
        shell("\"$TUFT\" simulate net.json --quiet --json run.json --counts run.h5 >/dev/null"), 0,
        "%s", shell_said());
    cr_assert_eq(shell("\"$TUFT\" simulate net.json --quiet --counts run.csv >/dev/null"), 0);
    cr_assert_eq(shell("\"$TUFT\" energy run.json --profile loihi --counts run.h5 --synapses "
                       "all.csv --json out.json >/dev/null"),
                 0, "%s", shell_said());
    cr_assert_eq(shell("\"$TUFT\" energy run.json --profile loihi --counts run.h5 --synapses "
                       "all.h5 >/dev/null"),
                 0, "%s", shell_said());
    char path[200], *text = read_text("all.csv"), *rest = text, *line;
    double sum = 0, stored = 0;
    size_t lines = 0;
    cr_assert_str_eq(strsep(&rest, "\n"), "projection,source,target,joules");
    while ((line = strsep(&rest, "\n")) && *line) {
        sum += strtod(strrchr(line, ',') + 1, NULL);
        lines++;
    }
    free(text);
    snprintf(path, sizeof path, "%s/out.json", shell_folder());
    json_t *root = json_load_file(path, 0, NULL), *all;
    double total = 0, synapses = 0;
    all = json_object_get(json_object_get(root, "results"), "by_projection");
    cr_assert_geq(json_array_size(all), 3);
    for (size_t p = 0; p < json_array_size(all); p++) {
        const json_t *one = json_array_get(all, p);
        cr_assert_gt(json_number_value(json_object_get(one, "j")), 0);
        total += json_number_value(json_object_get(one, "j"));
        synapses += json_number_value(json_object_get(one, "synapses"));
    }
    json_decref(root);
    cr_assert_eq((double)lines, synapses);
    cr_assert_float_eq(sum, total, 1e-12 * total);
    snprintf(path, sizeof path, "%s/all.h5", shell_folder());
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    static double joules[40 * 40];
    hid_t data = H5Dopen2(file, "dense/joules", H5P_DEFAULT);
    cr_assert_geq(H5Dread(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, joules), 0);
    for (int k = 0; k < 40 * 40; k++)
        stored += joules[k];
    H5Dclose(data);
    H5Fclose(file);
    cr_assert_gt(stored, 0);
    /* The CSV of counts gives what the result gives, as far as it goes. */
    json_t *listed = shell_result("energy", "--from run.csv --profile truenorth");
    json_t *run = shell_result("energy", "run.json --profile truenorth");
    cr_assert_eq(AT(listed, "results", "total_j"), AT(run, "results", "total_j"));
    json_decref(listed);
    json_decref(run);
}

/* A liquid's reads cost what its own pairs conduct, near what the mean conductance says. */
Test(energy, a_liquid_on_its_own_conductances)
{
    cr_assert_eq(
        shell("\"$TUFT\" classify --dataset synthetic-vision --per-class 4 --preset lin2025 "
              "--set readout.updates=10,group0.maps=40,adc.bits=8,device.read_noise=0.02 "
              "--quiet --json run.json --counts run.h5 >/dev/null"),
        0, "%s", shell_said());
    json_t *mean = shell_result("energy", "run.json --profile rram-40nm");
    json_t *own = shell_result("energy", "run.json --profile rram-40nm --counts run.h5 --synapses "
                                         "all.h5 --report page.html");
    double by_mean = AT(mean, "results", "by_component", "cells", "j");
    double by_own = AT(own, "results", "by_component", "cells", "j");
    cr_assert_neq(by_mean, by_own);
    cr_assert_float_eq(by_mean, by_own, 0.05 * by_own);
    cr_assert_gt(AT(own, "results", "by_component", "converters", "j"), 0);
    cr_assert_gt(AT(own, "results", "training_j"), 0);
    cr_assert_gt(AT(own, "results", "neurobench", "activation_sparsity"), 0);
    json_decref(mean);
    json_decref(own);
    char *page = read_text("page.html");
    const char *fault = page_fault(page), *unwanted = page_unwanted(page);
    cr_assert_null(fault, "%.80s", fault);
    cr_assert_null(unwanted, "%.80s", unwanted);
    cr_assert(strstr(page, "The dearest synapses."));
    cr_assert(strstr(page, "Constants of rram-40nm"));
    free(page);
}

Test(energy, runs_and_profiles_compared)
{
    write_text("a.csv", counts);
    write_text("b.csv", "projection,source,spikes,fan_out\nonly,0,26,4\n");
    json_t *got = shell_result("energy", "--from a.csv --from b.csv --profile truenorth,loihi "
                                         "--csv table.csv --seconds 0");
    json_t *results = json_object_get(got, "results");
    cr_assert_eq(json_array_size(json_object_get(results, "bills")), 4);
    cr_assert_eq(json_array_size(json_object_get(results, "comparisons")), 3);
    /* 104 events against 52 on the same hardware: twice, whatever the constants. */
    cr_assert_eq(AT(results, "comparisons", "1", "ratio"), 2);
    cr_assert_eq(AT(results, "comparisons", "1", "low"), 2);
    cr_assert_eq(AT(results, "comparisons", "1", "high"), 2);
    json_decref(got);
    char *table = read_text("table.csv");
    cr_assert(strstr(table, "\na.csv,truenorth,input,synapses,"), "%s", table);
    cr_assert(strstr(table, "\nb.csv,loihi,,total,"), "%s", table);
    free(table);
}

/* ---- bad input ------------------------------------------------------------------------------- */

static void refused(const char *name, const char *text, const char *said)
{
    char arguments[300];
    write_text(name, text);
    if (strstr(name, ".csv"))
        snprintf(arguments, sizeof arguments, "--profile loihi --from %s", name);
    else if (strncmp(name, "profile", 7) == 0)
        snprintf(arguments, sizeof arguments, "--from good.csv --profile ./%s", name);
    else
        snprintf(arguments, sizeof arguments, "--profile loihi %s", name);
    shell_refused("energy", 1, said, arguments);
}

Test(energy, counts_that_make_no_sense)
{
    refused("1.csv", "", "no counts");
    refused("2.csv", "source,spikes\n0,1\n", "line 1: expected the header");
    refused("3.csv", "projection,source,spikes,fan_out\nx,0,1\n", "line 2: 3 fields, expected 4");
    refused("4.csv", "projection,source,spikes,fan_out\nx,0,-1,2\n", "spikes \"-1\"");
    refused("5.csv", "projection,source,spikes,fan_out\nx,0,1.5,2\n", "spikes \"1.5\"");
    refused("6.csv", "projection,source,spikes,fan_out,synaptic_events\nx,0,3,2,7\n",
            "line 2: synaptic_events 7, 3 spikes x fan_out 2 are 6");
    refused("7.csv", "projection,source,spikes,fan_out\nx,0,1,2\nx,1,1,2\nx,0,1,2\n",
            "line 4: source 0 of x stands in line 2 already");
    refused("8.csv", "projection,source,spikes,fan_out,targets\nx,0,1,5,4\n",
            "fan_out is larger than targets");
    refused("9.csv", "projection,source,spikes,fan_out\nx,0,9007199254740992,4000000000\n",
            "past 2^53");
    refused("10.csv", "projection,source,spikes,fan_out\nx,4294967294,1,4000000000\n", "bytes");
    shell_refused("energy", 1, "absent.csv", "--profile loihi --from absent.csv");
}

Test(energy, profiles_that_make_no_sense)
{
    static const char head[] =
        "{\"tuft_energy_profile\": 1, \"name\": \"x\", \"title\": \"x\", \"sources\": {\"s\": "
        "{\"citation\": \"somebody\", \"year\": 2000}}, \"constants\": {";
    static const struct {
        const char *constants, *said;
    } bad[] = {
        {"\"synaptic_event\": {\"value\": -1, \"unit\": \"pJ\", \"source\": \"s\", \"evidence\": "
         "\"measured\"}",
         "constants.synaptic_event.value: -1, expected over 0"},
        {"\"synaptic_event\": {\"unit\": \"pJ\", \"source\": \"s\", \"evidence\": \"measured\"}",
         "constants.synaptic_event.value: missing"},
        {"\"synaptic_event\": {\"value\": 1, \"unit\": \"mW\", \"source\": \"s\", \"evidence\": "
         "\"measured\"}",
         "the unit of a power, expected an energy"},
        {"\"synaptic_event\": {\"value\": 1, \"source\": \"s\", \"evidence\": \"measured\"}",
         "constants.synaptic_event.unit: missing"},
        {"\"synaptic_event\": {\"value\": 1, \"unit\": \"pJ\", \"source\": \"t\", \"evidence\": "
         "\"measured\"}",
         "is not among sources"},
        {"\"synaptic_event\": {\"value\": 1, \"unit\": \"pJ\", \"source\": \"s\", \"evidence\": "
         "\"guessed\"}",
         "unknown evidence \"guessed\""},
        {"\"synaptic_event\": {\"value\": 1, \"low\": 2, \"unit\": \"pJ\", \"source\": \"s\", "
         "\"evidence\": \"measured\"}",
         "expected them in this order"},
        {"\"synaptic_evnt\": {}", "did you mean \"synaptic_event\"?"},
        {"\"read_voltage\": {\"value\": 1, \"unit\": \"V\", \"source\": \"s\", \"evidence\": "
         "\"measured\"}",
         "constants.read_time: missing, expected beside read_voltage"},
        {"", "no constants"},
    };
    char text[1000];
    write_text("good.csv", counts);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(text, sizeof text, "%s%s}}", head, bad[i].constants);
        refused("profile.json", text, bad[i].said);
    }
    refused("profile.json", "{\"tuft_energy_profile\": 2}", "tuft_energy_profile: 2, expected 1");
    shell_refused("energy", 1, "there is cmos-45nm-fp16", "--from good.csv --profile pentium");
    shell_refused("energy", 1, "did you mean 'loihi'?", "--from good.csv --profile loihy");
    shell_refused("energy", 2, "--profile is missing", "--from good.csv");
    shell_refused("energy", 2, "RESULT is missing", "--profile loihi");
    shell_refused("energy", 1, "no such number", "--from good.csv --profile loihi --explain weird");
    shell_refused("energy", 1, "absent.json", "--from good.csv --profile ./absent.json");
}

Test(energy, results_that_make_no_sense)
{
    static const char form[] =
        "{\"tuft\": {\"version\": \"%s\", \"commit\": \"x\"}, \"command\": \"classify\", "
        "\"results\": {}, \"ledger\": {\"synaptic_events\": %s, \"neuron_updates\": %s, "
        "\"spikes\": "
        "1, \"projections\": [{\"name\": \"p\", \"kind\": \"%s\", \"sources\": 2, \"targets\": 3, "
        "\"synapses\": %s, \"synaptic_events\": %s%s}]}}";
    static const struct {
        const char *version, *total, *updates, *kind, *synapses, *events, *more, *said;
    } bad[] = {
        {"99.0.0", "6", "1", "dense", "6", "6", "", "made by tuft 99.0.0, newer than this"},
        {"what", "6", "1", "dense", "6", "6", "", "expected a version"},
        {"0.1.0", "7", "1", "dense", "6", "6", "",
         "ledger.synaptic_events: 7, the projections have 6"},
        {"0.1.0", "6", "-1", "dense", "6", "6", "", "ledger.neuron_updates: -1"},
        {"0.1.0", "7", "1", "dense", "6", "7", "", "no multiple of the fan-out of 3"},
        {"0.1.0", "6", "1", "dense", "5", "6", "", "5 synapses, expected 2 x 3"},
        {"0.1.0", "6", "1", "dense", "6", "6", ", \"source_spikes\": 3", "expected 9 of 3 spikes"},
        {"0.1.0", "6", "1", "one-to-one", "6", "6", "", "expected one a cell"},
        {"0.1.0", "6", "1", "sparse", "5", "\"6\"", "", "projections[0].synaptic_events: a string"},
    };
    char text[1000];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(text, sizeof text, form, bad[i].version, bad[i].total, bad[i].updates, bad[i].kind,
                 bad[i].synapses, bad[i].events, bad[i].more);
        refused("result.json", text, bad[i].said);
    }
    snprintf(text, sizeof text, form, "0.1.0", "6", "1", "dense", "6", "6", "");
    write_text("good.json", text);
    cr_assert_eq(shell("\"$TUFT\" energy good.json --profile loihi >/dev/null"), 0, "%s",
                 shell_said());
    refused("result.json", "{\"tuft\": {\"version\": \"0.1.0\"}, \"command\": \"info\"}",
            "ledger: missing");
    refused("result.json", "[]", "an array, expected an object");
    refused("result.json", "{\"tuft\"", "line 1");
    /* Counts of another run. */
    write_text("no.h5", "no HDF5");
    shell_refused("energy", 1, "no.h5", "good.json --profile loihi --counts no.h5");
    shell_refused("energy", 1, "--counts FILE.h5", "good.json --profile loihi --synapses x.csv");
    write_text("net.json", network);
    cr_assert_eq(
        shell("\"$TUFT\" simulate net.json --quiet --json run.json --counts run.h5 >/dev/null"), 0);
    cr_assert_eq(shell("\"$TUFT\" simulate net.json --quiet --seed 5 --counts other.h5 >/dev/null"),
                 0);
    shell_refused("energy", 1, "no projection \"p\"", "good.json --profile loihi --counts run.h5");
    shell_refused("energy", 1, "spikes x fan-out give",
                  "run.json --profile loihi --counts other.h5");
}
