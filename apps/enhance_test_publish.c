/* What tuft enhance test found: statistics, results, tables. */
#include "apps/commands.h"
#include "apps/enhance_test.h"
#include "core/file.h"
#include "core/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- results --------------------------------------------------------------------------------- */

static json_t *summary_json(test_summary s)
{
    return json_pack("{s:o, s:o, s:[o, o], s:I}", "mean", result_real(s.mean), "sd",
                     result_real(s.sd), "ci95", result_real(s.low), result_real(s.high), "n",
                     (json_int_t)s.n);
}

/* Every score that was taken, of all clips. */
static json_t *scores_json(const test_run *run, const test_scores *scores, const char *talker)
{
    json_t *object = json_object();
    for (int i = 0; i < TUFT_SCORES; i++) {
        test_summary s = test_summarise(run, scores, (tuft_score)i, talker);
        if (s.n)
            json_object_set_new(object, tuft_score_name((tuft_score)i), summary_json(s));
    }
    return object;
}

/* An array over the SNRs. */
static json_t *curve_json(const test_run *run, const test_scores *scores, size_t stride,
                          const char *talker)
{
    json_t *array = json_array();
    for (size_t s = 0; s < run->snrs; s++)
        json_array_append_new(array, scores_json(run, &scores[s * stride], talker));
    return array;
}

static uint64_t synapses_of(const tuft_mcc_activity *activity, const tuft_mcc_group *group)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < group->cells; i++)
        sum += activity->fan_out[group->at + i];
    return sum;
}

static double per_frame(const tuft_mcc_activity *activity, uint64_t count)
{
    return activity->frames ? (double)count / (double)activity->frames : NAN;
}

static json_t *activity_json(const tuft_mcc_activity *activity)
{
    json_t *groups = json_array();
    uint64_t events = 0, cells = 0;
    for (int g = 0; g < activity->groups; g++) {
        const tuft_mcc_group *group = &activity->group[g];
        char name[64];
        uint64_t of = tuft_mcc_group_events(activity, group);
        events += of;
        if (group->kind != TUFT_MCC_GROUP_INPUT)
            cells += of;
        json_array_append_new(groups,
                              json_pack("{s:s, s:I, s:I, s:o, s:o}", "name",
                                        test_group_name(group, name, sizeof name), "cells",
                                        (json_int_t)group->cells, "synapses",
                                        (json_int_t)synapses_of(activity, group), "active",
                                        result_real(tuft_mcc_group_active(activity, group)),
                                        "events_per_frame", result_real(per_frame(activity, of))));
    }
    return json_pack("{s:I, s:o, s:o, s:o, s:o}", "frames", (json_int_t)activity->frames, "active",
                     result_real(tuft_mcc_activity_share(activity)), "events_per_frame",
                     result_real(per_frame(activity, events)), "events_per_frame_of_cells",
                     result_real(per_frame(activity, cells)), "groups", groups);
}

/* The energy ledger of a model's passes over the test: a projection for what each group of cells
 * sends. *out is the caller's. */
static tuft_status ledger_of(const tuft_mcc_activity *activity, tuft_ledger *out, tuft_error *err)
{
    *out = (tuft_ledger){0};
    tuft_status status = TUFT_NEW(&out->population, activity->groups, "ledger", err);
    if (!status)
        status = TUFT_NEW(&out->projection, activity->groups, "ledger", err);
    for (int g = 0; !status && g < activity->groups; g++) {
        const tuft_mcc_group *group = &activity->group[g];
        tuft_ledger_population *cells = &out->population[g];
        tuft_ledger_projection *sent = &out->projection[out->projections];
        char name[64];
        test_group_name(group, name, sizeof name);
        snprintf(cells->name, sizeof cells->name, "%.47s", name);
        cells->cells = group->cells;
        cells->is_source = group->kind == TUFT_MCC_GROUP_INPUT;
        cells->updates = tuft_mcc_group_updates(activity, group);
        for (uint32_t i = 0; i < group->cells; i++)
            cells->spikes += activity->active[group->at + i];
        out->populations++;
        out->neuron_updates += cells->updates;
        if (!cells->is_source)
            out->spikes += cells->spikes;
        uint64_t synapses = synapses_of(activity, group);
        if (!synapses || !group->cells)
            continue;
        snprintf(sent->name, sizeof sent->name, "from %.42s", name);
        sent->kind = TUFT_SPARSE; /* cells of a group differ in fan-out */
        sent->source_population = (uint32_t)g;
        sent->target_population = UINT32_MAX; /* of several */
        sent->sources = group->cells;
        sent->targets = (uint32_t)((synapses + group->cells - 1) / group->cells);
        sent->synapses = synapses;
        sent->synaptic_events = tuft_mcc_group_events(activity, group);
        out->synaptic_events += sent->synaptic_events;
        out->projections++;
    }
    if (status)
        tuft_ledger_free(out);
    return status;
}

