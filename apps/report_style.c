#include "apps/report_style.h"

#include "apps/colour.h"

/* Series colours: the palette of Okabe & Ito 2008 (safe for colour-blind readers), its yellow left
 * out and its lightness moved to stand out from the page. */
static const char light[] =
    "--page:#fff;--ink:#1b1f24;--soft:#5b6570;--line:#d9dee4;--grid:#e9edf1;"
    "--panel:#f6f8fa;--c0:#0b69b7;--c1:#d2560a;--c2:#008a66;--c3:#b4558f;"
    "--c4:#9a6b00;--c5:#2f9bd6;--c6:#5b6570;";
static const char dark[] = "--page:#14171c;--ink:#e4e8ed;--soft:#9aa5b1;--line:#39414b;"
                           "--grid:#272d35;--panel:#1b2027;--c0:#5aa9f0;--c1:#f2894a;--c2:#35c79c;"
                           "--c3:#e08cc0;--c4:#e2ae3c;--c5:#8fd3f7;--c6:#9aa5b1;";

static const char rules[] =
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;padding:40px 32px 48px;max-width:924px;background:var(--page);"
    "color:var(--ink);font:15px/1.55 system-ui,-apple-system,\"Segoe UI\",Roboto,"
    "\"Helvetica Neue\",Arial,sans-serif;font-variant-numeric:tabular-nums}\n"
    "h1{font-size:28px;line-height:1.2;margin:0;letter-spacing:-.01em;"
    "overflow-wrap:anywhere}\n"
    "h2{font-size:19px;margin:40px 0 10px;padding-top:14px;border-top:1px solid var(--line)}\n"
    "p{margin:8px 0 14px;max-width:72ch;overflow-wrap:anywhere}\n"
    ".notice{background:var(--panel);border-left:4px solid var(--c1);padding:10px 14px}\n"
    ".subtitle{color:var(--soft);font-size:16px;margin:6px 0 0}\n"
    ".cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(170px,1fr));gap:12px;"
    "margin:26px 0 8px}\n"
    ".card{background:var(--panel);border:1px solid var(--line);border-radius:8px;"
    "padding:13px 16px}\n"
    ".card .name{color:var(--soft);font-size:13px}\n"
    ".card .value{font-size:27px;font-weight:600;line-height:1.25;letter-spacing:-.01em}\n"
    ".card .note,figcaption .note{color:var(--soft)}\n"
    ".card .note{font-size:12.5px;line-height:1.4;margin-top:2px}\n"
    "figure{margin:20px 0 26px;min-width:0}\n"
    ".plot{overflow-x:auto;overflow-y:hidden}\n"
    "figure svg{display:block;max-width:100%;height:auto}\n"
    "figcaption{font-size:13.5px;line-height:1.45;margin-top:10px;max-width:80ch}\n"
    ".row{display:flex;flex-wrap:wrap;gap:0 20px;align-items:flex-start}\n"
    ".row figure{flex:1 1 380px;max-width:420px}\n"
    ".sounds figure{flex:1 1 240px;max-width:400px;margin:10px 0}\n"
    ".pictures figure{flex:0 1 190px;margin:10px 0}\n"
    "audio{display:block;width:100%;height:36px;margin-top:6px}\n"
    ".box{fill:none;stroke:#f2a33a;stroke-width:2}\n"
    ".table{margin:16px 0 24px}\n"
    ".scroll{overflow-x:auto}\n"
    ".caption{font-size:13.5px;line-height:1.45;margin:0 0 8px;max-width:80ch}\n"
    "table{border-collapse:collapse;font-size:14px}\n"
    "th,td{padding:5px 18px 5px 0;text-align:left;vertical-align:top}\n"
    ".data{min-width:50%;border-bottom:1.5px solid var(--ink)}\n"
    ".data thead th{border-top:1.5px solid var(--ink);border-bottom:1px solid var(--ink);"
    "font-weight:600}\n"
    ".data td:first-child{min-width:9em}.data .number{text-align:right}.data "
    "td.number{white-space:nowrap}\n"
    ".data th[tabindex]{cursor:pointer}.data th[tabindex]:hover{color:var(--c0)}\n"
    ".data th[aria-sort]:after{content:\"\\2009\\25b4\";color:var(--soft)}\n"
    ".data th[aria-sort=descending]:after{content:\"\\2009\\25be\"}\n"
    ".pairs th{font-weight:400;color:var(--soft);white-space:nowrap}\n"
    ".pairs td{overflow-wrap:anywhere}\n"
    ".pairs tr+tr>*{border-top:1px solid var(--grid)}\n"
    ".reproduce{background:var(--panel);border:1px solid var(--line);border-radius:8px;"
    "padding:13px 16px;margin:16px 0}\n"
    ".reproduce pre{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;"
    "white-space:pre-wrap;overflow-wrap:anywhere;margin:8px 0}\n"
    ".reproduce p{margin:0;font-size:13px;color:var(--soft)}\n"
    "footer{color:var(--soft);font-size:12.5px;margin-top:40px;padding-top:12px;"
    "border-top:1px solid var(--line)}\n"
    "svg text{fill:var(--ink)}\n"
    "svg .tick{font-size:11px;fill:var(--soft)}\n"
    "svg .label{font-size:12px}\n"
    ".mid{text-anchor:middle}.end{text-anchor:end}\n"
    ".halo{paint-order:stroke;stroke:var(--page);stroke-width:3px;stroke-linejoin:round}\n"
    ".axis{fill:none;stroke:var(--soft);stroke-width:1}\n"
    ".grid{fill:none;stroke:var(--grid);stroke-width:1}\n"
    ".mark{fill:none;stroke:var(--ink);stroke-width:1;stroke-dasharray:4 4}\n"
    ".error{fill:none;stroke:var(--ink);stroke-width:1.2}\n"
    ".line{fill:none;stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}\n"
    ".d1{stroke-dasharray:7 4}.d2{stroke-dasharray:1.5 4}.d3{stroke-dasharray:8 4 1.5 4}\n"
    ".band{opacity:.18}.dot{stroke:var(--page);stroke-width:1}\n"
    ".pixels,.on-light,.on-dark{image-rendering:pixelated}\n"
    ".on-dark{display:none}\n"
    ".on{fill:#1f77d6}.off{fill:#de5c2a}\n"
    ".c0{stroke:var(--c0)}.c1{stroke:var(--c1)}.c2{stroke:var(--c2)}.c3{stroke:var(--c3)}"
    ".c4{stroke:var(--c4)}.c5{stroke:var(--c5)}.c6{stroke:var(--c6)}\n"
    ".f0{fill:var(--c0)}.f1{fill:var(--c1)}.f2{fill:var(--c2)}.f3{fill:var(--c3)}"
    ".f4{fill:var(--c4)}.f5{fill:var(--c5)}.f6{fill:var(--c6)}\n";

