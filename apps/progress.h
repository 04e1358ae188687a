/* Progress of a long stage, on standard error.
 *
 * On a terminal one line that redraws (bar, share, rate, time left), elsewhere a plain line about
 * every tenth, with --quiet nothing. Any thread may advance.
 */
#ifndef TUFT_APPS_PROGRESS_H
#define TUFT_APPS_PROGRESS_H

#include "apps/options.h"

#include <stdatomic.h>
#include <stdio.h>

typedef enum { PROGRESS_SILENT, PROGRESS_LINES, PROGRESS_BAR } progress_style;

typedef struct {
    const char *label; /* borrowed until progress_end */
    uint64_t total;
    progress_style style;
    FILE *stream;
    int64_t begun_ns;
    atomic_uint_fast64_t done;
    atomic_uint_fast64_t tenths;   /* lines: the tenths that were reported */
    atomic_int_fast64_t redraw_ns; /* bar: when to draw again */
} app_progress;

/* Begins a stage of total steps (0: nothing will be shown) in the style that suits standard error
 * and --quiet. */
void progress_begin(app_progress *progress, const common_options *common, const char *label,
                    uint64_t total);
/* The same with the stream and the style named. */
void progress_begin_on(app_progress *progress, FILE *stream, progress_style style,
                       const char *label, uint64_t total);
void progress_advance(app_progress *progress, uint64_t steps);
/* Ends the stage, complete or not, with a line that says how far it came and how long it took. */
void progress_end(app_progress *progress);

#endif
