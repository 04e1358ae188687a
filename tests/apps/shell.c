#include "apps/shell.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TEXT_SIZE = 1 << 16 };

static char folder[] = "/tmp/tuft-test-shell-XXXXXX";
static char said[TEXT_SIZE];

void shell_enter(void)
{
    cr_assert_not_null(mkdtemp(folder));
    setenv("FOLDER", folder, 1);
    setenv("TUFT", TUFT_BINARY_DIR "/tuft", 1);
    setenv("FIXTURE", FIXTURE, 1);
}

void shell_leave(void)
{
    shell("rm -rf \"$FOLDER\"");
}

const char *shell_folder(void)
{
    return folder;
}

const char *shell_said(void)
{
    return said;
}

int shell(const char *format, ...)
{
    char line[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    setenv("LINE", line, 1);
    FILE *stream = popen("cd \"$FOLDER\" && sh -c \"$LINE\" 2>&1 >/dev/null", "r");
    cr_assert_not_null(stream);
    said[fread(said, 1, sizeof said - 1, stream)] = '\0';
    int status = pclose(stream);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void shell_write(const char *name, const void *content, size_t size)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *stream = fopen(path, "wb");
    cr_assert_not_null(stream, "%s", path);
    cr_assert_eq(fwrite(content, 1, size, stream), size);
    fclose(stream);
}

void shell_refused(const char *command, int status, const char *what, const char *arguments)
{
    int got = shell("\"$TUFT\" %s --json=out.json --report=out.html %s", command, arguments);
    cr_assert_eq(got, status, "%s: status %d: %s", arguments, got, said);
    const char *end = strchr(said, '\n');
    cr_assert(end && end > said && !end[1], "%s: %s", arguments, said);
    cr_assert(strstr(said, what), "%s: %s, expected %s", arguments, said, what);
    cr_assert_neq(shell("ls out.*"), 0, "%s left a file", arguments);
}

json_t *shell_result(const char *command, const char *arguments)
{
    char path[128];
    int got = shell("\"$TUFT\" %s --quiet --json=out.json %s", command, arguments);
    cr_assert_eq(got, 0, "%s: %s", arguments, said);
    cr_assert_str_empty(said);
    snprintf(path, sizeof path, "%s/out.json", folder);
    json_t *root = json_load_file(path, 0, NULL);
    cr_assert_not_null(root);
    cr_assert_eq(json_object_del(root, "timing_s"), 0);
    json_object_del(json_object_get(root, "config"), "threads");
    unlink(path);
    return root;
}
