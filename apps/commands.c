#include "apps/commands.h"

#include "apps/suggest.h"

#include <stdio.h>
#include <string.h>

static const app_command *const table[] = {
    &cell_bursts_command,  &cell_fi_command,       &cell_multiplex_command, &cell_pair_command,
    &cell_steps_command,   &cell_transfer_command, &classify_command,       &convert_command,
    &device_command,       &energy_command,        &enhance_run_command,    &enhance_score_command,
    &enhance_test_command, &enhance_train_command, &info_command,           &run_command,
    &simulate_command,     &sweep_command,         &zero_shot_command,
};

enum { COMMANDS = sizeof table / sizeof *table, NAME_SIZE = 128 };

const app_command *const *commands_all(size_t *count)
{
    *count = COMMANDS;
    return table;
}

const app_command *commands_find(int count, char *const *arguments, int *used, tuft_error *err)
{
    const char *names[COMMANDS];
    char typed[NAME_SIZE];
    for (int words = count < 2 ? count : 2; words > 0; words--) {
        snprintf(typed, sizeof typed, "%s%s%s", arguments[0], words > 1 ? " " : "",
                 words > 1 ? arguments[1] : "");
        for (size_t i = 0; i < COMMANDS; i++)
            if (strcmp(table[i]->name, typed) == 0) {
                *used = words;
                return table[i];
            }
    }
    for (size_t i = 0; i < COMMANDS; i++)
        names[i] = table[i]->name;
    const char *nearest = suggest_nearest(arguments[0], names, COMMANDS);
    if (nearest)
        tuft_fail(err, TUFT_INVALID, "unknown subcommand '%.60s', did you mean '%s'?", arguments[0],
                  nearest);
    else
        tuft_fail(err, TUFT_INVALID, "unknown subcommand '%.60s', see tuft --help", arguments[0]);
    return NULL;
}
