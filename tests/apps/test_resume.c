/* tuft simulate --checkpoint and --resume: a run that is killed again and again ends as one that is
 * left alone. */
#include "apps/shell.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(resume, .init = shell_enter, .fini = shell_leave);

/* Noise, a sine that writes rates, spikes from the file, clocked and event-driven cells that learn.
 */
static const char network[] =
    "{\"tuft_network\": 1, \"tick_us\": 100, \"duration_ms\": 400, \"seed\": 5, \"populations\": ["
    "{\"name\": \"in\", \"cell\": \"source\", \"count\": 2},"
    "{\"name\": \"a\", \"cell\": \"lif-exponential\", \"count\": 50},"
    "{\"name\": \"b\", \"cell\": \"two-point-lif\", \"count\": 50, \"mode\": \"event-driven\"}],"
    "\"projections\": ["
    "{\"source\": \"in\", \"target\": \"a\", \"port\": \"excitatory\", \"connect\": \"all\","
    " \"weight\": 9, \"delay_ms\": 150},"
    "{\"source\": \"a\", \"target\": \"b\", \"port\": \"soma\", \"connect\": {\"out_degree\": 10},"
    " \"weight\": 6, \"delay_ms\": {\"uniform\": [0.1, 20]}},"
    "{\"source\": \"b\", \"target\": \"a\", \"port\": \"inhibitory\", \"connect\":"
    " {\"probability\": 0.1}, \"weight\": -2}],"
    "\"inputs\": ["
    "{\"poisson\": {\"name\": \"noise\", \"target\": \"a\", \"port\": \"excitatory\","
    " \"rate_hz\": 800, \"weight\": 5}},"
    "{\"sine\": {\"target\": \"noise\", \"variable\": \"rate_hz\", \"mean\": 800,"
    " \"amplitude\": 300, \"period_ms\": 90, \"every_ms\": 3}},"
    "{\"steps\": {\"target\": \"b\", \"variable\": \"bias\", \"time_ms\": [0, 100, 250],"
    " \"value\": [0, 15, 5]}},"
    "{\"spikes\": {\"source\": \"in\", \"time_ms\": [20, 120, 220], \"cell\": [0, 1, 0]}}],"
    "\"records\": [{\"spikes\": \"a\"}, {\"spikes\": \"b\"},"
    "{\"trace\": {\"population\": \"b\", \"variable\": \"soma\", \"cells\": \"0-3\","
    " \"every_ms\": 0.7}}]}";

#define RUN "$TUFT simulate net.json --quiet "

Test(resume, a_run_in_pieces_is_the_run_in_one)
{
    shell_write("net.json", network, strlen(network));
    cr_assert_eq(shell(RUN "--spikes whole.csv --traces whole-t.csv"), 0, "%s", shell_said());
    cr_assert_eq(shell("test $(wc -l < whole.csv) -gt 500"), 0);
    cr_assert_eq(shell(RUN "--duration 0.1 --checkpoint ck.tuft"), 0, "%s", shell_said());
    for (int end = 37; end < 400; end += 81)
        cr_assert_eq(
            shell(RUN "--duration %d --resume ck.tuft --checkpoint ck.tuft --every 10", end), 0,
            "%s", shell_said());
    cr_assert_eq(shell(RUN "--resume ck.tuft --threads 2 --spikes parts.csv --traces parts-t.csv"),
                 0, "%s", shell_said());
    cr_assert_eq(shell("cmp whole.csv parts.csv && cmp whole-t.csv parts-t.csv"), 0);
}

Test(resume, killed_at_any_moment)
{
    shell_write("net.json", network, strlen(network));
    cr_assert_eq(shell(RUN "--spikes whole.csv"), 0, "%s", shell_said());
    cr_assert_eq(shell("i=0; found=0\n"
                       "while [ $i -lt 60 ] && [ $found -lt 12 ]; do i=$((i + 1)); from=\n"
                       "[ -f ck.tuft ] && from='--resume ck.tuft' && found=$((found + 1))\n" RUN
                       "$from --checkpoint ck.tuft --every 0.5 >/dev/null 2>said & job=$!\n"
                       "sleep $((i / 20)).0$((i %% 9 + 1)); kill -9 $job; wait $job || true\n"
                       "! [ -s said ] || exit 3\n"
                       "done 2>/dev/null; test $found -gt 5"),
                 0);
    cr_assert_eq(shell(RUN "--resume ck.tuft --spikes parts.csv"), 0, "%s", shell_said());
    cr_assert_eq(shell("cmp whole.csv parts.csv"), 0);
}

Test(resume, wrong_files_are_refused_in_one_line)
{
    shell_write("net.json", network, strlen(network));
    cr_assert_eq(shell(RUN "--duration 50 --checkpoint ck.tuft"), 0, "%s", shell_said());
    cr_assert_eq(
        shell("head -c 1000 ck.tuft > cut.tuft; rm ck.tuft.tmp* 2>/dev/null; cp ck.tuft "
              "odd.tuft; printf x | dd of=odd.tuft bs=1 seek=900 conv=notrunc 2>/dev/null"),
        0);
    static const struct {
        const char *options, *says;
        int status;
    } refused[] = {
        {"--resume cut.tuft", "cut.tuft: ", 1},
        {"--resume odd.tuft", "is damaged (CRC-32)", 1},
        {"--resume net.json", "net.json: not a Tuft archive", 1},
        {"--resume none.tuft", "none.tuft: ", 1},
        {"--resume ck.tuft --seed 6", "of a run with seed 5, this one has 6", 1},
        {"--resume ck.tuft --set populations[1].count=51", "ck.tuft: of a network in which", 1},
        {"--resume ck.tuft --duration 10", "saved at 50 ms, the run ends at 10 ms", 1},
        {"--checkpoint c --every 0.01", "--every 0.01 ms is under one tick of 0.1 ms", 1},
        {"--checkpoint no/such/c", "no/such/c: cannot write", 1},
        {"--every 10", "--every needs --checkpoint", 2},
    };
    for (size_t k = 0; k < sizeof refused / sizeof *refused; k++) {
        int status = shell(RUN "%s", refused[k].options);
        cr_assert_eq(status, refused[k].status, "%s: %d", refused[k].options, status);
        cr_assert_not_null(strstr(shell_said(), refused[k].says), "%s: %s", refused[k].options,
                           shell_said());
        const char *end = strchr(shell_said(), '\n');
        cr_assert(end && !end[1], "%s", shell_said());
    }
}
