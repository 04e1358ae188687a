#include "apps/progress.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BAR_WIDTH = 28, REDRAW_NS = 100000000 };

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* "8.2 s", "3 min 5 s", "2 h 10 min" */
static const char *duration_text(double seconds, char *text, size_t size)
{
    if (seconds < 60)
        snprintf(text, size, "%.1f s", seconds);
    else if (seconds < 3600)
        snprintf(text, size, "%d min %d s", (int)(seconds / 60), (int)seconds % 60);
    else
        snprintf(text, size, "%d h %d min", (int)(seconds / 3600), (int)(seconds / 60) % 60);
    return text;
}

static void draw(app_progress *progress, uint64_t done)
{
    char left[32], bar[BAR_WIDTH + 1];
    double share = (double)done / (double)progress->total;
    double seconds = (double)(now_ns() - progress->begun_ns) * 1e-9;
    double rate = seconds > 0 ? (double)done / seconds : 0;
    int filled = (int)(share * BAR_WIDTH);
    filled = filled > BAR_WIDTH ? BAR_WIDTH : filled;
    for (int i = 0; i < BAR_WIDTH; i++)
        bar[i] = i < filled ? '=' : i == filled ? '>' : ' ';
    bar[BAR_WIDTH] = 0;
    duration_text(rate > 0 ? (double)(progress->total - done) / rate : 0, left, sizeof left);
    if (progress->style == PROGRESS_BAR)
        fprintf(progress->stream, "\r%-16.16s [%s] %3.0f %%  %.4g/s, %s left\033[K",
                progress->label, bar, 100 * share, rate, left);
    else
        fprintf(progress->stream, "%s: %.0f %% (%llu of %llu), %s left\n", progress->label,
                100 * share, (unsigned long long)done, (unsigned long long)progress->total, left);
    fflush(progress->stream);
}

void progress_begin_on(app_progress *progress, FILE *stream, progress_style style,
                       const char *label, uint64_t total)
{
    memset(progress, 0, sizeof *progress);
    progress->label = label;
    progress->total = total;
    progress->style = total ? style : PROGRESS_SILENT;
    progress->stream = stream;
    progress->begun_ns = now_ns();
    atomic_init(&progress->done, 0);
    atomic_init(&progress->tenths, 0);
    atomic_init(&progress->redraw_ns, progress->begun_ns);
}

void progress_begin(app_progress *progress, const common_options *common, const char *label,
                    uint64_t total)
{
    progress_style style = isatty(STDERR_FILENO) ? PROGRESS_BAR : PROGRESS_LINES;
    progress_begin_on(progress, stderr, common->quiet ? PROGRESS_SILENT : style, label, total);
}

/* Whether this thread is the one to report: the exchange lets one through for each report. */
static int is_due(app_progress *progress, uint64_t done)
{
    if (progress->style == PROGRESS_LINES) {
        uint_fast64_t tenth = (uint_fast64_t)(10.0 * (double)done / (double)progress->total);
        uint_fast64_t reported = atomic_load(&progress->tenths);
        while (tenth > reported && tenth < 10)
            if (atomic_compare_exchange_weak(&progress->tenths, &reported, tenth))
                return 1;
        return 0;
    }
    int64_t now = now_ns();
    int_fast64_t redraw = atomic_load(&progress->redraw_ns);
    return now >= redraw &&
           atomic_compare_exchange_strong(&progress->redraw_ns, &redraw, now + REDRAW_NS);
}

void progress_advance(app_progress *progress, uint64_t steps)
{
    uint64_t done = atomic_fetch_add(&progress->done, steps) + steps;
    if (progress->style == PROGRESS_SILENT)
        return;
    if (done > progress->total)
        done = progress->total;
    if (is_due(progress, done))
        draw(progress, done);
}

void progress_end(app_progress *progress)
{
    char took[32];
    uint64_t done = atomic_load(&progress->done);
    if (progress->style == PROGRESS_SILENT)
        return;
    duration_text((double)(now_ns() - progress->begun_ns) * 1e-9, took, sizeof took);
    fprintf(progress->stream, "%s%s: %llu of %llu in %s%s\n",
            progress->style == PROGRESS_BAR ? "\r" : "", progress->label, (unsigned long long)done,
            (unsigned long long)progress->total, took,
            progress->style == PROGRESS_BAR ? "\033[K" : "");
    fflush(progress->stream);
}
