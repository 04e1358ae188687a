/* tuft zero-shot: what its parts share. */
#ifndef TUFT_APPS_ZERO_SHOT_H
#define TUFT_APPS_ZERO_SHOT_H

#include "apps/liquid.h"
#include "apps/options.h"
#include "apps/result.h"
#include "apps/trained.h"
#include "lsm/zero_shot.h"

typedef struct {
    common_options common;
    const char *vision, *audio, *test_talkers, *set_vision, *set_audio, *map_vision, *map_audio;
    int synthetic, network, loss, preset, all_pairs, selection, unit;
    int64_t per_class, seeds, epochs, dim, batch; /* the last three may be unset: the preset's */
    double temperature, rate, decay;              /* NAN: the preset's */
    int64_t support, queries;                     /* of an episode */
    double clip, sharpness;                       /* networks with trained weights; NAN: ours */
    const char *seen, *unseen;                    /* lists of classes; NULL: the task's own */
    int64_t choices;                              /* letters: how many --all-pairs draws */
    option_list shots;
} zero_shot_config;

/* What is matched. */
typedef struct {
    int classes;
    int first; /* class that --all-pairs takes: 0 is left out of digits, since it is spoken two ways
                */
    const char *seen, *unseen;                     /* unless asked for others; NULL: all others */
    const char *thing, *recording, *query, *title; /* "digit", "sound", "spoken digit", ... */
    const char *caution;                           /* why figures of unseen classes scatter */
} zero_shot_task;

/* Letters where the recordings are neural, else digits. */
const zero_shot_task *zero_shot_task_of(const zero_shot_config *config);
/* How its recordings came about: "Recorded". */
const char *zero_shot_origin(const zero_shot_config *config);
/* Whether --vision and --audio are of one task. */
tuft_status zero_shot_check_task(const zero_shot_config *config, tuft_error *err);
/* "8" or "w". */
void zero_shot_class_text(const zero_shot_task *task, int class, char *text, size_t size);
/* What --seen and --unseen name, in the words of the command line where they make no sense. */
tuft_status zero_shot_classes(const zero_shot_config *config, uint8_t seen[TUFT_ZERO_SHOT_CLASSES],
                              uint8_t unseen[TUFT_ZERO_SHOT_CLASSES], tuft_error *err);
/* Both sides of a modality of letters. */
tuft_status zero_shot_load_letters(const zero_shot_config *config, int which,
                                   tuft_recordings *train, tuft_recordings *test, tuft_error *err);

typedef enum { ZERO_SHOT_LIQUID, ZERO_SHOT_SRNN } zero_shot_network;
extern const char *const zero_shot_networks[]; /* NULL-terminated, in this order */
extern const char *const zero_shot_losses[];   /* in the order of tuft_joint_loss */

/* One modality: its recordings (training ones first), its preset and what it comes to for a seed.
 */
typedef struct {
    const char *name;
    tuft_recordings all;
    size_t train_count;
    lsm_preset preset;
    tuft_crossbar array;       /* measured; empty without a map */
    tuft_reservoir *reservoir; /* of the last seed; NULL where weights are trained */
    tuft_features train, test; /* of the last seed */
    size_t cells, features;
    size_t encoded;     /* recordings and copies that one seed runs */
    tuft_ledger ledger; /* of the first seed */
} zero_shot_modality;

/* Most choices of unseen classes that --all-pairs takes. */
enum { ZERO_SHOT_CHOICES = 200 };

enum { ZERO_SHOT_VISION, ZERO_SHOT_AUDIO, ZERO_SHOT_MODALITIES };

/* One choice of seen and unseen classes, with a result a seed. */
typedef struct {
    uint8_t seen[TUFT_ZERO_SHOT_CLASSES], unseen[TUFT_ZERO_SHOT_CLASSES];
    char name[64];                 /* "8, 9" */
    tuft_zero_shot_result *result; /* [seeds] */
} zero_shot_choice;

typedef struct {
    const zero_shot_config *config;
    const zero_shot_task *task;
    zero_shot_modality modality[ZERO_SHOT_MODALITIES];
    tuft_zero_shot_config protocol;
    int classes;
    size_t choices;  /* the first is the one asked for; the others those of --all-pairs */
    double possible; /* choices that there are */
    zero_shot_choice *choice;
} zero_shot_run;

/* Makes the choices: the one asked for and, with --all-pairs, every pair of digits, or random
 * choices of as many letters as are unseen. */
tuft_status zero_shot_choices(zero_shot_run *run, tuft_error *err);

/* A figure over seeds (and choices): mean, sd, and 95 % interval of the mean (Student), or of the
 * share (Wilson) where there is a single value. */
typedef struct {
    double mean, sd, low, high;
} zero_shot_summary;

typedef double zero_shot_figure(const tuft_zero_shot_result *result, int which);
double zero_shot_seen(const tuft_zero_shot_result *result, int which);
double zero_shot_unseen(const tuft_zero_shot_result *result, int which);
double zero_shot_few(const tuft_zero_shot_result *result, int which);

/* Of one choice over seeds; queries: how many stand behind one value. */
zero_shot_summary zero_shot_of_choice(const zero_shot_run *run, const zero_shot_choice *choice,
                                      zero_shot_figure *figure, int which, size_t queries);
/* Over all pairs: sd over the pairs' means; interval over the seeds' means, over the pairs' with
 * one seed. */
zero_shot_summary zero_shot_of_pairs(const zero_shot_run *run, zero_shot_figure *figure, int which);

/* The HTML report. */
tuft_status zero_shot_report(const zero_shot_run *run, const app_result *result, tuft_error *err);

#endif
