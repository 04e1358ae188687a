/* Bench of fpga/hls/two_point_layer.c. The reference keeps each cell's whole history: when it last
 * fired, until when its plateau lasts, as times in place of counters; sums are gathered, all in
 * int64, with floored divisions. Each rule and edge must have been met. */
#include "two_point_layer.h"

#include "draw.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#ifndef TB_STREAMS
#define TB_STREAMS 400
#endif
enum { STEPS = TWO_POINT_STEPS < 60 ? TWO_POINT_STEPS : 60 };

static uint16_t soma[TWO_POINT_EVENTS], somas[TWO_POINT_STEPS], apical[TWO_POINT_EVENTS],
    apicals[TWO_POINT_STEPS], spikes[TWO_POINT_ROW], plateaus[TWO_POINT_ROW];
static int8_t soma_weight[TWO_POINT_INPUTS * TWO_POINT_ROW],
    apical_weight[TWO_POINT_CONTEXTS * TWO_POINT_ROW];
static int32_t bias[TWO_POINT_ROW];

static struct {
    uint64_t v_high, v_low, a_high, a_low, spikes, lowered, held, coupled, led, alone, blocked,
        at_threshold, late, none, full, dropped, beyond, full_count;
} met;

static int64_t floored(int64_t x, int64_t by)
{
    return x >= 0 ? x / by : -((by - 1 - x) / by);
}

static int64_t clamped(int64_t x, uint64_t *high, uint64_t *low)
{
    const int64_t top = (INT64_C(1) << (TWO_POINT_STATE_BITS - 1)) - 1;
    *high += x > top;
    *low += x < -top - 1;
    return x > top ? top : x < -top - 1 ? -top - 1 : x;
}

static int64_t heard(const uint16_t *event, const uint16_t *events, uint32_t k, uint32_t from,
                     uint32_t rows, const int8_t *weight, uint32_t cell, uint8_t shift)
{
    int64_t sum = 0;
    uint32_t n = events[k] < TWO_POINT_STEP_EVENTS ? events[k] : TWO_POINT_STEP_EVENTS;
    for (uint32_t e = from; e < from + n && e < TWO_POINT_EVENTS; e++)
        sum += event[e] < rows ? weight[event[e] * TWO_POINT_ROW + cell] : 0;
    return sum * (INT64_C(1) << shift);
}

static void reference(uint32_t j, uint32_t steps, uint8_t shift, uint8_t shift_a,
                      const two_point_law *law, uint64_t *fired, uint64_t *begun)
{
    const int64_t never = -70000;
    int64_t v = 0, a = 0, spike = never, until = -1; /* the plateau's last step */
    uint32_t from = 0, from_a = 0;
    *fired = *begun = 0;
    for (int64_t k = 0; k < steps; k++) {
        int64_t in = heard(soma, somas, (uint32_t)k, from, TWO_POINT_INPUTS, soma_weight, j, shift);
        int64_t top = heard(apical, apicals, (uint32_t)k, from_a, TWO_POINT_CONTEXTS, apical_weight,
                            j, shift_a);
        from += somas[k];
        from_a += apicals[k];
        int on = k <= until;
        /* After a spike in step s the next `refractory` steps hold. */
        int held = spike != never && k - spike <= law->refractory;
        int64_t to = (int64_t)bias[j] + (on ? law->drive : 0);
        int64_t x =
            clamped(v + floored((to - v) * law->leak + 16384, 32768) + in, &met.v_high, &met.v_low);
        int64_t threshold = (int64_t)law->threshold - (on ? law->drop : 0);
        int fires = !held && x > threshold;
        met.held += held && x > threshold;
        met.lowered += fires && on && x <= law->threshold;
        met.at_threshold += x == threshold;
        if (fires) {
            v = law->v_reset;
            spike = k;
            ++*fired;
        } else if (!held) {
            v = x;
        }
        a = clamped(a - floored(a * law->leak_a + 16384, 32768) + top, &met.a_high, &met.a_low);
        int recent = spike != never && k - spike <= law->window;
        int coupled = (top > 0 || fires) && recent && a > law->bac;
        int own = top > 0 && a > law->alone;
        met.coupled += !on && coupled && !fires;
        met.led += !on && coupled && fires && top <= 0;
        met.alone += !on && own && !coupled;
        met.blocked += on && (coupled || own);
        met.late += !on && top > 0 && !recent && a > law->bac && !own;
        if (!on && (coupled || own)) {
            until = k + law->plateau;
            ++*begun;
        }
    }
    met.spikes += *fired;
}

