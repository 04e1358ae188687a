#include "core/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static const double START_SECONDS = 2;

/* More than this beside what is there already, no reader needs. */
#define MEMORY_BYTES ((rlim_t)8 << 30)

/* Shared by both processes. */
typedef struct {
    int finished; /* the work returned and its output is in the pipe */
    tuft_status status;
    tuft_error error;
} outcome;

void tuft_apart_allow(double seconds)
{
    struct itimerval timer = {0};
    timer.it_value.tv_sec = (time_t)seconds;
    timer.it_value.tv_usec = (suseconds_t)((seconds - (double)timer.it_value.tv_sec) * 1e6);
    setitimer(ITIMER_PROF, &timer, NULL);
}

/* Sanitizers reserve address space without end, and report crashes by handlers of their own. */
static void limit_child(void)
{
    signal(SIGPROF, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
#ifndef __SANITIZE_ADDRESS__
    static const int crash[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    for (size_t i = 0; i < sizeof crash / sizeof *crash; i++)
        signal(crash[i], SIG_DFL);
    unsigned long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "r");
    /* The kernel wrote the number: an overflow is not to be had. NOLINTNEXTLINE(cert-err34-c) */
    if (statm && fscanf(statm, "%lu", &pages) == 1) {
        rlim_t bytes = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + MEMORY_BYTES;
        struct rlimit limit;
        if (getrlimit(RLIMIT_AS, &limit) == 0 && bytes < limit.rlim_cur) {
            limit.rlim_cur = bytes;
            setrlimit(RLIMIT_AS, &limit);
        }
    }
    if (statm)
        fclose(statm);
#endif
}

static _Noreturn void run_child(int descriptor, tuft_apart_work *work, void *user, outcome *shared)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    limit_child();
    tuft_apart_allow(START_SECONDS);
    FILE *out = fdopen(descriptor, "wb");
    if (!out)
        _exit(1);
    shared->status = work(out, user, &shared->error);
    if (fclose(out) != 0 && !shared->status)
        shared->status = tuft_fail(&shared->error, TUFT_IO, "pipe: %s", strerror(errno));
    shared->finished = 1;
    _exit(0);
}

/* Waits for the child; the wait status, or -1 where the system kept none (SIGCHLD ignored). */
static int wait_for(pid_t child)
{
    int ended;
    pid_t got;
    do
        got = waitpid(child, &ended, 0);
    while (got < 0 && errno == EINTR);
    return got == child ? ended : -1;
}

static tuft_status ended_badly(const char *what, int ended, tuft_error *err)
{
    if (ended != -1 && WIFSIGNALED(ended) && WTERMSIG(ended) == SIGPROF)
        return tuft_fail(err, TUFT_FORMAT, "%s: damaged: reading it does not come to an end", what);
    if (ended != -1 && WIFSIGNALED(ended))
        return tuft_fail(err, TUFT_FORMAT, "%s: damaged: its reader crashed (%s)", what,
                         strsignal(WTERMSIG(ended)));
    return tuft_fail(err, TUFT_FORMAT, "%s: its reader ended with status %d", what,
                     ended == -1 ? -1 : WEXITSTATUS(ended));
}

static tuft_status run_both(const char *what, tuft_apart_work *work, tuft_apart_take *take,
                            void *user, outcome *shared, tuft_error *err)
{
    int end[2];
    if (pipe2(end, O_CLOEXEC) != 0)
        return tuft_fail(err, TUFT_MEMORY, "%s: no pipe: %s", what, strerror(errno));
    FILE *in = fdopen(end[0], "rb");
    pid_t child = in ? fork() : -1;
    if (child == 0) {
        close(end[0]);
        run_child(end[1], work, user, shared);
    }
    int why = errno;
    close(end[1]);
    if (child < 0) {
        if (in)
            fclose(in);
        else
            close(end[0]);
        return tuft_fail(err, TUFT_MEMORY, "%s: no process to read it: %s", what, strerror(why));
    }
    tuft_status taken = take(in, user, err);
    fclose(in); /* a child that still writes ends by SIGPIPE */
    int ended = wait_for(child);
    if (shared->finished && shared->status) {
        if (err)
            *err = shared->error;
        return shared->status;
    }
    int stopped_by_us = taken && ended != -1 && WIFSIGNALED(ended) && WTERMSIG(ended) == SIGPIPE;
    return shared->finished || stopped_by_us ? taken : ended_badly(what, ended, err);
}

tuft_status tuft_apart(const char *what, tuft_apart_work *work, tuft_apart_take *take, void *user,
                       tuft_error *err)
{
    outcome *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return tuft_fail(err, TUFT_MEMORY, "%s: no shared memory: %s", what, strerror(errno));
    tuft_status status = run_both(what, work, take, user, shared, err);
    munmap(shared, sizeof *shared);
    return status;
}
