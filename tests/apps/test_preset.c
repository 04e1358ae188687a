/* Presets: the published values to the letter, and values by name. */
#include "apps/preset.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const tuft_geometry dvs = {34, 34, 2}, cochlea = {64, 1, 1};

static lsm_preset best(void)
{
    return preset_get(PRESET_BEST, MODALITY_VISION, TASK_CLASSIFY, dvs);
}

Test(preset, lin2025_is_what_was_published)
{
    static const struct {
        modality kind;
        preset_task task;
        double weight;
    } cases[] = {{MODALITY_VISION, TASK_CLASSIFY, 0.3}, /* not 0.07: see apps/preset.c */
                 {MODALITY_VISION, TASK_ZERO_SHOT, 0.3},
                 {MODALITY_AUDIO, TASK_CLASSIFY, 0.08},
                 {MODALITY_AUDIO, TASK_ZERO_SHOT, 0.1}};
    for (size_t i = 0; i < 4; i++) {
        int vision = cases[i].kind == MODALITY_VISION;
        lsm_preset p =
            preset_get(PRESET_LIN2025, cases[i].kind, cases[i].task, vision ? dvs : cochlea);
        const tuft_reservoir_group *g = &p.reservoir.group[0];
        cr_assert_eq(p.frontend.crop, vision ? 16 : 0);
        cr_assert_eq(p.frontend.steps, vision ? 50 : 129);
        cr_assert_eq(p.frontend.rule, TUFT_STEP_SHARE);
        cr_assert_eq(p.frontend.events_per_step, 1);
        cr_assert_eq(p.frontend.bin_us, vision ? 0 : 1000);
        tuft_geometry seen;
        cr_assert_eq(tuft_frontend_geometry(&p.frontend, vision ? dvs : cochlea, &seen, NULL),
                     TUFT_OK);
        cr_assert_eq(tuft_geometry_channels(seen), vision ? 256 : 64);
        cr_assert_eq(p.reservoir.groups, 1);
        cr_assert_eq(g->maps, 200);
        cr_assert_eq(g->field_x, 0);
        cr_assert_eq(g->delays, 1);
        cr_assert_eq(g->delay_steps[0], 0);
        cr_assert(g->density == 1 && g->recurrent_density == 1);
        cr_assert_eq(g->weight_sd, cases[i].weight);
        cr_assert_eq(g->recurrent_sd, cases[i].weight);
        cr_assert_eq(g->decay, vision ? 0.9 : 0.97);
        cr_assert_eq(g->threshold, vision ? 5.0 : 5.3);
        cr_assert_eq(g->threshold_spread, 0);
        cr_assert_eq(p.encoding.windows, 1);
        cr_assert_eq(p.encoding.scale, 100);
        cr_assert_eq(p.encoding.transform, TUFT_COUNT_LINEAR);
        cr_assert_eq(p.copies, 0);
        cr_assert_eq(p.readout.kind, READOUT_SOFTMAX);
        cr_assert_eq(p.readout.rate, vision ? 1e-4 : 6e-4);
        cr_assert_eq(p.readout.batch, vision ? 100 : 256);
    }
}

Test(preset, both_fit_any_geometry_they_are_asked_for)
{
    static const tuft_geometry geometry[] = {{34, 34, 2}, {34, 34, 1}, {28, 28, 1}, {64, 1, 1},
                                             {77, 1, 1},  {700, 1, 1}, {16, 1, 1}};
    for (size_t i = 0; i < 7; i++)
        for (int name = PRESET_LIN2025; name <= PRESET_BEST; name++)
            for (int task = TASK_CLASSIFY; task <= TASK_ZERO_SHOT; task++) {
                lsm_preset p =
                    preset_get((preset_name)name, i < 3 ? MODALITY_VISION : MODALITY_AUDIO,
                               (preset_task)task, geometry[i]);
                tuft_geometry seen;
                tuft_reservoir *reservoir;
                tuft_error err;
                cr_assert_eq(tuft_frontend_geometry(&p.frontend, geometry[i], &seen, &err), TUFT_OK,
                             "%s", err.message);
                cr_assert_eq(tuft_reservoir_new(&reservoir, &p.reservoir, seen, 1, &err), TUFT_OK,
                             "%zu %d: %s", i, name, err.message);
                tuft_reservoir_free(reservoir);
            }
}

/* What is set is in the struct and in the JSON, and nothing else has changed. */
Test(preset, values_by_name)
{
    lsm_preset p = best(), before = p;
    tuft_error err;
    cr_assert_eq(preset_set(&p, NULL, NULL), TUFT_OK);
    cr_assert_arr_eq(&p, &before, sizeof p);
    cr_assert_eq(
        preset_set(&p,
                   "groups=2,group1.maps=7,group1.delays=0/2/4,group1.density=0.25,"
                   "group1.threshold=-1e-1,frontend.polarity=merged,frontend.start=event,"
                   "encoding.transform=linear,conductance.kind=lognormal,readout.kind=softmax,"
                   "augment.copies=3,frontend.step_us=2.5e3,readout.updates=4294967295",
                   &err),
        TUFT_OK, "%s", err.message);
    cr_assert_eq(p.reservoir.groups, 2);
    const tuft_reservoir_group *g = &p.reservoir.group[1];
    cr_assert_eq(g->maps, 7);
    cr_assert_eq(g->delays, 3);
    cr_assert(g->delay_steps[0] == 0 && g->delay_steps[1] == 2 && g->delay_steps[2] == 4);
    cr_assert_eq(g->density, 0.25);
    cr_assert_eq(g->threshold, -0.1);
    cr_assert_eq(p.frontend.polarity, TUFT_POLARITY_MERGED);
    cr_assert_eq(p.frontend.start, TUFT_START_AT_EVENT);
    cr_assert_eq(p.frontend.step_us, 2500);
    cr_assert_eq(p.encoding.transform, TUFT_COUNT_LINEAR);
    cr_assert_eq(p.reservoir.conductance.kind, TUFT_CONDUCTANCE_LOGNORMAL);
    cr_assert_eq(p.readout.kind, READOUT_SOFTMAX);
    cr_assert_eq(p.readout.updates, UINT32_MAX);
    cr_assert_eq(p.copies, 3);
    cr_assert_arr_eq(&p.reservoir.group[0], &before.reservoir.group[0], sizeof *g);
}

