/* What learning costs: one network run with fixed weights and with each rule.
 *
 * Poisson cells onto as many others, which fire at the same rate whatever the weights are (each is
 * set off by a Poisson cell of its own): the runs differ by the rule alone. Processor time a
 * synaptic event, medians of the repetitions, one thread. --smoke runs one small network once.
 */
#include "bench/measure.h"
#include "cells/lif.h"
#include "cells/poisson.h"
#include "cells/rules.h"
#include "core/engine.h"
#include "core/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPETITIONS = 5 };

typedef struct {
    uint32_t cells;
    double probability;
    int64_t ticks; /* of 0.1 ms */
} size;

static const tuft_poisson_parameters poisson = {.rate_hz = 5};

static tuft_network *make(const size *s, const tuft_lif_parameters *lif,
                          const tuft_plasticity_rule *rule, tuft_error *err)
{
    tuft_network *network;
    tuft_connections c;
    float *one;
    must(tuft_network_new(&network, 100, err), err);
    must(tuft_network_add_cells(network, "pre", &tuft_poisson, &poisson, s->cells, 0, NULL, err),
         err);
    must(tuft_network_add_cells(network, "drive", &tuft_poisson, &poisson, s->cells, 0, NULL, err),
         err);
    must(tuft_network_add_cells(network, "post", &tuft_lif_delta, lif, s->cells, 1, NULL, err),
         err);
    must(TUFT_NEW(&one, s->cells, "weights", err), err);
    for (uint32_t i = 0; i < s->cells; i++)
        one[i] = 1e6f; /* far over the threshold; what the plastic synapses bring is far under it */
    must(tuft_connections_one_to_one(&c, s->cells, one, 1, err), err);
    free(one);
    must(tuft_network_connect(network, "set off", 1, 2, "input", &c, NULL, err), err);
    must(tuft_connections_random(&c, s->cells, s->cells, s->probability, 0.5f, 15, 0, 1, 0, err),
         err);
    must(tuft_network_connect(network, "learns", 0, 2, "input", &c, NULL, err), err);
    if (rule)
        must(tuft_network_make_plastic(network, 1, rule, NULL, err), err);
    return network;
}

static double per_event_ns(const size *s, const tuft_plasticity_rule *rule, int repetitions)
{
    tuft_lif_parameters lif = tuft_lif_defaults;
    double took[REPETITIONS];
    tuft_error err;
    tuft_engine *engine;
    tuft_ledger ledger;
    lif.threshold = 5e5;
    lif.refractory_ms = 0;
    tuft_network *network = make(s, &lif, rule, &err);
    must(tuft_engine_new(&engine, network, 1, 1, &err), &err);
    for (int r = 0; r < repetitions; r++) {
        must(tuft_engine_reset(engine, &err), &err);
        double start = now_s();
        must(tuft_engine_run(engine, s->ticks, &err), &err);
        took[r] = now_s() - start;
    }
    double typical = median(took, repetitions);
    must(tuft_engine_ledger(engine, &ledger, &err), &err);
    double events = (double)ledger.projection[1].synaptic_events / repetitions;
    tuft_ledger_free(&ledger);
    tuft_engine_free(engine);
    tuft_network_free(network);
    return 1e9 * typical / events;
}

int main(int argc, char **argv)
{
    static const size sizes[] = {{200, 0.1, 500}, {4000, 0.02, 50000}, {12500, 0.1, 5000}};
    int smoke = argc > 1 && strcmp(argv[1], "--smoke") == 0;
    size_t rules;
    const tuft_plasticity_rule *const *rule = tuft_plasticity_rules(&rules);
    printf("%-16s %20s %20s\n", "cells x inputs", "rule", "ns a synaptic event");
    for (size_t s = smoke ? 0 : 1; s < (smoke ? 1 : sizeof sizes / sizeof *sizes); s++)
        for (size_t r = 0; r <= rules; r++)
            printf("%5u x %-8.0f %20s %20.1f\n", sizes[s].cells,
                   sizes[s].cells * sizes[s].probability, r ? rule[r - 1]->name : "fixed weights",
                   per_event_ns(&sizes[s], r ? rule[r - 1] : NULL, smoke ? 1 : REPETITIONS));
    return 0;
}
