#include "lsm/ir_drop.h"

#include "core/memory.h"
#include "core/simd.h"
#include "lsm/ladders.h"
#include "lsm/transpose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = TUFT_LADDERS, SKEW = 16, TURNS = 10000, SIDE_LIMIT = 1 << 14 };
/* The first turns are slower than the pace that the iteration gets to. */
static const double CAUTION = 10;
static const double MOST_OHM = 1e9, LEAST_TOLERANCE = 1e-6;

const tuft_wires tuft_wires_nominal = {0.2, 0.2, 2, 2};

/* Fields are padded to whole panels of WIDTH lines; lines that are not there have no cells. What
 * belongs to panels lies panel after panel. */
struct tuft_ir_drop {
    uint32_t rows, columns;
    uint32_t row_stride, column_stride; /* floats a row, rows in whole panels */
    tuft_wires wires;
    float *siemens, *b, *b_before, *b_solved, *a; /* [rows][row_stride] */
    float *siemens_turned;                        /* [panels of rows][columns][WIDTH] */
    float *row_factor, *row_seen;                 /* the same, and [column_stride] */
    float *column_factor, *column_share;          /* [panels of columns][rows][WIDTH] */
    float *column_seen;                           /* [row_stride] */
    float *turned;                                /* [columns][WIDTH], of the panel at hand */
    float *drive, *input;                         /* [column_stride]: voltages, currents */
    float *ground, *current, *current_before;     /* [row_stride] */
    int rows_known, columns_known;                /* whether the factors are these cells' */
    int lagging;                                  /* whether b_solved is older than the currents */
};

tuft_status tuft_wires_check(const tuft_wires *wires, tuft_error *err)
{
    const double ohm[] = {wires->row_ohm, wires->column_ohm, wires->driver_ohm, wires->sense_ohm};
    static const char *const name[] = {"row_ohm", "column_ohm", "driver_ohm", "sense_ohm"};
    for (int i = 0; i < 4; i++)
        if (!(ohm[i] >= 0 && ohm[i] <= MOST_OHM))
            return tuft_fail(err, TUFT_INVALID, "wires: %s %g, expected 0 to %g", name[i], ohm[i],
                             MOST_OHM);
    return TUFT_OK;
}

/* Whole blocks, and a little more: rows that lie a power of two apart share few places of the
 * cache.
 */
static uint32_t padded(uint32_t n)
{
    return (n + WIDTH - 1) / WIDTH * WIDTH + SKEW;
}

tuft_status tuft_ir_drop_new(tuft_ir_drop **out, uint32_t rows, uint32_t columns,
                             const tuft_wires *wires, tuft_error *err)
{
    *out = NULL;
    tuft_status status = tuft_wires_check(wires, err);
    if (!status && (!rows || !columns || rows > SIDE_LIMIT || columns > SIDE_LIMIT))
        status = tuft_fail(err, TUFT_INVALID, "wires of %u x %u cells, expected 1 to %d", rows,
                           columns, SIDE_LIMIT);
    tuft_ir_drop *made;
    if (!status)
        status = TUFT_NEW(&made, 1, "wires", err);
    if (status)
        return status;
    *made = (tuft_ir_drop){.rows = rows,
                           .columns = columns,
                           .row_stride = padded(columns),
                           .column_stride = padded(rows),
                           .wires = *wires};
    size_t upright = (size_t)rows * made->row_stride;
    size_t turned = (size_t)columns * made->column_stride;
    const struct {
        float **field;
        size_t count;
    } field[] = {{&made->siemens, upright},
                 {&made->a, upright},
                 {&made->b, upright},
                 {&made->b_before, upright},
                 {&made->b_solved, upright},
                 {&made->siemens_turned, turned},
                 {&made->row_factor, turned},
                 {&made->row_seen, made->column_stride},
                 {&made->column_factor, upright},
                 {&made->column_share, upright},
                 {&made->column_seen, made->row_stride},
                 {&made->turned, (size_t)columns * WIDTH},
                 {&made->drive, made->column_stride},
                 {&made->input, made->column_stride},
                 {&made->ground, made->row_stride},
                 {&made->current, made->row_stride},
                 {&made->current_before, made->row_stride}};
    for (size_t i = 0; !status && i < sizeof field / sizeof *field; i++)
        status = TUFT_NEW(field[i].field, field[i].count, "wires", err);
    if (status)
        tuft_ir_drop_free(made);
    else
        *out = made;
    return status;
}

