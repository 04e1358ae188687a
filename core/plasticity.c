#include "core/plasticity.h"

#include <omp.h>

int tuft_plasticity_threads(const tuft_plasticity_context *context, size_t n)
{
    uint32_t targets = context->connections->targets;
    size_t each = targets ? context->incoming->begin[targets] / targets : 0;
    int several = context->threads > 1 && n > 1 && n * each >= TUFT_PARALLEL_UPDATES;
    return several && !omp_in_parallel() ? context->threads : 1;
}
