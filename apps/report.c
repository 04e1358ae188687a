#include "apps/report.h"

#include "apps/markup.h"
#include "apps/report_parts.h"
#include "apps/report_script.h"
#include "apps/report_style.h"
#include "core/file.h"
#include "core/version.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Text that grows; a failure stays with the stream until report_write looks. */
typedef struct {
    FILE *stream;
    char *text;
    size_t size;
} text_part;

struct app_report {
    char *title, *subtitle;
    text_part cards, body;
    int figures, tables;
    report_row row; /* that is open */
};

static int part_open(text_part *part)
{
    part->stream = open_memstream(&part->text, &part->size);
    return !part->stream;
}

static void part_close(text_part *part)
{
    if (part->stream)
        fclose(part->stream);
    free(part->text);
}

tuft_status report_new(app_report **out, const char *title, const char *subtitle, tuft_error *err)
{
    *out = NULL;
    app_report *report = calloc(1, sizeof *report);
    if (report) {
        report->title = strdup(title);
        report->subtitle = strdup(subtitle ? subtitle : "");
    }
    if (!report || !report->title || !report->subtitle || part_open(&report->cards) ||
        part_open(&report->body)) {
        report_free(report);
        return tuft_fail(err, TUFT_MEMORY, "report: no memory for the page");
    }
    *out = report;
    return TUFT_OK;
}

void report_free(app_report *report)
{
    if (!report)
        return;
    part_close(&report->cards);
    part_close(&report->body);
    free(report->title);
    free(report->subtitle);
    free(report);
}

/* <tag>escaped text</tag> */
static void element(FILE *stream, const char *tag, const char *text)
{
    fprintf(stream, "<%s>", tag);
    markup_text(stream, text);
    fprintf(stream, "</%.*s>", (int)strcspn(tag, " "), tag);
}

static FILE *body(app_report *report)
{
    if (report->row != REPORT_NO_ROW)
        fputs("</div>\n", report->body.stream);
    report->row = REPORT_NO_ROW;
    return report->body.stream;
}

void report_card(app_report *report, const char *label, const char *value, const char *note)
{
    FILE *stream = report->cards.stream;
    fputs("<div class=\"card\">", stream);
    element(stream, "div class=\"name\"", label);
    element(stream, "div class=\"value\"", value);
    if (note)
        element(stream, "div class=\"note\"", note);
    fputs("</div>\n", stream);
}

void report_section(app_report *report, const char *heading)
{
    FILE *stream = body(report);
    element(stream, "h2", heading);
    fputc('\n', stream);
}

static void paragraph(app_report *report, const char *tag, const char *format, va_list arguments)
{
    FILE *stream = body(report);
    char *text;
    if (vasprintf(&text, format, arguments) < 0)
        return;
    element(stream, tag, text);
    fputc('\n', stream);
    free(text);
}

void report_text(app_report *report, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    paragraph(report, "p", format, arguments);
    va_end(arguments);
}

void report_notice(app_report *report, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    paragraph(report, "p class=\"notice\"", format, arguments);
    va_end(arguments);
}

/* The caption stands outside of what scrolls, so that it can be read on a narrow screen. */
static void open_table(app_report *report, const char *caption, const char *class)
{
    FILE *stream = body(report);
    fputs("<div class=\"table\">", stream);
    if (caption) {
        fprintf(stream, "<p class=\"caption\" id=\"table-%d\"><b>Table %d.</b> ",
                report->tables + 1, report->tables + 1);
        markup_text(stream, caption);
        fputs("</p>\n", stream);
    }
    fprintf(stream, "<div class=\"scroll\"><table class=\"%s\"", class);
    if (caption)
        fprintf(stream, " aria-labelledby=\"table-%d\"", ++report->tables);
    fputs(">\n", stream);
}

static void close_table(app_report *report)
{
    fputs("</tbody></table></div></div>\n", report->body.stream);
}

void report_pairs(app_report *report, const char *caption, const report_pair *pairs, size_t count)
{
    open_table(report, caption, "pairs");
    FILE *stream = report->body.stream;
    fputs("<tbody>\n", stream);
    for (size_t i = 0; i < count; i++) {
        fputs("<tr>", stream);
        element(stream, "th scope=\"row\"", pairs[i].key);
        element(stream, "td", pairs[i].value);
        fputs("</tr>\n", stream);
    }
    close_table(report);
}

