/* A small grey picture on the page, with a box drawn where something is. */
#ifndef TUFT_APPS_REPORT_PICTURE_H
#define TUFT_APPS_REPORT_PICTURE_H

#include "apps/report.h"

/* In pixels of the picture. */
typedef struct {
    double left, top, width, height;
} report_box;

/* grey[height][width], 0 black to 255 white; box may be NULL. Pictures that follow each other stand
 * side by side. */
void report_picture(app_report *report, const char *caption, const uint8_t *grey, uint32_t width,
                    uint32_t height, const report_box *box);

#endif
