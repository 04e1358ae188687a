/* Checkpoints of running networks: going on is going on to the bit, whatever stopped the process.
 */
#include "core/checkpoint.h"

#include "cells/context.h"
#include "cells/lif.h"
#include "cells/naud_sprekeler.h"
#include "cells/poisson.h"
#include "cells/stdp.h"
#include "cells/two_point_lif.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#define OK(call) cr_assert_eq((call), TUFT_OK)

enum { END = 3000, FROM_OUTSIDE = 400 };
enum { SOURCE, NOISE, FAST, LAZY, SLOW, CONTEXT, POPULATIONS };

static const uint32_t count[POPULATIONS] = {4, 50, 60, 30, 20, 20};
static char path[64];

static void name(void)
{
    snprintf(path, sizeof path, "/tmp/tuft-checkpoint-%ld", (long)getpid());
}

static void clean(void)
{
    unlink(path);
}

TestSuite(checkpoint, .init = name, .fini = clean);

/* Sparse, of many delays, one of them past all wheels. */
static void join(tuft_network *network, uint32_t from, uint32_t to, const char *port, float weight)
{
    enum { SYNAPSES = 600 };
    tuft_synapse synapse[SYNAPSES];
    tuft_connections connections;
    tuft_random random = tuft_random_stream(2, TUFT_RANDOM_TEST, from * 10 + to);
    for (int k = 0; k < SYNAPSES; k++)
        synapse[k] =
            (tuft_synapse){.source = tuft_random_below(&random, count[from]),
                           .target = tuft_random_below(&random, count[to]),
                           .weight = weight,
                           .delay = k % 100 ? 1 + tuft_random_below(&random, 90) : 3000000};
    OK(tuft_connections_sparse(&connections, count[from], count[to], synapse, SYNAPSES, NULL));
    OK(tuft_network_connect(network, "join", from, to, port, &connections, NULL, NULL));
}

/* Noise and a source drive clocked cells of several steps and event-driven ones, which drive each
 * other. */
static tuft_network *network_new(float weight, double bias)
{
    static const tuft_poisson_parameters noise = {.rate_hz = 300};
    static tuft_lif_parameters of[2]; /* borrowed by the networks */
    tuft_lif_parameters *fast = &of[bias != 0];
    tuft_network *network;
    tuft_connections dense;
    *fast = tuft_lif_defaults;
    fast->bias = bias;
    float each[4 * 60];
    for (int k = 0; k < 240; k++)
        each[k] = 4;
    OK(tuft_network_new(&network, 100, NULL));
    OK(tuft_network_add_source(network, "source", count[SOURCE], NULL, NULL));
    OK(tuft_network_add_cells(network, "noise", &tuft_poisson, &noise, count[NOISE], 0, NULL,
                              NULL));
    OK(tuft_network_add_cells(network, "fast", &tuft_lif_exponential, fast, count[FAST], 1, NULL,
                              NULL));
    OK(tuft_network_add_cells(network, "lazy", &tuft_two_point_lif, &tuft_two_point_lif_defaults,
                              count[LAZY], 0, NULL, NULL));
    static tuft_naud_sprekeler_parameters slow;
    slow = tuft_naud_sprekeler_defaults;
    slow.noise_soma_pa = slow.noise_apical_pa = 50;
    OK(tuft_network_add_cells(network, "slow", &tuft_naud_sprekeler, &slow, count[SLOW], 3, NULL,
                              NULL));
    OK(tuft_network_add_cells(network, "context", &tuft_context, &tuft_context_defaults,
                              count[CONTEXT], 2, NULL, NULL));
    OK(tuft_connections_dense(&dense, 4, 60, each, 7, NULL));
    OK(tuft_network_connect(network, "dense", SOURCE, FAST, "excitatory", &dense, NULL, NULL));
    join(network, NOISE, FAST, "excitatory", weight);
    join(network, NOISE, LAZY, "soma", 3);
    join(network, FAST, LAZY, "soma", 3);
    join(network, FAST, LAZY, "apical", 2);
    join(network, LAZY, SLOW, "soma", 120);
    join(network, FAST, SLOW, "apical", 100);
    join(network, FAST, CONTEXT, "soma", 12);
    join(network, LAZY, CONTEXT, "distal", 5);
    join(network, CONTEXT, FAST, "inhibitory", -2);
    OK(tuft_network_drive(network, SLOW, "soma", 3000, 20, NULL));
    static tuft_stdp_parameters learning;
    learning = tuft_stdp_defaults;
    learning.w_max = 20;
    OK(tuft_network_make_plastic(network, 1, &tuft_stdp, &learning, NULL)); /* noise to fast */
    return network;
}