static int is_numeric(const char *text)
{
    if (strncmp(text, "−", strlen("−")) == 0)
        text += strlen("−");
    else if (*text == '-' || *text == '+' || *text == '<' || *text == '>')
        text++;
    return (*text >= '0' && *text <= '9') || *text == '.' || strcmp(text, "–") == 0 || !*text;
}

void report_table(app_report *report, const char *caption, const char *const *heading,
                  size_t columns, const char *const *cell, size_t rows)
{
    open_table(report, caption, "data");
    FILE *stream = report->body.stream;
    fputs("<thead><tr>", stream);
    for (size_t c = 0; c < columns; c++) {
        int numeric = rows > 0;
        for (size_t r = 0; r < rows; r++)
            numeric &= is_numeric(cell[r * columns + c]);
        element(stream, numeric ? "th class=\"number\"" : "th", heading[c]);
    }
    fputs("</tr></thead><tbody>\n", stream);
    for (size_t r = 0; r < rows; r++) {
        fputs("<tr>", stream);
        for (size_t c = 0; c < columns; c++) {
            const char *text = cell[r * columns + c];
            element(stream, is_numeric(text) ? "td class=\"number\"" : "td", text);
        }
        fputs("</tr>\n", stream);
    }
    close_table(report);
}

/* As a shell takes it. */
static void shell_word(FILE *stream, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-./,=+:%@";
    if (*text && !text[strspn(text, plain)]) {
        markup_text(stream, text);
        return;
    }
    fputs("&#39;", stream);
    for (; *text; text++) {
        char letter[2] = {*text, 0};
        if (*text == '\'')
            fputs("&#39;\\&#39;&#39;", stream);
        else
            markup_text(stream, letter);
    }
    fputs("&#39;", stream);
}

/* --name value, where it is not the default; an operand alone. */
static void typed_option(FILE *stream, const app_option *option, const void *config,
                         const void *defaults)
{
    char value[1024], usual[1024];
    if (option->type == OPTION_TYPE_SECTION)
        return;
    if (option->type == OPTION_TYPE_TEXTS) {
        const option_texts *texts = (const void *)((const char *)config + option->offset);
        for (size_t i = 0; i < texts->count; i++) {
            fprintf(stream, option->name ? " --%s " : " ", option->name);
            shell_word(stream, texts->text[i]);
        }
        return;
    }
    if (option->type == OPTION_TYPE_SWITCH) {
        if (*(const int *)((const char *)config + option->offset))
            fprintf(stream, " --%s", option->name);
        return;
    }
    option_value_text(option, config, value, sizeof value);
    option_value_text(option, defaults, usual, sizeof usual);
    if (!*value || (option->name && strcmp(value, usual) == 0))
        return;
    if (option->name)
        fprintf(stream, " --%s ", option->name);
    else
        fputc(' ', stream);
    shell_word(stream, value);
}

/* The command that gives this page again. */
static void reproduce(FILE *stream, const app_command *command, const void *config)
{
    fputs("<div class=\"reproduce\"><b>How to reproduce</b>\n<pre>tuft ", stream);
    markup_text(stream, command->name);
    for (size_t i = 0; i < command->operand_count; i++)
        typed_option(stream, &command->operands[i], config, command->defaults);
    for (size_t i = 0; i < command->option_count; i++)
        typed_option(stream, &command->options[i], config, command->defaults);
    fprintf(stream,
            " --seed %llu</pre>\n<p>With tuft %s (commit %s), on the same input files: the same "
            "results for any number of threads.</p></div>\n",
            (unsigned long long)((const common_options *)config)->seed, TUFT_VERSION, TUFT_COMMIT);
}