/* Differences to the first model, score by score. */
static json_t *differences_json(const test_run *run, size_t m)
{
    json_t *array = json_array();
    for (size_t s = 0; s < run->snrs; s++) {
        json_t *object = json_object();
        for (int i = 0; i < TUFT_SCORES; i++) {
            test_summary d = test_difference(run, &run->model[0].score[s][TEST_LIPS_OWN],
                                             &run->model[m].score[s][TEST_LIPS_OWN], (tuft_score)i);
            if (d.n)
                json_object_set_new(object, tuft_score_name((tuft_score)i), summary_json(d));
        }
        json_array_append_new(array, object);
    }
    return array;
}

/* Whether clip k is the first of its talker. */
static int is_first(const test_run *run, size_t k)
{
    for (size_t before = 0; before < k; before++)
        if (strcmp(test_clip(run, before)->talker, test_clip(run, k)->talker) == 0)
            return 0;
    return 1;
}

static json_t *talkers_json(const test_run *run, const test_scores *scores, size_t stride)
{
    json_t *object = json_object();
    for (size_t k = 0; k < run->clips; k++)
        if (is_first(run, k)) {
            const char *talker = test_clip(run, k)->talker;
            json_object_set_new(object, talker, curve_json(run, scores, stride, talker));
        }
    return object;
}

static json_t *model_json(const test_run *run, size_t m)
{
    const test_model *of = &run->model[m];
    char name[128];
    json_t *object =
        json_pack("{s:s, s:s, s:b, s:o, s:o, s:o, s:o}", "name",
                  test_model_name(run, m, name, sizeof name), "file", of->model.path, "sees",
                  enhance_model_sees(&of->model), "network", enhance_network_json(of->model.net),
                  "scores", curve_json(run, &of->score[0][TEST_LIPS_OWN], TEST_LIPS, NULL),
                  "talkers", talkers_json(run, &of->score[0][TEST_LIPS_OWN], TEST_LIPS), "activity",
                  activity_json(&of->activity));
    if (m)
        json_object_set_new(object, "first_model_minus_this", differences_json(run, m));
    if (run->config->lips && enhance_model_sees(&of->model)) {
        json_t *lips = json_object();
        for (int l = 0; l < TEST_LIPS; l++)
            json_object_set_new(lips, test_lips_names[l],
                                curve_json(run, &of->score[0][l], TEST_LIPS, NULL));
        json_object_set_new(object, "lips", lips);
    }
    if (run->config->silence.count) {
        json_t *curve = json_array();
        for (size_t h = 0; h < run->config->silence.count; h++) {
            json_t *one = scores_json(run, &of->silenced[h], NULL);
            json_object_set_new(one, "silenced",
                                result_real((double)run->config->silence.value[h] / 100));
            json_array_append_new(curve, one);
        }
        json_object_set_new(object, "silence", curve);
    }
    return object;
}

static json_t *clips_json(const test_run *run)
{
    json_t *array = json_array();
    for (size_t k = 0; k < run->clips; k++) {
        char name[600];
        snprintf(name, sizeof name, "%s/%s", test_clip(run, k)->talker, test_clip(run, k)->name);
        json_array_append_new(array, json_string(name));
    }
    return array;
}

static void publish_results(const test_run *run, json_t *results)
{
    json_t *models = json_array(), *noises = json_array();
    for (size_t m = 0; m < run->models; m++)
        json_array_append_new(models, model_json(run, m));
    for (size_t i = 0; i < run->material.test.count; i++)
        json_array_append_new(noises, json_string(run->material.test.noise[i].name));
    json_object_set_new(results, "snr_db", result_vector(run->snr_db, run->snrs));
    json_object_set_new(results, "noisy", curve_json(run, run->noisy, 1, NULL));
    json_object_set_new(results, "noisy_talkers", talkers_json(run, run->noisy, 1));
    json_object_set_new(results, "models", models);
    json_object_set_new(results, "curves_at_snr_db",
                        result_real(run->snr_db[test_snr_of_curves(run)]));
    json_object_set_new(results, "clips", clips_json(run));
    json_object_set_new(results, "noises", noises);
}

/* ---- tables ---------------------------------------------------------------------------------- */

