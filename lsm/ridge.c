#include "lsm/ridge.h"

#include "core/memory.h"
#include "lsm/folds.h"

#include <cblas.h>
#include <float.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 128 };

/* Sums over a set of rows x, each less a fixed shift (the mean of all rows: it cancels in what
 * follows and keeps the digits of columns with a large mean). */
typedef struct {
    double rows;
    double *sum;   /* [columns] */
    double *gram;  /* [columns][columns]; column-major lower triangle */
    double *cross; /* [classes][columns] sums over the rows of one class */
    double *count; /* [classes] */
} moments;

/* The standardised system of one training set. */
typedef struct {
    size_t order;    /* columns (primal) or rows (dual) */
    double *matrix;  /* [order][order], column-major lower triangle */
    double *target;  /* [classes][order] */
    double *row;     /* dual: [rows][columns] standardised */
    double *mean;    /* [columns] of raw rows */
    double *inverse; /* [columns] 1 / deviation */
    double *share;   /* [classes] of the rows */
    double unit;     /* trace / columns, 1 where that is 0 */
} ridge_system;

static void moments_free(moments *m)
{
    free(m->sum);
    free(m->gram);
    free(m->cross);
    free(m->count);
    *m = (moments){0};
}

static tuft_status moments_new(moments *m, size_t columns, size_t classes, tuft_error *err)
{
    *m = (moments){0};
    tuft_status status = TUFT_NEW(&m->sum, columns, "ridge: sums", err);
    if (!status)
        status = TUFT_NEW(&m->gram, columns * columns, "ridge: Gram matrix", err);
    if (!status)
        status = TUFT_NEW(&m->cross, classes * columns, "ridge: class sums", err);
    if (!status)
        status = TUFT_NEW(&m->count, classes, "ridge: class counts", err);
    if (status)
        moments_free(m);
    return status;
}

/* into[k] = a into[k] + b from[k] */
static void combine(double *into, double a, const double *from, double b, size_t n)
{
    for (size_t k = 0; k < n; k++)
        into[k] = a * into[k] + b * from[k];
}

static void moments_combine(moments *into, double a, const moments *from, double b, size_t columns,
                            size_t classes)
{
    into->rows = a * into->rows + b * from->rows;
    combine(into->sum, a, from->sum, b, columns);
    combine(into->gram, a, from->gram, b, columns * columns);
    combine(into->cross, a, from->cross, b, classes * columns);
    combine(into->count, a, from->count, b, classes);
}

static void ridge_system_free(ridge_system *s)
{
    free(s->matrix);
    free(s->target);
    free(s->row);
    free(s->mean);
    free(s->inverse);
    free(s->share);
    *s = (ridge_system){0};
}

static tuft_status ridge_system_vectors(ridge_system *s, size_t columns, size_t classes,
                                        size_t order, tuft_error *err)
{
    *s = (ridge_system){.order = order};
    tuft_status status = TUFT_NEW(&s->target, classes * order, "ridge: targets", err);
    if (!status)
        status = TUFT_NEW(&s->mean, columns, "ridge: means", err);
    if (!status)
        status = TUFT_NEW(&s->inverse, columns, "ridge: deviations", err);
    if (!status)
        status = TUFT_NEW(&s->share, classes, "ridge: class shares", err);
    if (status)
        ridge_system_free(s);
    return status;
}

static tuft_status column_means(const tuft_features *features, double **mean, tuft_error *err)
{
    tuft_status status = TUFT_NEW(mean, features->columns, "ridge: means", err);
    if (status)
        return status;
    for (size_t i = 0; i < features->rows; i++)
        for (size_t j = 0; j < features->columns; j++)
            (*mean)[j] += (double)features->value[i * features->columns + j];
    for (size_t j = 0; j < features->columns; j++)
        (*mean)[j] /= (double)features->rows;
    return TUFT_OK;
}

/* The rows with fold[i] == which (all with fold NULL), CHUNK at a time through a product in double.
 */