static int64_t tick[FROM_OUTSIDE];
static uint32_t channel[FROM_OUTSIDE];

static tuft_engine *engine_new(const tuft_network *network, uint64_t seed, int threads)
{
    static const int64_t edge[] = {0, 1000, 2000, END};
    static const uint32_t traced[] = {0, 5};
    tuft_engine *engine;
    OK(tuft_engine_new(&engine, network, seed, threads, NULL));
    for (uint32_t q = 0; q < POPULATIONS; q++)
        OK(tuft_engine_record_spikes(engine, q, NULL));
    OK(tuft_engine_record_counts(engine, LAZY, edge, 3, NULL));
    OK(tuft_engine_record_trace(engine, SLOW, "dendrite", traced, 2, 7, NULL));
    for (int k = 0; k < FROM_OUTSIDE; k++) {
        tick[k] = 5 + 7 * k;
        channel[k] = (uint32_t)k % count[SOURCE];
    }
    return engine;
}

/* Gives what is still to come from outside and runs. */
static void go_on(tuft_engine *engine, int64_t end)
{
    size_t past = 0;
    while (past < FROM_OUTSIDE && tick[past] < tuft_engine_now(engine))
        past++;
    OK(tuft_engine_input(engine, SOURCE, tick + past, channel + past, FROM_OUTSIDE - past, NULL));
    OK(tuft_engine_run(engine, end, NULL));
}

static void assert_alike(const tuft_engine *a, const tuft_engine *b)
{
    for (uint32_t q = 0; q < POPULATIONS; q++) {
        const tuft_spike_record *x = tuft_engine_spikes(a, q), *y = tuft_engine_spikes(b, q);
        cr_assert_geq(x->count, 20, "population %u hardly fires: %zu", q, x->count);
        cr_assert_eq(x->count, y->count, "population %u: %zu, %zu", q, x->count, y->count);
        cr_assert_eq(memcmp(x->tick, y->tick, x->count * sizeof *x->tick), 0);
        cr_assert_eq(memcmp(x->cell, y->cell, x->count * sizeof *x->cell), 0);
    }
    const tuft_count_record *c = tuft_engine_counts(a, LAZY), *d = tuft_engine_counts(b, LAZY);
    cr_assert_eq(memcmp(c->count, d->count, 3ul * count[LAZY] * sizeof *c->count), 0);
    const tuft_trace_record *t = tuft_engine_trace(a, SLOW), *u = tuft_engine_trace(b, SLOW);
    cr_assert_eq(t->samples, u->samples);
    cr_assert_eq(memcmp(t->value, u->value, t->samples * 2 * sizeof *t->value), 0);
    size_t n, m_n;
    const float *v = tuft_engine_weights(a, 1, &n), *w = tuft_engine_weights(b, 1, &m_n);
    cr_assert(n == m_n && v[0] == w[0] && memcmp(v, w, n * sizeof *v) == 0);
    tuft_ledger l, m;
    OK(tuft_engine_ledger(a, &l, NULL));
    OK(tuft_engine_ledger(b, &m, NULL));
    cr_assert_eq(l.synaptic_events, m.synaptic_events);
    cr_assert_eq(l.neuron_updates, m.neuron_updates);
    tuft_ledger_free(&l);
    tuft_ledger_free(&m);
}

