#include "apps/score_view.h"

#include "apps/result.h"
#include "core/csv_field.h"
#include "core/file.h"
#include "core/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_WIDTH = 32, TEXT = 64, BARS = 12 };

static const char *const head[TUFT_SCORES] = {"STOI",    "ESTOI",  "PESQ-WB",
                                              "PESQ-NB", "SI-SDR", "segSNR"};
static const int decimals[TUFT_SCORES] = {3, 3, 2, 2, 2, 2};

const char *scored_side_name(scored_side side)
{
    return side == SCORED_NOISY ? "noisy" : "enhanced";
}

double scored_mean(const scored_table *table, scored_side side, tuft_score score)
{
    double sum = 0.0, count = 0.0;
    for (size_t i = 0; i < table->count; i++) {
        double value = table->recording[i].scores[side].value[score];
        if (isfinite(value)) {
            sum += value;
            count++;
        }
    }
    return count > 0.0 ? sum / count : NAN;
}

double scored_sd(const scored_table *table, scored_side side, tuft_score score)
{
    double mean = scored_mean(table, side, score), sum = 0.0, count = 0.0;
    for (size_t i = 0; i < table->count; i++) {
        double value = table->recording[i].scores[side].value[score];
        if (isfinite(value)) {
            sum += (value - mean) * (value - mean);
            count++;
        }
    }
    return count > 1.0 ? sqrt(sum / (count - 1.0)) : NAN;
}

/* A number of so many decimals, or a dash. */
static const char *number(double value, int digits, char text[TEXT])
{
    if (isfinite(value))
        snprintf(text, TEXT, "%.*f", digits, value);
    else
        snprintf(text, TEXT, "-");
    return text;
}

/* ---- standard output ------------------------------------------------------------------------- */

static void print_row(FILE *stream, const char *name, int width, const char *side,
                      const double *value)
{
    char text[TEXT];
    fprintf(stream, "%-*.*s  %-9s", width, width, name, side);
    for (int k = 0; k < TUFT_SCORES; k++)
        fprintf(stream, "%9s", number(value[k], decimals[k], text));
    fputc('\n', stream);
}

static void print_means(FILE *stream, const scored_table *table, int width)
{
    double mean[SCORED_SIDES][TUFT_SCORES], gain[TUFT_SCORES];
    char name[TEXT];
    snprintf(name, TEXT, "mean of %zu", table->count);
    for (scored_side side = table->first; side < SCORED_SIDES; side++) {
        for (int k = 0; k < TUFT_SCORES; k++)
            mean[side][k] = scored_mean(table, side, (tuft_score)k);
        print_row(stream, side == table->first ? name : "", width, scored_side_name(side),
                  mean[side]);
    }
    if (table->first != SCORED_NOISY)
        return;
    for (int k = 0; k < TUFT_SCORES; k++)
        gain[k] = mean[SCORED_ENHANCED][k] - mean[SCORED_NOISY][k];
    print_row(stream, "", width, "gain", gain);
}

void scored_print(FILE *stream, const scored_table *table)
{
    int width = 12;
    for (size_t i = 0; i < table->count; i++) {
        size_t length = strlen(table->recording[i].name);
        length = length > NAME_WIDTH ? NAME_WIDTH : length;
        width = (int)length > width ? (int)length : width;
    }
    fprintf(stream, "%-*s  %-9s", width, "", "");
    for (int k = 0; k < TUFT_SCORES; k++)
        fprintf(stream, "%9s", head[k]);
    fputc('\n', stream);
    for (size_t i = 0; i < table->count; i++)
        for (scored_side side = table->first; side < SCORED_SIDES; side++)
            print_row(stream, side == table->first ? table->recording[i].name : "", width,
                      scored_side_name(side), table->recording[i].scores[side].value);
    print_means(stream, table, width);
}

/* ---- CSV and JSON ---------------------------------------------------------------------------- */

tuft_status scored_csv(const scored_table *table, const char *path, tuft_error *err)
{
    tuft_output output;
    if (!path)
        return TUFT_OK;
    tuft_status status = tuft_output_open(&output, path, err);
    if (status)
        return status;
    fputs("name,rate_hz,seconds", output.stream);
    for (scored_side side = table->first; side < SCORED_SIDES; side++)
        for (int k = 0; k < TUFT_SCORES; k++)
            fprintf(output.stream, ",%s_%s", scored_side_name(side),
                    tuft_score_name((tuft_score)k));
    for (size_t i = 0; i < table->count; i++) {
        const scored_recording *one = &table->recording[i];
        fputc('\n', output.stream);
        tuft_csv_field(output.stream, one->name);
        fprintf(output.stream, ",%.9g,%.9g", one->rate_hz, one->seconds);
        for (scored_side side = table->first; side < SCORED_SIDES; side++)
            for (int k = 0; k < TUFT_SCORES; k++) {
                fputc(',', output.stream);
                if (isfinite(one->scores[side].value[k]))
                    fprintf(output.stream, "%.9g", one->scores[side].value[k]);
            }
    }
    fputc('\n', output.stream);
    return tuft_output_commit(&output, err);
}

static json_t *scores_json(const tuft_speech_scores *scores)
{
    json_t *object = json_object();
    for (int k = 0; k < TUFT_SCORES; k++)
        json_object_set_new(object, tuft_score_name((tuft_score)k), result_real(scores->value[k]));
    return object;
}

