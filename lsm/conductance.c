#include "lsm/conductance.h"

#include "core/file.h"
#include "core/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const tuft_conductance tuft_conductance_defaults = {
    .kind = TUFT_CONDUCTANCE_NORMAL, .mean_siemens = 20e-6, .sd_siemens = 6e-6};

/* A text file of measured values is not larger than this. */
enum { FILE_LIMIT = 1 << 28 };

/* Beyond these no cell was ever built, and float32 conductances overflow or vanish. */
static const double LEAST_SIEMENS = 1e-18, MOST_SIEMENS = 1e6, MOST_RELATIVE_SPREAD = 1e6;

tuft_status tuft_conductance_check(const tuft_conductance *model, tuft_error *err)
{
    if (!(model->mean_siemens >= LEAST_SIEMENS && model->mean_siemens <= MOST_SIEMENS))
        return tuft_fail(err, TUFT_INVALID, "mean conductance %g S, expected %g to %g",
                         model->mean_siemens, LEAST_SIEMENS, MOST_SIEMENS);
    if (!(model->sd_siemens >= 0 && model->sd_siemens <= MOST_SIEMENS &&
          model->sd_siemens <= MOST_RELATIVE_SPREAD * model->mean_siemens))
        return tuft_fail(err, TUFT_INVALID,
                         "spread of conductances %g S about %g S, expected 0 to %g times as much",
                         model->sd_siemens, model->mean_siemens, MOST_RELATIVE_SPREAD);
    if (model->kind != TUFT_CONDUCTANCE_TABLE)
        return TUFT_OK;
    if (!model->table_count || model->table_count > UINT32_MAX)
        return tuft_fail(err, TUFT_INVALID, "table of %zu conductances, expected 1 to 2^32",
                         model->table_count);
    for (size_t i = 0; i < model->table_count; i++)
        if (!(model->table_siemens[i] >= 0 && model->table_siemens[i] <= MOST_SIEMENS))
            return tuft_fail(err, TUFT_INVALID, "conductance %zu is %g S, expected 0 to %g", i,
                             model->table_siemens[i], MOST_SIEMENS);
    return TUFT_OK;
}

double tuft_conductance_draw(const tuft_conductance *model, tuft_random *random)
{
    if (model->kind == TUFT_CONDUCTANCE_TABLE)
        return model->table_siemens[tuft_random_below(random, (uint32_t)model->table_count)];
    double z = tuft_random_normal(random);
    if (model->kind == TUFT_CONDUCTANCE_NORMAL)
        return fmax(0, model->mean_siemens + model->sd_siemens * z);
    double relative = model->sd_siemens / model->mean_siemens;
    double s2 = log1p(relative * relative);
    return exp(log(model->mean_siemens) - s2 / 2 + sqrt(s2) * z);
}

/* Mean and sd of a table, taken as the whole population. */
static void moments(tuft_conductance *model)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < model->table_count; i++)
        sum += model->table_siemens[i];
    model->mean_siemens = sum / (double)model->table_count;
    for (size_t i = 0; i < model->table_count; i++) {
        double d = model->table_siemens[i] - model->mean_siemens;
        squares += d * d;
    }
    model->sd_siemens = sqrt(squares / (double)model->table_count);
}

static tuft_status parse(const char *path, char *text, double **value, size_t *count,
                         tuft_error *err)
{
    size_t capacity = 0, line = 1;
    for (char *at = text; *at;) {
        if (*at == '#')
            at += strcspn(at, "\n");
        if (*at == '\n')
            line++;
        if (*at && strchr(" \t\r\n,;", *at)) {
            at++;
            continue;
        }
        if (!*at)
            break;
        char *end;
        double number = strtod(at, &end);
        if (end == at || (*end && !strchr(" \t\r\n,;#", *end)))
            return tuft_fail(err, TUFT_FORMAT, "%s: line %zu: \"%.16s\", expected a number", path,
                             line, at);
        if (!(number >= 0 && number <= MOST_SIEMENS))
            return tuft_fail(err, TUFT_FORMAT, "%s: line %zu: conductance %g S, expected 0 to %g",
                             path, line, number, MOST_SIEMENS);
        tuft_status status = TUFT_GROW(value, &capacity, *count + 1, "conductances", err);
        if (status)
            return status;
        (*value)[(*count)++] = number;
        at = end;
    }
    return TUFT_OK;
}

tuft_status tuft_conductance_load(const char *path, tuft_conductance *model, double **owned,
                                  tuft_error *err)
{
    *owned = NULL;
    char *text;
    size_t count = 0;
    tuft_status status = tuft_file_text(path, FILE_LIMIT, &text, err);
    if (!status)
        status = parse(path, text, owned, &count, err);
    free(text);
    if (!status && !count)
        status = tuft_fail(err, TUFT_FORMAT, "%s: no conductances in it", path);
    if (!status) {
        *model = (tuft_conductance){
            .kind = TUFT_CONDUCTANCE_TABLE, .table_siemens = *owned, .table_count = count};
        moments(model);
        if (model->mean_siemens < LEAST_SIEMENS)
            status = tuft_fail(err, TUFT_FORMAT, "%s: all conductances are zero", path);
    }
    if (status) {
        free(*owned);
        *owned = NULL;
    }
    return status;
}

/* Of a mean that no array has: the unit in which it would be nearest to 10 uS. */
static const char *likely_unit(double mean)
{
    static const struct {
        const char *name;
        double siemens;
    } unit[] = {{"millisiemens", 1e-3}, {"microsiemens", 1e-6}, {"nanosiemens", 1e-9},
                {"picosiemens", 1e-12}, {"megasiemens", 1e6},   {"kilosiemens", 1e3}};
    size_t best = 0;
    for (size_t u = 1; u < sizeof unit / sizeof *unit; u++)
        if (fabs(log(mean * unit[u].siemens / 1e-5)) < fabs(log(mean * unit[best].siemens / 1e-5)))
            best = u;
    return unit[best].name;
}

tuft_status tuft_conductance_check_unit(const char *path, double mean_siemens, tuft_error *err)
{
    static const double least = 1e-9, most = 1e-2;
    if (mean_siemens >= least && mean_siemens <= most)
        return TUFT_OK;
    return tuft_fail(err, TUFT_FORMAT,
                     "%s: mean conductance %.4g S (fitted), expected %g to %g; are the numbers in "
                     "%s?",
                     path, mean_siemens, least, most, likely_unit(mean_siemens));
}
