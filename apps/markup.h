/* Text into HTML and SVG, and numbers into text. */
#ifndef TUFT_APPS_MARKUP_H
#define TUFT_APPS_MARKUP_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Writes text with & < > " ' escaped, control characters as spaces and what is not UTF-8 as '?'. */
void markup_text(FILE *stream, const char *text);

/* A number for people: at most `digits` significant digits, a true minus sign, "–" for NaN. */
const char *markup_number(double value, int digits, char *text, size_t size);

void markup_base64(FILE *stream, const unsigned char *data, size_t length);

/* An indexed 8-bit image (one byte a pixel, below colours <= 256; palette of red, green, blue,
 * alpha) as a "data:image/png;base64,..." URL. Returns nonzero without memory. */
int markup_png(FILE *stream, const uint8_t *pixel, uint32_t width, uint32_t height,
               const uint8_t (*palette)[4], int colours);

#endif
