/* Allocation with its size checked first.
 *
 * Sizes often come from files and command lines. Every array in Tuft is made here: the product
 * count x size must not overflow nor pass TUFT_MEMORY_LIMIT, and the error names the bytes needed.
 */
#ifndef TUFT_CORE_MEMORY_H
#define TUFT_CORE_MEMORY_H

#include "core/status.h"

#include <stddef.h>

/* No single array is larger than this (64 GiB): a request past it is a mistake in the input. */
#define TUFT_MEMORY_LIMIT ((size_t)64 << 30)

/* Zeroed, 64-byte aligned array of count elements of the given size, owned by the caller and
 * released with free(). count 0 gives a valid pointer. On failure *out is NULL. */
tuft_status tuft_array_new(void **out, size_t count, size_t size, const char *what,
                           tuft_error *err);

/* TUFT_NEW(&pointer, count, "what", err): the typed form. */
#define TUFT_NEW(pointer, count, what, err)                                                        \
    tuft_array_new((void **)(pointer), (count), sizeof **(pointer), (what), (err))

/* Grows *array (made by tuft_array_new or NULL) so that it holds at least needed elements;
 * capacity doubles. Old content is kept, new content is zero. On failure nothing changes. */
tuft_status tuft_array_grow(void **array, size_t *capacity, size_t needed, size_t size,
                            const char *what, tuft_error *err);

#define TUFT_GROW(pointer, capacity, needed, what, err)                                            \
    tuft_array_grow((void **)(pointer), (capacity), (needed), sizeof **(pointer), (what), (err))

#endif