void tuft_ir_drop_free(tuft_ir_drop *solver)
{
    if (!solver)
        return;
    free(solver->siemens);
    free(solver->a);
    free(solver->b);
    free(solver->b_before);
    free(solver->b_solved);
    free(solver->siemens_turned);
    free(solver->row_factor);
    free(solver->row_seen);
    free(solver->column_factor);
    free(solver->column_share);
    free(solver->column_seen);
    free(solver->turned);
    free(solver->drive);
    free(solver->input);
    free(solver->ground);
    free(solver->current);
    free(solver->current_before);
    free(solver);
}

float *tuft_ir_drop_siemens(tuft_ir_drop *solver)
{
    return solver->siemens;
}

float *tuft_ir_drop_words(tuft_ir_drop *solver)
{
    return solver->a;
}

uint32_t tuft_ir_drop_stride(const tuft_ir_drop *solver)
{
    return solver->row_stride;
}

static tuft_ladder row_line(const tuft_ir_drop *s)
{
    return (tuft_ladder){s->columns, TUFT_LADDERS, (float)s->wires.row_ohm,
                         (float)s->wires.driver_ohm};
}

static tuft_ladder column_line(const tuft_ir_drop *s)
{
    return (tuft_ladder){s->rows, -(ptrdiff_t)s->row_stride, (float)s->wires.column_ohm,
                         (float)s->wires.sense_ohm};
}

/* a from b, a panel of rows at a time. */
static void solve_rows(tuft_ir_drop *s)
{
    tuft_ladder line = row_line(s);
    float *x = s->turned;
    for (uint32_t i = 0; i < s->rows; i += WIDTH) {
        uint32_t rows = s->rows - i < WIDTH ? s->rows - i : WIDTH;
        size_t panel = (size_t)i * s->columns, first = (size_t)i * s->row_stride;
        float *siemens = s->siemens_turned + panel, *factor = s->row_factor + panel;
        float *seen = s->row_seen + i, *drive = s->drive + i, *input = s->input + i;
        tuft_transpose(x, WIDTH, s->b + first, s->row_stride, rows, s->columns);
        if (s->rows_known) {
            tuft_ladders_share(line, siemens, x, factor, seen, drive, x, input);
        } else {
            tuft_transpose(siemens, WIDTH, s->siemens + first, s->row_stride, rows, s->columns);
            tuft_ladders_factor_share(line, siemens, x, drive, factor, seen, x, input);
        }
        tuft_ladders_voltage(line, factor, x, drive, x);
        tuft_transpose(s->a + first, s->row_stride, x, WIDTH, s->columns, rows);
    }
    s->rows_known = 1;
}

/* The currents from a; b is worked out by voltages(). */
static void solve_columns(tuft_ir_drop *s)
{
    tuft_ladder line = column_line(s);
    size_t near = (size_t)(s->rows - 1) * s->row_stride;
    for (uint32_t j = 0; j < s->columns; j += WIDTH) {
        size_t panel = (size_t)j * s->rows;
        const float *siemens = s->siemens + near + j, *a = s->a + near + j, *ground = s->ground + j;
        float *factor = s->column_factor + panel, *share = s->column_share + panel;
        float *seen = s->column_seen + j, *current = s->current + j;
        if (s->columns_known)
            tuft_ladders_share(line, siemens, a, factor, seen, ground, share, current);
        else
            tuft_ladders_factor_share(line, siemens, a, ground, factor, seen, share, current);
    }
    s->columns_known = 1;
}

static void voltages(const tuft_ir_drop *s, float *b)
{
    tuft_ladder line = column_line(s);
    size_t near = (size_t)(s->rows - 1) * s->row_stride;
    for (uint32_t j = 0; j < s->columns; j += WIDTH) {
        size_t panel = (size_t)j * s->rows;
        tuft_ladders_voltage(line, s->column_factor + panel, s->column_share + panel, s->ground + j,
                             b + near + j);
    }
}

/* b_before <- omega (gamma (b_solved - b) + b - b_before) + b_before; then the two change names. */
TUFT_CLONES static void extrapolate(float *restrict before, const float *restrict b,
                                    const float *restrict solved, size_t n, float gamma,
                                    float omega)
{
    for (size_t k = 0; k < n; k++)
        before[k] += omega * (gamma * (solved[k] - b[k]) + b[k] - before[k]);
}

/* The same in the first turn, in which there is no b_before. */
TUFT_CLONES static void begin(float *restrict before, const float *restrict b,
                              const float *restrict solved, size_t n, float gamma)
{
    for (size_t k = 0; k < n; k++)
        before[k] = gamma * (solved[k] - b[k]) + b[k];
}

