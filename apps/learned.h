/* What projections that learn have come to: their weights in numbers and as a file. */
#ifndef TUFT_APPS_LEARNED_H
#define TUFT_APPS_LEARNED_H

#include "apps/report.h"
#include "core/engine.h"

#include <jansson.h>

/* One plastic projection: its weights at tick 0 and now, in the order of its synapses. */
typedef struct {
    const char *name, *rule;
    size_t synapses;
    const float *before, *after; /* borrowed from the network and the engine */
} learned_projection;

/* Whether any projection of the network learns, and the one of a number. */
int learned_any(const tuft_network *network);
learned_projection learned_of(const tuft_network *network, const tuft_engine *engine,
                              uint32_t projection);

/* [{"projection", "rule", "synapses", "before": {"mean", "sd", "least", "greatest"}, "after"}] */
json_t *learned_json(const tuft_network *network, const tuft_engine *engine);
/* A line each. */
void learned_print(const tuft_network *network, const tuft_engine *engine);

/* Figures: weights of each such projection before and after. */
tuft_status learned_view(app_report *report, const tuft_network *network, const tuft_engine *engine,
                         tuft_error *err);

/* CSV `projection,source,target,delay_ticks,before,after`, a line a synapse, whole or not at all.
 */
tuft_status learned_out(const tuft_network *network, const tuft_engine *engine, const char *path,
                        tuft_error *err);

#endif
