/* tuft cell as its users meet it. */
#include "apps/shell.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

TestSuite(cell, .init = shell_enter, .fini = shell_leave);

static double real_of(const json_t *object, const char *name)
{
    return json_number_value(json_object_get(object, name));
}

static const json_t *results_of(const json_t *root, const char *name)
{
    return json_object_get(json_object_get(root, "results"), name);
}

/* The figure of the README: apical input raises the gain, more of it more. */
Test(cell, apical_input_raises_the_gain)
{
    json_t *root = shell_result("cell fi naud-sprekeler", "--cells 20 --report fi.html");
    const json_t *gain = results_of(root, "gain");
    double before = 1;
    cr_assert_eq(json_array_size(gain), 4);
    for (size_t i = 1; i < 4; i++) {
        const json_t *one = json_array_get(gain, i);
        cr_assert_gt(real_of(one, "ratio"), before);
        cr_assert_gt(json_number_value(json_array_get(json_object_get(one, "ratio_ci95"), 0)), 1.1);
        before = real_of(one, "ratio");
    }
    cr_assert_eq(shell("grep -q 'Slope ratio' fi.html && grep -q tau_w_dendrite_ms fi.html"), 0);
    cr_assert_str_eq(
        json_string_value(json_object_get(json_object_get(root, "results"), "soma_unit")), "pA");
    json_decref(root);
}

/* Each point against 1 / (t_ref + tau ln(I / (I - theta))), and the table against the JSON. */
Test(cell, lif_table_is_the_closed_form)
{
    json_t *root = shell_result(
        "cell fi lif-delta", "--from 22 --to 40 --points 4 --cells 1 --duration 4000 --step 0.01 "
                             "--set tau_m_ms=10,threshold=18 --csv lif.csv");
    const json_t *points = results_of(root, "points"),
                 *cell = json_object_get(json_object_get(root, "config"), "cell");
    cr_assert_eq(json_array_size(points), 4);
    cr_assert_eq(real_of(cell, "tau_m_ms"), 10);
    for (size_t i = 0; i < 4; i++) {
        const json_t *one = json_array_get(points, i);
        double input = 22 + 6 * (double)i;
        cr_assert_float_eq(real_of(one, "soma"), input, 1e-12);
        cr_assert_float_eq(real_of(one, "rate_hz"), 1000 / (2 + 10 * log(input / (input - 18))),
                           0.6);
        cr_assert(json_is_null(json_object_get(one, "apical")));
    }
    cr_assert_eq(
        shell("test $(wc -l <lif.csv) = 5 && head -1 lif.csv | grep -q '^apical,soma,rate_hz'"), 0);
    json_decref(root);
}

Test(cell, results_do_not_depend_on_threads)
{
    const char *const line[][2] = {{"cell fi naud-sprekeler", "--cells 20 --duration 100"},
                                   {"cell bursts two-point-lif", "--cells 20 --duration 100"},
                                   {"cell multiplex", "--cells 20 --seeds 1 --duration 300"}};
    for (size_t k = 0; k < sizeof line / sizeof *line; k++) {
        char arguments[128];
        snprintf(arguments, sizeof arguments, "%s --threads 1", line[k][1]);
        json_t *one = shell_result(line[k][0], arguments);
        snprintf(arguments, sizeof arguments, "%s --threads 2", line[k][1]);
        json_t *two = shell_result(line[k][0], arguments);
        cr_assert(json_equal(one, two), "%s", line[k][0]);
        json_decref(one);
        json_decref(two);
    }
}

/* Burst probability rises with the apical input. */
Test(cell, bursts_follow_the_apical_input)
{
    json_t *root = shell_result("cell bursts naud-sprekeler",
                                "--soma 400 --from -300 --to 300 --points 3 --report bursts.html");
    const json_t *points = results_of(root, "points");
    double p[3];
    for (size_t i = 0; i < 3; i++)
        p[i] = real_of(json_array_get(points, i), "burst_probability");
    cr_assert(p[0] < 0.1 && p[1] > p[0] + 0.1 && p[2] > p[1] + 0.3, "%g %g %g", p[0], p[1], p[2]);
    json_decref(root);
}

