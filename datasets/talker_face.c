#include "datasets/talker_face.h"

#include "core/memory.h"
#include "core/normals.h"
#include "core/philox.h"
#include "core/simd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GRAIN = 1 << 16 };

static double between(tuft_random *random, double low, double high)
{
    return low + (high - low) * tuft_random_uniform(random);
}

tuft_talker_face tuft_talker_face_draw(uint64_t seed, uint32_t talker)
{
    tuft_random r = tuft_random_stream(seed, TUFT_RANDOM_CELL, talker);
    tuft_talker_face f;
    f.head_x = between(&r, -0.07, 0.07);
    f.head_y = between(&r, 0.50, 0.56);
    f.half_width = between(&r, 0.18, 0.22);
    f.half_height = f.half_width * between(&r, 1.38, 1.55);
    f.hair = between(&r, 0.06, 0.16);
    f.mouth_y = between(&r, 0.50, 0.56);
    f.mouth_half_width = between(&r, 0.38, 0.47);
    f.upper_lip = between(&r, 0.14, 0.24);
    f.lower_lip = between(&r, 0.20, 0.32);
    f.bow = between(&r, 0.1, 0.5);
    f.gape = between(&r, 0.7, 0.95);
    f.tilt = between(&r, -0.05, 0.05);
    f.light_from = between(&r, -1.0, 1.0);
    f.skin[0] = between(&r, 85.0, 170.0);
    f.skin[1] = between(&r, 106.0, 116.0);
    f.skin[2] = between(&r, 143.0, 154.0);
    f.lips[0] = f.skin[0] - between(&r, 14.0, 32.0);
    f.lips[1] = f.skin[1] + between(&r, 0.0, 6.0);
    f.lips[2] = f.skin[2] + between(&r, 6.0, 14.0);
    f.hairs[0] = between(&r, 30.0, 100.0);
    f.hairs[1] = between(&r, 120.0, 128.0);
    f.hairs[2] = between(&r, 129.0, 135.0);
    f.clothes[0] = between(&r, 45.0, 170.0);
    f.clothes[1] = between(&r, 118.0, 142.0);
    f.clothes[2] = between(&r, 114.0, 132.0);
    f.wall[0] = between(&r, 70.0, 140.0);
    f.wall[1] = between(&r, 128.0, 152.0);
    f.wall[2] = between(&r, 98.0, 118.0);
    f.beard = between(&r, 0.0, 1.0) < 0.25 ? between(&r, 0.2, 0.7) : 0.0;
    return f;
}

/* Face and clip in pixels. */
typedef struct {
    double x, y, a, b; /* centre and half axes of the face */
    double mouth_x, mouth_y, mouth_w;
    double eye_y, eye_dx, eye_w, eye_h;
} plan;

static plan make_plan(const tuft_talker_face *f, uint32_t width, uint32_t height)
{
    const double h = height;
    plan p = {.x = 0.5 * width + f->head_x * h,
              .y = f->head_y * h,
              .a = f->half_width * h,
              .b = f->half_height * h};
    p.mouth_x = p.x;
    p.mouth_y = p.y + f->mouth_y * p.b;
    p.mouth_w = f->mouth_half_width * p.a;
    p.eye_y = p.y - 0.12 * p.b;
    p.eye_dx = 0.42 * p.a;
    p.eye_w = 0.17 * p.a;
    p.eye_h = 0.07 * p.a;
    return p;
}

/* 1 inside, 0 outside, over about `soft` pixels at the edge. */
static double ellipse(double dx, double dy, double a, double b, double soft)
{
    double d = sqrt(dx * dx / (a * a) + dy * dy / (b * b));
    double edge = (1.0 - d) * fmin(a, b) / soft + 0.5;
    return fmin(fmax(edge, 0.0), 1.0);
}

static void lay(double colour[3], const double over[3], double light, double alpha)
{
    colour[0] += alpha * (over[0] * light - colour[0]);
    colour[1] += alpha * (over[1] - colour[1]);
    colour[2] += alpha * (over[2] - colour[2]);
}