static tuft_status moments_gather(moments *m, const tuft_features *features, const double *shift,
                                  const uint32_t *fold, uint32_t which, tuft_error *err)
{
    size_t columns = features->columns;
    double *chunk;
    tuft_status status = TUFT_NEW(&chunk, CHUNK * columns, "ridge: rows", err);
    if (status)
        return status;
    size_t held = 0;
    for (size_t i = 0; i < features->rows; i++) {
        if (!fold || fold[i] == which) {
            const float *value = features->value + i * columns;
            double *row = chunk + held++ * columns;
            double *cross = m->cross + (size_t)features->label[i] * columns;
            for (size_t j = 0; j < columns; j++) {
                row[j] = (double)value[j] - shift[j];
                m->sum[j] += row[j];
                cross[j] += row[j];
            }
            m->count[features->label[i]]++;
            m->rows++;
        }
        if (held == CHUNK || (held && i + 1 == features->rows)) {
            cblas_dsyrk(CblasColMajor, CblasLower, CblasNoTrans, (int)columns, (int)held, 1, chunk,
                        (int)columns, 1, m->gram, (int)columns);
            held = 0;
        }
    }
    free(chunk);
    return TUFT_OK;
}

/* Centres and scales the sums into the normal equations. Takes m->gram. */
static tuft_status primal_system(ridge_system *s, moments *m, const double *shift, size_t columns,
                                 size_t classes, tuft_error *err)
{
    tuft_status status = ridge_system_vectors(s, columns, classes, columns, err);
    if (status)
        return status;
    double n = m->rows, trace = 0;
    s->matrix = m->gram;
    m->gram = NULL;
    for (size_t j = 0; j < columns; j++) {
        double square = s->matrix[j * columns + j] - m->sum[j] * m->sum[j] / n;
        s->inverse[j] = sqrt(fmax(square, 0) / n);
        s->mean[j] = shift[j] + m->sum[j] / n;
    }
    tuft_scaler_inverse(s->inverse, columns, s->inverse);
    for (size_t j = 0; j < columns; j++) {
        double *column = s->matrix + j * columns;
        for (size_t k = j; k < columns; k++)
            column[k] = (column[k] - m->sum[j] * m->sum[k] / n) * s->inverse[j] * s->inverse[k];
        trace += column[j];
    }
    s->unit = trace > 0 ? trace / (double)columns : 1;
    for (size_t c = 0; c < classes; c++) {
        s->share[c] = m->count[c] / n;
        for (size_t j = 0; j < columns; j++)
            s->target[c * columns + j] =
                (m->cross[c * columns + j] - m->count[c] * m->sum[j] / n) * s->inverse[j];
    }
    return TUFT_OK;
}

/* The rows outside fold `which` (all with fold NULL) as a kernel matrix. */
static tuft_status dual_system(ridge_system *s, const tuft_features *features, size_t classes,
                               const uint32_t *fold, uint32_t which, tuft_error *err)
{
    size_t columns = features->columns, n = 0;
    for (size_t i = 0; i < features->rows; i++)
        n += !fold || fold[i] != which;
    tuft_features training = {0};
    tuft_scaler scaler = {0};
    uint32_t *index = NULL;
    tuft_status status = ridge_system_vectors(s, columns, classes, n, err);
    if (!status)
        status = TUFT_NEW(&index, n, "ridge: rows", err);
    for (size_t i = 0, k = 0; !status && i < features->rows; i++)
        if (!fold || fold[i] != which)
            index[k++] = (uint32_t)i;
    if (!status)
        status = tuft_features_select(&training, features, index, n, err);
    if (!status)
        status = tuft_scaler_fit(&scaler, &training, err);
    if (!status)
        status = TUFT_NEW(&s->row, n * columns, "ridge: rows", err);
    if (!status)
        status = TUFT_NEW(&s->matrix, n * n, "ridge: kernel matrix", err);
    if (status)
        goto done;
    memcpy(s->mean, scaler.mean, columns * sizeof *s->mean);
    memcpy(s->inverse, scaler.inverse, columns * sizeof *s->inverse);
    for (size_t i = 0; i < n; i++) {
        s->share[training.label[i]] += 1 / (double)n;
        s->target[(size_t)training.label[i] * n + i] = 1;
        for (size_t j = 0; j < columns; j++)
            s->row[i * columns + j] =
                ((double)training.value[i * columns + j] - s->mean[j]) * s->inverse[j];
    }
    for (size_t c = 0; c < classes; c++)
        for (size_t i = 0; i < n; i++)
            s->target[c * n + i] -= s->share[c];
    cblas_dsyrk(CblasColMajor, CblasLower, CblasTrans, (int)n, (int)columns, 1, s->row,
                (int)columns, 0, s->matrix, (int)n);
    for (size_t i = 0; i < n; i++)
        s->unit += s->matrix[i * n + i] / (double)columns;
    if (!(s->unit > 0))
        s->unit = 1;
done:
    free(index);
    tuft_features_free(&training);
    tuft_scaler_free(&scaler);
    if (status)
        ridge_system_free(s);
    return status;
}

