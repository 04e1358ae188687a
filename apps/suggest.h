/* "Did you mean ...?": the nearest of a few names to what was typed. */
#ifndef TUFT_APPS_SUGGEST_H
#define TUFT_APPS_SUGGEST_H

#include <stddef.h>

/* Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours,
 * each costing one (Boytsov 2011, J. Exp. Algorithmics 16:1.1). Names past 63 bytes are cut. */
size_t suggest_distance(const char *a, const char *b);

/* The first of the count names that is nearest to typed, or NULL where none is near: within a
 * third of the longer one's length, or typed is the beginning (2 letters or more) of the name. */
const char *suggest_nearest(const char *typed, const char *const *names, size_t count);

#endif
