#include "lsm/macro.h"

#include "core/memory.h"
#include "core/normals.h"
#include "core/simd.h"
#include "lsm/word_lines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = 16, ARRAY_BITS = 24, ACCESS_BITS = 40, SIDE_LIMIT = 1 << 14, SIGMAS = 4 };
static const double TRANSFER_TOLERANCE = 1e-5, LEAST_TOLERANCE = 1e-6, MOST_TOLERANCE = 0.5;

const tuft_macro_config tuft_macro_ideal = {
    .device = {.drift_t0_s = 1, .on_siemens = 60e-6},
    .tolerance = 1e-4,
    .dac = {.bits = TUFT_CONVERTER_IDEAL, .signs = TUFT_SIGNS_BOTH, .full = 0.2},
    .adc = {.bits = TUFT_CONVERTER_IDEAL, .signs = TUFT_SIGNS_BOTH},
    .tile_rows = 512,
    .tile_columns = 512};

const tuft_macro_config tuft_macro_nominal = {
    .device = {.program_relative = 0.05,
               .program_siemens = 0.2e-6,
               .drift_nu = 0.02,
               .drift_nu_sd = 0.01,
               .drift_t0_s = 1,
               .stuck_off = 0.01,
               .stuck_on = 0.001,
               .on_siemens = 60e-6,
               .read_relative = 0.02,
               .read_siemens = 0.05e-6},
    .seconds = 3600,
    .method = TUFT_WIRES_FOLDED,
    .wires = {0.2, 0.2, 2, 2},
    .tolerance = 1e-4,
    .dac = {.bits = 8, .signs = TUFT_SIGNS_BOTH, .full = 0.2},
    .adc = {.bits = 8, .signs = TUFT_SIGNS_BOTH, .ranging = TUFT_RANGE_AUTO},
    .tile_rows = 512,
    .tile_columns = 512};

/* Of the whole array; columns are pairs. */
struct tuft_macro {
    tuft_macro_config config;
    uint64_t seed;
    uint32_t array, stride; /* floats a row of difference and variance */
    uint32_t tiles_down, tiles_across;
    tuft_crossbar cells;
    float *difference; /* siemens, [rows][stride], through wires where they are folded */
    float *variance;   /* siemens^2 of a pair's read noise, [rows][stride]; NULL: none */
    double *full;      /* ampere, [tiles] of the ADC */
    float *plane;      /* siemens, [rows][2 stride], plus and minus beside each other, where cells
                          are read one by one; else NULL */
    tuft_word_lines **guess; /* [tiles] where the network is solved, to begin with; else NULL */
};

struct tuft_macro_reader {
    const tuft_macro *macro;
    float *drive, *squares;     /* [rows]: V, V^2 */
    uint32_t *code;             /* [rows] of pulses */
    double *volt;               /* [rows] */
    float *sum, *spread;        /* [pairs of a tile] */
    float *z, *siemens;         /* [cells of a row of a tile] */
    double *current;            /* [cells of a tile's row] */
    tuft_ir_drop *solver[2][2]; /* by whether a tile is the last down, across */
    uint64_t conversions, clipped;
};

tuft_status tuft_macro_config_check(const tuft_macro_config *c, tuft_error *err)
{
    tuft_status status = tuft_device_check(&c->device, err);
    if (!status)
        status = tuft_wires_check(&c->wires, err);
    if (!status)
        status = tuft_converter_check(&c->dac, "dac", err);
    if (!status && !(c->dac.full > 0 && isfinite(c->dac.full)))
        status = tuft_fail(err, TUFT_INVALID, "dac: range of %g V, expected above 0", c->dac.full);
    if (!status && c->drive == TUFT_DRIVE_PULSES && c->dac.bits > TUFT_CONVERTER_MOST_BITS)
        status = tuft_fail(err, TUFT_INVALID, "dac: pulses of %u bits, expected 1 to %d",
                           c->dac.bits, TUFT_CONVERTER_MOST_BITS);
    tuft_converter adc = c->adc;
    if (adc.full == 0)
        adc.full = 1;
    if (!status)
        status = tuft_converter_check(&adc, "adc", err);
    if (!status && !(c->seconds >= 0 && isfinite(c->seconds)))
        status = tuft_fail(err, TUFT_INVALID, "%g s since writing, expected 0 or more", c->seconds);
    if (!status && !(c->tolerance >= LEAST_TOLERANCE && c->tolerance <= MOST_TOLERANCE))
        status = tuft_fail(err, TUFT_INVALID, "wires: tolerance %g, expected %g to %g",
                           c->tolerance, LEAST_TOLERANCE, MOST_TOLERANCE);
    if (!status && (!c->tile_rows || !c->tile_columns || c->tile_columns % 2 ||
                    c->tile_rows > SIDE_LIMIT || c->tile_columns > SIDE_LIMIT))
        status = tuft_fail(err, TUFT_INVALID,
                           "tiles of %u x %u cells, expected 1 to %d, an even number of columns",
                           c->tile_rows, c->tile_columns, SIDE_LIMIT);
    return status;
}

