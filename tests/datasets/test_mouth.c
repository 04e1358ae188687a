#include "datasets/mouth.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { W = 320, H = 240, FRAMES = 20 };

static uint8_t luma[FRAMES][H][W], blue[FRAMES][H / 2][W / 2], red[FRAMES][H / 2][W / 2];

static bool inside(double x, double y, double cx, double cy, double rx, double ry)
{
    return (x - cx) * (x - cx) / (rx * rx) + (y - cy) * (y - cy) / (ry * ry) < 1.0;
}

/* A head at (cx, 110), 100 wide, 140 high; its mouth at (cx, 150) opens and shuts; its eyes blink
 * once; skin redder than the background by `colour` levels, lips by half as much again. */
static tuft_av_clip draw(double cx, int colour, double opening)
{
    for (int k = 0; k < FRAMES; k++)
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                bool head = inside(x, y, cx, 110, 50, 70);
                bool lips = inside(x, y, cx, 150, 20, 9);
                bool hole = inside(x, y, cx, 150, 15, 1e-3 + opening * (1 - cos(k)));
                bool eye = inside(x, y, cx - 20, 95, 8, 4) || inside(x, y, cx + 20, 95, 8, 4);
                luma[k][y][x] = (uint8_t)(!head              ? 90
                                          : hole             ? 30
                                          : lips             ? 110
                                          : eye && k % 9 > 0 ? 40
                                                             : 150);
                blue[k][y / 2][x / 2] = 120;
                red[k][y / 2][x / 2] = (uint8_t)(120 + (eye    ? 0
                                                        : lips ? colour * 3 / 2
                                                        : head ? colour
                                                               : 0));
            }
    return (tuft_av_clip){.luma = &luma[0][0][0],
                          .blue = &blue[0][0][0],
                          .red = &red[0][0][0],
                          .frames = FRAMES,
                          .width = W,
                          .height = H,
                          .chroma_width = W / 2,
                          .chroma_height = H / 2,
                          .frame_rate = 25.0};
}

Test(mouth, a_drawn_mouth_is_found)
{
    for (int cx = 80; cx <= 240; cx += 40) {
        tuft_av_clip clip = draw(cx, 30, 4.0);
        tuft_mouth_box box;
        tuft_error err;
        cr_assert_eq(tuft_mouth_find(&clip, &box, &err), TUFT_OK, "%s", err.message);
        cr_assert_float_eq(box.left + box.width / 2, cx, 4);
        cr_assert_float_eq(box.top + box.height / 2, 150, 4);
        cr_assert_float_eq(box.width, 0.62 * 100, 8);
        cr_assert_float_eq(box.height, box.width / 2, 1e-9);
        cr_assert_gt(box.confidence, 0.5);
        cr_assert_eq(tuft_mouth_check(&clip, &box, NULL), TUFT_OK);
    }
}

Test(mouth, what_shows_no_mouth_is_an_error)
{
    tuft_mouth_box box = {1, 1, 1, 1, 1};
    tuft_error err;
    tuft_av_clip clip = draw(160, 0, 4.0);
    cr_assert_eq(tuft_mouth_find(&clip, &box, &err), TUFT_FORMAT);
    cr_assert_not_null(strstr(err.message, "colour"));
    cr_assert_eq(box.width, 0.0);
    clip = draw(160, 30, 0.0);
    for (int k = 1; k < FRAMES; k++)
        memcpy(luma[k], luma[1], sizeof luma[k]);
    memcpy(luma[0], luma[1], sizeof luma[0]);
    cr_assert_eq(tuft_mouth_find(&clip, &box, &err), TUFT_FORMAT);
    cr_assert_not_null(strstr(err.message, "moves"));
    clip.frames = 1;
    cr_assert_eq(tuft_mouth_find(&clip, &box, &err), TUFT_INVALID);
}

/* Centres of mouths read off pictures by eye. */
Test(mouth, grid_talkers)
{
    static const struct {
        const char *name;
        double x, y;
    } seen[] = {{"mixed/bbaf2n", 157, 216}, {"mixed/brbk7n", 169, 227}, {"mixed/lbax4n", 194, 204},
                {"mixed/lbbc2a", 190, 234}, {"mixed/lrwp9a", 187, 220}, {"mixed/lwbsza", 166, 215},
                {"s26/bgbsza", 161, 205}};
    const char *data = getenv("TUFT_DATA");
    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s/grid/%s.mpg",
                 data ? data : TUFT_SOURCE_DIR "/../shared/data", seen[i].name);
        FILE *there = fopen(path, "rb");
        if (!there)
            cr_skip_test("no GRID recordings");
        fclose(there);
        tuft_av_clip clip;
        tuft_mouth_box box;
        tuft_error err;
        cr_assert_eq(tuft_av_clip_read(path, &clip, &err), TUFT_OK, "%s", err.message);
        cr_assert_eq(tuft_mouth_find(&clip, &box, &err), TUFT_OK, "%s", err.message);
        cr_assert_float_eq(box.left + box.width / 2, seen[i].x, 10, "%s: x %g", path,
                           box.left + box.width / 2);
        cr_assert_float_eq(box.top + box.height / 2, seen[i].y, 10, "%s: y %g", path,
                           box.top + box.height / 2);
        cr_assert_gt(box.confidence, 0.6);
        tuft_av_clip_free(&clip);
    }
}
