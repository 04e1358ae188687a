#include "two_point_layer.h"

#include "hls.h"

typedef struct {
    int32_t v, a;
    uint16_t since, plateau; /* steps since the spike; steps the plateau has left */
} cell;

static void add_row(int32_t sum[TWO_POINT_ROW], const int8_t *weight, uint32_t first, uint8_t shift)
{
    for (uint32_t w = 0; w < TWO_POINT_WORDS; w++) {
        HLS_(PIPELINE II = 1)
        for (uint32_t lane = 0; lane < TWO_POINT_LANES; lane++) {
            HLS_(UNROLL)
            uint32_t j = w * TWO_POINT_LANES + lane;
            sum[j] += weight[first + j] * (1 << shift);
        }
    }
}

static int32_t product(int32_t x, int32_t factor)
{
    return (int32_t)(((int64_t)x * factor + (1 << 14)) >> 15);
}

static int32_t clamp(int32_t x)
{
    const int32_t most = (1 << (TWO_POINT_STATE_BITS - 1)) - 1;
    return x > most ? most : x < -most - 1 ? -most - 1 : x;
}

static uint16_t counted(uint16_t count, int more)
{
    return (uint16_t)(count + (more && count < UINT16_MAX));
}

/* One cell's step: bit 0 of the result: it fires; bit 1: a plateau begins. */
static int advance(cell *at, int32_t soma, int32_t apical, int32_t bias, const two_point_law *law)
{
    int on = at->plateau > 0, held = at->since<law->refractory, reached = apical> 0;
    int32_t to = bias + (on ? law->drive : 0);
    int32_t x = clamp(at->v + product(to - at->v, law->leak) + soma);
    int fires = !held && x > law->threshold - (on ? law->drop : 0);
    int32_t y = clamp(at->a - product(at->a, law->leak_a) + apical);
    uint16_t since = fires ? 0 : counted(at->since, 1);
    int begins = !on && (((reached || fires) && since <= law->window && y > law->bac) ||
                         (reached && y > law->alone));
    at->v = fires ? law->v_reset : held ? at->v : x;
    at->a = y;
    at->since = since;
    at->plateau = begins ? law->plateau : (uint16_t)(at->plateau - on);
    return fires | begins << 1;
}

void two_point_layer(const uint16_t soma[TWO_POINT_EVENTS], const uint16_t somas[TWO_POINT_STEPS],
                     const uint16_t apical[TWO_POINT_EVENTS],
                     const uint16_t apicals[TWO_POINT_STEPS], uint32_t steps,
                     const int8_t soma_weight[TWO_POINT_INPUTS * TWO_POINT_ROW],
                     const int8_t apical_weight[TWO_POINT_CONTEXTS * TWO_POINT_ROW],
                     uint8_t soma_shift, uint8_t apical_shift, two_point_law law,
                     const int32_t bias[TWO_POINT_ROW], uint16_t spikes[TWO_POINT_ROW],
                     uint16_t plateaus[TWO_POINT_ROW])
{
    cell at[TWO_POINT_ROW];
    int32_t sum[TWO_POINT_ROW], sum_a[TWO_POINT_ROW];
    uint32_t from = 0, from_a = 0;
    HLS_(ARRAY_PARTITION variable = at type = cyclic factor = TWO_POINT_LANES)
    HLS_(ARRAY_PARTITION variable = sum type = cyclic factor = TWO_POINT_LANES)
    HLS_(ARRAY_PARTITION variable = sum_a type = cyclic factor = TWO_POINT_LANES)
    HLS_(ARRAY_RESHAPE variable = soma_weight type = cyclic factor = TWO_POINT_LANES)
    HLS_(ARRAY_RESHAPE variable = apical_weight type = cyclic factor = TWO_POINT_LANES)

    for (uint32_t j = 0; j < TWO_POINT_ROW; j++) {
        HLS_(UNROLL factor = TWO_POINT_LANES)
        at[j].v = at[j].a = 0;
        at[j].since = UINT16_MAX;
        at[j].plateau = 0;
        sum[j] = sum_a[j] = 0;
        spikes[j] = plateaus[j] = 0;
    }
    for (uint32_t k = 0; k < TWO_POINT_STEPS && k < steps; k++) {
        for (uint32_t e = 0; e < TWO_POINT_STEP_EVENTS && e < somas[k]; e++)
            if (from + e < TWO_POINT_EVENTS && soma[from + e] < TWO_POINT_INPUTS)
                add_row(sum, soma_weight, (uint32_t)soma[from + e] * TWO_POINT_ROW, soma_shift);
        for (uint32_t e = 0; e < TWO_POINT_STEP_EVENTS && e < apicals[k]; e++)
            if (from_a + e < TWO_POINT_EVENTS && apical[from_a + e] < TWO_POINT_CONTEXTS)
                add_row(sum_a, apical_weight, (uint32_t)apical[from_a + e] * TWO_POINT_ROW,
                        apical_shift);
        from += somas[k];
        from_a += apicals[k];
        for (uint32_t w = 0; w < TWO_POINT_WORDS; w++) {
            HLS_(PIPELINE II = 1)
            for (uint32_t lane = 0; lane < TWO_POINT_LANES; lane++) {
                HLS_(UNROLL)
                uint32_t j = w * TWO_POINT_LANES + lane;
                int done = advance(&at[j], sum[j], sum_a[j], bias[j], &law);
                sum[j] = sum_a[j] = 0;
                spikes[j] = counted(spikes[j], j < TWO_POINT_CELLS && (done & 1));
                plateaus[j] = counted(plateaus[j], j < TWO_POINT_CELLS && (done & 2));
            }
        }
    }
}
