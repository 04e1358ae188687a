#include "lsm/distribution_fit.h"

#include "core/memory.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_multifit_nlinear.h>
#include <math.h>
#include <stdlib.h>

enum { LEAST = 50, BINS = 48, PARAMETERS = 2, ITERATIONS = 200 };
static const double REACH = 4; /* bins go so many standard deviations to each side */

static double below(double x, double centre, double spread)
{
    return 0.5 * erfc((centre - x) / (spread * sqrt(2)));
}

/* The values as the fit sees them: all, or logarithms of those above 0; sorted. */
static int ascending(const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;
    return first < second ? -1 : first > second;
}

static tuft_status take_values(tuft_fit_kind kind, const double *value, size_t count,
                               double **taken, size_t *n, tuft_error *err)
{
    *n = 0;
    tuft_status status = TUFT_NEW(taken, count, "values to fit", err);
    for (size_t i = 0; !status && i < count; i++)
        if (kind == TUFT_FIT_NORMAL)
            (*taken)[(*n)++] = value[i];
        else if (value[i] > 0)
            (*taken)[(*n)++] = log(value[i]);
    if (!status && *n < LEAST)
        status = tuft_fail(err, TUFT_INVALID, "fit of %zu values, expected %d or more", *n, LEAST);
    if (!status)
        qsort(*taken, *n, sizeof **taken, ascending);
    return status;
}

typedef struct {
    double low, width, total, count[BINS];
} histogram;

static int residuals(const gsl_vector *at, void *user, gsl_vector *out)
{
    const histogram *h = user;
    double centre = gsl_vector_get(at, 0), spread = gsl_vector_get(at, 1);
    for (size_t b = 0; b < BINS; b++) {
        double from = h->low + (double)b * h->width;
        double mass = below(from + h->width, centre, spread) - below(from, centre, spread);
        gsl_vector_set(out, b, h->total * mass - h->count[b]);
    }
    return GSL_SUCCESS;
}

static tuft_status solve(tuft_fit *fit, histogram *h, tuft_error *err)
{
    gsl_multifit_nlinear_parameters settings = gsl_multifit_nlinear_default_parameters();
    gsl_multifit_nlinear_fdf problem = {.f = residuals, .n = BINS, .p = PARAMETERS, .params = h};
    double start[PARAMETERS] = {fit->centre, fit->spread}, weight[BINS];
    for (size_t b = 0; b < BINS; b++) {
        double from = h->low + (double)b * h->width;
        weight[b] = 1 / fmax(1, h->total * (below(from + h->width, fit->centre, fit->spread) -
                                            below(from, fit->centre, fit->spread)));
    }
    gsl_error_handler_t *handler = gsl_set_error_handler_off();
    gsl_multifit_nlinear_workspace *work =
        gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &settings, BINS, PARAMETERS);
    gsl_matrix *covariance = gsl_matrix_alloc(PARAMETERS, PARAMETERS);
    int code = GSL_ENOMEM, why;
    double sum = 0;
    if (work && covariance) {
        gsl_vector_const_view from = gsl_vector_const_view_array(start, PARAMETERS);
        gsl_vector_const_view weights = gsl_vector_const_view_array(weight, BINS);
        code = gsl_multifit_nlinear_winit(&from.vector, &weights.vector, &problem, work);
        if (!code)
            code = gsl_multifit_nlinear_driver(ITERATIONS, 1e-10, 1e-10, 0, NULL, NULL, &why, work);
        if (code == GSL_ENOPROG) /* the moments were the best already */
            code = GSL_SUCCESS;
        if (!code)
            code = gsl_multifit_nlinear_covar(gsl_multifit_nlinear_jac(work), 0, covariance);
    }
    if (!code) {
        const gsl_vector *at = gsl_multifit_nlinear_position(work);
        const gsl_vector *residual = gsl_multifit_nlinear_residual(work);
        gsl_blas_ddot(residual, residual, &sum);
        fit->centre = gsl_vector_get(at, 0);
        fit->spread = fabs(gsl_vector_get(at, 1));
        fit->centre_se = sqrt(gsl_matrix_get(covariance, 0, 0));
        fit->spread_se = sqrt(gsl_matrix_get(covariance, 1, 1));
        fit->chi2 = sum / (BINS - PARAMETERS);
    }
    gsl_matrix_free(covariance);
    gsl_multifit_nlinear_free(work);
    gsl_set_error_handler(handler);
    if (code == GSL_ENOMEM)
        return tuft_fail(err, TUFT_MEMORY, "fit: no memory");
    if (code || !isfinite(fit->centre + fit->spread))
        return tuft_fail(err, TUFT_NUMERIC, "fit of %zu values: %s", fit->count,
                         gsl_strerror(code));
    return TUFT_OK;
}

static double kolmogorov(const tuft_fit *fit, const double *sorted, size_t n)
{
    double largest = 0;
    for (size_t i = 0; i < n; i++) {
        double is = below(sorted[i], fit->centre, fit->spread);
        largest = fmax(largest, fmax(is - (double)i / (double)n, (double)(i + 1) / (double)n - is));
    }
    return largest;
}

tuft_status tuft_distribution_fit(tuft_fit *out, tuft_fit_kind kind, const double *value,
                                  size_t count, tuft_error *err)
{
    double *taken, sum = 0, squares = 0;
    size_t n;
    *out = (tuft_fit){.kind = kind};
    tuft_status status = take_values(kind, value, count, &taken, &n, err);
    out->count = n;
    for (size_t i = 0; !status && i < n; i++)
        sum += taken[i];
    out->centre = sum / (double)n;
    for (size_t i = 0; !status && i < n; i++)
        squares += pow(taken[i] - out->centre, 2);
    out->spread = sqrt(squares / (double)n);
    if (!status && !(out->spread > 1e-9 * fabs(out->centre) && isfinite(out->spread)))
        status = tuft_fail(err, TUFT_INVALID, "fit of %zu values: they are all alike", n);
    if (!status) {
        histogram h = {.low = out->centre - REACH * out->spread,
                       .width = 2 * REACH * out->spread / BINS,
                       .total = (double)n};
        for (size_t i = 0; i < n; i++) {
            double bin = floor((taken[i] - h.low) / h.width);
            if (bin >= 0 && bin < BINS)
                h.count[(int)bin]++;
        }
        status = solve(out, &h, err);
    }
    if (!status) {
        out->distance = kolmogorov(out, taken, n);
        double s2 = out->spread * out->spread;
        out->mean = kind == TUFT_FIT_NORMAL ? out->centre : exp(out->centre + s2 / 2);
        out->sd = kind == TUFT_FIT_NORMAL ? out->spread : out->mean * sqrt(expm1(s2));
    }
    free(taken);
    return status;
}

double tuft_fit_density(const tuft_fit *fit, double x)
{
    if (fit->kind == TUFT_FIT_LOGNORMAL && x <= 0)
        return 0;
    double z = ((fit->kind == TUFT_FIT_NORMAL ? x : log(x)) - fit->centre) / fit->spread;
    double density = exp(-z * z / 2) / (fit->spread * sqrt(2 * M_PI));
    return fit->kind == TUFT_FIT_NORMAL ? density : density / x;
}
