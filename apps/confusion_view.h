/* A confusion matrix as a figure of a page. */
#ifndef TUFT_APPS_CONFUSION_VIEW_H
#define TUFT_APPS_CONFUSION_VIEW_H

#include "apps/report.h"

/* count [classes][classes], rows true, columns told. Each row in percent of its sum, with the
 * counts below. Where possible[row][column] is 0 there is no cell (NULL: all are possible). axes
 * gives title, note and labels. */
tuft_status confusion_view(app_report *report, const plot_axes *axes, const uint64_t *count,
                           const uint8_t *possible, const char *const *name, size_t classes,
                           tuft_error *err);

#endif
