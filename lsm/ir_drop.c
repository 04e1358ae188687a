#include "lsm/ir_drop.h"

#include "core/memory.h"
#include "core/simd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 64, SKEW = 16, TURNS = 10000, SIDE_LIMIT = 1 << 14 };
/* The first turns are slower than the pace that the iteration gets to. */
static const double CAUTION = 10;
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

/* Eight rows of eight floats, and their transpose by three rounds of exchanges. */
enum { SQUARE = 8 };
typedef float eight __attribute__((vector_size(4 * SQUARE), aligned(4), may_alias));

static inline __attribute__((always_inline)) void
turn_square(float *restrict out, size_t out_stride, const float *restrict in, size_t in_stride)
{
    eight r[SQUARE], t[SQUARE];
    for (int k = 0; k < SQUARE; k++)
        r[k] = *(const eight *)(in + (size_t)k * in_stride);
    for (int k = 0; k < SQUARE; k += 2) { /* pairs of rows: words beside each other */
        t[k] = __builtin_shufflevector(r[k], r[k + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        t[k + 1] = __builtin_shufflevector(r[k], r[k + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    for (int k = 0; k < SQUARE; k += 4) { /* fours */
        r[k] = __builtin_shufflevector(t[k], t[k + 2], 0, 1, 8, 9, 4, 5, 12, 13);
        r[k + 1] = __builtin_shufflevector(t[k], t[k + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        r[k + 2] = __builtin_shufflevector(t[k + 1], t[k + 3], 0, 1, 8, 9, 4, 5, 12, 13);
        r[k + 3] = __builtin_shufflevector(t[k + 1], t[k + 3], 2, 3, 10, 11, 6, 7, 14, 15);
    }
    for (int k = 0; k < SQUARE / 2; k++) { /* halves */
        *(eight *)(out + (size_t)k * out_stride) =
            __builtin_shufflevector(r[k], r[k + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        *(eight *)(out + (size_t)(k + 4) * out_stride) =
            __builtin_shufflevector(r[k], r[k + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

/* The transpose, in squares; what is left over at the edges word by word. */
TUFT_CLONES static void turn(float *restrict out, const float *restrict in, uint32_t rows,
                             uint32_t columns, uint32_t out_stride, uint32_t in_stride)
{
    uint32_t whole_rows = rows / SQUARE * SQUARE, whole_columns = columns / SQUARE * SQUARE;
    for (uint32_t i = 0; i < whole_rows; i += SQUARE)
        for (uint32_t j = 0; j < whole_columns; j += SQUARE)
            turn_square(out + (size_t)j * out_stride + i, out_stride,
                        in + (size_t)i * in_stride + j, in_stride);
    for (uint32_t i = 0; i < rows; i++)
        for (uint32_t j = i < whole_rows ? whole_columns : 0; j < columns; j++)
            out[(size_t)j * out_stride + i] = in[(size_t)i * in_stride + j];
}

/* One kind of line: nodes 0 (near the terminal) .. n - 1 (the open end), `step` floats apart. */
typedef struct {
    uint32_t nodes;
    ptrdiff_t step;
    float wire_ohm, end_ohm;
} ladder;

/* A part of a field's row. */
enum { VECTORS = 4 };
typedef float lanes __attribute__((vector_size(4 * WIDTH / VECTORS), aligned(4), may_alias));

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
    lanes y[VECTORS] = {{0}}, j[VECTORS] = {{0}}, d[VECTORS] = {{0}}, before[VECTORS];
    for (uint32_t k = line.nodes; k-- > 0;) {
        const lanes *g = (const lanes *)(siemens + (ptrdiff_t)k * line.step);
        const lanes *x = (const lanes *)(other + (ptrdiff_t)k * line.step);
        lanes *f = (lanes *)(factor + (size_t)k * WIDTH), *h = (lanes *)(share + (size_t)k * WIDTH);
        float ohm = k ? line.wire_ohm : line.end_ohm;
#pragma GCC unroll 4
        for (int u = 0; u < VECTORS; u++) {
            y[u] = g[u] + y[u] * d[u];
            j[u] = g[u] * x[u] + j[u] * d[u];
            d[u] = 1 / (1 + ohm * y[u]);
            f[u] = d[u];
            h[u] = ohm * j[u] * d[u];
        }
    }
#pragma GCC unroll 4
    for (int u = 0; u < VECTORS; u++) {
        before[u] = ((const lanes *)end)[u];
        ((lanes *)terminal)[u] = (j[u] - y[u] * before[u]) * d[u];
    }
    for (uint32_t k = 0; k < line.nodes; k++) {
        const lanes *f = (const lanes *)(factor + (size_t)k * WIDTH);
        const lanes *h = (const lanes *)(share + (size_t)k * WIDTH);
        lanes *out = (lanes *)(v + (ptrdiff_t)k * line.step);
#pragma GCC unroll 4
        for (int u = 0; u < VECTORS; u++) {
            before[u] = before[u] * f[u] + h[u];
            out[u] = before[u];
        }
    }
}

static void solve_rows(tuft_ir_drop *s)
{
    ladder line = {s->columns, s->column_stride, (float)s->wires.row_ohm,
                   (float)s->wires.driver_ohm};
    for (uint32_t i = 0; i < s->rows; i += WIDTH)
        solve_ladders(line, s->siemens_turned + i, s->b_turned + i, s->a_turned + i, s->drive + i,
                      s->factor, s->share, s->current_input + i);
}

static void solve_columns(tuft_ir_drop *s)
{
    ladder line = {s->rows, -(ptrdiff_t)s->row_stride, (float)s->wires.column_ohm,
                   (float)s->wires.sense_ohm};
    size_t near = (size_t)(s->rows - 1) * s->row_stride;
    for (uint32_t j = 0; j < s->columns; j += WIDTH)
        solve_ladders(line, s->siemens + near + j, s->a + near + j, s->b_solved + near + j,
                      s->ground + j, s->factor, s->share, s->current + j);
}

/* b_before <- omega (gamma (b_solved - b) + b - b_before) + b_before; then the two change names. */
TUFT_CLONES static void extrapolate(float *restrict before, const float *restrict b,
                                    const float *restrict solved, size_t n, float gamma,
                                    float omega)
{
    for (size_t k = 0; k < n; k++)
        before[k] += omega * (gamma * (solved[k] - b[k]) + b[k] - before[k]);
}

/* The same from b = 0, whatever b_before was. */
TUFT_CLONES static void begin(float *restrict before, const float *restrict solved, size_t n,
                              float gamma)
{
    for (size_t k = 0; k < n; k++)
        before[k] = gamma * solved[k];
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

tuft_status tuft_ir_drop_solve(tuft_ir_drop *s, const float *voltage, double tolerance,
                               double *current, int *turns, tuft_error *err)
{
    size_t n = (size_t)s->rows * s->row_stride;
    if (tolerance < LEAST_TOLERANCE)
        tolerance = LEAST_TOLERANCE;
    memcpy(s->drive, voltage, s->rows * sizeof *voltage);
    memset(s->b, 0, n * sizeof *s->b);
    memset(s->b_turned, 0, (size_t)s->columns * s->column_stride * sizeof *s->b_turned);
    memset(s->current_before, 0, s->row_stride * sizeof *s->current_before);
    turn(s->siemens_turned, s->siemens, s->rows, s->columns, s->column_stride, s->row_stride);
    double rho = convergence(s), gamma = 2 / (2 - rho), sigma = rho / (2 - rho), omega = 1;
    double shrink = sigma / (1 + sqrt(1 - sigma * sigma));
    int turn_number = 0;
    for (;;) {
        if (turn_number)
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
        if (CAUTION * change * shrink <= tolerance * (1 - shrink) * largest)
            break;
        memcpy(s->current_before, s->current, s->columns * sizeof *s->current);
        omega = turn_number == 1   ? 1
                : turn_number == 2 ? 1 / (1 - sigma * sigma / 2)
                                   : 1 / (1 - sigma * sigma * omega / 4);
        if (turn_number == 1)
            begin(s->b_before, s->b_solved, n, (float)gamma);
        else
            extrapolate(s->b_before, s->b, s->b_solved, n, (float)gamma, (float)omega);
        swap(&s->b, &s->b_before);
    }
    swap(&s->b, &s->b_solved);
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
