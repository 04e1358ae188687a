#include "lsm/crossbar.h"

#include "core/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ARRAY_LIMIT = 1 << 24 };

/* Of the mean: less is lost in float32. */
static const double LEAST_SPREAD = 1e-5;

tuft_status tuft_crossbar_sample(tuft_crossbar *out, const tuft_conductance *model, uint32_t rows,
                                 uint32_t columns, uint64_t seed, uint32_t array, tuft_error *err)
{
    *out = (tuft_crossbar){.rows = rows, .columns = columns, .sd_siemens = model->sd_siemens};
    tuft_status status = tuft_conductance_check(model, err);
    if (!status && model->sd_siemens < LEAST_SPREAD * model->mean_siemens)
        status =
            tuft_fail(err, TUFT_INVALID, "conductances of %g S that spread by %g S give no weights",
                      model->mean_siemens, model->sd_siemens);
    size_t cells = (size_t)rows * columns;
    if (!status)
        status = TUFT_NEW(&out->plus, cells, "crossbar cells", err);
    if (!status)
        status = TUFT_NEW(&out->minus, cells, "crossbar cells", err);
    if (status) {
        tuft_crossbar_free(out);
        return status;
    }
    for (uint32_t i = 0; i < rows; i++) {
        tuft_random random =
            tuft_random_stream(seed, TUFT_RANDOM_CONDUCTANCE, (uint64_t)array << 32 | i);
        for (size_t k = (size_t)i * columns; k < (size_t)(i + 1) * columns; k++) {
            out->plus[k] = (float)tuft_conductance_draw(model, &random);
            out->minus[k] = (float)tuft_conductance_draw(model, &random);
        }
    }
    return TUFT_OK;
}

void tuft_crossbar_free(tuft_crossbar *crossbar)
{
    free(crossbar->plus);
    free(crossbar->minus);
    *crossbar = (tuft_crossbar){0};
}

tuft_status tuft_crossbar_settle(tuft_crossbar *crossbar, const tuft_device *device, uint64_t seed,
                                 uint32_t array, double seconds, tuft_error *err)
{
    tuft_status status = tuft_device_check(device, err);
    if (!status && array >= ARRAY_LIMIT)
        status = tuft_fail(err, TUFT_INVALID, "crossbar number %u, expected below %d", array,
                           ARRAY_LIMIT);
    if (status)
        return status;
    tuft_cells plus = {crossbar->plus, crossbar->rows, crossbar->columns, 2 * array};
    tuft_cells minus = {crossbar->minus, crossbar->rows, crossbar->columns, 2 * array + 1};
    tuft_device_settle(device, plus, seed, seconds);
    tuft_device_settle(device, minus, seed, seconds);
    return TUFT_OK;
}

void tuft_crossbar_weights(const tuft_crossbar *crossbar, double sd, float *weight)
{
    double unit = sd / (sqrt(2) * crossbar->sd_siemens);
    for (size_t k = 0; k < (size_t)crossbar->rows * crossbar->columns; k++)
        weight[k] = (float)(unit * ((double)crossbar->plus[k] - (double)crossbar->minus[k]));
}

void tuft_crossbar_siemens(const tuft_crossbar *crossbar, float *siemens)
{
    for (size_t k = 0; k < (size_t)crossbar->rows * crossbar->columns; k++)
        siemens[k] = (float)((double)crossbar->plus[k] + (double)crossbar->minus[k]);
}

double tuft_crossbar_read_joules(const tuft_crossbar *crossbar, const uint64_t *reads, double volt,
                                 double seconds)
{
    double siemens = 0;
    for (uint32_t i = 0; i < crossbar->rows; i++) {
        double row = 0;
        for (size_t k = (size_t)i * crossbar->columns; k < (size_t)(i + 1) * crossbar->columns; k++)
            row += (double)crossbar->plus[k] + (double)crossbar->minus[k];
        siemens += (double)reads[i] * row;
    }
    return volt * volt * seconds * siemens;
}

void tuft_crossbar_read(const tuft_crossbar *crossbar, const float *voltage, double *current_ampere)
{
    memset(current_ampere, 0, crossbar->columns * sizeof *current_ampere);
    for (uint32_t i = 0; i < crossbar->rows; i++) {
        const float *plus = crossbar->plus + (size_t)i * crossbar->columns;
        const float *minus = crossbar->minus + (size_t)i * crossbar->columns;
        for (uint32_t j = 0; j < crossbar->columns; j++)
            current_ampere[j] += (double)voltage[i] * ((double)plus[j] - (double)minus[j]);
    }
}
