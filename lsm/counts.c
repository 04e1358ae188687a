#include "lsm/counts.h"

#include "core/memory.h"

#include <math.h>
#include <stdlib.h>

tuft_status tuft_channel_counts(const tuft_frontend *frontend, const tuft_encoding *encoding,
                                const tuft_recordings *set, tuft_features *out, tuft_error *err)
{
    *out = (tuft_features){0};
    tuft_geometry seen;
    tuft_status status = tuft_frontend_geometry(frontend, set->geometry, &seen, err);
    if (!status)
        status = tuft_encoding_check(encoding, err);
    if (status)
        return status;
    size_t channels = tuft_geometry_channels(seen), columns = channels * encoding->windows;
    status = tuft_features_new(out, set->count, columns, err);
    tuft_frontend_input input = {0};
    int64_t *edge = NULL;
    if (!status)
        status = TUFT_NEW(&edge, (size_t)encoding->windows + 1, "window edges", err);
    for (size_t i = 0; !status && i < set->count; i++) {
        status = tuft_frontend_cut(frontend, set->geometry, &set->recording[i], &input, err);
        if (status)
            break;
        float *row = out->value + i * columns;
        tuft_encoding_edges(encoding, &input, edge);
        uint32_t w = 0;
        for (size_t k = 0; k < input.count; k++) {
            while (w + 1 < encoding->windows && input.step[k] >= edge[w + 1])
                w++;
            row[w * channels + input.channel[k]]++;
        }
        for (size_t j = 0; j < columns; j++) {
            row[j] /= (float)encoding->scale;
            if (encoding->transform == TUFT_COUNT_SQUARE_ROOT)
                row[j] = sqrtf(row[j]);
        }
        out->label[i] = set->recording[i].label;
        out->group[i] = (uint32_t)i;
    }
    tuft_frontend_input_free(&input);
    free(edge);
    if (status)
        tuft_features_free(out);
    return status;
}
