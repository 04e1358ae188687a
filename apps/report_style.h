/* The style sheet of reports. */
#ifndef TUFT_APPS_REPORT_STYLE_H
#define TUFT_APPS_REPORT_STYLE_H

#include <stdio.h>

void report_style(FILE *stream);

#endif
