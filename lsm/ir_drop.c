#include "lsm/ir_drop.h"

#include "core/memory.h"
#include "core/simd.h"
#include "lsm/ladders.h"
#include "lsm/transpose.h"
#include "lsm/word_lines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = TUFT_LADDERS, PIECE = 32, SKEW = 16, TURNS = 10000, SIDE_LIMIT = 1 << 14 };
/* The first turns are slower than the pace that the iteration gets to. */
static const double CAUTION = 10;
static const double MOST_OHM = 1e9, LEAST_TOLERANCE = 1e-6;

const tuft_wires tuft_wires_nominal = {0.2, 0.2, 2, 2};

/* siemens lies as the caller has it, [rows][stride]. Other fields lie in panels of WIDTH columns,
 * [panels][rows][WIDTH], that are read and written from end to end, and their rows, as those of
 * drive, from the sense end up: row k here is row rows - 1 - k. Lines that fill up a panel have no
 * cells. */
struct tuft_ir_drop {
    uint32_t rows, columns, stride;
    tuft_wires wires;
    float *siemens;
    float *weight;                         /* of a in the currents */
    float *a, *b, *b_before, *b_solved;    /* b_solved: when a turn follows */
    float *drive, *raised;                 /* [rows], padded */
    float *current, *current_before;       /* [stride] */
    float *x, *factor;                     /* [longer side][WIDTH], of the panel at hand */
    float turned[PIECE * WIDTH];           /* and a piece of its cells */
    float ground[WIDTH];                   /* 0 V */
    enum { KNOWN, AFTER_A, AFTER_B } left; /* what is not worked out: b_solved, a too */
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
                 {&made->current, made->stride},
                 {&made->current_before, made->stride},
                 {&made->x, panel},
                 {&made->factor, panel},
                 {&made->raised, padded(rows)}};
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
    free(solver->current);
    free(solver->current_before);
    free(solver->x);
    free(solver->factor);
    free(solver->raised);
    free(solver);
}

float *tuft_ir_drop_siemens(tuft_ir_drop *solver)
{
    return solver->siemens;
}

uint32_t tuft_ir_drop_stride(const tuft_ir_drop *solver)
{
    return solver->stride;
}

/* How many of `all` lines or nodes there are from `first` on, `most` at most. */
static uint32_t part(uint32_t all, uint32_t first, uint32_t most)
{
    return all - first < most ? all - first : most;
}

/* sum_j += sum_i weight_ij a_ij for PIECE columns of a panel, four rows at a time. */
TUFT_CLONES static void weigh(float *restrict sum, const float *restrict weight,
                              const float *restrict a, uint32_t rows)
{
    const float *restrict w = weight, *restrict x = a;
    for (; rows >= 4; rows -= 4, w += 4 * WIDTH, x += 4 * WIDTH)
        for (uint32_t j = 0; j < PIECE; j++)
            sum[j] += (w[j] * x[j] + w[WIDTH + j] * x[WIDTH + j]) +
                      (w[2 * WIDTH + j] * x[2 * WIDTH + j] + w[3 * WIDTH + j] * x[3 * WIDTH + j]);
    for (; rows; rows--, w += WIDTH, x += WIDTH)
        for (uint32_t j = 0; j < PIECE; j++)
            sum[j] += w[j] * x[j];
}

/* Where row k (from the sense end) and a column are in a panel. */
static size_t place_of(const tuft_ir_drop *s, uint32_t k, uint32_t column)
{
    return ((size_t)(column / WIDTH) * s->rows + k) * WIDTH + column % WIDTH;
}

static const float *cells(const tuft_ir_drop *s, uint32_t k, uint32_t column)
{
    return s->siemens + (size_t)(s->rows - 1 - k) * s->stride + column;
}

/* The currents from b. Word lines are turned to lie beside each other, in pieces that stay in the
 * first-level cache; their voltages go to `a`, or nowhere (NULL). */
static void solve_rows(tuft_ir_drop *s, float *a)
{
    float wire = (float)s->wires.row_ohm, end = (float)s->wires.driver_ohm;
    uint32_t last = (s->columns - 1) / PIECE * PIECE;
    memset(s->current, 0, s->stride * sizeof *s->current);
    for (uint32_t k = 0; k < s->rows; k += WIDTH) {
        uint32_t rows = part(s->rows, k, WIDTH);
        tuft_ladders_behind behind = {0};
        float before[WIDTH], piece[WIDTH * WIDTH] = {0};
        if (rows < WIDTH)
            memset(s->turned, 0, sizeof s->turned);
        for (uint32_t j = last + PIECE; j > 0;) {
            j -= PIECE;
            uint32_t nodes = part(s->columns, j, PIECE);
            float *x = s->x + (size_t)j * WIDTH, *factor = s->factor + (size_t)j * WIDTH;
            tuft_transpose(s->turned, WIDTH, cells(s, k, j), -(ptrdiff_t)s->stride, rows, nodes);
            tuft_transpose(x, WIDTH, s->b + place_of(s, k, j), WIDTH, rows, nodes);
            tuft_ladders_eliminate(nodes, j ? wire : end, wire, s->turned, WIDTH, x, factor, x,
                                   &behind);
        }
        memcpy(before, s->drive + k, sizeof before);
        for (uint32_t j = 0; j < s->columns; j += PIECE) {
            uint32_t nodes = part(s->columns, j, PIECE);
            size_t at = place_of(s, k, j), from = (size_t)j * WIDTH;
            tuft_ladders_voltage(nodes, s->factor + from, s->x + from, before, s->turned);
            memcpy(before, s->turned + (size_t)(nodes - 1) * WIDTH, sizeof before);
            float *to = a ? a + at : piece + j % WIDTH;
            tuft_transpose(to, WIDTH, s->turned, WIDTH, nodes, rows);
            weigh(s->current + j, s->weight + at, to, rows);
        }
    }
}

