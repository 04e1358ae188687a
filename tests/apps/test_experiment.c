/* tuft run: experiments from files, good and bad; settings by key. */
#include "apps/commands.h"
#include "apps/experiment.h"
#include "apps/json_path.h"
#include "apps/preset.h"
#include "apps/shell.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(experiment, .init = shell_enter, .fini = shell_leave);

#define TINY                                                                                       \
    "\"set\": {\"groups\": 1, \"group0.maps\": 6, \"group0.stride_x\": 6, "                        \
    "\"group0.stride_y\": 6, \"augment.copies\": 1}"
#define HEAD "{\"tuft_experiment\": 1, \"title\": \"t\", \"command\": \"classify\", "
#define GOOD                                                                                       \
    HEAD "\"options\": {\"dataset\": \"synthetic-vision\", \"per-class\": 4, \"seeds\": 2, "       \
         "\"seed\": 3, \"baseline\": true, " TINY "}}"

static void write_text(const char *name, const char *text)
{
    shell_write(name, text, strlen(text));
}

/* The same JSON but for times. */
Test(experiment, a_run_is_the_subcommand_with_these_options)
{
    write_text("e.json", GOOD);
    json_t *ran = shell_result("run", "e.json");
    json_t *typed =
        shell_result("classify", "--dataset synthetic-vision --per-class 4 --seeds 2 "
                                 "--seed 3 --baseline --set groups=1,group0.maps=6,"
                                 "group0.stride_x=6,group0.stride_y=6,augment.copies=1");
    cr_assert(json_equal(ran, typed));
    json_decref(ran);
    json_decref(typed);
    ran = shell_result("run", "e.json --seed 5 --seeds 1 --set baseline=false,reservoir.size=7");
    typed = shell_result("classify",
                         "--dataset synthetic-vision --per-class 4 --seed 5 --set groups=1,"
                         "group0.maps=6,group0.stride_x=6,group0.stride_y=6,augment.copies=1,"
                         "reservoir.size=7");
    cr_assert(json_equal(ran, typed));
    json_decref(ran);
    json_decref(typed);
}

Test(experiment, other_subcommands_operands_and_folders)
{
    static const char network[] =
        "{\"tuft_network\": 1, \"duration_ms\": 20, \"populations\": [{\"name\": \"a\", \"cell\": "
        "\"lif-delta\", \"count\": 5, \"parameters\": {\"bias\": 30}}]}";
    cr_assert_eq(shell("mkdir nets"), 0);
    write_text("nets/n.json", network);
    write_text("nets/e.json",
               "{\"tuft_experiment\": 1, \"title\": \"t\", \"command\": \"simulate\", \"options\": "
               "{\"network\": \"{here}/n.json\", \"duration\": 30, \"set\": "
               "{\"populations[0].count\": 7}}}");
    json_t *ran = shell_result("run", "nets/e.json");
    cr_assert_eq(json_integer_value(json_path_get(ran, "config.document.populations[0].count")), 7);
    json_decref(ran);
}

/* Beside the figures of the file. */
Test(experiment, figures_stand_beside_the_result)
{
    write_text("e.json",
               HEAD "\"options\": {\"dataset\": \"synthetic-vision\", \"per-class\": 4, " TINY
                    "}, \"published\": [{\"metric\": \"results.accuracy\", \"value\": 0.25, "
                    "\"source\": \"a paper\"}], \"expected\": [{\"metric\": \"results.none\", "
                    "\"value\": 2}]}");
    cr_assert_eq(shell("$TUFT run e.json --quiet > said && grep -q 'results.accuracy .* 0.25  a "
                       "paper' said && grep -q 'results.none  *-  *2' said"),
                 0, "%s", shell_said());
    /* What it wrote for itself is gone. */
    cr_assert_neq(shell("TMPDIR=$FOLDER $TUFT run e.json --quiet; ls | grep tuft-run"), 0);
}

