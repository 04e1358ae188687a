/* The energy profiles of core/profiles, as they are in the command (made by cmake/embed.cmake). */
#ifndef TUFT_APPS_ENERGY_EMBEDDED_H
#define TUFT_APPS_ENERGY_EMBEDDED_H

#include <stddef.h>

typedef struct {
    const char *name, *text; /* text is not terminated */
    size_t size;
} energy_embedded;

/* Ends with one that has no name. */
extern const energy_embedded energy_profiles[];

#endif
