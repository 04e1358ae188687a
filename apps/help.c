#include "apps/help.h"

#include "core/version.h"

#include <ctype.h>
#include <string.h>

enum { COLUMNS = 90, HELP_COLUMN = 28, TEXT_SIZE = 1024 };

/* Writes text in words, from column `at`, indented to `indent` on the lines that follow. */
static void wrap(FILE *stream, const char *text, int at, int indent)
{
    int column = at, fresh = 1;
    while (*text) {
        if (strncmp(text, "\n\n", 2) == 0) {
            fprintf(stream, "\n\n%*s", indent, "");
            column = indent;
            fresh = 1;
            text += 2;
            continue;
        }
        if (isspace((unsigned char)*text)) {
            text++;
            continue;
        }
        int length = (int)strcspn(text, " \n");
        if (!fresh && column + 1 + length > COLUMNS) {
            fprintf(stream, "\n%*s", indent, "");
            column = indent;
            fresh = 1;
        }
        column += fprintf(stream, "%s%.*s", fresh ? "" : " ", length, text);
        fresh = 0;
        text += length;
    }
    fputc('\n', stream);
}

/* "--epochs N" */
static const char *option_label(const app_option *option, char *text, size_t size)
{
    if (!option->name)
        snprintf(text, size, "%s", option->metavar);
    else if (!option->metavar)
        snprintf(text, size, "--%s", option->name);
    else
        snprintf(text, size, "--%s %s", option->name, option->metavar);
    return text;
}

/* The help with what the table knows besides: choices, range, default, "required". */
static const char *option_help(const app_option *option, const void *defaults, char *text,
                               size_t size)
{
    char value[TEXT_SIZE];
    size_t used = (size_t)snprintf(text, size, "%s", option->help);
    const char *open = " (";
#define ADD(...)                                                                                   \
    do {                                                                                           \
        if (used < size)                                                                           \
            used += (size_t)snprintf(text + used, size - used, __VA_ARGS__);                       \
    } while (0)
    for (size_t i = 0; option->choices && option->choices[i]; i++)
        ADD("%s%s", i ? ", " : ": ", option->choices[i]);
    const char *shown =
        option->shown ? option->shown : option_value_text(option, defaults, value, sizeof value);
    if (option->low != option->high) {
        if (isinf(option->high))
            ADD("%sat least %.15g", open, option->low);
        else
            ADD("%s%.15g to %.15g", open, option->low, option->high);
        open = "; ";
    }
    if (option->need == OPTION_REQUIRED) {
        ADD("%srequired", open);
        open = "; ";
    } else if (*shown) {
        ADD("%sdefault %s", open, shown);
        open = "; ";
    }
    if (*open == ';')
        ADD(")");
#undef ADD
    return text;
}

static void help_row(FILE *stream, const char *label, const char *text)
{
    int at = fprintf(stream, "  %s", label);
    if (at + 2 > HELP_COLUMN) {
        fputc('\n', stream);
        at = 0;
    }
    fprintf(stream, "%*s", HELP_COLUMN - at, "");
    wrap(stream, text, HELP_COLUMN, HELP_COLUMN);
}

static void help_table(FILE *stream, const char *heading, const app_option *table, size_t count,
                       const void *defaults)
{
    char label[TEXT_SIZE], text[TEXT_SIZE];
    if (count && table[0].type != OPTION_TYPE_SECTION)
        fprintf(stream, "\n%s:\n", heading);
    for (size_t i = 0; i < count; i++) {
        if (table[i].type == OPTION_TYPE_SECTION)
            fprintf(stream, "\n%s:\n", table[i].help);
        else
            help_row(stream, option_label(&table[i], label, sizeof label),
                     option_help(&table[i], defaults, text, sizeof text));
    }
}

void help_overview(FILE *stream, const app_command *const *commands, size_t count,
                   const char *prefix)
{
    fprintf(stream, "tuft %s: neuromorphic and spiking-network emulation\n\n", TUFT_VERSION);
    fprintf(stream, "Usage: tuft %sSUBCOMMAND [OPTIONS]\n\nSubcommands:\n", prefix);
    for (size_t i = 0; i < count; i++)
        if (strncmp(commands[i]->name, prefix, strlen(prefix)) == 0)
            help_row(stream, commands[i]->name, commands[i]->summary);
    fputs("\nOptions:\n", stream);
    help_row(stream, "--help", "this text; after a subcommand, its options and examples");
    help_row(stream, "--version", "version and commit");
    fputs("\nExit status: 0 done, 1 failed, 2 wrong usage.\n", stream);
}

