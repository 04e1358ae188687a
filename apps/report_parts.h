/* How a file adds a kind of figure to the page (apps/report.h): begin, write, end. */
#ifndef TUFT_APPS_REPORT_PARTS_H
#define TUFT_APPS_REPORT_PARTS_H

#include "apps/report.h"

/* What stands side by side while there is room. */
typedef enum { REPORT_NO_ROW, REPORT_FIGURES, REPORT_SOUNDS, REPORT_PICTURES } report_row;

/* Opens a <figure>, in a row of its kind or as wide as the page. */
FILE *report_begin(app_report *report, report_row row);
/* Closes it with a caption; note may be NULL. Numbered, or not. */
void report_end_figure(app_report *report, const char *title, const char *note);
void report_end(app_report *report, const char *title, const char *note);

#endif
