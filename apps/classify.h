/* tuft classify: what its parts share. */
#ifndef TUFT_APPS_CLASSIFY_H
#define TUFT_APPS_CLASSIFY_H

#include "apps/dataset.h"
#include "apps/liquid.h"
#include "apps/options.h"
#include "apps/result.h"
#include "apps/trained.h"

typedef struct {
    common_options common;
    int dataset, network, preset, unit;
    const char *train, *test, *set, *test_talkers, *conductances, *map, *counts;
    int64_t seeds, cross_validate, per_class, limit;
    int read; /* this and the next five: of networks with trained weights; NAN, unset: ours */
    int64_t epochs, batch;
    double rate, clip, sharpness;
    int baseline;
} classify_config;

typedef enum { CLASSIFY_LIQUID, CLASSIFY_SRNN, CLASSIFY_RNN } classify_network;
extern const char *const classify_networks[]; /* NULL-terminated, in this order */

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
    tuft_crossbar array; /* measured; empty without --map */
    dataset set;
    size_t cells, features;
    size_t encoded;                   /* recordings and copies that one seed runs */
    classify_scores liquid, baseline; /* baseline.accuracy NULL without --baseline */
    tuft_ledger ledger;               /* of the first seed */
    tuft_sequence_shape shape;        /* of what networks with trained weights are shown */
    tuft_recurrent_training training; /* of these networks */
    tuft_operations operations;       /* training on the first split of the first seed */
} classify_run;

/* What a model came to: one of the two. */
typedef struct {
    tuft_linear linear;
    tuft_recurrent_classifier recurrent;
} classify_fitted;
void classify_fitted_free(classify_fitted *fitted);

/* Trains the model on the rows of train; original (may be NULL) marks rows that are no copies.
 * *lambda: the ridge readout's penalty, else 0. operations may be NULL. */
tuft_status classify_fit(const classify_run *run, classify_network network,
                         const tuft_features *train, const uint8_t *original, uint64_t seed,
                         double *lambda, classify_fitted *fitted, tuft_operations *operations,
                         tuft_error *err);
tuft_status classify_predict(const classify_fitted *fitted, const tuft_features *features,
                             int *predicted, tuft_error *err);
/* How a network with trained weights is trained: as the command line says, or our defaults. */
tuft_recurrent_training classify_training(const classify_config *config, const lsm_preset *preset,
                                          tuft_sequence_shape shape);

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
