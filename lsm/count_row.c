#include "lsm/count_row.h"

#include <math.h>
#include <string.h>

enum { WINDOW_LIMIT = 4096 };

tuft_status tuft_encoding_check(const tuft_encoding *encoding, tuft_error *err)
{
    if (!encoding->windows || encoding->windows > WINDOW_LIMIT || !(encoding->scale > 0) ||
        !isfinite(encoding->scale))
        return tuft_fail(err, TUFT_INVALID, "%u windows, scale %g, expected 1 to %d and over 0",
                         encoding->windows, encoding->scale, WINDOW_LIMIT);
    return TUFT_OK;
}

tuft_status tuft_count_check(const tuft_reservoir *reservoir, const tuft_frontend *frontend,
                             const tuft_encoding *encoding, tuft_geometry geometry, tuft_error *err)
{
    tuft_geometry seen;
    tuft_status status = tuft_frontend_geometry(frontend, geometry, &seen, err);
    if (status)
        return status;
    if (memcmp(&seen, &reservoir->geometry, sizeof seen) != 0)
        return tuft_fail(err, TUFT_INVALID,
                         "recordings give %u x %u x %u channels, the reservoir takes %u x %u x %u",
                         seen.width, seen.height, seen.polarities, reservoir->geometry.width,
                         reservoir->geometry.height, reservoir->geometry.polarities);
    return encoding ? tuft_encoding_check(encoding, err) : TUFT_OK;
}

void tuft_encoding_edges(const tuft_encoding *encoding, const tuft_frontend_input *input,
                         int64_t *edge)
{
    uint32_t windows = encoding->windows;
    edge[0] = 0;
    for (uint32_t w = 1; w < windows; w++)
        edge[w] = encoding->rule == TUFT_WINDOWS_OF_EVENTS && input->count
                      ? input->step[input->count * w / windows]
                      : input->steps * w / windows;
    edge[windows] = input->steps;
}

void tuft_count_edges(const tuft_reservoir *reservoir, const tuft_encoding *encoding,
                      const tuft_frontend_input *input, int64_t *edge)
{
    uint32_t windows = encoding->windows;
    tuft_encoding_edges(encoding, input, edge);
    for (uint32_t w = 0; w < windows; w++)
        edge[w]++;
    edge[windows] = input->steps + reservoir->longest_delay;
}

/* Adds the counts of each pool's positions. */
static void add_pools(const tuft_reservoir_place *place, const uint32_t *count, uint32_t *pool)
{
    for (uint32_t y = 0; y < place->positions_y; y++)
        for (uint32_t x = 0; x < place->positions_x; x++) {
            uint32_t py = y * place->pools_y / place->positions_y;
            uint32_t px = x * place->pools_x / place->positions_x;
            const uint32_t *from = count + ((size_t)y * place->positions_x + x) * place->maps;
            uint32_t *to = pool + ((size_t)py * place->pools_x + px) * place->maps;
            for (uint32_t m = 0; m < place->maps; m++)
                to[m] += from[m];
        }
}

void tuft_count_row(const tuft_reservoir *reservoir, const tuft_encoding *encoding,
                    const uint32_t *const *count, uint32_t *pool, float *row)
{
    size_t columns = tuft_reservoir_features(reservoir) * encoding->windows, at = 0;
    memset(pool, 0, columns * sizeof *pool);
    for (uint32_t w = 0; w < encoding->windows; w++)
        for (uint32_t k = 0; k < reservoir->groups; k++) {
            const tuft_reservoir_place *place = &reservoir->place[k];
            size_t cells = (size_t)place->positions_x * place->positions_y * place->maps;
            add_pools(place, count[k] + w * cells, pool + at);
            at += (size_t)place->maps * place->pools_x * place->pools_y;
        }
    int root = encoding->transform == TUFT_COUNT_SQUARE_ROOT;
    for (size_t j = 0; j < columns; j++)
        row[j] = (float)(root ? sqrt(pool[j] / encoding->scale) : pool[j] / encoding->scale);
}
