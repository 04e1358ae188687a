/* tuft device as its users meet it. */
#include "page.h"
#include "shell.h"

#include "apps/macro_values.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(device, .init = shell_enter, .fini = shell_leave);

static double number_at(const json_t *from, const char *first, const char *second)
{
    return json_number_value(json_object_get(json_object_get(from, first), second));
}

Test(device, small_array_by_its_result)
{
    json_t *result = shell_result("device", "--rows 128 --pairs 64 --reads 256 --seed 3");
    const json_t *found = json_object_get(result, "results");
    cr_assert_eq(json_integer_value(json_object_get(found, "rows")), 128);
    double mean = number_at(found, "normal_fit", "mean");
    cr_assert(mean > 15e-6 && mean < 19e-6, "%g", mean); /* an hour of drift */
    cr_assert_float_eq(json_number_value(json_object_get(found, "read_noise_sd_over_closed_form")),
                       1, 0.03);
    const json_t *age, *ages = json_object_get(found, "retention");
    size_t k;
    cr_assert_eq(json_array_size(ages), 9);
    json_array_foreach(ages, k, age)
    {
        double is = json_number_value(json_object_get(age, "mean_siemens"));
        double closed = json_number_value(json_object_get(age, "closed_form_siemens"));
        cr_assert_float_eq(is, closed, 0.01 * closed);
    }
    const json_t *effects = json_object_get(json_object_get(found, "products"), "effects");
    cr_assert_eq(json_array_size(effects), 8);
    const json_t *bits =
        json_object_get(json_object_get(json_object_get(result, "config"), "macro"), "adc.bits");
    cr_assert_eq(json_integer_value(bits), 8);
    json_decref(result);
}

Test(device, without_effects_products_are_exact)
{
    json_t *result = shell_result("device", "--rows 64 --pairs 32 --effects none");
    const json_t *products = json_object_get(json_object_get(result, "results"), "products");
    const json_t *effects = json_object_get(products, "effects");
    cr_assert_eq(json_array_size(effects), 1);
    const json_t *error = json_object_get(json_array_get(effects, 0), "relative_error");
    cr_assert_eq(json_array_size(error), 2);
    cr_assert_lt(json_number_value(json_array_get(error, 1)), 1e-5);
    cr_assert_float_eq(number_at(json_object_get(result, "results"), "pair_difference_fit", "sd"),
                       sqrt(2) * 6e-6, 0.05 * sqrt(2) * 6e-6);
    json_decref(result);
}

Test(device, export_and_import)
{
    static const char *const name[] = {"array.csv", "array.h5"};
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(shell("$TUFT device --rows 40 --pairs 20 --export %s --json a.json", name[i]),
                     0, "%s", shell_said());
        cr_assert_eq(shell("$TUFT device --map %s --effects none --json b.json", name[i]), 0, "%s",
                     shell_said());
        char path[512];
        json_t *root[2], *from[2];
        for (int k = 0; k < 2; k++) {
            snprintf(path, sizeof path, "%s/%c.json", shell_folder(), "ab"[k]);
            root[k] = json_load_file(path, 0, NULL);
            from[k] = json_object_get(root[k], "results");
        }
        cr_assert_eq(number_at(from[0], "normal_fit", "mean"),
                     number_at(from[1], "normal_fit", "mean"));
        cr_assert_eq(number_at(from[0], "pair_difference_fit", "sd"),
                     number_at(from[1], "pair_difference_fit", "sd"));
        json_decref(root[0]);
        json_decref(root[1]);
    }
}

static void write_map(const char *name, const char *value)
{
    char text[4096] = "";
    for (int i = 0; i < 8; i++)
        for (int j = 0; j < 8; j++)
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s%c",
                     i == 3 && j == 2 ? value
                     : i % 2          ? "1e-5"
                                      : "2e-5",
                     j < 7 ? ',' : '\n');
    shell_write(name, text, strlen(text));
}

