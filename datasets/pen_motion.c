#include "datasets/pen_motion.h"

#include "core/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { REACH = 4 }; /* of the smoothing, in sd */

void tuft_pen_motion_free(tuft_pen_motion *motion)
{
    free(motion->x);
    free(motion->y);
    free(motion->vx);
    free(motion->vy);
    free(motion->down);
    *motion = (tuft_pen_motion){0};
}

static double length(const tuft_pen_path *path, int i)
{
    return hypot(path->at[i].x - path->at[i - 1].x, path->at[i].y - path->at[i - 1].y);
}

/* Angle between the segments that meet at point i, over their mean length; 0 at ends of strokes. */
static double curvature(const tuft_pen_path *path, int i)
{
    if (i < 1 || i + 1 >= path->count || path->at[i].begins || path->at[i + 1].begins)
        return 0;
    const double ax = path->at[i].x - path->at[i - 1].x, ay = path->at[i].y - path->at[i - 1].y;
    const double bx = path->at[i + 1].x - path->at[i].x, by = path->at[i + 1].y - path->at[i].y;
    const double mean = (hypot(ax, ay) + hypot(bx, by)) / 2;
    return mean > 0 ? fabs(atan2(ax * by - ay * bx, ax * bx + ay * by)) / mean : 0;
}

/* How long the way from point i-1 to point i takes, in ms. */
static double time_ms(const tuft_pen_path *path, int i, double pace)
{
    if (path->at[i].begins)
        return TUFT_PEN_LIFT_MS + 1e3 * length(path, i) / (2 * pace);
    const double bent = (curvature(path, i - 1) + curvature(path, i)) / 2;
    return 1e3 * length(path, i) * cbrt(bent + TUFT_PEN_STRAIGHT) / pace;
}

/* Positions at whole milliseconds, at rest for `rest` of them before and after. */
static void sample(const tuft_pen_path *path, double pace, size_t rest, tuft_pen_motion *m)
{
    double begin = (double)rest, end = begin;
    int i = 0;
    for (size_t k = 0; k < m->count; k++) {
        while (i + 1 < path->count && (double)k > end) {
            begin = end;
            end += time_ms(path, ++i, pace);
        }
        const int from = i > 0 ? i - 1 : 0;
        double u = end > begin ? fmin(fmax(((double)k - begin) / (end - begin), 0), 1) : 1;
        const int writes = i > 0 && !path->at[i].begins && (double)k <= end;
        if (path->at[i].begins)
            u = u * u * u * (10 + u * (6 * u - 15));
        m->x[k] = path->at[from].x + u * (path->at[i].x - path->at[from].x);
        m->y[k] = path->at[from].y + u * (path->at[i].y - path->at[from].y);
        m->down[k] = writes;
    }
}

/* In place; values beyond the ends are those of the ends. */
static void smooth(double *value, size_t n, double *scratch)
{
    const long reach = lround(REACH * TUFT_PEN_SMOOTH_MS);
    memcpy(scratch, value, n * sizeof *value);
    for (long k = 0; k < (long)n; k++) {
        double sum = 0, weight = 0;
        for (long j = -reach; j <= reach; j++) {
            const double z = (double)j / TUFT_PEN_SMOOTH_MS, w = exp(-z * z / 2);
            const long at = k + j < 0 ? 0 : k + j >= (long)n ? (long)n - 1 : k + j;
            sum += w * scratch[at];
            weight += w;
        }
        value[k] = sum / weight;
    }
}

/* Central differences, a second. */
static void differentiate(const double *value, size_t n, double *out)
{
    for (size_t k = 1; k + 1 < n; k++)
        out[k] = (value[k + 1] - value[k - 1]) * 500;
}

static void from_start(double *value, size_t n)
{
    for (size_t k = n; k-- > 0;)
        value[k] -= value[0];
}

tuft_status tuft_pen_move(const tuft_pen_path *path, double pace, tuft_pen_motion *out,
                          tuft_error *err)
{
    const size_t rest = (size_t)(REACH * TUFT_PEN_SMOOTH_MS);
    double total = 2.0 * (double)rest + 1;
    *out = (tuft_pen_motion){0};
    if (path->count < 1 || !(pace > 0))
        return tuft_fail(err, TUFT_INVALID, "pen: %d points at pace %g, expected some, above 0",
                         path->count, pace);
    for (int i = 1; i < path->count; i++)
        total += time_ms(path, i, pace);
    if (!(total < TUFT_PEN_MOTION_LIMIT))
        return tuft_fail(err, TUFT_INVALID, "pen: %g ms at pace %g, expected below %d", total, pace,
                         TUFT_PEN_MOTION_LIMIT);
    const size_t n = out->count = (size_t)ceil(total) + 1;
    double *scratch = NULL;
    tuft_status status = TUFT_NEW(&scratch, n, "movement", err);
    double **const array[] = {&out->x, &out->y, &out->vx, &out->vy, &out->down};
    for (size_t a = 0; !status && a < sizeof array / sizeof *array; a++)
        status = TUFT_NEW(array[a], n, "movement", err);
    if (!status) {
        sample(path, pace, rest, out);
        smooth(out->x, n, scratch);
        smooth(out->y, n, scratch);
        smooth(out->down, n, scratch);
        differentiate(out->x, n, out->vx);
        differentiate(out->y, n, out->vy);
        from_start(out->x, n);
        from_start(out->y, n);
    } else {
        tuft_pen_motion_free(out);
    }
    free(scratch);
    return status;
}
