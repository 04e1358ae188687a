/* A silicon-cochlea-like front end: sound to spikes.
 *
 * Per channel: 4th-order gammatone as a cascade of complex one-pole sections (Patterson et al.
 * 1987; Slaney 1993; Hohmann, Acta Acustica 88:433 (2002), eq. 4-13), bandwidth 1.019 ERB by
 * default, unit gain at the centre; half-wave rectification and two one-pole low-passes (inner hair
 * cell: phase locking fades above their corner); compression; subtraction of a floor and of a slow
 * average (adaptation); spike generation.
 */
#ifndef TUFT_DATASETS_COCHLEA_H
#define TUFT_DATASETS_COCHLEA_H

#include "core/events.h"

typedef enum { TUFT_COCHLEA_ERB, TUFT_COCHLEA_MEL } tuft_cochlea_scale;
/* Of the rectified amplitude r: r, r^(1/2), r^(1/4), ln(1 + 1000 r) / ln(1001): all map 1 to 1. */
typedef enum {
    TUFT_COMPRESSION_NONE,
    TUFT_COMPRESSION_SQUARE_ROOT,
    TUFT_COMPRESSION_FOURTH_ROOT,
    TUFT_COMPRESSION_LOG
} tuft_cochlea_compression;
/* Integrate-and-fire: a spike whenever the integral of the drive has grown by threshold (seconds).
 * Delta: a spike whenever the drive has risen by threshold; falls are followed in silence. */
typedef enum { TUFT_COCHLEA_INTEGRATE, TUFT_COCHLEA_DELTA } tuft_cochlea_generation;
typedef enum { TUFT_LEVEL_AS_IS, TUFT_LEVEL_PEAK, TUFT_LEVEL_RMS } tuft_cochlea_level;

typedef struct {
    uint32_t channels; /* 1 .. 1024 */
    double low_hz;     /* lowest centre */
    double high_hz;    /* highest centre; 0: 0.45 x sample rate */
    tuft_cochlea_scale scale;
    double bandwidth_erb; /* of a filter, in ERB; 1.019: the human ear's */
    tuft_cochlea_level level;
    double target_level; /* peak or RMS that the sound is brought to */
    double hair_cell_hz; /* corner of each low-pass after rectification */
    tuft_cochlea_compression compression;
    double floor;         /* rectified amplitude that gives no drive */
    double adaptation;    /* share of the slow average taken off, 0 .. 1 */
    double adaptation_ms; /* its time constant */
    tuft_cochlea_generation generation;
    double threshold;     /* integrate: drive x seconds a spike; delta: drive */
    double refractory_us; /* rounded to whole samples; at most one spike a sample and channel */
} tuft_cochlea_parameters;

tuft_cochlea_parameters tuft_cochlea_defaults(void);

/* Equivalent rectangular bandwidth at a frequency (Glasberg & Moore 1990): 24.7 (4.37 f/kHz + 1).
 */
double tuft_cochlea_erb_hz(double hz);

/* centre[channels], ascending, evenly spaced on the scale. TUFT_INVALID: parameters that make no
 * sense, or a centre above half the sample rate. */
tuft_status tuft_cochlea_centre_hz(const tuft_cochlea_parameters *parameters, double rate_hz,
                                   double *centre, tuft_error *err);

/* Spikes of sample[n] (full scale 1): sorted, times in us by interpolation between samples. *out
 * is the caller's to free. TUFT_INVALID: no sample, rate outside 4 to 192 kHz, parameters;
 * TUFT_NUMERIC: NaN or infinity. Silence gives no events. */
tuft_status tuft_cochlea_encode(const float *sample, size_t n, double rate_hz,
                                const tuft_cochlea_parameters *parameters, tuft_events *out,
                                tuft_error *err);

#endif
