/* Sounds, pictures and points on a page: what they hold is what went in. */
#include "apps/base64.h"
#include "apps/markup.h"
#include "apps/page.h"
#include "apps/report_picture.h"
#include "apps/report_sound.h"
#include "core/file.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

/* The report as text, and gone. */
static char *page_of(app_report *report)
{
    char path[] = "/tmp/tuft-test-report-XXXXXX";
    unsigned char *content;
    size_t size;
    tuft_error err;
    close(mkstemp(path));
    cr_assert_eq(report_write(report, path, &err), TUFT_OK, "%s", err.message);
    report_free(report);
    cr_assert_eq(tuft_file_read(path, 1 << 24, &content, &size, &err), TUFT_OK);
    unlink(path);
    char *text = calloc(size + 1, 1);
    memcpy(text, content, size);
    free(content);
    cr_assert_null(page_fault(text), "%.80s", page_fault(text));
    cr_assert_null(page_unwanted(text), "%.60s", page_unwanted(text));
    return text;
}

static app_report *new_report(void)
{
    app_report *report;
    cr_assert_eq(report_new(&report, "parts", NULL, NULL), TUFT_OK);
    return report;
}

/* Bytes of the data after a mark; the caller's. */
static unsigned char *held(const char *page, const char *mark, size_t *length)
{
    const char *at = strstr(page, mark);
    cr_assert_not_null(at);
    unsigned char *out = malloc(strlen(at));
    *length = base64_read(at + strlen(mark), out);
    return out;
}