/* s of one kind of line, from the mean of its strongest line. */
static double slowest(uint32_t nodes, double wire_ohm, double end_ohm, double siemens)
{
    if (wire_ohm <= 0 || siemens <= 0)
        return 1 / (1 + 1 / fmax(1e-30, end_ohm * siemens * nodes));
    double length = nodes + 0.5 + end_ohm / wire_ohm;
    double wave = M_PI / (2 * length);
    return 1 / (1 + wave * wave / (wire_ohm * siemens));
}

/* rho, from the mean of some of the rows: it only says how to hurry. */
static double convergence(const tuft_ir_drop *s)
{
    enum { SOME = 32 };
    uint32_t every = s->rows / SOME + 1, count = 0;
    double sum = 0;
    for (uint32_t i = 0; i < s->rows; i += every, count++)
        for (uint32_t j = 0; j < s->columns; j++)
            sum += s->siemens[(size_t)i * s->row_stride + j];
    double mean = sum / ((double)count * s->columns);
    return slowest(s->columns, s->wires.row_ohm, s->wires.driver_ohm, mean) *
           slowest(s->rows, s->wires.column_ohm, s->wires.sense_ohm, mean);
}

static void swap(float **a, float **b)
{
    float *kept = *a;
    *a = *b;
    *b = kept;
}

/* Takes turns from b and current_before on. */
static tuft_status take_turns(tuft_ir_drop *s, double tolerance, double *current, int *turns,
                              tuft_error *err)
{
    size_t n = (size_t)s->rows * s->row_stride;
    double rho = convergence(s), gamma = 2 / (2 - rho), sigma = rho / (2 - rho), omega = 1;
    double shrink = sigma / (1 + sqrt(1 - sigma * sigma));
    int turn_number = 0;
    if (tolerance < LEAST_TOLERANCE)
        tolerance = LEAST_TOLERANCE;
    for (;;) {
        solve_rows(s);
        solve_columns(s);
        double change = 0, largest = 0, sum = 0;
        for (uint32_t j = 0; j < s->columns; j++) {
            change = fmax(change, fabsf(s->current[j] - s->current_before[j]));
            largest = fmax(largest, fabsf(s->current[j]));
            sum += s->current[j]; /* NaN, if any is */
        }
        turn_number++;
        if (!isfinite(sum) || turn_number == TURNS)
            return tuft_fail(err, TUFT_NUMERIC,
                             "wires of %u x %u cells: no solution after %d turns", s->rows,
                             s->columns, turn_number);
        if (CAUTION * change * shrink <= tolerance * (1 - shrink) * largest)
            break;
        memcpy(s->current_before, s->current, s->columns * sizeof *s->current);
        omega = turn_number == 1   ? 1
                : turn_number == 2 ? 1 / (1 - sigma * sigma / 2)
                                   : 1 / (1 - sigma * sigma * omega / 4);
        voltages(s, s->b_solved);
        if (turn_number == 1)
            begin(s->b_before, s->b, s->b_solved, n, (float)gamma);
        else
            extrapolate(s->b_before, s->b, s->b_solved, n, (float)gamma, (float)omega);
        swap(&s->b, &s->b_before);
    }
    s->lagging = 1;
    for (uint32_t j = 0; j < s->columns; j++)
        current[j] = s->current[j];
    if (turns)
        *turns = turn_number;
    return TUFT_OK;
}

tuft_status tuft_ir_drop_solve(tuft_ir_drop *s, const float *voltage, double tolerance,
                               double *current, int *turns, tuft_error *err)
{
    memcpy(s->drive, voltage, s->rows * sizeof *voltage);
    s->rows_known = s->columns_known = 0;
    memset(s->b, 0, (size_t)s->rows * s->row_stride * sizeof *s->b);
    memset(s->current_before, 0, s->row_stride * sizeof *s->current_before);
    return take_turns(s, tolerance, current, turns, err);
}

tuft_status tuft_ir_drop_solve_from(tuft_ir_drop *s, const float *voltage, double tolerance,
                                    double *current, int *turns, tuft_error *err)
{
    memcpy(s->drive, voltage, s->rows * sizeof *voltage);
    s->rows_known = s->columns_known = 0;
    solve_columns(s);
    voltages(s, s->b);
    memcpy(s->current_before, s->current, s->columns * sizeof *s->current);
    return take_turns(s, tolerance, current, turns, err);
}

double tuft_ir_drop_across(tuft_ir_drop *s, uint32_t row, uint32_t column)
{
    size_t k = (size_t)row * s->row_stride + column;
    if (s->lagging)
        voltages(s, s->b_solved);
    s->lagging = 0;
    return (double)s->a[k] - s->b_solved[k];
}
