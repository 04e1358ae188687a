/* Networks from files: what is wrong with one is said where it stands. */
#include "apps/network_file.h"
#include "apps/network_memory.h"
#include "apps/network_run.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/tuft-test-network-XXXXXX";
static char path[64];

static void enter(void)
{
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/net.json", folder);
}

static void leave(void)
{
    char line[128];
    snprintf(line, sizeof line, "rm -rf %s", folder);
    cr_assert_eq(system(line), 0);
}

TestSuite(network_file, .init = enter, .fini = leave);

static void write_bytes(const void *content, size_t size)
{
    FILE *stream = fopen(path, "wb");
    cr_assert_not_null(stream);
    cr_assert_eq(fwrite(content, 1, size, stream), size);
    fclose(stream);
}

static const network_overrides no_overrides = {0};

/* Fails unless the file is refused with "PATH-OF-FILE: " and what. */
static void refused_with(const network_overrides *overrides, const char *text, const char *what)
{
    tuft_error err = {0};
    network_file file;
    char expected[TUFT_MESSAGE_SIZE];
    write_bytes(text, strlen(text));
    cr_assert_neq(network_file_read(&file, path, overrides, &err), TUFT_OK, "%s", text);
    snprintf(expected, sizeof expected, "%s: %s", path, what);
    cr_assert_str_eq(err.message, expected, "%s\n  gave  %s\n  not   %s", text, err.message,
                     expected);
    cr_assert(!file.document && !file.population && !file.populations);
}

static void refused(const char *text, const char *what)
{
    refused_with(&no_overrides, text, what);
}

static void accepted(network_file *file, const char *text)
{
    tuft_error err = {0};
    write_bytes(text, strlen(text));
    cr_assert_eq(network_file_read(file, path, &no_overrides, &err), TUFT_OK, "%s: %s", text,
                 err.message);
}

#define HEAD "{\"tuft_network\": 1, \"duration_ms\": 10, "
/* Two populations and a source; what follows them is the test's. */
#define CELLS                                                                                      \
    "\"populations\": [{\"name\": \"a\", \"cell\": \"lif-delta\", \"count\": 4},"                  \
    " {\"name\": \"b\", \"cell\": \"two-point-lif\", \"count\": 3},"                               \
    " {\"name\": \"in\", \"cell\": \"source\", \"count\": 4},"                                     \
    " {\"name\": \"noise\", \"cell\": \"poisson\", \"count\": 4,"                                  \
    "  \"parameters\": {\"rate_hz\": 10}}]"
#define FED              "{\"spikes\": {\"source\": \"in\", \"time_ms\": [1], \"cell\": [0]}}"
#define POPULATION(rest) HEAD "\"populations\": [" rest "]}"
#define LIF(rest)        POPULATION("{\"name\": \"a\", \"cell\": \"lif-delta\", \"count\": 4, " rest "}")
#define PROJECTION(rest) HEAD CELLS ", \"inputs\": [" FED "], \"projections\": [{" rest "}]}"
#define A_TO_A(rest)                                                                               \
    PROJECTION("\"source\": \"a\", \"target\": \"a\", \"connect\": \"all\", \"weight\": 1, " rest)
#define CONNECT(rest)                                                                              \
    PROJECTION("\"source\": \"a\", \"target\": \"a\", \"weight\": 1, \"connect\": " rest)
#define INPUT(rest)  HEAD CELLS ", \"inputs\": [" FED ", " rest "]}"
#define RECORD(rest) HEAD CELLS ", \"inputs\": [" FED "], \"records\": [" rest "]}"

Test(network_file, syntax)
{
    char missing[TUFT_MESSAGE_SIZE];
    tuft_error err;
    network_file file;
    refused("", "line 1, column 0: '[' or '{' expected near end of file");
    refused("{\n  \"tuft_network\": 1,,\n}", "line 2, column 21: string or '}' expected near ','");
    refused("{\"tuft_network\": 1", "line 1, column 18: '}' expected near end of file");
    refused("{\"seed\": NaN}", "line 1, column 12: invalid token near 'NaN'");
    refused("{\"seed\": 1e999}", "line 1, column 14: real number overflow near '1e999'");
    refused("{\"seed\": 1, \"seed\": 2}",
            "line 1, column 18: duplicate object key near '\"seed\"'");
    refused("{} {}", "line 1, column 4: end of file expected near '{'");
    refused("[1]", "an array, expected an object");
    refused("{}", "tuft_network: missing: not a tuft network (expected 1)");
    unlink(path);
    cr_assert_eq(network_file_read(&file, path, &no_overrides, &err), TUFT_IO);
    snprintf(missing, sizeof missing, "%s: ", path);
    cr_assert(strstr(err.message, missing) == err.message, "%s", err.message);
}