/* b_solved from a. */
static void solve_columns(tuft_ir_drop *s)
{
    for (uint32_t j = 0; j < s->columns; j += WIDTH) {
        size_t panel = (size_t)j * s->rows;
        tuft_ladders_behind behind = {0};
        tuft_ladders_eliminate(s->rows, (float)s->wires.sense_ohm, (float)s->wires.column_ohm,
                               cells(s, 0, j), -(ptrdiff_t)s->stride, s->a + panel, s->factor, s->x,
                               &behind);
        tuft_ladders_voltage(s->rows, s->factor, s->x, s->ground, s->b_solved + panel);
    }
}

/* A piece of a panel of a to begin with: from the guess, without one from the inputs. */
static void expect(const tuft_ir_drop *s, const tuft_word_lines *guess, uint32_t panel, uint32_t k,
                   uint32_t rows, float *a)
{
    if (guess) {
        tuft_word_lines_guess(guess, s->drive, s->raised, panel, k, rows, a);
        return;
    }
    for (uint32_t i = 0; i < rows; i++)
        for (uint32_t l = 0; l < WIDTH; l++)
            a[(size_t)i * WIDTH + l] = s->drive[k + i];
}

/* b and the currents from what is expected of a; and what a weighs. */
static void begin(tuft_ir_drop *s, const tuft_word_lines *guess)
{
    float wire = (float)s->wires.column_ohm, end = (float)s->wires.sense_ohm;
    ptrdiff_t step = -(ptrdiff_t)s->stride;
    uint32_t last = (s->rows - 1) / PIECE * PIECE;
    if (guess)
        tuft_word_lines_raise(guess, s->drive, s->raised);
    for (uint32_t j = 0; j < s->columns; j += WIDTH) {
        size_t panel = (size_t)j * s->rows;
        tuft_ladders_behind behind = {0};
        for (uint32_t k = last + PIECE; k > 0;) {
            k -= PIECE;
            uint32_t rows = part(s->rows, k, PIECE);
            float *x = s->x + (size_t)k * WIDTH;
            expect(s, guess, j / WIDTH, k, rows, x);
            tuft_ladders_eliminate(rows, k ? wire : end, wire, cells(s, k, j), step, x,
                                   s->factor + (size_t)k * WIDTH, x, &behind);
        }
        memcpy(s->current + j, behind.current, sizeof behind.current);
        tuft_ladders_voltage_weight(s->rows, s->factor, s->x, cells(s, 0, j), step, s->b + panel,
                                    s->weight + panel);
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
    enum { SOME = 16 };
    uint32_t every = s->rows / SOME + 1, count = 0;
    double sum = 0, part[SOME] = {0};
    for (uint32_t i = 0; i < s->rows; i += every, count++)
        for (uint32_t j = 0; j < s->stride; j++) /* SKEW and WIDTH are whole multiples */
            part[j % SOME] += s->siemens[(size_t)i * s->stride + j];
    for (int l = 0; l < SOME; l++)
        sum += part[l];
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
    for (uint32_t k = 0; k < s->rows; k++)
        s->drive[k] = voltage[s->rows - 1 - k];
    double rho = convergence(s), gamma = 2 / (2 - rho), sigma = rho / (2 - rho), omega = 1;
    double shrink = sigma / (1 + sqrt(1 - sigma * sigma));
    double later = CAUTION * shrink / (1 - shrink), first = fmax(later, 2 * rho / (1 - rho));
    int turn_number = 0, most_likely_last;
    begin(s, guess);
    for (;;) {
        swap(&s->current, &s->current_before);
        most_likely_last = guess && turn_number == 0; /* then a is not needed */
        solve_rows(s, most_likely_last ? NULL : s->a);
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
        double pace = turn_number == 1 ? first : later;
        if (pace * change <= tolerance * largest)
            break;
        omega = turn_number == 1   ? 1
                : turn_number == 2 ? 1 / (1 - sigma * sigma / 2)
                                   : 1 / (1 - sigma * sigma * omega / 4);
        if (most_likely_last)
            solve_rows(s, s->a);
        solve_columns(s);
        if (turn_number == 1)
            extrapolate_first(s->b_before, s->b, s->b_solved, n, (float)gamma);
        else
            extrapolate(s->b_before, s->b, s->b_solved, n, (float)gamma, (float)omega);
        swap(&s->b, &s->b_before);
    }
    s->left = most_likely_last ? AFTER_B : AFTER_A;
    for (uint32_t j = 0; j < s->columns; j++)
        current[j] = s->current[j];
    if (turns)
        *turns = turn_number;
    return TUFT_OK;
}

double tuft_ir_drop_word(tuft_ir_drop *s, uint32_t row, uint32_t column)
{
    if (s->left == AFTER_B) {
        solve_rows(s, s->a);
        s->left = AFTER_A;
    }
    return s->a[place_of(s, s->rows - 1 - row, column)];
}

double tuft_ir_drop_across(tuft_ir_drop *s, uint32_t row, uint32_t column)
{
    double a = tuft_ir_drop_word(s, row, column);
    if (s->left == AFTER_A) {
        solve_columns(s);
        s->left = KNOWN;
    }
    return a - s->b_solved[place_of(s, s->rows - 1 - row, column)];
}
