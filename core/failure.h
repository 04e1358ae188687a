/* The failure to tell where many items are worked on side by side: that of the first item, so that
 * the message does not depend on threads. */
#ifndef TUFT_CORE_FAILURE_H
#define TUFT_CORE_FAILURE_H

#include "core/status.h"

#include <stddef.h>

/* Start with {0}. */
typedef struct {
    tuft_status status; /* TUFT_OK: none so far */
    size_t item;
    tuft_error error;
} tuft_failure;

/* Keeps the failure unless one of an earlier item (or of the same) is kept; TUFT_OK does nothing.
 * Any thread may call. */
void tuft_failure_keep(tuft_failure *failure, tuft_status status, size_t item,
                       const tuft_error *error);

/* The status kept, its message in *err (which may be NULL). */
tuft_status tuft_failure_tell(const tuft_failure *failure, tuft_error *err);

#endif
