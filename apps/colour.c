#include "apps/colour.h"

#include <math.h>

static uint8_t srgb_byte(double linear)
{
    double value = linear <= 0.0031308 ? 12.92 * linear : 1.055 * pow(linear, 1 / 2.4) - 0.055;
    value = value < 0 ? 0 : value > 1 ? 1 : value;
    return (uint8_t)lround(255 * value);
}

colour colour_oklch(double lightness, double chroma, double hue)
{
    /* Ottosson, "A perceptual color space for image processing", 2020: OKLab to linear sRGB. */
    double a = chroma * cos(hue * M_PI / 180), b = chroma * sin(hue * M_PI / 180);
    double l = pow(lightness + 0.3963377774 * a + 0.2158037573 * b, 3);
    double m = pow(lightness - 0.1055613458 * a - 0.0638541728 * b, 3);
    double s = pow(lightness - 0.0894841775 * a - 1.2914855480 * b, 3);
    return (colour){srgb_byte(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
                    srgb_byte(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
                    srgb_byte(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s), lightness};
}

colour colour_level(colour_map map, colour_scheme scheme, int level)
{
    double t = (double)level / (COLOUR_LEVELS - 1);
    if (map == COLOUR_SEQUENTIAL) {
        double chroma = 0.004 + 0.14 * sin(0.75 * M_PI * t);
        return scheme == COLOUR_LIGHT ? colour_oklch(0.975 - 0.655 * t, chroma, 215 + 60 * t)
                                      : colour_oklch(0.245 + 0.68 * t, chroma, 270 - 80 * t);
    }
    double side = 2 * t - 1, size = fabs(side), hue = side < 0 ? 250 : 45;
    return scheme == COLOUR_LIGHT ? colour_oklch(0.975 - 0.45 * size, 0.004 + 0.15 * size, hue)
                                  : colour_oklch(0.245 + 0.45 * size, 0.004 + 0.15 * size, hue);
}

int colour_level_of(double value, double low, double high)
{
    if (isnan(value))
        return -1;
    double t = high > low ? (value - low) / (high - low) : 0.5;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return (int)lround(t * (COLOUR_LEVELS - 1));
}
