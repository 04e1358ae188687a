#include "datasets/mouth.h"

#include "core/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAP_WIDTH = 200, LEVELS = 256 };

/* Averages over the clip, on a grid of cells of `cell` x `cell` luma pixels. */
typedef struct {
    uint32_t width, height, cell;
    float *motion; /* mean absolute difference of successive frames, less its median, squared */
    float *red;    /* mean red difference */
    float *scratch;
    double *sums; /* [height + 1][width + 1] */
} maps;

static void free_maps(maps *m)
{
    free(m->motion);
    free(m->red);
    free(m->scratch);
    free(m->sums);
}

static tuft_status make_maps(const tuft_av_clip *clip, maps *m, tuft_error *err)
{
    m->cell = 2 * ((clip->width + 2 * MAP_WIDTH - 1) / (2 * MAP_WIDTH));
    m->width = clip->width / m->cell;
    m->height = clip->height / m->cell;
    const size_t n = (size_t)m->width * m->height;
    tuft_status status = TUFT_NEW(&m->motion, n, "motion", err);
    if (!status)
        status = TUFT_NEW(&m->red, n, "colour", err);
    if (!status)
        status = TUFT_NEW(&m->scratch, n, "a frame", err);
    if (!status)
        status =
            TUFT_NEW(&m->sums, (size_t)(m->width + 1) * (m->height + 1), "sums of a frame", err);
    return status;
}

/* Mean of the plane over each side x side cell. */
static void shrink(const uint8_t *plane, uint32_t stride, uint32_t side, const maps *m, float *out)
{
    const float share = 1.0f / (float)(side * side);
    for (uint32_t y = 0; y < m->height; y++)
        for (uint32_t x = 0; x < m->width; x++) {
            const uint8_t *at = plane + (size_t)y * side * stride + (size_t)x * side;
            uint32_t sum = 0;
            for (uint32_t j = 0; j < side; j++)
                for (uint32_t i = 0; i < side; i++)
                    sum += at[(size_t)j * stride + i];
            out[(size_t)y * m->width + x] = (float)sum * share;
        }
}

static int compare_floats(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static tuft_status fill_maps(const tuft_av_clip *clip, maps *m, tuft_error *err)
{
    const size_t n = (size_t)m->width * m->height;
    float *before;
    tuft_status status = TUFT_NEW(&before, n, "a frame", err);
    if (status)
        return status;
    for (uint32_t k = 0; k < clip->frames; k++) {
        shrink(clip->red + (size_t)k * clip->chroma_width * clip->chroma_height, clip->chroma_width,
               m->cell / 2, m, m->scratch);
        for (size_t i = 0; i < n; i++)
            m->red[i] += m->scratch[i] / (float)clip->frames;
        shrink(clip->luma + (size_t)k * clip->width * clip->height, clip->width, m->cell, m,
               m->scratch);
        for (size_t i = 0; i < n && k > 0; i++)
            m->motion[i] += fabsf(m->scratch[i] - before[i]) / (float)(clip->frames - 1);
        memcpy(before, m->scratch, n * sizeof *before);
    }
    memcpy(before, m->motion, n * sizeof *before);
    qsort(before, n, sizeof *before, compare_floats);
    const float still = before[n / 2]; /* the camera's noise */
    for (size_t i = 0; i < n; i++) {
        float moves = fmaxf(m->motion[i] - still, 0.0f);
        m->motion[i] = moves * moves;
    }
    free(before);
    return TUFT_OK;
}

/* Otsu's threshold: the split into two classes with the largest variance between. *above: the mean
 * of the upper class. */
static double threshold(const float *value, size_t n, double *below, double *above)
{
    double count[LEVELS] = {0}, total = 0.0, sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        int level = (int)value[i];
        count[level < 0 ? 0 : level < LEVELS ? level : LEVELS - 1] += 1.0;
    }
    for (int l = 0; l < LEVELS; l++) {
        total += count[l];
        sum += l * count[l];
    }
    double most = -1.0, under = 0.0, under_sum = 0.0, split = 0.0;
    *below = *above = sum / total;
    for (int l = 0; l < LEVELS; l++) {
        under += count[l];
        under_sum += l * count[l];
        if (under == 0.0 || under == total)
            continue;
        double low = under_sum / under, high = (sum - under_sum) / (total - under);
        double between = under * (total - under) * (high - low) * (high - low);
        if (between > most) {
            most = between;
            split = l + 1;
            *below = low;
            *above = high;
        }
    }
    return split;
}

