/* Bench of fpga/hls/mcc_layer.c. The reference gathers over a dense vector in int64, rounds by
 * floored divisions; the error against the transfer function in double is held to the header's
 * bound. Each edge must have been met. */
#include "mcc_layer.h"

#include "draw.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#ifndef TB_FRAMES
#define TB_FRAMES 2000
#endif

static uint16_t x_index[MCC_INPUTS], p_index[MCC_CONTEXTS], y_index[MCC_CELLS];
static int16_t x_value[MCC_INPUTS], p_value[MCC_CONTEXTS], y_value[MCC_CELLS];
static mcc_weight r_weight[MCC_INPUTS * MCC_ROW], c_weight[MCC_CONTEXTS * MCC_ROW];
static int32_t r_bias[MCC_ROW], c_bias[MCC_ROW];

static struct {
    uint64_t r_high, r_low, c_high, c_low, zero, six, between, none, full, beyond, agree, oppose,
        half;
} met;
static double worst, worst_share;

typedef struct {
    uint16_t x_count, p_count, r_scale, c_scale;
    uint8_t r_shift, c_shift;
} frame;

static int64_t floored(int64_t x, int64_t by)
{
    return x >= 0 ? x / by : -((by - 1 - x) / by);
}

static int64_t clipped(int64_t x, uint64_t *high, uint64_t *low)
{
    const int64_t most = (INT64_C(1) << (MCC_BITS - 1)) - 1;
    *high += x > most;
    *low += x < -most - 1;
    return x > most ? most : x < -most - 1 ? -most - 1 : x;
}

static double relu6(double x)
{
    return x > 6 ? 6 : x < 0 ? 0 : x;
}

static int64_t sum_of(const uint16_t *index, const int16_t *value, uint32_t n, uint32_t count,
                      const mcc_weight *weight, uint32_t cell)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < n; i++) { /* input by input, whoever speaks of it */
        int64_t all = 0;
        for (uint32_t e = 0; e < count && e < n; e++)
            all += index[e] == i ? value[e] : 0;
        sum += all * weight[i * MCC_ROW + cell];
    }
    return sum;
}

/* The output of cell j; *exact: the transfer function of the exact sums, *bound: how far off the
 * output may be, NAN where r or c left their range. */
static int64_t reference(const frame *f, uint32_t j, double *exact, double *bound)
{
    int64_t R = sum_of(x_index, x_value, MCC_INPUTS, f->x_count, r_weight, j) + r_bias[j];
    int64_t C = sum_of(p_index, p_value, MCC_CONTEXTS, f->p_count, c_weight, j) + c_bias[j];
    int64_t r_by = INT64_C(1) << f->r_shift, c_by = INT64_C(1) << f->c_shift;
    uint64_t before = met.r_high + met.r_low + met.c_high + met.c_low;
    int64_t r = clipped(floored(2 * R * f->r_scale + r_by, 2 * r_by), &met.r_high, &met.r_low);
    int64_t c = clipped(floored(2 * C * f->c_scale + c_by, 2 * c_by), &met.c_high, &met.c_low);
    int64_t a = r < 0 ? -r : r;
    int64_t s = r * r + 8192 * r + 4096 * c + a * c;
    met.half += (uint64_t)s % 4096 == 2048;
    int64_t y = floored(2 * s + 4096, 8192);
    met.zero += y <= 0;
    met.six += y > MCC_SIX;
    met.between += y > 0 && y < MCC_SIX;
    met.agree += r > 0 && c > 0 && y > 0;
    met.oppose += r > 0 && c < 0 && y > 0;
    double dR = (double)R * f->r_scale / (double)r_by / MCC_ONE;
    double dC = (double)C * f->c_scale / (double)c_by / MCC_ONE;
    double e_r = fabs(dR - (double)r / MCC_ONE), e_c = fabs(dC - (double)c / MCC_ONE);
    *exact = relu6(dR * dR + 2 * dR + dC * (1 + fabs(dR)));
    *bound = before != met.r_high + met.r_low + met.c_high + met.c_low
                 ? NAN
                 : (2 * fabs(dR) + 2 + fabs(dC)) * e_r + (1 + fabs(dR)) * e_c + e_r * e_r +
                       e_r * e_c + 1.0 / 8192 + 1e-9;
    return y > MCC_SIX ? MCC_SIX : y < 0 ? 0 : y;
}

