#include "apps/energy.h"

#include <math.h>
#include <string.h>

/* Whether a term grows with spikes; the others come with time or with recordings. */
static int follows_spikes(const tuft_energy_term *term)
{
    switch (term->component) {
    case TUFT_COMPONENT_SYNAPSES:
    case TUFT_COMPONENT_WEIGHTS:
    case TUFT_COMPONENT_CELLS:
    case TUFT_COMPONENT_DRIVERS:
    case TUFT_COMPONENT_ROUTING:
    case TUFT_COMPONENT_LEARNING:
        return 1;
    case TUFT_COMPONENT_STATIC:
        return term->factors && term->factor[0] == TUFT_COST_EVENT_TIME;
    default:
        return 0;
    }
}

/* With `factor` times the cells, each as active as before and the density of synapses kept, a
 * projection between populations of one size grows with the square. */
static double grown(const tuft_energy_projection *p, double factor)
{
    int recurrent = p->sources == p->targets && strcmp(p->kind, "one-to-one") != 0;
    return recurrent ? factor * factor : factor;
}

static double factor_of_cells(const tuft_energy_bill *bill, const tuft_energy_term *term,
                              double factor)
{
    const tuft_energy_activity *a = bill->activity;
    double now = 0, then = 0;
    if (term->projection >= 0 && term->component == TUFT_COMPONENT_CONVERTERS)
        return factor;
    if (term->projection >= 0 && term->component == TUFT_COMPONENT_DRIVERS) {
        const tuft_energy_projection *p = &a->projection[term->projection];
        return grown(p, factor) / factor;
    }
    if (term->projection >= 0)
        return grown(&a->projection[term->projection], factor);
    if (term->component != TUFT_COMPONENT_STATIC || term->factor[0] != TUFT_COST_EVENT_TIME)
        return term->component == TUFT_COMPONENT_STATIC && term->factor[0] == TUFT_COST_STATIC_POWER
                   ? 1
                   : factor;
    for (uint32_t p = 0; p < a->projections; p++) {
        now += (double)a->projection[p].synaptic_events;
        then += (double)a->projection[p].synaptic_events * grown(&a->projection[p], factor);
    }
    return now > 0 ? then / now : 1;
}

static double factor_of(const tuft_energy_bill *bill, const tuft_energy_term *term,
                        energy_axis axis, double x)
{
    const tuft_energy_constant *bits = &bill->profile->constant[TUFT_COST_ADC_BITS];
    switch (axis) {
    case ENERGY_OVER_ACTIVITY:
        return follows_spikes(term) ? x : 1;
    case ENERGY_OVER_CELLS:
        return factor_of_cells(bill, term, x);
    case ENERGY_OVER_BITS:
        break;
    }
    /* A converter's energy doubles with each bit (Walden 1999, IEEE J. Sel. Areas Commun. 17:539).
     */
    return term->component == TUFT_COMPONENT_CONVERTERS ? exp2(x - bits->si[TUFT_ENERGY_NOMINAL])
                                                        : 1;
}

double energy_at(const tuft_energy_bill *bill, energy_axis axis, double x)
{
    double sum = 0;
    if (axis == ENERGY_OVER_BITS &&
        (!bill->profile->constant[TUFT_COST_ADC_BITS].given ||
         !(tuft_energy_by_component(bill, TUFT_COMPONENT_CONVERTERS).at[0].joules > 0)))
        return NAN;
    for (size_t t = 0; t < bill->terms; t++)
        if (bill->term[t].component != TUFT_COMPONENT_TRAINING)
            sum += tuft_energy_term_range(bill, t).at[TUFT_ENERGY_NOMINAL].joules *
                   factor_of(bill, &bill->term[t], axis, x);
    return sum;
}

double energy_break_even(const tuft_energy_bill *a, const tuft_energy_bill *b)
{
    double fixed_a = energy_at(a, ENERGY_OVER_ACTIVITY, 0);
    double fixed_b = energy_at(b, ENERGY_OVER_ACTIVITY, 0);
    double moving_a = energy_at(a, ENERGY_OVER_ACTIVITY, 1) - fixed_a;
    double moving_b = energy_at(b, ENERGY_OVER_ACTIVITY, 1) - fixed_b;
    double at = (fixed_b - fixed_a) / (moving_a - moving_b);
    return at > 0 && isfinite(at) ? at : (double)NAN;
}
