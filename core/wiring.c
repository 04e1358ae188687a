#include "core/wiring.h"

#include "core/memory.h"
#include "core/radix.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NOBODY = UINT32_MAX };

/* What one row or column needs while it is drawn. */
typedef struct {
    uint32_t *drawn, *order, *scratch; /* [most synapses of a row or column] */
    size_t *place;                     /* [most synapses of a column] */
    uint32_t *stamp;                   /* [partners] */
    uint32_t epoch;
} desk;

/* The connections under way. delay is NULL while all synapses have one delay. */
typedef struct {
    const tuft_wiring *wiring;
    tuft_connections made;
    size_t *row_begin; /* [sources + 1] */
    size_t synapses, target_capacity;
    uint32_t *delay; /* [synapses] */
    desk desk;
} work;

static size_t pairs_of(const tuft_wiring *wiring, uint32_t sources, uint32_t targets)
{
    size_t own =
        wiring->autapses == TUFT_AUTAPSES_FORBIDDEN ? (sources < targets ? sources : targets) : 0;
    return (size_t)sources * targets - own;
}

double tuft_wiring_synapses(const tuft_wiring *wiring, uint32_t sources, uint32_t targets)
{
    switch (wiring->rule) {
    case TUFT_WIRE_PROBABILITY:
        return wiring->probability * (double)pairs_of(wiring, sources, targets);
    case TUFT_WIRE_IN_DEGREE:
        return (double)targets * wiring->degree;
    case TUFT_WIRE_OUT_DEGREE:
        return (double)sources * wiring->degree;
    case TUFT_WIRE_ALL:
        return (double)pairs_of(wiring, sources, targets);
    }
    return 0;
}

/* Every one of n cells must find `degree` partners, the same cell of the other side left out when
 * autapses are forbidden. */
static tuft_status check_degree(const tuft_wiring *wiring, uint32_t partners, uint32_t n,
                                const char *what, tuft_error *err)
{
    int forbidden = wiring->autapses == TUFT_AUTAPSES_FORBIDDEN && n && partners;
    uint32_t candidates = partners - (uint32_t)forbidden;
    int enough = wiring->pairs == TUFT_PAIRS_ONCE ? wiring->degree <= candidates
                                                  : !wiring->degree || candidates;
    if (!n || enough)
        return TUFT_OK;
    return tuft_fail(err, TUFT_INVALID, "%s of %u%s, there are %u candidates", what, wiring->degree,
                     wiring->pairs == TUFT_PAIRS_ONCE ? " without repetition" : "", candidates);
}

static tuft_status check(const tuft_wiring *wiring, uint32_t sources, uint32_t targets,
                         tuft_error *err)
{
    if (sources > INT32_MAX || targets > INT32_MAX)
        return tuft_fail(err, TUFT_INVALID, "%u sources and %u targets, expected at most %d",
                         sources, targets, INT32_MAX);
    tuft_status status = tuft_distribution_check(&wiring->weight, err);
    if (status)
        return tuft_fail_prefix(err, status, "weights");
    status = tuft_distribution_check(&wiring->delay_ticks, err);
    if (status)
        return tuft_fail_prefix(err, status, "delays");
    switch (wiring->rule) {
    case TUFT_WIRE_PROBABILITY:
        if (wiring->probability >= 0 && wiring->probability <= 1)
            return TUFT_OK;
        return tuft_fail(err, TUFT_INVALID, "connection probability %g, expected 0 to 1",
                         wiring->probability);
    case TUFT_WIRE_IN_DEGREE:
        return check_degree(wiring, sources, targets, "in-degree", err);
    case TUFT_WIRE_OUT_DEGREE:
        return check_degree(wiring, targets, sources, "out-degree", err);
    case TUFT_WIRE_ALL:
        return TUFT_OK;
    }
    return tuft_fail(err, TUFT_INVALID, "wiring rule %d, there is none", (int)wiring->rule);
}

static tuft_random stream_of(const tuft_wiring *wiring, uint32_t row)
{
    return tuft_random_stream(wiring->seed, TUFT_RANDOM_CONNECTIVITY,
                              (uint64_t)wiring->stream << 32 | row);
}

static uint32_t left_out(const tuft_wiring *wiring, uint32_t row, uint32_t partners)
{
    return wiring->autapses == TUFT_AUTAPSES_FORBIDDEN && row < partners ? row : NOBODY;
}