typedef struct {
    double axis, top, width; /* in cells */
    double split, level;     /* of the red difference: threshold and mean of the head */
} head;

static int compare_counts(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Top: the first of height/12 rows that all have over width/15 head cells. Width: the median row
 * from there on to a third of the map's width further down. Axis: the median column. */
static tuft_status find_head(const maps *m, head *h, tuft_error *err)
{
    enum { LEAST_CONTRAST = 4 };
    double below;
    h->split = threshold(m->red, (size_t)m->width * m->height, &below, &h->level);
    if (h->level - below < LEAST_CONTRAST)
        return tuft_fail(err, TUFT_FORMAT,
                         "no head to be seen by its colour (red differs by %.1f levels, expected "
                         "%d): give the mouth's box",
                         h->level - below, LEAST_CONTRAST);
    uint32_t *row, run = 0, top = m->height;
    tuft_status status = TUFT_NEW(&row, m->height, "rows", err);
    if (status)
        return status;
    for (uint32_t y = 0; y < m->height; y++) {
        for (uint32_t x = 0; x < m->width; x++)
            row[y] += m->red[(size_t)y * m->width + x] >= h->split;
        run = row[y] > m->width / 15 ? run + 1 : 0;
        if (run >= m->height / 12 && top == m->height)
            top = y + 1 - run;
    }
    uint32_t rows = m->height - top < m->width / 3 ? m->height - top : m->width / 3;
    if (rows > 0) {
        qsort(row + top, rows, sizeof *row, compare_counts);
        const uint32_t median = row[top + rows / 2];
        h->width = median;
    }
    h->top = top;
    free(row);
    if (rows == 0 || h->width < 6)
        return tuft_fail(err, TUFT_FORMAT,
                         "no head to be seen by its colour: give the mouth's box");
    double weight = 0.0, half = 0.0;
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t x = 0; x < m->width; x++) {
            for (uint32_t y = top; y < m->height && y < top + 1.5 * h->width; y++)
                weight += fmax(m->red[(size_t)y * m->width + x] - h->split, 0.0);
            if (pass == 1 && weight >= half) {
                h->axis = x;
                return TUFT_OK;
            }
            if (pass == 0 && x + 1 == m->width) {
                half = weight / 2.0;
                weight = 0.0;
            }
        }
    return TUFT_OK;
}

/* How much a cell moves and how red it is against the head's mean. */
static double evidence(const maps *m, const head *h, size_t i)
{
    double red = (m->red[i] - h->split) / fmax(h->level - h->split, 1.0);
    return m->motion[i] * fmin(fmax(red, 0.0), 2.0);
}

/* The evidence, averaged over a mouth's size, times how likely a mouth is there: 1.25 head widths
 * below the top, on the axis. */
static void rate_places(maps *m, const head *h, double *place)
{
    const uint32_t w = m->width, stride = w + 1;
    for (uint32_t y = 0; y < m->height; y++)
        for (uint32_t x = 0; x < w; x++)
            m->sums[(size_t)(y + 1) * stride + x + 1] =
                evidence(m, h, (size_t)y * w + x) + m->sums[(size_t)y * stride + x + 1] +
                m->sums[(size_t)(y + 1) * stride + x] - m->sums[(size_t)y * stride + x];
    const int64_t reach_x = llround(0.175 * h->width), reach_y = llround(0.08 * h->width);
    for (int64_t y = 0; y < m->height; y++)
        for (int64_t x = 0; x < w; x++) {
            int64_t x0 = x > reach_x ? x - reach_x : 0, x1 = x + reach_x + 1;
            int64_t y0 = y > reach_y ? y - reach_y : 0, y1 = y + reach_y + 1;
            x1 = x1 < w ? x1 : w;
            y1 = y1 < m->height ? y1 : m->height;
            double sum = m->sums[y1 * stride + x1] - m->sums[y0 * stride + x1] -
                         m->sums[y1 * stride + x0] + m->sums[y0 * stride + x0];
            double dx = ((double)x - h->axis) / (0.2 * h->width);
            double dy = ((double)y - h->top - 1.25 * h->width) / (0.25 * h->width);
            place[y * w + x] =
                fmax(sum, 0.0) / (double)((x1 - x0) * (y1 - y0)) * exp(-0.5 * (dx * dx + dy * dy));
        }
}