/* The head without mouth, eyes open, and shoulders, at a point: colour and how opaque. */
static double paint(const tuft_talker_face *f, const plan *p, double x, double y, double colour[3])
{
    static const double white[3] = {190, 128, 128}, dark[3] = {35, 128, 130};
    const double dx = x - p->x, dy = y - p->y, a = p->a, b = p->b;
    const double light = 1.0 + 0.10 * f->light_from * dx / a - 0.10 * (dx * dx / (a * a));
    double shoulders = ellipse(dx, y - p->y - 2.35 * b, 2.2 * a, 1.15 * b, 1.5);
    double neck = fmin(fmax(0.55 * a - fabs(dx) + 0.5, 0.0), 1.0) *
                  fmin(fmax(fmin(dy, 1.7 * b - dy), 0.0), 1.0);
    double hair = ellipse(dx, dy + 0.10 * b, a * (1 + f->hair), b * (1 + f->hair * 0.7), 1.5);
    hair *= fmin(fmax((0.35 * b - dy) / 3.0 + 0.5, 0.0), 1.0);
    double face = ellipse(dx, dy, a, b, 1.5);
    memcpy(colour, f->clothes, 3 * sizeof *colour);
    lay(colour, f->skin, 0.85 * light, neck);
    lay(colour, f->hairs, 1.0, hair);
    double fringe = ellipse(dx, dy + 1.02 * b, 0.9 * a, 0.5 * b, 3.0);
    lay(colour, f->skin, light, face);
    lay(colour, f->hairs, 1.0, face * fringe);
    double stubble = f->beard * exp(-(dx * dx) / (0.5 * a * a) -
                                    (y - p->mouth_y) * (y - p->mouth_y) / (0.12 * b * b));
    colour[0] -= face * stubble * 45.0;
    colour[0] -= 14.0 * exp(-(dx - 0.08 * a) * (dx - 0.08 * a) / (0.004 * a * a) -
                            (dy - 0.12 * b) * (dy - 0.12 * b) / (0.03 * b * b)); /* nose */
    for (int side = -1; side <= 1; side += 2) {
        double ex = dx - side * p->eye_dx, ey = y - p->eye_y;
        lay(colour, dark, 1.0,
            0.8 * ellipse(dx - side * 0.10 * a, dy - 0.26 * b, 0.05 * a, 0.03 * a,
                          1.5)); /* nostrils */
        lay(colour, white, 1.0, ellipse(ex, ey, p->eye_w, p->eye_h, 1.0));
        lay(colour, dark, 1.0, ellipse(ex, ey, p->eye_h, p->eye_h, 1.0));
        lay(colour, f->hairs, 1.0,
            0.8 * ellipse(ex, ey + 0.17 * a, 1.4 * p->eye_w, 0.3 * p->eye_h, 1.0));
    }
    return fmax(fmax(shoulders, neck), fmax(hair, face));
}

/* The still parts, painted once a clip. */
typedef struct {
    uint32_t width, height; /* with pad on every side */
    uint32_t pad;
    float *value, *alpha; /* value x alpha, alpha */
    float *wall;          /* without padding */
} layer;

static void free_layer(layer *l)
{
    free(l->value);
    free(l->alpha);
    free(l->wall);
}

static tuft_status new_layer(layer *l, uint32_t width, uint32_t height, uint32_t pad,
                             tuft_error *err)
{
    l->pad = pad;
    l->width = width + 2 * pad;
    l->height = height + 2 * pad;
    tuft_status status = TUFT_NEW(&l->value, (size_t)l->width * l->height, "a face", err);
    if (!status)
        status = TUFT_NEW(&l->alpha, (size_t)l->width * l->height, "a face", err);
    return status ? status : TUFT_NEW(&l->wall, (size_t)width * height, "a wall", err);
}