int tuft_macro_has_effects(const tuft_macro_config *c)
{
    const tuft_device *d = &c->device;
    int written = d->program_relative > 0 || d->program_siemens > 0;
    int drifts = (d->drift_nu != 0 || d->drift_nu_sd > 0) && c->seconds > d->drift_t0_s;
    int stuck = d->stuck_off > 0 || d->stuck_on > 0;
    int noisy = d->read_relative > 0 || d->read_siemens > 0;
    return written || drifts || stuck || noisy || c->method != TUFT_WIRES_NONE ||
           c->adc.bits != TUFT_CONVERTER_IDEAL;
}

/* ---- tiles ----------------------------------------------------------------------------------- */

/* Where a tile lies; columns are pairs. */
typedef struct {
    uint32_t row, rows, column, columns, number, down, across;
    int last_down, last_across;
} place;

static place place_of(const tuft_macro *m, uint32_t number)
{
    uint32_t pairs = m->config.tile_columns / 2;
    place p = {
        .number = number, .down = number / m->tiles_across, .across = number % m->tiles_across};
    p.row = p.down * m->config.tile_rows;
    p.column = p.across * pairs;
    p.last_down = p.down == m->tiles_down - 1;
    p.last_across = p.across == m->tiles_across - 1;
    p.rows = p.last_down ? m->cells.rows - p.row : m->config.tile_rows;
    p.columns = p.last_across ? m->cells.columns - p.column : pairs;
    return p;
}

/* ---- making ---------------------------------------------------------------------------------- */

static double noise_variance(const tuft_device *device, double siemens)
{
    double relative = device->read_relative * siemens;
    return relative * relative + device->read_siemens * device->read_siemens;
}

static int reads_cells(const tuft_macro_config *c)
{
    return c->method == TUFT_WIRES_EXACT ||
           (c->method == TUFT_WIRES_NONE && c->noise == TUFT_NOISE_CELLS);
}

static void pair_up(tuft_macro *m)
{
    for (uint32_t i = 0; i < m->cells.rows; i++)
        for (uint32_t j = 0; j < m->cells.columns; j++) {
            size_t from = (size_t)i * m->cells.columns + j, to = (size_t)i * m->stride + j;
            m->difference[to] = m->cells.plus[from] - m->cells.minus[from];
            if (m->plane) {
                m->plane[2 * to] = m->cells.plus[from];
                m->plane[2 * to + 1] = m->cells.minus[from];
            }
            if (m->variance)
                m->variance[to] = (float)(noise_variance(&m->config.device, m->cells.plus[from]) +
                                          noise_variance(&m->config.device, m->cells.minus[from]));
        }
}

/* The tile's conductances as the network has them: plus and minus beside each other. */
static void interleave(const tuft_macro *m, place p, float *siemens, uint32_t stride)
{
    for (uint32_t i = 0; i < p.rows; i++) {
        size_t from = (size_t)(p.row + i) * m->cells.columns + p.column;
        float *to = siemens + (size_t)i * stride;
        for (uint32_t j = 0; j < p.columns; j++) {
            to[2 * j] = m->cells.plus[from + j];
            to[2 * j + 1] = m->cells.minus[from + j];
        }
    }
}

/* Noise of a cell as it appears in the current: its spread, as much weaker as the transfer is than
 * the conductance. */
static double folded_variance(const tuft_device *device, double siemens, double transfer)
{
    double weaker = siemens > 0 ? transfer / siemens : 1;
    return noise_variance(device, siemens) * weaker * weaker;
}

