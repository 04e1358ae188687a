/* tuft device: what its parts share. */
#ifndef TUFT_APPS_DEVICE_H
#define TUFT_APPS_DEVICE_H

#include "apps/options.h"
#include "apps/result.h"
#include "lsm/conductance_map.h"
#include "lsm/distribution_fit.h"
#include "lsm/macro.h"

typedef struct {
    common_options common;
    int64_t rows, pairs, reads;
    int distribution, unit, effects;
    double mean_us, sd_us;
    const char *conductances, *map, *export, *set;
} device_config;

enum { DEVICE_AGES = 9, DEVICE_SIZES = 5, DEVICE_EFFECTS = 10 };

/* Conductances so long after writing: as sampled, and in closed form. */
typedef struct {
    double seconds, mean, sd, expected;
} device_age;

/* One effect by itself, or all. error[size]: rms of the currents' error over rms of the currents of
 * an ideal array, both over vectors and columns. */
typedef struct {
    const char *name;
    tuft_macro_config config;
    double error[DEVICE_SIZES];
    double scaled[DEVICE_SIZES]; /* the same after the one gain for all columns that fits best */
} device_effect;

typedef struct {
    const device_config *config;
    tuft_macro_config macro;
    tuft_crossbar target, settled; /* as written, as it is now */
    tuft_fit normal, lognormal, difference;
    double *cell, *pair; /* siemens of all cells, G+ - G- of all pairs, as they are now */
    size_t cells, pairs;
    device_age age[DEVICE_AGES];
    double *frequency, *power; /* cycles a read; share of the closed form's variance */
    size_t frequencies;
    double noise_ratio; /* measured over closed-form standard deviation, all columns */
    uint32_t size[DEVICE_SIZES];
    size_t sizes, effects;
    device_effect effect[DEVICE_EFFECTS];
} device_run;

/* ---- device_measure.c */

tuft_status device_measure(device_run *run, app_result *result, tuft_error *err);
void device_measured_free(device_run *run);

/* ---- device_report.c */

tuft_status device_report(const device_run *run, const app_result *result, tuft_error *err);

#endif
