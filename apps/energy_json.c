/* The tables of `tuft energy` as JSON and CSV. */
#include "apps/energy.h"
#include "core/csv_field.h"
#include "core/file.h"

#include <math.h>
#include <stdio.h>

static void set_range(json_t *object, const char *prefix, tuft_energy_range range)
{
    static const char *const end[TUFT_ENERGY_LEVELS] = {"low_j", "j", "high_j"};
    char key[64];
    for (int l = TUFT_ENERGY_LEVELS - 1; l >= 0; l--) {
        int level = l == 2 ? TUFT_ENERGY_NOMINAL : l == 1 ? TUFT_ENERGY_LOW : TUFT_ENERGY_HIGH;
        snprintf(key, sizeof key, "%s%s%s", prefix, *prefix ? "_" : "", end[level]);
        json_object_set_new(object, key, result_real(range.at[level].joules));
    }
}

static json_t *range_json(tuft_energy_range range)
{
    json_t *object = json_object();
    set_range(object, "", range);
    return object;
}

static json_t *components_json(const tuft_energy_bill *bill, int64_t projection)
{
    json_t *all = json_object();
    for (int c = 0; c < TUFT_COMPONENTS; c++) {
        tuft_energy_range range =
            projection < 0 ? tuft_energy_by_component(bill, (tuft_component)c)
                           : tuft_energy_of_both(bill, (uint32_t)projection, (tuft_component)c);
        if (range.at[TUFT_ENERGY_HIGH].joules > 0)
            json_object_set_new(all, tuft_component_name((tuft_component)c), range_json(range));
    }
    return all;
}

static json_t *projections_json(const tuft_energy_bill *bill)
{
    json_t *all = json_array();
    for (uint32_t p = 0; p < bill->activity->projections; p++) {
        const tuft_energy_projection *of = &bill->activity->projection[p];
        tuft_energy_range range = tuft_energy_by_projection(bill, p);
        double nominal = range.at[TUFT_ENERGY_NOMINAL].joules;
        json_t *one =
            json_pack("{s:s, s:s, s:I, s:I}", "name", of->name, "kind", of->kind, "synapses",
                      (json_int_t)of->synapses, "synaptic_events", (json_int_t)of->synaptic_events);
        set_range(one, "", range);
        json_object_set_new(one, "per_synapse_j", result_real(nominal / (double)of->synapses));
        json_object_set_new(one, "by_component", components_json(bill, p));
        json_array_append_new(all, one);
    }
    return all;
}

static json_t *gaps_json(const tuft_energy_bill *bill)
{
    json_t *all = json_array();
    for (size_t g = 0; g < bill->gaps; g++)
        json_array_append_new(all, json_pack("{s:s, s:o, s:s}", "what", bill->gap[g].what, "count",
                                             result_real(bill->gap[g].count), "missing",
                                             bill->gap[g].missing));
    return all;
}

static json_t *neurobench_json(const tuft_energy_bill *bill)
{
    tuft_neurobench n = tuft_neurobench_of(bill);
    return json_pack("{s:o, s:o, s:o, s:{s:o, s:o, s:o}}", "footprint_bytes",
                     result_real(n.footprint_bytes), "connection_sparsity",
                     result_real(n.connection_sparsity), "activation_sparsity",
                     result_real(n.activation_sparsity), "synaptic_operations", "dense",
                     result_real(n.dense_operations), "effective_macs",
                     result_real(n.effective_macs), "effective_acs", result_real(n.effective_acs));
}

static double events_of(const tuft_energy_activity *a)
{
    double events = 0;
    for (uint32_t p = 0; p < a->projections; p++)
        events += (double)a->projection[p].synaptic_events;
    return events;
}

static void bill_json(const tuft_energy_bill *bill, json_t *out)
{
    const tuft_energy_activity *a = bill->activity;
    tuft_energy_range total = tuft_energy_total(bill, TUFT_ENERGY_RUN);
    tuft_energy_range dynamic = tuft_energy_total(bill, TUFT_ENERGY_DYNAMIC);
    set_range(out, "total", total);
    set_range(out, "dynamic", dynamic);
    set_range(out, "static", tuft_energy_by_component(bill, TUFT_COMPONENT_STATIC));
    set_range(out, "training", tuft_energy_total(bill, TUFT_ENERGY_TRAINING));
    json_object_set_new(out, "per_synaptic_event_j",
                        result_real(dynamic.at[TUFT_ENERGY_NOMINAL].joules / events_of(a)));
    json_object_set_new(out, "recordings", result_real(a->recordings));
    json_object_set_new(out, "per_recording_j",
                        result_real(total.at[TUFT_ENERGY_NOMINAL].joules /
                                    (a->recordings > 0 ? a->recordings : 1)));
    json_object_set_new(out, "by_component", components_json(bill, -1));
    json_object_set_new(out, "by_projection", projections_json(bill));
    json_object_set_new(out, "left_out", gaps_json(bill));
    json_object_set_new(out, "neurobench", neurobench_json(bill));
}

