#include "apps/enhance_material.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double TEST_NOISES = 0.25;

/* Numbers of --mouth; 1 if they are a box. */
static int mouth_of(const char *text, tuft_mouth_box *box)
{
    int end = 0;
    *box = (tuft_mouth_box){.confidence = 1};
    return sscanf(text, "%lf,%lf,%lf,%lf%n", &box->left, &box->top, &box->width, &box->height,
                  &end) == 4 &&
           !text[end] && box->left >= 0 && box->top >= 0 && box->width >= 4 && box->height >= 4;
}

tuft_status enhance_material_check(const enhance_material_config *config, tuft_error *err)
{
    tuft_mouth_box box;
    if (config->mouth && !mouth_of(config->mouth, &box))
        return tuft_fail(err, TUFT_INVALID,
                         "--mouth '%.60s', expected left, top, width and height in pixels, as "
                         "130,200,90,45",
                         config->mouth);
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

tuft_status enhance_material_open(const enhance_material_config *config, enhance_talkers talkers,
                                  const tuft_enhancement *enhancement, const common_options *common,
                                  enhance_material *out, tuft_error *err)
{
    tuft_mouth_box box;
    *out = (enhance_material){0};
    (void)talkers;
    tuft_status status =
        config->clips
            ? enhance_clips_read(config->clips, (size_t)config->limit,
                                 config->mouth && mouth_of(config->mouth, &box) ? &box : NULL,
                                 enhancement, common, &out->clips, err)
            : tuft_fail(err, TUFT_INVALID, "expected --clips");
    if (!status)
        status = config->noise ? open_noises(config, out, err)
                               : tuft_fail(err, TUFT_INVALID, "expected --noise");
    if (status)
        enhance_material_close(out);
    return status;
}

uint64_t enhance_clip_hash(const enhance_clip *clip)
{
    const unsigned char *byte = (const unsigned char *)clip->speech;
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < clip->n * sizeof *clip->speech; i++)
        hash = (hash ^ byte[i]) * 1099511628211u;
    return hash;
}
