/* When the pen is where: a path in time.
 *
 * On paper the speed follows curvature by the two-thirds power law (Lacquaniti, Terzuolo, Viviani
 * 1983, Acta Psychol. 54:115): v = pace (kappa + TUFT_PEN_STRAIGHT)^(-1/3), kappa the curvature in
 * 1 / height; the constant keeps straight lines finite. From the end of a stroke to the next the
 * pen goes straight through the air by minimum jerk (Flash & Hogan 1985, J. Neurosci. 5:1688), in
 * TUFT_PEN_LIFT_MS and as long again as the way takes at twice the pace. Positions are then
 * smoothed by a Gaussian (sd TUFT_PEN_SMOOTH_MS), as a hand has mass.
 */
#ifndef TUFT_DATASETS_PEN_MOTION_H
#define TUFT_DATASETS_PEN_MOTION_H

#include "datasets/pen.h"

#include <stddef.h>

#define TUFT_PEN_STRAIGHT  1.0 /* 1 / height */
#define TUFT_PEN_LIFT_MS   60.0
#define TUFT_PEN_SMOOTH_MS 20.0

enum { TUFT_PEN_MOTION_LIMIT = 1 << 20 };

/* Sample k is at k ms. Heights, heights a second, y downwards; down is 1 on paper, 0 in the air,
 * smoothed too. At rest before and after. */
typedef struct {
    size_t count;
    double *x, *y, *vx, *vy, *down; /* [count] */
} tuft_pen_motion;

void tuft_pen_motion_free(tuft_pen_motion *motion);

/* pace: heights^(2/3) a second, > 0. Positions are from where the pen begins. TUFT_INVALID where
 * the path has no points, or would take longer than the limit, in ms. The caller owns *out, which
 * is zeroed on failure. */
tuft_status tuft_pen_move(const tuft_pen_path *path, double pace, tuft_pen_motion *out,
                          tuft_error *err);

#endif
