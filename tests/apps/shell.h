/* The built command as its users meet it: in a shell, in a folder of the test's own. */
#ifndef TUFT_TESTS_APPS_SHELL_H
#define TUFT_TESTS_APPS_SHELL_H

#include <jansson.h>
#include <stddef.h>

#define FIXTURE TUFT_SOURCE_DIR "/tests/fixtures/ntidigits-variable.h5"

/* For a suite's .init and .fini: shell lines run in a new folder, with $TUFT and $FIXTURE set. */
void shell_enter(void);
void shell_leave(void);

const char *shell_folder(void);
/* What the last line said on standard error. */
const char *shell_said(void);

/* Exit status of a shell line. */
int shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

void shell_write(const char *name, const void *content, size_t size);

/* Fails unless `tuft COMMAND arguments` ends with the status and one line that says what (a file's
 * name, mostly), and leaves no output. */
void shell_refused(const char *command, int status, const char *what, const char *arguments);

/* The JSON of `tuft COMMAND arguments`, without what may differ between two runs. */
json_t *shell_result(const char *command, const char *arguments);

#endif
