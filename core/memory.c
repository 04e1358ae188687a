#include "core/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64 };

tuft_status tuft_array_new(void **out, size_t count, size_t size, const char *what, tuft_error *err)
{
    *out = NULL;
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > TUFT_MEMORY_LIMIT)
        return tuft_fail(err, TUFT_MEMORY, "%s: %zu elements of %zu bytes are more than %zu bytes",
                         what, count, size, TUFT_MEMORY_LIMIT);
    size_t rounded = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    void *memory = aligned_alloc(ALIGNMENT, rounded ? rounded : ALIGNMENT);
    if (!memory)
        return tuft_fail(err, TUFT_MEMORY, "%s: %zu bytes are not to be had", what, bytes);
    memset(memory, 0, rounded);
    *out = memory;
    return TUFT_OK;
}

tuft_status tuft_array_grow(void **array, size_t *capacity, size_t needed, size_t size,
                            const char *what, tuft_error *err)
{
    if (needed <= *capacity)
        return TUFT_OK;
    size_t target = *capacity ? *capacity : 16;
    while (target < needed && target <= SIZE_MAX / 2)
        target *= 2;
    if (target < needed)
        target = needed;
    void *grown;
    tuft_status status = tuft_array_new(&grown, target, size, what, err);
    if (status)
        return status;
    if (*array) /* NOLINTNEXTLINE: the analyzer does not know that tuft_fail returns its status */
        memcpy(grown, *array, *capacity * size);
    free(*array);
    *array = grown;
    *capacity = target;
    return TUFT_OK;
}
