/* tuft sweep: grids, intervals, files, and what survives kill -9. */
#include "apps/commands.h"
#include "apps/experiment.h"
#include "apps/page.h"
#include "apps/shell.h"
#include "apps/sweep_grid.h"
#include "core/file.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TestSuite(sweep, .init = shell_enter, .fini = shell_leave);

/* A network of some milliseconds: accuracy is not what is tested here. */
static const char network[] =
    "{\"tuft_network\": 1, \"duration_ms\": 200, \"populations\": [{\"name\": \"a\", \"cell\": "
    "\"lif-delta\", \"count\": 20}], \"inputs\": [{\"poisson\": {\"target\": \"a\", \"port\": "
    "\"input\", \"rate_hz\": 400, \"weight\": 4}}], \"records\": [{\"spikes\": \"a\"}]}";
static const char simulated[] =
    "{\"tuft_experiment\": 1, \"title\": \"Spikes\", \"command\": \"simulate\", \"options\": "
    "{\"network\": \"{here}/net.json\"}, \"metric\": \"ledger.spikes\", \"published\": "
    "[{\"metric\": \"ledger.spikes\", \"value\": 100, \"source\": \"nobody\"}]}";
static const char classified[] =
    "{\"tuft_experiment\": 1, \"title\": \"Digits\", \"command\": \"classify\", \"options\": "
    "{\"dataset\": \"synthetic-vision\", \"per-class\": 4, \"seeds\": 3, \"set\": {\"groups\": 1, "
    "\"group0.maps\": 6, \"group0.stride_x\": 6, \"group0.stride_y\": 6, \"augment.copies\": "
    "0}}}";

static void write_files(void)
{
    shell_write("net.json", network, strlen(network));
    shell_write("spikes.json", simulated, strlen(simulated));
    shell_write("digits.json", classified, strlen(classified));
}

#define OVER "--over inputs[0].poisson.rate_hz=300,400,500 --over duration=100,200 --seeds 4 "

static json_t *load(const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", shell_folder(), name);
    json_t *root = json_load_file(path, 0, NULL);
    cr_assert_not_null(root, "%s", name);
    return root;
}

/* ---- what it does ---------------------------------------------------------------------------- */

/* Each run is what the subcommand gives; the table is Student's of them, by hand. */
Test(sweep, points_are_their_runs)
{
    write_files();
    cr_assert_eq(shell("$TUFT sweep spikes.json --quiet " OVER "--jobs 2 --json s.json --csv "
                       "s.csv > table"),
                 0, "%s", shell_said());
    cr_assert_str_empty(shell_said());
    json_t *root = load("s.json"),
           *points = json_object_get(json_object_get(root, "results"), "points");
    cr_assert_eq(json_array_size(points), 6);
    for (size_t p = 0; p < 6; p++) {
        json_t *point = json_array_get(points, p), *at = json_object_get(point, "at");
        json_int_t rate = json_integer_value(json_object_get(at, "inputs[0].poisson.rate_hz")),
                   duration = json_integer_value(json_object_get(at, "duration"));
        cr_assert_eq(rate, 300 + 100 * (json_int_t)(p / 2));
        cr_assert_eq(duration, 100 + 100 * (json_int_t)(p % 2));
        double sum = 0, square = 0;
        for (int seed = 1; seed <= 4; seed++) {
            json_t *run = json_array_get(json_object_get(point, "runs"), (size_t)seed - 1);
            char arguments[200], name[256];
            snprintf(arguments, sizeof arguments,
                     "net.json --set inputs[0].poisson.rate_hz=%d --duration %d --seed %d",
                     (int)rate, (int)duration, seed);
            double value = json_number_value(json_object_get(run, "value"));
            if (p % 2 == 0) {
                json_t *alone = shell_result("simulate", arguments);
                cr_assert_eq(value, json_number_value(json_object_get(
                                        json_object_get(alone, "ledger"), "spikes")));
                json_decref(alone);
            }
            snprintf(name, sizeof name, "spikes.sweep/%s",
                     json_string_value(json_object_get(run, "file")));
            json_decref(load(name));
            sum += value;
            square += value * value;
        }
        double mean = sum / 4, sd = sqrt((square - 4 * mean * mean) / 3);
        double half = 3.182446305284263 * sd / 2; /* t, 3 degrees, 0.975 */
        json_t *interval = json_object_get(point, "ci95");
        cr_assert_float_eq(json_number_value(json_object_get(point, "mean")), mean, 1e-9);
        cr_assert_float_eq(json_number_value(json_object_get(point, "sd")), sd, 1e-6);
        cr_assert_float_eq(json_number_value(json_array_get(interval, 0)), mean - half, 1e-6);
        cr_assert_float_eq(json_number_value(json_array_get(interval, 1)), mean + half, 1e-6);
        cr_assert_eq(json_integer_value(json_object_get(point, "n")), 4);
    }
    json_decref(root);
    cr_assert_eq(shell("test $(wc -l < s.csv) -eq 7 && test $(wc -l < table) -eq 8 && head -1 "
                       "s.csv | grep -q "
                       "'^inputs\\[0\\].poisson.rate_hz,duration,n,mean,sd,ci95_low,ci95_high,"
                       "seed_1,seed_2,seed_3,seed_4$'"),
                 0);
}

