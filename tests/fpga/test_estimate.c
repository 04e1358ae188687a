#include "fpga/estimate.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const tuft_fpga_part *part(const char *name)
{
    const tuft_fpga_part *found = NULL;
    cr_assert_eq(tuft_fpga_part_find(name, &found, NULL), TUFT_OK);
    return found;
}

Test(parts, are_found_by_board_name_and_device)
{
    cr_assert_eq(part("ZCU104"), part("xczu7ev-ffvc1156-2-e"));
    cr_assert_eq(part("xczu9eg"), part("zcu102"));
    cr_assert_str_eq(part("k26")->name, "xck26-sfvc784-2LV-c");
    const tuft_fpga_part *none;
    tuft_error err;
    cr_assert_eq(tuft_fpga_part_find("zcu111", &none, &err), TUFT_INVALID);
    cr_assert_null(none);
    cr_assert(strstr(err.message, "zcu111") && strstr(err.message, "xck26-sfvc784-2LV-c"));
}

/* The block RAMs of a CLB part have twice as many flip-flops as LUTs; what has watts, has a source.
 */
Test(parts, are_consistent)
{
    for (size_t i = 0; i < tuft_fpga_part_count(); i++) {
        const tuft_fpga_part *p = tuft_fpga_part_at(i);
        cr_assert_eq(p->holds[TUFT_FPGA_FF], 2 * p->holds[TUFT_FPGA_LUT]);
        cr_assert_eq(p->static_w > 0, p->static_source != NULL);
    }
    cr_assert_null(tuft_fpga_part_at(tuft_fpga_part_count()));
}

/* Every row that yosys mapped: no less block RAM than it takes nor a fifth more, LUTs within 15 %.
 */
Test(estimate, needs_are_near_what_yosys_maps)
{
    FILE *table = fopen(TUFT_SOURCE_DIR "/fpga/rtl/utilisation.csv", "r");
    cr_assert_not_null(table);
    char header[256];
    cr_assert_not_null(fgets(header, sizeof header, table));
    unsigned long l, i, c, b, lut, ram, ff, carry, dsp, half, full;
    int rows = 0;
    while (fscanf(table, "%lu,%lu,%lu,%lu,%lu,%lu,%lu,%lu,%lu,%lu,%lu\n", &l, &i, &c, &b, &lut,
                  &ram, &ff, &carry, &dsp, &half, &full) == 11) {
        const tuft_fpga_design design = {l, i, c, b};
        uint64_t needs[TUFT_FPGA_RESOURCES];
        if (c != 200)
            continue;
        cr_assert_eq(tuft_fpga_needs(&design, needs, NULL), TUFT_OK);
        cr_assert_float_eq((double)needs[TUFT_FPGA_LUT], (double)(lut + ram),
                           0.15 * (double)(lut + ram), "%lu lanes: %lu, not %lu", l,
                           (unsigned long)needs[TUFT_FPGA_LUT], lut + ram);
        cr_assert_eq(needs[TUFT_FPGA_FF], ff);
        cr_assert_leq(dsp, needs[TUFT_FPGA_DSP]);
        cr_assert_leq(needs[TUFT_FPGA_DSP], dsp + 1);
        cr_assert_leq(half + 2 * full, needs[TUFT_FPGA_BRAM18], "%lu lanes", l);
        cr_assert_leq((double)needs[TUFT_FPGA_BRAM18], 1.2 * (double)(half + 2 * full));
        rows++;
    }
    fclose(table);
    cr_assert_eq(rows, 4);
}

/* 0.694 W at 200 MHz: 3.47 nJ an event with one lane; the published 80 pJ from 44 lanes on, 29 at
 * 300 MHz, always busy. */
Test(estimate, static_energy_falls_with_the_lanes)
{
    const tuft_fpga_part *zcu104 = part("zcu104");
    cr_assert_float_eq(tuft_fpga_static_pj(zcu104, 1, 200e6, 1), 3470, 1e-6);
    cr_assert_float_eq(tuft_fpga_static_pj(zcu104, 64, 200e6, 1), 3470.0 / 64, 1e-6);
    cr_assert_float_eq(tuft_fpga_static_pj(zcu104, 64, 200e6, 0.5), 3470.0 / 32, 1e-6);
    cr_assert_eq(tuft_fpga_lanes_below(zcu104, 80, 200e6, 1), 44);
    cr_assert_eq(tuft_fpga_lanes_below(zcu104, 80, 300e6, 1), 29);
    cr_assert(isnan(tuft_fpga_static_pj(part("k26"), 64, 200e6, 1)));
    cr_assert_eq(tuft_fpga_lanes_below(part("k26"), 80, 200e6, 1), 0);
}