static tuft_status weight_of(const tuft_wiring *wiring, tuft_random *random, float *weight,
                             tuft_error *err)
{
    double drawn = tuft_distribution_draw(&wiring->weight, random);
    *weight = (float)drawn;
    return isfinite(*weight)
               ? TUFT_OK
               : tuft_fail(err, TUFT_INVALID, "a weight of %g was drawn, past float32", drawn);
}

static tuft_status delay_of(const tuft_wiring *wiring, tuft_random *random, uint32_t *delay,
                            tuft_error *err)
{
    double drawn = round(tuft_distribution_draw(&wiring->delay_ticks, random));
    if (!(drawn <= INT32_MAX))
        return tuft_fail(err, TUFT_INVALID, "a delay of %g ticks was drawn, expected at most %d",
                         drawn, INT32_MAX);
    *delay = drawn < 1 ? 1 : (uint32_t)drawn;
    return TUFT_OK;
}

/* ---- rows drawn one after the other -----------------------------------------------------------
 */

/* Weights and delays of the synapses from .. to, which have just been drawn from random. */
static tuft_status dress(work *w, size_t from, size_t to, tuft_random *random, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    if (w->wiring->weight.kind != TUFT_FIXED)
        for (size_t k = from; !status && k < to; k++)
            status = weight_of(w->wiring, random, &w->made.weight[k], err);
    if (w->delay)
        for (size_t k = from; !status && k < to; k++)
            status = delay_of(w->wiring, random, &w->delay[k], err);
    return status;
}

static tuft_status room_for(work *w, size_t synapses, tuft_error *err)
{
    tuft_status status = TUFT_NEW(&w->made.target, synapses, "synaptic targets", err);
    w->target_capacity = synapses;
    if (!status)
        status = TUFT_NEW(&w->made.weight, synapses, "synaptic weights", err);
    if (!status && w->wiring->delay_ticks.kind != TUFT_FIXED)
        status = TUFT_NEW(&w->delay, synapses, "synaptic delays", err);
    return status;
}

/* Three arrays that grow together. */
static tuft_status grow(work *w, size_t synapses, tuft_error *err)
{
    if (synapses <= w->target_capacity)
        return TUFT_OK;
    size_t capacity = w->target_capacity, same = capacity;
    tuft_status status = TUFT_GROW(&w->made.weight, &same, synapses, "synaptic weights", err);
    same = capacity;
    if (!status && w->delay)
        status = TUFT_GROW(&w->delay, &same, synapses, "synaptic delays", err);
    if (!status)
        status = TUFT_GROW(&w->made.target, &w->target_capacity, synapses, "synaptic targets", err);
    return status;
}

/* Gaps between connected targets are geometric: work proportional to the synapses. */
static tuft_status wire_probability(work *w, tuft_error *err)
{
    const tuft_wiring *wiring = w->wiring;
    uint32_t sources = w->made.sources, targets = w->made.targets;
    double mean = tuft_wiring_synapses(wiring, sources, targets);
    size_t expected = (size_t)(mean + 6 * sqrt(mean * (1 - wiring->probability))) + 16;
    tuft_status status = room_for(w, expected, err);
    double log_miss = log1p(-wiring->probability);
    size_t n = 0;
    for (uint32_t i = 0; !status && i < sources; i++) {
        w->row_begin[i] = n;
        if (wiring->probability == 0)
            continue;
        tuft_random random = stream_of(wiring, i);
        uint32_t forbidden = left_out(wiring, i, targets);
        int64_t j = -1;
        for (;;) {
            double gap =
                wiring->probability < 1 ? floor(log(tuft_random_uniform(&random)) / log_miss) : 0;
            if (gap > (double)targets)
                break;
            j += 1 + (int64_t)gap;
            if (j >= (int64_t)targets)
                break;
            if (j == (int64_t)forbidden)
                continue;
            status = grow(w, n + 1, err);
            if (status)
                break;
            w->made.target[n++] = (int32_t)j;
        }
        if (!status)
            status = dress(w, w->row_begin[i], n, &random, err);
    }
    w->row_begin[sources] = w->synapses = n;
    return status;
}