Test(cell, steps_burst_where_both_meet)
{
    json_t *root = shell_result("cell steps naud-sprekeler", "--report steps.html --csv steps.csv");
    const json_t *spikes = results_of(root, "spikes_ms");
    cr_assert_eq(json_array_size(json_object_get(spikes, "apical")), 0);
    cr_assert_gt(json_array_size(json_object_get(spikes, "both")),
                 json_array_size(json_object_get(spikes, "soma")) + 2);
    /* The cells are alike before the first step, and no longer after it. */
    cr_assert_eq(shell("awk -F, 'NR == 900 && ($2 != $3 || $3 != $4 || $5 != $7) {exit 1}\n"
                       "NR == 1100 && $2 == $3 {exit 1}' steps.csv"),
                 0);
    json_decref(root);
    root = shell_result("cell steps adex", "--soma 1000");
    cr_assert_gt(json_array_size(json_object_get(results_of(root, "spikes_ms"), "soma")), 3);
    cr_assert_null(json_object_get(results_of(root, "spikes_ms"), "both"));
    json_decref(root);
}

Test(cell, pairs_burst_in_a_window)
{
    json_t *root = shell_result("cell pair two-point-lif", "--report pair.html");
    const json_t *window = results_of(root, "window_ms");
    /* 15 ln(18 / 12) = 6.08 ms before, 5 ms after. */
    cr_assert_eq(json_number_value(json_array_get(window, 0)), -6);
    cr_assert_eq(json_number_value(json_array_get(window, 1)), 5);
    json_decref(root);
    for (int k = 0; k < 2; k++) {
        root = shell_result(k ? "cell pair context" : "cell pair naud-sprekeler", "");
        window = results_of(root, "window_ms");
        double from = json_number_value(json_array_get(window, 0)),
               to = json_number_value(json_array_get(window, 1));
        cr_assert(from < 0 && from > -40 && to > 0 && to < 40, "%g to %g", from, to);
        cr_assert_eq(real_of(results_of(root, "soma_alone"), "spikes"), 1);
        cr_assert_eq(real_of(results_of(root, "apical_alone"), "spikes"), 0);
        json_decref(root);
    }
}

/* y of every function at every point of a small grid. */
Test(cell, transfer_table_is_the_formulas)
{
    json_t *root = shell_result("cell transfer", "--points 5 --report transfer.html");
    const json_t *points = results_of(root, "points");
    cr_assert_eq(json_array_size(points), 25);
    for (size_t i = 0; i < 25; i++) {
        const json_t *at = json_array_get(points, i);
        double r = real_of(at, "r"), c = real_of(at, "c");
        double cooperation = r * r + 2 * r + c * (1 + fabs(r));
        cr_assert_eq(r, -2.0 + (double)(i % 5));
        cr_assert_eq(c, -2.0 + (double)(i / 5));
        cr_assert_float_eq(real_of(at, "point"), fmin(fmax(r, 0), 6), 1e-5);
        cr_assert_float_eq(real_of(at, "tm1"), r / 2 * (1 + exp(r * c)), 1e-4);
        cr_assert_float_eq(real_of(at, "tm2"), r + r * c, 1e-5);
        cr_assert_float_eq(real_of(at, "tm3"), r * (1 + tanh(r * c)), 1e-5);
        cr_assert_float_eq(real_of(at, "tm4"), r * pow(2, r * c), 1e-4);
        cr_assert_float_eq(real_of(at, "cooperation"), fmin(fmax(cooperation, 0), 6), 1e-5);
    }
    json_decref(root);
    root = shell_result("cell transfer tm3", "--points 2");
    cr_assert_eq(json_object_size(json_array_get(results_of(root, "points"), 0)), 3);
    json_decref(root);
}

/* Every setting of the lists, its own correlations over its cross ones. */
Test(cell, multiplex_tells_of_every_setting)
{
    json_t *root = shell_result("cell multiplex", "--cells 400 --seeds 2 --period 1000,700 "
                                                  "--soma-mean 400 --apical-mean -100 "
                                                  "--report multiplex.html --csv multiplex.csv");
    const json_t *settings = results_of(root, "settings");
    cr_assert_eq(json_array_size(settings), 2);
    for (size_t i = 0; i < 2; i++) {
        const json_t *s = json_array_get(settings, i);
        cr_assert_float_eq(real_of(s, "inputs"), 0, 1e-6);
        cr_assert(real_of(s, "event_soma_low") > 0.8 && real_of(s, "burst_apical_low") > 0.8);
        cr_assert(fabs(real_of(s, "event_apical")) < 0.3 && fabs(real_of(s, "burst_soma")) < 0.3);
    }
    json_decref(root);
}