/* Row i of the transfer matrix: the currents for 1 V at i alone. */
static tuft_status fold_tile(tuft_macro *m, place p, tuft_error *err)
{
    tuft_ir_drop *solver;
    float *voltage;
    double *current = NULL;
    tuft_status status = tuft_ir_drop_new(&solver, p.rows, 2 * p.columns, &m->config.wires, err);
    if (status)
        return status;
    status = TUFT_NEW(&voltage, p.rows, "voltages", err);
    if (!status)
        status = TUFT_NEW(&current, 2 * (size_t)p.columns, "currents", err);
    if (!status)
        interleave(m, p, tuft_ir_drop_siemens(solver), tuft_ir_drop_stride(solver));
    for (uint32_t i = 0; !status && i < p.rows; i++) {
        voltage[i] = 1;
        status = tuft_ir_drop_solve(solver, NULL, voltage, TRANSFER_TOLERANCE, current, NULL, err);
        voltage[i] = 0;
        for (uint32_t j = 0; !status && j < p.columns; j++) {
            size_t to = (size_t)(p.row + i) * m->stride + p.column + j;
            size_t cell = (size_t)(p.row + i) * m->cells.columns + p.column + j;
            m->difference[to] = (float)(current[2 * j] - current[2 * j + 1]);
            if (m->variance)
                m->variance[to] = (float)(folded_variance(&m->config.device, m->cells.plus[cell],
                                                          current[2 * j]) +
                                          folded_variance(&m->config.device, m->cells.minus[cell],
                                                          current[2 * j + 1]));
        }
    }
    tuft_ir_drop_free(solver);
    free(voltage);
    free(current);
    return status;
}

static tuft_status guess_tile(tuft_macro *m, place p, tuft_error *err)
{
    return tuft_word_lines_new(&m->guess[p.number],
                               m->plane + 2 * ((size_t)p.row * m->stride + p.column), 2 * m->stride,
                               p.rows, 2 * p.columns, &m->config.wires, err);
}

/* Four standard deviations of a column whose inputs are full, with random signs. */
static double range_of(const tuft_macro *m, place p)
{
    double largest = 0;
    for (uint32_t j = 0; j < p.columns; j++) {
        double squares = 0;
        for (uint32_t i = 0; i < p.rows; i++) {
            double d = m->difference[(size_t)(p.row + i) * m->stride + p.column + j];
            squares += d * d;
        }
        largest = fmax(largest, squares);
    }
    return SIGMAS * m->config.dac.full * fmax(sqrt(largest), 1e-30);
}

static tuft_status copy_cells(tuft_macro *m, const tuft_crossbar *target, tuft_error *err)
{
    size_t n = (size_t)target->rows * target->columns;
    m->cells = (tuft_crossbar){
        .rows = target->rows, .columns = target->columns, .sd_siemens = target->sd_siemens};
    tuft_status status = TUFT_NEW(&m->cells.plus, n, "macro cells", err);
    if (!status)
        status = TUFT_NEW(&m->cells.minus, n, "macro cells", err);
    if (status)
        return status;
    memcpy(m->cells.plus, target->plus, n * sizeof(float));
    memcpy(m->cells.minus, target->minus, n * sizeof(float));
    return tuft_crossbar_settle(&m->cells, &m->config.device, m->seed, m->array, m->config.seconds,
                                err);
}

