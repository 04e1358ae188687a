/* The subcommands, in the order that --help lists them. */
#ifndef TUFT_APPS_COMMANDS_H
#define TUFT_APPS_COMMANDS_H

#include "apps/options.h"

const app_command *const *commands_all(size_t *count);

/* The subcommand that the arguments (after `tuft`) name, by one word or two ("enhance train");
 * *used is the number of words. NULL if there is none: the error, if wanted, says which is near. */
const app_command *commands_find(int count, char *const *arguments, int *used, tuft_error *err);

/* One file each. */
extern const app_command cell_bursts_command;
extern const app_command cell_fi_command;
extern const app_command cell_multiplex_command;
extern const app_command cell_pair_command;
extern const app_command cell_steps_command;
extern const app_command cell_transfer_command;
extern const app_command classify_command;
extern const app_command convert_command;
extern const app_command device_command;
extern const app_command energy_command;
extern const app_command enhance_run_command;
extern const app_command enhance_score_command;
extern const app_command enhance_test_command;
extern const app_command enhance_train_command;
extern const app_command info_command;
extern const app_command run_command;
extern const app_command simulate_command;
extern const app_command sweep_command;
extern const app_command zero_shot_command;

#endif
