#include "apps/markup.h"
#include "apps/plot_frame.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    DENSITY = 3,
    PIXELS_MAX = 1 << 24
}; /* picture pixels a page pixel, so that it prints well */

/* Colours 0 (none), 1 (off or the only one), 2 (on): of middle lightness, for any page. */
static const uint8_t event_palette[3][4] = {{0, 0, 0, 0}, {222, 92, 42, 255}, {31, 119, 214, 255}};

/* A picture being dotted: marks of the size of a row, at least one page pixel, larger where there
 * are few. */
typedef struct {
    uint8_t *pixel;
    uint32_t width, height, mark_width, mark_height;
} raster_image;

static raster_image raster_new(double width, double height, double rows, size_t count)
{
    raster_image made = {.width = (uint32_t)(width * DENSITY),
                         .height = (uint32_t)(height * DENSITY)};
    double row = height * DENSITY / rows;
    uint32_t least = count > 2000 ? DENSITY + 1 : 2 * DENSITY;
    made.mark_height = (uint32_t)fmax(least, fmin(0.85 * row, 5 * DENSITY));
    made.mark_width = count > 20000 ? DENSITY - 1 : least;
    if ((size_t)made.width * made.height <= PIXELS_MAX)
        made.pixel = calloc((size_t)made.width * made.height, 1);
    return made;
}

/* x and y from 0 to 1 are the middle of the mark. */
static void raster_mark(raster_image *raster, double x, double y, uint8_t entry)
{
    if (!(x >= 0 && x <= 1 && y >= 0 && y <= 1))
        return;
    int64_t left = (int64_t)(x * raster->width) - raster->mark_width / 2;
    int64_t top = (int64_t)(y * raster->height) - raster->mark_height / 2;
    for (int64_t j = top; j < top + raster->mark_height; j++)
        for (int64_t i = left; i < left + raster->mark_width; i++)
            if (i >= 0 && j >= 0 && i < raster->width && j < raster->height)
                raster->pixel[(size_t)j * raster->width + (size_t)i] = entry;
}

static void put_image(FILE *stream, const plot_frame *frame, const char *class,
                      const uint8_t *pixel, uint32_t width, uint32_t height,
                      const uint8_t (*palette)[4], int colours)
{
    fprintf(stream,
            "<image class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
            "preserveAspectRatio=\"none\" href=\"",
            class, frame->left, frame->top, frame->right - frame->left, frame->bottom - frame->top);
    markup_png(stream, pixel, width, height, palette, colours);
    fputs("\"/>\n", stream);
}

/* Shows times in ms or, when long, in s. */
static double time_unit(double duration_us, const char **label)
{
    *label = duration_us > 5e6 ? "time (s)" : "time (ms)";
    return duration_us > 5e6 ? 1e6 : 1e3;
}

static void draw_frame(FILE *stream, const plot_frame *frame)
{
    fprintf(stream, "<path class=\"axis\" d=\"M%.1f %.1fV%.1fH%.1f\"/>\n", frame->left, frame->top,
            frame->bottom, frame->right);
}

void plot_spikes(FILE *stream, const plot_axes *axes, const double *time_us, const uint32_t *cell,
                 size_t count, uint32_t cells, double duration_us)
{
    const char *time_label;
    double width = plot_pixels(axes), unit = time_unit(duration_us, &time_label);
    plot_frame frame = {.width = width, .right = width - 14, .top = 10};
    cells = cells ? cells : 1;
    frame.bottom = frame.top + fmin(fmax(cells * 3.0, 120), 320);
    frame.height = frame.bottom + 44;
    plot_axis y = axis_new(AXIS_LINEAR, 0, cells, frame.bottom, frame.top, 5);
    frame.left = plot_left_margin(&y, axes->y_label);
    plot_axis x = axis_new(AXIS_LINEAR, 0, duration_us / unit, frame.left, frame.right,
                           axes->width == PLOT_WIDE ? 10 : 5);
    raster_image raster =
        raster_new(frame.right - frame.left, frame.bottom - frame.top, cells, count);
    for (size_t i = 0; raster.pixel && i < count; i++)
        if (cell[i] < cells)
            raster_mark(&raster, time_us[i] / duration_us, 1 - (cell[i] + 0.5) / cells, 2);
    plot_open(stream, axes, frame.width, frame.height);
    if (raster.pixel)
        put_image(stream, &frame, "", raster.pixel, raster.width, raster.height, event_palette, 3);
    free(raster.pixel);
    plot_y_axis(stream, &frame, &y, axes->y_label, PLOT_NO_GRID);
    draw_frame(stream, &frame);
    plot_x_axis(stream, &frame, &x, axes->x_label ? axes->x_label : time_label);
    plot_close(stream);
}

/* Where an event's channel lies in its sensor. */
typedef struct {
    uint32_t x, y, polarity;
} place;

static place place_of(uint32_t channel, tuft_geometry geometry)
{
    return (place){channel % geometry.width, channel / geometry.width % geometry.height,
                   channel / geometry.width / geometry.height};
}

/* All events in one picture: how many a pixel saw, as strength of the colour of the polarity that
 * it saw more often. */
