/* What a subcommand is to be run with, as text by name: what would stand on its command line. Made
 * from a file, changed by keys, and turned into a configuration or into arguments.
 *
 * A key is one of
 * - the name of an option or operand: "preset", "per-class", "network", "seed";
 * - the name of a value of the model, which goes into the subcommand's --set: "group0.maps"; where
 * a subcommand has --set-vision and --set-audio, "vision.group0.maps" goes into the one of them,
 * and "group0.maps" into both.
 */
#ifndef TUFT_APPS_SETTINGS_H
#define TUFT_APPS_SETTINGS_H

#include "apps/options.h"

typedef struct {
    const app_command *command;
    char **text; /* of each operand, each own option, then --seed; NULL: not given */
    size_t count;
} settings;

tuft_status settings_new(settings *made, const app_command *command, tuft_error *err);
tuft_status settings_copy(settings *made, const settings *from, tuft_error *err);
void settings_free(settings *of);

/* Whether key is the name of an option or an operand: that option, else NULL. */
const app_option *settings_option(const settings *of, const char *key);

/* The text of an option that is there; NULL where it was not given. */
const char *settings_text(const settings *of, const char *key);

/* key=value. Values of a --set are put behind what is there, so that they go over it; anything else
 * is replaced; switches are "true" or "false". TUFT_INVALID: an unknown key (with the nearest known
 * one), or a value that is not of the option's kind. Whether the model has the value is seen by
 * settings_config() only. */
tuft_status settings_set(settings *of, const char *key, const char *value, tuft_error *err);

/* "key=value,key=value". */
tuft_status settings_set_all(settings *of, const char *assignments, tuft_error *err);

/* The configuration, of command->config_size bytes, owned by the caller; borrows the texts. Fails
 * as the subcommand would fail with wrong usage. */
tuft_status settings_config(const settings *of, void **config, tuft_error *err);

/* {"classify", "--preset=best", ..., NULL}, more places left free at the end for as many arguments;
 * owned by the caller: settings_arguments_free. */
tuft_status settings_arguments(const settings *of, size_t more, char ***arguments, size_t *count,
                               tuft_error *err);
void settings_arguments_free(char **arguments);

#endif
