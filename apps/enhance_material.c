#include "apps/enhance_material.h"

#include "core/fnv.h"
#include "datasets/noise_synthetic.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MADE_CLIPS = 400 };
static const double TEST_NOISES = 0.25, MADE_NOISE_S = 30;

/* Talkers who are trained on, and others with other sentences to test with. */
static const enhance_made made[] = {{0, 24, 0}, {24, 24, 1 << 20}};

tuft_status enhance_material_check(const enhance_material_config *config, tuft_error *err)
{
    tuft_mouth_box box;
    if (config->mouth && enhance_mouth_option(config->mouth, &box, err))
        return TUFT_INVALID;
    if (config->mouth && !config->clips)
        return tuft_fail(err, TUFT_INVALID, "--mouth is for --clips");
    if (config->test_noises && !config->noise)
        return tuft_fail(err, TUFT_INVALID, "--test-noises is for --noise");
    return TUFT_OK;
}

void enhance_material_close(enhance_material *material)
{
    enhance_clips_free(&material->clips);
    tuft_noise_library_free(&material->train);
    tuft_noise_library_free(&material->test);
}

static tuft_status open_noises(const enhance_material_config *config, enhance_material *out,
                               tuft_error *err)
{
    tuft_noise_library all;
    tuft_status status = tuft_noise_library_open(config->noise, &all, err);
    if (status)
        return status;
    status = tuft_noise_library_split(&all, config->test_noises, TEST_NOISES, &out->train,
                                      &out->test, err);
    tuft_noise_library_free(&all);
    return status;
}

/* Only the side that is wanted: the kinds of the other one are known to be others. */
static tuft_status make_noises(enhance_talkers talkers, const common_options *common,
                               enhance_material *out, tuft_error *err)
{
    return talkers == ENHANCE_TALKERS_KNOWN
               ? tuft_noise_synthesise(TUFT_NOISES_FOR_TRAINING, MADE_NOISE_S, common->seed,
                                       &out->train, err)
               : tuft_noise_synthesise(TUFT_NOISES_FOR_TESTING, MADE_NOISE_S, common->seed,
                                       &out->test, err);
}

tuft_status enhance_material_open(const enhance_material_config *config, enhance_talkers talkers,
                                  const tuft_enhancement *enhancement, const common_options *common,
                                  enhance_material *out, tuft_error *err)
{
    tuft_mouth_box box;
    *out = (enhance_material){0};
    tuft_status status =
        config->clips
            ? enhance_clips_read(
                  config->clips, (size_t)config->limit,
                  config->mouth && !enhance_mouth_option(config->mouth, &box, err) ? &box : NULL,
                  enhancement, common, &out->clips, err)
            : enhance_clips_make(made[talkers], config->limit ? (size_t)config->limit : MADE_CLIPS,
                                 enhancement, common, &out->clips, err);
    if (!status)
        status =
            config->noise ? open_noises(config, out, err) : make_noises(talkers, common, out, err);
    if (status)
        enhance_material_close(out);
    return status;
}

uint64_t enhance_clip_hash(const enhance_clip *clip)
{
    return tuft_fnv1a(clip->speech, clip->n * sizeof *clip->speech);
}
