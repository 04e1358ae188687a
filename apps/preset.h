/* Configurations of the liquid state machine by name, and every value in them by name.
 *
 * lin2025 is the published configuration to the letter (design section 2; Lin et al. 2025), best is
 * ours. Both are plain values: `--set group0.maps=96,encoding.windows=6` changes some, and results
 * carry all of them, so that a result can be run again.
 */
#ifndef TUFT_APPS_PRESET_H
#define TUFT_APPS_PRESET_H

#include "datasets/augment.h"
#include "datasets/cochlea.h"
#include "lsm/encode.h"
#include "lsm/reservoir_fixed.h"

#include <jansson.h>

/* Audio: recordings that are spikes of somebody's cochlea. Sound: sounds through ours. Neural:
 * spikes of electrodes, whose order means nothing. */
typedef enum { MODALITY_VISION, MODALITY_AUDIO, MODALITY_SOUND, MODALITY_NEURAL } modality;
typedef enum { PRESET_LIN2025, PRESET_BEST } preset_name;
typedef enum { TASK_CLASSIFY, TASK_ZERO_SHOT } preset_task;
typedef enum { READOUT_RIDGE, READOUT_SOFTMAX } readout_kind;

extern const char *const preset_names[]; /* NULL-terminated, in the order of preset_name */

typedef struct {
    tuft_cochlea_parameters cochlea; /* of sounds; recordings that are spikes already need none */
    tuft_frontend frontend;
    tuft_reservoir_config reservoir; /* without its macro: liquid_new() puts it in */
    tuft_macro_config macro;         /* effects of the crossbars; none in any named configuration */
    tuft_fixed_config arithmetic;    /* of the liquid as a chip computes it; bits 0: floats */
    tuft_encoding encoding;
    uint32_t copies; /* augmented copies of each training recording */
    tuft_augmentation augmentation;
    struct {
        readout_kind kind;
        double lambda;           /* ridge; 0: chosen by cross-validation inside the training set */
        double rate;             /* softmax: Adam */
        uint32_t batch, updates; /* softmax: whole epochs, at least so many updates */
    } readout;
} lsm_preset;

/* The named configuration for recordings of the given geometry. */
lsm_preset preset_get(preset_name name, modality kind, preset_task task, tuft_geometry geometry);

/* The cochlea that the named configuration hears with, changed as preset_set says: for sounds that
 * are yet to be loaded. */
tuft_status preset_cochlea(preset_name name, const char *assignments,
                           tuft_cochlea_parameters *cochlea, tuft_error *err);

/* "group0.maps=96,group0.delays=0/2/4,encoding.windows=6": changes the values that are named;
 * reservoir.size, .connectivity, .spectral_scale, .decay, .threshold, .input_density and
 * .input_scale are maps, recurrent_density, recurrent_sd, decay, threshold, density and weight_sd
 * of all groups. NULL changes nothing. TUFT_INVALID: an unknown name (with the nearest known one),
 * a value that is not of its kind; then nothing has been changed. */
tuft_status preset_set(lsm_preset *preset, const char *assignments, tuft_error *err);

/* All values by name, a new reference; NULL without memory. */
json_t *preset_json(const lsm_preset *preset);

#endif
