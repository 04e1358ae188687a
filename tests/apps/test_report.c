#include "apps/axis.h"
#include "apps/colour.h"
#include "apps/markup.h"
#include "apps/report.h"
#include "apps/report_picture.h"
#include "apps/report_sound.h"
#include "core/file.h"
#include "core/philox.h"

#include "apps/base64.h"
#include "apps/page.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

static const char evil[] = "<script>alert(\"1\" & '2')</script>\x01\xff é";

static uint32_t draws;

static double uniform(void)
{
    return (double)(draws = draws * 1664525u + 1013904223u) / 4294967296.0;
}

static void fill_events(tuft_events *events, size_t count, uint32_t channels)
{
    *events = (tuft_events){0};
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(tuft_events_push(events, (int64_t)(uniform() * 3e5),
                                      (uint32_t)(uniform() * channels), NULL),
                     TUFT_OK);
    cr_assert_eq(tuft_events_sort(events, NULL), TUFT_OK);
}

/* A page with everything, with names that are not to be trusted and values that are not finite. */
static char *whole_page(size_t *size)
{
    char path[] = "/tmp/tuft-test-report-XXXXXX";
    app_report *report;
    tuft_error err;
    tuft_events events;
    unsigned char *content;
    draws = 1;
    close(mkstemp(path));
    cr_assert_eq(report_new(&report, evil, evil, &err), TUFT_OK);
    report_card(report, evil, evil, evil);
    report_card(report, "accuracy", "89.7 %", NULL);
    report_section(report, evil);
    report_text(report, "%s %d", evil, 5);
    report_pairs(report, evil, (const report_pair[]){{evil, evil}}, 1);
    const char *const cells[] = {evil, "1.5", "−2", "x"};
    report_table(report, NULL, (const char *const[]){evil, "n"}, 2, cells, 2);
    report_table(report, evil, (const char *const[]){"empty"}, 1, NULL, 0);

    const double x[] = {0, 1, 2, 3}, y[] = {1, NAN, 1e9, -INFINITY}, low[] = {0, NAN, 1, 2};
    const plot_mark mark[] = {{0.5, evil}, {NAN, "nothing"}};
    plot_axes axes = {.title = evil,
                      .note = evil,
                      .x_label = evil,
                      .y_label = evil,
                      .marks = mark,
                      .mark_count = 2};
    const plot_series series[] = {{evil, x, y, low, x, 4}, {NULL, x, x, NULL, NULL, 4}, {0}};
    report_lines(report, &axes, series, 3);
    axes.x_scale = axes.y_scale = AXIS_LOG;
    report_lines(report, &axes, series, 2);
    report_lines(report, &axes, NULL, 0);
    report_histogram(report, &axes, y, 4, 0);
    axes.x_scale = axes.y_scale = AXIS_LINEAR;
    report_histogram(report, &axes, x, 0, 0);
    const char *const names[] = {evil, evil, "b", "c"};
    const plot_bar_series bars[] = {{evil, y, low, x}, {"b", x, NULL, NULL}};
    report_bars(report, &axes, names, 4, bars, 2);
    report_bars(report, &axes, names, 0, bars, 2);
    const plot_matrix matrix = {.value = y,
                                .rows = 2,
                                .columns = 2,
                                .row_name = names,
                                .column_name = names,
                                .cells = PLOT_CELLS_WRITTEN,
                                .unit = evil};
    report_heatmap(report, &axes, &matrix);
    double *large = calloc(300 * 300, sizeof *large);
    report_heatmap(
        report, &axes,
        &(plot_matrix){.value = large, .rows = 300, .columns = 300, .map = COLOUR_DIVERGING});
    report_heatmap(report, &axes, &(plot_matrix){0});
    free(large);
    axes.width = PLOT_WIDE;
    fill_events(&events, 5000, 34 * 34 * 2);
    report_events(report, &axes, &events, (tuft_geometry){34, 34, 2}, 3e5);
    tuft_events_free(&events);
    fill_events(&events, 50, 100);
    report_events(report, &axes, &events, (tuft_geometry){64, 1, 1}, 0);
    report_events(report, &axes, &events, (tuft_geometry){0}, 1);
    tuft_events_free(&events);
    axes.x_high = 3;
    report_surface(report, &axes, &matrix);
    report_surface(report, &axes, &(plot_matrix){.value = y, .rows = 4, .columns = 1});
    report_surface(report, &axes, &(plot_matrix){0});
    const plot_point point[] = {
        {evil, 1, 2, 1, 3}, {evil, 1, 2, NAN, NAN}, {NULL, NAN, 2, 1, 3}, {evil, -1, 2, 0, 9}};
    report_points(report, &axes, point, 4);
    report_points(report, &axes, point, 0);
    axes.x_scale = axes.y_scale = AXIS_LOG;
    report_points(report, &axes, point, 4);
    axes.x_scale = axes.y_scale = AXIS_LINEAR;
    report_sound(report, evil, (const float[]){0, NAN, INFINITY}, 3, 8000);
    report_sound(report, evil, NULL, 0, 8000);
    report_picture(report, evil, (const uint8_t[]){0, 255}, 2, 1, &(report_box){0, 0, 1, 1});
    report_picture(report, evil, NULL, 0, 0, NULL);
    const uint32_t who[] = {0, 1, 900, 3};
    report_spikes(report, &axes, y, who, 4, 10, 3);
    cr_assert_eq(report_write(report, NULL, &err), TUFT_OK);
    cr_assert_eq(report_write(report, path, &err), TUFT_OK, "%s", err.message);
    report_free(report);
    cr_assert_eq(tuft_file_read(path, 1 << 24, &content, size, &err), TUFT_OK);
    unlink(path);
    char *text = calloc(*size + 1, 1);
    memcpy(text, content, *size);
    free(content);
    return text;
}