/* plane[0] luma; [1] and [2] the differences, of half the size. */
static tuft_status paint_layers(const tuft_talker_face *f, const plan *p, const tuft_av_clip *clip,
                                layer plane[3], tuft_error *err)
{
    const uint32_t room = clip->height / 32 + 4; /* for the head's motion, in chroma pixels */
    tuft_status status = TUFT_OK;
    for (int c = 0; c < 3 && !status; c++)
        status = new_layer(&plane[c], c ? clip->chroma_width : clip->width,
                           c ? clip->chroma_height : clip->height, c ? room : 2 * room, err);
    for (int half = 0; half < 2 && !status; half++) {
        const layer *l = &plane[half];
        const double scale = half ? 2.0 : 1.0, pad = l->pad;
        for (uint32_t j = 0; j < l->height; j++)
            for (uint32_t i = 0; i < l->width; i++) {
                double colour[3], x = (i + 0.5 - pad) * scale, y = (j + 0.5 - pad) * scale;
                double alpha = paint(f, p, x, y, colour);
                size_t k = (size_t)j * l->width + i;
                for (int c = half; c < 1 + 2 * half; c++) {
                    plane[c].alpha[k] = (float)alpha;
                    plane[c].value[k] = (float)(alpha * colour[c]);
                }
            }
    }
    for (uint32_t y = 0; y < clip->height && !status; y++)
        for (uint32_t x = 0; x < clip->width; x++) {
            double dx = (double)x / clip->width - 0.5, dy = (double)y / clip->height - 0.4;
            plane[0].wall[(size_t)y * clip->width + x] =
                (float)(f->wall[0] * (1.1 - 0.7 * (dx * dx + dy * dy)));
        }
    for (size_t k = 0; k < (size_t)clip->chroma_width * clip->chroma_height && !status; k++) {
        plane[1].wall[k] = (float)f->wall[1];
        plane[2].wall[k] = (float)f->wall[2];
    }
    return status;
}

/* One row of a layer's value or alpha between two rows. */
TUFT_CLONES static void blend_rows(const float *restrict upper, const float *restrict lower,
                                   float share, uint32_t n, float *restrict out)
{
    for (uint32_t x = 0; x < n; x++)
        out[x] = upper[x] + share * (lower[x] - upper[x]);
}

/* The same between columns, before the wall. */
TUFT_CLONES static void blend_columns(const float *restrict value, const float *restrict alpha,
                                      float share, const float *restrict wall, uint32_t n,
                                      float *restrict out)
{
    for (uint32_t x = 0; x < n; x++)
        out[x] = value[x] + share * (value[x + 1] - value[x]) +
                 wall[x] * (1.0f - alpha[x] - share * (alpha[x + 1] - alpha[x]));
}

/* The layer, shifted by (dx, dy) pixels of its own, before its wall: out[height][width]. */
static void compose(const layer *l, uint32_t width, uint32_t height, double dx, double dy,
                    float *row, float *out)
{
    const double left = floor(l->pad - dx), top = floor(l->pad - dy);
    const float fx = (float)(l->pad - dx - left), fy = (float)(l->pad - dy - top);
    float *value = row, *alpha = row + width + 1;
    for (uint32_t y = 0; y < height; y++) {
        const size_t at = ((size_t)top + y) * l->width + (size_t)left, below = at + l->width;
        blend_rows(l->value + at, l->value + below, fy, width + 1, value);
        blend_rows(l->alpha + at, l->alpha + below, fy, width + 1, alpha);
        blend_columns(value, alpha, fx, l->wall + (size_t)y * width, width,
                      out + (size_t)y * width);
    }
}

/* The mouth's edges in one column, from the centre down, in pixels. */
typedef struct {
    double top, inner_top, inner_bottom, bottom, teeth, tongue;
} column;