Test(checkpoint, a_restored_run_goes_on_to_the_bit)
{
    static const int64_t at[] = {0, 1, 2, 6, 700, 1501, 2999, END};
    tuft_network *network = network_new(8, 0);
    tuft_engine *straight = engine_new(network, 3, 1);
    tuft_engine *saved = engine_new(network, 3, 1), *restored = engine_new(network, 3, 2);
    go_on(straight, END);
    for (size_t k = 0; k < sizeof at / sizeof *at; k++) {
        go_on(saved, at[k]);
        OK(tuft_engine_save(saved, path, NULL));
        OK(tuft_engine_restore(restored, path, NULL));
        cr_assert_eq(tuft_engine_now(restored), at[k]);
        go_on(restored, END);
        assert_alike(straight, restored);
    }
    assert_alike(straight, saved); /* saving changes nothing */
    tuft_engine_free(straight);
    tuft_engine_free(saved);
    tuft_engine_free(restored);
    tuft_network_free(network);
}

/* A value that was written (a current that stepped) is part of the state. */
Test(checkpoint, what_was_written_stays_written)
{
    tuft_network *network = network_new(8, 0);
    tuft_engine *straight = engine_new(network, 3, 1), *other = engine_new(network, 3, 1);
    const double bias[] = {30, 30};
    go_on(straight, 500);
    OK(tuft_engine_write(straight, FAST, "bias", NULL, bias, 2, NULL));
    go_on(straight, 1000);
    OK(tuft_engine_save(straight, path, NULL));
    OK(tuft_engine_restore(other, path, NULL));
    go_on(straight, END);
    go_on(other, END);
    assert_alike(straight, other);
    tuft_engine_free(straight);
    tuft_engine_free(other);
    tuft_network_free(network);
}

static void refuses(tuft_engine *engine, tuft_status expected, const char *says)
{
    tuft_error err;
    cr_assert_eq(tuft_engine_restore(engine, path, &err), expected, "%s", err.message);
    cr_assert_not_null(strstr(err.message, says), "%s", err.message);
    cr_assert_not_null(strstr(err.message, path));
    cr_assert_eq(tuft_engine_now(engine), 0);
}

Test(checkpoint, foreign_files_are_refused_by_name)
{
    tuft_network *network = network_new(8, 0), *weights = network_new(9, 0);
    tuft_network *biased = network_new(8, 1);
    tuft_engine *engine = engine_new(network, 3, 1), *other;
    go_on(engine, 200);
    OK(tuft_engine_save(engine, path, NULL));
    other = engine_new(weights, 3, 1);
    refuses(other, TUFT_INVALID, "projection 1 (join here) has other synapses");
    tuft_engine_free(other);
    other = engine_new(biased, 3, 1);
    refuses(other, TUFT_INVALID, "population 2 (fast here) has another model");
    tuft_engine_free(other);
    other = engine_new(network, 4, 1);
    refuses(other, TUFT_INVALID, "of a run with seed 3, this one has 4");
    tuft_engine_free(other);
    OK(tuft_engine_new(&other, network, 3, 1, NULL));
    refuses(other, TUFT_INVALID, "other recorders on population 0 (source)");
    FILE *stream = fopen(path, "wb");
    fputs("\x89HDF\r\n and more", stream);
    fclose(stream);
    refuses(other, TUFT_FORMAT, "not a Tuft archive");
    unlink(path);
    refuses(other, TUFT_IO, "No such file");
    tuft_engine_free(other);
    tuft_engine_free(engine);
    tuft_network_free(network);
    tuft_network_free(weights);
    tuft_network_free(biased);
}