static void setting_rows(FILE *stream, const app_option *table, size_t count, const void *config)
{
    char value[1024];
    for (size_t i = 0; i < count; i++) {
        if (table[i].type == OPTION_TYPE_SECTION)
            continue;
        fputs("<tr><th scope=\"row\">", stream);
        if (table[i].name)
            fputs("--", stream);
        markup_text(stream, table[i].name ? table[i].name : table[i].metavar);
        fputs("</th>", stream);
        if (table[i].type == OPTION_TYPE_SWITCH)
            snprintf(value, sizeof value, "%s",
                     *(const int *)((const char *)config + table[i].offset) ? "yes" : "no");
        else
            option_value_text(&table[i], config, value, sizeof value);
        element(stream, "td", *value ? value : "–");
        fputs("</tr>\n", stream);
    }
}

void report_settings(app_report *report, const app_command *command, const void *config)
{
    reproduce(body(report), command, config);
    open_table(report, "Settings of this run: the same ones give the same results.", "pairs");
    FILE *stream = report->body.stream;
    fprintf(stream, "<tbody><tr><th scope=\"row\">command</th><td>tuft ");
    markup_text(stream, command->name);
    fputs("</td></tr>\n", stream);
    setting_rows(stream, command->operands, command->operand_count, config);
    setting_rows(stream, command->options, command->option_count, config);
    fprintf(stream,
            "<tr><th scope=\"row\">--seed</th><td>%llu</td></tr>\n"
            "<tr><th scope=\"row\">version</th><td>%s (%s)</td></tr>\n",
            (unsigned long long)((const common_options *)config)->seed, TUFT_VERSION, TUFT_COMMIT);
    close_table(report);
}

/* --- figures ------------------------------------------------------------------------------ */

FILE *report_begin(app_report *report, report_row row)
{
    static const char *const opening[] = {NULL, "row", "row sounds", "row pictures"};
    if (row != report->row)
        body(report);
    if (row != report->row)
        fprintf(report->body.stream, "<div class=\"%s\">\n", opening[row]);
    report->row = row;
    fprintf(report->body.stream, "<figure><div class=\"plot%s\">\n",
            row == REPORT_NO_ROW ? " wide" : "");
    return report->body.stream;
}

static void caption_end(app_report *report, const char *title, const char *note)
{
    FILE *stream = report->body.stream;
    markup_text(stream, title ? title : "");
    if (note) {
        fputs(" <span class=\"note\">", stream);
        markup_text(stream, note);
        fputs("</span>", stream);
    }
    fputs("</figcaption></figure>\n", stream);
}

void report_end(app_report *report, const char *title, const char *note)
{
    fputs("</div><figcaption>", report->body.stream);
    caption_end(report, title, note);
}

void report_end_figure(app_report *report, const char *title, const char *note)
{
    fprintf(report->body.stream, "</div><figcaption><b>Figure %d.</b> ", ++report->figures);
    caption_end(report, title, note);
}

/* --- the page ----------------------------------------------------------------------------- */

static void write_page(FILE *stream, const app_report *report)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta name=\"color-scheme\" content=\"light dark\">\n",
          stream);
    element(stream, "title", report->title);
    fputs("\n<style>\n", stream);
    report_style(stream);
    fputs("</style>\n</head>\n<body>\n<header>", stream);
    element(stream, "h1", report->title);
    if (*report->subtitle)
        element(stream, "p class=\"subtitle\"", report->subtitle);
    fputs("</header>\n", stream);
    if (report->cards.size)
        fprintf(stream, "<div class=\"cards\">\n%s</div>\n", report->cards.text);
    fprintf(stream, "<main>\n%s</main>\n", report->body.text);
    fprintf(stream, "<footer>Made by tuft %s (%s).</footer>\n", TUFT_VERSION, TUFT_COMMIT);
    report_script(stream);
    fputs("</body>\n</html>\n", stream);
}

tuft_status report_write(app_report *report, const char *path, tuft_error *err)
{
    tuft_output output;
    if (!path)
        return TUFT_OK;
    body(report);
    if (fflush(report->cards.stream) || fflush(report->body.stream) ||
        ferror(report->cards.stream) || ferror(report->body.stream))
        return tuft_fail(err, TUFT_MEMORY, "%s: no memory for the page", path);
    tuft_status status = tuft_output_open(&output, path, err);
    if (status)
        return status;
    write_page(output.stream, report);
    return tuft_output_commit(&output, err);
}