Test(network_file, the_run)
{
    refused("{\"tuft_network\": 2}", "tuft_network: 2, expected 1 to 1");
    refused("{\"tuft_network\": 1, \"duration\": 5}",
            "duration: unknown key (did you mean \"duration_ms\"?)");
    refused("{\"tuft_network\": 1, \"whatever it is\": 5}", "\"whatever it is\": unknown key");
    refused("{\"tuft_network\": 1}", "duration_ms: missing, expected a number (or --duration MS)");
    refused("{\"tuft_network\": 1, \"duration_ms\": \"5\"}",
            "duration_ms: a string, expected a number");
    refused("{\"tuft_network\": 1, \"duration_ms\": 0}",
            "duration_ms: 0 ms is under one tick of 0.1 ms");
    refused("{\"tuft_network\": 1, \"duration_ms\": -3}", "duration_ms: -3 ms, expected 0 or more");
    refused("{\"tuft_network\": 1, \"duration_ms\": 1.25}",
            "duration_ms: 1.25 ms is not a whole number of ticks of 0.1 ms");
    refused("{\"tuft_network\": 1, \"duration_ms\": 1e300}",
            "duration_ms: 1e+300 ms are more than 2^53 ticks of 0.1 ms");
    refused("{\"tuft_network\": 1, \"tick_us\": 0}", "tick_us: 0, expected 1e-06 to 1000000000");
    refused("{\"tuft_network\": 1, \"duration_ms\": 1, \"seed\": 1.5}",
            "seed: 1.5, expected a whole number");
    refused("{\"tuft_network\": 1, \"duration_ms\": 1, \"seed\": -1}",
            "seed: -1, expected 0 to 9.00719925474099e+15");
    refused("{\"tuft_network\": 1, \"duration_ms\": 1, \"seed\": 99999999999999999999}",
            "line 1, column 66: too big integer near '99999999999999999999'");
    refused("{\"tuft_network\": 1, \"duration_ms\": 1}", "populations: missing, expected an array");
    refused("{\"tuft_network\": 1, \"duration_ms\": 1, \"populations\": []}",
            "populations: 0 elements, expected 1 or more");
}

Test(network_file, populations)
{
    refused(POPULATION("7"), "populations[0]: a number, expected an object");
    refused(POPULATION("{}"), "populations[0].name: missing, expected a string");
    refused(POPULATION("{\"name\": \"\"}"), "populations[0].name: \"\" is empty");
    refused(POPULATION("{\"name\": \"a/b\"}"),
            "populations[0].name: \"a/b\", expected up to 40 letters, digits, '_', '-' and '.'");
    refused(POPULATION("{\"name\": \"a\"}"), "populations[0].cell: missing, expected a string");
    refused(POPULATION("{\"name\": \"a\", \"cell\": \"lfi-delta\"}"),
            "populations[0].cell: unknown model \"lfi-delta\" (did you mean \"lif-delta\"?)");
    refused(POPULATION("{\"name\": \"a\", \"cell\": \"sourec\"}"),
            "populations[0].cell: unknown model \"sourec\" (did you mean \"source\"?)");
    refused(POPULATION("{\"name\": \"a\", \"cell\": \"lif-delta\"}"),
            "populations[0].count: missing, expected a whole number");
    refused(POPULATION("{\"name\": \"a\", \"cell\": \"lif-delta\", \"count\": 0}"),
            "populations[0].count: 0, expected 1 to 2147483647");
    refused(POPULATION("{\"name\": \"a\", \"cell\": \"lif-delta\", \"count\": 1e12}"),
            "populations[0].count: 1000000000000, expected 1 to 2147483647");
    refused(POPULATION("{\"name\": \"a\", \"cell\": \"lif-delta\", \"cuont\": 1}"),
            "populations[0].cuont: unknown key (did you mean \"count\"?)");
    refused(POPULATION("{\"name\": \"a\", \"cell\": \"source\", \"count\": 1, \"mode\": \"x\"}"),
            "populations[0].mode: unknown key");
    refused(POPULATION("{\"name\": \"a\", \"cell\": \"source\", \"count\": 1}"),
            "populations[0]: source \"a\" has no spikes: give it {\"events\": ...}, {\"spikes\": "
            "...} or --input FILE");
    refused(POPULATION("{\"name\": \"a\", \"cell\": \"lif-delta\", \"count\": 1},"
                       "{\"name\": \"a\", \"cell\": \"lif-delta\", \"count\": 1}"),
            "populations[1].name: \"a\" is the name of populations[0] already");
    refused(LIF("\"mode\": \"clocket\""),
            "populations[0].mode: unknown mode \"clocket\" (did you mean \"clocked\"?)");
    refused(LIF("\"mode\": \"event-driven\", \"step_ms\": 0.1"),
            "populations[0].step_ms: an event-driven population has no step");
    refused(LIF("\"step_ms\": 0.15"),
            "populations[0].step_ms: 0.15 ms is not a whole number of ticks of 0.1 ms");
    refused(POPULATION("{\"name\": \"a\", \"cell\": \"adex\", \"count\": 1, \"mode\": "
                       "\"event-driven\"}"),
            "populations[0].mode: adex is clocked only");
    refused(POPULATION("{\"name\": \"a\", \"cell\": \"poisson\", \"count\": 1, \"mode\": "
                       "\"clocked\"}"),
            "populations[0].mode: poisson is event-driven only");
}

