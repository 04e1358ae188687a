/* What speech enhancement is trained and tested on: clips of talkers and noises, from folders or
 * made here. */
#ifndef TUFT_APPS_ENHANCE_MATERIAL_H
#define TUFT_APPS_ENHANCE_MATERIAL_H

#include "apps/enhance_clips.h"
#include "datasets/noise.h"

/* Of the command line. */
typedef struct {
    const char *clips, *noise, *test_noises, *mouth;
    int64_t limit;
} enhance_material_config;

#define ENHANCE_MATERIAL_OPTIONS(config)                                                           \
    OPTION_TEXT(config, material.clips, "clips", "DIR",                                            \
                "video of talkers (.mpg, .avi, .mkv, .mp4, .mov), a folder each; left out: "       \
                "talkers are made here"),                                                          \
        OPTION_INTEGER(config, material.limit, "limit", "N", 0, 100000,                            \
                       "the first N clips, or how many are made; 0: all, 400"),                    \
        OPTION_TEXT(config, material.noise, "noise", "PATH",                                       \
                    "noises: a folder, a sound file, or a list of files (.txt); left out: made "   \
                    "here"),                                                                       \
        OPTION_TEXT(config, material.test_noises, "test-noises", "A,B",                            \
                    "names of the noises kept for the test; left out: a quarter of the files, by " \
                    "their names"),                                                                \
        OPTION_TEXT(config, material.mouth, "mouth", "X,Y,W,H",                                    \
                    "where the mouth is in every frame (pixels); left out: it is looked for")

/* TUFT_INVALID: --mouth is no box. */
tuft_status enhance_material_check(const enhance_material_config *config, tuft_error *err);

/* Which talkers and noises are made: those that are trained on, or others. */
typedef enum { ENHANCE_TALKERS_KNOWN, ENHANCE_TALKERS_UNKNOWN } enhance_talkers;

typedef struct {
    enhance_clips clips;
    tuft_noise_library train, test; /* noises; made ones: of one side */
} enhance_material;

/* Reads or makes all of it; made talkers and noises of the kind asked for. On failure *out is
 * zeroed. */
tuft_status enhance_material_open(const enhance_material_config *config, enhance_talkers talkers,
                                  const tuft_enhancement *enhancement, const common_options *common,
                                  enhance_material *out, tuft_error *err);
void enhance_material_close(enhance_material *material);

/* A number that tells a clip's sound from others: FNV-1a of its samples. */
uint64_t enhance_clip_hash(const enhance_clip *clip);

#endif
