#include "apps/progress.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static int lines_of(const char *text)
{
    int lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

Test(progress, plain_lines_come_once_a_tenth_from_any_number_of_threads)
{
    char *text = NULL;
    size_t size;
    app_progress progress;
    FILE *stream = open_memstream(&text, &size);
    progress_begin_on(&progress, stream, PROGRESS_LINES, "train", 10000);
#pragma omp parallel for num_threads(4)
    for (int i = 0; i < 10000; i++)
        progress_advance(&progress, 1);
    progress_end(&progress);
    fclose(stream);
    cr_assert_eq(lines_of(text), 10, "%s", text); /* 10 % .. 90 % and the end */
    cr_assert(strstr(text, "train: 10000 of 10000 in "));
    cr_assert_null(strchr(text, '\r'));
    free(text);
}

Test(progress, silence_and_nothing_to_do)
{
    char *text = NULL;
    size_t size;
    app_progress progress;
    FILE *stream = open_memstream(&text, &size);
    progress_begin_on(&progress, stream, PROGRESS_SILENT, "quiet", 10);
    progress_advance(&progress, 10);
    progress_end(&progress);
    progress_begin_on(&progress, stream, PROGRESS_LINES, "empty", 0);
    progress_advance(&progress, 3);
    progress_end(&progress);
    fclose(stream);
    cr_assert_eq(size, 0, "%s", text);
    free(text);
}

Test(progress, a_bar_past_its_total_stays_a_bar)
{
    char *text = NULL;
    size_t size;
    app_progress progress;
    FILE *stream = open_memstream(&text, &size);
    progress_begin_on(&progress, stream, PROGRESS_BAR, "bar", 2);
    progress_advance(&progress, 5);
    progress_end(&progress);
    fclose(stream);
    cr_assert(strstr(text, "[============================] 100 %"), "%s", text);
    cr_assert_eq(lines_of(text), 1);
    free(text);
}
