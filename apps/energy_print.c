#include "apps/energy.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEXT = 64, DIGITS = 4, EXPLAINED_DIGITS = 12 };

const char *energy_constant_text(const tuft_energy_constant *constant, char *text, size_t size)
{
    const double *v = constant->shown;
    if (v[TUFT_ENERGY_LOW] < v[TUFT_ENERGY_HIGH])
        snprintf(text, size, "%.10g (%.10g to %.10g) %s", v[TUFT_ENERGY_NOMINAL],
                 v[TUFT_ENERGY_LOW], v[TUFT_ENERGY_HIGH], constant->unit);
    else
        snprintf(text, size, "%.10g%s%s", v[TUFT_ENERGY_NOMINAL],
                 constant->unit[0] == '1' ? "" : " ",
                 constant->unit[0] == '1' ? "" : constant->unit);
    return text;
}

const char *energy_range_text(tuft_energy_range range, char *text, size_t size)
{
    enum { PART = 32 };
    char part[TUFT_ENERGY_LEVELS][PART];
    for (int l = 0; l < TUFT_ENERGY_LEVELS; l++)
        tuft_energy_text(range.at[l], DIGITS, part[l], PART);
    if (range.at[TUFT_ENERGY_LOW].joules < range.at[TUFT_ENERGY_HIGH].joules)
        snprintf(text, size, "%s (%s to %s)", part[TUFT_ENERGY_NOMINAL], part[TUFT_ENERGY_LOW],
                 part[TUFT_ENERGY_HIGH]);
    else
        snprintf(text, size, "%s", part[TUFT_ENERGY_NOMINAL]);
    return text;
}

/* ---- tables ---------------------------------------------------------------------------------- */

static void print_line(const char *name, tuft_energy_range range, double whole)
{
    char text[3 * TEXT];
    double nominal = range.at[TUFT_ENERGY_NOMINAL].joules;
    if (!(range.at[TUFT_ENERGY_HIGH].joules > 0))
        return;
    printf("  %-26s %-42s", name, energy_range_text(range, text, sizeof text));
    if (whole > 0)
        printf(" %6.2f %%", 100 * nominal / whole);
    putchar('\n');
}

static double events_of(const tuft_energy_activity *a)
{
    double events = 0;
    for (uint32_t p = 0; p < a->projections; p++)
        events += (double)a->projection[p].synaptic_events;
    return events;
}

static tuft_energy_range divided(tuft_energy_range range, double by)
{
    for (int l = 0; l < TUFT_ENERGY_LEVELS; l++)
        range.at[l].joules = by > 0 ? range.at[l].joules / by : 0;
    return range;
}

static void print_bill(const tuft_energy_bill *bill)
{
    const tuft_energy_activity *a = bill->activity;
    tuft_energy_range total = tuft_energy_total(bill, TUFT_ENERGY_RUN);
    tuft_energy_range dynamic = tuft_energy_total(bill, TUFT_ENERGY_DYNAMIC);
    double whole = total.at[TUFT_ENERGY_NOMINAL].joules;
    printf("\non %s: %s\n", bill->profile->name, bill->profile->title);
    print_line("total", total, 0);
    for (int c = 0; c < TUFT_COMPONENT_TRAINING; c++)
        print_line(tuft_component_name((tuft_component)c),
                   tuft_energy_by_component(bill, (tuft_component)c), whole);
    for (uint32_t p = 0; p < a->projections; p++) {
        char name[TEXT];
        snprintf(name, sizeof name, "= %.40s", a->projection[p].name);
        print_line(name, tuft_energy_by_projection(bill, p), whole);
    }
    print_line("a synaptic event, dynamic", divided(dynamic, events_of(a)), 0);
    print_line("a recording", divided(total, a->recordings), 0);
    print_line("training, apart", tuft_energy_total(bill, TUFT_ENERGY_TRAINING), 0);
    for (size_t g = 0; g < bill->gaps; g++)
        printf("  left out: %s (%.10g): the profile has no %s\n", bill->gap[g].what,
               bill->gap[g].count, bill->gap[g].missing);
}

