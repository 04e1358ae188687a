/* What training took, as part of a page. */
#ifndef TUFT_APPS_TRAINED_VIEW_H
#define TUFT_APPS_TRAINED_VIEW_H

#include "apps/report.h"
#include "lsm/operations.h"

/* Operations forward, back and in updates, in sum and for each recording or pair shown. Nothing
 * where nothing was shown. */
void trained_view(app_report *report, const tuft_operations *operations);

#endif
