/* Function multiversioning: one portable binary, the widest vectors the processor has.
 *
 * TUFT_CLONES before a hot function compiles it for x86-64-v4 (AVX-512), v3 (AVX2) and the base;
 * the loader picks one. Results are the same on each: contraction is off and no reduction is
 * reordered. Sanitizer and -march=native builds use a single version.
 */
#ifndef TUFT_CORE_SIMD_H
#define TUFT_CORE_SIMD_H

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(TUFT_NO_CLONES)
#define TUFT_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define TUFT_CLONES
#endif

#endif