/* A file with three seeds: three runs of one seed each. */
Test(sweep, repeats_are_runs_of_one_seed)
{
    write_files();
    cr_assert_eq(shell("$TUFT sweep digits.json --quiet --seed 5 --json s.json"), 0, "%s",
                 shell_said());
    json_t *root = load("s.json"), *point, *run;
    point = json_array_get(json_object_get(json_object_get(root, "results"), "points"), 0);
    cr_assert_eq(json_array_size(json_object_get(point, "runs")), 3);
    for (size_t r = 0; r < 3; r++) {
        char arguments[256], name[256];
        run = json_array_get(json_object_get(point, "runs"), r);
        snprintf(name, sizeof name, "digits.sweep/%s",
                 json_string_value(json_object_get(run, "file")));
        snprintf(arguments, sizeof arguments, "digits.json --seeds 1 --seed %d", (int)r + 5);
        json_t *there = load(name), *alone = shell_result("run", arguments);
        json_object_del(there, "timing_s");
        json_object_del(json_object_get(there, "config"), "threads");
        cr_assert(json_equal(there, alone), "seed %d", (int)r + 5);
        cr_assert_eq(
            json_number_value(json_object_get(run, "value")),
            json_number_value(json_object_get(json_object_get(alone, "results"), "accuracy")));
        json_decref(there);
        json_decref(alone);
    }
    json_decref(root);
}

/* The file's own seeds; shares stay between 0 and 1; jobs change nothing. */
Test(sweep, jobs_change_nothing)
{
    write_files();
    for (int jobs = 1; jobs <= 3; jobs += 2)
        cr_assert_eq(shell("$TUFT sweep digits.json --quiet --over reservoir.size=2,4 --over "
                           "preset=best,lin2025 --jobs %d --out o%d --csv %d.csv",
                           jobs, jobs, jobs),
                     0, "%s", shell_said());
    cr_assert_eq(shell("cmp 1.csv 3.csv && test $(ls o3 | wc -l) -eq 12 && ! grep -q -- -0. 1.csv"),
                 0);
}

Test(sweep, page)
{
    write_files();
    cr_assert_eq(shell("$TUFT sweep spikes.json --quiet " OVER "--jobs 2 --report s.html"), 0, "%s",
                 shell_said());
    cr_assert_eq(shell("$TUFT sweep spikes.json --quiet --over "
                       "inputs[0].poisson.port=input --out one --report one.html"),
                 0, "%s", shell_said());
    static const char *const pages[] = {"s.html", "one.html"};
    for (size_t i = 0; i < 2; i++) {
        char path[256];
        unsigned char *content;
        size_t size;
        tuft_error err;
        snprintf(path, sizeof path, "%s/%s", shell_folder(), pages[i]);
        cr_assert_eq(tuft_file_read(path, 1 << 22, &content, &size, &err), TUFT_OK);
        char *page = strndup((char *)content, size);
        cr_assert_null(page_fault(page), "%.80s", page_fault(page));
        cr_assert_null(page_unwanted(page), "%.80s", page_unwanted(page));
        cr_assert(strstr(page, "published 100"));
        cr_assert_eq(strstr(page, "duration=100") != NULL, i == 0);
        free(page);
        free(content);
    }
}

