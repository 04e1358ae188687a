/* The effects of a resistive-memory macro by name: "device.read_noise=0.05,adc.bits=6". */
#ifndef TUFT_APPS_MACRO_VALUES_H
#define TUFT_APPS_MACRO_VALUES_H

#include "lsm/macro.h"

#include <jansson.h>

extern const char *const macro_wires_methods[]; /* NULL-terminated, in the order of the enums */
extern const char *const macro_noise_methods[];
extern const char *const macro_drives[];
extern const char *const macro_rangings[];

/* X(name, kind, member of tuft_macro_config, choices): kind COUNT (uint32_t), REAL (double) or
 * CHOICE (an enum). One list, for every table that has these names. */
#define MACRO_VALUES(X)                                                                            \
    X("device.read_noise", REAL, device.read_relative, NULL)                                       \
    X("device.read_noise_siemens", REAL, device.read_siemens, NULL)                                \
    X("device.programming", REAL, device.program_relative, NULL)                                   \
    X("device.programming_siemens", REAL, device.program_siemens, NULL)                            \
    X("device.drift_nu", REAL, device.drift_nu, NULL)                                              \
    X("device.drift_nu_sd", REAL, device.drift_nu_sd, NULL)                                        \
    X("device.drift_t0_s", REAL, device.drift_t0_s, NULL)                                          \
    X("device.age_s", REAL, seconds, NULL)                                                         \
    X("device.stuck_off", REAL, device.stuck_off, NULL)                                            \
    X("device.stuck_on", REAL, device.stuck_on, NULL)                                              \
    X("device.off_siemens", REAL, device.off_siemens, NULL)                                        \
    X("device.on_siemens", REAL, device.on_siemens, NULL)                                          \
    X("device.noise_drawn_by", CHOICE, noise, macro_noise_methods)                                 \
    X("wires.method", CHOICE, method, macro_wires_methods)                                         \
    X("wires.row_ohm", REAL, wires.row_ohm, NULL)                                                  \
    X("wires.column_ohm", REAL, wires.column_ohm, NULL)                                            \
    X("wires.driver_ohm", REAL, wires.driver_ohm, NULL)                                            \
    X("wires.sense_ohm", REAL, wires.sense_ohm, NULL)                                              \
    X("wires.tolerance", REAL, tolerance, NULL)                                                    \
    X("dac.drive", CHOICE, drive, macro_drives)                                                    \
    X("dac.bits", COUNT, dac.bits, NULL)                                                           \
    X("dac.volt", REAL, dac.full, NULL)                                                            \
    X("adc.bits", COUNT, adc.bits, NULL)                                                           \
    X("adc.range", CHOICE, adc.ranging, macro_rangings)                                            \
    X("adc.ampere", REAL, adc.full, NULL)                                                          \
    X("tile.rows", COUNT, tile_rows, NULL)                                                         \
    X("tile.columns", COUNT, tile_columns, NULL)

/* Changes the values that are named; NULL changes nothing. TUFT_INVALID: an unknown name (with the
 * nearest known one), a value not of its kind; then nothing has been changed. */
tuft_status macro_values_set(tuft_macro_config *config, const char *assignments, tuft_error *err);
/* All values by name, a new reference; NULL without memory. */
json_t *macro_values_json(const tuft_macro_config *config);

#endif
