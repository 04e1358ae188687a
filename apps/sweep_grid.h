/* The grid of a sweep: every combination of the values of its axes. */
#ifndef TUFT_APPS_SWEEP_GRID_H
#define TUFT_APPS_SWEEP_GRID_H

#include "apps/options.h"
#include "apps/settings.h"

typedef struct {
    char *key;
    char **value; /* as typed, each once */
    size_t values;
    double *number; /* the values, where all are numbers; NULL: they are names */
} sweep_axis;

typedef struct {
    sweep_axis *axis;
    size_t axes, points; /* no axes: one point */
} sweep_grid;

/* Axes from "KEY=V1,V2,..." each. TUFT_INVALID for anything else, for keys and values that stand
 * twice and for more than 10 000 points. */
tuft_status sweep_grid_read(sweep_grid *grid, const option_texts *over, tuft_error *err);
void sweep_grid_free(sweep_grid *grid);

/* Which value of an axis a point has: the last axis goes round first. */
size_t sweep_grid_at(const sweep_grid *grid, size_t point, size_t axis);

/* "decay=0.9, preset=best"; "" without axes. The caller's; NULL without memory. skip: an axis to
 * leave out, or grid->axes. */
char *sweep_grid_name(const sweep_grid *grid, size_t point, size_t skip);

/* Copies base and sets the point's values. */
tuft_status sweep_grid_settings(const sweep_grid *grid, size_t point, const settings *base,
                                settings *out, tuft_error *err);

/* Whether every value of every axis makes sense: before anything runs. */
tuft_status sweep_grid_check(const sweep_grid *grid, const settings *base, tuft_error *err);

/* Whether numbers (ascending) are spaced by factors rather than by steps. */
int sweep_grid_geometric(const double *number, size_t count);

#endif
