/* The exact step of a small linear system: dx/dt = A x gives x(t + h) = exp(A h) x(t).
 *
 * A constant drive is one more variable that does not change (a row of zeros). Clocked cells take
 * their linear parts exactly so, and hold what is not linear for the length of a step: exponential
 * Euler, of first order in h (Hochbruck & Ostermann 2010, Acta Numerica 19:209, eq. 2.1).
 */
#ifndef TUFT_CELLS_PROPAGATOR_H
#define TUFT_CELLS_PROPAGATOR_H

enum { TUFT_PROPAGATOR_LIMIT = 8 };

/* out = exp(a h); both [n][n], row-major, n at most TUFT_PROPAGATOR_LIMIT. By its Taylor series,
 * scaled by a power of two and squared back. */
void tuft_propagator(int n, const double *a, double h, double *out);

#endif