Test(estimate, energy_of_a_sample_is_that_of_its_events)
{
    const tuft_fpga_design design = {64, 256, 200, 8};
    const tuft_fpga_activity activity = {50, 2000, 1000};
    const tuft_fpga_operation busy = {300e6, 1, 0}, half = {300e6, 0.5, 0}, known = {300e6, 1, 1.5};
    tuft_fpga_estimate e, h, k;
    cr_assert_eq(tuft_fpga_estimate_rtl(&design, &activity, &busy, part("zcu104"), &e, NULL), 0);
    cr_assert_eq(tuft_fpga_estimate_rtl(&design, &activity, &half, part("zcu104"), &h, NULL), 0);
    cr_assert_eq(tuft_fpga_estimate_rtl(&design, &activity, &known, part("zcu104"), &k, NULL), 0);
    cr_assert_eq(e.cycles, tuft_fpga_rtl_cycles(200, 64, &activity));
    cr_assert_eq(e.synaptic_events, 3000 * 200);
    cr_assert_eq(e.fits, 1);
    cr_assert_float_eq(e.an_event.static_pj,
                       tuft_fpga_static_pj(part("zcu104"), 64, 300e6, e.utilisation), 1e-9);
    cr_assert_float_eq(e.an_event.static_pj * 600000, e.a_sample.static_pj, 1e-3);
    cr_assert_float_eq(h.an_event.static_pj, 2 * e.an_event.static_pj, 1e-9);
    cr_assert_float_eq(h.an_event.dynamic_low_pj, e.an_event.dynamic_low_pj, 1e-9);
    cr_assert_float_eq(k.a_sample.dynamic_low_pj, 1.5e12 * k.latency_s, 1);
    cr_assert_float_eq(k.a_sample.dynamic_high_pj, k.a_sample.dynamic_low_pj, 1e-9);
}

Test(estimate, silence_has_no_energy_an_event)
{
    const tuft_fpga_design design = {4, 256, 200, 8};
    const tuft_fpga_activity silence = {50, 0, 0};
    const tuft_fpga_operation busy = {200e6, 1, 0};
    tuft_fpga_estimate e;
    cr_assert_eq(tuft_fpga_estimate_rtl(&design, &silence, &busy, part("zcu104"), &e, NULL), 0);
    cr_assert(isnan(e.an_event.static_pj) && e.a_sample.static_pj > 0);
    cr_assert_eq(e.utilisation, 0);
}

Test(estimate, what_does_not_fit_is_said_with_how_much)
{
    const tuft_fpga_design design = {64, 2000, 4000, 8};
    uint64_t needs[TUFT_FPGA_RESOURCES];
    tuft_error err;
    cr_assert_eq(tuft_fpga_needs(&design, needs, &err), TUFT_OK);
    cr_assert_eq(tuft_fpga_fit(needs, part("zcu104"), &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "RAMB18E2") && strstr(err.message, "has 624"), "%s", err.message);
}

Test(estimate, what_makes_no_sense_is_refused)
{
    const tuft_fpga_design good = {4, 256, 200, 8},
                           bad[] = {{0, 256, 200, 8},   {4096, 256, 200, 8},  {4, 0, 200, 8},
                                    {4, 256, 0, 8},     {4, 256, 200, 1},     {4, 256, 200, 17},
                                    {4, 65000, 600, 8}, {4, UINT64_MAX, 9, 8}};
    const tuft_fpga_operation busy = {200e6, 1, 0},
                              wrong[] = {{0, 1, 0},     {-1, 1, 0},    {NAN, 1, 0},
                                         {2e8, 0, 0},   {2e8, 1.1, 0}, {2e8, NAN, 0},
                                         {2e8, 1, -.1}, {2e8, 1, NAN}};
    const tuft_fpga_activity some = {50, 10, 10}, never = {0, 0, 0}, endless = {1, UINT64_MAX, 0};
    tuft_fpga_estimate e;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_eq(tuft_fpga_estimate_rtl(bad + i, &some, &busy, part("k26"), &e, NULL),
                     TUFT_INVALID, "design %zu", i);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        cr_assert_eq(tuft_fpga_estimate_rtl(&good, &some, wrong + i, part("k26"), &e, NULL),
                     TUFT_INVALID, "operation %zu", i);
    cr_assert_eq(tuft_fpga_estimate_rtl(&good, &never, &busy, part("k26"), &e, NULL), TUFT_INVALID);
    cr_assert_eq(tuft_fpga_estimate_rtl(&good, &endless, &busy, part("k26"), &e, NULL),
                 TUFT_INVALID);
}
