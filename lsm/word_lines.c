#include "lsm/word_lines.h"

#include "core/memory.h"
#include "core/simd.h"
#include "lsm/ladders.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WAVES = 6, WIDTH = TUFT_LADDERS };
static const double TOLERANCE = 1e-5, LEAST_PART = 1e-3, MOST_AHEAD = 1e6;

/* Rows are counted from the sense end. */
struct tuft_word_lines {
    uint32_t rows, columns;
    float *alone;  /* P [panels][rows][WIDTH] */
    float *shape;  /* S [panels][WIDTH], its squares add up to 1 */
    float *sent;   /* w g [WAVES][rows] */
    float *raised; /* U [WAVES][rows] */
};

void tuft_word_lines_free(tuft_word_lines *lines)
{
    if (!lines)
        return;
    free(lines->alone);
    free(lines->shape);
    free(lines->sent);
    free(lines->raised);
    free(lines);
}

/* ---- making ---------------------------------------------------------------------------------- */

typedef struct {
    tuft_word_lines *lines;
    const tuft_wires *wires;
    tuft_ir_drop *solver;
    double *wave, *weight; /* w [WAVES][rows], g [rows], from the sense end up */
    float *voltage;        /* [rows] */
    double *current;       /* [columns] */
} maker;

/* sum of a b, weighted if weight is not NULL */
static double product(const double *a, const double *b, const double *weight, uint32_t n)
{
    double sum = 0;
    for (uint32_t k = 0; k < n; k++)
        sum += (weight ? weight[k] : 1) * a[k] * b[k];
    return sum;
}

/* sin((m + 1/2) pi x) along a line of n nodes from `ahead` segments behind its terminal to its open
 * end, m < count, made orthonormal one after the other; 0 where nothing of its own is left. */
static void make_waves(double *wave, int count, uint32_t n, double ahead, const double *weight)
{
    for (int m = 0; m < count; m++) {
        double *w = wave + (size_t)m * n;
        for (uint32_t k = 0; k < n; k++)
            w[k] = sin((m + 0.5) * M_PI * (k + ahead + 0.5) / (n + ahead));
        double before = product(w, w, weight, n);
        for (int l = 0; l < m; l++) {
            const double *other = wave + (size_t)l * n;
            double common = product(w, other, weight, n);
            for (uint32_t k = 0; k < n; k++)
                w[k] -= common * other[k];
        }
        double after = product(w, w, weight, n);
        double scale = after > LEAST_PART * before ? 1 / sqrt(after) : 0;
        for (uint32_t k = 0; k < n; k++)
            w[k] *= scale;
    }
}

/* A terminal's resistance in segments of wire. */
static double segments(double end_ohm, double wire_ohm)
{
    return wire_ohm > 0 ? fmin(end_ohm / wire_ohm, MOST_AHEAD) : MOST_AHEAD;
}

static tuft_status solve(maker *m, tuft_error *err)
{
    return tuft_ir_drop_solve(m->solver, NULL, m->voltage, TOLERANCE, m->current, NULL, err);
}

static float *alone(const tuft_word_lines *lines, uint32_t k, uint32_t column)
{
    size_t panel = column / WIDTH;
    return lines->alone + (panel * lines->rows + k) * WIDTH + column % WIDTH;
}

static tuft_status open_solver(maker *m, const tuft_wires *wires, const float *siemens,
                               uint32_t stride, tuft_error *err)
{
    uint32_t rows = m->lines->rows, columns = m->lines->columns;
    tuft_ir_drop_free(m->solver);
    tuft_status status = tuft_ir_drop_new(&m->solver, rows, columns, wires, err);
    for (uint32_t i = 0; !status && i < rows; i++)
        memcpy(tuft_ir_drop_siemens(m->solver) + (size_t)i * tuft_ir_drop_stride(m->solver),
               siemens + (size_t)i * stride, columns * sizeof *siemens);
    return status;
}

/* P, with bit lines that have no resistance. */
static tuft_status make_alone(maker *m, const float *siemens, uint32_t stride, tuft_error *err)
{
    const tuft_wires grounded = {.row_ohm = m->wires->row_ohm, .driver_ohm = m->wires->driver_ohm};
    uint32_t rows = m->lines->rows;
    for (uint32_t i = 0; i < rows; i++)
        m->voltage[i] = 1;
    tuft_status status = open_solver(m, &grounded, siemens, stride, err);
    if (!status)
        status = solve(m, err);
    for (uint32_t k = 0; !status && k < rows; k++)
        for (uint32_t j = 0; j < m->lines->columns; j++)
            *alone(m->lines, k, j) = (float)tuft_ir_drop_word(m->solver, rows - 1 - k, j);
    return status;
}

/* u of wave n. */
static void project(const maker *m, int n)
{
    tuft_word_lines *lines = m->lines;
    for (uint32_t k = 0; k < lines->rows; k++) {
        uint32_t i = lines->rows - 1 - k;
        double sum = 0;
        for (uint32_t j = 0; j < lines->columns; j++)
            sum += lines->shape[j] * (tuft_ir_drop_word(m->solver, i, j) -
                                      (double)m->voltage[i] * *alone(lines, k, j));
        lines->raised[(size_t)n * lines->rows + k] = (float)sum;
    }
}