Test(network_file, parameters)
{
    refused(LIF("\"parameters\": 3"), "populations[0].parameters: expected an object");
    refused(LIF("\"parameters\": {\"tau_m\": 3}"),
            "populations[0].parameters.tau_m: unknown parameter of lif-delta \"tau_m\" (did you "
            "mean \"tau_m_ms\"?)");
    refused(LIF("\"parameters\": {\"tau_m_ms\": null}"),
            "populations[0].parameters.tau_m_ms: null, expected a number");
    refused(LIF("\"parameters\": {\"threshold\": 10, \"tau_m_ms\": -5}"),
            "populations[0].parameters.tau_m_ms: membrane time constant -5 ms, expected over 0");
    refused(LIF("\"parameters\": {\"tau_m_ms\": [20, 20, -1, 20]}"),
            "populations[0].parameters.tau_m_ms: membrane time constant -1 ms, expected over 0");
    refused(LIF("\"parameters\": {\"tau_m_ms\": [20, 20]}"),
            "populations[0].parameters.tau_m_ms: 2 numbers, expected one for each of 4 cells");
    refused(LIF("\"parameters\": {\"tau_m_ms\": [20, 20, \"x\", 20]}"),
            "populations[0].parameters.tau_m_ms[2]: a string, expected a number");
    refused(LIF("\"parameters\": {\"tau_m_ms\": {\"norml\": [20, 1]}}"),
            "populations[0].parameters.tau_m_ms: unknown distribution \"norml\" (did you mean "
            "\"normal\"?)");
    refused(LIF("\"parameters\": {\"tau_m_ms\": {\"normal\": [20, -1]}}"),
            "populations[0].parameters.tau_m_ms.normal: standard deviation -1, expected 0 or more");
    refused(LIF("\"parameters\": {\"tau_m_ms\": {\"uniform\": [20]}}"),
            "populations[0].parameters.tau_m_ms.uniform: 1 elements, expected 2");
    refused(LIF("\"parameters\": {\"tau_m_ms\": {\"uniform\": [20, 10]}}"),
            "populations[0].parameters.tau_m_ms.uniform: from 20 to 10, expected an end that is no "
            "less");
    refused(LIF("\"parameters\": {\"tau_m_ms\": {\"uniform\": [1, 2], \"normal\": [1, 2]}}"),
            "populations[0].parameters.tau_m_ms: 2 keys, expected one: the kind of distribution");
    refused(LIF("\"parameters\": {\"v_reset\": {\"uniform\": [1, 2]}}"),
            "populations[0].parameters.v_reset: lif-delta has one for all its cells, expected a "
            "number");
    refused(LIF("\"parameters\": {\"reset\": \"valeu\"}"),
            "populations[0].parameters.reset: unknown reset \"valeu\" (did you mean "
            "\"value\"?)");
    refused(LIF("\"initial\": {\"membrain\": 1}"),
            "populations[0].initial.membrain: unknown variable of lif-delta \"membrain\" (did you "
            "mean \"membrane\"?)");
    refused(LIF("\"initial\": {\"membrane\": [1, 2]}"),
            "populations[0].initial.membrane: 2 numbers, expected one for each of 4 cells");
}

