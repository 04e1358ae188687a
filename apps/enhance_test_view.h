/* The parts of the page of tuft enhance test, in its order. */
#ifndef TUFT_APPS_ENHANCE_TEST_VIEW_H
#define TUFT_APPS_ENHANCE_TEST_VIEW_H

#include "apps/enhance_test.h"
#include "apps/report.h"

/* Scores against the SNR, of the noisy sound and each model; differences between models. */
tuft_status test_view_scores(app_report *report, const test_run *run, tuft_error *err);
/* The same, talker by talker, as tables. */
tuft_status test_view_talkers(app_report *report, const test_run *run, tuft_error *err);
/* One clip to see and to hear, and what cells send meanwhile. */
tuft_status test_view_example(app_report *report, const test_run *run, tuft_error *err);
/* Who sends how often, and what it costs. */
tuft_status test_view_activity(app_report *report, const test_run *run, tuft_error *err);
/* Silenced cells; other lips. Nothing without --silence, --lips. */
tuft_status test_view_silence(app_report *report, const test_run *run, tuft_error *err);
tuft_status test_view_lips(app_report *report, const test_run *run, tuft_error *err);
/* Which speech was mixed with which noise. */
tuft_status test_view_mixtures(app_report *report, const test_run *run, tuft_error *err);

/* ---- what they share ------------------------------------------------------------------------- */

enum { TEST_NAME = 48, TEST_SHOWN_SCORES = 4 };

/* Scores that have figures, in their order. */
typedef struct {
    tuft_score score;
    int decimals;
    const char *short_label; /* without its unit */
} test_shown;
extern const test_shown test_shown_scores[TEST_SHOWN_SCORES];
/* Whether it was taken at all: not by --quick. */
int test_is_scored(const test_run *run, tuft_score score);

/* A model's name in figures: short, and its path where two have the same name. */
const char *test_label(const test_run *run, size_t model, char text[TEST_NAME]);

/* A number of so many decimals with a true minus sign, "–" where there is none. */
const char *test_number(double value, int decimals, char *text, size_t size);
/* An SNR as it is written: "−12", "2.5". */
const char *test_snr_text(const test_run *run, size_t s, char *text, size_t size);
/* "0.712 ± 0.012": a mean and half of its interval. */
const char *test_summary_text(test_summary summary, int decimals, char *text, size_t size);

/* A score along an axis, for plot_series. */
typedef struct {
    char name[2 * TEST_NAME];
    double x[TEST_SNRS], mean[TEST_SNRS], low[TEST_SNRS], high[TEST_SNRS];
    size_t count;
} test_curve;

void test_curve_add(test_curve *curve, double x, test_summary summary);
/* The curves in one figure; at most TEST_CURVES of them. */
enum { TEST_CURVES = 2 * TEST_MODELS };
void test_curves_draw(app_report *report, const plot_axes *axes, const test_curve *curve,
                      size_t count);

/* scores[s * stride] of each SNR s, one below the other. */
void test_curve_over_snr(test_curve *curve, const test_run *run, const test_scores *scores,
                         size_t stride, tuft_score score);

#endif