static tuft_status wire_all(work *w, tuft_error *err)
{
    uint32_t sources = w->made.sources, targets = w->made.targets;
    tuft_status status = room_for(w, pairs_of(w->wiring, sources, targets), err);
    size_t n = 0;
    for (uint32_t i = 0; !status && i < sources; i++) {
        w->row_begin[i] = n;
        uint32_t forbidden = left_out(w->wiring, i, targets);
        for (uint32_t j = 0; j < targets; j++)
            if (j != forbidden)
                w->made.target[n++] = (int32_t)j;
        tuft_random random = stream_of(w->wiring, i);
        status = dress(w, w->row_begin[i], n, &random, err);
    }
    w->row_begin[sources] = w->synapses = n;
    return status;
}

/* ---- degrees ----------------------------------------------------------------------------------
 */

static tuft_status new_bench(work *w, uint32_t degree, uint32_t partners, tuft_error *err)
{
    tuft_status status = TUFT_NEW(&w->desk.drawn, degree, "partners of a cell", err);
    if (!status)
        status = TUFT_NEW(&w->desk.order, degree, "partners of a cell", err);
    if (!status)
        status = TUFT_NEW(&w->desk.scratch, degree, "partners of a cell", err);
    if (!status)
        status = TUFT_NEW(&w->desk.place, degree, "partners of a cell", err);
    if (!status)
        status = TUFT_NEW(&w->desk.stamp, partners, "partners", err);
    return status;
}

/* Draws `degree` of n partners into desk.drawn, one of them perhaps left out. Without repetition a
 * partner that has been drawn is drawn again; when more than half are wanted, those that are not
 * are drawn instead. */
static void draw_partners(desk *b, const tuft_wiring *wiring, tuft_random *random, uint32_t n,
                          uint32_t forbidden)
{
    uint32_t candidates = n - (forbidden != NOBODY), degree = wiring->degree;
    if (wiring->pairs == TUFT_PAIRS_REPEATED) {
        for (uint32_t k = 0; k < degree; k++) {
            uint32_t j = tuft_random_below(random, candidates);
            b->drawn[k] = j + (j >= forbidden);
        }
        return;
    }
    uint32_t epoch = ++b->epoch;
    int inverted = degree > candidates / 2;
    uint32_t wanted = inverted ? candidates - degree : degree;
    for (uint32_t k = 0; k < wanted;) {
        uint32_t j = tuft_random_below(random, candidates);
        j += j >= forbidden;
        if (b->stamp[j] == epoch)
            continue;
        b->stamp[j] = epoch;
        if (!inverted)
            b->drawn[k] = j;
        k++;
    }
    if (!inverted)
        return;
    uint32_t kept = 0;
    for (uint32_t j = 0; kept < degree; j++)
        if (b->stamp[j] != epoch && j != forbidden)
            b->drawn[kept++] = j;
}

static tuft_status wire_out_degree(work *w, tuft_error *err)
{
    const tuft_wiring *wiring = w->wiring;
    uint32_t sources = w->made.sources, degree = wiring->degree;
    desk *b = &w->desk;
    tuft_status status = room_for(w, (size_t)sources * degree, err);
    if (!status)
        status = new_bench(w, degree, w->made.targets, err);
    size_t n = 0;
    for (uint32_t i = 0; !status && i < sources; i++) {
        tuft_random random = stream_of(wiring, i);
        draw_partners(b, wiring, &random, w->made.targets, left_out(wiring, i, w->made.targets));
        tuft_radix_order(b->drawn, degree, b->order, b->scratch);
        w->row_begin[i] = n;
        for (uint32_t k = 0; k < degree; k++)
            w->made.target[n++] = (int32_t)b->drawn[b->order[k]];
        status = dress(w, w->row_begin[i], n, &random, err);
    }
    w->row_begin[sources] = w->synapses = n;
    return status;
}

/* Columns are drawn twice, first to count the synapses of each row, then to put them there (a
 * counting sort that keeps no list). Columns go up, and so do the targets of a row. */