/* Weights of standardised columns to weights of raw ones. */
static void write_readout(const ridge_system *s, const double *weight, tuft_linear *out)
{
    for (int c = 0; c < out->classes; c++) {
        double bias = s->share[c];
        for (size_t j = 0; j < out->columns; j++) {
            double raw = weight[(size_t)c * out->columns + j] * s->inverse[j];
            bias -= raw * s->mean[j];
            out->weight[(size_t)c * out->columns + j] = (float)raw;
        }
        out->bias[c] = (float)bias;
    }
}

/* Cholesky in place. The number (from 1) of the first pivot that is not above what rounding leaves
 * of the largest diagonal element, 0 without one. */
static size_t factorise(double *matrix, size_t order)
{
    double largest = 0;
    for (size_t j = 0; j < order; j++)
        largest = fmax(largest, matrix[j * order + j]);
    int info =
        LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'L', (lapack_int)order, matrix, (lapack_int)order);
    if (info)
        return (size_t)info;
    for (size_t j = 0; j < order; j++) {
        double root = matrix[j * order + j];
        if (!(root * root > (double)order * DBL_EPSILON * largest))
            return j + 1;
    }
    return 0;
}

/* work [order][order] is scratch. */
static tuft_status solve(const ridge_system *s, double lambda, double *work, tuft_linear *out,
                         tuft_error *err)
{
    size_t order = s->order, columns = out->columns, classes = (size_t)out->classes;
    double *solution = NULL, *weight = NULL;
    tuft_status status = TUFT_NEW(&solution, classes * order, "ridge: solution", err);
    if (!status && s->row)
        status = TUFT_NEW(&weight, classes * columns, "ridge: weights", err);
    if (status)
        goto done;
    memcpy(work, s->matrix, order * order * sizeof *work);
    memcpy(solution, s->target, classes * order * sizeof *solution);
    for (size_t j = 0; j < order; j++)
        work[j * order + j] += lambda * s->unit;
    size_t pivot = factorise(work, order);
    if (pivot) {
        status = tuft_fail(err, TUFT_NUMERIC,
                           "ridge: lambda %g: the system of order %zu is singular at pivot %zu, "
                           "expected a larger lambda",
                           lambda, order, pivot);
        goto done;
    }
    LAPACKE_dpotrs_work(LAPACK_COL_MAJOR, 'L', (lapack_int)order, (lapack_int)classes, work,
                        (lapack_int)order, solution, (lapack_int)order);
    if (s->row)
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)classes, (int)columns,
                    (int)order, 1, solution, (int)order, s->row, (int)columns, 0, weight,
                    (int)columns);
    write_readout(s, s->row ? weight : solution, out);
done:
    free(solution);
    free(weight);
    return status;
}

static tuft_status check_lambda(double lambda, tuft_error *err)
{
    if (!(lambda >= 0) || !isfinite(lambda))
        return tuft_fail(err, TUFT_INVALID, "ridge: lambda %g, expected 0 or more", lambda);
    return TUFT_OK;
}

