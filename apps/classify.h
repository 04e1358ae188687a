/* tuft classify: what its parts share. */
#ifndef TUFT_APPS_CLASSIFY_H
#define TUFT_APPS_CLASSIFY_H

#include "apps/dataset.h"
#include "apps/liquid.h"
#include "apps/options.h"
#include "apps/result.h"

typedef struct {
    common_options common;
    int dataset, preset;
    const char *train, *test, *set, *test_talkers, *conductances;
    int64_t seeds, cross_validate, per_class, limit;
    int baseline;
} classify_config;

/* Accuracies [seeds][splits] of one way to classify, and its confusions over all of them. */
typedef struct {
    double *accuracy;       /* on the test side */
    double *train_accuracy; /* on the training side, copies left out */
    uint64_t *confusion;    /* [classes][classes], rows true, columns predicted */
    double *lambda;         /* [seeds][splits], ridge */
} classify_scores;

typedef struct {
    const classify_config *config;
    lsm_preset preset;
    dataset set;
    size_t cells, features;
    size_t encoded;                   /* recordings and copies that one seed runs */
    classify_scores liquid, baseline; /* baseline.accuracy NULL without --baseline */
    tuft_ledger ledger;               /* of the first seed */
} classify_run;

/* Mean over seeds and splits of accuracy; sd of the seeds' means (NaN for one); 95 % interval:
 * Student's of the seeds' means, Wilson's of the recordings' share for one seed. */
typedef struct {
    double mean, sd, low, high;
} classify_summary;
classify_summary classify_summarise(const classify_run *run, const classify_scores *scores);

/* The same of one split of a seed, or of all seeds. */
classify_summary classify_summarise_split(const classify_run *run, const classify_scores *scores,
                                          size_t split);

/* The HTML report. */
tuft_status classify_report(const classify_run *run, const app_result *result, tuft_error *err);

#endif
