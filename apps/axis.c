#include "apps/axis.h"

#include <math.h>
#include <stdio.h>

/* 1, 2 or 5 times a power of ten, the least that gives no more than `wanted` steps. */
static double round_step(double range, int wanted)
{
    double raw = range / wanted, power = pow(10, floor(log10(raw))), ratio = raw / power;
    return power * (ratio <= 1 + 1e-9 ? 1 : ratio <= 2 + 1e-9 ? 2 : ratio <= 5 + 1e-9 ? 5 : 10);
}

static void make_drawable(axis_scale scale, double *low, double *high)
{
    if (!isfinite(*low) || !isfinite(*high)) {
        *low = scale == AXIS_LOG ? 1 : 0;
        *high = scale == AXIS_LOG ? 10 : 1;
    }
    if (scale == AXIS_LOG) {
        *high = *high > 0 ? *high : 1;
        *low = *low > 0 ? *low : *high / 1e3;
        if (*low >= *high) {
            *low /= 2;
            *high *= 2;
        }
    } else if (*high - *low <= 1e-12 * fmax(fabs(*low), fabs(*high)) || *high <= *low) {
        double centre = *low, half = centre == 0 ? 0.5 : fabs(centre) * 0.1;
        *low = centre - half;
        *high = centre + half;
    }
}

static void linear_ticks(plot_axis *axis)
{
    double first = ceil(axis->low / axis->step - 1e-6);
    for (int i = 0; i < AXIS_TICKS_MAX; i++) {
        double value = (first + i) * axis->step;
        if (value > axis->high + 1e-6 * axis->step)
            break;
        axis->tick[axis->ticks++] = value == 0 ? 0 : value;
    }
}

static void log_ticks(plot_axis *axis, int wanted)
{
    static const double within[] = {1, 2, 5};
    double decades = log10(axis->high / axis->low);
    int each = decades < 2 ? 3 : 1;
    int stride = (int)fmax(1, ceil(decades / wanted));
    int first = (int)floor(log10(axis->low) + 1e-9), last = (int)ceil(log10(axis->high) - 1e-9);
    for (int power = first; power <= last; power += stride)
        for (int i = 0; i < each && axis->ticks < AXIS_TICKS_MAX; i++) {
            double value = within[i] * pow(10, power);
            if (value >= axis->low * (1 - 1e-9) && value <= axis->high * (1 + 1e-9))
                axis->tick[axis->ticks++] = value;
        }
}

plot_axis axis_new(axis_scale scale, double low, double high, double begin, double end, int wanted)
{
    plot_axis made = {.scale = scale, .begin = begin, .end = end};
    make_drawable(scale, &low, &high);
    made.low = low;
    made.high = high;
    if (scale == AXIS_LOG) {
        log_ticks(&made, wanted);
    } else {
        made.step = round_step(high - low, wanted);
        linear_ticks(&made);
    }
    return made;
}

plot_axis axis_new_round(axis_scale scale, double low, double high, double begin, double end,
                         int wanted)
{
    make_drawable(scale, &low, &high);
    if (scale == AXIS_LOG) {
        low = pow(10, floor(log10(low) + 1e-9));
        high = pow(10, ceil(log10(high) - 1e-9));
    } else {
        double step = round_step(high - low, wanted);
        low = floor(low / step + 1e-9) * step;
        high = ceil(high / step - 1e-9) * step;
    }
    return axis_new(scale, low, high, begin, end, wanted);
}

double axis_at(const plot_axis *axis, double value)
{
    double t = axis->scale == AXIS_LOG
                   ? (value > 0 ? log(value / axis->low) / log(axis->high / axis->low) : NAN)
                   : (value - axis->low) / (axis->high - axis->low);
    return axis->begin + t * (axis->end - axis->begin);
}

static const char *minus(double value)
{
    return value < 0 ? "−" : "";
}

static const char *power_text(double value, char *text, size_t size)
{
    static const char *const raised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    double magnitude = fabs(value);
    int power = (int)floor(log10(magnitude) + 1e-9), size_of_power = power < 0 ? -power : power;
    double mantissa = magnitude / pow(10, power);
    char front[24] = "";
    if (fabs(mantissa - 1) > 1e-6)
        snprintf(front, sizeof front, "%.3g×", mantissa);
    snprintf(text, size, "%s%s10%s%s%s", minus(value), front, power < 0 ? "⁻" : "",
             size_of_power >= 10 ? raised[size_of_power / 10 % 10] : "",
             raised[size_of_power % 10]);
    return text;
}

const char *axis_tick_text(const plot_axis *axis, int tick, char *text, size_t size)
{
    static const char *const suffix[] = {"", "k", "M", "G", "T"};
    double value = axis->tick[tick], largest = fmax(fabs(axis->low), fabs(axis->high));
    if (value == 0) {
        snprintf(text, size, "0");
        return text;
    }
    if (axis->scale == AXIS_LOG) {
        if (axis->low >= 0.0099 && axis->high < 9999)
            snprintf(text, size, "%.4g", value);
        else
            power_text(value, text, size);
        return text;
    }
    if (largest < 1e-3 || largest >= 1e15)
        return power_text(value, text, size);
    int thousands = 0;
    double unit = 1;
    while (largest >= 1e4 && largest / unit >= 1e3 && thousands < 4) {
        unit *= 1e3;
        thousands++;
    }
    double step = axis->step / unit;
    int digits = step < 1 ? (int)ceil(-log10(step) - 1e-9) : 0;
    snprintf(text, size, "%s%.*f%s", minus(value), digits, fabs(value) / unit, suffix[thousands]);
    return text;
}
