#include "apps/learned.h"

#include "apps/result.h"
#include "core/file.h"
#include "core/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int learned_any(const tuft_network *network)
{
    for (uint32_t p = 0; p < network->projections; p++)
        if (network->projection[p].rule)
            return 1;
    return 0;
}

learned_projection learned_of(const tuft_network *network, const tuft_engine *engine,
                              uint32_t projection)
{
    const tuft_projection *p = &network->projection[projection];
    learned_projection of = {.name = p->name, .rule = p->rule->name};
    of.after = tuft_engine_weights(engine, projection, &of.synapses);
    of.before = p->connections.weight;
    return of;
}

typedef struct {
    double mean, sd, least, greatest;
} summary;

static summary summarise(const float *weight, size_t n)
{
    summary s = {NAN, NAN, INFINITY, -INFINITY};
    double sum = 0, squares = 0;
    for (size_t k = 0; k < n; k++) {
        double w = (double)weight[k];
        sum += w;
        s.least = fmin(s.least, w);
        s.greatest = fmax(s.greatest, w);
    }
    if (!n)
        return (summary){NAN, NAN, NAN, NAN};
    s.mean = sum / (double)n;
    for (size_t k = 0; k < n; k++)
        squares += ((double)weight[k] - s.mean) * ((double)weight[k] - s.mean);
    s.sd = n > 1 ? sqrt(squares / (double)(n - 1)) : NAN;
    return s;
}

static json_t *summary_json(const float *weight, size_t n)
{
    summary s = summarise(weight, n);
    return json_pack("{s:o, s:o, s:o, s:o}", "mean", result_real(s.mean), "sd", result_real(s.sd),
                     "least", result_real(s.least), "greatest", result_real(s.greatest));
}

json_t *learned_json(const tuft_network *network, const tuft_engine *engine)
{
    json_t *all = json_array();
    for (uint32_t p = 0; p < network->projections; p++) {
        if (!network->projection[p].rule)
            continue;
        learned_projection of = learned_of(network, engine, p);
        json_array_append_new(all, json_pack("{s:s, s:s, s:I, s:o, s:o}", "projection", of.name,
                                             "rule", of.rule, "synapses", (json_int_t)of.synapses,
                                             "before", summary_json(of.before, of.synapses),
                                             "after", summary_json(of.after, of.synapses)));
    }
    return all;
}

void learned_print(const tuft_network *network, const tuft_engine *engine)
{
    for (uint32_t p = 0; p < network->projections; p++) {
        if (!network->projection[p].rule)
            continue;
        learned_projection of = learned_of(network, engine, p);
        summary before = summarise(of.before, of.synapses),
                after = summarise(of.after, of.synapses);
        printf("weights of %s (%s): mean %.4g, was %.4g; from %.4g to %.4g\n", of.name, of.rule,
               after.mean, before.mean, after.least, after.greatest);
    }
}

tuft_status learned_view(app_report *report, const tuft_network *network, const tuft_engine *engine,
                         tuft_error *err)
{
    enum { BINS = 40 };
    for (uint32_t p = 0; p < network->projections; p++) {
        if (!network->projection[p].rule)
            continue;
        learned_projection of = learned_of(network, engine, p);
        summary before = summarise(of.before, of.synapses),
                after = summarise(of.after, of.synapses);
        double *value, low = fmin(before.least, after.least),
                       high = fmax(before.greatest, after.greatest);
        tuft_status status = TUFT_NEW(&value, of.synapses, "weights", err);
        if (status)
            return status;
        for (int later = 0; later < 2; later++) {
            char title[120];
            snprintf(title, sizeof title, "%s, %s", of.name, later ? "after" : "before");
            const plot_axes axes = {.title = title,
                                    .x_label = "weight",
                                    .y_label = "synapses",
                                    .x_low = low,
                                    .x_high = high,
                                    .width = PLOT_HALF};
            for (size_t k = 0; k < of.synapses; k++)
                value[k] = (double)(later ? of.after : of.before)[k];
            report_histogram(report, &axes, value, of.synapses, BINS);
        }
        free(value);
    }
    return TUFT_OK;
}

static void put_projection(FILE *stream, const tuft_connections *c, const learned_projection *of)
{
    for (uint32_t i = 0; i < c->sources; i++)
        for (uint32_t s = c->row_segment[i]; s < c->row_segment[i + 1]; s++)
            for (size_t k = c->segment_begin[s]; k < c->segment_begin[s + 1]; k++)
                fprintf(stream, "%s,%u,%d,%u,%.9g,%.9g\n", of->name, i, c->target[k],
                        c->segment_delay[s], (double)of->before[k], (double)of->after[k]);
}

tuft_status learned_out(const tuft_network *network, const tuft_engine *engine, const char *path,
                        tuft_error *err)
{
    tuft_output output;
    tuft_status status = tuft_output_open(&output, path, err);
    if (status)
        return status;
    fputs("projection,source,target,delay_ticks,before,after\n", output.stream);
    for (uint32_t p = 0; p < network->projections; p++)
        if (network->projection[p].rule) {
            learned_projection of = learned_of(network, engine, p);
            put_projection(output.stream, &network->projection[p].connections, &of);
        }
    return tuft_output_commit(&output, err);
}
