#include "apps/survey_view.h"

#include "apps/result.h"
#include "datasets/talker_split.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 9, VALUE_SIZE = 400 };

/* The rows of the table: what it says of one part. */
typedef struct {
    const char *key[ROWS];
    char value[ROWS][VALUE_SIZE];
    size_t rows;
} survey_table;

const char *survey_part_name(tuft_part_name name)
{
    return name == TUFT_PART_TRAIN ? "train" : name == TUFT_PART_TEST ? "test" : "all";
}

static char *add_row(survey_table *table, const char *key)
{
    table->key[table->rows] = key;
    return table->value[table->rows++];
}

/* Appends to text of VALUE_SIZE bytes; what does not fit is left out. */
static void append(char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void append(char *text, const char *format, ...)
{
    size_t length = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + length, VALUE_SIZE - length, format, arguments);
    va_end(arguments);
}

static void add_channel(survey_table *table, const char *key, const tuft_survey *survey,
                        uint32_t channel)
{
    const tuft_geometry g = survey->geometry;
    char *text = add_row(table, key);
    append(text, "%u", channel);
    if (g.height > 1 || g.polarities > 1)
        append(text, " (x %u, y %u, %s)", channel % g.width, channel / g.width % g.height,
               channel / g.width / g.height ? "ON" : "OFF");
    append(text, " at %.2f Hz", tuft_survey_channel_rate_hz(survey, channel));
}

static tuft_status add_talkers(survey_table *table, const tuft_recordings *set, tuft_error *err)
{
    const char **talker;
    size_t count;
    tuft_status status = tuft_talkers(set, &talker, &count, err);
    if (status)
        return status;
    if (count > 1 || (count == 1 && talker[0][0])) {
        char *text = add_row(table, "talkers");
        append(text, "%zu:", count);
        for (size_t i = 0; i < count; i++)
            append(text, " %s", talker[i][0] ? talker[i] : "(unknown)");
    }
    free(talker);
    return TUFT_OK;
}

static tuft_status fill(survey_table *table, const tuft_source_part *part,
                        const tuft_survey *survey, tuft_error *err)
{
    const tuft_geometry g = survey->geometry;
    *table = (survey_table){0};
    append(add_row(table, "recordings"), "%zu", survey->recordings);
    if (survey->classes) {
        char *text = add_row(table, "classes");
        for (int label = 0; label < survey->classes; label++)
            append(text, "%s%d: %llu", label ? "  " : "", label,
                   (unsigned long long)survey->class_count[label]);
    }
    tuft_status status = add_talkers(table, &part->set, err);
    if (status)
        return status;
    char *text = add_row(table, "channels");
    append(text, "%u", tuft_geometry_channels(g));
    if (g.height > 1 || g.polarities > 1)
        append(text, " (%u x %u pixels, %u polarities)", g.width, g.height, g.polarities);
    tuft_survey_spread events = tuft_survey_spread_of(survey->event_count, survey->recordings);
    tuft_survey_spread ms = tuft_survey_spread_of(survey->duration_ms, survey->recordings);
    append(add_row(table, "events"), "mean %.1f, sd %.1f, min %.0f, max %.0f", events.mean,
           events.sd, events.least, events.most);
    append(add_row(table, "duration (ms)"), "mean %.1f, min %.1f, max %.1f", ms.mean, ms.least,
           ms.most);
    append(add_row(table, "rate"), "%.3f Hz a channel", tuft_survey_rate_hz(survey));
    add_channel(table, "most active", survey, tuft_survey_most_active(survey));
    add_channel(table, "least active", survey, tuft_survey_least_active(survey));
    append(table->value[table->rows - 1], "; %u channels have no event",
           tuft_survey_silent(survey));
    return TUFT_OK;
}

