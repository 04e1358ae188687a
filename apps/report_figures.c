/* Figures of a report: a drawing of apps/plot.h each, and its caption. */
#include "apps/report.h"
#include "apps/report_parts.h"

static FILE *figure_begin(app_report *report, const plot_axes *axes)
{
    return report_begin(report, axes->width == PLOT_HALF ? REPORT_FIGURES : REPORT_NO_ROW);
}

static void figure_end(app_report *report, const plot_axes *axes)
{
    report_end_figure(report, axes->title, axes->note);
}

void report_lines(app_report *report, const plot_axes *axes, const plot_series *series,
                  size_t count)
{
    plot_lines(figure_begin(report, axes), axes, series, count);
    figure_end(report, axes);
}

void report_bars(app_report *report, const plot_axes *axes, const char *const *category,
                 size_t categories, const plot_bar_series *series, size_t count)
{
    plot_bars(figure_begin(report, axes), axes, category, categories, series, count);
    figure_end(report, axes);
}

void report_histogram(app_report *report, const plot_axes *axes, const double *value, size_t count,
                      int bins)
{
    plot_histogram(figure_begin(report, axes), axes, value, count, bins);
    figure_end(report, axes);
}

void report_heatmap(app_report *report, const plot_axes *axes, const plot_matrix *matrix)
{
    plot_heatmap(figure_begin(report, axes), axes, matrix);
    figure_end(report, axes);
}

void report_spikes(app_report *report, const plot_axes *axes, const double *time_us,
                   const uint32_t *cell, size_t count, uint32_t cells, double duration_us)
{
    plot_spikes(figure_begin(report, axes), axes, time_us, cell, count, cells, duration_us);
    figure_end(report, axes);
}

void report_events(app_report *report, const plot_axes *axes, const tuft_events *events,
                   tuft_geometry geometry, double duration_us)
{
    plot_events(figure_begin(report, axes), axes, events, geometry, duration_us);
    figure_end(report, axes);
}

void report_points(app_report *report, const plot_axes *axes, const plot_point *point, size_t count)
{
    plot_points(figure_begin(report, axes), axes, point, count);
    figure_end(report, axes);
}

void report_surface(app_report *report, const plot_axes *axes, const plot_matrix *matrix)
{
    plot_surface(figure_begin(report, axes), axes, matrix);
    figure_end(report, axes);
}
