/* Projections that learn, from a network file. */
#include "apps/shell.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

TestSuite(learning, .init = shell_enter, .fini = shell_leave);

/* Two sources; the first drives a cell over the threshold, the second arrives 5 ms later and
 * learns: a pair a second, post before pre. */
static void write_network(const char *plasticity)
{
    char text[2048];
    int n =
        snprintf(text, sizeof text,
                 "{\"tuft_network\": 1, \"tick_us\": 100, \"duration_ms\": 500, \"populations\": ["
                 "{\"name\": \"in\", \"cell\": \"source\", \"count\": 2},"
                 "{\"name\": \"cell\", \"cell\": \"lif-delta\", \"count\": 1}], \"projections\": ["
                 "{\"source\": \"in\", \"target\": \"cell\", \"connect\": \"all\", \"weight\": 30,"
                 " \"delay_ms\": 1, \"name\": \"learns\", \"plasticity\": %s}],"
                 "\"inputs\": [{\"spikes\": {\"source\": \"in\", \"time_ms\": [100, 105], "
                 "\"cell\": [0, 1]}}],"
                 "\"records\": [{\"spikes\": \"cell\"}]}",
                 plasticity);
    shell_write("net.json", text, (size_t)n);
}

/* The first arrives at 101 ms and fires the cell at once: its lag is 0. The second arrives at 106
 * ms, 5 ms after the spike, and fires the cell too (30 mV each): then both have pairs with that
 * second spike, of lags 5 and 0. */
Test(learning, weights_are_those_of_the_pairs)
{
    write_network("{\"rule\": \"stdp\", \"parameters\": {\"w_max\": 100, \"a_plus\": 0.01, "
                  "\"a_minus\": 0.02, \"tau_plus_ms\": 10, \"tau_minus_ms\": 20}}");
    cr_assert_eq(shell("$TUFT simulate net.json --quiet --weights w.csv --json r.json > text"), 0,
                 "%s", shell_said());
    char path[160], line[128];
    snprintf(path, sizeof path, "%s/w.csv", shell_folder());
    FILE *stream = fopen(path, "r");
    cr_assert_not_null(stream);
    cr_assert_not_null(fgets(line, sizeof line, stream));
    cr_assert_str_eq(line, "projection,source,target,delay_ticks,before,after\n");
    double plus = 0.01 * 100, minus = 0.02 * 100;
    const double expected[] = {30 + plus * (1 + exp(-0.5)), 30 - minus * exp(-0.25) + plus};
    for (unsigned k = 0; k < 2; k++) {
        unsigned source, target, delay;
        double before, after;
        cr_assert_not_null(fgets(line, sizeof line, stream));
        cr_assert_eq(
            sscanf(line, "learns,%u,%u,%u,%lf,%lf", &source, &target, &delay, &before, &after), 5);
        cr_assert(source == k && target == 0 && delay == 10 && before == 30);
        cr_assert_float_eq(after, expected[k], 1e-5, "%u: %g, expected %g", k, after, expected[k]);
    }
    fclose(stream);
    cr_assert_eq(shell("grep -q 'weights of learns (stdp): mean .* was 30' text && "
                       "grep -q weight_updates r.json && grep -q '\"before\"' r.json"),
                 0);
}

Test(learning, what_is_wrong_is_said_where_it_stands)
{
    static const struct {
        const char *plasticity, *says;
    } wrong[] = {
        {"{\"rule\": \"stpd\"}",
         "projections[0].plasticity.rule: unknown rule \"stpd\" (did you mean \"stdp\"?)"},
        {"{}", "projections[0].plasticity.rule: missing"},
        {"{\"rule\": \"stdp\", \"parameters\": {\"w_mx\": 1}}",
         "projections[0].plasticity.parameters.w_mx: unknown parameter of stdp"},
        {"{\"rule\": \"stdp\", \"parameters\": {\"tau_plus_ms\": -1}}",
         "projections[0].plasticity.parameters: tau_plus_ms -1"},
        {"{\"rule\": \"stdp\", \"parameters\": {\"pairing\": \"neares\"}}",
         "projections[0].plasticity.parameters.pairing: unknown pairing \"neares\""},
        {"{\"rule\": \"stdp\", \"parameters\": {\"w_max\": \"x\"}}",
         "projections[0].plasticity.parameters.w_max: "},
        {"{\"rule\": \"stdp\", \"parameter\": {}}", "projections[0].plasticity.parameter: "},
        {"{\"rule\": \"stdp\"}", "weight of synapse 0 is 30, expected w_min 0 to w_max 1"},
        {"3", "projections[0].plasticity: "},
    };
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        write_network(wrong[k].plasticity);
        cr_assert_eq(shell("$TUFT simulate net.json --quiet"), 1, "%s", wrong[k].plasticity);
        cr_assert_not_null(strstr(shell_said(), wrong[k].says), "%s gave %s", wrong[k].plasticity,
                           shell_said());
    }
    write_network("{\"rule\": \"stdp\", \"parameters\": {\"w_max\": 100}}");
    cr_assert_eq(shell("sed 's/\"all\"/\"one-to-one\"/; s/\"count\": 1/\"count\": 2/' net.json > "
                       "one.json; $TUFT simulate one.json --quiet"),
                 1);
    cr_assert_not_null(strstr(shell_said(), "a one-to-one projection cannot learn"));
    cr_assert_eq(shell("sed 's/, \"plasticity\": {[^}]*}}//' net.json > plain.json; "
                       "$TUFT simulate plain.json --quiet --weights w.csv"),
                 1);
    cr_assert_not_null(strstr(shell_said(), "--weights: nothing in plain.json learns"), "%s",
                       shell_said());
}
