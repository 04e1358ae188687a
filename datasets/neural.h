/* A synthetic recording of motor cortex while letters are written in the air: a stand-in for the
 * recordings of Willett et al. 2021 (Nature 593:249: 192 electrodes, threshold crossings of
 * multi-unit activity, one participant), which Tuft does not have.
 *
 * The participant's pen moves as datasets/letters.h and pen_motion.h say. Electrode u fires by an
 * inhomogeneous Poisson process with dead time, drawn by thinning (Lewis & Shedler 1979), of rate
 *
 *     r_u(t) = G_u(session) g(trial) g_u(trial) [ b0_u + bn_u |v| / V
 *              + b_u |v| / V cos(angle(v) - preferred_u) + p_u . x + d_u down ]_+
 *
 * with the pen's velocity v, position x and contact `down` at t + lead_u: cosine tuning to
 * direction (Georgopoulos et al. 1982, J. Neurosci. 2:1527) scaled by speed, as in Moran & Schwartz
 * 1999 (J. Neurophysiol. 82:2676, eq. 2); V = speed_ref. Firing leads movement. g(trial), shared by
 * all electrodes, and g_u(trial), private, are lognormal with mean 1: counts vary more than
 * Poisson's (Goris, Movshon, Simoncelli 2014, Nat. Neurosci. 17:858: var = mean + sd^2 mean^2).
 * From session to session an electrode's gain changes and its preferred direction turns.
 *
 * What was fitted: the depths of tuning and the spreads over trials were set by hand, together, to
 * one published figure, 94.1 % of single letters right offline by a simple classifier (there 31
 * characters, nearest neighbours after time-warping; here 26, ridge on counts of 0.1 s, 27 trials a
 * letter in one session). The other values are in the range of the papers named; nothing else of
 * the real recordings was looked at. docs/letters.md has the check.
 */
#ifndef TUFT_DATASETS_NEURAL_H
#define TUFT_DATASETS_NEURAL_H

#include "core/events.h"
#include "datasets/letters.h"

typedef struct {
    uint32_t electrodes;
    double tuned;           /* share of electrodes with any tuning; the others have b0 alone */
    double baseline_hz;     /* b0: median over electrodes */
    double baseline_spread; /* sd of its logarithm */
    double direction_hz;    /* b: median over tuned electrodes */
    double direction_spread;
    double speed_hz;                    /* bn: sd about 0 */
    double position_hz;                 /* p: sd of each component, a height */
    double contact_hz;                  /* d: sd about 0 */
    double speed_ref;                   /* V, heights a second */
    double lead_ms;                     /* of firing before movement: mean */
    double lead_sd_ms;                  /* over electrodes */
    double dead_ms;                     /* after a crossing */
    double gain_sd, shared_gain_sd;     /* over trials */
    double session_gain_sd;             /* of the logarithm */
    double session_turn_sd;             /* radians */
    double pace;                        /* of the pen, heights^(2/3) a second: median */
    double pace_sd;                     /* of its logarithm, over trials */
    double jitter;                      /* of the participant's letters: tuft_pen_hand */
    double reaction_ms, reaction_sd_ms; /* from the go cue (time 0) to the movement */
    double trial_ms;                    /* a recording; what is not over by then is cut */
} tuft_neural_parameters;

enum {
    TUFT_NEURAL_SESSIONS = 8,
    TUFT_NEURAL_ELECTRODES_LIMIT = 4096,
    TUFT_NEURAL_PER_CLASS_LIMIT = 100000
};

tuft_neural_parameters tuft_neural_defaults(void);

/* TUFT_INVALID with the name and value of a parameter that makes no sense. */
tuft_status tuft_neural_check(const tuft_neural_parameters *parameters, tuft_error *err);

/* One trial: events (us after the go cue, electrode), sorted. One participant and one set of
 * electrodes a seed; session below 2^16; index, below 2^31, names the trial. The caller owns *out,
 * which is zeroed on failure. */
tuft_status tuft_neural_trial(const tuft_neural_parameters *parameters, int letter,
                              uint32_t session, uint64_t seed, uint64_t index, tuft_events *out,
                              tuft_error *err);

/* per_class trials of each letter, geometry {electrodes, 1, 1}, in the order of letters (label 0 is
 * a); the k-th of a letter is of session k mod 8: source "session <n>", name "a/<k>". The same for
 * any number of threads (0: as OpenMP decides). TUFT_INVALID where per_class is 0 or above its
 * limit. The caller owns *out, which is zeroed on failure. */
tuft_status tuft_synthetic_neural(const tuft_neural_parameters *parameters, size_t per_class,
                                  uint64_t seed, int threads, tuft_recordings *out,
                                  tuft_error *err);

#endif
