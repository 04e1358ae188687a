#include "core/delay_line.h"

#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

static int ascending(const void *a, const void *b)
{
    uint32_t first = *(const uint32_t *)a, second = *(const uint32_t *)b;
    return first < second ? -1 : first > second;
}

/* The distinct delays of the segments, and which of them each segment has. */
static tuft_status sort_delays(tuft_delay_lines *lines, const tuft_connections *c, tuft_error *err)
{
    tuft_status status = TUFT_NEW(&lines->delay, (size_t)c->segments + 1, "delays", err);
    if (status)
        return status;
    uint32_t alike = 1;
    while (alike < c->segments && c->segment_delay[alike] == c->segment_delay[0])
        alike++;
    if (alike >= c->segments) {
        lines->delay[0] = c->segments ? c->segment_delay[0] : 1;
        lines->lines = 1;
        return TUFT_OK;
    }
    memcpy(lines->delay, c->segment_delay, c->segments * sizeof *lines->delay);
    qsort(lines->delay, c->segments, sizeof *lines->delay, ascending);
    for (uint32_t s = 0; s < c->segments; s++)
        if (s == 0 || lines->delay[s] != lines->delay[lines->lines - 1])
            lines->delay[lines->lines++] = lines->delay[s];
    status = TUFT_NEW(&lines->segment_line, c->segments, "delay lines", err);
    for (uint32_t s = 0; !status && s < c->segments; s++) {
        const uint32_t *found = bsearch(&c->segment_delay[s], lines->delay, lines->lines,
                                        sizeof *lines->delay, ascending);
        lines->segment_line[s] = (uint32_t)(found - lines->delay);
    }
    return status;
}

tuft_status tuft_delay_lines_new(tuft_delay_lines *lines, const tuft_connections *connections,
                                 tuft_error *err)
{
    *lines = (tuft_delay_lines){.connections = connections};
    tuft_status status;
    if (connections->kind == TUFT_SPARSE) {
        status = sort_delays(lines, connections, err);
    } else {
        status = TUFT_NEW(&lines->delay, 1, "delays", err);
        if (!status)
            lines->delay[0] = connections->delay;
        lines->lines = 1;
    }
    if (!status)
        status = TUFT_NEW(&lines->line, lines->lines, "delay lines", err);
    if (status)
        tuft_delay_lines_free(lines);
    else
        tuft_delay_lines_reset(lines);
    return status;
}

void tuft_delay_lines_free(tuft_delay_lines *lines)
{
    for (uint32_t l = 0; lines->line && l < lines->lines; l++)
        free(lines->line[l].word);
    free(lines->line);
    free(lines->delay);
    free(lines->segment_line);
    *lines = (tuft_delay_lines){0};
}

void tuft_delay_lines_reset(tuft_delay_lines *lines)
{
    for (uint32_t l = 0; l < lines->lines; l++) {
        lines->line[l].begin = lines->line[l].end = 0;
        lines->line[l].newest_tick = -1;
    }
}

/* Room for n more indices in a batch that arrives at tick, opened if it is not. What has been
 * taken is given up first when that frees half of the queue. */
static tuft_status open_batch(tuft_delay_line *line, size_t n, int64_t tick, tuft_wheel *wheel,
                              tuft_wheel_item item, tuft_error *err)
{
    if (line->end + 1 + n > line->capacity) {
        if (line->begin >= line->capacity - line->capacity / 2 && line->begin) {
            line->end -= line->begin;
            line->newest -= line->begin;
            memmove(line->word, line->word + line->begin, line->end * sizeof *line->word);
            line->begin = 0;
        }
        tuft_status status =
            TUFT_GROW(&line->word, &line->capacity, line->end + 1 + n, "spikes under way", err);
        if (status)
            return status;
    }
    if (line->newest_tick == tick)
        return TUFT_OK;
    tuft_status status = tuft_wheel_put(wheel, tick, item, err);
    if (status)
        return status;
    line->newest = line->end++;
    line->newest_tick = tick;
    line->word[line->newest] = 0;
    return TUFT_OK;
}

static void append(tuft_delay_line *line, uint32_t index)
{
    line->word[line->end++] = index;
    line->word[line->newest]++;
}

tuft_status tuft_delay_lines_send(tuft_delay_lines *lines, int64_t tick, const uint32_t *cell,
                                  size_t n, tuft_wheel *wheel, uint32_t owner, tuft_error *err)
{
    const tuft_connections *c = lines->connections;
    tuft_delay_line *line = lines->line;
    if (c->kind != TUFT_SPARSE) {
        tuft_status status =
            open_batch(line, n, tick + lines->delay[0], wheel, (tuft_wheel_item){owner, 0}, err);
        if (status)
            return status;
        memcpy(line->word + line->end, cell, n * sizeof *cell);
        line->end += n;
        line->word[line->newest] += (uint32_t)n;
        return TUFT_OK;
    }
    for (size_t i = 0; i < n; i++)
        for (uint32_t s = c->row_segment[cell[i]]; s < c->row_segment[cell[i] + 1]; s++) {
            uint32_t l = lines->segment_line ? lines->segment_line[s] : 0;
            line = &lines->line[l];
            int64_t due = tick + lines->delay[l];
            if (line->newest_tick != due || line->end == line->capacity) {
                tuft_status status =
                    open_batch(line, 1, due, wheel, (tuft_wheel_item){owner, l}, err);
                if (status)
                    return status;
            }
            append(line, s);
        }
    return TUFT_OK;
}

const uint32_t *tuft_delay_lines_take(tuft_delay_lines *lines, uint32_t line, size_t *n)
{
    tuft_delay_line *from = &lines->line[line];
    const uint32_t *batch = from->word + from->begin;
    *n = batch[0];
    from->begin += 1 + *n;
    if (from->begin == from->end)
        from->begin = from->end = 0;
    return batch + 1;
}

tuft_status tuft_delay_lines_refill(tuft_delay_lines *lines, uint32_t line, const uint32_t *word,
                                    size_t words, size_t *batches, tuft_error *err)
{
    const tuft_connections *c = lines->connections;
    uint32_t limit = c->kind == TUFT_SPARSE ? c->segments : c->sources;
    tuft_delay_line *to = &lines->line[line];
    *batches = 0;
    for (size_t at = 0, end; at < words; at = end, ++*batches) {
        end = at + 1 + word[at];
        if (end > words)
            return tuft_fail(err, TUFT_INVALID, "a batch of %u spikes, %zu words are left",
                             word[at], words - at - 1);
        for (size_t k = at + 1; k < end; k++)
            if (word[k] >= limit)
                return tuft_fail(err, TUFT_INVALID, "spike of row %u, expected below %u", word[k],
                                 limit);
    }
    tuft_status status = TUFT_GROW(&to->word, &to->capacity, words, "spikes under way", err);
    if (status)
        return status;
    if (words)
        memcpy(to->word, word, words * sizeof *word);
    to->begin = 0;
    to->end = words;
    to->newest_tick = -1; /* what is sent from now on arrives later than all of these */
    return TUFT_OK;
}
