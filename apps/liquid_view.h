/* What a reservoir is, does and costs, as parts of a page.
 */
#ifndef TUFT_APPS_LIQUID_VIEW_H
#define TUFT_APPS_LIQUID_VIEW_H

#include "apps/preset.h"
#include "apps/report.h"
#include "apps/result.h"
#include "core/ledger.h"

/* "seed 1", "seeds 1 to 5". Returns text. */
const char *liquid_view_seeds(uint64_t first, int64_t count, char *text, size_t size);

/* A recording and what the cells of the reservoir make of it, on one time axis: its events, the
 * spikes of some cells, and how many of all cells spike in a step. what names the recording: "A
 * test recording of digit 8". */
tuft_status liquid_view_sample(app_report *report, const char *what, const lsm_preset *preset,
                               const tuft_reservoir *reservoir, tuft_geometry geometry,
                               const tuft_recording *recording, tuft_error *err);

/* A histogram for each projection: the weights of the cells at one position, which are those of any
 * other. */
tuft_status liquid_view_weights(app_report *report, const tuft_reservoir *reservoir,
                                tuft_error *err);

/* One reservoir's part of a table of costs. name may be NULL: then there is one reservoir. */
typedef struct {
    const char *name; /* "vision" */
    const tuft_ledger *ledger;
    size_t recordings; /* that ran, copies too */
} liquid_view_cost;

/* Synaptic events of each projection, and of all cells, in sum and for each recording. */
void liquid_view_costs(app_report *report, const liquid_view_cost *cost, size_t count);

/* Every value of the preset. */
tuft_status liquid_view_model(app_report *report, const char *caption, const lsm_preset *preset,
                              tuft_error *err);

/* Seconds of the stages that have a time. */
void liquid_view_times(app_report *report, const app_result *result);

#endif
