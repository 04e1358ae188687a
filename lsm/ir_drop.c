#include "lsm/ir_drop.h"

#include "core/memory.h"
#include "core/simd.h"
#include "lsm/ladders.h"
#include "lsm/transpose.h"
#include "lsm/word_lines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = TUFT_LADDERS, SKEW = 16, TURNS = 10000, SIDE_LIMIT = 1 << 14 };
/* The first turns are slower than the pace that the iteration gets to. */
static const double CAUTION = 10;
static const double MOST_OHM = 1e9, LEAST_TOLERANCE = 1e-6;

const tuft_wires tuft_wires_nominal = {0.2, 0.2, 2, 2};

/* Fields are [rows][stride], padded to whole panels of WIDTH lines; lines that are not there have
 * no cells. */
struct tuft_ir_drop {
    uint32_t rows, columns, stride;
    tuft_wires wires;
    float *siemens, *weight;            /* weight: of a in the currents */
    float *a, *b, *b_before, *b_solved; /* b_solved: when a turn follows */
    float *drive;                       /* [rows], padded */
    float *ground;                      /* [WIDTH] */
    float *current, *current_before;    /* [stride] */
    float *input;                       /* [WIDTH], currents not looked at */
    float *raised;                      /* [rows] */
    int lagging;                        /* whether b_solved is older than a */
    float *turned, *x, *factor;         /* [longer side][WIDTH], of the panel at hand */
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
    *made = (tuft_ir_drop){
        .rows = rows, .columns = columns, .stride = padded(columns), .wires = *wires};
    size_t all = (size_t)rows * made->stride;
    size_t panel = (size_t)(rows > columns ? rows : columns) * WIDTH;
    const struct {
        float **field;
        size_t count;
    } field[] = {{&made->siemens, all},
                 {&made->weight, all},
                 {&made->a, all},
                 {&made->b, all},
                 {&made->b_before, all},
                 {&made->b_solved, all},
                 {&made->drive, padded(rows)},
                 {&made->ground, WIDTH},
                 {&made->current, made->stride},
                 {&made->current_before, made->stride},
                 {&made->turned, panel},
                 {&made->x, panel},
                 {&made->factor, panel},
                 {&made->input, WIDTH},
                 {&made->raised, rows}};
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
    free(solver->weight);
    free(solver->a);
    free(solver->b);
    free(solver->b_before);
    free(solver->b_solved);
    free(solver->drive);
    free(solver->ground);
    free(solver->current);
    free(solver->current_before);
    free(solver->turned);
    free(solver->x);
    free(solver->factor);
    free(solver->input);
    free(solver->raised);
    free(solver);
}

float *tuft_ir_drop_siemens(tuft_ir_drop *solver)
{
    return solver->siemens;
}

const float *tuft_ir_drop_words(const tuft_ir_drop *solver)
{
    return solver->a;
}

uint32_t tuft_ir_drop_stride(const tuft_ir_drop *solver)
{
    return solver->stride;
}

/* sum_j += sum_i weight_ij a_ij, four rows at a time. */
TUFT_CLONES static void weigh(float *restrict sum, const float *restrict weight,
                              const float *restrict a, size_t stride, uint32_t rows,
                              uint32_t columns)
{
    uint32_t i = 0;
    for (; i + 4 <= rows; i += 4) {
        const float *restrict w = weight + i * stride, *restrict x = a + i * stride;
        for (uint32_t j = 0; j < columns; j++)
            sum[j] +=
                (w[j] * x[j] + w[stride + j] * x[stride + j]) +
                (w[2 * stride + j] * x[2 * stride + j] + w[3 * stride + j] * x[3 * stride + j]);
    }
    for (; i < rows; i++)
        for (uint32_t j = 0; j < columns; j++)
            sum[j] += weight[i * stride + j] * a[i * stride + j];
}