static void draw_accumulated(FILE *stream, const plot_frame *frame, const tuft_events *events,
                             tuft_geometry geometry)
{
    enum { STEPS = 60 };
    size_t pixels = (size_t)geometry.width * geometry.height;
    double *sum = pixels <= PIXELS_MAX ? calloc(pixels, 2 * sizeof *sum) : NULL, most = 0;
    uint8_t *pixel = pixels <= PIXELS_MAX ? calloc(pixels, 1) : NULL, palette[2 * STEPS + 1][4];
    if (!sum || !pixel) {
        free(sum);
        free(pixel);
        return;
    }
    for (size_t i = 0; i < events->count; i++) {
        place at = place_of(events->channel[i], geometry);
        if (at.polarity < geometry.polarities)
            sum[2 * ((size_t)at.y * geometry.width + at.x) + (at.polarity == 0)]++;
    }
    for (size_t i = 0; i < pixels; i++)
        most = fmax(most, sum[2 * i] + sum[2 * i + 1]);
    for (size_t i = 0; i < pixels; i++) {
        double both = sum[2 * i] + sum[2 * i + 1];
        int step = both > 0 ? 1 + (int)((STEPS - 1) * sqrt(both / most)) : 0;
        int on = sum[2 * i] >= sum[2 * i + 1] || geometry.polarities == 1;
        pixel[i] = (uint8_t)(step ? (on ? step : STEPS + step) : 0);
    }
    memset(palette, 0, sizeof palette);
    for (int i = 1; i <= 2 * STEPS; i++) {
        memcpy(palette[i], event_palette[i <= STEPS ? 2 : 1], 3);
        palette[i][3] = (uint8_t)(255 * (i <= STEPS ? i : i - STEPS) / STEPS);
    }
    put_image(stream, frame, "pixels", pixel, geometry.width, geometry.height,
              (const uint8_t(*)[4])palette, 2 * STEPS + 1);
    free(pixel);
    free(sum);
}

static void draw_picture_panel(FILE *stream, const plot_frame *frame, const tuft_events *events,
                               tuft_geometry geometry)
{
    plot_axis x = axis_new(AXIS_LINEAR, 0, geometry.width, frame->left, frame->right, 4);
    plot_axis y = axis_new(AXIS_LINEAR, 0, geometry.height, frame->top, frame->bottom, 4);
    draw_accumulated(stream, frame, events, geometry);
    plot_y_axis(stream, frame, &y, NULL, PLOT_NO_GRID);
    fprintf(stream, "<path class=\"axis\" d=\"M%.1f %.1fH%.1fV%.1fH%.1fZ\"/>\n", frame->left,
            frame->top, frame->right, frame->bottom, frame->left);
    plot_x_axis(stream, frame, &x, "column (pixel)");
}

void plot_events(FILE *stream, const plot_axes *axes, const tuft_events *events,
                 tuft_geometry geometry, double duration_us)
{
    const char *time_label;
    double width = plot_pixels(axes), unit = time_unit(duration_us, &time_label);
    if (!tuft_geometry_channels(geometry))
        return;
    int picture = geometry.height > 1, two = geometry.polarities == 2;
    double side = picture ? (axes->width == PLOT_WIDE ? 240 : 150) : 0;
    uint32_t rows = picture ? geometry.height : geometry.width;
    plot_frame frame = {.width = width, .right = width - 14 - (picture ? side + 50 : 0)};
    frame.top = two ? 32 : 10;
    frame.bottom = frame.top + (picture ? side : 240);
    frame.height = frame.bottom + 44;
    /* Pictures count rows from the top, cochleas channels from the bottom. */
    plot_axis y = picture ? axis_new(AXIS_LINEAR, 0, rows, frame.top, frame.bottom, 5)
                          : axis_new(AXIS_LINEAR, 0, rows, frame.bottom, frame.top, 5);
    const char *y_label = picture ? "row (pixel)" : "channel";
    frame.left = plot_left_margin(&y, y_label);
    plot_axis x = axis_new(AXIS_LINEAR, 0, duration_us / unit, frame.left, frame.right,
                           axes->width == PLOT_WIDE ? 8 : 4);
    raster_image raster =
        raster_new(frame.right - frame.left, frame.bottom - frame.top, rows, events->count);
    for (size_t i = 0; raster.pixel && i < events->count; i++) {
        place at = place_of(events->channel[i], geometry);
        double row = ((picture ? at.y : at.x) + 0.5) / rows;
        raster_mark(&raster, (double)events->tick_us[i] / duration_us, picture ? row : 1 - row,
                    two && at.polarity == 0 ? 1 : 2);
    }
    plot_open(stream, axes, frame.width, frame.height);
    if (raster.pixel)
        put_image(stream, &frame, "", raster.pixel, raster.width, raster.height, event_palette, 3);
    free(raster.pixel);
    plot_y_axis(stream, &frame, &y, y_label, PLOT_NO_GRID);
    draw_frame(stream, &frame);
    plot_x_axis(stream, &frame, &x, time_label);
    if (picture) {
        plot_frame panel = {.left = frame.right + 50, .top = frame.top};
        double scale = side / fmax(geometry.width, geometry.height);
        panel.right = panel.left + scale * geometry.width;
        panel.bottom = panel.top + scale * geometry.height;
        draw_picture_panel(stream, &panel, events, geometry);
    }
    if (two)
        fprintf(stream,
                "<rect class=\"on\" x=\"%.1f\" y=\"6\" width=\"12\" height=\"12\"/><text "
                "class=\"tick\" x=\"%.1f\" y=\"16\">brighter (ON)</text><rect class=\"off\" "
                "x=\"%.1f\" y=\"6\" width=\"12\" height=\"12\"/><text class=\"tick\" x=\"%.1f\" "
                "y=\"16\">darker (OFF)</text>\n",
                frame.left, frame.left + 18, frame.left + 112, frame.left + 130);
    plot_close(stream);
}