void scored_json(const scored_table *table, json_t *results)
{
    json_t *pairs = json_array(), *mean = json_object(), *sd = json_object();
    for (size_t i = 0; i < table->count; i++) {
        const scored_recording *one = &table->recording[i];
        json_t *object = json_object();
        json_object_set_new(object, "name", json_string(one->name));
        json_object_set_new(object, "rate_hz", result_real(one->rate_hz));
        json_object_set_new(object, "seconds", result_real(one->seconds));
        for (scored_side side = table->first; side < SCORED_SIDES; side++)
            json_object_set_new(object, scored_side_name(side), scores_json(&one->scores[side]));
        json_array_append_new(pairs, object);
    }
    for (scored_side side = table->first; side < SCORED_SIDES; side++) {
        tuft_speech_scores of_mean, of_sd;
        for (int k = 0; k < TUFT_SCORES; k++) {
            of_mean.value[k] = scored_mean(table, side, (tuft_score)k);
            of_sd.value[k] = scored_sd(table, side, (tuft_score)k);
        }
        json_object_set_new(mean, scored_side_name(side), scores_json(&of_mean));
        json_object_set_new(sd, scored_side_name(side), scores_json(&of_sd));
    }
    json_object_set_new(results, "pairs", pairs);
    json_object_set_new(results, "mean", mean);
    json_object_set_new(results, "sd", sd);
}

/* ---- report ---------------------------------------------------------------------------------- */

static void cards(app_report *report, const scored_table *table)
{
    for (int k = 0; k < TUFT_SCORES; k++) {
        char value[TEXT], before[TEXT], note[2 * TEXT];
        double mean = scored_mean(table, SCORED_ENHANCED, (tuft_score)k);
        if (!isfinite(mean))
            continue;
        number(mean, decimals[k], value);
        snprintf(note, sizeof note, "noisy: %s",
                 number(table->first == SCORED_NOISY
                            ? scored_mean(table, SCORED_NOISY, (tuft_score)k)
                            : NAN,
                        decimals[k], before));
        report_card(report, tuft_score_label((tuft_score)k), value,
                    table->first == SCORED_NOISY ? note : NULL);
    }
}

/* Every recording's scores, and the means. */
static tuft_status all_rows(app_report *report, const scored_table *table, tuft_error *err)
{
    const char *heading[TUFT_SCORES + 2] = {"recording", ""}, **cell;
    size_t columns = TUFT_SCORES + 2, sides = SCORED_SIDES - (size_t)table->first;
    size_t rows = (table->count + 1) * sides, at = 0;
    char(*text)[TEXT];
    tuft_status status = TUFT_NEW(&cell, rows * columns, "table", err);
    if (status)
        return status;
    status = TUFT_NEW(&text, rows * TUFT_SCORES, "table", err);
    for (int k = 0; k < TUFT_SCORES; k++)
        heading[k + 2] = tuft_score_label((tuft_score)k);
    for (size_t i = 0; !status && i <= table->count; i++)
        for (scored_side side = table->first; side < SCORED_SIDES; side++, at++) {
            cell[at * columns] = side != table->first ? ""
                                 : i == table->count  ? "mean"
                                                      : table->recording[i].name;
            cell[at * columns + 1] = scored_side_name(side);
            for (int k = 0; k < TUFT_SCORES; k++)
                cell[at * columns + 2 + (size_t)k] =
                    number(i == table->count ? scored_mean(table, side, (tuft_score)k)
                                             : table->recording[i].scores[side].value[k],
                           decimals[k], text[at * TUFT_SCORES + (size_t)k]);
        }
    if (!status)
        report_table(report, "Scores of each recording", heading, columns, cell, rows);
    free(cell);
    free(text);
    return status;
}

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Few recordings: bars; many: which share of them stays below a score. */
static tuft_status figure(app_report *report, const scored_table *table, tuft_score score,
                          tuft_error *err)
{
    size_t n = table->count, count = 0;
    double *value;
    const char **name;
    tuft_status status = TUFT_NEW(&value, (SCORED_SIDES + 1) * n, "figure", err);
    if (status)
        return status;
    status = TUFT_NEW(&name, n, "figure", err);
    if (status) {
        free(value);
        return status;
    }
    plot_bar_series bars[SCORED_SIDES];
    plot_series lines[SCORED_SIDES];
    double *share = value + SCORED_SIDES * n;
    for (size_t i = 0; i < n; i++) {
        name[i] = table->recording[i].name;
        share[i] = 100.0 * (double)(i + 1) / (double)n;
    }
    for (scored_side side = table->first; side < SCORED_SIDES; side++, count++) {
        double *mine = value + (size_t)side * n;
        for (size_t i = 0; i < n; i++)
            mine[i] = table->recording[i].scores[side].value[score];
        if (n > BARS)
            qsort(mine, n, sizeof *mine, rising);
        bars[count] = (plot_bar_series){.name = scored_side_name(side), .value = mine};
        lines[count] = (plot_series){scored_side_name(side), mine, share, NULL, NULL, n};
    }
    plot_axes axes = {.title = tuft_score_label(score), .width = PLOT_HALF};
    if (n > BARS) {
        axes.x_label = tuft_score_label(score);
        axes.y_label = "recordings at or below (%)";
        axes.y_high = 100.0;
        report_lines(report, &axes, lines, count);
    } else {
        axes.y_label = tuft_score_label(score);
        report_bars(report, &axes, name, n, bars, count);
    }
    free(value);
    free(name);
    return TUFT_OK;
}

tuft_status scored_report(app_report *report, const scored_table *table, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    cards(report, table);
    report_section(report, "Scores");
    for (int k = 0; k < TUFT_SCORES && !status; k++)
        if (isfinite(scored_mean(table, SCORED_ENHANCED, (tuft_score)k)))
            status = figure(report, table, (tuft_score)k, err);
    return status ? status : all_rows(report, table, err);
}
