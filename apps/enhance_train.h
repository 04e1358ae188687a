/* tuft enhance train: what its parts share. */
#ifndef TUFT_APPS_ENHANCE_TRAIN_H
#define TUFT_APPS_ENHANCE_TRAIN_H

#include "apps/enhance_crossing.h"
#include "apps/enhance_material.h"
#include "apps/enhance_mixing.h"
#include "apps/enhance_model.h"
#include "apps/result.h"

typedef struct {
    common_options common;
    enhance_material_config material;
    int preset, streams, cells, resume;
    int64_t test, validation, width, layers, epochs; /* may be unset */
    int64_t batch, pretrain, labelled;
    double snr_low, snr_high, activity, rate;
    const char *model;
} train_config;

typedef struct {
    const train_config *config;
    tuft_enhancement *enhancement;
    enhance_material material;
    enhance_split split;
    enhance_mixing train, validation;
    tuft_mcc *net;
    json_t *about; /* the model's document */
    char *blob;    /* the same as text */
    int saves;     /* 1: the main training, whose passes are saved; 0: the one without labels */
    tuft_mcc_progress *epoch; /* [epochs], those without labels first */
    size_t epochs, epoch_capacity, pretrained;
} train_run;

/* Results, report, and the line on standard output. */
tuft_status enhance_train_publish(const train_run *run, app_result *result, tuft_error *err);

#endif