Test(network_file, projections)
{
    refused(PROJECTION("\"source\": \"c\""),
            "projections[0].source: unknown population \"c\" (did you mean \"a\"?)");
    refused(PROJECTION("\"source\": \"a\""), "projections[0].target: missing, expected a string");
    refused(PROJECTION("\"source\": \"a\", \"target\": \"elsewhere\""),
            "projections[0].target: unknown population \"elsewhere\" (there is \"a\", \"b\", "
            "\"in\", \"noise\")");
    refused(PROJECTION("\"source\": \"a\", \"target\": \"in\""),
            "projections[0].target: \"in\" is a source and takes no input");
    refused(PROJECTION("\"source\": \"a\", \"target\": \"noise\""),
            "projections[0].target: \"noise\" is a poisson population and takes no input");
    refused(PROJECTION("\"source\": \"a\", \"target\": \"b\""),
            "projections[0].port: missing, expected a string");
    refused(PROJECTION("\"source\": \"a\", \"target\": \"b\", \"port\": \"apicla\""),
            "projections[0].port: unknown port of two-point-lif \"apicla\" (did you mean "
            "\"apical\"?)");
    refused(PROJECTION("\"source\": \"a\", \"target\": \"a\""),
            "projections[0].connect: missing, expected \"all\", \"one-to-one\" or a rule as "
            "{\"probability\": 0.1}");
    refused(CONNECT("\"al\""),
            "projections[0].connect: unknown rule \"al\" (did you mean \"all\"?)");
    refused(CONNECT("{}"), "projections[0].connect: 0 rules, expected one of \"probability\", "
                           "\"in_degree\", \"out_degree\", \"file\"");
    refused(CONNECT("{\"probability\": 0.1, \"in_degree\": 2}"),
            "projections[0].connect: 2 rules, expected one of \"probability\", \"in_degree\", "
            "\"out_degree\", \"file\"");
    refused(CONNECT("{\"probability\": 1.5}"),
            "projections[0].connect.probability: 1.5, expected 0 to 1");
    refused(CONNECT("{\"probabilty\": 0.5}"),
            "projections[0].connect.probabilty: unknown key (did you mean \"probability\"?)");
    refused(CONNECT("{\"in_degree\": 5}"),
            "projections[0].connect.in_degree: 5, but there are 4 cells to choose from");
    refused(CONNECT("{\"out_degree\": 4, \"autapses\": false}"),
            "projections[0].connect.out_degree: 4, but there are 3 cells to choose from");
    refused(CONNECT("{\"probability\": 0.1, \"autapses\": 1}"),
            "projections[0].connect.autapses: a number, expected true or false");
    refused(CONNECT("{\"probability\": 0.1, \"multapses\": true}"),
            "projections[0].connect.multapses: only for in_degree and out_degree");
    refused(PROJECTION("\"source\": \"a\", \"target\": \"b\", \"port\": \"soma\", \"connect\": "
                       "{\"probability\": 1, \"autapses\": false}"),
            "projections[0].connect.autapses: only within one population");
    refused(PROJECTION("\"source\": \"a\", \"target\": \"b\", \"port\": \"soma\", \"connect\": "
                       "\"one-to-one\""),
            "projections[0].connect: one-to-one from 4 cells to 3");
    refused(PROJECTION("\"source\": \"a\", \"target\": \"a\", \"connect\": \"all\""),
            "projections[0].weight: missing, expected a number");
    refused(A_TO_A("\"delay_ms\": 0.01"),
            "projections[0].delay_ms: 0.01 ms is under one tick of 0.1 ms");
    refused(A_TO_A("\"delay_ms\": 0"), "projections[0].delay_ms: 0 ms is under one tick of 0.1 ms");
    refused(A_TO_A("\"delay_ms\": 0.25"),
            "projections[0].delay_ms: 0.25 ms is not a whole number of ticks of 0.1 ms");
    refused(A_TO_A("\"delay_ms\": -1"), "projections[0].delay_ms: -1 ms, expected 0 or more");
    refused(A_TO_A("\"delay_ms\": 1e9"),
            "projections[0].delay_ms: more than 2147483647 ticks of 0.1 ms");
    refused(A_TO_A("\"delay_ms\": {\"uniform\": [0.05, 2]}"),
            "projections[0].delay_ms: 0.05 ms is under one tick of 0.1 ms");
}