tuft_status tuft_macro_new(tuft_macro **out, const tuft_crossbar *target,
                           const tuft_macro_config *config, uint64_t seed, uint32_t array,
                           tuft_error *err)
{
    *out = NULL;
    tuft_status status = tuft_macro_config_check(config, err);
    if (!status && (!target->rows || !target->columns))
        status = tuft_fail(err, TUFT_INVALID, "macro of %u x %u pairs, expected some", target->rows,
                           target->columns);
    tuft_macro *m;
    if (!status)
        status = TUFT_NEW(&m, 1, "macro", err);
    if (status)
        return status;
    *m = (tuft_macro){.config = *config,
                      .seed = seed,
                      .array = array,
                      .stride = (target->columns + LANES - 1) / LANES * LANES,
                      .tiles_down = (target->rows - 1) / config->tile_rows + 1,
                      .tiles_across = (target->columns - 1) / (config->tile_columns / 2) + 1};
    size_t n = (size_t)target->rows * m->stride;
    const tuft_device *device = &config->device;
    status = copy_cells(m, target, err);
    if (!status)
        status = TUFT_NEW(&m->difference, n, "macro differences", err);
    if (!status && (device->read_relative > 0 || device->read_siemens > 0))
        status = TUFT_NEW(&m->variance, n, "macro variances", err);
    if (!status && reads_cells(config))
        status = TUFT_NEW(&m->plane, 2 * n, "macro cells", err);
    if (!status)
        status = TUFT_NEW(&m->full, tuft_macro_tiles(m), "macro ranges", err);
    if (!status && config->method == TUFT_WIRES_EXACT)
        status = TUFT_NEW(&m->guess, tuft_macro_tiles(m), "macro guesses", err);
    if (!status)
        pair_up(m);
    for (uint32_t t = 0; !status && t < tuft_macro_tiles(m); t++) {
        if (config->method == TUFT_WIRES_FOLDED)
            status = fold_tile(m, place_of(m, t), err);
        if (m->guess)
            status = guess_tile(m, place_of(m, t), err);
        m->full[t] = config->adc.full > 0 ? config->adc.full : range_of(m, place_of(m, t));
    }
    if (status)
        tuft_macro_free(m);
    else
        *out = m;
    return status;
}

void tuft_macro_free(tuft_macro *macro)
{
    if (!macro)
        return;
    tuft_crossbar_free(&macro->cells);
    free(macro->difference);
    free(macro->variance);
    free(macro->full);
    free(macro->plane);
    for (uint32_t t = 0; macro->guess && t < tuft_macro_tiles(macro); t++)
        tuft_word_lines_free(macro->guess[t]);
    free(macro->guess);
    free(macro);
}

const tuft_crossbar *tuft_macro_cells(const tuft_macro *macro)
{
    return &macro->cells;
}

uint32_t tuft_macro_tiles(const tuft_macro *macro)
{
    return macro->tiles_down * macro->tiles_across;
}

void tuft_macro_weights(const tuft_macro *m, double sd, float *weight, float *variance)
{
    double unit = sd / (sqrt(2) * m->cells.sd_siemens);
    for (uint32_t i = 0; i < m->cells.rows; i++)
        for (uint32_t j = 0; j < m->cells.columns; j++) {
            size_t from = (size_t)i * m->stride + j, to = (size_t)i * m->cells.columns + j;
            weight[to] = (float)(unit * m->difference[from]);
            if (variance)
                variance[to] = m->variance ? (float)(unit * unit * m->variance[from]) : 0;
        }
}

double tuft_macro_lsb(const tuft_macro *macro, uint32_t tile)
{
    return tuft_converter_lsb(&macro->config.adc, macro->full[tile]);
}

/* ---- reading --------------------------------------------------------------------------------- */

tuft_status tuft_macro_reader_new(tuft_macro_reader **out, const tuft_macro *macro, tuft_error *err)
{
    const tuft_macro_config *c = &macro->config;
    uint32_t rows = macro->cells.rows, pairs = c->tile_columns / 2;
    size_t lanes = ((size_t)pairs + LANES - 1) / LANES * LANES;
    tuft_macro_reader *made;
    *out = NULL;
    tuft_status status = TUFT_NEW(&made, 1, "macro reader", err);
    if (status)
        return status;
    made->macro = macro;
    status = TUFT_NEW(&made->drive, rows, "macro reader", err);
    if (!status)
        status = TUFT_NEW(&made->squares, rows, "macro reader", err);
    if (!status)
        status = TUFT_NEW(&made->volt, rows, "macro reader", err);
    if (!status)
        status = TUFT_NEW(&made->code, rows, "macro reader", err);
    if (!status)
        status = TUFT_NEW(&made->sum, lanes, "macro reader", err);
    if (!status)
        status = TUFT_NEW(&made->spread, lanes, "macro reader", err);
    if (!status)
        status = TUFT_NEW(&made->z, 2 * lanes, "macro reader", err);
    if (!status)
        status = TUFT_NEW(&made->siemens, 2 * lanes, "macro reader", err);
    if (!status)
        status = TUFT_NEW(&made->current, 2 * lanes, "macro reader", err);
    for (uint32_t t = 0; !status && c->method == TUFT_WIRES_EXACT && t < tuft_macro_tiles(macro);
         t++) {
        place p = place_of(macro, t);
        if (!made->solver[p.last_down][p.last_across])
            status = tuft_ir_drop_new(&made->solver[p.last_down][p.last_across], p.rows,
                                      2 * p.columns, &c->wires, err);
    }
    if (status)
        tuft_macro_reader_free(made);
    else
        *out = made;
    return status;
}