static column edges(const tuft_talker_face *f, const tuft_mouth_shape *s, double w, double x)
{
    const double half = w * (1.0 + 0.24 * s->width), inner = half * (0.9 - 0.12 * s->rounding);
    const double gap = s->opening * f->gape * w;
    double u = x / half, v = x / inner;
    double arch = fabs(u) < 1.0 ? pow(1.0 - u * u, 0.6) : 0.0;
    double slit = fabs(v) < 1.0 ? sqrt(1.0 - v * v) : 0.0;
    column c;
    c.inner_top = -0.3 * gap * slit;
    c.inner_bottom = 0.7 * gap * slit;
    double upper = f->upper_lip * w * (1.0 + 0.35 * s->rounding) * (1.0 - 0.2 * s->opening);
    double lower = f->lower_lip * w * (1.0 + 0.35 * s->rounding) * (1.0 - 0.2 * s->opening);
    c.top = c.inner_top - upper * arch * (1.0 - f->bow * exp(-u * u / 0.03));
    c.bottom = c.inner_bottom + lower * arch;
    c.teeth = fmin(c.inner_top + 0.34 * s->teeth * w * slit, c.inner_bottom);
    c.tongue = fmax(c.inner_bottom - 0.45 * s->tongue * gap * slit, c.teeth);
    return c;
}

/* How much of the pixel at y lies between two edges, given the pixel's height. */
static double cover(double y, double from, double to, double size)
{
    double low = y - 0.5 * size, high = y + 0.5 * size;
    low = from > low ? from : low;
    high = to < high ? to : high;
    return high > low ? (high - low) / size : 0.0;
}

/* Draws the mouth into one plane: c 0 luma at scale 1, else a difference at scale 2. */
static void draw_mouth(const tuft_talker_face *f, const plan *p, const tuft_mouth_shape *s, int c,
                       double dx, double dy, uint32_t width, uint32_t height, float *out)
{
    static const double inside[3] = {34, 126, 134}, teeth[3] = {178, 122, 132},
                        tongue[3] = {96, 116, 156};
    const double scale = c ? 2.0 : 1.0, w = p->mouth_w, x0 = p->mouth_x + dx, y0 = p->mouth_y + dy;
    const double reach_x = 1.3 * w, reach_y = 1.6 * w;
    const int64_t left = (int64_t)((x0 - reach_x) / scale),
                  right = (int64_t)((x0 + reach_x) / scale);
    const int64_t top = (int64_t)((y0 - 0.8 * w) / scale), end = (int64_t)((y0 + reach_y) / scale);
    const double dark =
        c ? 0.0 : 10.0; /* the upper lip is in its own shade, the lower one shines */
    const double meet = w * (1.0 + 0.2 * s->width); /* a line where the lips meet */
    for (int64_t i = left < 0 ? 0 : left; i <= right && i < width; i++) {
        const double x = (i + 0.5) * scale - x0;
        const column e = edges(f, s, w, x);
        const double fold = e.bottom + 0.16 * w; /* the shadow below the lower lip */
        const double across = 9.0 * exp(-x * x / (0.5 * w * w));
        const double shine = e.inner_bottom + 0.3 * (e.bottom - e.inner_bottom);
        for (int64_t j = top < 0 ? 0 : top; j <= end && j < height; j++) {
            double y = (j + 0.5) * scale - y0 - f->tilt * x, d = (y - fold) / (0.12 * w);
            if (y < e.top - scale || (y > e.bottom + scale && (c || fabs(d) > 3.0)))
                continue;
            float *pixel = out + (size_t)j * width + (size_t)i;
            double value = (double)*pixel;
            if (c == 0)
                value -= across * exp(-d * d);
            value += cover(y, e.top, e.inner_top, scale) * (f->lips[c] - dark - value);
            value += cover(y, e.inner_bottom, e.bottom, scale) * (f->lips[c] - value);
            if (c == 0)
                value += 12.0 * cover(y, shine, shine + 0.4 * (e.bottom - e.inner_bottom), scale);
            value += cover(y, e.inner_top, e.inner_bottom, scale) * (inside[c] - value);
            value += cover(y, e.tongue, e.inner_bottom, scale) * (tongue[c] - value);
            value += cover(y, e.inner_top, e.teeth, scale) * (teeth[c] - value);
            if (c == 0 && value > 40.0 && fabs(x) < meet)
                value -= 0.35 * cover(y, e.inner_top - 0.8, e.inner_bottom + 0.8, scale) *
                         (value - 40.0) * (1.0 - s->opening);
            *pixel = (float)value;
        }
    }
}