static void print_neurobench(const tuft_energy_bill *bill)
{
    tuft_neurobench n = tuft_neurobench_of(bill);
    printf("\nNeuroBench: footprint %.10g B, connection sparsity %.4f, activation sparsity ",
           n.footprint_bytes, n.connection_sparsity);
    if (isnan(n.activation_sparsity))
        printf("-");
    else
        printf("%.4f", n.activation_sparsity);
    printf(",\n  synaptic operations: dense ");
    if (isnan(n.dense_operations))
        printf("-");
    else
        printf("%.10g", n.dense_operations);
    printf(", effective MACs %.10g, effective ACs %.10g\n", n.effective_macs, n.effective_acs);
}

static void print_input(const energy_run *run, size_t i)
{
    const energy_input *input = &run->input[i];
    const tuft_energy_activity *a = &input->activity;
    printf("%s%s (%s%s%s): %.0f synaptic events, %llu neuron updates, %llu spikes", i ? "\n" : "",
           input->path, input->command, *input->seed ? ", seed " : "", input->seed, events_of(a),
           (unsigned long long)a->neuron_updates, (unsigned long long)a->spikes);
    if (a->recordings > 0)
        printf(", %.10g recordings", a->recordings);
    putchar('\n');
    for (size_t p = 0; p < run->profiles; p++)
        print_bill(energy_bill(run, i, p));
    print_neurobench(energy_bill(run, i, 0));
}

static void print_ratio(tuft_energy_ratio r)
{
    if (isnan(r.at[TUFT_ENERGY_NOMINAL]))
        printf(" -");
    else
        printf(" %.4g (%.4g to %.4g)", r.at[TUFT_ENERGY_NOMINAL], r.at[TUFT_ENERGY_LOW],
               r.at[TUFT_ENERGY_HIGH]);
}

static void print_comparisons(const energy_run *run)
{
    size_t bills = run->inputs * run->profiles;
    char name[2 * TEXT];
    int each, whole;
    if (bills < 2)
        return;
    energy_ratio(run, bills - 1, TUFT_ENERGY_RUN, &each);
    printf("\nratios to %s, %s (interval: constants at their ends)\n",
           energy_bill_name(run, 0, name, sizeof name), each ? "of a recording" : "of the total");
    for (size_t b = 1; b < bills; b++) {
        tuft_energy_ratio training = energy_ratio(run, b, TUFT_ENERGY_TRAINING, &whole);
        printf("  %-40s", energy_bill_name(run, b, name, sizeof name));
        print_ratio(energy_ratio(run, b, TUFT_ENERGY_RUN, &each));
        if (!isnan(energy_even(run, b)))
            printf(", equal at %.4g times the activity", energy_even(run, b));
        if (training.at[TUFT_ENERGY_NOMINAL] > 0) {
            printf("; training");
            print_ratio(training);
        }
        putchar('\n');
    }
}

static void print_synapses(const energy_run *run, const energy_matrix *matrix, size_t matrices)
{
    energy_top top[1000];
    char text[TEXT], whole[TEXT];
    const tuft_energy_activity *a = &run->input[0].activity;
    size_t held = energy_matrices_top(matrix, matrices, top, (size_t)run->config->top);
    printf("\nsynapses of %s on %s\n", run->input[0].label, run->bill[0].profile->name);
    for (size_t m = 0; m < matrices; m++)
        printf("  %-26s %zu synapses add up to %s, the projection's %s\n",
               a->projection[matrix[m].projection].name, matrix[m].edges->synapses,
               tuft_energy_text((tuft_energy){matrix[m].sum}, EXPLAINED_DIGITS, text, sizeof text),
               tuft_energy_text((tuft_energy){matrix[m].total}, EXPLAINED_DIGITS, whole,
                                sizeof whole));
    for (size_t k = 0; k < held; k++)
        printf("  %3zu. %s: %u -> %u  %s\n", k + 1, a->projection[top[k].projection].name,
               top[k].source, top[k].target,
               tuft_energy_text((tuft_energy){top[k].joules}, DIGITS, text, sizeof text));
}

void energy_print(const energy_run *run, const energy_matrix *matrix, size_t matrices)
{
    for (size_t i = 0; i < run->inputs; i++)
        print_input(run, i);
    print_comparisons(run);
    if (matrices)
        print_synapses(run, matrix, matrices);
}