static tuft_status wire_in_degree(work *w, tuft_error *err)
{
    const tuft_wiring *wiring = w->wiring;
    uint32_t sources = w->made.sources, targets = w->made.targets, degree = wiring->degree;
    desk *b = &w->desk;
    tuft_status status = room_for(w, (size_t)targets * degree, err);
    if (!status)
        status = new_bench(w, degree, sources, err);
    if (status)
        return status;
    for (uint32_t j = 0; j < targets; j++) {
        tuft_random random = stream_of(wiring, j);
        draw_partners(b, wiring, &random, sources, left_out(wiring, j, sources));
        for (uint32_t k = 0; k < degree; k++)
            w->row_begin[b->drawn[k]]++;
    }
    size_t begin = 0;
    for (uint32_t i = 0; i <= sources; i++) {
        size_t count = w->row_begin[i];
        w->row_begin[i] = begin;
        begin += count;
    }
    for (uint32_t j = 0; !status && j < targets; j++) {
        tuft_random random = stream_of(wiring, j);
        draw_partners(b, wiring, &random, sources, left_out(wiring, j, sources));
        for (uint32_t k = 0; k < degree; k++) {
            b->place[k] = w->row_begin[b->drawn[k]]++;
            w->made.target[b->place[k]] = (int32_t)j;
        }
        if (wiring->weight.kind != TUFT_FIXED)
            for (uint32_t k = 0; !status && k < degree; k++)
                status = weight_of(wiring, &random, &w->made.weight[b->place[k]], err);
        if (w->delay)
            for (uint32_t k = 0; !status && k < degree; k++)
                status = delay_of(wiring, &random, &w->delay[b->place[k]], err);
    }
    /* Each row's begin has moved to its end, where the next begins. */
    memmove(w->row_begin + 1, w->row_begin, sources * sizeof *w->row_begin);
    w->row_begin[0] = 0;
    w->synapses = begin;
    return status;
}

/* ---- the compressed form ----------------------------------------------------------------------
 */

static tuft_status new_segments(work *w, size_t segments, tuft_error *err)
{
    tuft_connections *c = &w->made;
    if (segments > UINT32_MAX - 1)
        return tuft_fail(err, TUFT_INVALID, "%zu delay segments, expected under 2^32", segments);
    c->segments = (uint32_t)segments;
    tuft_status status = TUFT_NEW(&c->segment_begin, segments + 1, "row segments", err);
    if (!status)
        status = TUFT_NEW(&c->segment_delay, segments + 1, "row segments", err);
    if (!status)
        status = TUFT_NEW(&c->row_segment, (size_t)c->sources + 1, "rows", err);
    if (!status)
        c->segment_begin[segments] = w->synapses;
    return status;
}

/* One delay: a row is a segment. */
static tuft_status segments_of_rows(work *w, tuft_error *err)
{
    tuft_connections *c = &w->made;
    uint32_t delay = 1;
    tuft_status status = delay_of(w->wiring, NULL, &delay, err);
    if (!status)
        status = new_segments(w, c->sources, err);
    for (uint32_t i = 0; !status && i < c->sources; i++) {
        c->segment_begin[i] = w->row_begin[i];
        c->segment_delay[i] = delay;
        c->row_segment[i] = i;
    }
    if (!status)
        c->row_segment[c->sources] = c->sources;
    return status;
}

/* What sorting a row by delay needs. */
typedef struct {
    uint32_t *order, *scratch, *word;
} row_sort;

static void permute(void *row, const uint32_t *order, uint32_t n, uint32_t *word)
{
    memcpy(word, row, n * sizeof *word);
    for (uint32_t k = 0; k < n; k++)
        memcpy((char *)row + k * sizeof *word, &word[order[k]], sizeof *word);
}

/* Rows by delay, targets still ascending within one; returns how many segments they make. */
static size_t sort_rows(work *w, const row_sort *by)
{
    size_t segments = 0;
    for (uint32_t i = 0; i < w->made.sources; i++) {
        size_t begin = w->row_begin[i];
        uint32_t n = (uint32_t)(w->row_begin[i + 1] - begin), *delay = w->delay + begin;
        tuft_radix_order(delay, n, by->order, by->scratch);
        permute(delay, by->order, n, by->word);
        permute(w->made.target + begin, by->order, n, by->word);
        permute(w->made.weight + begin, by->order, n, by->word);
        for (uint32_t k = 0; k < n; k++)
            segments += k == 0 || delay[k] != delay[k - 1];
    }
    return segments;
}

