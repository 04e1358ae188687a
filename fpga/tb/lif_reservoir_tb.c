/* Bench of fpga/hls/lif_reservoir.c and, with LIF_GENERATED, of lif_reservoir_philox.c. Ends with a
 * line "PASS ..." and 0, or "FAIL ..." and 1.
 *
 * The reference gathers: each cell, alone, looks at all rows of a step in int64, and rounds by a
 * floored division. Streams are random and at the edges; at the end each edge must have been met.
 */
#ifdef LIF_GENERATED
#include "lif_reservoir_philox.h"
#else
#include "lif_reservoir.h"
#endif

#include "draw.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef TB_STREAMS
#define TB_STREAMS 200
#endif
#ifndef TB_STEPS
#define TB_STEPS 24 /* of a random stream */
#endif

static int32_t threshold[LIF_ROW];
static uint16_t event[LIF_EVENTS], events[LIF_STEPS], got[LIF_ROW];

/* How often the reference met what a bench must not miss. */
static struct {
    uint64_t highest, lowest, at_threshold, half, fell, spikes, silent, beyond, full, dropped,
        count_full;
} met;

typedef struct {
    uint32_t steps;
    int32_t decay;
    uint8_t input_shift, recurrent_shift;
} sample;

#ifdef LIF_GENERATED
static uint32_t seed_low, seed_high;
static int64_t weight_at(uint32_t array, uint32_t row, uint32_t column)
{
    const uint32_t counter[4] = {column / 4, 19u * 65536u, row, array};
    const uint32_t key[2] = {seed_low, seed_high};
    uint32_t word[4];
    tb_philox(counter, key, word);
    int64_t sum = -510, by = INT64_C(1) << (10 - LIF_WEIGHT_BITS);
    for (uint32_t w = word[column % 4]; w; w /= 256)
        sum += w % 256;
    sum += by / 2;
    int64_t w = sum >= 0 ? sum / by : -((by - 1 - sum) / by);
    int64_t most = (INT64_C(1) << (LIF_WEIGHT_BITS - 1)) - 1;
    return w > most ? most : w < -most ? -most : w;
}
/* The words of a row are asked for again and again. */
static int8_t known[2][LIF_INPUTS > LIF_CELLS ? LIF_INPUTS : LIF_CELLS][LIF_CELLS];
static int64_t weight(uint32_t array, uint32_t row, uint32_t column)
{
    return known[array][row][column];
}
#else
static lif_weight input_weight[LIF_INPUTS * LIF_ROW], recurrent_weight[LIF_CELLS * LIF_ROW];
static int64_t weight(uint32_t array, uint32_t row, uint32_t column)
{
    return (array ? recurrent_weight : input_weight)[row * LIF_ROW + column];
}
#endif

static void draw_weights(tb_draw *d)
{
#ifdef LIF_GENERATED
    seed_low = tb_word(d);
    seed_high = tb_word(d);
    for (uint32_t i = 0; i < LIF_INPUTS || i < LIF_CELLS; i++)
        for (uint32_t j = 0; j < LIF_CELLS; j++)
            for (uint32_t array = 0; array < 2; array++)
                known[array][i][j] = (int8_t)weight_at(array, i, j);
#else
    /* Rows 0 and 1: all at the upper end, all at the lower. */
    const int32_t most = (1 << (LIF_WEIGHT_BITS - 1)) - 1;
    for (uint32_t i = 0; i < LIF_INPUTS * LIF_ROW; i++)
        input_weight[i] = (lif_weight)(i < LIF_ROW       ? most
                                       : i < 2 * LIF_ROW ? -most
                                                         : tb_between(d, -most, most));
    for (uint32_t i = 0; i < LIF_CELLS * LIF_ROW; i++)
        recurrent_weight[i] = (lif_weight)tb_between(d, -most, most);
#endif
}

static int64_t bound(const sample *s)
{
    const int64_t most = (INT64_C(1) << (LIF_WEIGHT_BITS - 1)) - 1;
    return LIF_STEP_EVENTS * (most << s->input_shift) + LIF_CELLS * (most << s->recurrent_shift);
}

static int64_t floored(int64_t x, int64_t by)
{
    return x >= 0 ? x / by : -((by - 1 - x) / by);
}

