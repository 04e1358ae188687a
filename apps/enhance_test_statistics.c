/* tuft enhance test: statistics of scores over clips, and of what cells send. */
#include "apps/enhance_test.h"
#include "core/memory.h"
#include "lsm/interval.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double LEVEL = 0.95;

static test_summary summary_of(const double *value, size_t n)
{
    tuft_interval interval;
    test_summary out = {n, NAN, NAN, NAN, NAN};
    if (n == 1)
        out.mean = value[0];
    if (n > 1 && !tuft_interval_mean(value, n, LEVEL, &interval, NULL))
        out = (test_summary){n, interval.mean, interval.sd, interval.low, interval.high};
    return out;
}

/* a, or a - b where there is one, over the clips of a talker (NULL: all). */
static test_summary summarise(const test_run *run, const test_scores *a, const test_scores *b,
                              tuft_score score, const char *talker)
{
    double *value;
    size_t n = 0;
    if (!a->clip || TUFT_NEW(&value, run->clips, "scores", NULL))
        return summary_of(NULL, 0);
    for (size_t k = 0; k < run->clips; k++) {
        double one = a->clip[k].value[score] - (b ? b->clip[k].value[score] : 0);
        if (!isnan(one) && (!talker || strcmp(talker, test_clip(run, k)->talker) == 0))
            value[n++] = one;
    }
    test_summary out = summary_of(value, n);
    free(value);
    return out;
}

test_summary test_summarise(const test_run *run, const test_scores *scores, tuft_score score,
                            const char *talker)
{
    return summarise(run, scores, NULL, score, talker);
}

test_summary test_difference(const test_run *run, const test_scores *a, const test_scores *b,
                             tuft_score score)
{
    return summarise(run, a, b, score, NULL);
}

/* ---- activity -------------------------------------------------------------------------------- */

const char *test_group_name(const tuft_mcc_group *group, char *text, size_t size)
{
    static const char *const kind[] = {"input", "layer", "memory", "decoder", "output"};
    static const char *const stream[] = {"audio ", "vision "};
    const char *of = group->stream < 0 ? "" : stream[group->stream];
    if (group->kind == TUFT_MCC_GROUP_INPUT || group->kind == TUFT_MCC_GROUP_OUTPUT)
        snprintf(text, size, "%s%s", of, kind[group->kind]);
    else
        snprintf(text, size, "%s%s %u", of, kind[group->kind],
                 group->layer + (group->kind == TUFT_MCC_GROUP_DECODER));
    return text;
}

static double per_frame(const tuft_mcc_activity *activity, uint64_t count)
{
    return activity->frames ? (double)count / (double)activity->frames : NAN;
}

double test_group_events(const tuft_mcc_activity *activity, const tuft_mcc_group *group)
{
    return per_frame(activity, tuft_mcc_group_events(activity, group));
}

double test_cell_events(const tuft_mcc_activity *activity)
{
    uint64_t events = 0;
    for (int g = 0; g < activity->groups; g++)
        if (activity->group[g].kind != TUFT_MCC_GROUP_INPUT)
            events += tuft_mcc_group_events(activity, &activity->group[g]);
    return per_frame(activity, events);
}
