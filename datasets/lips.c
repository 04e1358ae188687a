#include "datasets/lips.h"

#include "core/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_SIDE = 8, LARGEST_SIDE = 256, LARGEST_ORDER = 3 };

tuft_lips_config tuft_lips_defaults(void)
{
    return (tuft_lips_config){64, 32, 50, LARGEST_ORDER, TUFT_LIPS_LINEAR};
}

void tuft_lips_zigzag(uint32_t rows, uint32_t columns, uint32_t k, uint32_t *row, uint32_t *column)
{
    for (uint32_t diagonal = 0;; diagonal++) {
        uint32_t first = diagonal < columns ? 0 : diagonal - columns + 1; /* smallest row on it */
        uint32_t last = diagonal < rows ? diagonal : rows - 1;
        if (k <= last - first) {
            *row = diagonal % 2 ? first + k : last - k;
            *column = diagonal - *row;
            return;
        }
        k -= last - first + 1;
    }
}

static tuft_status check(const tuft_av_clip *clip, const tuft_mouth_box *box,
                         const tuft_lips_config *c, tuft_error *err)
{
    if (c->width < LEAST_SIDE || c->width > LARGEST_SIDE || c->height < LEAST_SIDE ||
        c->height > LARGEST_SIDE || c->coefficients < 1 || c->coefficients > c->width * c->height ||
        c->orders < 1 || c->orders > LARGEST_ORDER)
        return tuft_fail(err, TUFT_INVALID,
                         "lips: %u coefficients of %u x %u, %u orders, expected %d to %d either "
                         "way, orders 1 to %d",
                         c->coefficients, c->width, c->height, c->orders, LEAST_SIDE, LARGEST_SIDE,
                         LARGEST_ORDER);
    return tuft_mouth_check(clip, box, err);
}

/* Crop and transform along one axis in one matrix: kept[u] = sum over the frame's pixels i in the
 * crop of matrix[u][i - first] x pixel[i]. */
typedef struct {
    uint32_t first, pixels, kept;
    float *matrix; /* [kept][pixels] */
} axis;

/* Area average of `pixels` onto `side` cells over [from, from + length), then the orthonormal
 * DCT-II of the cells: sqrt((u ? 2 : 1) / side) cos(pi u (2 j + 1) / (2 side)). */
static tuft_status make_axis(double from, double length, uint32_t limit, uint32_t side,
                             uint32_t kept, axis *a, tuft_error *err)
{
    double end = fmin(from + length, limit);
    a->first = (uint32_t)from;
    a->pixels = (uint32_t)ceil(end) - a->first;
    a->kept = kept;
    tuft_status status = TUFT_NEW(&a->matrix, (size_t)kept * a->pixels, "lips", err);
    if (status)
        return status;
    const double cell = length / side;
    for (uint32_t u = 0; u < kept; u++)
        for (uint32_t i = 0; i < a->pixels; i++) {
            double sum = 0.0, pixel = (double)a->first + i;
            for (uint32_t j = 0; j < side; j++) {
                double low = fmax(from + j * cell, pixel);
                double high = fmin(from + (j + 1) * cell, pixel + 1.0);
                if (high > low)
                    sum += (high - low) / cell * cos(M_PI * u * (2.0 * j + 1.0) / (2.0 * side));
            }
            a->matrix[(size_t)u * a->pixels + i] = (float)(sum * sqrt((u ? 2.0 : 1.0) / side));
        }
    return TUFT_OK;
}

/* One frame: rows first, then columns. work[y->pixels][x->kept]. */
static void transform(const uint8_t *luma, uint32_t stride, const axis *x, const axis *y,
                      const uint32_t (*order)[2], uint32_t n, float *work, float *out)
{
    for (uint32_t j = 0; j < y->pixels; j++) {
        const uint8_t *line = luma + (size_t)(y->first + j) * stride + x->first;
        for (uint32_t u = 0; u < x->kept; u++) {
            const float *row = x->matrix + (size_t)u * x->pixels;
            float sum = 0.0f;
            for (uint32_t i = 0; i < x->pixels; i++)
                sum += row[i] * (((float)line[i] - 16.0f) / 219.0f);
            work[(size_t)j * x->kept + u] = sum;
        }
    }
    for (uint32_t k = 0; k < n; k++) {
        const float *row = y->matrix + (size_t)order[k][0] * y->pixels;
        float sum = 0.0f;
        for (uint32_t j = 0; j < y->pixels; j++)
            sum += row[j] * work[(size_t)j * x->kept + order[k][1]];
        out[k] = sum;
    }
}

