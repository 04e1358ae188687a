#include "apps/measured_array.h"

#include "lsm/conductance_map.h"

enum { LEAST_SIDE = 8 };

const char *const measured_units[] = {"S", "mS", "uS", "nS", NULL};
static const double unit_siemens[] = {1, 1e-3, 1e-6, 1e-9};

tuft_status measured_array_load(const char *path, int unit, tuft_crossbar *out, tuft_error *err)
{
    tuft_conductance_map map;
    *out = (tuft_crossbar){0};
    tuft_status status = tuft_conductance_map_load(&map, path, unit_siemens[unit], err);
    if (status)
        return status;
    if (map.rows < LEAST_SIDE || map.columns < LEAST_SIDE)
        status = tuft_fail(err, TUFT_FORMAT, "%s: %u x %u cells, expected %d x %d or more", path,
                           map.rows, map.columns, LEAST_SIDE, LEAST_SIDE);
    if (!status) {
        status = tuft_conductance_map_pairs(&map, out, err);
        if (status)
            tuft_fail_prefix(err, status, path);
    }
    tuft_conductance_map_free(&map);
    return status;
}
