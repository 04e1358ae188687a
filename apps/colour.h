/* Colours of the reports: ramps of even lightness in OKLab (Ottosson 2020), so that equal steps of
 * a value look like equal steps and stay in order for colour-blind readers and in grey. Each has a
 * form for light and one for dark pages. */
#ifndef TUFT_APPS_COLOUR_H
#define TUFT_APPS_COLOUR_H

#include <stdint.h>

typedef enum { COLOUR_SEQUENTIAL, COLOUR_DIVERGING } colour_map;
typedef enum { COLOUR_LIGHT, COLOUR_DARK } colour_scheme;

enum { COLOUR_LEVELS = 33 }; /* odd: a diverging map has a middle */

typedef struct {
    uint8_t red, green, blue;
    double lightness; /* OKLab L, 0 to 1 */
} colour;

/* Colour of a level, 0 .. COLOUR_LEVELS-1. */
colour colour_level(colour_map map, colour_scheme scheme, int level);

/* The level of value in [low, high], clipped; -1 for NaN; the middle where low >= high. */
int colour_level_of(double value, double low, double high);

/* OKLCh (hue in degrees) to 8-bit sRGB, clipped to the gamut. */
colour colour_oklch(double lightness, double chroma, double hue);

#endif