Test(network_file, plasticity)
{
    refused(A_TO_A("\"plasticity\": 1"), "projections[0].plasticity: a number, expected an object");
    refused(A_TO_A("\"plasticity\": {}"),
            "projections[0].plasticity.rule: missing, expected a string");
    refused(A_TO_A("\"plasticity\": {\"rule\": \"stpd\"}"),
            "projections[0].plasticity.rule: unknown rule \"stpd\" (did you mean \"stdp\"?)");
    refused(A_TO_A("\"plasticity\": {\"rule\": \"stdp\", \"parameters\": {\"tau_plus\": 1}}"),
            "projections[0].plasticity.parameters.tau_plus: unknown parameter of stdp "
            "\"tau_plus\" (did you mean \"tau_plus_ms\"?)");
    refused(A_TO_A("\"plasticity\": {\"rule\": \"stdp\", \"parameters\": {\"pairing\": "
                   "\"nearst\"}}"),
            "projections[0].plasticity.parameters.pairing: unknown pairing \"nearst\" (did you "
            "mean \"nearest\"?)");
    refused(PROJECTION("\"source\": \"a\", \"target\": \"a\", \"connect\": \"one-to-one\", "
                       "\"weight\": 1, \"plasticity\": {\"rule\": \"stdp\"}"),
            "projections[0].plasticity: a one-to-one projection cannot learn");
}

Test(network_file, inputs)
{
    refused(INPUT("{\"poison\": {}}"),
            "inputs[1]: unknown input \"poison\" (did you mean \"poisson\"?)");
    refused(INPUT("{\"poisson\": {\"target\": \"a\", \"weight\": 1}}"),
            "inputs[1].poisson.rate_hz: missing, expected a number");
    refused(INPUT("{\"poisson\": {\"target\": \"a\", \"weight\": 1, \"rate_hz\": -3}}"),
            "inputs[1].poisson.rate_hz: rate of -3 Hz, expected 0 or more");
    refused(INPUT("{\"poisson\": {\"target\": \"in\", \"weight\": 1, \"rate_hz\": 3}}"),
            "inputs[1].poisson.target: \"in\" is a source and takes no input");
    refused(INPUT("{\"poisson\": {\"target\": \"a\", \"rate_hz\": 3}}"),
            "inputs[1].poisson.weight: missing, expected a number");
    refused(INPUT("{\"poisson\": {\"target\": \"a\", \"rate_hz\": 3, \"name\": \"b\"}}"),
            "inputs[1].poisson.name: \"b\" is the name of populations[1] already");
    refused(INPUT("{\"drive\": {\"target\": \"a\", \"rate_hz\": -1, \"weight\": 1}}"),
            "inputs[1].drive.rate_hz: -1, expected 0 to 10000000");
    refused(INPUT("{\"drive\": {\"target\": \"a\", \"rate_hz\": 1}}"),
            "inputs[1].drive.weight: missing, expected a number");
    refused(INPUT("{\"drive\": {\"target\": \"noise\", \"rate_hz\": 1, \"weight\": 1}}"),
            "inputs[1].drive.target: \"noise\" is a poisson population and takes no input");
    refused(INPUT("{\"steps\": {\"target\": \"a\", \"variable\": \"bais\"}}"),
            "inputs[1].steps.variable: unknown variable of lif-delta \"bais\" (did you mean "
            "\"bias\"?)");
    refused(INPUT("{\"steps\": {\"target\": \"in\", \"variable\": \"bias\"}}"),
            "inputs[1].steps.variable: \"in\" is a source and has no variables");
    refused(INPUT("{\"steps\": {\"target\": \"a\", \"variable\": \"bias\", \"time_ms\": [1, 1], "
                  "\"value\": [1, 2]}}"),
            "inputs[1].steps.time_ms[1]: 1 ms, expected times that ascend");
    refused(INPUT("{\"steps\": {\"target\": \"a\", \"variable\": \"bias\", \"time_ms\": [1, 2], "
                  "\"value\": [1]}}"),
            "inputs[1].steps.value: 1 elements, expected 2");
    refused(INPUT("{\"steps\": {\"target\": \"a\", \"variable\": \"bias\", \"cells\": \"0-4\"}}"),
            "inputs[1].steps.cells: cell 4, expected below 4");
    refused(INPUT("{\"steps\": {\"target\": \"a\", \"variable\": \"bias\", \"cells\": \"2-1\"}}"),
            "inputs[1].steps.cells: \"2-1\", expected rising cells as \"0-9,20\"");
    refused(INPUT("{\"steps\": {\"target\": \"a\", \"variable\": \"bias\", \"cells\": \"x\"}}"),
            "inputs[1].steps.cells: \"x\", expected cells as \"0-9,20\"");
    refused(INPUT("{\"steps\": {\"target\": \"a\", \"variable\": \"bias\", \"cells\": \"1,\"}}"),
            "inputs[1].steps.cells: \"1,\", expected cells as \"0-9,20\"");
    refused(INPUT("{\"sine\": {\"target\": \"noise\", \"variable\": \"rate_hz\", \"mean\": 10, "
                  "\"amplitude\": 20, \"period_ms\": 5, \"every_ms\": 1}}"),
            "inputs[1].sine.amplitude: 20, so that the rate would fall below 0");
    refused(INPUT("{\"sine\": {\"target\": \"a\", \"variable\": \"bias\", \"mean\": 10, "
                  "\"amplitude\": 2, \"period_ms\": 0, \"every_ms\": 1}}"),
            "inputs[1].sine.period_ms: 0, expected over 0");
    refused(INPUT("{\"events\": {\"source\": \"a\", \"file\": \"x\"}}"),
            "inputs[1].events.source: \"a\" is a lif-delta population, not a source");
    refused(INPUT("{\"events\": {\"source\": \"in\", \"file\": \"x\"}}"),
            "inputs[1].events.source: \"in\" has its spikes from inputs[0].spikes already");
    refused(HEAD CELLS ", \"inputs\": [{\"spikes\": {\"source\": \"in\", \"time_ms\": [2, 1]}}]}",
            "inputs[0].spikes.time_ms[1]: 1 ms, expected times that ascend");
    refused(HEAD CELLS ", \"inputs\": [{\"spikes\": {\"source\": \"in\", \"time_ms\": [2]}}]}",
            "inputs[0].spikes.cell: missing, expected an array of cells below 4");
    refused(HEAD CELLS ", \"inputs\": [{\"spikes\": {\"source\": \"in\", \"time_ms\": [2], "
                       "\"cell\": [4]}}]}",
            "inputs[0].spikes.cell[0]: 4, expected 0 to 3");
    refused(HEAD CELLS ", \"inputs\": {}}", "inputs: an object, expected an array");
}

