#include "core/quantity.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const tuft_dimension tuft_dimension_none = {0, 0, 0, 0};
const tuft_dimension tuft_dimension_energy = {1, 0, 0, 0};
const tuft_dimension tuft_dimension_power = {1, -1, 0, 0};
const tuft_dimension tuft_dimension_time = {0, 1, 0, 0};
const tuft_dimension tuft_dimension_voltage = {0, 0, 1, 0};
const tuft_dimension tuft_dimension_conductance = {1, -1, -2, 0};
const tuft_dimension tuft_dimension_byte = {0, 0, 0, 1};
const tuft_dimension tuft_dimension_energy_byte = {1, 0, 0, -1};

static const struct {
    tuft_dimension dimension;
    const char *unit, *name;
} known[] = {
    {{0, 0, 0, 0}, "", "a number"},         {{1, 0, 0, 0}, "J", "an energy"},
    {{1, -1, 0, 0}, "W", "a power"},        {{0, 1, 0, 0}, "s", "a time"},
    {{0, 0, 1, 0}, "V", "a voltage"},       {{1, -1, -2, 0}, "S", "a conductance"},
    {{0, 0, 0, 1}, "B", "a size in bytes"}, {{1, 0, 0, -1}, "J/B", "an energy a byte"},
};

enum { KNOWN = sizeof known / sizeof *known };

int tuft_dimension_same(tuft_dimension a, tuft_dimension b)
{
    return a.energy == b.energy && a.time == b.time && a.voltage == b.voltage && a.byte == b.byte;
}

static int find(tuft_dimension dimension)
{
    for (int i = 0; i < KNOWN; i++)
        if (tuft_dimension_same(known[i].dimension, dimension))
            return i;
    return -1;
}

const char *tuft_dimension_name(tuft_dimension dimension)
{
    int at = find(dimension);
    return at < 0 ? NULL : known[at].name;
}

const char *tuft_dimension_unit(tuft_dimension dimension)
{
    int at = find(dimension);
    return at < 0 ? "?" : known[at].unit;
}

/* A power of ten that is a double without error: value x times / by. Dividing by 1e12 rounds once,
 * multiplying by 1e-12 twice. */
typedef struct {
    char letter; /* 0: none */
    double times, by;
} prefix;

static const prefix prefixes[] = {{'f', 1, 1e15}, {'p', 1, 1e12}, {'n', 1, 1e9}, {'u', 1, 1e6},
                                  {'m', 1, 1e3},  {0, 1, 1},      {'k', 1e3, 1}};

enum { PREFIXES = sizeof prefixes / sizeof *prefixes };

/* The unit of a text like "pJ/B", and its prefix (NULL: none); -1 where there is no such unit. */
static int find_unit(const char *text, const prefix **scaled)
{
    *scaled = NULL;
    if (strcmp(text, "1") == 0)
        return 0;
    for (int i = 1; i < KNOWN; i++) {
        if (strcmp(known[i].unit, text) == 0)
            return i;
        for (int p = 0; p < PREFIXES; p++)
            if (text[0] && text[0] == prefixes[p].letter && strcmp(known[i].unit, text + 1) == 0 &&
                known[i].unit[0] != 'B') {
                *scaled = &prefixes[p];
                return i;
            }
    }
    return -1;
}

tuft_status tuft_quantity_read(double value, const char *unit, tuft_dimension expected,
                               tuft_quantity *out, tuft_error *err)
{
    const prefix *scaled;
    int at = find_unit(unit, &scaled);
    if (at < 0)
        return tuft_fail(err, TUFT_FORMAT,
                         "unknown unit \"%.20s\", expected J, W, s, V or S with f, p, n, u, m or "
                         "k before it, B, J/B or 1",
                         unit);
    if (!tuft_dimension_same(known[at].dimension, expected)) {
        const char *name = tuft_dimension_name(expected);
        return tuft_fail(err, TUFT_FORMAT, "\"%.20s\" is the unit of %s, expected %s", unit,
                         known[at].name, name ? name : "another dimension");
    }
    out->si = scaled ? value * scaled->times / scaled->by : value;
    out->dimension = expected;
    return TUFT_OK;
}

tuft_quantity tuft_quantity_number(double value)
{
    return (tuft_quantity){value, tuft_dimension_none};
}

tuft_quantity tuft_quantity_times(tuft_quantity a, tuft_quantity b)
{
    return (tuft_quantity){a.si * b.si,
                           {(int8_t)(a.dimension.energy + b.dimension.energy),
                            (int8_t)(a.dimension.time + b.dimension.time),
                            (int8_t)(a.dimension.voltage + b.dimension.voltage),
                            (int8_t)(a.dimension.byte + b.dimension.byte)}};
}

static const char *name_of(tuft_dimension dimension)
{
    const char *name = tuft_dimension_name(dimension);
    return name ? name : "a product of units";
}

tuft_status tuft_quantity_add(tuft_quantity *sum, tuft_quantity b, tuft_error *err)
{
    if (!tuft_dimension_same(sum->dimension, b.dimension))
        return tuft_fail(err, TUFT_INVALID, "%s + %s: not the same dimension",
                         name_of(sum->dimension), name_of(b.dimension));
    sum->si += b.si;
    return TUFT_OK;
}

tuft_status tuft_energy_of(tuft_quantity quantity, tuft_energy *out, tuft_error *err)
{
    if (!tuft_dimension_same(quantity.dimension, tuft_dimension_energy))
        return tuft_fail(err, TUFT_INVALID, "%s, expected an energy", name_of(quantity.dimension));
    out->joules = quantity.si;
    return TUFT_OK;
}

const char *tuft_quantity_text(tuft_quantity quantity, int digits, char *text, size_t size)
{
    const char *unit = tuft_dimension_unit(quantity.dimension);
    double value = quantity.si;
    if (!*unit || *unit == 'B' || *unit == '?' || !isfinite(value) || value == 0) {
        snprintf(text, size, "%.*g%s%s", digits, value, *unit ? " " : "", unit);
        return text;
    }
    /* The largest prefix that leaves 1 or more, as rounded: 999.96 is not 1e+03 of something. */
    const prefix *best = &prefixes[0];
    for (int p = 1; p < PREFIXES; p++)
        if (fabs(value / prefixes[p].times * prefixes[p].by) >= 1 - 0.5 * pow(10, -digits))
            best = &prefixes[p];
    value = value / best->times * best->by;
    char letter[2] = {best->letter, 0};
    snprintf(text, size, "%.*g %s%s", digits, value, letter, unit);
    return text;
}

const char *tuft_energy_text(tuft_energy energy, int digits, char *text, size_t size)
{
    tuft_quantity quantity = {energy.joules, tuft_dimension_energy};
    return tuft_quantity_text(quantity, digits, text, size);
}
