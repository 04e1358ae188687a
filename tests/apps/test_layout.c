/* Pages as they are shown: each kind of report in a browser without a window, on a phone and on a
 * desk. Nothing is cut, lies over other text or is wider than the screen. Skipped without chromium.
 */
#include "apps/shell.h"
#include "core/file.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(layout, .init = shell_enter, .fini = shell_leave, .timeout = 300);

enum { PHONE = 390, DESK = 1280 };

static char *read_page(const char *name)
{
    char path[200];
    unsigned char *content;
    size_t size;
    tuft_error err;
    snprintf(path, sizeof path, "%s/%s", shell_folder(), name);
    cr_assert_eq(tuft_file_read(path, 1 << 26, &content, &size, &err), TUFT_OK, "%s", err.message);
    char *text = calloc(size + 1, 1);
    memcpy(text, content, size);
    free(content);
    return text;
}

/* In a frame of the width that is wanted: browsers have a least width of their own. */
static void look(const char *name, int width)
{
    static const char form[] =
        "<!DOCTYPE html><title>none</title><script>onmessage = function (event) { document.title = "
        "event.data; };</script><iframe src=\"seen.html\" width=\"%d\" height=\"900\" "
        "style=\"border:0\"></iframe>\n";
    char around[400];
    snprintf(around, sizeof around, form, width);
    shell_write("around.html", around, strlen(around));
    cr_assert_eq(shell("{ cat %s; echo '<script>'; cat %s; echo '</script>'; } > seen.html", name,
                       TUFT_SOURCE_DIR "/tests/apps/layout.js"),
                 0);
    /* A profile of its own, so that no other browser is in the way. */
    if (shell("HOME=$PWD timeout 120 chromium --headless --no-sandbox --disable-gpu "
              "--user-data-dir=$PWD/profile --window-size=1400,1000 --virtual-time-budget=5000 "
              "--dump-dom "
              "file://$PWD/around.html "
              "> dom.html 2> said.txt") != 0)
        cr_skip_test("chromium does not start here");
    char *page = read_page("dom.html"), *title = strstr(page, "<title>LAYOUT "), *end;
    if (!title)
        cr_skip_test("chromium shows nothing here");
    title += strlen("<title>LAYOUT ");
    end = strstr(title, "</title>");
    cr_assert_not_null(end);
    *end = 0;
    int got = 0, texts = 0, tables = 0;
    cr_assert_eq(sscanf(title, "%d %d %d", &got, &texts, &tables), 3, "%s", title);
    cr_assert_eq(got, width);
    cr_assert_gt(tables, 0);
    const char *verdict = strrchr(title, ' ');
    cr_assert(verdict && strcmp(verdict, " good") == 0, "%s at %d pixels: %s", name, width, title);
    free(page);
}

static void shown(const char *arguments)
{
    if (shell("command -v chromium >/dev/null") != 0)
        cr_skip_test("no chromium");
    cr_assert_eq(shell("\"$TUFT\" %s --quiet --report page.html >/dev/null", arguments), 0, "%s",
                 shell_said());
    look("page.html", PHONE);
    look("page.html", DESK);
}

Test(layout, energy)
{
    cr_assert_eq(
        shell("\"$TUFT\" classify --dataset synthetic-vision --per-class 4 --preset lin2025 "
              "--set readout.updates=10,group0.maps=60 --quiet --json run.json --counts "
              "run.h5 >/dev/null"),
        0);
    shown("energy run.json --counts run.h5 --profile rram-40nm,loihi,cmos-45nm-int8,gpu");
}

Test(layout, classify)
{
    shown("classify --dataset synthetic-vision --per-class 4 --set "
          "augment.copies=0,group0.maps=8 --baseline");
}

Test(layout, zero_shot)
{
    shown("zero-shot --synthetic --per-class 8 --epochs 2 --shots 1,2 --all-pairs "
          "--set-vision augment.copies=0,group0.maps=4 --set-audio augment.copies=0,group0.maps=8");
}

Test(layout, simulate)
{
    shown("simulate " TUFT_SOURCE_DIR "/docs/examples/multiplexing.json --duration 1500 --set "
          "populations[0].count=100");
}

Test(layout, device)
{
    shown("device --rows 64 --pairs 32");
}

Test(layout, cell)
{
    shown("cell fi lif-delta");
    shown("cell bursts naud-sprekeler --points 4 --cells 4");
}

Test(layout, info)
{
    shown("info");
}
