/* Energy profiles from JSON: docs/energy-profile.schema.json says what stands in one. */
#ifndef TUFT_APPS_ENERGY_PROFILE_H
#define TUFT_APPS_ENERGY_PROFILE_H

#include "core/energy.h"

/* A profile of the command by its name, or a file (a name with '/' in it or ".json" at its end).
 * TUFT_INVALID: an unknown name, with those there are. TUFT_FORMAT: what is wrong, with its place.
 * *out is the caller's to free. */
tuft_status energy_profile_load(tuft_energy_profile *out, const char *name, tuft_error *err);

/* "cpu, gpu, loihi ..." of those in the command. */
const char *energy_profile_names(char *text, size_t size);

#endif
