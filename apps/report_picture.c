#include "apps/report_picture.h"

#include "apps/markup.h"
#include "apps/report_parts.h"

void report_picture(app_report *report, const char *caption, const uint8_t *grey, uint32_t width,
                    uint32_t height, const report_box *box)
{
    uint8_t palette[256][4];
    for (int i = 0; i < 256; i++) {
        palette[i][0] = palette[i][1] = palette[i][2] = (uint8_t)i;
        palette[i][3] = 255;
    }
    FILE *stream = report_begin(report, REPORT_PICTURES);
    fprintf(stream,
            "<svg viewBox=\"0 0 %u %u\" width=\"%u\" height=\"%u\" role=\"img\" "
            "aria-label=\"",
            width, height, width, height);
    markup_text(stream, caption);
    fprintf(stream, "\">\n<image width=\"%u\" height=\"%u\" href=\"", width, height);
    markup_png(stream, grey, width, height, (const uint8_t(*)[4])palette, 256);
    fputs("\"/>\n", stream);
    if (box)
        fprintf(stream,
                "<rect class=\"box\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
                box->left, box->top, box->width, box->height);
    fputs("</svg>\n", stream);
    report_end(report, caption, NULL);
}