Test(network_file, records)
{
    refused(RECORD("{\"spikes\": \"c\"}"),
            "records[0].spikes: unknown population \"c\" (did you mean \"a\"?)");
    refused(RECORD("{\"trace\": {\"population\": \"a\", \"variable\": \"membrane\", \"every_ms\": "
                   "0.05}}"),
            "records[0].trace.every_ms: 0.05 ms is under one tick of 0.1 ms");
    refused(RECORD("{\"trace\": {\"population\": \"a\", \"variable\": \"membrane\"}}, "
                   "{\"trace\": {\"population\": \"a\", \"variable\": \"membrane\"}}"),
            "records[1].trace.variable: this variable of \"a\" is traced already");
    refused(RECORD("{\"bursts\": {\"population\": \"a\", \"window_ms\": 20}}"),
            "records[0].bursts.window_ms: 20 ms do not fit into the duration");
    refused(RECORD("{\"bursts\": {\"population\": \"a\", \"from_ms\": 10}}"),
            "records[0].bursts.from_ms: 10 ms, expected less than the duration");
    refused(RECORD("{\"bursts\": {\"population\": \"a\", \"interval_ms\": 0}}"),
            "records[0].bursts.interval_ms: 0 ms is under one tick of 0.1 ms");
}

Test(network_file, what_the_command_line_says_over_it)
{
    const double bad = 0.05;
    refused_with(&(network_overrides){.set = "populations[0].count=0"},
                 LIF("\"mode\": \"clocked\""), "populations[0].count: 0, expected 1 to 2147483647");
    tuft_error err;
    network_file file;
    static const char *const set[][2] = {
        {"populations[1].count=3", "--set populations[1].count=3: there is no populations[1]"},
        {"x", "--set x: expected PATH=VALUE, as populations[0].count=100"},
        {"seed=", "--set seed=: expected PATH=VALUE, as populations[0].count=100"},
        {"=3", "--set =3: expected PATH=VALUE, as populations[0].count=100"},
        {"populations[0=3", "--set populations[0=3: expected PATH=VALUE, as "
                            "populations[0].count=100"},
        {"seed={\"a\"", "--set seed={\"a\": expected PATH=VALUE, as populations[0].count=100"},
    };
    write_bytes(LIF("\"mode\": \"clocked\""), strlen(LIF("\"mode\": \"clocked\"")));
    for (size_t i = 0; i < sizeof set / sizeof *set; i++) {
        network_overrides over = {.set = set[i][0]};
        cr_assert_eq(network_file_read(&file, path, &over, &err), TUFT_INVALID, "%s", set[i][0]);
        cr_assert_str_eq(err.message, set[i][1], "%s", err.message);
    }
    network_overrides over = {.duration_ms = &bad};
    cr_assert_eq(network_file_read(&file, path, &over, &err), TUFT_INVALID);
    cr_assert_str_eq(err.message,
                     "--duration 0.05: expected ms that are whole ticks of 0.1 ms, 1 or more");
    over = (network_overrides){.input = "x.csv"};
    cr_assert_eq(network_file_read(&file, path, &over, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "has no source population"), "%s", err.message);
    const double duration = 30;
    const uint64_t seed = UINT64_MAX;
    over = (network_overrides){
        .set = "populations[0].count=7,tick_us=50,populations[0].parameters={\"threshold\": "
               "{\"normal\": [10, 1]}},populations[0].name=bb",
        .duration_ms = &duration,
        .seed = &seed};
    cr_assert_eq(network_file_read(&file, path, &over, &err), TUFT_OK, "%s", err.message);
    cr_assert(file.population[0].count == 7 && file.tick_us == 50 && file.duration == 600 &&
              file.seed == UINT64_MAX && file.population[0].settings == 1);
    cr_assert_str_eq(file.population[0].name, "bb");
    network_file_free(&file);
}