/* Counts of cell j, from rest, with the spikes of all cells of the step before at hand. */
static void reference(const sample *s, uint16_t *want)
{
    static uint8_t fired[LIF_CELLS], next[LIF_CELLS];
    static int64_t v[LIF_CELLS];
    static uint64_t count[LIF_CELLS];
    const int64_t top = (INT64_C(1) << (LIF_STATE_BITS - 1)) - 1;
    memset(fired, 0, sizeof fired);
    memset(v, 0, sizeof v);
    memset(count, 0, sizeof count);
    uint32_t from = 0;
    for (uint32_t k = 0; k < s->steps; from += events[k], k++) {
        uint32_t heard = events[k] < LIF_STEP_EVENTS ? events[k] : LIF_STEP_EVENTS;
        met.silent += heard == 0;
        met.full += heard == LIF_STEP_EVENTS;
        met.dropped += events[k] > LIF_STEP_EVENTS;
        for (uint32_t j = 0; j < LIF_CELLS; j++) {
            int64_t in = 0, back = 0;
            for (uint32_t e = from; e < from + heard && e < LIF_EVENTS; e++)
                if (event[e] >= LIF_INPUTS)
                    met.beyond++;
                else
                    in += weight(0, event[e], j);
            for (uint32_t i = 0; i < LIF_CELLS; i++)
                if (fired[i])
                    back += weight(1, i, j);
            int64_t product = v[j] * s->decay;
            int64_t left = fired[j] ? 0 : floored(product + 16384, 32768);
            met.half += !fired[j] && (uint64_t)product % 32768 == 16384;
            met.fell += fired[j];
            int64_t to = left + in * (INT64_C(1) << s->input_shift) +
                         back * (INT64_C(1) << s->recurrent_shift);
            met.highest += to > top;
            met.lowest += to < -top - 1;
            v[j] = to > top ? top : to < -top - 1 ? -top - 1 : to;
            met.at_threshold += v[j] == threshold[j];
            next[j] = v[j] > threshold[j];
            count[j] += next[j];
        }
        for (uint32_t j = 0; j < LIF_CELLS; j++) {
            fired[j] = next[j];
            met.spikes += next[j];
        }
    }
    for (uint32_t j = 0; j < LIF_CELLS; j++) {
        met.count_full += count[j] > UINT16_MAX;
        want[j] = count[j] > UINT16_MAX ? UINT16_MAX : (uint16_t)count[j];
    }
}

static void run(const sample *s)
{
#ifdef LIF_GENERATED
    lif_reservoir_philox(event, events, s->steps, seed_low, seed_high, s->input_shift,
                         s->recurrent_shift, threshold, s->decay, got);
#else
    lif_reservoir(event, events, s->steps, input_weight, recurrent_weight, s->input_shift,
                  s->recurrent_shift, threshold, s->decay, got);
#endif
}

static int check(const char *what, int number, const sample *s)
{
    uint16_t want[LIF_CELLS];
    memset(got, 0xA5, sizeof got); /* the kernel writes all of it */
    run(s);
    reference(s, want);
    for (uint32_t j = 0; j < LIF_ROW; j++)
        if (got[j] != (j < LIF_CELLS ? want[j] : 0)) {
            printf("FAIL %s %d: cell %u has %u spikes, expected %u\n", what, number, (unsigned)j,
                   got[j], j < LIF_CELLS ? want[j] : 0);
            return 0;
        }
    return 1;
}

/* ---- streams --------------------------------------------------------------------------------- */

static void draw_thresholds(tb_draw *d)
{
    const int32_t top = (1 << (LIF_STATE_BITS - 1)) - 1;
    for (uint32_t j = 0; j < LIF_ROW; j++) {
        int kind = tb_between(d, 0, 9);
        threshold[j] = kind == 0   ? top
                       : kind == 1 ? -top - 1
                       : kind == 2 ? 0
                       : kind == 3 ? -1
                       : kind < 7  ? tb_between(d, 0, 300)
                                   : tb_between(d, 0, top / 16);
    }
}

static void draw_sample(tb_draw *d, sample *s)
{
    const int32_t decays[] = {0, 1, 16384, 26214, 29491, 32767, 32768};
    *s = (sample){.steps = (uint32_t)tb_between(d, 1, TB_STEPS < LIF_STEPS ? TB_STEPS : LIF_STEPS)};
    s->decay = tb_between(d, 0, 1) ? decays[tb_between(d, 0, 6)] : tb_between(d, 0, 32768);
    do { /* that sums have room for: the header's bound */
        s->input_shift = (uint8_t)tb_between(d, 0, 15);
        s->recurrent_shift = (uint8_t)tb_between(d, 0, 15);
    } while (bound(s) >= (INT64_C(1) << 31) - (INT64_C(1) << (LIF_STATE_BITS - 1)));
}