/* ---- constants ------------------------------------------------------------------------------- */

static void print_constant(const tuft_energy_constant *c, const char *name)
{
    char text[2 * TEXT];
    printf("  %-16s %s\n      %s, %s (%d", name, energy_constant_text(c, text, sizeof text),
           c->evidence == TUFT_MEASURED ? "measured" : "estimated", c->source, c->year);
    if (c->node_nm > 0)
        printf(", %g nm", c->node_nm);
    printf(")\n");
    if (c->note)
        printf("      %s\n", c->note);
}

static void print_profile(const tuft_energy_profile *profile)
{
    printf("%s: %s\n", profile->name, profile->title);
    for (int c = 0; c < TUFT_COSTS; c++)
        if (profile->constant[c].given)
            print_constant(&profile->constant[c], tuft_cost_name((tuft_cost)c));
    if (profile->left_out)
        printf("  without: %s\n", profile->left_out);
}

void energy_print_profiles(const energy_run *run)
{
    for (size_t p = 0; p < run->profiles; p++) {
        if (p)
            putchar('\n');
        print_profile(&run->profile[p]);
    }
}

/* ---- --explain ------------------------------------------------------------------------------- */

static void explain_term(const tuft_energy_bill *bill, size_t t, int *used)
{
    const tuft_energy_term *term = &bill->term[t];
    const tuft_energy_activity *a = bill->activity;
    char text[2 * TEXT];
    tuft_energy nominal = tuft_energy_term_range(bill, t).at[TUFT_ENERGY_NOMINAL];
    printf("  %s%s%s: ", tuft_component_name(term->component), term->projection >= 0 ? " of " : "",
           term->projection >= 0 ? a->projection[term->projection].name : "");
    printf("%.15g%s%s %s", term->count.si, *tuft_dimension_unit(term->count.dimension) ? " " : "",
           tuft_dimension_unit(term->count.dimension), term->what);
    for (int f = 0; f < term->factors; f++) {
        const tuft_energy_constant *c = &bill->profile->constant[term->factor[f]];
        printf(" x %.10g %s (%s)", c->shown[TUFT_ENERGY_NOMINAL], c->unit,
               tuft_cost_name(term->factor[f]));
        used[term->factor[f]] = 1;
    }
    printf("\n      = %s\n", tuft_energy_text(nominal, EXPLAINED_DIGITS, text, sizeof text));
}

static void explain_bill(const energy_run *run, size_t b, const energy_choice *choice)
{
    const tuft_energy_bill *bill = &run->bill[b];
    char text[3 * TEXT];
    int used[TUFT_COSTS] = {0};
    tuft_energy_range sum = {0};
    size_t terms = 0;
    printf("%s%s of %s\n", b ? "\n" : "", run->config->explain,
           energy_bill_name(run, b, text, sizeof text));
    for (size_t t = 0; t < bill->terms; t++)
        if (energy_chosen(choice, &bill->term[t])) {
            tuft_energy_range range = tuft_energy_term_range(bill, t);
            for (int l = 0; l < TUFT_ENERGY_LEVELS; l++)
                sum.at[l].joules += range.at[l].joules;
            explain_term(bill, t, used);
            terms++;
        }
    printf("  sum of %zu: %s\n", terms,
           tuft_energy_text(sum.at[TUFT_ENERGY_NOMINAL], EXPLAINED_DIGITS, text, sizeof text));
    printf("  with the constants at their ends: %s\n", energy_range_text(sum, text, sizeof text));
    for (int c = 0; c < TUFT_COSTS; c++)
        if (used[c])
            print_constant(&bill->profile->constant[c], tuft_cost_name((tuft_cost)c));
}

tuft_status energy_explain(const energy_run *run, tuft_error *err)
{
    for (size_t b = 0; b < run->inputs * run->profiles; b++) {
        energy_choice choice;
        tuft_status status =
            energy_choose(&energy_input_of(run, b)->activity, run->config->explain, &choice, err);
        if (status)
            return status;
        explain_bill(run, b, &choice);
    }
    return TUFT_OK;
}
