#include "cells/exponential_sum.h"

#include <math.h>

enum { BISECTIONS = 80 };

double tuft_exponential_sum_at(const tuft_exponential_sum *sum, double t)
{
    double value = sum->offset;
    for (int i = 0; i < sum->terms; i++)
        value += sum->amplitude[i] * exp(-t / sum->tau[i]);
    return value;
}

/* sum_i a[i] exp(-r[i] t), scaled by exp(r[0] t) so that it never underflows as a whole. */
static double scaled(const double *a, const double *r, int n, double t)
{
    double value = a[0];
    for (int i = 1; i < n; i++)
        value += a[i] * exp(-(r[i] - r[0]) * t);
    return value;
}

/* Zeros in (0, inf) of sum_i a[i] exp(-r[i] t), rates r ascending; at most n - 1 of them. */
static int zeros(const double *a, const double *r, int n, double *zero)
{
    if (n < 2)
        return 0;
    /* d/dt of the scaled sum: n - 1 terms, rates r[i] - r[0]. */
    double b[TUFT_EXPONENTIAL_LIMIT], q[TUFT_EXPONENTIAL_LIMIT], edge[TUFT_EXPONENTIAL_LIMIT + 2];
    for (int i = 1; i < n; i++) {
        b[i - 1] = -a[i] * (r[i] - r[0]);
        q[i - 1] = r[i] - r[0];
    }
    int inner = zeros(b, q, n - 1, edge + 1), found = 0;
    edge[0] = 0;
    /* Past the last extremum the scaled sum runs monotonically to a[0]: far enough is where the
     * slowest remaining term has died. */
    edge[inner + 1] = edge[inner] + 750 / (r[1] - r[0]);
    for (int k = 0; k <= inner; k++) {
        double low = edge[k], high = edge[k + 1];
        double at_low = scaled(a, r, n, low), at_high = scaled(a, r, n, high);
        if ((at_low > 0) == (at_high > 0))
            continue;
        for (int i = 0; i < BISECTIONS && low < high; i++) {
            double middle = 0.5 * (low + high);
            if ((scaled(a, r, n, middle) > 0) == (at_low > 0))
                low = middle;
            else
                high = middle;
        }
        zero[found++] = 0.5 * (low + high);
    }
    return found;
}

/* Critical points of the sum, ascending. */
static int extrema(const tuft_exponential_sum *sum, double *at)
{
    double a[TUFT_EXPONENTIAL_LIMIT], r[TUFT_EXPONENTIAL_LIMIT];
    int n = 0;
    for (int i = 0; i < sum->terms; i++) {
        if (sum->amplitude[i] == 0)
            continue;
        int k = n++;
        double rate = 1 / sum->tau[i], slope = -sum->amplitude[i] * rate;
        for (; k > 0 && r[k - 1] > rate; k--) {
            r[k] = r[k - 1];
            a[k] = a[k - 1];
        }
        r[k] = rate;
        a[k] = slope;
    }
    return zeros(a, r, n, at);
}

int64_t tuft_exponential_sum_crossing(const tuft_exponential_sum *sum, double tick,
                                      double threshold)
{
    double at[TUFT_EXPONENTIAL_LIMIT];
    int count = extrema(sum, at);
    int64_t from = 1;
    for (int s = 0; s <= count; s++) {
        /* Whole ticks of one monotone stretch: from .. to. */
        double end = s < count ? floor(at[s] / tick) : 0x1p62;
        int64_t to = end < 0x1p62 ? (int64_t)end : (int64_t)1 << 62;
        if (to < from)
            continue;
        if (tuft_exponential_sum_at(sum, (double)from * tick) > threshold)
            return from;
        if (s == count) {
            /* The last stretch runs to the offset: it crosses only if that lies above. */
            if (!(sum->offset > threshold))
                return INT64_MAX;
            int64_t step = 1;
            while (from + step < to &&
                   !(tuft_exponential_sum_at(sum, (double)(from + step) * tick) > threshold))
                step *= 2;
            to = from + step < to ? from + step : to;
        }
        if (tuft_exponential_sum_at(sum, (double)to * tick) > threshold) {
            int64_t low = from, high = to; /* not above at low, above at high */
            while (high - low > 1) {
                int64_t middle = low + (high - low) / 2;
                if (tuft_exponential_sum_at(sum, (double)middle * tick) > threshold)
                    high = middle;
                else
                    low = middle;
            }
            return high;
        }
        from = to + 1;
    }
    return INT64_MAX;
}
