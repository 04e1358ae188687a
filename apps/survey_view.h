/* What `tuft convert` says of a source: text, JSON, pages. */
#ifndef TUFT_APPS_SURVEY_VIEW_H
#define TUFT_APPS_SURVEY_VIEW_H

#include "apps/report.h"
#include "datasets/source.h"
#include "datasets/survey.h"

#include <jansson.h>
#include <stdio.h>

/* "all", "train" or "test". */
const char *survey_part_name(tuft_part_name name);

/* A table of one part. */
tuft_status survey_print(FILE *stream, const tuft_source_part *part, const tuft_survey *survey,
                         tuft_error *err);
/* The same as an object; NULL without memory. */
json_t *survey_json(const tuft_source_part *part, const tuft_survey *survey);
/* The same as a section with histograms of event counts and durations. */
tuft_status survey_report(app_report *report, const tuft_source_part *part,
                          const tuft_survey *survey, tuft_error *err);

#endif