/* Words changed in all sections but those of cells (whose values are the models' affair), with
 * sums that are right again: refused, or another run; never a crash. */
Test(checkpoint, changed_files_with_right_sums_do_no_harm)
{
    enum { LIMIT = 1 << 20, TRIALS = 1500 };
    tuft_network *network = network_new(8, 0);
    tuft_engine *engine = engine_new(network, 3, 1);
    unsigned char *bytes = malloc(LIMIT), *changed = malloc(LIMIT);
    go_on(engine, 400);
    OK(tuft_engine_save(engine, path, NULL));
    FILE *stream = fopen(path, "rb");
    size_t n = fread(bytes, 1, LIMIT, stream), refused = 0, tried = 0;
    fclose(stream);
    cr_assert_lt(n, LIMIT);
    tuft_random random = tuft_random_stream(1, TUFT_RANDOM_TEST, 77);
    while (tried < TRIALS) {
        size_t target = tuft_random_below(&random, (uint32_t)n);
        for (size_t at = 8; at < n;) {
            uint64_t length;
            memcpy(&length, bytes + at + 8, sizeof length);
            size_t begin = at + 16, end = begin + (size_t)length;
            at = end + 4;
            if (target < begin || target + 4 > end || memcmp(bytes + begin - 16, "CELL", 4) == 0)
                continue;
            static const uint32_t odd[] = {0, 1, 0x7fffffff, 0xffffffff, 0x80000000, 0x10000};
            uint32_t word = tuft_random_below(&random, 2) ? odd[tuft_random_below(&random, 6)]
                                                          : tuft_random_below(&random, 0xffffffff);
            memcpy(changed, bytes, n);
            memcpy(changed + begin + (target - begin) / 4 * 4, &word, sizeof word);
            uint32_t crc = (uint32_t)crc32_z(0, changed + begin - 16, end - begin + 16);
            memcpy(changed + end, &crc, sizeof crc);
            stream = fopen(path, "wb");
            fwrite(changed, 1, n, stream);
            fclose(stream);
            tried++;
            tuft_error err;
            if (tuft_engine_restore(engine, path, &err) != TUFT_OK)
                refused++;
            else
                (void)tuft_engine_run(engine, tuft_engine_now(engine) + 50, &err);
        }
    }
    cr_assert_geq(refused, TRIALS / 20, "%zu", refused);
    free(bytes);
    free(changed);
    tuft_engine_free(engine);
    tuft_network_free(network);
}

/* A process that saves after every few ticks is killed at any moment: what lies under the name is
 * a whole checkpoint, from which the run ends as the undisturbed one does. */
Test(checkpoint, killed_at_any_moment_leaves_a_whole_one)
{
    enum { KILLS = 40 };
    tuft_network *network = network_new(8, 0);
    tuft_engine *straight = engine_new(network, 3, 1), *engine = engine_new(network, 3, 1);
    go_on(straight, END);
    int found = 0;
    for (int k = 0; k < KILLS; k++) {
        pid_t child = fork();
        cr_assert_geq(child, 0);
        if (child == 0) {
            for (int64_t t = tuft_engine_now(engine); t < END; t += 10) {
                go_on(engine, t);
                if (tuft_engine_save(engine, path, NULL))
                    _exit(1);
            }
            for (;;)
                pause();
        }
        usleep(500 + 997 * (unsigned)k % 20000 + 500 * (unsigned)k); /* later and later */
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        char left_over[96];
        snprintf(left_over, sizeof left_over, "%s.tmp-%ld", path, (long)child);
        unlink(left_over);
        if (access(path, F_OK) != 0)
            continue;
        found++;
        OK(tuft_engine_restore(engine, path, NULL)); /* the next child goes on from here */
    }
    cr_assert_geq(found, 3);
    go_on(engine, END);
    assert_alike(straight, engine);
    tuft_engine_free(straight);
    tuft_engine_free(engine);
    tuft_network_free(network);
}
