/* Who sends how often in each model, and what that costs for what it is worth. */
#include "apps/enhance_test_view.h"
#include "core/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { GROUPS = 2 * TUFT_MCC_GROUP_LIMIT };

/* Groups of all models, in the order of the first that has them. */
typedef struct {
    tuft_mcc_group group[GROUPS];
    char name[GROUPS][48];
    const char *category[GROUPS];
    size_t count;
} group_list;

/* Place in the network, from the inputs on. */
static int rank(const tuft_mcc_group *group)
{
    int layer = 10 * (int)group->layer + group->stream;
    switch (group->kind) {
    case TUFT_MCC_GROUP_INPUT:
        return layer - 1000;
    case TUFT_MCC_GROUP_DECODER:
        return layer + 1000;
    default: /* a memory (stream -1) before the cells over it */
        return layer;
    }
}

static int wanted(const tuft_mcc_group *group, int with_inputs)
{
    return group->kind != TUFT_MCC_GROUP_OUTPUT &&
           (with_inputs || group->kind != TUFT_MCC_GROUP_INPUT);
}

static void list_groups(const test_run *run, int with_inputs, group_list *list)
{
    list->count = 0;
    for (size_t m = 0; m < run->models; m++) {
        const tuft_mcc_activity *activity = &run->model[m].activity;
        for (int g = 0; g < activity->groups; g++) {
            const tuft_mcc_group *group = &activity->group[g];
            size_t at = 0;
            while (at < list->count && rank(&list->group[at]) < rank(group))
                at++;
            if (!wanted(group, with_inputs) || list->count == GROUPS ||
                (at < list->count && rank(&list->group[at]) == rank(group)))
                continue;
            for (size_t i = list->count++; i > at; i--)
                list->group[i] = list->group[i - 1];
            list->group[at] = *group;
        }
    }
    for (size_t i = 0; i < list->count; i++)
        list->category[i] = test_group_name(&list->group[i], list->name[i], sizeof list->name[i]);
}

typedef double group_value(const tuft_mcc_activity *activity, const tuft_mcc_group *group);

static double active_percent(const tuft_mcc_activity *activity, const tuft_mcc_group *group)
{
    return activity->frames ? 100 * tuft_mcc_group_active(activity, group) : NAN;
}

static void draw_groups(app_report *report, const test_run *run, const group_list *list,
                        group_value *of, const plot_axes *axes, double *room)
{
    plot_bar_series series[TEST_MODELS];
    char name[TEST_MODELS][TEST_NAME];
    for (size_t m = 0; m < run->models; m++) {
        double *value = room + m * GROUPS;
        const tuft_mcc_activity *activity = &run->model[m].activity;
        for (size_t i = 0; i < list->count; i++) {
            const tuft_mcc_group *group = tuft_mcc_activity_find(
                activity, list->group[i].kind, list->group[i].layer, list->group[i].stream);
            value[i] = group ? of(activity, group) : NAN;
        }
        series[m] = (plot_bar_series){test_label(run, m, name[m]), value, NULL, NULL};
    }
    report_bars(report, axes, list->category, list->count, series, run->models);
}

/* Each clip's mean over the SNRs. */
static tuft_status mean_over_snrs(const test_run *run, const test_scores *scores, size_t stride,
                                  tuft_score score, test_summary *out, tuft_error *err)
{
    test_scores mean;
    tuft_status status = TUFT_NEW(&mean.clip, run->clips, "means", err);
    if (status)
        return status;
    for (size_t k = 0; k < run->clips; k++) {
        double sum = 0;
        for (size_t s = 0; s < run->snrs; s++)
            sum += scores[s * stride].clip[k].value[score];
        mean.clip[k].value[score] = sum / (double)run->snrs;
    }
    *out = test_summarise(run, &mean, score, NULL);
    free(mean.clip);
    return TUFT_OK;
}

static tuft_status draw_cost(app_report *report, const test_run *run, tuft_error *err)
{
    plot_point point[TEST_MODELS];
    char name[TEST_MODELS][TEST_NAME];
    double most = 0;
    test_summary noisy;
    tuft_status status = mean_over_snrs(run, run->noisy, 1, TUFT_SCORE_STOI, &noisy, err);
    for (size_t m = 0; !status && m < run->models; m++) {
        test_summary mean;
        status = mean_over_snrs(run, &run->model[m].score[0][TEST_LIPS_OWN], TEST_LIPS,
                                TUFT_SCORE_STOI, &mean, err);
        most = fmax(most, test_cell_events(&run->model[m].activity));
        if (!status)
            point[m] =
                (plot_point){test_label(run, m, name[m]), test_cell_events(&run->model[m].activity),
                             mean.mean, mean.low, mean.high};
    }
    if (status)
        return status;
    const plot_mark mark = {noisy.mean, "noisy"};
    report_points(report,
                  &(plot_axes){.title = "STOI against what it costs.",
                               .note = "Mean over clips and SNRs with its 95 % interval. Better is "
                                       "further up and further left.",
                               .x_label = "synaptic events of cells a frame",
                               .y_label = "STOI",
                               .x_high = 1.2 * most,
                               .marks = &mark,
                               .mark_count = 1,
                               .width = PLOT_WIDE},
                  point, run->models);
    return TUFT_OK;
}

tuft_status test_view_activity(app_report *report, const test_run *run, tuft_error *err)
{
    group_list *list;
    double *room = NULL;
    tuft_status status = TUFT_NEW(&list, 1, "groups", err);
    if (!status)
        status = TUFT_NEW(&room, (size_t)GROUPS * TEST_MODELS, "groups", err);
    if (!status) {
        report_section(report, "Activity");
        report_text(
            report,
            "Over all mixtures, own lips. A cell whose output is 0 sends nothing; one whose "
            "output is not 0 sends one event to each synapse it has, in that frame. Inputs "
            "are sources as well: they are shown, and not counted as cells.");
        list_groups(run, 0, list);
        draw_groups(report, run, list, active_percent,
                    &(plot_axes){.title = "Cells that send, group by group.",
                                 .note = "Share of outputs that are not 0.",
                                 .y_label = "outputs that are not 0 (%)",
                                 .width = PLOT_WIDE},
                    room);
        list_groups(run, 1, list);
        draw_groups(report, run, list, test_group_events,
                    &(plot_axes){.title = "Synaptic events a frame, by the group that sends them.",
                                 .y_label = "synaptic events a frame",
                                 .width = PLOT_WIDE},
                    room);
        status = draw_cost(report, run, err);
    }
    free(room);
    free(list);
    return status;
}