static const struct {
    const char *text, *says;
} refused[] = {
    {"{", "e.json: line 1"},
    {"[]", "e.json: an array"},
    {"{}", "tuft_experiment: missing"},
    {"{\"tuft_experiment\": 2}", "tuft_experiment: 2"},
    {"{\"tuft_experiment\": 1, \"tuft_experiment\": 1}", "duplicate"},
    {HEAD "\"option\": {}}", "option: unknown key (did you mean \"options\"?)"},
    {HEAD "\"x\": 1, \"options\": {}}", "e.json: x: unknown key"},
    {HEAD "\"options\": 3}", "options: expected an object"},
    {"{\"tuft_experiment\": 1, \"title\": \"t\", \"command\": \"classify\"}", "options: missing"},
    {"{\"tuft_experiment\": 1, \"title\": \"t\", \"command\": \"clasify\", \"options\": {}}",
     "did you mean \"classify\"?"},
    {"{\"tuft_experiment\": 1, \"title\": \"t\", \"command\": \"run\", \"options\": {}}",
     "unknown subcommand \"run\""},
    {"{\"tuft_experiment\": 1, \"title\": \"t\", \"command\": \"sweep\", \"options\": {}}",
     "unknown subcommand \"sweep\""},
    {"{\"tuft_experiment\": 1, \"command\": \"classify\", \"options\": {}}", "title: missing"},
    {HEAD "\"options\": {\"presett\": \"best\"}}",
     "options.presett: tuft classify has no \"presett\" (did you mean \"preset\"?)"},
    {HEAD "\"options\": {\"json\": \"x\"}}", "options.json: "},
    {HEAD "\"options\": {\"group0.maps\": 3}}", "options.\"group0.maps\": "},
    {HEAD "\"options\": {\"\": 3}}", "options.\"\": "},
    {HEAD "\"options\": {\"preset\": \"bets\"}}", "options.preset: 'bets' is unknown"},
    {HEAD "\"options\": {\"preset\": 3}}", "options.preset: expected a string"},
    {HEAD "\"options\": {\"preset\": {\"a\": 3}}}", "options.preset: expected a string"},
    {HEAD "\"options\": {\"seeds\": 0}}", "options.seeds: '0' is out of range"},
    {HEAD "\"options\": {\"seeds\": 1.5}}", "options.seeds: '1.5' is not a whole number"},
    {HEAD "\"options\": {\"seeds\": \"5\"}}", "options.seeds: expected a whole number"},
    {HEAD "\"options\": {\"seeds\": null}}", "options.seeds: expected a whole number"},
    {HEAD "\"options\": {\"seed\": -1}}", "options.seed: '-1'"},
    {HEAD "\"options\": {\"baseline\": \"yes\"}}", "options.baseline: expected true or false"},
    {HEAD "\"options\": {\"train\": \"\"}}", "options.train: '' is empty"},
    {HEAD "\"options\": {\"dataset\": \"synthetic-vision\", \"set\": {\"group0.map\": 3}}}",
     "unknown value \"group0.map\" (did you mean \"group0.maps\"?)"},
    {HEAD "\"options\": {\"dataset\": \"synthetic-vision\", \"set\": {\"group0.maps\": \"3,4\"}}}",
     "options.set.\"group0.maps\": a comma"},
    {HEAD "\"options\": {\"dataset\": \"synthetic-vision\", \"set\": {\"group0.maps\": {}}}}",
     "options.set.\"group0.maps\": expected a number"},
    {HEAD "\"options\": {\"dataset\": \"synthetic-vision\", \"set\": {\"group0.maps\": null}}}",
     "options.set.\"group0.maps\": expected a number"},
    {HEAD "\"options\": {\"dataset\": \"synthetic-vision\", \"set\": [1]}}",
     "options.set: expected an object"},
    {HEAD "\"options\": {}}", "options: "}, /* n-mnist needs --train */
    {HEAD "\"options\": {\"train\": \"{data}/a\", \"test\": \"{data}/a\"}}",
     "options.train: /tmp/nowhere/a is not there"},
    {HEAD "\"published\": [{\"metric\": \"m\"}], \"options\": {}}", "published[0].value: missing"},
    {HEAD "\"published\": [{\"metrics\": \"m\"}], \"options\": {}}",
     "published[0].metrics: unknown key"},
    {HEAD "\"expected\": {}, \"options\": {}}", "expected: "},
    {HEAD "\"metric\": 3, \"options\": {}}", "metric: a number, expected a string"},
    {"{\"tuft_experiment\": 1, \"title\": \"t\", \"command\": \"zero-shot\", \"options\": "
     "{\"synthetic\": true, \"shots\": [1, \"x\"]}}",
     "options.shots: "},
    {"{\"tuft_experiment\": 1, \"title\": \"t\", \"command\": \"zero-shot\", \"options\": "
     "{\"synthetic\": true, \"shots\": []}}",
     "options.shots: 0 elements"},
};

