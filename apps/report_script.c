#include "apps/report_script.h"

/* Cells that start with a number sort by it, with the prefix of its unit (4.5 uJ comes before 12 pJ
 * when the largest is on top), percent and thin spaces aside; others as text. A second press turns
 * the order. Rows that are equal stay as they were. */
static const char script[] =
    "<script>\n"
    "(function () {\n"
    "  var scale = {f: 1e-15, p: 1e-12, n: 1e-9, u: 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9};\n"
    "  function value(text) {\n"
    "    var plain = text.replace(/[\\u202f\\u2009]/g, '').replace('\\u2212', '-');\n"
    "    var found = plain.match(/^[+-]?[0-9.]+(e[+-]?[0-9]+)?/);\n"
    "    if (!found) return null;\n"
    "    var unit = plain.slice(found[0].length).match(/^ ?([fpnumkMG])(J|W|s|V|S|B)?( |$)/);\n"
    "    return Number(found[0]) * (unit ? scale[unit[1]] : 1);\n"
    "  }\n"
    "  function sort(heading, table, column) {\n"
    "    var down = heading.getAttribute('aria-sort') === 'ascending';\n"
    "    var part = table.tBodies[0], rows = Array.from(part.rows);\n"
    "    rows.sort(function (a, b) {\n"
    "      var x = a.cells[column].textContent, y = b.cells[column].textContent;\n"
    "      var p = value(x), q = value(y);\n"
    "      var order = p === null || q === null ? x.localeCompare(y) : p - q;\n"
    "      return down ? -order : order;\n"
    "    });\n"
    "    Array.from(table.tHead.rows[0].cells).forEach(function (other) {\n"
    "      other.removeAttribute('aria-sort');\n"
    "    });\n"
    "    heading.setAttribute('aria-sort', down ? 'descending' : 'ascending');\n"
    "    rows.forEach(function (row) { part.appendChild(row); });\n"
    "  }\n"
    "  document.querySelectorAll('table.data').forEach(function (table) {\n"
    "    if (!table.tHead || 3 > table.tBodies[0].rows.length) return;\n"
    "    Array.from(table.tHead.rows[0].cells).forEach(function (heading, column) {\n"
    "      heading.tabIndex = 0;\n"
    "      heading.title = 'sort by this column';\n"
    "      heading.onclick = function () { sort(heading, table, column); };\n"
    "      heading.onkeydown = function (event) {\n"
    "        if (event.key === 'Enter' || event.key === ' ') {\n"
    "          event.preventDefault();\n"
    "          sort(heading, table, column);\n"
    "        }\n"
    "      };\n"
    "    });\n"
    "  });\n"
    "})();\n"
    "</script>\n";

void report_script(FILE *stream)
{
    fputs(script, stream);
}