/* ---- going on -------------------------------------------------------------------------------- */

/* Killed again and again, after 0.02 s, 0.03 s ... (starting two dozen processes takes longer), and
 * later and later where the machine is slow: in the end every run is there, none was done twice,
 * nothing half written is left, and the table is that of a sweep that was left alone. */
Test(sweep, killed_at_any_moment)
{
    write_files();
    cr_assert_eq(shell("$TUFT sweep spikes.json --quiet " OVER "--out whole --csv whole.csv"), 0,
                 "%s", shell_said());
    int status =
        shell("i=0; cut=0; mkdir parts; : > before\n"
              "while [ $i -lt 200 ]; do i=$((i + 1))\n"
              "$TUFT sweep spikes.json --quiet " OVER "--jobs 2 --out parts >/dev/null 2>said & "
              "job=$!\n"
              "sleep $((i / 8)).0$((1 + i %% 9)); kill -9 $job 2>/dev/null && cut=$((cut + 1))\n"
              "wait $job || true; ! [ -s said ] || exit 3\n"
              "sleep 0.02\n" /* for its children to have died with it */
              "ls parts | grep json$ | while read f; do stat -c '%%i %%n' parts/$f; done | sort > "
              "after\n"
              "comm -23 before after | grep . && exit 4\n" /* a file that is another now */
              "mv after before; [ $(wc -l < before) -lt 24 ] || break\n"
              "done 2>/dev/null; test $cut -gt 1 || exit 5; test $i -lt 200 || exit 6");
    cr_assert_eq(status, 0, "%d: %s", status, shell_said());
    cr_assert_eq(shell("$TUFT sweep spikes.json --quiet " OVER "--out parts --csv parts.csv"), 0,
                 "%s", shell_said());
    cr_assert_eq(shell("cmp whole.csv parts.csv"), 0);
    cr_assert_eq(shell("ls whole > a; ls parts > b; cmp a b && ! ls -A parts | grep tmp"), 0);
    cr_assert_eq(shell("for f in parts/*; do stat -c '%%i %%n' $f; done | sort > after; cmp before "
                       "after"),
                 0);
}

/* Runs do not outlive the sweep that began them. */
Test(sweep, children_die_with_it)
{
    write_files();
    cr_assert_eq(
        shell("$TUFT sweep spikes.json --quiet --over duration=1e7,2e7 --jobs 2 & job=$!; i=0\n"
              "while [ $i -lt 200 ]; do i=$((i + 1)); sleep 0.05\n"
              "[ $(ps -o pid= --ppid $job | wc -l) -eq 2 ] && break; done\n"
              "kids=$(ps -o pid= --ppid $job); [ \"$kids\" ] || exit 3\n"
              "kill -9 $job; wait $job; i=0\n"
              "while [ $i -lt 100 ]; do i=$((i + 1)); sleep 0.05\n"
              "alive=; for k in $kids; do s=$(ps -o stat= -p $k)\n"
              "case \"$s\" in ''|Z*) ;; *) alive=1 ;; esac; done\n"
              "[ \"$alive\" ] || exit 0; done; exit 4"),
        0, "%s", shell_said());
}