Test(experiment, malformed_files_are_refused_in_one_line)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        write_text("e.json", refused[i].text);
        shell_refused("run", 1, refused[i].says, "--data /tmp/nowhere e.json");
    }
    shell_refused("run", 1, "none.json", "none.json");
    shell_refused("run", 2, "FILE is missing", "");
}

/* Cut anywhere, with any byte changed: a status, never a crash. */
Test(experiment, damaged_files_never_crash)
{
    char text[] = GOOD;
    char path[256];
    snprintf(path, sizeof path, "%s/e.json", shell_folder());
    for (size_t i = 0; i + 1 < sizeof text; i++) {
        experiment made;
        tuft_error err;
        shell_write("e.json", text, i);
        cr_assert_neq(experiment_read(&made, path, NULL, &err), TUFT_OK, "cut at %zu", i);
        cr_assert_null(strchr(err.message, '\n'));
        char kept = text[i];
        static const char others[] = "{}[]\",:0x\n";
        for (size_t k = 0; others[k]; k++) {
            text[i] = others[k];
            shell_write("e.json", text, sizeof text - 1);
            if (experiment_read(&made, path, NULL, &err) == TUFT_OK)
                experiment_free(&made);
        }
        text[i] = kept;
    }
}

Test(experiment, changes_are_checked)
{
    write_text("e.json", GOOD);
    shell_refused("run", 1, "did you mean \"preset\"?", "e.json --set presett=best");
    shell_refused("run", 1, "did you mean \"reservoir.size\"?", "e.json --set reservoir.sise=3");
    shell_refused("run", 1, "expected KEY=VALUE", "e.json --set preset");
    shell_refused("run", 1, "expected true or false", "e.json --set baseline=1");
    shell_refused("run", 2, "--seeds", "e.json --seeds 0");
}

Test(experiment, where_the_recordings_are)
{
    write_text("e.json", HEAD "\"options\": {\"train\": \"{data}/Train\", \"test\": "
                              "\"{data}/Test\"}}");
    cr_assert_eq(shell("cd / && TUFT_DATA=$FOLDER/no \"$TUFT\" run $FOLDER/e.json"), 1);
    cr_assert(strstr(shell_said(), "/no/Train is not there"), "%s", shell_said());
    cr_assert_eq(shell("unset TUFT_DATA; cd / && \"$TUFT\" run $FOLDER/e.json"), 1);
    cr_assert(strstr(shell_said(), "TUFT_DATA"), "%s", shell_said());
    cr_assert_eq(shell("mkdir -p shared/data/Train here && cd here && unset TUFT_DATA && \"$TUFT\" "
                       "run ../e.json"),
                 1);
    cr_assert(strstr(shell_said(), "shared/data/Test is not there"), "%s", shell_said());
    /* The option goes over the variable. */
    cr_assert_eq(shell("mkdir d && TUFT_DATA=/ \"$TUFT\" run e.json --data d"), 1);
    cr_assert(strstr(shell_said(), "/d/Train is not there"), "%s", shell_said());
}

/* All that is shipped reads, and names figures that the results have. */
Test(experiment, shipped_files_are_good)
{
    static const char folder[] = TUFT_SOURCE_DIR "/apps/experiments";
    DIR *open = opendir(folder);
    struct dirent *entry;
    int files = 0;
    cr_assert_not_null(open);
    cr_assert_eq(shell("mkdir -p n-mnist/Train n-mnist/Test ti46-spikes fsdd mnist && touch "
                       "ti46-spikes/ti46.h5"),
                 0);
    while ((entry = readdir(open))) {
        experiment made;
        tuft_error err;
        char path[512];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        cr_assert_eq(experiment_read(&made, path, shell_folder(), &err), TUFT_OK, "%s",
                     err.message);
        cr_assert_not_null(made.metric);
        for (size_t i = 0; i < made.published_count; i++)
            cr_assert_not_null(made.published[i].source, "%s", path);
        experiment_free(&made);
        files++;
    }
    closedir(open);
    cr_assert_gt(files, 9);
}