Test(report, is_well_formed_self_contained_and_escaped)
{
    size_t size;
    char *page = whole_page(&size);
    const char *fault = page_fault(page);
    cr_assert_null(fault, "%.80s", fault);
    cr_assert_eq(strlen(page), size);
    cr_assert_null(page_unwanted(page), "%.60s", page_unwanted(page));
    cr_assert_null(strchr(page, '\x01'));
    cr_assert_null(strchr(page, '\xff'));
    cr_assert(
        strstr(page, "&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt; ? é"));
    free(page);
}

Test(report, same_content_same_bytes)
{
    size_t first_size, second_size;
    char *first = whole_page(&first_size), *second = whole_page(&second_size);
    cr_assert_eq(first_size, second_size);
    cr_assert_arr_eq(first, second, first_size);
    free(first);
    free(second);
}

Test(report, five_thousand_events_stay_small)
{
    char *text = NULL;
    size_t size;
    tuft_events events;
    draws = 7;
    fill_events(&events, 5000, 34 * 34 * 2);
    FILE *stream = open_memstream(&text, &size);
    plot_events(stream, &(plot_axes){.width = PLOT_WIDE}, &events, (tuft_geometry){34, 34, 2}, 3e5);
    fclose(stream);
    cr_assert_lt(size, 200000);
    cr_assert_gt(size, 5000);
    cr_assert_null(page_fault(text));
    free(text);
    tuft_events_free(&events);
}

Test(report, the_checker_finds_faults)
{
    cr_assert_not_null(page_fault("<p><b></p></b>"));
    cr_assert_not_null(page_fault("<p>a < b</p>"));
    cr_assert_not_null(page_fault("<p>"));
    cr_assert_null(page_fault("<!DOCTYPE html><p a=\"x>y\"><meta b=\"c\"><i/></p>"));
}

/* --- PNG: read back what was written ------------------------------------------------------ */

Test(markup, png_holds_the_pixels)
{
    enum { WIDTH = 7, HEIGHT = 5 };
    static const char prefix[] = "data:image/png;base64,";
    uint8_t pixel[WIDTH * HEIGHT], lines[(WIDTH + 1) * HEIGHT];
    const uint8_t palette[2][4] = {{0, 0, 0, 0}, {10, 20, 30, 255}};
    char *text = NULL;
    size_t size;
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        pixel[i] = (uint8_t)(i % 3 == 0);
    FILE *stream = open_memstream(&text, &size);
    cr_assert_eq(markup_png(stream, pixel, WIDTH, HEIGHT, palette, 2), 0);
    fclose(stream);
    cr_assert_eq(strncmp(text, prefix, sizeof prefix - 1), 0);
    unsigned char *png = malloc(size);
    size_t length = base64_read(text + sizeof prefix - 1, png);
    cr_assert_arr_eq(png, "\x89PNG\r\n\x1a\n", 8);
    int seen_end = 0;
    for (size_t at = 8; at + 12 <= length;) {
        uint32_t data = (uint32_t)png[at] << 24 | (uint32_t)png[at + 1] << 16 |
                        (uint32_t)png[at + 2] << 8 | png[at + 3];
        cr_assert_leq(at + 12 + data, length);
        uint32_t crc = (uint32_t)png[at + 8 + data] << 24 | (uint32_t)png[at + 9 + data] << 16 |
                       (uint32_t)png[at + 10 + data] << 8 | png[at + 11 + data];
        cr_assert_eq(crc, (uint32_t)crc32(crc32(0, NULL, 0), png + at + 4, data + 4));
        if (memcmp(png + at + 4, "IDAT", 4) == 0) {
            uLongf raw = sizeof lines;
            cr_assert_eq(uncompress(lines, &raw, png + at + 8, data), Z_OK);
            cr_assert_eq(raw, sizeof lines);
            for (int y = 0; y < HEIGHT; y++) {
                cr_assert_eq(lines[(WIDTH + 1) * y], 0);
                cr_assert_arr_eq(lines + (WIDTH + 1) * y + 1, pixel + WIDTH * y, WIDTH);
            }
        }
        seen_end = memcmp(png + at + 4, "IEND", 4) == 0;
        at += 12 + data;
    }
    cr_assert(seen_end);
    free(png);
    free(text);
}