Test(network_file, what_is_left_out_has_sensible_values)
{
    network_file file;
    accepted(&file, HEAD CELLS ", \"inputs\": [" FED ", {\"poisson\": {\"target\": \"a\", "
                               "\"rate_hz\": 5, \"weight\": 2}}], \"projections\": [{\"source\": "
                               "\"a\", \"target\": \"a\", \"connect\": {\"in_degree\": 2}, "
                               "\"weight\": 1}]}");
    cr_assert(file.seed == 1 && file.tick_us == 100 && file.duration == 100);
    cr_assert_eq(file.populations, 5);
    cr_assert_str_eq(file.population[4].name, "inputs[1]");
    cr_assert_eq(file.population[4].count, 4);
    cr_assert_eq(file.population[0].step_ticks, 1);
    cr_assert_eq(file.population[3].step_ticks, 0);
    cr_assert_eq(file.projections, 2);
    cr_assert_str_eq(file.projection[0].name, "a to a");
    cr_assert_str_eq(file.projection[0].port, "input");
    cr_assert(file.projection[0].wiring.delay_ticks.a == 1 &&
              file.projection[0].wiring.pairs == TUFT_PAIRS_ONCE &&
              file.projection[0].wiring.autapses == TUFT_AUTAPSES_ALLOWED);
    cr_assert(file.records_spikes[0] && file.records_spikes[1] && !file.records_spikes[2] &&
              file.records_spikes[3] && !file.records_spikes[4]);
    network_file_free(&file);
    accepted(&file, "{\"tuft_network\": 1, \"tick_us\": 1, \"duration_ms\": 1, \"populations\": "
                    "[{\"name\": \"a\", \"cell\": \"lif-delta\", \"count\": 1}, {\"name\": \"b\", "
                    "\"cell\": \"lif-delta\", \"count\": 1, \"step_ms\": 0.5}]}");
    cr_assert(file.population[0].step_ticks == 0 && file.population[1].step_ticks == 500);
    network_file_free(&file);
}