static tuft_status make_raised(maker *m, const float *siemens, uint32_t stride, tuft_error *err)
{
    tuft_word_lines *lines = m->lines;
    uint32_t rows = lines->rows;
    for (uint32_t k = 0; k < rows; k++)
        for (uint32_t j = 0; j < lines->columns; j++)
            m->weight[k] += (double)siemens[(size_t)(rows - 1 - k) * stride + j] *
                            *alone(lines, k, j) * lines->shape[j];
    make_waves(m->wave, WAVES, rows, segments(m->wires->sense_ohm, m->wires->column_ohm),
               m->weight);
    tuft_status status = open_solver(m, m->wires, siemens, stride, err);
    for (int n = 0; !status && n < WAVES; n++) {
        const double *wave = m->wave + (size_t)n * rows;
        for (uint32_t k = 0; k < rows; k++) {
            m->voltage[rows - 1 - k] = (float)wave[k];
            lines->sent[(size_t)n * rows + k] = (float)(wave[k] * m->weight[k]);
        }
        status = solve(m, err);
        if (!status)
            project(m, n);
    }
    return status;
}

static tuft_status make(maker *m, const float *siemens, uint32_t stride, tuft_error *err)
{
    double *shape;
    tuft_status status = TUFT_NEW(&shape, m->lines->columns, "word lines", err);
    if (status)
        return status;
    make_waves(shape, 1, m->lines->columns, segments(m->wires->driver_ohm, m->wires->row_ohm),
               NULL);
    for (uint32_t j = 0; j < m->lines->columns; j++)
        m->lines->shape[j] = (float)shape[j];
    free(shape);
    status = make_alone(m, siemens, stride, err);
    if (!status)
        status = make_raised(m, siemens, stride, err);
    return status;
}

tuft_status tuft_word_lines_new(tuft_word_lines **out, const float *siemens, uint32_t stride,
                                uint32_t rows, uint32_t columns, const tuft_wires *wires,
                                tuft_error *err)
{
    maker m = {.wires = wires};
    size_t filled = ((size_t)columns + WIDTH - 1) / WIDTH * WIDTH;
    *out = NULL;
    tuft_status status = TUFT_NEW(&m.lines, 1, "word lines", err);
    if (status)
        return status;
    *m.lines = (tuft_word_lines){.rows = rows, .columns = columns};
    status = TUFT_NEW(&m.lines->alone, (size_t)rows * filled, "word lines", err);
    if (!status)
        status = TUFT_NEW(&m.lines->shape, filled, "word lines", err);
    if (!status)
        status = TUFT_NEW(&m.lines->sent, (size_t)WAVES * rows, "word lines", err);
    if (!status)
        status = TUFT_NEW(&m.lines->raised, (size_t)WAVES * rows, "word lines", err);
    if (!status)
        status = TUFT_NEW(&m.wave, (size_t)WAVES * rows, "word lines", err);
    if (!status)
        status = TUFT_NEW(&m.weight, rows, "word lines", err);
    if (!status)
        status = TUFT_NEW(&m.voltage, rows, "word lines", err);
    if (!status)
        status = TUFT_NEW(&m.current, columns, "word lines", err);
    if (!status)
        status = make(&m, siemens, stride, err);
    tuft_ir_drop_free(m.solver);
    free(m.wave);
    free(m.weight);
    free(m.voltage);
    free(m.current);
    if (status)
        tuft_word_lines_free(m.lines);
    else
        *out = m.lines;
    return status;
}

/* ---- guessing -------------------------------------------------------------------------------- */

void tuft_word_lines_raise(const tuft_word_lines *lines, const float *voltage, float *u)
{
    uint32_t rows = lines->rows;
    memset(u, 0, rows * sizeof *u);
    for (int m = 0; m < WAVES; m++) {
        const float *sent = lines->sent + (size_t)m * rows, *by = lines->raised + (size_t)m * rows;
        double c = 0;
        for (uint32_t i = 0; i < rows; i++)
            c += (double)sent[i] * voltage[i];
        for (uint32_t i = 0; i < rows; i++)
            u[i] += (float)c * by[i];
    }
}

TUFT_CLONES void tuft_word_lines_guess(const tuft_word_lines *lines, const float *voltage,
                                       const float *u, uint32_t panel, uint32_t first,
                                       uint32_t count, float *a)
{
    const float *restrict shape = lines->shape + (size_t)panel * WIDTH;
    const float *restrict own = lines->alone + ((size_t)panel * lines->rows + first) * WIDTH;
    for (uint32_t k = 0; k < count; k++, own += WIDTH) {
        float *restrict out = a + (size_t)k * WIDTH;
        float v = voltage[first + k], raised = u[first + k];
        for (uint32_t l = 0; l < WIDTH; l++)
            out[l] = v * own[l] + raised * shape[l];
    }
}
