#include "apps/result.h"
#include "core/file.h"
#include "core/version.h"

#include <criterion/criterion.h>
#include <float.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    common_options common;
    double decay;
    option_list seen;
    const char *input;
    int all;
} sample;

static const app_option operands[] = {OPERAND(sample, input, "INPUT", "what is read")};
static const app_option options[] = {
    OPTION_SECTION("Main"),
    OPTION_REAL(sample, decay, "time-decay", "D", 0, 1, "decay"),
    OPTION_LIST(sample, seen, "seen", "LIST", 0, 9, "digits"),
    OPTION_SWITCH(sample, all, "all", "everything"),
};
static const sample config = {
    .common = {.seed = 42, .threads = 3}, .decay = 0.9, .seen = {2, {8, 9}}, .input = "a\xff"};
static const app_command command = {.name = "sample",
                                    COMMAND_OPERANDS(operands),
                                    COMMAND_OPTIONS(options),
                                    .config_size = sizeof config,
                                    .defaults = &config};

static char path[] = "/tmp/tuft-test-result-XXXXXX";

static json_t *member(json_t *object, const char *name)
{
    json_t *found = json_object_get(object, name);
    cr_assert_not_null(found, "%s", name);
    return found;
}

Test(result, the_document_has_its_agreed_shape)
{
    app_result *result;
    tuft_error err;
    json_error_t where;
    close(mkstemp(path));
    cr_assert_eq(result_new(&result, &command, &config, &err), TUFT_OK);
    result_stage(result, "load");
    result_stage(result, "train");
    result_stage(result, "load");
    result_stage(result, NULL);
    cr_assert_geq(result_stage_seconds(result, "load"), 0);
    json_object_set_new(result_results(result), "accuracy", result_real(0.1));
    json_object_set_new(result_results(result), "nothing", result_real(NAN));
    const uint64_t counts[] = {1, 2, 3, UINT64_MAX, 5, 6};
    json_object_set_new(result_results(result), "confusion", result_counts(counts, 2, 3));
    tuft_ledger_projection projections[] = {{.name = "input->cells",
                                             .kind = TUFT_SPARSE,
                                             .sources = 4,
                                             .targets = 5,
                                             .synapses = 20,
                                             .synaptic_events = 77}};
    tuft_ledger ledger = {.synaptic_events = 77,
                          .neuron_updates = 6,
                          .spikes = 9,
                          .projections = 1,
                          .projection = projections};
    cr_assert_eq(result_ledger(result, &ledger, &err), TUFT_OK);
    cr_assert_eq(result_write(result, NULL, &err), TUFT_OK);
    cr_assert_eq(result_write(result, path, &err), TUFT_OK);
    result_free(result);

    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
    cr_assert_not_null(root, "%s", where.text);
    cr_assert_str_eq(json_string_value(member(member(root, "tuft"), "version")), TUFT_VERSION);
    cr_assert_str_eq(json_string_value(member(member(root, "tuft"), "commit")), TUFT_COMMIT);
    cr_assert_str_eq(json_string_value(member(root, "command")), "sample");
    cr_assert_eq(json_integer_value(member(root, "seed")), 42);
    json_t *settings = member(root, "config");
    cr_assert_eq(json_real_value(member(settings, "time_decay")), 0.9);
    cr_assert_eq(json_array_size(member(settings, "seen")), 2);
    cr_assert(json_is_false(member(settings, "all")));
    cr_assert_str_eq(json_string_value(member(settings, "input")), "(not UTF-8)");
    cr_assert_eq(json_integer_value(member(settings, "threads")), 3);
    json_t *results = member(root, "results");
    cr_assert(json_is_null(member(results, "nothing")));
    json_t *row = json_array_get(member(results, "confusion"), 1);
    cr_assert_eq(json_integer_value(json_array_get(row, 0)), INT64_MAX);
    json_t *entry = json_array_get(member(member(root, "ledger"), "projections"), 0);
    cr_assert_str_eq(json_string_value(member(entry, "kind")),
                     tuft_projection_kind_name(TUFT_SPARSE));
    cr_assert_eq(json_integer_value(member(entry, "synaptic_events")), 77);
    cr_assert_eq(json_integer_value(member(member(root, "ledger"), "spikes")), 9);
    json_t *timing = member(root, "timing_s");
    cr_assert_geq(json_real_value(member(timing, "total")),
                  json_real_value(member(timing, "load")) +
                      json_real_value(member(timing, "train")) - 2e-6);
    json_decref(root);
    unlink(path);
}

Test(result, text_reads_back_as_the_same_values)
{
    const double values[] = {0.1,     1.0 / 3,       1,   -0.0,    1e300, 5e-324,
                             DBL_MAX, 123456789.125, NAN, INFINITY};
    enum { COUNT = sizeof values / sizeof *values };
    char *text = NULL;
    size_t size;
    json_t *document = json_object();
    json_object_set_new(document, "matrix", result_matrix(values, 2, COUNT / 2));
    json_object_set_new(document, "quote\" \\ \n é", json_string("tab\t\x01"));
    json_object_set_new(document, "empty", json_object());
    json_object_set_new(document, "none", json_array());
    FILE *stream = open_memstream(&text, &size);
    result_print(stream, document);
    fclose(stream);
    json_t *again = json_loads(text, 0, NULL);
    cr_assert_not_null(again, "%s", text);
    cr_assert(strstr(text, "[0.1, 0.3333333333333333, 1.0, -0.0, 1e+300]"), "%s", text);
    cr_assert(json_equal(document, again), "%s", text);
    json_decref(document);
    json_decref(again);
    free(text);
}

Test(result, reals_are_short_and_plain)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {{100, "100.0"},
                 {0.025, "0.025"},
                 {60000, "60000.0"},
                 {-2.5, "-2.5"},
                 {2e-5, "0.00002"},
                 {6e-6, "6e-06"},
                 {1e14, "100000000000000.0"},
                 {1e15, "1e+15"},
                 {0, "0.0"},
                 {0.1 + 0.2, "0.30000000000000004"},
                 {123456.75, "123456.75"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[64];
        json_t *value = result_real(cases[i].value);
        cr_assert_str_eq(result_text(value, text, sizeof text), cases[i].text);
        cr_assert_eq(strtod(text, NULL), cases[i].value);
        json_decref(value);
    }
    /* A sweep over sizes: what is written reads back. */
    for (double x = 1.2345678901234567e-12; x < 1e20; x *= 7.77) {
        char text[64];
        json_t *value = result_real(x);
        cr_assert_eq(strtod(result_text(value, text, sizeof text), NULL), x, "%s", text);
        json_decref(value);
    }
    char text[8];
    json_t *value = json_string("longer than the room");
    cr_assert_str_eq(result_text(value, text, sizeof text), "longer ");
    json_decref(value);
}

Test(result, nothing_is_left_where_writing_fails)
{
    app_result *result;
    tuft_error err;
    cr_assert_eq(result_new(&result, &command, &config, &err), TUFT_OK);
    cr_assert_eq(result_write(result, "/nowhere/at/all.json", &err), TUFT_IO);
    cr_assert(strstr(err.message, "/nowhere/at/all.json"));
    /* A rename over a device would destroy it. */
    cr_assert_eq(result_write(result, "/dev/null", &err), TUFT_IO);
    cr_assert(strstr(err.message, "not a regular file"));
    result_free(result);
}
