#include "lsm/ir_drop.h"

#include "core/memory.h"
#include "core/simd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 64, TURNS = 10000, SIDE_LIMIT = 1 << 14 };
static const double MOST_OHM = 1e9, LEAST_TOLERANCE = 1e-6;

const tuft_wires tuft_wires_nominal = {0.2, 0.2, 2, 2};

/* Fields are padded to whole blocks of WIDTH lines; lines that are not there have no cells. */
struct tuft_ir_drop {
    uint32_t rows, columns;
    uint32_t row_stride, column_stride; /* floats a row, and a column of the transposed fields */
    tuft_wires wires;
    float *siemens, *b, *b_before, *b_solved, *a;    /* [rows][row_stride] */
    float *siemens_turned, *a_turned, *b_turned;     /* [columns][column_stride] */
    float *drive, *ground;                           /* [column_stride], [row_stride] */
    float *current, *current_before, *current_input; /* [row_stride], [column_stride] */
    float *factor, *share; /* [longer side][WIDTH], of the lines being solved */
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

static uint32_t padded(uint32_t n)
{
    return (n + WIDTH - 1) / WIDTH * WIDTH;
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
    size_t line = (size_t)(rows > columns ? rows : columns) * WIDTH;
    const struct {
        float **field;
        size_t count;
    } field[] = {{&made->siemens, upright},
                 {&made->a, upright},
                 {&made->b, upright},
                 {&made->b_before, upright},
                 {&made->b_solved, upright},
                 {&made->siemens_turned, turned},
                 {&made->a_turned, turned},
                 {&made->b_turned, turned},
                 {&made->drive, made->column_stride},
                 {&made->ground, made->row_stride},
                 {&made->current, made->row_stride},
                 {&made->current_before, made->row_stride},
                 {&made->current_input, made->column_stride},
                 {&made->factor, line},
                 {&made->share, line}};
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
    free(solver->a_turned);
    free(solver->b_turned);
    free(solver->drive);
    free(solver->ground);
    free(solver->current);
    free(solver->current_before);
    free(solver->current_input);
    free(solver->factor);
    free(solver->share);
    free(solver);
}

float *tuft_ir_drop_siemens(tuft_ir_drop *solver)
{
    return solver->siemens;
}

uint32_t tuft_ir_drop_stride(const tuft_ir_drop *solver)
{
    return solver->row_stride;
}

/* The transpose, in squares that stay in the cache. */
TUFT_CLONES static void turn(float *restrict out, const float *restrict in, uint32_t rows,
                             uint32_t columns, uint32_t out_stride, uint32_t in_stride)
{
    enum { SQUARE = 16 };
    for (uint32_t i0 = 0; i0 < rows; i0 += SQUARE)
        for (uint32_t j0 = 0; j0 < columns; j0 += SQUARE) {
            uint32_t i1 = rows - i0 < SQUARE ? rows : i0 + SQUARE;
            uint32_t j1 = columns - j0 < SQUARE ? columns : j0 + SQUARE;
            for (uint32_t j = j0; j < j1; j++)
                for (uint32_t i = i0; i < i1; i++)
                    out[(size_t)j * out_stride + i] = in[(size_t)i * in_stride + j];
        }
}

/* One kind of line: nodes 0 (near the terminal) .. n - 1 (the open end), `step` floats apart. */
typedef struct {
    uint32_t nodes;
    ptrdiff_t step;
    float wire_ohm, end_ohm;
} ladder;

/* Solves WIDTH ladders side by side: `siemens` and `other` (voltage at the other side of the cells)
 * are given at the near node; `end` is the terminals' voltage. From the open end on, what lies
 * behind a node is a conductance y and a current j that flows out of it at 0 V:
 *     y <- G + y d,  j <- G x + j d,  d = 1 / (1 + R y) of the node behind;
 * then v = d (v of the node before + R j). terminal: current out of the line into its end. */
TUFT_CLONES static void solve_ladders(ladder line, const float *restrict siemens,
                                      const float *restrict other, float *restrict v,
                                      const float *restrict end, float *restrict factor,
                                      float *restrict share, float *restrict terminal)
{
    float y[WIDTH] = {0}, j[WIDTH] = {0}, d[WIDTH] = {0};
    for (uint32_t k = line.nodes; k-- > 0;) {
        const float *restrict g = siemens + (ptrdiff_t)k * line.step;
        const float *restrict x = other + (ptrdiff_t)k * line.step;
        float *restrict f = factor + (size_t)k * WIDTH, *restrict h = share + (size_t)k * WIDTH;
        float ohm = k ? line.wire_ohm : line.end_ohm;
        for (int l = 0; l < WIDTH; l++) {
            y[l] = g[l] + y[l] * d[l];
            j[l] = g[l] * x[l] + j[l] * d[l];
            d[l] = 1 / (1 + ohm * y[l]);
            f[l] = d[l];
            h[l] = ohm * j[l] * d[l];
        }
    }
    float before[WIDTH];
    for (int l = 0; l < WIDTH; l++) {
        terminal[l] = (j[l] - y[l] * end[l]) * d[l];
        before[l] = end[l];
    }
    for (uint32_t k = 0; k < line.nodes; k++) {
        const float *restrict f = factor + (size_t)k * WIDTH;
        const float *restrict h = share + (size_t)k * WIDTH;
        float *restrict out = v + (ptrdiff_t)k * line.step;
        for (int l = 0; l < WIDTH; l++) {
            before[l] = before[l] * f[l] + h[l];
            out[l] = before[l];
        }
    }
}

static void solve_rows(tuft_ir_drop *s)
{
    ladder line = {s->columns, s->column_stride, (float)s->wires.row_ohm,
                   (float)s->wires.driver_ohm};
    for (uint32_t i = 0; i < s->column_stride; i += WIDTH)
        solve_ladders(line, s->siemens_turned + i, s->b_turned + i, s->a_turned + i, s->drive + i,
                      s->factor, s->share, s->current_input + i);
}

static void solve_columns(tuft_ir_drop *s)
{
    ladder line = {s->rows, -(ptrdiff_t)s->row_stride, (float)s->wires.column_ohm,
                   (float)s->wires.sense_ohm};
    size_t near = (size_t)(s->rows - 1) * s->row_stride;
    for (uint32_t j = 0; j < s->row_stride; j += WIDTH)
        solve_ladders(line, s->siemens + near + j, s->a + near + j, s->b_solved + near + j,
                      s->ground + j, s->factor, s->share, s->current + j);
}

/* b_before <- omega (gamma (b_solved - b) + b - b_before) + b_before, then the two change names. */
TUFT_CLONES static void extrapolate(float *restrict before, const float *restrict b,
                                    const float *restrict solved, size_t n, float gamma,
                                    float omega)
{
    for (size_t k = 0; k < n; k++)
        before[k] += omega * (gamma * (solved[k] - b[k]) + b[k] - before[k]);
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

static double convergence(const tuft_ir_drop *s)
{
    double sum = 0;
    for (uint32_t i = 0; i < s->rows; i++)
        for (uint32_t j = 0; j < s->columns; j++)
            sum += s->siemens[(size_t)i * s->row_stride + j];
    double mean = sum / ((double)s->rows * s->columns);
    return slowest(s->columns, s->wires.row_ohm, s->wires.driver_ohm, mean) *
           slowest(s->rows, s->wires.column_ohm, s->wires.sense_ohm, mean);
}

tuft_status tuft_ir_drop_solve(tuft_ir_drop *s, const float *voltage, double tolerance,
                               double *current, int *turns, tuft_error *err)
{
    size_t n = (size_t)s->rows * s->row_stride;
    if (tolerance < LEAST_TOLERANCE)
        tolerance = LEAST_TOLERANCE;
    memcpy(s->drive, voltage, s->rows * sizeof *voltage);
    memset(s->b, 0, n * sizeof *s->b);
    memset(s->b_before, 0, n * sizeof *s->b);
    memset(s->current_before, 0, s->row_stride * sizeof *s->current_before);
    turn(s->siemens_turned, s->siemens, s->rows, s->columns, s->column_stride, s->row_stride);
    double rho = convergence(s), gamma = 2 / (2 - rho), sigma = rho / (2 - rho), omega = 1;
    double shrink = sigma / (1 + sqrt(1 - sigma * sigma));
    int turn_number = 0;
    for (;;) {
        turn(s->b_turned, s->b, s->rows, s->columns, s->column_stride, s->row_stride);
        solve_rows(s);
        turn(s->a, s->a_turned, s->columns, s->rows, s->row_stride, s->column_stride);
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
        if (change * shrink <= tolerance * (1 - shrink) * largest)
            break;
        memcpy(s->current_before, s->current, s->columns * sizeof *s->current);
        omega = turn_number == 1   ? 1
                : turn_number == 2 ? 1 / (1 - sigma * sigma / 2)
                                   : 1 / (1 - sigma * sigma * omega / 4);
        extrapolate(s->b_before, s->b, s->b_solved, n, (float)gamma, (float)omega);
        float *swap = s->b;
        s->b = s->b_before;
        s->b_before = swap;
    }
    memcpy(s->b, s->b_solved, n * sizeof *s->b);
    for (uint32_t j = 0; j < s->columns; j++)
        current[j] = s->current[j];
    if (turns)
        *turns = turn_number;
    return TUFT_OK;
}

double tuft_ir_drop_across(const tuft_ir_drop *s, uint32_t row, uint32_t column)
{
    size_t k = (size_t)row * s->row_stride + column;
    return (double)s->a[k] - s->b[k];
}
