/* The script of a report: tables that sort by a column when its heading is pressed. The page says
 * all it has to say without it. */
#ifndef TUFT_APPS_REPORT_SCRIPT_H
#define TUFT_APPS_REPORT_SCRIPT_H

#include <stdio.h>

/* A whole <script> element; no '<', no quotes that HTML would see. */
void report_script(FILE *stream);

#endif