static int check(int number, uint32_t steps, uint8_t shift, uint8_t shift_a,
                 const two_point_law *law)
{
    memset(spikes, 0xA5, sizeof spikes);
    memset(plateaus, 0xA5, sizeof plateaus);
    two_point_layer(soma, somas, apical, apicals, steps, soma_weight, apical_weight, shift, shift_a,
                    *law, bias, spikes, plateaus);
    for (uint32_t j = 0; j < TWO_POINT_ROW; j++) {
        uint64_t fired = 0, begun = 0;
        if (j < TWO_POINT_CELLS)
            reference(j, steps, shift, shift_a, law, &fired, &begun);
        met.full_count += fired > UINT16_MAX;
        fired = fired > UINT16_MAX ? UINT16_MAX : fired;
        begun = begun > UINT16_MAX ? UINT16_MAX : begun;
        if (spikes[j] != fired || plateaus[j] != begun) {
            printf("FAIL stream %d cell %u: %u spikes and %u plateaus, expected %" PRIu64
                   " and %" PRIu64 "\n",
                   number, (unsigned)j, spikes[j], plateaus[j], fired, begun);
            return 0;
        }
    }
    return 1;
}

static void draw_events(tb_draw *d, uint16_t *event, uint16_t *events, uint32_t steps, int32_t rows,
                        int32_t often, int32_t only)
{
    uint32_t at = 0;
    for (uint32_t k = 0; k < steps; k++) {
        int kind = tb_between(d, 0, 29);
        uint32_t n = only >= 0 || kind == 0 ? TWO_POINT_STEP_EVENTS
                     : kind == 1            ? TWO_POINT_STEP_EVENTS + 1
                     : kind < 12            ? 0
                                            : (uint32_t)tb_between(d, 0, often);
        n = at + n > TWO_POINT_EVENTS ? TWO_POINT_EVENTS - at : n;
        met.none += n == 0;
        met.full += n == TWO_POINT_STEP_EVENTS;
        met.dropped += n > TWO_POINT_STEP_EVENTS;
        events[k] = (uint16_t)n;
        for (uint32_t e = 0; e < n; e++) {
            int odd = only < 0 && tb_between(d, 0, 99) == 0;
            met.beyond += odd;
            event[at++] = (uint16_t)(only >= 0 ? only
                                     : odd     ? tb_between(d, rows, 65535)
                                               : tb_between(d, 0, rows - 1));
        }
    }
}

static void draw_weights(tb_draw *d, int8_t *weight, uint32_t n, uint32_t row)
{
    for (uint32_t i = 0; i < n; i++) /* rows 0 and 1: the ends; more of the rest excites */
        weight[i] = (int8_t)(i < row ? 127 : i < 2 * row ? -127 : tb_between(d, -80, 127));
}

