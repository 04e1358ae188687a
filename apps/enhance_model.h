/* A trained model of speech enhancement in a file: a network (cells/mcc_file.h) whose blob is a
 * JSON document of what goes in and comes out, and of what it was trained on:
 *
 *     {"tuft_enhance": 1, "features": {...}, "test_clips": [names], "test_noises": [names], ...}
 */
#ifndef TUFT_APPS_ENHANCE_MODEL_H
#define TUFT_APPS_ENHANCE_MODEL_H

#include "cells/mcc_file.h"
#include "datasets/enhancement.h"

#include <jansson.h>

enum { ENHANCE_MODEL_VERSION = 1 };

typedef struct {
    const char *path; /* borrowed */
    tuft_mcc *net;
    tuft_enhancement *enhancement;
    json_t *about; /* the document */
} enhance_model;

void enhance_model_free(enhance_model *model);

/* TUFT_IO; TUFT_FORMAT: damaged, of something else, of a newer version, or inputs that do not fit
 * the features. On failure *out is zeroed. */
tuft_status enhance_model_read(const char *path, enhance_model *out, tuft_error *err);

/* The document of a network that is to be written, without what is known of its training; a new
 * reference, NULL without memory. */
json_t *enhance_model_about(const tuft_enhancement_config *features);

/* {"rate_hz", "window_ms", ...}, a new reference. */
json_t *enhance_features_json(const tuft_enhancement_config *features);
/* What kind of network it is: {"cells", "layers": [[audio, vision], ...], "memory", "decoder",
 * "parameters", ...}, a new reference. */
json_t *enhance_network_json(const tuft_mcc *net);
/* Whether it has eyes. */
int enhance_model_sees(const enhance_model *model);

#endif