/* Events of each step: a few, none, all that fit, or one too many; now and then an address beyond
 * the inputs. `only` picks one address. */
static void draw_events(tb_draw *d, const sample *s, int32_t only)
{
    uint32_t at = 0;
    memset(events, 0, sizeof events);
    for (uint32_t k = 0; k < s->steps; k++) {
        int kind = tb_between(d, 0, 19);
        uint32_t n = only >= 0   ? LIF_STEP_EVENTS
                     : kind == 0 ? LIF_STEP_EVENTS
                     : kind == 1 ? LIF_STEP_EVENTS + 1
                     : kind < 5  ? 0
                                 : (uint32_t)tb_between(d, 1, 12);
        n = at + n > LIF_EVENTS ? LIF_EVENTS - at : n;
        events[k] = (uint16_t)n;
        for (uint32_t e = 0; e < n; e++)
            event[at++] =
                (uint16_t)(only >= 0                   ? only
                           : tb_between(d, 0, 99) == 0 ? tb_between(d, LIF_INPUTS, 65535)
                                                       : tb_between(d, 0, LIF_INPUTS - 1));
    }
}

#if LIF_STEPS > UINT16_MAX
/* A cell that fires at each step, for longer than a count can tell. */
static int long_sample(void)
{
    sample s = {.steps = LIF_STEPS, .decay = 32768};
    memset(events, 0, sizeof events);
    for (uint32_t j = 0; j < LIF_ROW; j++)
        threshold[j] = j ? (1 << (LIF_STATE_BITS - 1)) - 1 : -(1 << (LIF_STATE_BITS - 1));
    for (uint32_t j = 0; j < LIF_CELLS; j++)
        recurrent_weight[j] = 0; /* the row of cell 0 */
    return check("long", 0, &s);
}
#endif

int main(void)
{
    tb_draw d = {.stream = LIF_WEIGHT_BITS * 256 + LIF_LANES};
    int ok = 1, streams = 0;
    for (int n = 0; ok && n < TB_STREAMS; n++, streams++) {
        sample s;
        if (n % 20 == 0)
            draw_weights(&d);
        draw_thresholds(&d);
        draw_sample(&d, &s);
        if (n % 10 == 1) { /* up against both ends, without leaks */
            s.decay = 32768;
            s.steps = TB_STEPS < LIF_STEPS ? TB_STEPS : LIF_STEPS;
            s.input_shift = s.recurrent_shift = 0;
            while (bound(&s) < (INT64_C(1) << 30))
                s.input_shift++;
            s.input_shift--;
        }
        draw_events(&d, &s, n % 20 == 1 ? 0 : n % 20 == 11 ? 1 : -1);
        if (n == 2)
            s.steps = 0;
        ok = check("stream", n, &s);
    }
#if LIF_STEPS > UINT16_MAX
    ok = ok && long_sample();
    if (ok && !met.count_full) {
        printf("FAIL: no count went past its end\n");
        ok = 0;
    }
#endif
    const struct {
        const char *what;
        uint64_t times;
    } edges[] = {{"states past the upper end", met.highest},
                 {"states past the lower end", met.lowest},
                 {"states at their threshold", met.at_threshold},
                 {"leaks of a half", met.half},
                 {"resets", met.fell},
                 {"spikes", met.spikes},
                 {"steps without events", met.silent},
                 {"addresses beyond the inputs", met.beyond},
                 {"full steps", met.full},
                 {"steps with an event too many", met.dropped}};
    for (size_t i = 0; ok && i < sizeof edges / sizeof *edges; i++)
        if (!edges[i].times) {
            printf("FAIL: no %s in %d streams\n", edges[i].what, streams);
            ok = 0;
        }
    if (ok)
        printf("PASS lif_reservoir%s: %d streams, %" PRIu64 " spikes, ends met %" PRIu64
               " and %" PRIu64 " times\n",
#ifdef LIF_GENERATED
               "_philox",
#else
               "",
#endif
               streams, met.spikes, met.highest, met.lowest);
    return !ok;
}
