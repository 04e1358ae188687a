#include "apps/sweep.h"

#include "core/csv_field.h"
#include "core/file.h"
#include "core/memory.h"
#include "lsm/interval.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double LEVEL = 0.95;

/* ---- figures --------------------------------------------------------------------------------- */

/* Whether the metric lies between 0 and 1, as its name says. */
static int is_share(const char *metric)
{
    static const char *const names[] = {"accuracy", "audio_to_image", "image_to_audio"};
    const char *dot = strrchr(metric, '.'), *last = dot ? dot + 1 : metric;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strstr(last, names[i]))
            return 1;
    return 0;
}

static int are_equal(const double *value, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (value[i] != value[0])
            return 0;
    return 1;
}

/* Intervals of shares are cut to 0..1, where Student's goes past. */
static sweep_point summarise(const char *metric, size_t point, const double *value, size_t n)
{
    sweep_point made = {point, n, NAN, NAN, NAN, NAN};
    tuft_interval interval;
    if (n == 1)
        made.mean = value[0];
    if (n > 1 && are_equal(value, n)) /* whose mean may be rounded to another value */
        made = (sweep_point){point, n, value[0], 0, value[0], value[0]};
    else if (n > 1 && !tuft_interval_mean(value, n, LEVEL, &interval, NULL))
        made = (sweep_point){point, n, interval.mean, interval.sd, interval.low, interval.high};
    if (n > 1 && is_share(metric)) {
        made.low = fmax(made.low, 0);
        made.high = fmin(made.high, 1);
    }
    return made;
}

tuft_status sweep_summarise(sweep *of, tuft_error *err)
{
    double *value = NULL;
    tuft_status status = TUFT_NEW(&of->point, of->grid.points, "points", err);
    if (!status)
        status = TUFT_NEW(&value, of->runs.seeds, "values", err);
    for (size_t p = 0; !status && p < of->grid.points; p++) {
        size_t n = 0;
        for (size_t r = 0; r < of->runs.seeds; r++) {
            const sweep_run *run = &of->runs.run[p * of->runs.seeds + r];
            if (run->state == SWEEP_DONE)
                value[n++] = run->value;
        }
        of->point[p] = summarise(of->metric, p, value, n);
    }
    free(value);
    return status;
}

/* ---- text ------------------------------------------------------------------------------------ */

static int width_of(const sweep_axis *axis)
{
    size_t width = strlen(axis->key);
    for (size_t i = 0; i < axis->values; i++)
        if (strlen(axis->value[i]) > width)
            width = strlen(axis->value[i]);
    return (int)width;
}

static void print_number(double value)
{
    if (isnan(value))
        printf("  %10s", "-");
    else
        printf("  %10.5g", value);
}

void sweep_print(const sweep *of)
{
    printf("%s: %s\n", of->experiment.title, of->metric);
    for (size_t a = 0; a < of->grid.axes; a++)
        printf("%-*s  ", width_of(&of->grid.axis[a]), of->grid.axis[a].key);
    printf("%4s  %10s  %10s  %10s  %10s\n", "n", "mean", "sd", "95 % from", "to");
    for (size_t p = 0; p < of->grid.points; p++) {
        const sweep_point *point = &of->point[p];
        for (size_t a = 0; a < of->grid.axes; a++) {
            const sweep_axis *axis = &of->grid.axis[a];
            printf("%-*s  ", width_of(axis), axis->value[sweep_grid_at(&of->grid, p, a)]);
        }
        printf("%4zu", point->n);
        print_number(point->mean);
        print_number(point->sd);
        print_number(point->low);
        print_number(point->high);
        printf("\n");
    }
}

/* ---- CSV ------------------------------------------------------------------------------------- */

/* Empty where there is no number. */
static void put_number(FILE *stream, double value)
{
    fputc(',', stream);
    if (isfinite(value))
        fprintf(stream, "%.15g", value);
}

