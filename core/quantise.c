#include "core/quantise.h"

#include "core/fixed.h"
#include "core/memory.h"

#include <math.h>
#include <stdlib.h>

/* Units that are tried: 1, 2^(-1/STEPS), ... of the largest weight's, down to 1/8. */
enum { STEPS_AN_OCTAVE = 8, OCTAVES = 3 };

/* What all passes over the weights share. */
typedef struct {
    const tuft_connections *connections;
    const double *activity; /* NULL: all alike */
    double most;            /* the largest integer */
} view;

static size_t row_begin(const tuft_connections *c, uint32_t row)
{
    switch (c->kind) {
    case TUFT_DENSE:
        return (size_t)row * c->targets;
    case TUFT_SPARSE:
        return c->segment_begin[c->row_segment[row]];
    case TUFT_ONE_TO_ONE:
        return row;
    }
    return 0;
}

static double to_integer(double weight, double unit, double most)
{
    double whole = round(weight / unit);
    return whole > most ? most : whole < -most ? -most : whole;
}

/* Rows are summed each on their own, so that the sum is the same for any compiler's order of rows
 * of equal activity. */
static double squared_error(const view *of, double unit)
{
    const tuft_connections *c = of->connections;
    double all = 0;
    for (uint32_t i = 0; i < c->sources; i++) {
        double weight_of_row = of->activity ? of->activity[i] : 1, row = 0;
        if (weight_of_row <= 0)
            continue;
        for (size_t s = row_begin(c, i); s < row_begin(c, i + 1); s++) {
            double w = (double)c->weight[s], off = w - unit * to_integer(w, unit, of->most);
            row += off * off;
        }
        all += weight_of_row * row;
    }
    return all;
}

static double squares(const view *of)
{
    const tuft_connections *c = of->connections;
    double all = 0;
    for (uint32_t i = 0; i < c->sources; i++)
        for (size_t s = row_begin(c, i); s < row_begin(c, i + 1); s++)
            all +=
                (of->activity ? of->activity[i] : 1) * (double)c->weight[s] * (double)c->weight[s];
    return all;
}

static double largest_weight(const tuft_connections *c)
{
    double largest = 0;
    for (size_t s = 0; s < tuft_connections_synapses(c); s++)
        largest = fmax(largest, fabs((double)c->weight[s]));
    return largest;
}

static int is_active(const tuft_connections *c, const double *activity)
{
    for (uint32_t i = 0; activity && i < c->sources; i++)
        if (activity[i] > 0)
            return 1;
    return 0;
}

static double free_unit(const view *of, double largest, tuft_scale_rule rule)
{
    double first = largest / of->most, best = first;
    if (rule == TUFT_SCALE_LARGEST)
        return first;
    double least = squared_error(of, first);
    for (int k = 1; k <= STEPS_AN_OCTAVE * OCTAVES; k++) {
        double unit = first * exp2(-(double)k / STEPS_AN_OCTAVE), error = squared_error(of, unit);
        if (error < least) {
            least = error;
            best = unit;
        }
    }
    return best;
}

static double aligned_unit(const view *of, double largest, tuft_scale_rule rule, double base,
                           int most_shift)
{
    /* The smallest power of two that clips nothing, then those below it. */
    double exact = ceil(log2(largest / of->most / base) - 1e-9);
    int shift = exact > most_shift ? most_shift : exact > 0 ? (int)exact : 0;
    double best = ldexp(base, shift);
    if (rule == TUFT_SCALE_LARGEST)
        return best;
    double least = squared_error(of, best);
    for (int k = 1; k <= OCTAVES && k <= shift; k++) {
        double unit = ldexp(base, shift - k), error = squared_error(of, unit);
        if (error < least) {
            least = error;
            best = unit;
        }
    }
    return best;
}

static tuft_status quantise(tuft_quantised *out, const tuft_connections *connections,
                            const double *activity, uint32_t bits, tuft_scale_rule rule,
                            double base, int most_shift, tuft_error *err)
{
    *out = (tuft_quantised){.bits = bits, .unit = base > 0 ? base : 1};
    if (bits < TUFT_FIXED_WEIGHT_BITS_LEAST || bits > TUFT_FIXED_WEIGHT_BITS_MOST)
        return tuft_fail(err, TUFT_INVALID, "weights of %u bits, expected %d to %d", bits,
                         TUFT_FIXED_WEIGHT_BITS_LEAST, TUFT_FIXED_WEIGHT_BITS_MOST);
    view of = {.connections = connections,
               .activity = is_active(connections, activity) ? activity : NULL,
               .most = tuft_fixed_most(bits)};
    out->synapses = tuft_connections_synapses(connections);
    tuft_status status = TUFT_NEW(&out->weight, out->synapses, "integer weights", err);
    double largest = largest_weight(connections);
    if (status || largest == 0)
        return status;
    out->unit = base > 0 ? aligned_unit(&of, largest, rule, base, most_shift)
                         : free_unit(&of, largest, rule);
    for (size_t s = 0; s < out->synapses; s++) {
        double weight = (double)connections->weight[s];
        out->weight[s] = (int16_t)to_integer(weight, out->unit, of.most);
        out->clipped += fabs(weight) > (of.most + 0.5) * out->unit;
    }
    double all = squares(&of);
    out->error = all > 0 ? sqrt(squared_error(&of, out->unit) / all) : 0;
    return TUFT_OK;
}

tuft_status tuft_quantise(tuft_quantised *out, const tuft_connections *connections,
                          const double *activity, uint32_t bits, tuft_scale_rule rule,
                          tuft_error *err)
{
    return quantise(out, connections, activity, bits, rule, 0, 0, err);
}

tuft_status tuft_quantise_aligned(tuft_quantised *out, const tuft_connections *connections,
                                  const double *activity, uint32_t bits, tuft_scale_rule rule,
                                  double base, int most_shift, tuft_error *err)
{
    *out = (tuft_quantised){0};
    if (!(base > 0) || !isfinite(base))
        return tuft_fail(err, TUFT_INVALID, "unit %g to align with, expected above 0", base);
    if (most_shift < 0 || most_shift > TUFT_FIXED_SHIFT_MOST)
        return tuft_fail(err, TUFT_INVALID, "shift of up to %d, expected 0 to %d", most_shift,
                         TUFT_FIXED_SHIFT_MOST);
    return quantise(out, connections, activity, bits, rule, base, most_shift, err);
}

void tuft_quantised_free(tuft_quantised *quantised)
{
    free(quantised->weight);
    *quantised = (tuft_quantised){0};
}