Test(network_file, what_does_not_fit_is_refused_before_it_is_made)
{
    network_file file;
    tuft_error err;
    const double there = network_memory_there();
    cr_assert(there > 0x1p20);
    write_bytes(HEAD, 0);
    const char *huge = HEAD "\"populations\": [{\"name\": \"a\", \"cell\": \"lif-delta\", "
                            "\"count\": 2000000000}], \"projections\": [{\"source\": \"a\", "
                            "\"target\": \"a\", \"connect\": {\"probability\": 0.5}, \"weight\": "
                            "1}]}";
    write_bytes(huge, strlen(huge));
    cr_assert_eq(network_file_read(&file, path, &no_overrides, &err), TUFT_MEMORY);
    double needed = 0, free_bytes = 0, most = 0;
    char where[32];
    const char *tail = err.message + strlen(path);
    cr_assert_eq(sscanf(tail, ": needs %lf bytes of memory, %lf are there (most for %31[^:]: %lf)",
                        &needed, &free_bytes, where, &most),
                 4, "%s", err.message);
    cr_assert_str_eq(where, "projections[0]");
    cr_assert(most >= 8 * 0.5 * 2e9 * 2e9 && needed > most && free_bytes < needed);

    accepted(&file, LIF("\"mode\": \"event-driven\""));
    network_memory need = network_memory_needed(&file);
    cr_assert_eq(network_memory_check(&file, need.bytes, &err), TUFT_OK);
    cr_assert_eq(network_memory_check(&file, need.bytes - 1, &err), TUFT_MEMORY);
    network_file_free(&file);
}

/* Builds and runs what can be read, if it is small: it may fail in one line. */
static void run_a_little(network_file *file)
{
    network_built built;
    tuft_error err = {0};
    uint64_t cells = 0;
    for (size_t q = 0; q < file->populations; q++)
        cells += file->population[q].count;
    if (cells > 10000)
        return;
    tuft_status status = network_build(file, 1, &built, &err);
    if (!status)
        status = network_run(file, built.engine, file->duration < 100 ? file->duration : 100, 7,
                             NULL, NULL, &err);
    cr_assert(!status || (*err.message && !strchr(err.message, '\n')));
    network_built_free(&built);
}

/* A file with everything in it, cut and altered: refused or read, never more than that. */
Test(network_file, damaged_files_do_no_harm, .timeout = 120)
{
    static const char whole[] = HEAD CELLS
        ", \"inputs\": [" FED ", {\"poisson\": {\"target\": \"a\", \"rate_hz\": {\"uniform\": [1, "
        "5]}, \"weight\": {\"normal\": [2, 0.1]}, \"start_ms\": 1}}, {\"steps\": {\"target\": "
        "\"a\", \"variable\": \"bias\", \"cells\": \"0-1,3\", \"time_ms\": [1, 2], \"value\": [3, "
        "4]}}, {\"sine\": {\"target\": \"noise\", \"variable\": \"rate_hz\", \"mean\": 20, "
        "\"amplitude\": 10, \"period_ms\": 5, \"every_ms\": 1}}], \"projections\": [{\"source\": "
        "\"a\", \"target\": \"b\", \"port\": \"soma\", \"connect\": {\"out_degree\": 2, "
        "\"multapses\": true}, \"weight\": {\"lognormal\": [0, 1]}, \"delay_ms\": {\"uniform\": "
        "[0.2, 1]}}, {\"source\": \"in\", \"target\": \"a\", \"connect\": \"all\", \"weight\": "
        "1}], \"records\": [{\"spikes\": \"a\"}, {\"trace\": {\"population\": \"a\", "
        "\"variable\": \"membrane\", \"cells\": \"1-2\"}}, {\"bursts\": {\"population\": \"b\", "
        "\"window_ms\": 2}}]}";
    static const char bytes[] = "{}[]\",:-+.e0123456789 xtrunafls\\\n\xff";
    static char text[sizeof whole];
    const size_t size = sizeof whole - 1;
    tuft_random random = tuft_random_stream(1, TUFT_RANDOM_TEST, 99);
    network_file file;
    tuft_error err;
    int read = 0;
    accepted(&file, whole);
    network_file_free(&file);
    for (size_t cut = 0; cut < size; cut += 7) {
        write_bytes(whole, cut);
        cr_assert_neq(network_file_read(&file, path, &no_overrides, &err), TUFT_OK);
    }
    for (int trial = 0; trial < 4000; trial++) {
        memcpy(text, whole, sizeof whole);
        for (uint32_t edits = 1 + tuft_random_below(&random, 3); edits; edits--) {
            uint32_t at = tuft_random_below(&random, (uint32_t)size);
            text[at] = bytes[tuft_random_below(&random, sizeof bytes - 1)];
        }
        write_bytes(text, size);
        if (network_file_read(&file, path, &no_overrides, &err)) {
            cr_assert(*err.message && !strchr(err.message, '\n'));
            continue;
        }
        read++;
        run_a_little(&file);
        network_file_free(&file);
    }
    cr_assert(read > 20, "%d", read); /* some edits are of digits */
}