/* .q0 .. (sequential) and .e0 .. (diverging) fill a cell, .q0t .. the text on it. */
static void level_rules(FILE *stream, colour_scheme scheme)
{
    for (int map = COLOUR_SEQUENTIAL; map <= COLOUR_DIVERGING; map++)
        for (int level = 0; level < COLOUR_LEVELS; level++) {
            colour made = colour_level((colour_map)map, scheme, level);
            char letter = map == COLOUR_DIVERGING ? 'e' : 'q';
            fprintf(stream, ".%c%d{fill:#%02x%02x%02x}svg .%c%dt{fill:#%s}", letter, level,
                    made.red, made.green, made.blue, letter, level,
                    made.lightness > 0.63 ? "14171c" : "f4f6f8");
        }
    fputc('\n', stream);
}

void report_style(FILE *stream)
{
    fprintf(stream, ":root{%s}\n%s", light, rules);
    level_rules(stream, COLOUR_LIGHT);
    fprintf(stream,
            "@media screen and (prefers-color-scheme:dark){\n:root{%s}\n.on-light{display:none}"
            ".on-dark{display:inline}\n",
            dark);
    level_rules(stream, COLOUR_DARK);
    fputs(
        "}\n@media screen and (max-width:640px){body{padding:24px 16px 32px}h1{font-size:24px}"
        "th,td{padding-right:14px}.wide svg{max-width:none;min-width:680px}"
        ".card{padding:10px 14px}.cards{grid-template-columns:repeat(auto-fit,minmax(150px,1fr))}}"
        "\n@page{margin:16mm}\n@media print{body{padding:0;max-width:none;font-size:10.5pt}"
        "figure,.card,.reproduce,tr{break-inside:avoid}h2{break-after:avoid}"
        "*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n",
        stream);
}