tuft_status tuft_lips_coefficients(const tuft_av_clip *clip, const tuft_mouth_box *box,
                                   const tuft_lips_config *config, float *out, tuft_error *err)
{
    tuft_status status = check(clip, box, config, err);
    if (status)
        return status;
    const uint32_t n = config->coefficients;
    axis x = {0}, y = {0};
    uint32_t(*order)[2], rows = 1, columns = 1;
    float *work = NULL;
    status = TUFT_NEW(&order, n, "zig-zag", err);
    for (uint32_t k = 0; k < n && !status; k++) {
        tuft_lips_zigzag(config->height, config->width, k, &order[k][0], &order[k][1]);
        rows = order[k][0] >= rows ? order[k][0] + 1 : rows;
        columns = order[k][1] >= columns ? order[k][1] + 1 : columns;
    }
    if (!status)
        status = make_axis(box->left, box->width, clip->width, config->width, columns, &x, err);
    if (!status)
        status = make_axis(box->top, box->height, clip->height, config->height, rows, &y, err);
    if (!status)
        status = TUFT_NEW(&work, (size_t)y.pixels * x.kept, "lips", err);
    for (uint32_t k = 0; k < clip->frames && !status; k++)
        transform(clip->luma + (size_t)k * clip->width * clip->height, clip->width, &x, &y,
                  (const uint32_t(*)[2])order, n, work, out + (size_t)k * n);
    free(order);
    free(x.matrix);
    free(y.matrix);
    free(work);
    return status;
}

/* The differences of picture k, first and last repeated beyond the ends. */
static void differentiate(const float *value, uint32_t frames, uint32_t n, uint32_t orders,
                          uint32_t k, float *out)
{
    const float *now = value + (size_t)k * n, *before = k > 0 ? now - n : now,
                *after = k + 1 < frames ? now + n : now;
    memcpy(out, now, n * sizeof *out);
    for (uint32_t i = 0; i < n && orders > 1; i++)
        out[n + i] = 0.5f * (after[i] - before[i]);
    for (uint32_t i = 0; i < n && orders > 2; i++)
        out[2 * n + i] = after[i] - 2.0f * now[i] + before[i];
}

tuft_status tuft_lips_features(const tuft_av_clip *clip, const tuft_mouth_box *box,
                               const tuft_lips_config *config, const double *time_s, size_t n,
                               float *out, tuft_error *err)
{
    tuft_status status = check(clip, box, config, err);
    if (!status && clip->frames == 0)
        status = tuft_fail(err, TUFT_INVALID, "lips: the clip has no pictures");
    if (status)
        return status;
    const size_t each = (size_t)config->orders * config->coefficients;
    float *value, *picture = NULL;
    status = TUFT_NEW(&value, (size_t)clip->frames * config->coefficients, "lips", err);
    if (!status)
        status = TUFT_NEW(&picture, clip->frames * each, "lips", err);
    if (!status)
        status = tuft_lips_coefficients(clip, box, config, value, err);
    for (uint32_t k = 0; k < clip->frames && !status; k++)
        differentiate(value, clip->frames, config->coefficients, config->orders, k,
                      picture + k * each);
    for (size_t i = 0; i < n && !status; i++) {
        double at = (time_s[i] - clip->first_frame_s) * clip->frame_rate;
        at = fmin(fmax(at, 0.0), clip->frames - 1.0);
        uint32_t k = (uint32_t)at;
        float share = config->interpolation == TUFT_LIPS_LINEAR ? (float)(at - k) : 0.0f;
        const float *a = picture + k * each, *b = k + 1 < clip->frames ? a + each : a;
        for (size_t j = 0; j < each; j++)
            out[i * each + j] = a[j] + share * (b[j] - a[j]);
    }
    free(value);
    free(picture);
    return status;
}
