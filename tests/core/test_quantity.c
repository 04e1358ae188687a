/* Units: what may be added, what multiplies to what, and prefixes to the last bit. */
#include "core/quantity.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static tuft_quantity of(double value, const char *unit, tuft_dimension dimension)
{
    tuft_quantity quantity;
    tuft_error err;
    cr_assert_eq(tuft_quantity_read(value, unit, dimension, &quantity, &err), TUFT_OK, "%s",
                 err.message);
    return quantity;
}

Test(quantity, prefixes_round_once)
{
    cr_assert_eq(of(23.6, "pJ", tuft_dimension_energy).si, 23.6e-12);
    cr_assert_eq(of(0.3, "fJ", tuft_dimension_energy).si, 0.3e-15);
    cr_assert_eq(of(8.6, "nJ", tuft_dimension_energy).si, 8.6e-9);
    cr_assert_eq(of(104, "mW", tuft_dimension_power).si, 0.104);
    cr_assert_eq(of(5, "ns", tuft_dimension_time).si, 5e-9);
    cr_assert_eq(of(20, "uS", tuft_dimension_conductance).si, 20e-6);
    cr_assert_eq(of(0.2, "V", tuft_dimension_voltage).si, 0.2);
    cr_assert_eq(of(4, "B", tuft_dimension_byte).si, 4);
    cr_assert_eq(of(2.5, "pJ/B", tuft_dimension_energy_byte).si, 2.5e-12);
    cr_assert_eq(of(8, "1", tuft_dimension_none).si, 8);
    cr_assert_eq(of(3, "kJ", tuft_dimension_energy).si, 3000);
}

/* Every unit is refused wherever another dimension is expected. */
Test(quantity, no_unit_stands_for_another)
{
    static const char *const unit[] = {"1", "pJ", "mW", "ns", "V", "uS", "B", "pJ/B"};
    const tuft_dimension dimension[] = {tuft_dimension_none,    tuft_dimension_energy,
                                        tuft_dimension_power,   tuft_dimension_time,
                                        tuft_dimension_voltage, tuft_dimension_conductance,
                                        tuft_dimension_byte,    tuft_dimension_energy_byte};
    tuft_quantity quantity, sum;
    tuft_error err;
    for (int u = 0; u < 8; u++)
        for (int d = 0; d < 8; d++) {
            cr_assert_eq(tuft_quantity_read(1, unit[u], dimension[d], &quantity, &err) == TUFT_OK,
                         u == d);
            if (u == d)
                continue;
            cr_assert(strstr(err.message, tuft_dimension_name(dimension[d])), "%s", err.message);
            sum = (tuft_quantity){1, dimension[u]};
            cr_assert_eq(tuft_quantity_add(&sum, (tuft_quantity){1, dimension[d]}, &err),
                         TUFT_INVALID);
            cr_assert_eq(sum.si, 1);
        }
}

Test(quantity, products_have_the_dimension_that_physics_says)
{
    tuft_energy energy;
    tuft_error err;
    tuft_quantity volt = of(0.2, "V", tuft_dimension_voltage);
    tuft_quantity siemens = of(20, "uS", tuft_dimension_conductance);
    tuft_quantity second = of(100, "ns", tuft_dimension_time);
    tuft_quantity read =
        tuft_quantity_times(tuft_quantity_times(tuft_quantity_times(volt, volt), siemens), second);
    cr_assert_eq(tuft_energy_of(read, &energy, &err), TUFT_OK);
    cr_assert_float_eq(energy.joules, 8e-14, 1e-28);
    tuft_quantity watt = of(3, "W", tuft_dimension_power);
    cr_assert_eq(tuft_energy_of(tuft_quantity_times(watt, second), &energy, &err), TUFT_OK);
    cr_assert_float_eq(energy.joules, 3e-7, 1e-21);
    /* V G t is a charge, V^2 G a power: neither is an energy. */
    cr_assert_eq(tuft_energy_of(tuft_quantity_times(tuft_quantity_times(volt, siemens), second),
                                &energy, &err),
                 TUFT_INVALID);
    cr_assert_eq(tuft_energy_of(tuft_quantity_times(tuft_quantity_times(volt, volt), siemens),
                                &energy, &err),
                 TUFT_INVALID);
    cr_assert(strstr(err.message, "a power"), "%s", err.message);
}

Test(quantity, sums_keep_their_dimension)
{
    tuft_quantity sum = of(1, "pJ", tuft_dimension_energy);
    tuft_error err;
    cr_assert_eq(tuft_quantity_add(&sum, of(1, "nJ", tuft_dimension_energy), &err), TUFT_OK);
    cr_assert_float_eq(sum.si, 1.001e-9, 1e-24);
    cr_assert_eq(tuft_quantity_add(&sum, of(1, "mW", tuft_dimension_power), &err), TUFT_INVALID);
    cr_assert_str_eq(err.message, "an energy + a power: not the same dimension");
}

Test(quantity, unknown_units)
{
    static const char *const bad[] = {"",    "j",  "J/s", "pp",    "MJ",
                                      "pJ/", "pB", "mm",  "Joule", "pJ/b"};
    tuft_quantity quantity;
    tuft_error err;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_eq(tuft_quantity_read(1, bad[i], tuft_dimension_energy, &quantity, &err),
                     TUFT_FORMAT, "%s", bad[i]);
}

Test(quantity, text)
{
    static const struct {
        double joules;
        int digits;
        const char *text;
    } of_text[] = {{80505.8e-12, 12, "80.5058 nJ"},
                   {0, 4, "0 J"},
                   {1, 4, "1 J"},
                   {999.96e-9, 4, "1 uJ"},
                   {999.4e-9, 4, "999.4 nJ"},
                   {1e-18, 4, "0.001 fJ"},
                   {12287.95, 7, "12.28795 kJ"},
                   {-2e-3, 3, "-2 mJ"}};
    char text[64];
    for (size_t i = 0; i < sizeof of_text / sizeof *of_text; i++)
        cr_assert_str_eq(tuft_energy_text((tuft_energy){of_text[i].joules}, of_text[i].digits, text,
                                          sizeof text),
                         of_text[i].text);
}