int main(void)
{
    tb_draw d = {.stream = 99};
    int ok = 1;
    for (int n = 0; ok && n < TB_STREAMS; n++) {
        if (n % 20 == 0) {
            draw_weights(&d, soma_weight, TWO_POINT_INPUTS * TWO_POINT_ROW, TWO_POINT_ROW);
            draw_weights(&d, apical_weight, TWO_POINT_CONTEXTS * TWO_POINT_ROW, TWO_POINT_ROW);
        }
        uint32_t steps = (uint32_t)tb_between(&d, n ? 1 : 0, STEPS);
        uint8_t shift = (uint8_t)tb_between(&d, 0, 3), shift_a = (uint8_t)tb_between(&d, 0, 3);
        two_point_law law = {.leak = tb_between(&d, 0, 4) ? tb_between(&d, 300, 8000) : 32768,
                             .leak_a = tb_between(&d, 0, 4) ? tb_between(&d, 300, 8000) : 0,
                             .threshold = tb_between(&d, 100, 1200),
                             .drop = tb_between(&d, 0, 600),
                             .v_reset = tb_between(&d, -100, 50),
                             .drive = tb_between(&d, 0, 900),
                             .bac = tb_between(&d, 50, 800),
                             .refractory = (uint16_t)tb_between(&d, 0, 4),
                             .window = (uint16_t)tb_between(&d, 0, 6),
                             .plateau = (uint16_t)tb_between(&d, 0, 20)};
        law.alone = law.bac + tb_between(&d, 0, 800);
        for (uint32_t j = 0; j < TWO_POINT_ROW; j++)
            bias[j] = tb_between(&d, -200, 200);
        int edge = n % 8 == 3; /* both states up to an end */
        if (edge) {
            law.leak = law.leak_a = 0;
            law.threshold = (1 << (TWO_POINT_STATE_BITS - 1)) - 1;
            law.drop = 0;
            steps = STEPS;
            shift = shift_a = TWO_POINT_STATE_BITS > 16 ? 10 : 3;
        }
        draw_events(&d, soma, somas, steps, TWO_POINT_INPUTS, 8, edge ? n / 8 % 2 : -1);
        draw_events(&d, apical, apicals, steps, TWO_POINT_CONTEXTS, 6, edge ? n / 16 % 2 : -1);
        ok = check(n, steps, shift, shift_a, &law);
    }
#if TWO_POINT_STEPS > UINT16_MAX
    if (ok) { /* the counters: a silent cell for longer than they count, one that always fires */
        two_point_law law = {.leak = 32768, .threshold = 100, .bac = 50, .alone = 60, .plateau = 1};
        memset(somas, 0, sizeof somas);
        memset(apicals, 0, sizeof apicals);
        for (uint32_t j = 0; j < TWO_POINT_ROW; j++)
            bias[j] = j ? 0 : 200;
        ok = check(-1, TWO_POINT_STEPS, 0, 0, &law);
        if (ok && !met.full_count) {
            printf("FAIL: no count went past its end\n");
            ok = 0;
        }
    }
#endif
    const struct {
        const char *what;
        uint64_t times;
    } edges[] = {{"V past its upper end", met.v_high},
                 {"V past its lower end", met.v_low},
                 {"A past its upper end", met.a_high},
                 {"A past its lower end", met.a_low},
                 {"spikes", met.spikes},
                 {"spikes of a lowered threshold", met.lowered},
                 {"cells held back", met.held},
                 {"plateaus after a spike", met.coupled},
                 {"plateaus at a spike that follows", met.led},
                 {"plateaus of a dendrite alone", met.alone},
                 {"plateaus that another blocks", met.blocked},
                 {"cells at their threshold", met.at_threshold},
                 {"apical input too late", met.late},
                 {"steps without events", met.none},
                 {"full steps", met.full},
                 {"steps with an event too many", met.dropped},
                 {"addresses beyond the rows", met.beyond}};
    for (size_t i = 0; ok && i < sizeof edges / sizeof *edges; i++)
        if (!edges[i].times) {
            printf("FAIL: no %s\n", edges[i].what);
            ok = 0;
        }
    if (ok)
        printf("PASS two_point_layer: %d streams, %" PRIu64 " spikes, plateaus %" PRIu64
               " coupled, %" PRIu64 " led, %" PRIu64 " alone\n",
               TB_STREAMS, met.spikes, met.coupled, met.led, met.alone);
    return !ok;
}
