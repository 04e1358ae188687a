/* What tuft enhance train found: results, the page, the line on standard output. */
#include "apps/enhance_train.h"

#include "apps/commands.h"
#include "apps/report.h"
#include "apps/report_picture.h"
#include "core/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const stream_name[] = {"audio", "vision"};

/* The pass of the main training with the lowest error. */
static const tuft_mcc_progress *best_of(const train_run *run)
{
    const tuft_mcc_progress *best = NULL;
    for (size_t i = run->pretrained; i < run->epochs; i++)
        if (!best || run->epoch[i].error < best->error)
            best = &run->epoch[i];
    return best;
}

static json_t *epoch_json(const train_run *run, const tuft_mcc_progress *p)
{
    json_t *active = json_array();
    for (uint32_t l = 0; l < run->net->config.layers; l++)
        json_array_append_new(active, json_pack("[o, o]", result_real(p->active[l][TUFT_MCC_AUDIO]),
                                                result_real(p->active[l][TUFT_MCC_VISION])));
    return json_pack("{s:i, s:o, s:o, s:o, s:o, s:b}", "epoch", p->epoch, "rate",
                     result_real(p->rate), "train_error", result_real(p->train_loss),
                     "validation_error", result_real(p->validation_loss), "active", active, "best",
                     p->best);
}

static void publish_results(const train_run *run, json_t *results)
{
    json_t *epochs = json_array(), *without = json_array();
    for (size_t i = 0; i < run->epochs; i++)
        json_array_append_new(i < run->pretrained ? without : epochs,
                              epoch_json(run, &run->epoch[i]));
    const tuft_mcc_progress *best = best_of(run);
    if (run->pretrained)
        json_object_set_new(results, "without_labels", without);
    else
        json_decref(without);
    json_object_set_new(results, "epochs", epochs);
    if (best) {
        json_object_set_new(results, "best_epoch", json_integer(best->epoch));
        json_object_set_new(results, "validation_error", result_real(best->validation_loss));
    }
    json_object_set_new(results, "network", enhance_network_json(run->net));
    json_object_set_new(results, "features",
                        enhance_features_json(tuft_enhancement_configuration(run->enhancement)));
    json_object_set_new(results, "model", json_string(run->config->model));
    json_object_set_new(results, "clips",
                        json_pack("{s:I, s:I, s:I}", "train", (json_int_t)run->split.train,
                                  "validation", (json_int_t)run->split.validation, "test",
                                  (json_int_t)run->split.test));
    json_object_set_new(results, "noises",
                        json_pack("{s:I, s:I}", "train", (json_int_t)run->material.train.count,
                                  "test", (json_int_t)run->material.test.count));
}

static void draw_errors(app_report *report, const train_run *run, double *room)
{
    size_t n = run->epochs - run->pretrained;
    double *x = room, *train = room + n, *validation = room + 2 * n;
    for (size_t i = 0; i < n; i++) {
        const tuft_mcc_progress *p = &run->epoch[run->pretrained + i];
        x[i] = p->epoch;
        train[i] = p->train_loss;
        validation[i] = p->validation_loss;
    }
    const plot_axes axes = {.title = "Error of the mask, pass by pass.",
                            .note = "Mean squared error; every pass hears other noise.",
                            .x_label = "pass",
                            .y_label = "mean squared error",
                            .y_scale = AXIS_LOG,
                            .width = PLOT_HALF};
    const plot_series series[] = {{"training", x, train, NULL, NULL, n},
                                  {"validation", x, validation, NULL, NULL, n}};
    report_lines(report, &axes, series, 2);
}

static void draw_activity(app_report *report, const train_run *run, double *room)
{
    enum { MOST = TUFT_MCC_LAYER_LIMIT * TUFT_MCC_STREAMS };
    size_t n = run->epochs - run->pretrained, count = 0;
    plot_series series[MOST];
    char name[MOST][32];
    for (size_t i = 0; i < n; i++)
        room[i] = run->epoch[run->pretrained + i].epoch;
    for (uint32_t l = 0; l < run->net->config.layers; l++)
        for (int s = 0; s < TUFT_MCC_STREAMS; s++) {
            if (!tuft_mcc_cells(run->net, l + 1, s))
                continue;
            double *y = room + (1 + count) * n;
            for (size_t i = 0; i < n; i++)
                y[i] = 100 * run->epoch[run->pretrained + i].active[l][s];
            snprintf(name[count], sizeof name[count], "%s, layer %u", stream_name[s], l + 1);
            series[count] = (plot_series){name[count], room, y, NULL, NULL, n};
            count++;
        }
    const plot_axes axes = {.title = "Cells that send, pass by pass.",
                            .note = "A cell whose output is 0 sends nothing.",
                            .x_label = "pass",
                            .y_label = "outputs that are not 0 (%)",
                            .width = PLOT_HALF};
    report_lines(report, &axes, series, count);
}

