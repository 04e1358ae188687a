#include "apps/confusion_view.h"

#include "core/memory.h"

#include <math.h>
#include <stdlib.h>

static void fill_row(double *percent, const uint64_t *count, const uint8_t *possible,
                     size_t classes)
{
    uint64_t all = 0;
    for (size_t c = 0; c < classes; c++)
        all += count[c];
    for (size_t c = 0; c < classes; c++)
        percent[c] =
            all && (!possible || possible[c]) ? 100.0 * (double)count[c] / (double)all : NAN;
}

tuft_status confusion_view(app_report *report, const plot_axes *axes, const uint64_t *count,
                           const uint8_t *possible, const char *const *name, size_t classes,
                           tuft_error *err)
{
    double *percent;
    tuft_status status = TUFT_NEW(&percent, classes * classes, "confusions", err);
    if (status)
        return status;
    for (size_t r = 0; r < classes; r++)
        fill_row(percent + r * classes, count + r * classes,
                 possible ? possible + r * classes : NULL, classes);
    const plot_matrix matrix = {.value = percent,
                                .rows = classes,
                                .columns = classes,
                                .row_name = name,
                                .column_name = name,
                                .high = 100,
                                .cells = PLOT_CELLS_WRITTEN,
                                .decimals = 1,
                                .count = count,
                                .unit = "%"};
    report_heatmap(report, axes, &matrix);
    free(percent);
    return TUFT_OK;
}