void tuft_macro_reader_free(tuft_macro_reader *reader)
{
    if (!reader)
        return;
    free(reader->drive);
    free(reader->squares);
    free(reader->volt);
    free(reader->code);
    free(reader->sum);
    free(reader->spread);
    free(reader->z);
    free(reader->siemens);
    free(reader->current);
    for (int i = 0; i < 4; i++)
        tuft_ir_drop_free(reader->solver[i / 2][i % 2]);
    free(reader);
}

/* sum_j = sum_i x_i m_ij over the rows that are driven, four at a time. */
TUFT_CLONES static void product(float *restrict sum, const float *restrict matrix, size_t stride,
                                const float *restrict x, uint32_t rows, uint32_t columns)
{
    const float *restrict row[4];
    float by[4];
    int held = 0;
    memset(sum, 0, columns * sizeof *sum);
    for (uint32_t i = 0; i < rows; i++) {
        if (x[i] != 0) {
            row[held] = matrix + i * stride;
            by[held++] = x[i];
        }
        if (held < 4)
            continue;
        const float *restrict a = row[0], *restrict b = row[1], *restrict c = row[2];
        const float *restrict d = row[3];
        for (uint32_t j = 0; j < columns; j++)
            sum[j] += ((by[0] * a[j] + by[1] * b[j]) + by[2] * c[j]) + by[3] * d[j];
        held = 0;
    }
    for (int k = 0; k < held; k++)
        for (uint32_t j = 0; j < columns; j++)
            sum[j] += by[k] * row[k][j];
}

static uint64_t noise_index(const tuft_macro *m, uint64_t access)
{
    return (uint64_t)m->array << ACCESS_BITS | access;
}

/* One number a column. */
static void read_columns(tuft_macro_reader *r, place p, uint64_t access, uint32_t pulse)
{
    const tuft_macro *m = r->macro;
    size_t first = (size_t)p.row * m->stride + p.column;
    product(r->sum, m->difference + first, m->stride, r->drive + p.row, p.rows, p.columns);
    if (m->variance) {
        uint64_t line = (uint64_t)pulse * m->tiles_down + p.down;
        product(r->spread, m->variance + first, m->stride, r->squares + p.row, p.rows, p.columns);
        tuft_normals(r->z, p.columns, m->seed, TUFT_RANDOM_READ, noise_index(m, access),
                     line * m->stride + p.column);
        for (uint32_t j = 0; j < p.columns; j++)
            r->sum[j] += sqrtf(r->spread[j]) * r->z[j];
    }
    for (uint32_t j = 0; j < p.columns; j++)
        r->current[j] = r->sum[j];
}

/* noisy = siemens + sqrt(relative siemens^2 + absolute) z */
TUFT_CLONES static void add_noise(float *restrict noisy, const float *restrict siemens,
                                  const float *restrict z, size_t n, float relative, float absolute)
{
    for (size_t j = 0; j < n; j++)
        noisy[j] = siemens[j] + sqrtf(relative * siemens[j] * siemens[j] + absolute) * z[j];
}

/* A row's conductances in this access; numbers of the stream lie past those that columns take. */
static void noisy_row(tuft_macro_reader *r, place p, uint32_t row, uint64_t access, uint32_t pulse,
                      float *siemens)
{
    const tuft_macro *m = r->macro;
    const tuft_device *device = &m->config.device;
    const float *quiet = m->plane + 2 * ((size_t)row * m->stride + p.column);
    size_t cells = 2 * (size_t)p.columns;
    if (!m->variance) {
        memcpy(siemens, quiet, cells * sizeof *siemens);
        return;
    }
    uint64_t line = ((uint64_t)1 << 32) + (uint64_t)pulse * m->cells.rows + row;
    tuft_normals(r->z, cells, m->seed, TUFT_RANDOM_READ, noise_index(m, access),
                 2 * (line * m->stride + p.column));
    add_noise(siemens, quiet, r->z, cells, (float)(device->read_relative * device->read_relative),
              (float)(device->read_siemens * device->read_siemens));
}

