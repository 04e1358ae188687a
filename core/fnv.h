/* A number that tells contents apart, the same on every machine: not for secrets. */
#ifndef TUFT_CORE_FNV_H
#define TUFT_CORE_FNV_H

#include <stddef.h>
#include <stdint.h>

/* FNV-1a, 64 bits (Fowler, Noll & Vo). */
static inline uint64_t tuft_fnv1a(const void *content, size_t size)
{
    const unsigned char *byte = content;
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ byte[i]) * 1099511628211u;
    return hash;
}

#endif
