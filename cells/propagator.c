#include "cells/propagator.h"

#include <math.h>
#include <string.h>

enum { LIMIT = TUFT_PROPAGATOR_LIMIT, TAYLOR = 18, SQUARINGS = 64 };

/* out = x y; out is neither. */
static void multiply(int n, const double *x, const double *y, double *out)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            double sum = 0;
            for (int k = 0; k < n; k++)
                sum += x[i * n + k] * y[k * n + j];
            out[i * n + j] = sum;
        }
}

void tuft_propagator(int n, const double *a, double h, double *out)
{
    double scaled[LIMIT * LIMIT], term[LIMIT * LIMIT], next[LIMIT * LIMIT] = {0};
    double norm = 0;
    size_t size = (size_t)(n * n) * sizeof(double);
    for (int i = 0; i < n; i++) {
        double row = 0;
        for (int j = 0; j < n; j++)
            row += fabs(a[i * n + j] * h);
        norm = fmax(norm, row);
    }
    int squarings = 0;
    for (; norm > 0.5 && squarings < SQUARINGS; squarings++)
        norm *= 0.5;
    for (int i = 0; i < n * n; i++) {
        scaled[i] = ldexp(a[i] * h, -squarings);
        out[i] = term[i] = i % (n + 1) == 0;
    }
    for (int k = 1; k <= TAYLOR; k++) {
        multiply(n, term, scaled, next);
        for (int i = 0; i < n * n; i++) {
            term[i] = next[i] / k;
            out[i] += term[i];
        }
    }
    for (int k = 0; k < squarings; k++) {
        multiply(n, out, out, next);
        memcpy(out, next, size);
    }
}
