/* A recording on the page, to listen to: a player that holds 16-bit samples. */
#ifndef TUFT_APPS_REPORT_SOUND_H
#define TUFT_APPS_REPORT_SOUND_H

#include "apps/report.h"

enum { REPORT_SOUND_LONGEST = 1 << 22 }; /* samples; what is longer is cut */

/* sample[n], full scale 1: what is beyond is clipped, what is not a number is silence. Players that
 * follow each other stand side by side. */
void report_sound(app_report *report, const char *caption, const float *sample, size_t n,
                  uint32_t rate_hz);

/* The player by itself, for figures that hold one. Returns nonzero without memory. */
int report_player(FILE *stream, const char *label, const float *sample, size_t n, uint32_t rate_hz);

#endif
