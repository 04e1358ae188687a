#include "lsm/sequence.h"

static tuft_status longest(const tuft_frontend *frontend, const tuft_recordings *set,
                           tuft_frontend_input *input, int64_t *steps, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    *steps = 1;
    for (size_t i = 0; !status && i < set->count; i++) {
        status = tuft_frontend_cut(frontend, set->geometry, &set->recording[i], input, err);
        if (!status && input->steps > *steps)
            *steps = input->steps;
    }
    return status;
}

tuft_status tuft_sequences(const tuft_frontend *frontend, const tuft_recordings *set,
                           tuft_features *out, tuft_sequence_shape *shape, tuft_error *err)
{
    tuft_frontend_input input = {0};
    tuft_geometry seen;
    int64_t steps = 1;
    *out = (tuft_features){0};
    if (!set->count)
        return tuft_fail(err, TUFT_INVALID, "sequences: no recordings");
    tuft_status status = tuft_frontend_geometry(frontend, set->geometry, &seen, err);
    if (!status)
        status = longest(frontend, set, &input, &steps, err);
    size_t channels = status ? 1 : tuft_geometry_channels(seen);
    if (!status && (size_t)steps > TUFT_FEATURES_COLUMN_LIMIT / channels)
        status = tuft_fail(err, TUFT_MEMORY,
                           "sequences: %lld steps of %zu channels, expected at most %zu together",
                           (long long)steps, channels, TUFT_FEATURES_COLUMN_LIMIT);
    if (!status)
        status = tuft_features_new(out, set->count, (size_t)steps * channels, err);
    for (size_t i = 0; !status && i < set->count; i++) {
        status = tuft_frontend_cut(frontend, set->geometry, &set->recording[i], &input, err);
        float *row = out->value + i * out->columns;
        for (size_t k = 0; !status && k < input.count; k++)
            row[(size_t)input.step[k] * channels + input.channel[k]]++;
        out->label[i] = set->recording[i].label;
    }
    tuft_frontend_input_free(&input);
    if (status)
        tuft_features_free(out);
    else
        *shape = (tuft_sequence_shape){(size_t)steps, channels};
    return status;
}