static void set_ratio(json_t *object, tuft_energy_ratio ratio)
{
    json_object_set_new(object, "ratio", result_real(ratio.at[TUFT_ENERGY_NOMINAL]));
    json_object_set_new(object, "low", result_real(ratio.at[TUFT_ENERGY_LOW]));
    json_object_set_new(object, "high", result_real(ratio.at[TUFT_ENERGY_HIGH]));
}

static json_t *comparisons_json(const energy_run *run)
{
    json_t *all = json_array();
    size_t bills = run->inputs * run->profiles;
    char name[2][128];
    for (size_t b = 1; b < bills; b++) {
        int each, whole;
        tuft_energy_ratio ratio = energy_ratio(run, b, TUFT_ENERGY_RUN, &each);
        tuft_energy_ratio training = energy_ratio(run, b, TUFT_ENERGY_TRAINING, &whole);
        json_t *one = json_pack(
            "{s:s, s:s, s:s}", "a", energy_bill_name(run, b, name[0], sizeof name[0]), "b",
            energy_bill_name(run, 0, name[1], sizeof name[1]), "of", each ? "recording" : "total");
        set_ratio(one, ratio);
        json_object_set_new(one, "break_even_activity", result_real(energy_even(run, b)));
        if (training.at[TUFT_ENERGY_NOMINAL] > 0) {
            json_t *apart = json_object();
            set_ratio(apart, training);
            json_object_set_new(one, "training", apart);
        }
        json_array_append_new(all, one);
    }
    return all;
}

void energy_json(const energy_run *run, json_t *results)
{
    json_t *bills = json_array();
    bill_json(&run->bill[0], results);
    for (size_t b = 0; b < run->inputs * run->profiles; b++) {
        json_t *one = json_pack("{s:s, s:s}", "result", energy_input_of(run, b)->path, "profile",
                                run->bill[b].profile->name);
        bill_json(&run->bill[b], one);
        json_array_append_new(bills, one);
    }
    json_object_set_new(results, "bills", bills);
    json_object_set_new(results, "comparisons", comparisons_json(run));
}

/* ---- CSV ------------------------------------------------------------------------------------- */

static void put_row(FILE *stream, const energy_run *run, size_t bill, const char *projection,
                    const char *component, tuft_energy_range range)
{
    if (range.at[TUFT_ENERGY_HIGH].joules > 0) {
        const char *const field[] = {energy_input_of(run, bill)->label,
                                     run->bill[bill].profile->name, projection, component};
        for (int f = 0; f < 4; f++) {
            tuft_csv_field(stream, field[f]);
            fputc(',', stream);
        }
        fprintf(stream, "%.17g,%.17g,%.17g\n", range.at[TUFT_ENERGY_LOW].joules,
                range.at[TUFT_ENERGY_NOMINAL].joules, range.at[TUFT_ENERGY_HIGH].joules);
    }
}

static void put_bill(FILE *stream, const energy_run *run, size_t b)
{
    const tuft_energy_bill *bill = &run->bill[b];
    for (uint32_t p = 0; p < bill->activity->projections; p++)
        for (int c = 0; c < TUFT_COMPONENTS; c++)
            put_row(stream, run, b, bill->activity->projection[p].name,
                    tuft_component_name((tuft_component)c),
                    tuft_energy_of_both(bill, p, (tuft_component)c));
    for (int c = TUFT_COMPONENT_UPDATES; c < TUFT_COMPONENTS; c++)
        if (c != TUFT_COMPONENT_LEARNING) /* that of the projections stands with them */
            put_row(stream, run, b, "", tuft_component_name((tuft_component)c),
                    tuft_energy_by_component(bill, (tuft_component)c));
    put_row(stream, run, b, "", "total", tuft_energy_total(bill, TUFT_ENERGY_RUN));
}

tuft_status energy_csv(const energy_run *run, const char *path, tuft_error *err)
{
    tuft_output output;
    tuft_status status = tuft_output_open(&output, path, err);
    if (status)
        return status;
    fputs("result,profile,projection,component,low_j,nominal_j,high_j\n", output.stream);
    for (size_t b = 0; b < run->inputs * run->profiles; b++)
        put_bill(output.stream, run, b);
    return tuft_output_commit(&output, err);
}