Test(device, what_is_refused)
{
    write_map("nan.csv", "nan");
    shell_refused("device", 1, "nan.csv: row 3, column 2", "--map nan.csv");
    write_map("negative.csv", "-1e-6");
    shell_refused("device", 1, "negative.csv: row 3, column 2", "--map negative.csv");
    write_map("good.csv", "3e-5");
    shell_refused("device", 1, "(fitted)", "--map good.csv --unit uS");
    shell_write("ragged.csv", "1e-5,2e-5\n1e-5\n", 15);
    shell_refused("device", 1, "ragged.csv: line 2", "--map ragged.csv");
    shell_write("small.csv", "1e-5,2e-5\n", 10);
    shell_refused("device", 1, "small.csv", "--map small.csv");
    shell_refused("device", 1, "none.csv", "--map none.csv");
    shell_write("table.txt", "10 20 30\n", 9);
    shell_refused("device", 1, "microsiemens", "--conductances table.txt");
    shell_refused("device", 1, "adc: converter of 0 bits", "--set adc.bits=0");
    shell_refused("device", 1, "dac: converter of 0 bits", "--set dac.bits=0");
    shell_refused("device", 1, "stuck_off", "--set device.stuck_off=2");
    shell_refused("device", 2, "adc.bits", "--set adc.bit=3");
    shell_refused("device", 2, "none, folded or exact", "--set wires.method=some");
    shell_refused("device", 2, "power of two", "--reads 100");
    shell_refused("device", 2, "--map", "--map good.csv --conductances table.txt");
}

/* The exported array, read back as a liquid's own: a closed-form readout of it is the same for
 * every seed, while drawn liquids differ. */
Test(device, a_liquid_is_the_map)
{
    static const char data[] = "--dataset synthetic-vision --per-class 4 --preset lin2025 "
                               "--set readout.kind=ridge --seeds 3";
    cr_assert_eq(shell("$TUFT device --rows 456 --pairs 200 --effects none --export macro.h5 && "
                       "$TUFT device --rows 455 --pairs 200 --effects none --export less.h5"),
                 0, "%s", shell_said());
    for (int map = 0; map < 2; map++) {
        char arguments[512];
        snprintf(arguments, sizeof arguments, "%s%s", data, map ? " --map macro.h5" : "");
        json_t *root = shell_result("classify", arguments);
        double sd =
            json_real_value(json_object_get(json_object_get(root, "results"), "sd_over_seeds"));
        cr_assert(map ? sd < 1e-12 : sd > 1e-3, "map %d: sd over seeds %g", map, sd);
        json_decref(root);
    }
    char arguments[512];
    snprintf(arguments, sizeof arguments, "%s --map less.h5", data);
    shell_refused("classify", 1, "no room for a crossbar of 200 x 200", arguments);
    shell_refused("classify", 1, "none.h5", "--dataset synthetic-vision --map none.h5");
    shell_refused("classify", 2, "--conductances",
                  "--dataset synthetic-vision --map macro.h5 --conductances table.txt");
}

Test(device, report_is_a_page)
{
    char path[512];
    cr_assert_eq(shell("$TUFT device --rows 64 --pairs 32 --reads 64 --report page.html"), 0, "%s",
                 shell_said());
    snprintf(path, sizeof path, "%s/page.html", shell_folder());
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file);
    char *page = calloc(1, 1 << 22);
    cr_assert_gt(fread(page, 1, (1 << 22) - 1, file), 10000);
    fclose(file);
    cr_assert_null(page_fault(page));
    cr_assert_null(page_unwanted(page));
    cr_assert_not_null(strstr(page, "Retention"));
    free(page);
}

Test(macro_values, all_names_can_be_set_and_are_shown)
{
    tuft_macro_config config = tuft_macro_nominal;
    tuft_error err;
    cr_assert_eq(macro_values_set(&config,
                                  "device.read_noise=0.05,wires.method=exact,adc.bits=6,"
                                  "dac.drive=pulses,adc.range=fixed,tile.rows=128",
                                  &err),
                 TUFT_OK, "%s", err.message);
    cr_assert_eq(config.device.read_relative, 0.05);
    cr_assert_eq(config.method, TUFT_WIRES_EXACT);
    cr_assert_eq(config.adc.bits, 6);
    cr_assert_eq(config.drive, TUFT_DRIVE_PULSES);
    cr_assert_eq(config.adc.ranging, TUFT_RANGE_FIXED);
    cr_assert_eq(config.tile_rows, 128);
    json_t *all = macro_values_json(&config);
    cr_assert_str_eq(json_string_value(json_object_get(all, "wires.method")), "exact");
    json_decref(all);
    tuft_macro_config before = config;
    cr_assert_eq(macro_values_set(&config, "adc.bits=7,adc.bits=x", &err), TUFT_INVALID);
    cr_assert_eq(memcmp(&before, &config, sizeof config), 0);
    cr_assert_eq(macro_values_set(&config, "adc.bits", &err), TUFT_INVALID);
    cr_assert_eq(macro_values_set(&config, "device.read_noise=nan", &err), TUFT_INVALID);
}