static void draw_lids(const tuft_talker_face *f, const plan *p, double shut, double dx, double dy,
                      uint32_t width, uint32_t height, float *out)
{
    for (int side = -1; side <= 1; side += 2) {
        double cx = p->x + side * p->eye_dx + dx, cy = p->eye_y + dy;
        int64_t left = (int64_t)(cx - 1.2 * p->eye_w), right = (int64_t)(cx + 1.2 * p->eye_w);
        int64_t top = (int64_t)(cy - 1.5 * p->eye_h), end = (int64_t)(cy + 1.5 * p->eye_h);
        for (int64_t j = top < 0 ? 0 : top; j <= end && j < height; j++)
            for (int64_t i = left < 0 ? 0 : left; i <= right && i < width; i++) {
                float *pixel = out + (size_t)j * width + (size_t)i;
                double alpha =
                    shut * ellipse(i + 0.5 - cx, j + 0.5 - cy, 1.1 * p->eye_w, 1.3 * p->eye_h, 1.5);
                *pixel += (float)alpha * ((float)(0.95 * f->skin[0]) - *pixel);
            }
    }
}

/* What moves in a clip besides the mouth. */
typedef struct {
    double speed[4], phase[4], reach_x, reach_y, place_x, place_y, blink_s, flicker;
} motion;

static motion draw_motion(tuft_random *r, double height, double seconds)
{
    motion m;
    for (int k = 0; k < 4; k++) {
        m.speed[k] = between(r, 0.3, 1.6);
        m.phase[k] = between(r, 0.0, 2.0 * M_PI);
    }
    m.reach_x = between(r, 0.001, 0.006) * height;
    m.reach_y = between(r, 0.001, 0.005) * height;
    m.place_x = between(r, -0.02, 0.02) * height; /* where he sits today */
    m.place_y = between(r, -0.015, 0.015) * height;
    m.blink_s = between(r, 0.0, 1.5 * seconds); /* may be after the end */
    m.flicker = between(r, 0.0, 0.01);
    return m;
}

/* One row of pixels. */
TUFT_CLONES static void to_bytes(const float *restrict value, uint32_t n, float light,
                                 const float *restrict grain, uint8_t *restrict out)
{
    for (uint32_t i = 0; i < n; i++) {
        float v = value[i] * light + grain[i] + 0.5f;
        v = v < 1.0f ? 1.0f : v;
        out[i] = (uint8_t)(int32_t)(v > 254.0f ? 254.0f : v);
    }
}

typedef struct {
    layer plane[3];
    float *row, *picture;
    float *grain, *even; /* the camera's noise, with a row more at its end; none */
} studio;

static tuft_status open_studio(const tuft_talker_face *face, const plan *p, tuft_av_clip *clip,
                               studio *s, tuft_error *err)
{
    const size_t area = (size_t)clip->width * clip->height,
                 small = (size_t)clip->chroma_width * clip->chroma_height;
    tuft_status status = paint_layers(face, p, clip, s->plane, err);
    if (!status)
        status = TUFT_NEW(&s->row, 2 * ((size_t)clip->width + 1), "a row", err);
    if (!status)
        status = TUFT_NEW(&s->picture, area, "a picture", err);
    if (!status)
        status = TUFT_NEW(&s->grain, GRAIN + (size_t)clip->width, "camera noise", err);
    if (!status)
        status = TUFT_NEW(&s->even, clip->width, "camera noise", err);
    if (!status)
        status = TUFT_NEW(&clip->luma, area * clip->frames, "pictures", err);
    if (!status)
        status = TUFT_NEW(&clip->blue, small * clip->frames, "pictures", err);
    if (!status)
        status = TUFT_NEW(&clip->red, small * clip->frames, "pictures", err);
    return status;
}

