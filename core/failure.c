#include "core/failure.h"

void tuft_failure_keep(tuft_failure *failure, tuft_status status, size_t item,
                       const tuft_error *error)
{
    if (!status)
        return;
#pragma omp critical(tuft_failure)
    if (!failure->status || item < failure->item)
        *failure = (tuft_failure){status, item, *error};
}

tuft_status tuft_failure_tell(const tuft_failure *failure, tuft_error *err)
{
    if (failure->status && err)
        *err = failure->error;
    return failure->status;
}
