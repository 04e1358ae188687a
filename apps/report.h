/* The page that --report writes: one HTML file that needs nothing else, for light and dark screens
 * and for paper, the same bytes for the same content.
 *
 * Content is appended in order; cards collect at the top. Text is escaped. Nothing fails before
 * report_write, which says whether anything went wrong. With path NULL in report_write nothing is
 * written, so that a subcommand need not ask whether a report is wanted (but may, to save work).
 */
#ifndef TUFT_APPS_REPORT_H
#define TUFT_APPS_REPORT_H

#include "apps/options.h"
#include "apps/plot.h"

typedef struct app_report app_report;

/* subtitle may be NULL. */
tuft_status report_new(app_report **out, const char *title, const char *subtitle, tuft_error *err);
void report_free(app_report *report);

/* A headline figure: "accuracy", "89.7 %", "published: 89.66 %". note may be NULL. */
void report_card(app_report *report, const char *label, const char *value, const char *note);

void report_section(app_report *report, const char *heading);
/* A paragraph, printf style. */
void report_text(app_report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A paragraph that is set apart: what a reader must not miss. */
void report_notice(app_report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

typedef struct {
    const char *key, *value;
} report_pair;

/* captions may be NULL. */
void report_pairs(app_report *report, const char *caption, const report_pair *pairs, size_t count);
/* cell[rows][columns]; cells that start like numbers are set to the right. */
void report_table(app_report *report, const char *caption, const char *const *heading,
                  size_t columns, const char *const *cell, size_t rows);
/* Every option of the run with its value, the version and the commit. */
void report_settings(app_report *report, const app_command *command, const void *config);

/* Figures, numbered; two of PLOT_HALF in a row stand side by side. See apps/plot.h. */
void report_lines(app_report *report, const plot_axes *axes, const plot_series *series,
                  size_t count);
void report_bars(app_report *report, const plot_axes *axes, const char *const *category,
                 size_t categories, const plot_bar_series *series, size_t count);
void report_histogram(app_report *report, const plot_axes *axes, const double *value, size_t count,
                      int bins);
void report_heatmap(app_report *report, const plot_axes *axes, const plot_matrix *matrix);
void report_spikes(app_report *report, const plot_axes *axes, const double *time_us,
                   const uint32_t *cell, size_t count, uint32_t cells, double duration_us);
void report_events(app_report *report, const plot_axes *axes, const tuft_events *events,
                   tuft_geometry geometry, double duration_us);
void report_points(app_report *report, const plot_axes *axes, const plot_point *point,
                   size_t count);
void report_surface(app_report *report, const plot_axes *axes, const plot_matrix *matrix);

tuft_status report_write(app_report *report, const char *path, tuft_error *err);

#endif