static int check(int number, const frame *f)
{
    uint16_t count = 0xA5A5, n = 0;
    mcc_layer(x_index, x_value, f->x_count, p_index, p_value, f->p_count, r_weight, c_weight,
              r_bias, c_bias, f->r_scale, f->r_shift, f->c_scale, f->c_shift, y_index, y_value,
              &count);
    for (uint32_t j = 0; j < MCC_CELLS; j++) {
        double exact, bound;
        int64_t want = reference(f, j, &exact, &bound);
        double off = fabs((double)want / MCC_ONE - exact);
        if (off > bound) {
            printf("FAIL frame %d cell %u: %g off, bound %g\n", number, (unsigned)j, off, bound);
            return 0;
        }
        if (!isnan(bound)) {
            worst = fmax(worst, off);
            worst_share = fmax(worst_share, off / bound);
        }
        if (!want)
            continue;
        if (n >= count || y_index[n] != j || y_value[n] != want) {
            printf("FAIL frame %d cell %u: expected %lld as entry %u of %u\n", number, (unsigned)j,
                   (long long)want, n, count);
            return 0;
        }
        n++;
    }
    if (n != count)
        printf("FAIL frame %d: %u activations, expected %u\n", number, count, n);
    met.none += n == 0;
    return n == count;
}

static uint16_t draw_list(tb_draw *d, uint16_t *index, int16_t *value, int32_t most)
{
    int kind = tb_between(d, 0, 9);
    int32_t count = kind == 0   ? 0
                    : kind == 1 ? most
                    : kind == 2 ? most + 3
                                : tb_between(d, 1, most);
    int32_t largest = tb_between(d, 0, 3) ? 24576 : 32767;
    for (int32_t e = 0; e < most; e++) {
        int odd = tb_between(d, 0, 199) == 0;
        index[e] = (uint16_t)(odd ? tb_between(d, most, 65535) : e);
        met.beyond += odd && e < count;
        value[e] = (int16_t)(tb_between(d, 0, 3) ? tb_between(d, 1, largest)
                                                 : -1 - tb_between(d, 0, 32767));
    }
    met.full += count >= most;
    return (uint16_t)count;
}

static void draw_layer(tb_draw *d)
{
    const int32_t most = (1 << (MCC_WEIGHT_BITS - 1)) - 1;
    for (uint32_t i = 0; i < MCC_INPUTS * MCC_ROW; i++)
        r_weight[i] = (mcc_weight)(i % MCC_ROW == 0   ? most
                                   : i % MCC_ROW == 1 ? -most
                                                      : tb_between(d, -most, most));
    for (uint32_t i = 0; i < MCC_CONTEXTS * MCC_ROW; i++)
        c_weight[i] = (mcc_weight)(i % MCC_ROW == 2   ? most
                                   : i % MCC_ROW == 3 ? -most
                                                      : tb_between(d, -most, most));
    for (uint32_t j = 0; j < MCC_ROW; j++) {
        int kind = tb_between(d, 0, 9), end = (1 << 28) - 1;
        r_bias[j] = kind == 0 ? end : kind == 1 ? -end : tb_between(d, -100000, 100000);
        c_bias[j] = kind == 2 ? end : kind == 3 ? -end : tb_between(d, -100000, 100000);
    }
}

int main(void)
{
    tb_draw d = {.stream = 77};
    int ok = 1;
    for (int n = 0; ok && n < TB_FRAMES; n++) {
        frame f;
        if (n % 50 == 0)
            draw_layer(&d);
        f.x_count = draw_list(&d, x_index, x_value, MCC_INPUTS);
        f.p_count = draw_list(&d, p_index, p_value, MCC_CONTEXTS);
        f.r_scale = (uint16_t)tb_between(&d, n % 7 ? 32768 : 0, 65535);
        f.c_scale = (uint16_t)tb_between(&d, n % 7 ? 32768 : 0, 65535);
        f.r_shift =
            (uint8_t)tb_between(&d, n % 11 ? MCC_WEIGHT_BITS + 15 : 1, MCC_WEIGHT_BITS + 22);
        f.c_shift =
            (uint8_t)tb_between(&d, n % 11 ? MCC_WEIGHT_BITS + 15 : 1, MCC_WEIGHT_BITS + 22);
        if (n == 5)
            f.r_scale = f.c_scale = 0; /* nobody speaks */
        if (n == 3)
            f.r_shift = f.c_shift = 47;
        ok = check(n, &f);
    }
    const struct {
        const char *what;
        uint64_t times;
    } edges[] = {{"r past its upper end", met.r_high},
                 {"r past its lower end", met.r_low},
                 {"c past its upper end", met.c_high},
                 {"c past its lower end", met.c_low},
                 {"silent cells", met.zero},
                 {"cells at 6", met.six},
                 {"cells in between", met.between},
                 {"silent layers", met.none},
                 {"full lists", met.full},
                 {"indices beyond the end", met.beyond},
                 {"R and C that agree", met.agree},
                 {"R and C that do not", met.oppose},
                 {"halves", met.half}};
    for (size_t i = 0; ok && i < sizeof edges / sizeof *edges; i++)
        if (!edges[i].times) {
            printf("FAIL: no %s\n", edges[i].what);
            ok = 0;
        }
    if (ok)
        printf("PASS mcc_layer: %d frames of %d cells; worst error %.6f, %.2f of its bound\n",
               TB_FRAMES, MCC_CELLS, worst, worst_share);
    return !ok;
}
