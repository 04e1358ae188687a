#include "apps/sweep_child.h"

#include "core/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const SELF = "/proc/self/exe";

enum { EXIT_NO_START = 127 };

/* In the child: only calls that are safe between fork and exec. */
static void become(char *const *argument, int said, pid_t parent)
{
    /* The parent may have died before prctl was in force. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
        _exit(EXIT_NO_START);
    int nothing = open("/dev/null", O_RDWR);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(nothing, STDOUT_FILENO) < 0 ||
        dup2(said, STDERR_FILENO) < 0)
        _exit(EXIT_NO_START);
    execv(SELF, argument);
    _exit(EXIT_NO_START);
}

tuft_status sweep_child_start(sweep_child *child, size_t which, char *const *arguments,
                              tuft_error *err)
{
    size_t count = 0;
    char **argument;
    static char name[] = "tuft";
    while (arguments[count])
        count++;
    tuft_status status = TUFT_NEW(&argument, count + 2, "arguments", err);
    if (status)
        return status;
    argument[0] = name;
    memcpy(argument + 1, arguments, count * sizeof *argument);
    *child = (sweep_child){.which = which, .said = memfd_create("tuft-said", MFD_CLOEXEC)};
    pid_t parent = getpid();
    if (child->said >= 0)
        child->pid = fork();
    if (child->said >= 0 && child->pid == 0)
        become(argument, child->said, parent);
    free(argument);
    if (child->pid > 0)
        return TUFT_OK;
    status = tuft_fail(err, TUFT_IO, "sweep: cannot start a run: %s", strerror(errno));
    if (child->said >= 0)
        close(child->said);
    *child = (sweep_child){0};
    return status;
}

sweep_child *sweep_child_wait(sweep_child *child, size_t count)
{
    for (;;) {
        int outcome;
        pid_t pid = waitpid(-1, &outcome, 0);
        if (pid < 0 && errno == EINTR)
            continue;
        if (pid < 0)
            return NULL;
        for (size_t i = 0; i < count; i++)
            if (child[i].pid == pid) {
                child[i].outcome = outcome;
                return &child[i];
            }
    }
}

/* The last line of what it said. */
static void read_said(int file, char *text, size_t size)
{
    off_t length = lseek(file, 0, SEEK_END), from = length - (off_t)size + 1;
    ssize_t got = pread(file, text, size - 1, from > 0 ? from : 0);
    text[got > 0 ? got : 0] = '\0';
    for (char *end; (end = strrchr(text, '\n')) && !end[1];)
        *end = '\0';
    const char *last = strrchr(text, '\n');
    const char *start = last ? last + 1 : text;
    const char *colon = strncmp(start, "tuft ", 5) == 0 ? strstr(start, ": ") : NULL;
    start = colon ? colon + 2 : start;
    memmove(text, start, strlen(start) + 1);
}

int sweep_child_end(sweep_child *child, char *said, size_t size)
{
    int outcome = child->outcome;
    read_said(child->said, said, size);
    if (WIFSIGNALED(outcome))
        snprintf(said, size, "ended by signal %d (%s)", WTERMSIG(outcome),
                 strsignal(WTERMSIG(outcome)));
    else if (!*said)
        snprintf(said, size, "ended with status %d", WEXITSTATUS(outcome));
    close(child->said);
    *child = (sweep_child){0};
    return WIFEXITED(outcome) ? WEXITSTATUS(outcome) : -1;
}

void sweep_child_kill(sweep_child *child)
{
    if (!child->pid)
        return;
    kill(child->pid, SIGKILL);
    waitpid(child->pid, &child->outcome, 0);
    close(child->said);
    *child = (sweep_child){0};
}
