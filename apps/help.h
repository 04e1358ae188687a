/* --help and the man page, from the tables of apps/options.h. */
#ifndef TUFT_APPS_HELP_H
#define TUFT_APPS_HELP_H

#include "apps/options.h"

#include <stdio.h>

/* `tuft --help`: the subcommands whose names start with prefix ("" for all). */
void help_overview(FILE *stream, const app_command *const *commands, size_t count,
                   const char *prefix);

/* `tuft NAME --help`, in at most 90 columns. */
void help_command(FILE *stream, const app_command *command);

/* tuft(1) in man(7) macros, with every subcommand. */
void help_man(FILE *stream, const app_command *const *commands, size_t count);

#endif