static tuft_status whole_system(ridge_system *s, const tuft_features *features, size_t classes,
                                tuft_error *err)
{
    if (features->rows < features->columns)
        return dual_system(s, features, classes, NULL, 0, err);
    double *shift = NULL;
    moments m = {0};
    tuft_status status = column_means(features, &shift, err);
    if (!status)
        status = moments_new(&m, features->columns, classes, err);
    if (!status)
        status = moments_gather(&m, features, shift, NULL, 0, err);
    if (!status)
        status = primal_system(s, &m, shift, features->columns, classes, err);
    moments_free(&m);
    free(shift);
    return status;
}

tuft_status tuft_ridge_fit(const tuft_features *features, int classes, double lambda,
                           tuft_linear *out, tuft_error *err)
{
    *out = (tuft_linear){0};
    ridge_system s = {0};
    double *work = NULL;
    tuft_status status = check_lambda(lambda, err);
    if (!status)
        status = tuft_features_check(features, classes, err);
    if (!status)
        status = tuft_linear_new(out, features->columns, classes, err);
    if (!status)
        status = whole_system(&s, features, (size_t)classes, err);
    if (!status)
        status = TUFT_NEW(&work, s.order * s.order, "ridge: factor", err);
    if (!status)
        status = solve(&s, lambda, work, out, err);
    free(work);
    ridge_system_free(&s);
    if (status)
        tuft_linear_free(out);
    return status;
}

/* One cross-validation: what its folds share (read only), and a place for each fold's result. */
typedef struct {
    const tuft_features *features;
    int classes;
    const double *lambda;
    size_t lambdas;
    const uint8_t *scored;
    uint32_t *fold;       /* [rows] */
    double *shift;        /* [columns] */
    moments total, *part; /* primal: sums over all rows, and over each fold's own */
    size_t *right;        /* [folds][lambdas] */
} validation;

static tuft_status held_out(const validation *v, uint32_t which, tuft_features *out,
                            tuft_error *err)
{
    uint32_t *index;
    tuft_status status = TUFT_NEW(&index, v->features->rows, "ridge: rows", err);
    if (status)
        return status;
    size_t n = 0;
    for (size_t i = 0; i < v->features->rows; i++)
        if (v->fold[i] == which && (!v->scored || v->scored[i]))
            index[n++] = (uint32_t)i;
    status = tuft_features_select(out, v->features, index, n, err);
    free(index);
    return status;
}

/* A fold's own sums become those of the rows outside it. */
static tuft_status fold_system(const validation *v, uint32_t which, ridge_system *s,
                               tuft_error *err)
{
    size_t columns = v->features->columns, classes = (size_t)v->classes;
    if (!v->part)
        return dual_system(s, v->features, classes, v->fold, which, err);
    moments *m = &v->part[which];
    moments_combine(m, -1, &v->total, 1, columns, classes);
    return primal_system(s, m, v->shift, columns, classes, err);
}

static tuft_status count_right(const tuft_linear *linear, const tuft_features *held, int *predicted,
                               size_t *right, tuft_error *err)
{
    tuft_status status = tuft_linear_predict(linear, held, predicted, err);
    for (size_t i = 0; !status && i < held->rows; i++)
        *right += predicted[i] == held->label[i];
    return status;
}

static tuft_status validate_fold(const validation *v, uint32_t which, tuft_error *err)
{
    tuft_features held = {0};
    tuft_linear linear = {0};
    ridge_system s = {0};
    double *work = NULL;
    int *predicted = NULL;
    tuft_status status = held_out(v, which, &held, err);
    if (status || held.rows == 0)
        goto done;
    status = TUFT_NEW(&predicted, held.rows, "ridge: predictions", err);
    if (!status)
        status = tuft_linear_new(&linear, v->features->columns, v->classes, err);
    if (!status)
        status = fold_system(v, which, &s, err);
    if (!status)
        status = TUFT_NEW(&work, s.order * s.order, "ridge: factor", err);
    for (size_t k = 0; !status && k < v->lambdas; k++) {
        status = solve(&s, v->lambda[k], work, &linear, err);
        if (!status)
            status = count_right(&linear, &held, predicted, &v->right[which * v->lambdas + k], err);
    }
done:
    free(work);
    free(predicted);
    ridge_system_free(&s);
    tuft_linear_free(&linear);
    tuft_features_free(&held);
    return status;
}