static void film_frame(const tuft_talker_face *face, const plan *p, const tuft_mouth_shape *shape,
                       const motion *m, studio *s, tuft_av_clip *clip, uint32_t k)
{
    const double t = k / clip->frame_rate, turn = 2.0 * M_PI * t;
    const double dx = m->place_x + m->reach_x * (sin(m->speed[0] * turn + m->phase[0]) +
                                                 0.5 * sin(m->speed[1] * turn + m->phase[1])),
                 dy = m->place_y + m->reach_y * (sin(m->speed[2] * turn + m->phase[2]) +
                                                 0.5 * sin(m->speed[3] * turn + m->phase[3]));
    const float light = (float)(1.0 + m->flicker * sin(0.4 * turn + m->phase[1]));
    uint8_t *const out[3] = {clip->luma, clip->blue, clip->red};
    for (int c = 0; c < 3; c++) {
        const uint32_t width = c ? clip->chroma_width : clip->width,
                       height = c ? clip->chroma_height : clip->height;
        const size_t area = (size_t)width * height;
        compose(&s->plane[c], width, height, c ? dx / 2 : dx, c ? dy / 2 : dy, s->row, s->picture);
        double shut = fmax(1.0 - fabs(t - m->blink_s) / 0.1, 0.0);
        if (c == 0 && shut > 0.0)
            draw_lids(face, p, shut, dx, dy, width, height, s->picture);
        draw_mouth(face, p, shape, c, dx, dy, width, height, s->picture);
        for (uint32_t y = 0; y < height; y++)
            to_bytes(s->picture + (size_t)y * width, width, c ? 1.0f : light,
                     c ? s->even : s->grain + (k * 7919u + y * 631u) % GRAIN,
                     out[c] + k * area + (size_t)y * width);
    }
}

tuft_status tuft_talker_face_film(const tuft_talker_face *face, const tuft_mouth_shape *shape,
                                  uint64_t seed, uint64_t index, tuft_av_clip *clip,
                                  tuft_mouth_box *mouth, tuft_error *err)
{
    clip->luma = clip->blue = clip->red = NULL;
    clip->chroma_width = clip->width / 2;
    clip->chroma_height = clip->height / 2;
    if (clip->frames == 0 || clip->width % 2 || clip->height % 2 ||
        clip->width < TUFT_AV_SMALLEST || clip->height < TUFT_AV_SMALLEST ||
        clip->width > TUFT_AV_LARGEST || clip->height > TUFT_AV_LARGEST)
        return tuft_fail(err, TUFT_INVALID,
                         "face: %u frames of %u x %u, expected some, even, %d to %d", clip->frames,
                         clip->width, clip->height, TUFT_AV_SMALLEST, TUFT_AV_LARGEST);
    const plan p = make_plan(face, clip->width, clip->height);
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_INPUT, index);
    const motion m = draw_motion(&random, clip->height, clip->frames / clip->frame_rate);
    studio s = {0};
    tuft_status status = open_studio(face, &p, clip, &s, err);
    if (!status)
        tuft_normals(s.grain, GRAIN + (size_t)clip->width, seed, TUFT_RANDOM_INPUT, index, 1024);
    for (uint32_t k = 0; k < clip->frames && !status; k++)
        film_frame(face, &p, &shape[k], &m, &s, clip, k);
    for (int c = 0; c < 3; c++)
        free_layer(&s.plane[c]);
    free(s.row);
    free(s.picture);
    free(s.grain);
    free(s.even);
    if (status) {
        free(clip->luma);
        free(clip->blue);
        free(clip->red);
        clip->luma = clip->blue = clip->red = NULL;
        return status;
    }
    double width = 1.24 * p.a;
    *mouth = (tuft_mouth_box){p.mouth_x + m.place_x - 0.5 * width,
                              p.mouth_y + m.place_y - 0.25 * width, width, 0.5 * width, 1.0};
    return TUFT_OK;
}
