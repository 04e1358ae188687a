#include "lsm/device.h"

#include "core/philox.h"

#include <math.h>
#include <stddef.h>

const tuft_device tuft_device_defaults = {.drift_t0_s = 1, .on_siemens = 60e-6};

const tuft_device tuft_device_nominal = {.program_relative = 0.05,
                                         .program_siemens = 0.2e-6,
                                         .drift_nu = 0.02,
                                         .drift_nu_sd = 0.01,
                                         .drift_t0_s = 1,
                                         .stuck_off = 0.01,
                                         .stuck_on = 0.001,
                                         .on_siemens = 60e-6,
                                         .read_relative = 0.02,
                                         .read_siemens = 0.05e-6};

static const double MOST_SIEMENS = 1e6, MOST_RELATIVE = 100, MOST_NU = 10, MOST_SECONDS = 1e18;

static tuft_status check_range(const char *name, double value, double low, double high,
                               tuft_error *err)
{
    if (value >= low && value <= high)
        return TUFT_OK;
    return tuft_fail(err, TUFT_INVALID, "device: %s %g, expected %g to %g", name, value, low, high);
}

tuft_status tuft_device_check(const tuft_device *d, tuft_error *err)
{
    const struct {
        const char *name;
        double value, low, high;
    } range[] = {
        {"program_relative", d->program_relative, 0, MOST_RELATIVE},
        {"program_siemens", d->program_siemens, 0, MOST_SIEMENS},
        {"drift_nu", d->drift_nu, -MOST_NU, MOST_NU},
        {"drift_nu_sd", d->drift_nu_sd, 0, MOST_NU},
        {"drift_t0_s", d->drift_t0_s, 1 / MOST_SECONDS, MOST_SECONDS},
        {"stuck_off", d->stuck_off, 0, 1},
        {"stuck_on", d->stuck_on, 0, 1},
        {"stuck_off + stuck_on", d->stuck_off + d->stuck_on, 0, 1},
        {"off_siemens", d->off_siemens, 0, MOST_SIEMENS},
        {"on_siemens", d->on_siemens, 0, MOST_SIEMENS},
        {"read_relative", d->read_relative, 0, MOST_RELATIVE},
        {"read_siemens", d->read_siemens, 0, MOST_SIEMENS},
    };
    tuft_status status = TUFT_OK;
    for (size_t i = 0; !status && i < sizeof range / sizeof *range; i++)
        status = check_range(range[i].name, range[i].value, range[i].low, range[i].high, err);
    return status;
}

static tuft_random row_stream(uint64_t seed, tuft_random_purpose purpose, tuft_cells cells,
                              uint32_t row)
{
    return tuft_random_stream(seed, purpose, (uint64_t)cells.array << 32 | row);
}

void tuft_device_write(const tuft_device *device, tuft_cells cells, uint64_t seed)
{
    if (device->program_relative <= 0 && device->program_siemens <= 0)
        return;
    for (uint32_t i = 0; i < cells.rows; i++) {
        tuft_random random = row_stream(seed, TUFT_RANDOM_PROGRAMMING, cells, i);
        float *g = cells.siemens + (size_t)i * cells.columns;
        for (uint32_t j = 0; j < cells.columns; j++) {
            double sd = hypot(device->program_relative * g[j], device->program_siemens);
            g[j] = (float)fmax(0, g[j] + sd * tuft_random_normal(&random));
        }
    }
}

void tuft_device_drift(const tuft_device *device, tuft_cells cells, uint64_t seed, double seconds)
{
    if ((device->drift_nu == 0 && device->drift_nu_sd <= 0) || !(seconds > device->drift_t0_s))
        return;
    double decades = log(seconds / device->drift_t0_s);
    for (uint32_t i = 0; i < cells.rows; i++) {
        tuft_random random = row_stream(seed, TUFT_RANDOM_DRIFT, cells, i);
        float *g = cells.siemens + (size_t)i * cells.columns;
        for (uint32_t j = 0; j < cells.columns; j++) {
            double nu = device->drift_nu + device->drift_nu_sd * tuft_random_normal(&random);
            g[j] = (float)fmin(MOST_SIEMENS, g[j] * exp(-nu * decades));
        }
    }
}

void tuft_device_stick(const tuft_device *device, tuft_cells cells, uint64_t seed)
{
    if (device->stuck_off <= 0 && device->stuck_on <= 0)
        return;
    for (uint32_t i = 0; i < cells.rows; i++) {
        tuft_random random = row_stream(seed, TUFT_RANDOM_STUCK, cells, i);
        float *g = cells.siemens + (size_t)i * cells.columns;
        for (uint32_t j = 0; j < cells.columns; j++) {
            double u = tuft_random_uniform(&random);
            if (u < device->stuck_off)
                g[j] = (float)device->off_siemens;
            else if (u < device->stuck_off + device->stuck_on)
                g[j] = (float)device->on_siemens;
        }
    }
}

void tuft_device_settle(const tuft_device *device, tuft_cells cells, uint64_t seed, double seconds)
{
    tuft_device_write(device, cells, seed);
    tuft_device_drift(device, cells, seed, seconds);
    tuft_device_stick(device, cells, seed);
}