/* ---- settings -------------------------------------------------------------------------------- */

Test(experiment, settings_by_key)
{
    settings of, copy;
    tuft_error err;
    char **arguments;
    size_t count;
    cr_assert_eq(settings_new(&of, &zero_shot_command, &err), TUFT_OK);
    cr_assert_eq(settings_set(&of, "synthetic", "true", &err), TUFT_OK);
    cr_assert_eq(settings_set(&of, "all-pairs", "false", &err), TUFT_OK);
    cr_assert_eq(settings_set(&of, "seed", "9", &err), TUFT_OK);
    cr_assert_eq(
        settings_set_all(&of, "vision.group0.maps=3,epochs=4,group0.decay=0.5,epochs=5", &err),
        TUFT_OK, "%s", err.message);
    cr_assert_str_eq(settings_text(&of, "set-vision"), "group0.maps=3,group0.decay=0.5");
    cr_assert_str_eq(settings_text(&of, "set-audio"), "group0.decay=0.5");
    cr_assert_eq(settings_copy(&copy, &of, &err), TUFT_OK);
    settings_free(&of);
    cr_assert_eq(settings_arguments(&copy, 1, &arguments, &count, &err), TUFT_OK);
    static const char *const expected[] = {"zero-shot",
                                           "--synthetic",
                                           "--set-vision=group0.maps=3,group0.decay=0.5",
                                           "--set-audio=group0.decay=0.5",
                                           "--epochs=5",
                                           "--seed=9"};
    cr_assert_eq(count, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < count; i++)
        cr_assert_str_eq(arguments[i], expected[i]);
    cr_assert_null(arguments[count]);
    cr_assert_null(arguments[count + 1]);
    settings_arguments_free(arguments);
    settings_free(&copy);
}

Test(experiment, reservoir_names_are_of_all_groups)
{
    tuft_error err;
    lsm_preset preset =
        preset_get(PRESET_BEST, MODALITY_VISION, TASK_CLASSIFY, (tuft_geometry){34, 34, 2});
    cr_assert_eq(preset.reservoir.groups, 2);
    cr_assert_eq(preset_set(&preset, "reservoir.size=7,reservoir.decay=0.25,group1.maps=8", &err),
                 TUFT_OK);
    cr_assert_eq(preset.reservoir.group[0].maps, 7);
    cr_assert_eq(preset.reservoir.group[1].maps, 8);
    cr_assert_eq(preset.reservoir.group[0].decay, 0.25);
    cr_assert_eq(preset.reservoir.group[1].decay, 0.25);
    cr_assert_eq(preset_set(&preset, "reservoir.size=x", &err), TUFT_INVALID);
    cr_assert_eq(preset_set(&preset, "groups=0,reservoir.size=3", &err), TUFT_OK);
    cr_assert_eq(preset.reservoir.group[0].maps, 3);
}

Test(experiment, json_paths)
{
    json_t *document = json_loads("{\"a\": [{\"b\": 3}, [4]], \"c d\": 5}", 0, NULL);
    cr_assert_eq(json_integer_value(json_path_get(document, "a[0].b")), 3);
    cr_assert_eq(json_integer_value(json_path_get(document, "a[1][0]")), 4);
    cr_assert_eq(json_integer_value(json_path_get(document, "c d")), 5);
    static const char *const nowhere[] = {"a[2]", "a[0].c", "a.b", "b",     ".a",  "a.",
                                          "a[x]", "a[",     "[0]", "a[0]b", "a..b"};
    for (size_t i = 0; i < sizeof nowhere / sizeof *nowhere; i++)
        cr_assert_null(json_path_get(document, nowhere[i]), "%s", nowhere[i]);
    json_decref(document);
}
