/* All scores of one enhanced (or noisy) recording against the clean one. */
#ifndef TUFT_DATASETS_SPEECH_SCORES_H
#define TUFT_DATASETS_SPEECH_SCORES_H

#include "core/status.h"

#include <stddef.h>

typedef enum {
    TUFT_SCORE_STOI, /* datasets/stoi.h */
    TUFT_SCORE_ESTOI,
    TUFT_SCORE_PESQ_WB, /* datasets/pesq.h */
    TUFT_SCORE_PESQ_NB,
    TUFT_SCORE_SI_SDR,  /* dB, datasets/si_sdr.h */
    TUFT_SCORE_SEG_SNR, /* dB, datasets/segmental_snr.h */
    TUFT_SCORES
} tuft_score;

/* "stoi", "estoi", "pesq_wb", "pesq_nb", "si_sdr_db", "seg_snr_db" */
const char *tuft_score_name(tuft_score score);
/* "STOI", "ESTOI", "PESQ-WB", "PESQ-NB", "SI-SDR (dB)", "segmental SNR (dB)" */
const char *tuft_score_label(tuft_score score);

/* By tuft_score; NaN: no such score at this rate. */
typedef struct {
    double value[TUFT_SCORES];
} tuft_speech_scores;

/* Signals whose lengths differ by up to 100 ms are cut to the shorter one (their beginnings are in
 * step); by more: TUFT_INVALID. PESQ at 8 and 16 kHz as they are, from rates above 16 kHz after
 * resampling to 16, between them to 8; wide-band only from 16 kHz up, none below 8. The other
 * scores at the recordings' own rate (STOI brings it to 10 kHz). Whatever a score refuses is
 * refused, by its name. */
tuft_status tuft_speech_scores_of(const float *clean, size_t n, const float *degraded, size_t m,
                                  double rate_hz, tuft_speech_scores *out, tuft_error *err);

/* STOI, ESTOI and SI-SDR alone, of two signals in step; the others NaN. PESQ takes ten times as
 * long as these. */
tuft_status tuft_speech_scores_quick(const float *clean, const float *degraded, size_t n,
                                     double rate_hz, tuft_speech_scores *out, tuft_error *err);

#endif