static tuft_status segments_of_delays(work *w, tuft_error *err)
{
    tuft_connections *c = &w->made;
    size_t longest = 0, segments = 0;
    for (uint32_t i = 0; i < c->sources; i++)
        if (w->row_begin[i + 1] - w->row_begin[i] > longest)
            longest = w->row_begin[i + 1] - w->row_begin[i];
    if (longest > UINT32_MAX)
        return tuft_fail(err, TUFT_INVALID, "%zu synapses of one source, expected under 2^32",
                         longest);
    row_sort by = {0};
    tuft_status status = TUFT_NEW(&by.order, longest, "synapses of a row", err);
    if (!status)
        status = TUFT_NEW(&by.scratch, longest, "synapses of a row", err);
    if (!status)
        status = TUFT_NEW(&by.word, longest, "synapses of a row", err);
    if (!status)
        segments = sort_rows(w, &by);
    free(by.order);
    free(by.scratch);
    free(by.word);
    if (!status)
        status = new_segments(w, segments, err);
    if (status)
        return status;
    uint32_t segment = 0;
    for (uint32_t i = 0; i < c->sources; i++) {
        c->row_segment[i] = segment;
        for (size_t k = w->row_begin[i]; k < w->row_begin[i + 1]; k++)
            if (k == w->row_begin[i] || w->delay[k] != w->delay[k - 1]) {
                c->segment_begin[segment] = k;
                c->segment_delay[segment++] = w->delay[k];
            }
    }
    c->row_segment[c->sources] = segment;
    return TUFT_OK;
}

static tuft_status draw(work *w, tuft_error *err)
{
    switch (w->wiring->rule) {
    case TUFT_WIRE_PROBABILITY:
        return wire_probability(w, err);
    case TUFT_WIRE_IN_DEGREE:
        return wire_in_degree(w, err);
    case TUFT_WIRE_OUT_DEGREE:
        return wire_out_degree(w, err);
    case TUFT_WIRE_ALL:
        return wire_all(w, err);
    }
    return TUFT_INVALID;
}

tuft_status tuft_connections_wire(tuft_connections *out, uint32_t sources, uint32_t targets,
                                  const tuft_wiring *wiring, tuft_error *err)
{
    *out = (tuft_connections){0};
    tuft_status status = check(wiring, sources, targets, err);
    if (status)
        return status;
    double synapses = tuft_wiring_synapses(wiring, sources, targets);
    if (synapses * sizeof(float) > (double)TUFT_MEMORY_LIMIT)
        return tuft_fail(err, TUFT_MEMORY, "%g synapses are more than %zu bytes", synapses,
                         TUFT_MEMORY_LIMIT);
    work w = {.wiring = wiring,
              .made = {.kind = TUFT_SPARSE, .sources = sources, .targets = targets}};
    float weight = 0;
    if (wiring->weight.kind == TUFT_FIXED)
        status = weight_of(wiring, NULL, &weight, err);
    if (!status)
        status = TUFT_NEW(&w.row_begin, (size_t)sources + 1, "rows", err);
    if (!status)
        status = draw(&w, err);
    if (!status && wiring->weight.kind == TUFT_FIXED)
        for (size_t k = 0; k < w.synapses; k++)
            w.made.weight[k] = weight;
    if (!status)
        status = w.delay ? segments_of_delays(&w, err) : segments_of_rows(&w, err);
    free(w.row_begin);
    free(w.delay);
    free(w.desk.drawn);
    free(w.desk.order);
    free(w.desk.scratch);
    free(w.desk.place);
    free(w.desk.stamp);
    if (status) {
        tuft_connections_free(&w.made);
        return status;
    }
    *out = w.made;
    return TUFT_OK;
}

tuft_status tuft_connections_random(tuft_connections *out, uint32_t sources, uint32_t targets,
                                    double probability, float weight, uint32_t delay,
                                    int forbid_self, uint64_t seed, uint32_t stream,
                                    tuft_error *err)
{
    *out = (tuft_connections){0};
    if (delay < 1)
        return tuft_fail(err, TUFT_INVALID, "delay of 0 ticks, expected 1 to %d", INT32_MAX);
    tuft_wiring wiring = {.rule = TUFT_WIRE_PROBABILITY,
                          .probability = probability,
                          .autapses = forbid_self ? TUFT_AUTAPSES_FORBIDDEN : TUFT_AUTAPSES_ALLOWED,
                          .weight = {TUFT_FIXED, (double)weight, 0},
                          .delay_ticks = {TUFT_FIXED, delay, 0},
                          .seed = seed,
                          .stream = stream};
    return tuft_connections_wire(out, sources, targets, &wiring, err);
}
