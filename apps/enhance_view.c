#include "apps/enhance_view.h"

#include "core/memory.h"

#include <math.h>
#include <stdlib.h>

enum { BLACK = 16, WHITE = 235 };

/* Of broadcast range. */
static uint8_t grey_of(double luma)
{
    return (uint8_t)lrint(255 * fmin(fmax((luma - BLACK) / (WHITE - BLACK), 0), 1));
}

static double mean_of_square(const uint8_t *corner, uint32_t stride, uint32_t side)
{
    uint32_t sum = 0;
    for (uint32_t j = 0; j < side; j++)
        for (uint32_t i = 0; i < side; i++)
            sum += corner[(size_t)j * stride + i];
    return (double)sum / ((double)side * side);
}

tuft_status enhance_view_take(enhance_view *out, const tuft_av_clip *clip,
                              const tuft_mouth_box *mouth, tuft_error *err)
{
    uint32_t side = 1;
    while (clip->width / side > ENHANCE_VIEW_WIDTH || clip->height / side > ENHANCE_VIEW_HEIGHT)
        side++;
    *out = (enhance_view){.width = clip->width / side, .height = clip->height / side};
    out->mouth = (tuft_mouth_box){mouth->left / side, mouth->top / side, mouth->width / side,
                                  mouth->height / side, mouth->confidence};
    tuft_status status =
        TUFT_NEW(&out->grey, (size_t)out->width * out->height, "picture of a talker", err);
    if (status) {
        *out = (enhance_view){0};
        return status;
    }
    const uint8_t *frame = clip->luma + (size_t)(clip->frames / 2) * clip->width * clip->height;
    for (uint32_t y = 0; y < out->height; y++)
        for (uint32_t x = 0; x < out->width; x++)
            out->grey[(size_t)y * out->width + x] = grey_of(mean_of_square(
                frame + (size_t)y * side * clip->width + x * side, clip->width, side));
    return TUFT_OK;
}

void enhance_view_free(enhance_view *view)
{
    free(view->grey);
    *view = (enhance_view){0};
}