/* RFC 4648, section 10. */
Test(markup, base64_of_the_standard)
{
    static const char *const pair[][2] = {{"", ""},
                                          {"f", "Zg=="},
                                          {"fo", "Zm8="},
                                          {"foo", "Zm9v"},
                                          {"foob", "Zm9vYg=="},
                                          {"fooba", "Zm9vYmE="},
                                          {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < sizeof pair / sizeof *pair; i++) {
        char *text;
        size_t size;
        FILE *stream = open_memstream(&text, &size);
        markup_base64(stream, (const unsigned char *)pair[i][0], strlen(pair[i][0]));
        fclose(stream);
        cr_assert_str_eq(text, pair[i][1]);
        free(text);
    }
}

Test(report_parts, sound_is_a_wave_file)
{
    const float sample[] = {0, 0.5f, -0.5f, 1, -1, 7, -INFINITY, NAN};
    static const unsigned char expected[] = {
        'R', 'I', 'F', 'F', 52, 0, 0, 0, 'W', 'A', 'V', 'E', 'f', 'm', 't', ' ', 16, 0, 0, 0, 1, 0,
        1, 0, 0x80, 0x3e, 0, 0, 0, 0x7d, 0, 0, 2, 0, 16, 0, 'd', 'a', 't', 'a', 16, 0, 0, 0,
        /* 0, 16384 (16383.5 to even), -16384, 32767, -32767, 32767, -32767, 0 */
        0, 0, 0, 0x40, 0, 0xc0, 0xff, 0x7f, 1, 0x80, 0xff, 0x7f, 1, 0x80, 0, 0};
    size_t length;
    app_report *report = new_report();
    report_sound(report, "first", sample, 8, 16000);
    report_sound(report, "second", sample, 0, 16000);
    report_text(report, "after");
    char *page = page_of(report);
    unsigned char *wave = held(page, "src=\"data:audio/wav;base64,", &length);
    cr_assert_eq(length, sizeof expected);
    cr_assert_arr_eq(wave, expected, sizeof expected);
    /* Both in one row, which ends before the text. */
    const char *row = strstr(page, "<div class=\"row sounds\">");
    cr_assert_not_null(row);
    cr_assert_null(strstr(row + 1, "<div class=\"row sounds\">"));
    cr_assert_lt(strstr(row, "second"), strstr(row, "</figure>\n</div>"));
    cr_assert_lt(strstr(row, "</figure>\n</div>"), strstr(row, "after"));
    free(wave);
    free(page);
}

Test(report_parts, picture_is_grey_and_has_its_box)
{
    enum { WIDTH = 5, HEIGHT = 3 };
    uint8_t grey[WIDTH * HEIGHT];
    unsigned char lines[(WIDTH + 1) * HEIGHT];
    size_t length;
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        grey[i] = (uint8_t)(17 * i);
    app_report *report = new_report();
    report_picture(report, "lips", grey, WIDTH, HEIGHT, &(report_box){1, 0.5, 2, 1});
    char *page = page_of(report);
    cr_assert_not_null(
        strstr(page, "<rect class=\"box\" x=\"1.0\" y=\"0.5\" width=\"2.0\" height=\"1.0\"/>"));
    unsigned char *png = held(page, "href=\"data:image/png;base64,", &length);
    int palette = 0, pixels = 0;
    for (size_t at = 8; at + 12 <= length;) {
        size_t data = (size_t)png[at + 2] << 8 | png[at + 3];
        if (memcmp(png + at + 4, "PLTE", 4) == 0) {
            palette = 1;
            cr_assert_eq(data, 3 * 256);
            for (int i = 0; i < 3 * 256; i++)
                cr_assert_eq(png[at + 8 + (size_t)i], i / 3);
        }
        if (memcmp(png + at + 4, "IDAT", 4) == 0) {
            uLongf raw = sizeof lines;
            pixels = 1;
            cr_assert_eq(uncompress(lines, &raw, png + at + 8, data), Z_OK);
            cr_assert_eq(raw, sizeof lines);
            for (int y = 0; y < HEIGHT; y++)
                cr_assert_arr_eq(lines + (WIDTH + 1) * y + 1, grey + WIDTH * y, WIDTH);
        }
        at += 12 + data;
    }
    cr_assert(palette && pixels);
    free(png);
    free(page);
}

static size_t occurrences(const char *page, const char *what)
{
    size_t count = 0;
    for (const char *at = page; (at = strstr(at, what)); at += strlen(what))
        count++;
    return count;
}

/* A single point, points in one place, and none that cannot be placed. */
Test(report_parts, every_point_that_can_be_is_drawn)
{
    const plot_point point[] = {{"a", 3, 0.5, 0.4, 0.6},
                                {"b", 3, 0.5, NAN, NAN},
                                {"c", 3, 0.5, NAN, NAN},
                                {"none", NAN, 0.5, 0, 1}};
    for (size_t n = 1; n <= 4; n++) {
        app_report *report = new_report();
        report_points(report, &(plot_axes){.title = "points"}, point, n);
        char *page = page_of(report);
        cr_assert_eq(occurrences(page, "<circle "), n < 4 ? n : 3);
        cr_assert_eq(occurrences(page, "class=\"label halo"), n < 4 ? n : 3);
        free(page);
    }
}

/* Names that do not fit beside each other go to a row of their own, within the figure. */
Test(report_parts, long_legends_wrap)
{
    const double x[] = {0, 1}, y[] = {1, 2};
    const char *const name = "a model with quite a long name, 40 long";
    plot_series series[5];
    for (int i = 0; i < 5; i++)
        series[i] = (plot_series){name, x, y, NULL, NULL, 2};
    app_report *report = new_report();
    report_lines(report, &(plot_axes){.title = "t"}, series, 5);
    char *page = page_of(report);
    double last = 0;
    int rows = 0;
    for (const char *at = page; (at = strstr(at, "<text class=\"tick\" x=\"")); at++) {
        double left = 0, top = 0;
        cr_assert_eq(sscanf(at, "<text class=\"tick\" x=\"%lf\" y=\"%lf\"", &left, &top), 2);
        rows += top > last;
        last = top;
    }
    cr_assert_eq(rows, 5);
    free(page);
}