typedef tuft_status fold_work(const validation *v, uint32_t which, tuft_error *err);

static tuft_status gather_fold(const validation *v, uint32_t which, tuft_error *err)
{
    return moments_gather(&v->part[which], v->features, v->shift, v->fold, which, err);
}

/* Every fold is worked alone; the error told is that of the first fold that failed. */
static tuft_status for_folds(fold_work *work, const validation *v, int folds, int threads,
                             tuft_error *err)
{
    tuft_error *failure;
    tuft_status status = TUFT_NEW(&failure, (size_t)folds, "ridge: messages", err);
    if (status)
        return status;
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (int f = 0; f < folds; f++)
        failure[f].status = work(v, (uint32_t)f, &failure[f]);
    for (int f = 0; f < folds && !status; f++)
        if (failure[f].status)
            status = tuft_fail(err, failure[f].status, "fold %d: %.400s", f, failure[f].message);
    free(failure);
    return status;
}

static tuft_status prepare_sums(validation *v, int folds, int threads, tuft_error *err)
{
    size_t columns = v->features->columns, classes = (size_t)v->classes;
    if (v->features->rows < columns)
        return TUFT_OK; /* dual: each fold for itself */
    tuft_status status = column_means(v->features, &v->shift, err);
    if (!status)
        status = TUFT_NEW(&v->part, (size_t)folds, "ridge: folds", err);
    for (int f = 0; f < folds && !status; f++)
        status = moments_new(&v->part[f], columns, classes, err);
    if (!status)
        status = moments_new(&v->total, columns, classes, err);
    if (!status)
        status = for_folds(gather_fold, v, folds, threads, err);
    for (int f = 0; f < folds && !status; f++)
        moments_combine(&v->total, 1, &v->part[f], 1, columns, classes);
    return status;
}

static void validation_free(validation *v, int folds)
{
    for (int f = 0; v->part && f < folds; f++)
        moments_free(&v->part[f]);
    moments_free(&v->total);
    free(v->part);
    free(v->fold);
    free(v->shift);
    free(v->right);
}

static void judge(const validation *v, int folds, size_t scored, double *accuracy, size_t *best)
{
    *best = 0;
    for (size_t k = 0; k < v->lambdas; k++) {
        size_t right = 0;
        for (int f = 0; f < folds; f++)
            right += v->right[(size_t)f * v->lambdas + k];
        accuracy[k] = (double)right / (double)scored;
        if (accuracy[k] > accuracy[*best] ||
            (accuracy[k] == accuracy[*best] && v->lambda[k] > v->lambda[*best]))
            *best = k;
    }
}

tuft_status tuft_ridge_choose(const tuft_features *features, int classes, const double *lambda,
                              size_t n, int folds, uint64_t seed, int threads,
                              const uint8_t *scored, double *accuracy, size_t *best,
                              tuft_error *err)
{
    if (n == 0 || threads < 1)
        return tuft_fail(err, TUFT_INVALID,
                         "ridge: %zu lambdas and %d threads, expected at least 1 of each", n,
                         threads);
    tuft_status status = tuft_features_check(features, classes, err);
    for (size_t k = 0; !status && k < n; k++)
        status = check_lambda(lambda[k], err);
    if (status)
        return status;
    size_t to_score = 0;
    for (size_t i = 0; i < features->rows; i++)
        to_score += !scored || scored[i];
    if (to_score == 0)
        return tuft_fail(err, TUFT_INVALID, "ridge: no row is scored, expected at least 1");
    validation v = {
        .features = features, .classes = classes, .lambda = lambda, .lambdas = n, .scored = scored};
    status = TUFT_NEW(&v.fold, features->rows, "ridge: folds", err);
    if (!status)
        status = tuft_folds(features, folds, seed, v.fold, err);
    if (!status)
        status = TUFT_NEW(&v.right, (size_t)folds * n, "ridge: counts", err);
    if (!status)
        status = prepare_sums(&v, folds, threads, err);
    if (!status)
        status = for_folds(validate_fold, &v, folds, threads, err);
    if (!status)
        judge(&v, folds, to_score, accuracy, best);
    validation_free(&v, folds);
    return status;
}
