#include "apps/enhance_test_view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const test_shown test_shown_scores[TEST_SHOWN_SCORES] = {{TUFT_SCORE_STOI, 3, "STOI"},
                                                         {TUFT_SCORE_ESTOI, 3, "ESTOI"},
                                                         {TUFT_SCORE_PESQ_WB, 2, "PESQ-WB"},
                                                         {TUFT_SCORE_SI_SDR, 2, "SI-SDR"}};

int test_is_scored(const test_run *run, tuft_score score)
{
    for (size_t s = 0; s < run->snrs; s++)
        if (test_summarise(run, &run->noisy[s], score, NULL).n)
            return 1;
    return 0;
}

/* As much as there is room for, the end where it is too long: that is where names differ. */
static void shorten(const char *from, char text[TEST_NAME])
{
    enum { MOST = 32 };
    size_t length = strlen(from);
    if (length <= MOST) {
        snprintf(text, TEST_NAME, "%s", from);
        return;
    }
    const char *tail = from + length - MOST;
    while ((*tail & 0xc0) == 0x80)
        tail++;
    snprintf(text, TEST_NAME, "…⁠%s", tail);
}

const char *test_label(const test_run *run, size_t model, char text[TEST_NAME])
{
    char name[256], other[256];
    test_model_name(run, model, name, sizeof name);
    const char *from = name;
    for (size_t m = 0; m < run->models; m++)
        if (m != model && strcmp(test_model_name(run, m, other, sizeof other), name) == 0)
            from = run->model[model].model.path;
    shorten(from, text);
    return text;
}

const char *test_number(double value, int decimals, char *text, size_t size)
{
    char plain[48];
    if (!isfinite(value)) {
        snprintf(text, size, "–");
        return text;
    }
    snprintf(plain, sizeof plain, "%.*f", decimals, fabs(value));
    snprintf(text, size, "%s%s", value < 0 && strpbrk(plain, "123456789") ? "−" : "", plain);
    return text;
}

const char *test_snr_text(const test_run *run, size_t s, char *text, size_t size)
{
    double value = run->snr_db[s];
    return test_number(value, value == rint(value) ? 0 : 1, text, size);
}

const char *test_summary_text(test_summary summary, int decimals, char *text, size_t size)
{
    char mean[64];
    test_number(summary.mean, decimals, mean, sizeof mean);
    if (isfinite(summary.low) && isfinite(summary.high))
        snprintf(text, size, "%s ± %.*f", mean, decimals, (summary.high - summary.low) / 2);
    else
        snprintf(text, size, "%s", mean);
    return text;
}

void test_curve_add(test_curve *curve, double x, test_summary summary)
{
    if (curve->count == TEST_SNRS)
        return;
    size_t i = curve->count++;
    curve->x[i] = x;
    curve->mean[i] = summary.mean;
    curve->low[i] = summary.low;
    curve->high[i] = summary.high;
}

void test_curve_over_snr(test_curve *curve, const test_run *run, const test_scores *scores,
                         size_t stride, tuft_score score)
{
    curve->count = 0;
    for (size_t s = 0; s < run->snrs; s++)
        test_curve_add(curve, run->snr_db[s],
                       test_summarise(run, &scores[s * stride], score, NULL));
}

void test_curves_draw(app_report *report, const plot_axes *axes, const test_curve *curve,
                      size_t count)
{
    plot_series series[TEST_CURVES];
    for (size_t i = 0; i < count && i < TEST_CURVES; i++)
        series[i] = (plot_series){curve[i].name, curve[i].x,    curve[i].mean,
                                  curve[i].low,  curve[i].high, curve[i].count};
    report_lines(report, axes, series, count < TEST_CURVES ? count : TEST_CURVES);
}