/* Every model but the source shows something at once, with nothing but its name. */
Test(cell, every_model_has_defaults_that_fire)
{
    static const char *const models[] = {"adex",         "context",         "lif-conductance",
                                         "lif-delta",    "lif-exponential", "naud-sprekeler",
                                         "two-point-lif"};
    char command[64];
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        snprintf(command, sizeof command, "cell fi %s", models[i]);
        json_t *root = shell_result(command, "--cells 5 --duration 1000");
        const json_t *gain = results_of(root, "gain"), *points = results_of(root, "points");
        cr_assert_gt(real_of(json_array_get(gain, json_array_size(gain) / 2), "slope"), 0, "%s",
                     models[i]);
        cr_assert_gt(real_of(json_array_get(points, json_array_size(points) - 1), "rate_hz"), 5);
        json_decref(root);
        snprintf(command, sizeof command, "cell steps %s", models[i]);
        root = shell_result(command, "");
        cr_assert_gt(json_array_size(json_object_get(results_of(root, "spikes_ms"), "soma")), 2,
                     "%s", models[i]);
        json_decref(root);
    }
}

Test(cell, bad_input_is_one_line)
{
    static const struct {
        int status;
        const char *command, *what, *arguments;
    } bad[] = {
        {2, "cell fi", "did you mean 'naud-sprekeler'", "naud-sprekler"},
        {2, "cell fi", "unknown cell model", "hodgkin"},
        {2, "cell fi", "MODEL", ""},
        {2, "cell fi", "did you mean 'tau_m_ms'", "lif-delta --set tau_m=3"},
        {2, "cell fi", "name=value", "lif-delta --set tau_m_ms"},
        {2, "cell fi", "not a number", "lif-delta --set tau_m_ms=ten"},
        {1, "cell fi", "time constant -3 ms", "lif-delta --set tau_m_ms=-3"},
        {1, "cell fi", "tau_w_ms", "adex --set tau_w_ms=0"},
        {2, "cell fi", "no apical input", "adex --apical 0,100"},
        {2, "cell fi", "has no input", "poisson"},
        {2, "cell fi", "--apical", "naud-sprekeler --apical 1,two"},
        {2, "cell fi", "more than 8", "naud-sprekeler --apical 1,2,3,4,5,6,7,8,9"},
        {2, "cell fi", "--from 5", "lif-delta --from 5 --to 5"},
        {2, "cell fi", "--points", "lif-delta --points 1"},
        {2, "cell fi", "did you mean 'bias_apical'", "naud-sprekeler --apical-variable bias_apica"},
        {1, "cell fi", "apical current", "two-point-lif --apical-noise 3"},
        {1, "cell fi", "0 to", "two-point-lif --apical -5,5"},
        {2, "cell fi", "--slope-from", "lif-delta --slope-from 30 --slope-to 5"},
        {1, "cell fi", "nowhere", "lif-delta --points 2 --duration 10 --csv nowhere/x.csv"},
        {2, "cell bursts", "no apical input", "lif-exponential"},
        {1, "cell bursts", "time constant of the noise -1", "naud-sprekeler --set tau_noise_ms=-1"},
        {2, "cell pair", "no apical input", "adex"},
        {2, "cell pair", "--lag", "two-point-lif --lag -3"},
        {2, "cell steps", "no apical input", "lif-delta --apical 3"},
        {1, "cell steps", "c_pf", "adex --set c_pf=0"},
        {2, "cell steps", "at most", "adex --duration 100000 --step 0.001"},
        {2, "cell transfer", "did you mean 'cooperation'", "cooperatio"},
        {2, "cell transfer", "ranges", "tm1 --r-from 3 --r-to 1"},
        {2, "cell multiplex", "--period", "--period 10"},
        {2, "cell multiplex", "--soma-mean", "--soma-mean many"},
        {2, "cell multiplex", "did you mean", "--set tau_soma=3"},
        {1, "cell multiplex", "tau_soma_ms", "--set tau_soma_ms=0 --cells 2 --quiet"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        shell_refused(bad[i].command, bad[i].status, bad[i].what, bad[i].arguments);
}