tuft_status sweep_write_csv(const sweep *of, const char *path, tuft_error *err)
{
    tuft_output output;
    if (!path)
        return TUFT_OK;
    tuft_status status = tuft_output_open(&output, path, err);
    if (status)
        return status;
    FILE *stream = output.stream;
    size_t seeds = of->runs.seeds;
    for (size_t a = 0; a < of->grid.axes; a++) {
        tuft_csv_field(stream, of->grid.axis[a].key);
        fputc(',', stream);
    }
    fputs("n,mean,sd,ci95_low,ci95_high", stream);
    for (size_t r = 0; r < seeds; r++)
        fprintf(stream, ",seed_%llu", (unsigned long long)of->runs.run[r].seed);
    fputc('\n', stream);
    for (size_t p = 0; p < of->grid.points; p++) {
        const sweep_point *point = &of->point[p];
        for (size_t a = 0; a < of->grid.axes; a++) {
            tuft_csv_field(stream, of->grid.axis[a].value[sweep_grid_at(&of->grid, p, a)]);
            fputc(',', stream);
        }
        fprintf(stream, "%zu", point->n);
        put_number(stream, point->mean);
        put_number(stream, point->sd);
        put_number(stream, point->low);
        put_number(stream, point->high);
        for (size_t r = 0; r < seeds; r++) {
            const sweep_run *run = &of->runs.run[p * seeds + r];
            put_number(stream, run->state == SWEEP_DONE ? run->value : NAN);
        }
        fputc('\n', stream);
    }
    return tuft_output_commit(&output, err);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

/* Whole numbers stay whole. */
static json_t *number_json(double value)
{
    return value == floor(value) && fabs(value) < 1e15 ? json_integer((json_int_t)value)
                                                       : json_real(value);
}

static json_t *point_json(const sweep *of, size_t p)
{
    const sweep_point *point = &of->point[p];
    size_t seeds = of->runs.seeds;
    json_t *all = json_object(), *at = json_object(), *runs = json_array();
    for (size_t a = 0; a < of->grid.axes; a++) {
        const sweep_axis *axis = &of->grid.axis[a];
        size_t v = sweep_grid_at(&of->grid, p, a);
        json_object_set_new(at, axis->key,
                            axis->number ? number_json(axis->number[v])
                                         : json_string(axis->value[v]));
    }
    for (size_t r = 0; r < seeds; r++) {
        const sweep_run *run = &of->runs.run[p * seeds + r];
        const char *file = strrchr(run->path, '/');
        json_t *one = json_object();
        json_object_set_new(one, "seed", json_integer((json_int_t)run->seed));
        json_object_set_new(one, "value",
                            run->state == SWEEP_DONE ? result_real(run->value) : json_null());
        json_object_set_new(one, "file", json_string(file ? file + 1 : run->path));
        json_array_append_new(runs, one);
    }
    json_object_set_new(all, "at", at);
    json_object_set_new(all, "n", json_integer((json_int_t)point->n));
    json_object_set_new(all, "mean", result_real(point->mean));
    json_object_set_new(all, "sd", result_real(point->sd));
    json_object_set_new(all, "ci95", result_vector((double[]){point->low, point->high}, 2));
    json_object_set_new(all, "runs", runs);
    return all;
}

tuft_status sweep_publish(const sweep *of, app_result *result, tuft_error *err)
{
    json_t *results = result_results(result), *points = json_array();
    for (size_t p = 0; p < of->grid.points; p++)
        json_array_append_new(points, point_json(of, p));
    int failed = json_object_set_new(results, "title", json_string(of->experiment.title)) |
                 json_object_set_new(results, "subcommand",
                                     json_string(of->experiment.settings.command->name)) |
                 json_object_set_new(results, "metric", json_string(of->metric)) |
                 json_object_set_new(results, "points", points) |
                 json_object_set_new(results, "failed", json_integer((json_int_t)of->runs.failed));
    return failed ? tuft_fail(err, TUFT_MEMORY, "sweep: no memory for the result") : TUFT_OK;
}
