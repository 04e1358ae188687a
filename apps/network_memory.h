/* How much memory a network needs, and how much there is: sizes that do not fit are refused before
 * anything is allocated. */
#ifndef TUFT_APPS_NETWORK_MEMORY_H
#define TUFT_APPS_NETWORK_MEMORY_H

#include "apps/network_file.h"

typedef struct {
    double bytes;
    double largest;    /* bytes of the part that needs most */
    const char *where; /* its place in the file; borrowed from the file */
} network_memory;

/* An estimate of populations, projections (while they are being wired, too) and traces. Recorded
 * spikes are not in it: nobody knows their number. */
network_memory network_memory_needed(const network_file *file);

/* Bytes that this process may still take: the least of what the machine, the control group and the
 * limits of the process leave; INFINITY if nothing is known. */
double network_memory_there(void);

/* TUFT_MEMORY where it does not fit, with both figures. */
tuft_status network_memory_check(const network_file *file, double there, tuft_error *err);

#endif