Test(sweep, what_is_there_is_looked_at)
{
    write_files();
    cr_assert_eq(shell("$TUFT sweep spikes.json --quiet " OVER), 0, "%s", shell_said());
    /* Missing ones are done, the others are not. */
    cr_assert_eq(shell("ls -i spikes.sweep | sort > before; rm spikes.sweep/*duration=100_seed=2*; "
                       "touch spikes.sweep/x.json.tmp-77; $TUFT sweep spikes.json " OVER),
                 0);
    cr_assert(strstr(shell_said(), "21 of 24 runs are in spikes.sweep"), "%s", shell_said());
    cr_assert(strstr(shell_said(), "runs: 3 of 3"), "%s", shell_said());
    cr_assert_eq(
        shell("ls -i spikes.sweep | sort > after; test $(comm -12 before after | wc -l) -ge 21 "
              "&& test $(wc -l < after) -eq 24 && ! ls spikes.sweep | grep tmp"),
        0);
    /* Another metric of the same runs runs nothing. */
    cr_assert_eq(shell("$TUFT sweep spikes.json --metric ledger.neuron_updates " OVER), 0);
    cr_assert_null(strstr(shell_said(), "runs: "), "%s", shell_said());
    shell_refused("sweep", 1, "ledger.spike is not there",
                  "spikes.json --metric ledger.spike " OVER);
    shell_refused("sweep", 1, "results is no number", "spikes.json --metric results " OVER);
    /* Other options under the same names are noticed, and done again on demand. */
    shell_refused("sweep", 1, "set was inputs[0].poisson.rate_hz=300, now populations[0].count=9,",
                  "spikes.json --quiet --set populations[0].count=9 " OVER);
    cr_assert_eq(shell("$TUFT sweep spikes.json --quiet --set populations[0].count=9 --redo " OVER),
                 0, "%s", shell_said());
    /* So are another version and damage. */
    cr_assert_eq(shell("cd spikes.sweep; for f in *rate_hz=300*seed=1*; do sed -i "
                       "'s/\"commit\": \"/&other/' $f; done"),
                 0);
    shell_refused("sweep", 1, "made by tuft other",
                  "spikes.json --quiet --set populations[0].count=9 " OVER);
    cr_assert_eq(shell("cd spikes.sweep; for f in *rate_hz=300*seed=1*; do echo > $f; done"), 0);
    shell_refused("sweep", 1, "damaged", "spikes.json --quiet --set populations[0].count=9 " OVER);
}

Test(sweep, one_at_a_time_in_a_folder)
{
    write_files();
    cr_assert_eq(shell("$TUFT sweep spikes.json --quiet --over duration=1e7 --out o & job=$!; i=0\n"
                       "while [ $i -lt 200 ]; do i=$((i + 1)); sleep 0.05\n"
                       "[ $(ps -o pid= --ppid $job | wc -l) -eq 1 ] && break; done\n"
                       "$TUFT sweep spikes.json --quiet --over duration=10 --out o; got=$?\n"
                       "kill -9 $job; exit $got"),
                 1);
    cr_assert(strstr(shell_said(), "o: another sweep is at work there"), "%s", shell_said());
}

Test(sweep, a_run_that_fails_does_not_end_the_others)
{
    write_files();
    cr_assert_eq(shell("$TUFT sweep digits.json --quiet --over reservoir.decay=0.5,2,0.9 --seeds 2 "
                       "--jobs 2 --json s.json --report s.html"),
                 1);
    cr_assert(strstr(shell_said(), "tuft sweep: reservoir.decay=2, seed=1: group 0: decay 2"), "%s",
              shell_said());
    cr_assert(strstr(shell_said(), "tuft sweep: 2 of 6 runs failed\n"), "%s", shell_said());
    cr_assert_eq(shell("ls digits.sweep | wc -l | grep -qx 4 && grep -q '2 of 6 runs failed' "
                       "s.html"),
                 0);
    json_t *root = load("s.json"),
           *points = json_object_get(json_object_get(root, "results"), "points");
    static const int n[] = {2, 0, 2};
    for (size_t p = 0; p < 3; p++)
        cr_assert_eq(json_integer_value(json_object_get(json_array_get(points, p), "n")), n[p]);
    json_decref(root);
}

/* ---- what it refuses ------------------------------------------------------------------------- */

