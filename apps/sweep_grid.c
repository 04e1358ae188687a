#include "apps/sweep_grid.h"

#include "core/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS_MAX = 10000, VALUES_MAX = 1000 };

static const double LOG_SPAN_LEAST = 4; /* ratio of ends from which factors count as spacing */

/* ---- reading --------------------------------------------------------------------------------- */

static void axis_free(sweep_axis *axis)
{
    for (size_t i = 0; i < axis->values; i++)
        free(axis->value[i]);
    free(axis->value);
    free(axis->number);
    free(axis->key);
}

void sweep_grid_free(sweep_grid *grid)
{
    for (size_t a = 0; a < grid->axes; a++)
        axis_free(&grid->axis[a]);
    free(grid->axis);
    *grid = (sweep_grid){0};
}

static tuft_status push_value(sweep_axis *axis, const char *value, const char *text,
                              tuft_error *err)
{
    if (!*value)
        return tuft_fail(err, TUFT_INVALID, "--over %.80s: a value is missing", text);
    if (axis->values == VALUES_MAX)
        return tuft_fail(err, TUFT_INVALID, "--over %.80s: more than %d values", text, VALUES_MAX);
    for (size_t i = 0; i < axis->values; i++)
        if (strcmp(axis->value[i], value) == 0)
            return tuft_fail(err, TUFT_INVALID, "--over %.80s: %.60s twice", text, value);
    axis->value[axis->values] = strdup(value);
    if (!axis->value[axis->values])
        return tuft_fail(err, TUFT_MEMORY, "--over: no memory");
    axis->values++;
    return TUFT_OK;
}

/* The values as numbers, where they all are. */
static tuft_status read_numbers(sweep_axis *axis, tuft_error *err)
{
    tuft_status status = TUFT_NEW(&axis->number, axis->values, "values", err);
    for (size_t i = 0; !status && i < axis->values; i++) {
        char *end;
        axis->number[i] = strtod(axis->value[i], &end);
        if (*end || end == axis->value[i] || !isfinite(axis->number[i])) {
            free(axis->number);
            axis->number = NULL;
            break;
        }
    }
    return status;
}

static tuft_status read_axis(sweep_axis *axis, const char *text, tuft_error *err)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text)
        return tuft_fail(err, TUFT_INVALID, "--over %.80s: expected KEY=VALUE,VALUE,...", text);
    axis->key = strndup(text, (size_t)(equals - text));
    tuft_status status = TUFT_NEW(&axis->value, VALUES_MAX, "values", err);
    char *values = strdup(equals + 1), *rest = values;
    if (!status && (!values || !axis->key))
        status = tuft_fail(err, TUFT_MEMORY, "--over: no memory");
    for (char *value; !status && (value = strsep(&rest, ","));)
        status = push_value(axis, value, text, err);
    free(values);
    if (!status && (strcmp(axis->key, "seed") == 0 || strcmp(axis->key, "seeds") == 0))
        status = tuft_fail(err, TUFT_INVALID,
                           "--over %.80s: seeds are repeats, say --seed FIRST --seeds N", text);
    return status ? status : read_numbers(axis, err);
}

tuft_status sweep_grid_read(sweep_grid *grid, const option_texts *over, tuft_error *err)
{
    *grid = (sweep_grid){.points = 1};
    tuft_status status = TUFT_NEW(&grid->axis, over->count, "axes", err);
    for (size_t a = 0; !status && a < over->count; a++) {
        sweep_axis *axis = &grid->axis[grid->axes++];
        status = read_axis(axis, over->text[a], err);
        for (size_t b = 0; !status && b < a; b++)
            if (strcmp(grid->axis[b].key, axis->key) == 0)
                status = tuft_fail(err, TUFT_INVALID, "--over %.80s: %.60s has an axis already",
                                   over->text[a], axis->key);
        grid->points *= axis->values;
        if (!status && grid->points > POINTS_MAX)
            status =
                tuft_fail(err, TUFT_INVALID, "--over: a grid of more than %d points", POINTS_MAX);
    }
    if (status)
        sweep_grid_free(grid);
    return status;
}

/* ---- points ---------------------------------------------------------------------------------- */

size_t sweep_grid_at(const sweep_grid *grid, size_t point, size_t axis)
{
    for (size_t a = grid->axes; a-- > axis + 1;)
        point /= grid->axis[a].values;
    return point % grid->axis[axis].values;
}

char *sweep_grid_name(const sweep_grid *grid, size_t point, size_t skip)
{
    char *text;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    if (!stream)
        return NULL;
    for (size_t a = 0; a < grid->axes; a++)
        if (a != skip)
            fprintf(stream, "%s%s=%s", ftell(stream) ? ", " : "", grid->axis[a].key,
                    grid->axis[a].value[sweep_grid_at(grid, point, a)]);
    fclose(stream);
    return text;
}

static tuft_status set_value(const sweep_axis *axis, size_t value, settings *of, tuft_error *err)
{
    char what[160];
    tuft_status status = settings_set(of, axis->key, axis->value[value], err);
    if (!status)
        return TUFT_OK;
    snprintf(what, sizeof what, "--over %.60s=%.60s", axis->key, axis->value[value]);
    return tuft_fail_prefix(err, status, what);
}

tuft_status sweep_grid_settings(const sweep_grid *grid, size_t point, const settings *base,
                                settings *out, tuft_error *err)
{
    tuft_status status = settings_copy(out, base, err);
    for (size_t a = 0; !status && a < grid->axes; a++)
        status = set_value(&grid->axis[a], sweep_grid_at(grid, point, a), out, err);
    if (status)
        settings_free(out);
    return status;
}

/* One value on its own: what it is to be blamed for is said of it. */
static tuft_status check_value(const sweep_axis *axis, size_t value, const settings *base,
                               tuft_error *err)
{
    settings tried;
    void *config = NULL;
    char what[160];
    tuft_status status = settings_copy(&tried, base, err);
    if (!status)
        status = set_value(axis, value, &tried, err);
    if (!status) {
        status = settings_config(&tried, &config, err);
        snprintf(what, sizeof what, "--over %.60s=%.60s", axis->key, axis->value[value]);
        if (status)
            tuft_fail_prefix(err, status, what);
    }
    free(config);
    settings_free(&tried);
    return status;
}

tuft_status sweep_grid_check(const sweep_grid *grid, const settings *base, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    for (size_t a = 0; !status && a < grid->axes; a++)
        for (size_t v = 0; !status && v < grid->axis[a].values; v++)
            status = check_value(&grid->axis[a], v, base, err);
    return status;
}

int sweep_grid_geometric(const double *number, size_t count)
{
    double step_least = INFINITY, step_most = 0, factor_least = INFINITY, factor_most = 1;
    if (count < 3 || !(number[0] > 0) || number[count - 1] / number[0] < LOG_SPAN_LEAST)
        return 0;
    for (size_t i = 1; i < count; i++) {
        step_least = fmin(step_least, number[i] - number[i - 1]);
        step_most = fmax(step_most, number[i] - number[i - 1]);
        factor_least = fmin(factor_least, number[i] / number[i - 1]);
        factor_most = fmax(factor_most, number[i] / number[i - 1]);
    }
    return log(factor_most) / log(factor_least) < step_most / step_least;
}
