#include "datasets/lips.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { W = 128, H = 96, FRAMES = 10 };

static uint8_t luma[FRAMES][H][W];

static tuft_av_clip clip(void)
{
    return (tuft_av_clip){.luma = &luma[0][0][0],
                          .frames = FRAMES,
                          .width = W,
                          .height = H,
                          .frame_rate = 25.0,
                          .first_frame_s = 0.0};
}

Test(lips, zigzag_runs_through_every_place_once)
{
    const uint32_t expected[][2] = {{0, 0}, {0, 1}, {1, 0}, {2, 0}, {1, 1}, {0, 2},
                                    {0, 3}, {1, 2}, {2, 1}, {2, 2}, {1, 3}, {2, 3}};
    for (uint32_t k = 0; k < 12; k++) {
        uint32_t row, column;
        tuft_lips_zigzag(3, 4, k, &row, &column);
        cr_assert(row == expected[k][0] && column == expected[k][1], "place %u is %u, %u", k, row,
                  column);
    }
    bool seen[32][64] = {{false}};
    for (uint32_t k = 0; k < 32 * 64; k++) {
        uint32_t row, column;
        tuft_lips_zigzag(32, 64, k, &row, &column);
        cr_assert(row < 32 && column < 64 && !seen[row][column]);
        seen[row][column] = true;
    }
}

/* A box that starts and ends between pixels, on a picture that is a cosine of its place. */
Test(lips, a_cosine_is_one_coefficient)
{
    const tuft_mouth_box box = {16, 8, 96, 48, 1};
    tuft_lips_config config = tuft_lips_defaults();
    const int u = 3, v = 2;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            luma[0][y][x] = (uint8_t)lround(126 + 90 * cos(M_PI * u * (x + 0.5 - 16) / 96) *
                                                      cos(M_PI * v * (y + 0.5 - 8) / 48));
    tuft_av_clip c = clip();
    c.frames = 1;
    float out[50];
    cr_assert_eq(tuft_lips_coefficients(&c, &box, &config, out, NULL), TUFT_OK);
    for (uint32_t k = 0; k < 50; k++) {
        uint32_t row, column;
        tuft_lips_zigzag(32, 64, k, &row, &column);
        double expected = k == 0 ? 110.0 / 219.0 * sqrt(64 * 32)
                          : row == (uint32_t)v && column == (uint32_t)u
                              ? 90.0 / 219.0 * sqrt(64 * 32) / 2.0
                              : 0.0;
        cr_assert_float_eq(out[k], expected, 0.03, "%u %u: %g, expected %g", row, column,
                           (double)out[k], expected);
    }
}

Test(lips, the_transform_keeps_energy)
{
    uint32_t state = 1;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            luma[0][y][x] = (uint8_t)(16 + ((state = state * 1664525u + 1013904223u) >> 24) % 220);
    tuft_av_clip c = clip();
    c.frames = 1;
    const tuft_mouth_box box = {10.25, 7.5, 31.7, 23.9, 1};
    const tuft_lips_config config = {16, 12, 16 * 12, 1, TUFT_LIPS_LINEAR};
    float out[16 * 12];
    cr_assert_eq(tuft_lips_coefficients(&c, &box, &config, out, NULL), TUFT_OK);
    double energy = 0.0, expected = 0.0;
    for (int k = 0; k < 16 * 12; k++)
        energy += (double)out[k] * out[k];
    for (int j = 0; j < 12; j++)
        for (int i = 0; i < 16; i++) { /* the same area average, the plain way */
            double x0 = 10.25 + i * 31.7 / 16, x1 = x0 + 31.7 / 16;
            double y0 = 7.5 + j * 23.9 / 12, y1 = y0 + 23.9 / 12, sum = 0.0;
            for (int y = 0; y < H; y++)
                for (int x = 0; x < W; x++)
                    sum += fmax(fmin(x1, x + 1) - fmax(x0, x), 0.0) *
                           fmax(fmin(y1, y + 1) - fmax(y0, y), 0.0) *
                           ((luma[0][y][x] - 16) / 219.0);
            sum /= (x1 - x0) * (y1 - y0);
            expected += sum * sum;
        }
    cr_assert_float_eq(energy, expected, 1e-4 * expected);
}

/* A bright bar moves to the right, one pixel a frame. */
static void draw_bar(int brighter)
{
    for (int k = 0; k < FRAMES; k++)
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++)
                luma[k][y][x] = (uint8_t)(60 + brighter + (x >= 40 + k && x < 60 + k ? 80 : 0));
}