/* From the best place to the centre of what moves around it. */
static void centre(const maps *m, const head *h, double *x, double *y)
{
    enum { STEPS = 5 };
    for (int step = 0; step < STEPS; step++) {
        double sum = 0.0, sum_x = 0.0, sum_y = 0.0;
        for (uint32_t j = 0; j < m->height; j++)
            for (uint32_t i = 0; i < m->width; i++) {
                double dx = (i - *x) / (0.18 * h->width), dy = (j - *y) / (0.1 * h->width);
                if (dx * dx + dy * dy > 16.0)
                    continue;
                double weight =
                    evidence(m, h, (size_t)j * m->width + i) * exp(-0.5 * (dx * dx + dy * dy));
                sum += weight;
                sum_x += weight * i;
                sum_y += weight * j;
            }
        if (sum <= 0.0)
            return;
        *x = sum_x / sum;
        *y = sum_y / sum;
    }
}

static void place_box(const tuft_av_clip *clip, double x, double y, double width,
                      tuft_mouth_box *box)
{
    box->width = fmin(width, clip->width);
    box->height = fmin(0.5 * width, clip->height);
    box->left = fmin(fmax(x - 0.5 * box->width, 0.0), clip->width - box->width);
    box->top = fmin(fmax(y - 0.5 * box->height, 0.0), clip->height - box->height);
}

static tuft_status find_mouth(const tuft_av_clip *clip, maps *m, tuft_mouth_box *box,
                              tuft_error *err)
{
    head h;
    tuft_status status = find_head(m, &h, err);
    if (status)
        return status;
    const size_t n = (size_t)m->width * m->height;
    double *place;
    status = TUFT_NEW(&place, n, "places", err);
    if (status)
        return status;
    rate_places(m, &h, place);
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        if (place[i] > place[best])
            best = i;
    const uint32_t best_x = (uint32_t)(best % m->width), best_y = (uint32_t)(best / m->width);
    double x = best_x, y = best_y, elsewhere = 0.0;
    for (uint32_t j = 0; j < m->height; j++)
        for (uint32_t i = 0; i < m->width; i++)
            if (fabs(i - x) > 0.35 * h.width || fabs(j - y) > 0.24 * h.width)
                elsewhere = fmax(elsewhere, place[(size_t)j * m->width + i]);
    double here = place[best];
    free(place);
    if (here < 1e-3) /* squared grey levels */
        return tuft_fail(err, TUFT_FORMAT, "nothing moves where a mouth could be: give its box");
    centre(m, &h, &x, &y);
    place_box(clip, (x + 0.5) * m->cell, (y + 0.5) * m->cell, 0.62 * h.width * m->cell, box);
    box->confidence = 1.0 - elsewhere / here;
    return TUFT_OK;
}

tuft_status tuft_mouth_find(const tuft_av_clip *clip, tuft_mouth_box *box, tuft_error *err)
{
    *box = (tuft_mouth_box){0};
    if (clip->frames < 2 || clip->width < TUFT_AV_SMALLEST || clip->height < TUFT_AV_SMALLEST)
        return tuft_fail(err, TUFT_INVALID, "mouth: %u frames of %u x %u, expected 2 of %d x %d",
                         clip->frames, clip->width, clip->height, TUFT_AV_SMALLEST,
                         TUFT_AV_SMALLEST);
    maps m = {0};
    tuft_status status = make_maps(clip, &m, err);
    if (!status)
        status = fill_maps(clip, &m, err);
    if (!status)
        status = find_mouth(clip, &m, box, err);
    free_maps(&m);
    return status;
}

tuft_status tuft_mouth_check(const tuft_av_clip *clip, const tuft_mouth_box *box, tuft_error *err)
{
    const double slack = 1e-6;
    if (box->left >= 0.0 && box->top >= 0.0 && box->width >= 4.0 && box->height >= 4.0 &&
        box->left + box->width <= clip->width + slack &&
        box->top + box->height <= clip->height + slack)
        return TUFT_OK;
    return tuft_fail(err, TUFT_INVALID,
                     "mouth: box of %g x %g at (%g, %g), expected 4 x 4 or more inside %u x %u",
                     box->width, box->height, box->left, box->top, clip->width, clip->height);
}