/* Clips to look at, of as many talkers as there are: [count], count up to most. */
static size_t choose_views(const train_run *run, size_t *chosen, size_t most)
{
    const enhance_clips *clips = &run->material.clips;
    size_t count = 0;
    for (size_t round = 0; round < most; round++)
        for (size_t i = 0; i < clips->count && count < most; i++) {
            size_t before = 0;
            int taken = !clips->clip[i].view.grey;
            for (size_t k = 0; k < count; k++) {
                before += strcmp(clips->clip[chosen[k]].talker, clips->clip[i].talker) == 0;
                taken |= chosen[k] == i;
            }
            if (!taken && before == round)
                chosen[count++] = i;
        }
    return count;
}

static void show_mouths(app_report *report, const train_run *run)
{
    enum { MOST = 8 };
    size_t chosen[MOST], count = choose_views(run, chosen, MOST);
    if (!count)
        return;
    report_text(report, "Where the mouth was found: one box a clip, here on its middle frame. What "
                        "is in the box is what the network sees; where it is not the mouth, give "
                        "the place by --mouth.");
    for (size_t i = 0; i < count; i++) {
        const enhance_clip *clip = &run->material.clips.clip[chosen[i]];
        const enhance_view *view = &clip->view;
        char caption[640];
        snprintf(caption, sizeof caption, "%s/%s, confidence %.2f", clip->talker, clip->name,
                 view->mouth.confidence);
        report_picture(report, caption, view->grey, view->width, view->height,
                       &(report_box){view->mouth.left, view->mouth.top, view->mouth.width,
                                     view->mouth.height});
    }
}

static void tell_data(app_report *report, const train_run *run)
{
    char text[5][64];
    snprintf(text[0], sizeof text[0], "%u", run->split.train);
    snprintf(text[1], sizeof text[1], "%u", run->split.validation);
    snprintf(text[2], sizeof text[2], "%u", run->split.test);
    snprintf(text[3], sizeof text[3], "%zu", run->material.train.count);
    snprintf(text[4], sizeof text[4], "%zu", run->material.test.count);
    const report_pair pairs[] = {{"clips trained on", text[0]},
                                 {"clips to choose by", text[1]},
                                 {"clips kept for the test", text[2]},
                                 {"noises trained on", text[3]},
                                 {"noises kept for the test", text[4]}};
    report_pairs(report, "What it was trained on", pairs, 5);
}

static tuft_status write_report(const train_run *run, tuft_error *err)
{
    app_report *report;
    double *room;
    size_t n = run->epochs - run->pretrained;
    tuft_status status = TUFT_NEW(
        &room, (n ? n : 1) * (2 + TUFT_MCC_LAYER_LIMIT * TUFT_MCC_STREAMS), "figures", err);
    if (status)
        return status;
    status = report_new(&report, "Speech enhancement: training",
                        "tuft enhance train: a network that hears and sees", err);
    if (status) {
        free(room);
        return status;
    }
    char value[64];
    const tuft_mcc_progress *best = best_of(run);
    snprintf(value, sizeof value, "%.5f", best ? best->validation_loss : NAN);
    report_card(report, "validation error", value, "mean squared error of the mask");
    snprintf(value, sizeof value, "%zu", run->net->parameters);
    report_card(report, "parameters", value, tuft_mcc_cell_name(run->net->config.cell));
    report_section(report, "Training");
    draw_errors(report, run, room);
    draw_activity(report, run, room);
    report_section(report, "Data");
    tell_data(report, run);
    show_mouths(report, run);
    report_text(report,
                "The test is `tuft enhance test --model %s`: clips and noises that were "
                "kept for it are named in the model.",
                run->config->model);
    report_section(report, "Settings");
    report_settings(report, &enhance_train_command, run->config);
    status = report_write(report, run->config->common.report, err);
    report_free(report);
    free(room);
    return status;
}

tuft_status enhance_train_publish(const train_run *run, app_result *result, tuft_error *err)
{
    publish_results(run, result_results(result));
    tuft_status status = result_write(result, run->config->common.json, err);
    if (!status && run->config->common.report)
        status = write_report(run, err);
    const tuft_mcc_progress *best = best_of(run);
    if (!status)
        printf("%s: %s cells, %zu parameters, %u clips, validation error %.5f (pass %d)\n",
               run->config->model, tuft_mcc_cell_name(run->net->config.cell), run->net->parameters,
               run->split.train, best ? best->validation_loss : NAN, best ? best->epoch : 0);
    return status;
}