Test(lips, brightness_is_in_the_first_coefficient_alone)
{
    const tuft_mouth_box box = {20, 20, 80, 40, 1};
    const tuft_lips_config config = tuft_lips_defaults();
    const double time_s[] = {0.0, 0.1, 0.2};
    static float plain[3][150], bright[3][150];
    tuft_av_clip c = clip();
    draw_bar(0);
    cr_assert_eq(tuft_lips_features(&c, &box, &config, time_s, 3, &plain[0][0], NULL), TUFT_OK);
    draw_bar(30);
    cr_assert_eq(tuft_lips_features(&c, &box, &config, time_s, 3, &bright[0][0], NULL), TUFT_OK);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 150; j++)
            cr_assert_float_eq(bright[i][j] - plain[i][j], j == 0 ? 30.0 / 219 * sqrt(2048) : 0.0,
                               1e-4);
    /* Nothing changes from top to bottom. */
    for (uint32_t k = 0; k < 50; k++) {
        uint32_t row, column;
        tuft_lips_zigzag(32, 64, k, &row, &column);
        if (row > 0)
            cr_assert_float_eq(plain[1][k], 0.0, 1e-4);
    }
    cr_assert_gt(fabsf(plain[1][51]), 0.05); /* the bar moves */
    cr_assert_float_eq(plain[1][50], 0.0, 1e-4);
}

Test(lips, differences_and_times)
{
    const tuft_mouth_box box = {20, 20, 80, 40, 1};
    tuft_lips_config config = {64, 32, 5, 3, TUFT_LIPS_LINEAR};
    draw_bar(0);
    tuft_av_clip c = clip();
    c.first_frame_s = 0.02;
    static float value[FRAMES][5], out[6][15];
    cr_assert_eq(tuft_lips_coefficients(&c, &box, &config, &value[0][0], NULL), TUFT_OK);
    /* before the first; on frame 3; a quarter past it; half past; on the last; long after it */
    const double time_s[] = {-1.0, 0.14, 0.15, 0.16, 0.38, 9.0};
    const double at[] = {0, 3, 3.25, 3.5, 9, 9};
    for (int hold = 0; hold < 2; hold++) {
        config.interpolation = hold ? TUFT_LIPS_HOLD : TUFT_LIPS_LINEAR;
        cr_assert_eq(tuft_lips_features(&c, &box, &config, time_s, 6, &out[0][0], NULL), TUFT_OK);
        for (int i = 0; i < 6; i++)
            for (int j = 0; j < 15; j++) {
                double both[2];
                for (int side = 0; side < 2; side++) {
                    int k = (int)(at[i] + 1e-9) + side, n = j % 5;
                    k = k < FRAMES ? k : FRAMES - 1;
                    float before = value[k > 0 ? k - 1 : 0][n], now = value[k][n],
                          after = value[k + 1 < FRAMES ? k + 1 : k][n];
                    both[side] = (double)(j < 5    ? now
                                          : j < 10 ? (after - before) / 2
                                                   : after - 2 * now + before);
                }
                double share = hold ? 0.0 : at[i] - floor(at[i]);
                cr_assert_float_eq(out[i][j], both[0] + share * (both[1] - both[0]), 1e-4,
                                   "time %d feature %d: %g", i, j, (double)out[i][j]);
            }
    }
}

Test(lips, nonsense_is_refused)
{
    tuft_av_clip c = clip();
    const tuft_mouth_box good = {20, 20, 80, 40, 1};
    const tuft_mouth_box box[] = {{-1, 20, 80, 40, 1}, {20, 20, 109, 40, 1}, {20, 60, 80, 40, 1},
                                  {20, 20, 2, 40, 1},  {NAN, 20, 80, 40, 1}, {20, 20, NAN, 40, 1}};
    tuft_lips_config config = tuft_lips_defaults();
    const double time_s = 0.0;
    float out[150];
    tuft_error err;
    for (int i = 0; i < 6; i++)
        cr_assert_eq(tuft_lips_features(&c, &box[i], &config, &time_s, 1, out, &err), TUFT_INVALID);
    const tuft_lips_config bad[] = {{7, 32, 50, 3, 0}, {64, 300, 50, 3, 0}, {64, 32, 0, 3, 0},
                                    {8, 8, 65, 3, 0},  {64, 32, 50, 0, 0},  {64, 32, 50, 4, 0}};
    for (int i = 0; i < 6; i++)
        cr_assert_eq(tuft_lips_features(&c, &good, &bad[i], &time_s, 1, out, &err), TUFT_INVALID);
    c.frames = 0;
    cr_assert_eq(tuft_lips_features(&c, &good, &config, &time_s, 1, out, &err), TUFT_INVALID);
}