void help_command(FILE *stream, const app_command *command)
{
    size_t count;
    const app_option *common = options_common(&count);
    fprintf(stream, "Usage: tuft %s", command->name);
    for (size_t i = 0; i < command->operand_count; i++)
        fprintf(stream, command->operands[i].need == OPTION_REQUIRED ? " %s%s" : " [%s%s]",
                command->operands[i].metavar,
                command->operands[i].type == OPTION_TYPE_TEXTS ? " ..." : "");
    for (size_t i = 0; i < command->option_count; i++)
        if (command->options[i].need == OPTION_REQUIRED)
            fprintf(stream, " --%s %s", command->options[i].name, command->options[i].metavar);
    fputs(" [OPTIONS]\n\n", stream);
    wrap(stream, command->description, 0, 0);
    help_table(stream, "Operands", command->operands, command->operand_count, command->defaults);
    help_table(stream, "Options", command->options, command->option_count, command->defaults);
    help_table(stream, "Common options", common, count, command->defaults);
    help_row(stream, "--help", "this text");
    if (command->example_count)
        fputs("\nExamples:\n", stream);
    for (size_t i = 0; i < command->example_count; i++) {
        fputs("  # ", stream);
        wrap(stream, command->examples[i].purpose, 4, 4);
        fprintf(stream, "  %s\n", command->examples[i].line);
    }
}

/* --- man(7) ------------------------------------------------------------------------------- */

/* Text for roff: no request at the start of a line, backslashes and hyphens as themselves. */
static void roff(FILE *stream, const char *text)
{
    int line_start = 1;
    for (; *text; text++) {
        if (line_start && (*text == '.' || *text == '\''))
            fputs("\\&", stream);
        line_start = *text == '\n';
        if (strncmp(text, "\n\n", 2) == 0) {
            fputs("\n.PP\n", stream);
            text++;
        } else if (*text == '\\') {
            fputs("\\e", stream);
        } else if (*text == '-') {
            fputs("\\-", stream);
        } else {
            fputc(*text, stream);
        }
    }
}

static void man_table(FILE *stream, const app_option *table, size_t count, const void *defaults)
{
    char text[TEXT_SIZE];
    for (size_t i = 0; i < count; i++) {
        if (table[i].type == OPTION_TYPE_SECTION) {
            fputs(".PP\n", stream);
            roff(stream, table[i].help);
            fputs(":\n", stream);
            continue;
        }
        fputs(".TP\n", stream);
        if (table[i].name) {
            fputs("\\fB\\-\\-", stream);
            roff(stream, table[i].name);
            fputs("\\fR", stream);
        }
        if (table[i].metavar) {
            fprintf(stream, "%s\\fI", table[i].name ? " " : "");
            roff(stream, table[i].metavar);
            fputs("\\fR", stream);
        }
        fputc('\n', stream);
        roff(stream, option_help(&table[i], defaults, text, sizeof text));
        fputc('\n', stream);
    }
}

static void man_command(FILE *stream, const app_command *command)
{
    fputs(".SS \"tuft ", stream);
    roff(stream, command->name);
    fputs("\"\n", stream);
    roff(stream, command->description);
    fputc('\n', stream);
    man_table(stream, command->operands, command->operand_count, command->defaults);
    man_table(stream, command->options, command->option_count, command->defaults);
    for (size_t i = 0; i < command->example_count; i++) {
        fputs(".PP\n", stream);
        roff(stream, command->examples[i].purpose);
        fputs(":\n.PP\n.RS 4\n.nf\n", stream);
        roff(stream, command->examples[i].line);
        fputs("\n.fi\n.RE\n", stream);
    }
}

void help_man(FILE *stream, const app_command *const *commands, size_t count)
{
    size_t common_count;
    const app_option *common = options_common(&common_count);
    const common_options defaults = COMMON_DEFAULTS;
    fprintf(stream, ".TH TUFT 1 \"\" \"tuft %s\" \"User Commands\"\n", TUFT_VERSION);
    fputs(".SH NAME\ntuft \\- neuromorphic and spiking\\-network emulation\n"
          ".SH SYNOPSIS\n\\fBtuft\\fR \\fISUBCOMMAND\\fR [\\fIOPTIONS\\fR]\n"
          ".SH DESCRIPTION\nResults go to standard output, progress and messages to standard "
          "error.\nThe subcommands are:\n",
          stream);
    for (size_t i = 0; i < count; i++) {
        fputs(".TP\n\\fB", stream);
        roff(stream, commands[i]->name);
        fputs("\\fR\n", stream);
        roff(stream, commands[i]->summary);
        fputc('\n', stream);
    }
    fputs(".SH OPTIONS\nEvery subcommand takes these:\n", stream);
    man_table(stream, common, common_count, &defaults);
    fputs(".TP\n\\fB\\-\\-help\\fR\nOptions and examples of the subcommand\n"
          ".SH SUBCOMMANDS\n",
          stream);
    for (size_t i = 0; i < count; i++)
        man_command(stream, commands[i]);
    fputs(".SH EXIT STATUS\n0 done, 1 failed, 2 wrong usage.\n", stream);
}
