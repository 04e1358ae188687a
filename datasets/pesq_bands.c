#include "datasets/pesq_bands.h"

#include <math.h>

static const double bin_hz = 31.25;

/* Upper edge in Hz, width in Bark, threshold in dB. Below 465 Hz a Bark is 100 Hz. */
static const struct {
    double edge_hz, bark, threshold_db;
} scale[TUFT_PESQ_BANDS] = {
    {15.734, 0.157344, 77.1},   {47.534, 0.317994, 63.9},   {79.778, 0.322441, 48.5},
    {112.471, 0.326934, 36.9},  {145.619, 0.331474, 30.7},  {179.225, 0.336061, 25.9},
    {213.294, 0.340697, 20.2},  {247.833, 0.345381, 16.6},  {282.844, 0.350114, 12.5},
    {318.334, 0.354897, 9.9},   {354.307, 0.359729, 6.9},   {390.768, 0.364611, 4.9},
    {427.722, 0.369544, 2.8},   {465.175, 0.374529, 1.0},   {505.445, 0.379565, -0.1},
    {547.757, 0.384653, -1.4},  {593.749, 0.389794, -2.5},  {645.098, 0.394989, -3.4},
    {700.138, 0.400236, -4.1},  {756.914, 0.405538, -4.8},  {815.613, 0.410894, -5.3},
    {878.059, 0.416306, -5.7},  {942.880, 0.421773, -5.9},  {1012.075, 0.427297, -6.0},
    {1088.821, 0.432877, -6.0}, {1172.837, 0.438514, -6.0}, {1263.663, 0.444209, -6.0},
    {1361.594, 0.449962, -5.8}, {1464.943, 0.455774, -5.4}, {1572.745, 0.461645, -5.1},
    {1686.297, 0.467577, -4.7}, {1807.788, 0.473569, -4.3}, {1938.208, 0.479621, -4.0},
    {2081.640, 0.485736, -3.6}, {2240.127, 0.491912, -3.3}, {2417.000, 0.498151, -3.1},
    {2615.314, 0.504454, -3.0}, {2834.864, 0.510819, -3.0}, {3075.464, 0.517250, -2.9},
    {3344.166, 0.523745, -2.8}, {3650.226, 0.530308, -2.8}, {4000.163, 0.536934, -2.8},
    {4398.850, 0.543629, -2.9}, {4853.564, 0.550390, -3.2}, {5360.405, 0.557220, -3.7},
    {5925.269, 0.564119, -4.3}, {6562.530, 0.571085, -4.4}, {7357.248, 0.578125, -3.8},
    {8288.316, 0.585232, -2.7}};

/* Power that brings a 1 kHz tone of 40 dB to 10^4 in its band, for frames of rate x 32 ms. */
static double calibration(uint32_t rate_hz)
{
    return 6.910853e-6 * pow(16000.0 / rate_hz, 2);
}

uint32_t tuft_pesq_bands(uint32_t rate_hz, tuft_pesq_band band[TUFT_PESQ_BANDS])
{
    const uint32_t bins = (uint32_t)lround(rate_hz / (2.0 * bin_hz));
    double low_hz = 0.0, low_bark = 0.0;
    uint32_t b = 0, bin = 0;
    for (; b < TUFT_PESQ_BANDS && bin < bins; b++) {
        double high_hz = scale[b].edge_hz, width = scale[b].bark;
        double centre = low_bark + 0.5 * width;
        band[b] = (tuft_pesq_band){.first = bin, .width_bark = width};
        while (bin < bins && bin * bin_hz < high_hz) {
            band[b].count++;
            bin++;
        }
        band[b].gain = (high_hz - low_hz) / (width * band[b].count) * calibration(rate_hz);
        band[b].threshold = pow(10.0, scale[b].threshold_db / 10.0);
        band[b].exponent = 0.23 * (centre < 4.0 ? pow(fmin(2.0, 6.0 / (centre + 2.0)), 0.15) : 1.0);
        low_hz = high_hz;
        low_bark += width;
    }
    return b;
}