/* a from b, and the currents that it makes. */
static void solve_rows(tuft_ir_drop *s)
{
    tuft_ladder line = {s->columns, (float)s->wires.row_ohm, (float)s->wires.driver_ohm};
    memset(s->current, 0, s->stride * sizeof *s->current);
    for (uint32_t i = 0; i < s->rows; i += WIDTH) {
        uint32_t rows = s->rows - i < WIDTH ? s->rows - i : WIDTH;
        size_t first = (size_t)i * s->stride;
        if (rows < WIDTH)
            memset(s->turned, 0, (size_t)s->columns * WIDTH * sizeof *s->turned);
        tuft_transpose(s->turned, WIDTH, s->siemens + first, s->stride, rows, s->columns);
        tuft_transpose(s->x, WIDTH, s->b + first, s->stride, rows, s->columns);
        tuft_ladders_eliminate(line, s->turned, WIDTH, s->x, WIDTH, s->factor, s->x, s->input);
        tuft_ladders_voltage(line, s->factor, s->x, s->drive + i, s->x, WIDTH);
        tuft_transpose(s->a + first, s->stride, s->x, WIDTH, s->columns, rows);
        weigh(s->current, s->weight + first, s->a + first, s->stride, rows, s->columns);
    }
}

static tuft_ladder column_line(const tuft_ir_drop *s)
{
    return (tuft_ladder){s->rows, (float)s->wires.column_ohm, (float)s->wires.sense_ohm};
}

/* b_solved from a. */
static void solve_columns(tuft_ir_drop *s)
{
    tuft_ladder line = column_line(s);
    size_t near = (size_t)(s->rows - 1) * s->stride;
    ptrdiff_t step = -(ptrdiff_t)s->stride;
    for (uint32_t j = 0; j < s->columns; j += WIDTH) {
        tuft_ladders_eliminate(line, s->siemens + near + j, step, s->a + near + j, step, s->factor,
                               s->x, s->input);
        tuft_ladders_voltage(line, s->factor, s->x, s->ground, s->b_solved + near + j, step);
    }
}

/* b and the currents from a guess at a, without one from the inputs; and what a weighs. */
static void begin(tuft_ir_drop *s, const tuft_word_lines *guess)
{
    tuft_ladder line = column_line(s);
    ptrdiff_t step = -(ptrdiff_t)s->stride;
    if (guess)
        tuft_word_lines_raise(guess, s->drive, s->raised);
    for (uint32_t j = 0; j < s->columns; j += WIDTH) {
        uint32_t columns = s->columns - j < WIDTH ? s->columns - j : WIDTH;
        size_t near = (size_t)(s->rows - 1) * s->stride + j;
        float *far = s->x + (size_t)(s->rows - 1) * WIDTH;
        if (guess)
            tuft_word_lines_guess(guess, s->drive, s->raised, j, columns, far, -WIDTH);
        else
            for (uint32_t i = 0; i < s->rows; i++)
                for (uint32_t l = 0; l < columns; l++)
                    far[l - (ptrdiff_t)i * WIDTH] = s->drive[i];
        tuft_ladders_eliminate(line, s->siemens + near, step, s->x, WIDTH, s->factor, s->x,
                               s->current + j);
        tuft_ladders_voltage_weight(line, s->factor, s->x, s->siemens + near, s->b + near,
                                    s->weight + near, step);
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
TUFT_CLONES static void extrapolate_first(float *restrict before, const float *restrict b,
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
            sum += s->siemens[(size_t)i * s->stride + j];
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

tuft_status tuft_ir_drop_solve(tuft_ir_drop *s, const tuft_word_lines *guess, const float *voltage,
                               double tolerance, double *current, int *turns, tuft_error *err)
{
    size_t n = (size_t)s->rows * s->stride;
    if (tolerance < LEAST_TOLERANCE)
        tolerance = LEAST_TOLERANCE;
    memcpy(s->drive, voltage, s->rows * sizeof *voltage);
    double rho = convergence(s), gamma = 2 / (2 - rho), sigma = rho / (2 - rho), omega = 1;
    double shrink = sigma / (1 + sqrt(1 - sigma * sigma));
    int turn_number = 0;
    begin(s, guess);
    for (;;) {
        swap(&s->current, &s->current_before);
        solve_rows(s);
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
        omega = turn_number == 1   ? 1
                : turn_number == 2 ? 1 / (1 - sigma * sigma / 2)
                                   : 1 / (1 - sigma * sigma * omega / 4);
        solve_columns(s);
        if (turn_number == 1)
            extrapolate_first(s->b_before, s->b, s->b_solved, n, (float)gamma);
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

double tuft_ir_drop_across(tuft_ir_drop *s, uint32_t row, uint32_t column)
{
    size_t k = (size_t)row * s->stride + column;
    if (s->lagging)
        solve_columns(s);
    s->lagging = 0;
    return (double)s->a[k] - s->b_solved[k];
}
