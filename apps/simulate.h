/* tuft simulate: what its parts share. */
#ifndef TUFT_APPS_SIMULATE_H
#define TUFT_APPS_SIMULATE_H

#include "apps/network_build.h"
#include "apps/options.h"
#include "apps/result.h"
#include "core/bursts.h"
#include "core/spike_statistics.h"

typedef struct {
    common_options common;
    const char *network, *input, *set, *spikes, *traces, *weights, *counts, *checkpoint, *resume;
    double duration, every;
} simulate_config;

/* How windows of burst statistics go with an input of the file. */
typedef struct {
    size_t input; /* of the file: steps or a sine */
    double event_rate, burst_probability;
} simulate_correlation;

/* One "bursts" of the file. */
typedef struct {
    tuft_burst_windows windows; /* from `from` on, in whole windows */
    uint64_t events, bursts;    /* of all windows */
    double event_rate_hz, burst_rate_hz, burst_probability;
    simulate_correlation *correlation;
    size_t correlations;
} simulate_bursts;

typedef struct {
    const simulate_config *config;
    network_file file;
    network_built built;
    tuft_spike_statistics *spikes; /* [populations]; of those not recorded: count and rate only */
    simulate_bursts *bursts;       /* [file.bursts_count] */
    tuft_ledger ledger;
} simulate_run;

/* ---- simulate_result.c */

/* Fills in what is found in the records after the run. */
tuft_status simulate_measure(simulate_run *run, tuft_error *err);
void simulate_measured_free(simulate_run *run);
/* "clocked 0.1 ms", "event-driven", "source". */
const char *simulate_mode(const network_file *file, size_t population, char *text, size_t size);
/* Mean of an input's value over [begin, end) ticks. */
double simulate_input_mean(const network_file *file, size_t input, int64_t begin, int64_t end);
/* Puts all of it under "results". */
void simulate_json(const simulate_run *run, app_result *result);
void simulate_print(const simulate_run *run);

/* ---- simulate_report.c */

tuft_status simulate_report(const simulate_run *run, const app_result *result, tuft_error *err);

#endif
