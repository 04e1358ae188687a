/* Scores of recordings as a table, CSV, JSON and figures. */
#ifndef TUFT_APPS_SCORE_VIEW_H
#define TUFT_APPS_SCORE_VIEW_H

#include "apps/report.h"
#include "datasets/speech_scores.h"

#include <jansson.h>
#include <stdio.h>

typedef enum { SCORED_NOISY, SCORED_ENHANCED, SCORED_SIDES } scored_side;

/* "noisy", "enhanced" */
const char *scored_side_name(scored_side side);

typedef struct {
    const char *name;
    double rate_hz, seconds;
    tuft_speech_scores scores[SCORED_SIDES];
} scored_recording;

typedef struct {
    const scored_recording *recording; /* [count], count >= 1 */
    size_t count;
    scored_side first; /* SCORED_ENHANCED: noisy ones were not scored */
} scored_table;

/* Over the recordings that have the score; NaN without any, or of one for the deviation. */
double scored_mean(const scored_table *table, scored_side side, tuft_score score);
double scored_sd(const scored_table *table, scored_side side, tuft_score score);

void scored_print(FILE *stream, const scored_table *table);
/* path NULL: nothing is written. */
tuft_status scored_csv(const scored_table *table, const char *path, tuft_error *err);
/* Sets "pairs", "mean" and "sd" of results. */
void scored_json(const scored_table *table, json_t *results);
/* Cards, means and figures. */
tuft_status scored_report(app_report *report, const scored_table *table, tuft_error *err);

#endif