tuft_status survey_print(FILE *stream, const tuft_source_part *part, const tuft_survey *survey,
                         tuft_error *err)
{
    survey_table table;
    tuft_status status = fill(&table, part, survey, err);
    if (status)
        return status;
    fprintf(stream, "%s\n", survey_part_name(part->name));
    for (size_t i = 0; i < table.rows; i++)
        fprintf(stream, "  %-14s %s\n", table.key[i], table.value[i]);
    return TUFT_OK;
}

static json_t *spread_json(tuft_survey_spread spread)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "mean", result_real(spread.mean), "sd",
                     result_real(spread.sd), "min", result_real(spread.least), "max",
                     result_real(spread.most));
}

static json_t *channel_json(const tuft_survey *survey, uint32_t channel)
{
    return json_pack("{s:I, s:I, s:o}", "channel", (json_int_t)channel, "events",
                     (json_int_t)survey->channel_count[channel], "rate_hz",
                     result_real(tuft_survey_channel_rate_hz(survey, channel)));
}

static json_t *talkers_json(const tuft_recordings *set)
{
    const char **talker;
    size_t count;
    json_t *array = json_array();
    if (tuft_talkers(set, &talker, &count, NULL) == TUFT_OK)
        for (size_t i = 0; i < count; i++)
            if (talker[i][0])
                json_array_append_new(array, json_string(talker[i]));
    free(talker);
    return array;
}

static json_t *classes_json(const tuft_survey *survey)
{
    json_t *array = json_array();
    for (int label = 0; label < survey->classes; label++)
        json_array_append_new(array, json_integer((json_int_t)survey->class_count[label]));
    return array;
}

json_t *survey_json(const tuft_source_part *part, const tuft_survey *survey)
{
    const tuft_geometry g = survey->geometry;
    return json_pack(
        "{s:s, s:I, s:o, s:o, s:{s:I, s:I, s:I}, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:I}", "split",
        survey_part_name(part->name), "recordings", (json_int_t)survey->recordings, "classes",
        classes_json(survey), "talkers", talkers_json(&part->set), "geometry", "width",
        (json_int_t)g.width, "height", (json_int_t)g.height, "polarities", (json_int_t)g.polarities,
        "channels", (json_int_t)tuft_geometry_channels(g), "total_events",
        (json_int_t)survey->events, "events",
        spread_json(tuft_survey_spread_of(survey->event_count, survey->recordings)), "duration_ms",
        spread_json(tuft_survey_spread_of(survey->duration_ms, survey->recordings)),
        "rate_hz_per_channel", result_real(tuft_survey_rate_hz(survey)), "most_active",
        channel_json(survey, tuft_survey_most_active(survey)), "least_active",
        channel_json(survey, tuft_survey_least_active(survey)), "silent_channels",
        (json_int_t)tuft_survey_silent(survey));
}

tuft_status survey_report(app_report *report, const tuft_source_part *part,
                          const tuft_survey *survey, tuft_error *err)
{
    survey_table table;
    char heading[64];
    tuft_status status = fill(&table, part, survey, err);
    if (status)
        return status;
    report_pair pairs[ROWS];
    for (size_t i = 0; i < table.rows; i++)
        pairs[i] = (report_pair){table.key[i], table.value[i]};
    snprintf(heading, sizeof heading, "Recordings: %s", survey_part_name(part->name));
    report_section(report, heading);
    report_pairs(report, NULL, pairs, table.rows);
    if (survey->recordings < 2)
        return TUFT_OK;
    const plot_axes counts = {.title = "Events a recording",
                              .x_label = "events",
                              .y_label = "recordings",
                              .width = PLOT_HALF};
    const plot_axes durations = {.title = "Durations",
                                 .x_label = "duration (ms)",
                                 .y_label = "recordings",
                                 .width = PLOT_HALF};
    report_histogram(report, &counts, survey->event_count, survey->recordings, 0);
    report_histogram(report, &durations, survey->duration_ms, survey->recordings, 0);
    return TUFT_OK;
}