Test(axis, ticks_are_round_and_within)
{
    const double ranges[][2] = {{0, 1},        {-3, 17},       {0.001, 0.0042}, {5, 5},
                                {0, 0},        {2, -2},        {NAN, 1},        {-1e9, 1e9},
                                {0, INFINITY}, {1e-12, 3e-12}, {1e6, 1e6}};
    char text[48];
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        for (int scale = 0; scale < 2; scale++) {
            plot_axis made =
                axis_new_round((axis_scale)scale, ranges[i][0], ranges[i][1], 300, 10, 6);
            cr_assert(made.low < made.high);
            cr_assert_geq(made.ticks, 1, "%g %g", ranges[i][0], ranges[i][1]);
            for (int t = 0; t < made.ticks; t++) {
                double at = axis_at(&made, made.tick[t]);
                cr_assert(at <= 300.001 && at >= 9.999, "%g", at);
                cr_assert(*axis_tick_text(&made, t, text, sizeof text));
            }
        }
    plot_axis made = axis_new(AXIS_LINEAR, 0, 1, 0, 100, 5);
    cr_assert_eq(made.ticks, 6);
    cr_assert_str_eq(axis_tick_text(&made, 1, text, sizeof text), "0.2");
    made = axis_new(AXIS_LINEAR, 0, 25000, 0, 100, 5);
    cr_assert_str_eq(axis_tick_text(&made, made.ticks - 1, text, sizeof text), "25k");
    made = axis_new(AXIS_LOG, 1e-6, 1, 0, 60, 6);
    cr_assert_float_eq(axis_at(&made, 1e-3), 30, 1e-9);
    cr_assert_str_eq(axis_tick_text(&made, 0, text, sizeof text), "10⁻⁶");
}

Test(colour, ramps_are_even_in_lightness_and_neutral_in_the_middle)
{
    for (int scheme = 0; scheme < 2; scheme++) {
        double step = colour_level(COLOUR_SEQUENTIAL, (colour_scheme)scheme, 1).lightness -
                      colour_level(COLOUR_SEQUENTIAL, (colour_scheme)scheme, 0).lightness;
        for (int i = 1; i < COLOUR_LEVELS; i++)
            cr_assert_float_eq(
                colour_level(COLOUR_SEQUENTIAL, (colour_scheme)scheme, i).lightness -
                    colour_level(COLOUR_SEQUENTIAL, (colour_scheme)scheme, i - 1).lightness,
                step, 1e-9);
        colour middle = colour_level(COLOUR_DIVERGING, (colour_scheme)scheme, COLOUR_LEVELS / 2);
        cr_assert(abs(middle.red - middle.blue) < 12);
    }
    /* Ottosson's own check: white is L = 1, sRGB red is L 0.62796, C 0.25768, h 29.234. */
    colour white = colour_oklch(1, 0, 0), red = colour_oklch(0.62796, 0.25768, 29.234);
    cr_assert(white.red == 255 && white.green == 255 && white.blue == 255);
    cr_assert(red.red >= 254 && red.green <= 2 && red.blue <= 2);
    cr_assert_eq(colour_level_of(NAN, 0, 1), -1);
    cr_assert_eq(colour_level_of(5, 0, 1), COLOUR_LEVELS - 1);
    cr_assert_eq(colour_level_of(-5, 0, 1), 0);
}