/* One number a cell. */
static tuft_status read_cells(tuft_macro_reader *r, place p, uint64_t access, uint32_t pulse,
                              tuft_error *err)
{
    const tuft_macro *m = r->macro;
    tuft_ir_drop *solver = r->solver[p.last_down][p.last_across];
    if (solver) {
        for (uint32_t i = 0; i < p.rows; i++)
            noisy_row(r, p, p.row + i, access, pulse,
                      tuft_ir_drop_siemens(solver) + (size_t)i * tuft_ir_drop_stride(solver));
        tuft_status status = tuft_ir_drop_solve(solver, m->guess[p.number], r->drive + p.row,
                                                m->config.tolerance, r->current, NULL, err);
        if (status)
            return status;
        for (uint32_t j = 0; j < p.columns; j++)
            r->current[j] = r->current[2 * j] - r->current[2 * j + 1];
        return TUFT_OK;
    }
    float *siemens = r->siemens;
    memset(r->current, 0, p.columns * sizeof *r->current);
    for (uint32_t i = 0; i < p.rows; i++) {
        if (r->drive[p.row + i] == 0)
            continue;
        noisy_row(r, p, p.row + i, access, pulse, siemens);
        for (uint32_t j = 0; j < p.columns; j++)
            r->current[j] += (double)r->drive[p.row + i] * (siemens[2 * j] - siemens[2 * j + 1]);
    }
    return TUFT_OK;
}

/* All tiles, `scale` times their converted currents added to current. */
static tuft_status access_tiles(tuft_macro_reader *r, uint64_t access, uint32_t pulse, double scale,
                                double *current, tuft_error *err)
{
    const tuft_macro *m = r->macro;
    const tuft_macro_config *c = &m->config;
    int by_cells = reads_cells(c);
    for (uint32_t i = 0; i < m->cells.rows; i++)
        r->squares[i] = r->drive[i] * r->drive[i];
    for (uint32_t t = 0; t < tuft_macro_tiles(m); t++) {
        place p = place_of(m, t);
        if (by_cells) {
            tuft_status status = read_cells(r, p, access, pulse, err);
            if (status)
                return status;
        } else {
            read_columns(r, p, access, pulse);
        }
        tuft_converter adc = c->adc;
        adc.full = m->full[t];
        r->clipped += tuft_converter_apply(&adc, r->current, p.columns);
        r->conversions += p.columns;
        for (uint32_t j = 0; j < p.columns; j++)
            current[p.column + j] += scale * r->current[j];
    }
    return TUFT_OK;
}

tuft_status tuft_macro_read(tuft_macro_reader *r, const float *voltage, uint64_t access,
                            double *current, tuft_error *err)
{
    const tuft_macro *m = r->macro;
    const tuft_converter *dac = &m->config.dac;
    uint32_t rows = m->cells.rows;
    if (access >> ACCESS_BITS)
        return tuft_fail(err, TUFT_INVALID, "access %llu, expected below 2^%d",
                         (unsigned long long)access, ACCESS_BITS);
    memset(current, 0, m->cells.columns * sizeof *current);
    for (uint32_t i = 0; i < rows; i++)
        r->volt[i] = voltage[i];
    if (m->config.drive == TUFT_DRIVE_LEVELS) {
        tuft_converter_apply(dac, r->volt, rows);
        for (uint32_t i = 0; i < rows; i++)
            r->drive[i] = (float)r->volt[i];
        return access_tiles(r, access, 0, 1, current, err);
    }
    uint32_t most = (1u << dac->bits) - 1;
    for (uint32_t i = 0; i < rows; i++) {
        double part = fmin(1, fabs(r->volt[i]) / dac->full);
        r->code[i] = isnan(part) ? 0 : (uint32_t)rint(part * most);
    }
    tuft_status status = TUFT_OK;
    for (uint32_t k = 0; !status && k < dac->bits; k++) {
        for (uint32_t i = 0; i < rows; i++)
            r->drive[i] = r->code[i] >> k & 1 ? copysignf((float)dac->full, voltage[i]) : 0;
        status = access_tiles(r, access, k, (double)(1u << k) / most, current, err);
    }
    return status;
}

void tuft_macro_conversions(const tuft_macro_reader *reader, uint64_t *conversions,
                            uint64_t *clipped)
{
    *conversions = reader->conversions;
    *clipped = reader->clipped;
}