Test(sweep, wrong_usage)
{
    write_files();
    static const struct {
        const char *arguments, *says;
        int status;
    } refused[] = {
        {"digits.json --over reservoir.sise=3", "did you mean \"reservoir.size\"?", 1},
        {"digits.json --over presett=best", "did you mean \"preset\"?", 1},
        {"digits.json --over preset=best,bets", "--over preset=bets: 'bets' is unknown", 1},
        {"digits.json --over reservoir.size=3,x", "--over reservoir.size=x: ", 1},
        {"digits.json --over reservoir.size=3,", "a value is missing", 1},
        {"digits.json --over reservoir.size=", "a value is missing", 1},
        {"digits.json --over reservoir.size=3,4,3", "3 twice", 1},
        {"digits.json --over reservoir.size", "expected KEY=VALUE,VALUE", 1},
        {"digits.json --over =3", "expected KEY=VALUE,VALUE", 1},
        {"digits.json --over seed=1,2", "--seeds N", 1},
        {"digits.json --over json=a,b", "json", 1},
        {"digits.json --over threads=1,2", "threads", 1},
        {"digits.json --over preset=best --over preset=lin2025", "has an axis already", 1},
        {"digits.json --set presett=best", "did you mean \"preset\"?", 1},
        {"digits.json --set reservoir.sise=4", "did you mean \"reservoir.size\"?", 1},
        {"digits.json --over baseline=yes", "expected true or false", 1},
        {"none.json --over preset=best", "none.json", 1},
        {"digits.json --out /no/such/folder/o", "/no/such/folder/o: cannot make", 1},
        {"digits.json --out digits.json", "digits.json", 1},
        {"digits.json --csv /no/such/t.csv", "/no/such/t.csv: cannot write", 1},
        {"digits.json --csv out.json", "name the same file", 2},
        {"digits.json --jobs 0", "--jobs", 2},
        {"digits.json --seeds 0", "--seeds", 2},
        {"--over preset=best", "FILE is missing", 2},
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        shell_refused("sweep", refused[i].status, refused[i].says, refused[i].arguments);
    cr_assert_neq(shell("ls -d digits.sweep"), 0); /* nothing was begun */
}

/* ---- grids ----------------------------------------------------------------------------------- */

Test(sweep, grid_is_every_combination)
{
    const option_texts over = {3, {"a=1,2,3", "b=x,y", "c=0.5,10"}};
    sweep_grid grid;
    tuft_error err;
    int seen[3][2][2] = {{{0}}};
    cr_assert_eq(sweep_grid_read(&grid, &over, &err), TUFT_OK);
    cr_assert_eq(grid.points, 12);
    for (size_t p = 0; p < 12; p++)
        seen[sweep_grid_at(&grid, p, 0)][sweep_grid_at(&grid, p, 1)][sweep_grid_at(&grid, p, 2)]++;
    for (int k = 0; k < 12; k++)
        cr_assert_eq(seen[k / 4][k / 2 % 2][k % 2], 1);
    char *name = sweep_grid_name(&grid, 5, 1);
    cr_assert_str_eq(name, "a=2, c=10");
    free(name);
    cr_assert_not_null(grid.axis[2].number);
    cr_assert_null(grid.axis[1].number);
    sweep_grid_free(&grid);
    const option_texts none = {0};
    cr_assert_eq(sweep_grid_read(&grid, &none, &err), TUFT_OK);
    cr_assert_eq(grid.points, 1);
    sweep_grid_free(&grid);
}

Test(sweep, grids_too_large_are_refused)
{
    char text[4000] = "x=0";
    for (int i = 1; i < 900; i++)
        sprintf(text + strlen(text), ",%d", i);
    option_texts over = {2, {text, text}};
    char other[4000];
    snprintf(other, sizeof other, "y%s", text + 1);
    over.text[1] = other;
    sweep_grid grid;
    tuft_error err;
    cr_assert_eq(sweep_grid_read(&grid, &over, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "more than 10000 points"), "%s", err.message);
}

Test(sweep, spaced_by_factors_or_by_steps)
{
    cr_assert(sweep_grid_geometric((double[]){100, 200, 400}, 3));
    cr_assert(sweep_grid_geometric((double[]){1, 3, 10, 30}, 4));
    cr_assert_not(sweep_grid_geometric((double[]){1, 2, 3}, 3));
    cr_assert_not(sweep_grid_geometric((double[]){1, 2, 3, 4, 5}, 5));
    cr_assert_not(sweep_grid_geometric((double[]){0, 1, 10}, 3));
    cr_assert_not(sweep_grid_geometric((double[]){-4, 2, 8}, 3));
    cr_assert_not(sweep_grid_geometric((double[]){1, 100}, 2));
    cr_assert_not(sweep_grid_geometric((double[]){0.5, 0.7, 0.9}, 3));
}
