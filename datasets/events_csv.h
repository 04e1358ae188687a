/* Events as text: comma-separated values, one event a line, sorted by time.
 *
 * Header `tick_us,channel`: one row of channels. Header `t_us,x,y,polarity`: a picture, polarity 1
 * ON. Numbers are decimal and unsigned; every line, the last one too, ends with LF (or CR LF): a
 * file that was cut short is told from a whole one.
 */
#ifndef TUFT_DATASETS_EVENTS_CSV_H
#define TUFT_DATASETS_EVENTS_CSV_H

#include "core/events.h"

#include <stdio.h>

enum {
    TUFT_CSV_LEAST_CHANNELS = 64,
    TUFT_CSV_LEAST_SIDE = 34,
    TUFT_CSV_SIDE_LIMIT = 2048,
    TUFT_CSV_CHANNEL_LIMIT = 1 << 16
};

/* The events of one file, none if there is only the header; the caller owns them. The file does not
 * say its geometry: *geometry is {largest channel + 1, at least 64; 1; 1}, or {34, 34, 2} where x
 * and y fit, else {largest x + 1, largest y + 1, 2}, and channels are numbered by it. TUFT_IO;
 * TUFT_FORMAT with the line for another header, a field that is none or too large (x, y 2047,
 * channel 65535, time 2^53), time that goes back, a last line without its end. On failure *events
 * is zeroed. */
tuft_status tuft_events_csv_read(const char *path, tuft_events *events, tuft_geometry *geometry,
                                 tuft_error *err);

/* Writes such a file, whole or not at all; the header follows from the geometry. TUFT_INVALID
 * where a time goes back or is negative, or a channel is outside the geometry. */
tuft_status tuft_events_csv_write(const char *path, const tuft_events *events,
                                  tuft_geometry geometry, tuft_error *err);
/* The same onto an open stream; path is for messages. */
tuft_status tuft_events_csv_put(FILE *stream, const char *path, const tuft_events *events,
                                tuft_geometry geometry, tuft_error *err);

#endif