static void csv_line(FILE *stream, const test_run *run, const char *model, const char *condition,
                     size_t s, const test_scores *scores)
{
    for (size_t k = 0; k < run->clips && scores->clip; k++) {
        fprintf(stream, "%s,%s,%g,%s/%s", model, condition, run->snr_db[s],
                test_clip(run, k)->talker, test_clip(run, k)->name);
        for (int i = 0; i < TUFT_SCORES; i++)
            if (isnan(scores->clip[k].value[i]))
                fputc(',', stream);
            else
                fprintf(stream, ",%.6g", scores->clip[k].value[i]);
        fputc('\n', stream);
    }
}

static tuft_status write_csv(const test_run *run, tuft_error *err)
{
    tuft_output output;
    tuft_status status = tuft_output_open(&output, run->config->csv, err);
    if (status)
        return status;
    fputs("model,condition,snr_db,clip", output.stream);
    for (int i = 0; i < TUFT_SCORES; i++)
        fprintf(output.stream, ",%s", tuft_score_name((tuft_score)i));
    fputc('\n', output.stream);
    for (size_t s = 0; s < run->snrs; s++)
        csv_line(output.stream, run, "", "noisy", s, &run->noisy[s]);
    for (size_t m = 0; m < run->models; m++) {
        char name[128], condition[32];
        test_model_name(run, m, name, sizeof name);
        for (int l = 0; l < TEST_LIPS; l++)
            for (size_t s = 0; s < run->snrs; s++)
                csv_line(output.stream, run, name, test_lips_names[l], s,
                         &run->model[m].score[s][l]);
        for (size_t h = 0; h < run->config->silence.count; h++) {
            snprintf(condition, sizeof condition, "silenced %lld %%",
                     (long long)run->config->silence.value[h]);
            csv_line(output.stream, run, name, condition, test_snr_of_curves(run),
                     &run->model[m].silenced[h]);
        }
    }
    return tuft_output_commit(&output, err);
}

static void print_curve(const char *name, const test_run *run, const test_scores *scores,
                        size_t stride, tuft_score score, int decimals)
{
    printf("  %-24.24s", name);
    for (size_t s = 0; s < run->snrs; s++)
        printf(" %8.*f", decimals, test_summarise(run, &scores[s * stride], score, NULL).mean);
    putchar('\n');
}

static void print(const test_run *run)
{
    static const struct {
        tuft_score score;
        int decimals;
    } shown[] = {{TUFT_SCORE_STOI, 3},
                 {TUFT_SCORE_ESTOI, 3},
                 {TUFT_SCORE_PESQ_WB, 2},
                 {TUFT_SCORE_SI_SDR, 2}};
    char name[128];
    printf("%zu clips, %zu noises that no model was trained on\n", run->clips,
           run->material.test.count);
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        if (!test_summarise(run, &run->noisy[0], shown[i].score, NULL).n)
            continue;
        printf("%s at SNR (dB)%*s", tuft_score_label(shown[i].score),
               (int)(13 - (int)strlen(tuft_score_label(shown[i].score))), "");
        for (size_t s = 0; s < run->snrs; s++)
            printf(" %8g", run->snr_db[s]);
        putchar('\n');
        print_curve("noisy", run, run->noisy, 1, shown[i].score, shown[i].decimals);
        for (size_t m = 0; m < run->models; m++)
            print_curve(test_model_name(run, m, name, sizeof name), run,
                        &run->model[m].score[0][TEST_LIPS_OWN], TEST_LIPS, shown[i].score,
                        shown[i].decimals);
    }
    for (size_t m = 0; m < run->models; m++) {
        const test_model *of = &run->model[m];
        printf("%s: %s, %zu parameters, %.1f %% of the streams' cells send, %.0f synaptic events a "
               "frame\n",
               test_model_name(run, m, name, sizeof name),
               tuft_mcc_cell_name(of->model.net->config.cell), of->model.net->parameters,
               100 * tuft_mcc_activity_share(&of->activity), test_cell_events(&of->activity));
    }
}

tuft_status enhance_test_publish(const test_run *run, app_result *result, tuft_error *err)
{
    tuft_ledger ledger;
    publish_results(run, result_results(result));
    tuft_status status = ledger_of(&run->model[0].activity, &ledger, err);
    if (!status)
        status = result_ledger(result, &ledger, err);
    tuft_ledger_free(&ledger);
    if (!status)
        status = result_write(result, run->config->common.json, err);
    if (!status && run->config->csv)
        status = write_csv(run, err);
    if (!status && run->config->common.report)
        status = enhance_test_report(run, err);
    if (!status)
        print(run);
    return status;
}