/* A JSON value as --set takes it. */
static void assignment(const char *name, const json_t *value, char *text, size_t size)
{
    int n = snprintf(text, size, "%s=", name);
    if (json_is_string(value))
        snprintf(text + n, size - (size_t)n, "%s", json_string_value(value));
    else if (json_is_integer(value))
        snprintf(text + n, size - (size_t)n, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        snprintf(text + n, size - (size_t)n, "%.17g", json_real_value(value));
    for (size_t i = 0; i < json_array_size(value); i++) {
        n = (int)strlen(text);
        snprintf(text + n, size - (size_t)n, "%s%lld", i ? "/" : "",
                 (long long)json_integer_value(json_array_get(value, i)));
    }
}

/* The JSON of one preset, set into another, makes it the first: it holds every value. */
Test(preset, json_holds_every_value_and_can_be_set_again)
{
    lsm_preset from[4], into;
    for (int i = 0; i < 4; i++)
        from[i] = preset_get((preset_name)(i % 2), (modality)(i / 2), TASK_ZERO_SHOT,
                             i / 2 ? cochlea : dvs);
    from[3].reservoir.groups = 2;
    from[3].reservoir.group[1] = from[1].reservoir.group[0];
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++) {
            json_t *all = preset_json(&from[i]), *value;
            const char *name;
            char text[256];
            tuft_error err;
            into = from[j];
            json_object_foreach(all, name, value)
            {
                cr_assert_not_null(value, "%s", name);
                assignment(name, value, text, sizeof text);
                cr_assert_eq(preset_set(&into, text, &err), TUFT_OK, "%s: %s", text, err.message);
            }
            json_t *again = preset_json(&into);
            cr_assert(json_equal(all, again));
            /* Byte for byte, but for the groups and delays that are not in use. */
            cr_assert_arr_eq(&into.frontend, &from[i].frontend, sizeof into.frontend);
            cr_assert_arr_eq(&into.encoding, &from[i].encoding, sizeof into.encoding);
            cr_assert_arr_eq(&into.augmentation, &from[i].augmentation, sizeof into.augmentation);
            cr_assert_arr_eq(&into.readout, &from[i].readout, sizeof into.readout);
            cr_assert_eq(into.copies, from[i].copies);
            for (uint32_t g = 0; g < into.reservoir.groups; g++) {
                tuft_reservoir_group a = into.reservoir.group[g], b = from[i].reservoir.group[g];
                memset(a.delay_steps + a.delays, 0,
                       (TUFT_RESERVOIR_DELAYS - a.delays) * sizeof *a.delay_steps);
                cr_assert_arr_eq(&a, &b, sizeof a);
            }
            json_decref(all);
            json_decref(again);
        }
}

Test(preset, what_cannot_be_set_is_named)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"groups", "\"groups\", expected name=value"},
        {"groups=1,windows", "\"windows\", expected name=value"},
        {"encoding.window=3", "did you mean \"encoding.windows\"?"},
        {"group0.map=3", "did you mean \"group0.maps\"?"},
        {"frontend.stpes=3", "did you mean \"frontend.steps\"?"},
        {"quite.another=3", "unknown value \"quite.another\""},
        {"group6.maps=3", "unknown value \"group6.maps\""},
        {"group.maps=3", "unknown value \"group.maps\""},
        {"group0maps=3", "unknown value"},
        {"=3", "unknown value \"\""},
        {"groups=", "groups: \"\", expected a whole number"},
        {"groups=two", "groups: \"two\""},
        {"groups=1.5", "groups: \"1.5\""},
        {"groups=-1", "groups: \"-1\""},
        {"groups=4294967296", "groups: \"4294967296\""},
        {"groups=99999999999999999999", "expected a whole number"},
        {"group0.decay=", "group0.decay: \"\", expected a number"},
        {"group0.decay=0.9x", "group0.decay: \"0.9x\""},
        {"group0.decay=nan", "group0.decay: \"nan\""},
        {"group0.decay=inf", "group0.decay: \"inf\""},
        {"group0.decay=1e999", "group0.decay: \"1e999\""},
        {"frontend.polarity=onn", "expected one of both, merged, off, on"},
        {"frontend.polarity=", "expected one of"},
        {"readout.kind=RIDGE", "expected one of ridge, softmax"},
        {"group0.delays=0/x", "group0.delays: \"x\""},
        {"group0.delays=", "group0.delays: no delays"},
        {"group0.delays=0/1/2/3/4/5/6/7/8", "more than 8 delays"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        lsm_preset p = best(), before = p;
        tuft_error err = {0};
        char text[256];
        cr_assert_eq(preset_set(&p, bad[i].text, &err), TUFT_INVALID, "%s", bad[i].text);
        cr_assert(strstr(err.message, bad[i].says), "%s: %s", bad[i].text, err.message);
        cr_assert_arr_eq(&p, &before, sizeof p);
        /* All or nothing. */
        snprintf(text, sizeof text, "encoding.windows=9,%s", bad[i].text);
        cr_assert_eq(preset_set(&p, text, &err), TUFT_INVALID);
        cr_assert_arr_eq(&p, &before, sizeof p);
    }
}
