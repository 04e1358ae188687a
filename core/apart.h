/* Work in a process of its own.
 *
 * Libraries that read rich formats can be led by a damaged file into a circle, a crash or all of
 * the memory (libhdf5 1.10 reads a global heap whose objects have no size for ever). Such a reader
 * runs apart: a child process reads and writes what it found to a pipe, the parent takes it from
 * there. Whatever becomes of the child, the parent gets a status and one line.
 */
#ifndef TUFT_CORE_APART_H
#define TUFT_CORE_APART_H

#include "core/status.h"

#include <stdio.h>

/* Runs in the child, in a single thread: no OpenMP in it. What it changes in memory is lost; what
 * it writes to out and the status and message it returns reach the parent. */
typedef tuft_status tuft_apart_work(FILE *out, void *user, tuft_error *err);
/* Runs in the parent meanwhile. The stream ends early where the child failed: its failure is what
 * is then reported. */
typedef tuft_status tuft_apart_take(FILE *in, void *user, tuft_error *err);

/* The child's failure if it has one, else take's. TUFT_FORMAT, naming what, where the child crashed
 * or used up its processor time; TUFT_MEMORY where there can be no child. */
tuft_status tuft_apart(const char *what, tuft_apart_work *work, tuft_apart_take *take, void *user,
                       tuft_error *err);

/* In the child: the processor time until the next call, in seconds; 2 at the start. In any other
 * process it must not be called. */
void tuft_apart_allow(double seconds);

#endif
