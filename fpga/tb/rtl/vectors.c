/* Test vectors for fpga/rtl/lif_reservoir.v, and what it must answer.
 *
 *     vectors FOLDER LANES INPUTS CELLS WEIGHT_BITS STATE_BITS INPUT_SHIFT CELL_SHIFT STEPS SAMPLES
 *
 * writes FOLDER/weights.mem (the image) and FOLDER/vectors.txt (driver.cpp says its form). The
 * reference is written apart from the emulator and the kernels, in another order (each cell gathers
 * over the rows, they scatter row by row over the cells) and another width (int64, a floored
 * division in place of the shift), so that no one error is in both.
 *
 * The first three rows are special: all weights at the upper end, all at the lower, and in turns.
 */
#include "core/philox.h"
#include "fpga/latency.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    int lanes, inputs, cells, weight_bits, state_bits, input_shift, cell_shift, steps;
    int32_t *weights; /* row by row, cells a row */
} reservoir;

typedef enum { RANDOM, RISE, FALL, SWING, EVERY } pattern;

typedef struct {
    const char *name;
    pattern pattern;
    int steps;
    int decay; /* Q1.15 */
    int64_t threshold;
    double density; /* RANDOM: events an input and step; past 1 addresses come more than once */
    uint32_t wait;  /* fewer cycles than this the kernel must wait for a step's later events */
} stream;

static int64_t most(int bits)
{
    return (INT64_C(1) << (bits - 1)) - 1;
}

static void draw_weights(reservoir *r, uint64_t seed)
{
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_TEST, 0);
    int64_t top = most(r->weight_bits);
    for (int row = 0; row < r->inputs + r->cells; row++)
        for (int cell = 0; cell < r->cells; cell++) {
            int64_t any = (int64_t)tuft_random_below(&random, (uint32_t)(2 * top + 2)) - top - 1;
            bool up = row == 0 || (row == 2 && cell % 2 == 0);
            r->weights[row * r->cells + cell] = (int32_t)(row > 2 ? any : up ? top : -top - 1);
        }
}

/* One word a line, lane 0 lowest, so the highest lane's digits come first. */
static void write_image(const reservoir *r, FILE *out)
{
    int words = (int)tuft_fpga_row_words((uint64_t)r->cells, (uint64_t)r->lanes);
    char *bits = calloc((size_t)(r->lanes * r->weight_bits) + 4, 1);
    for (int row = 0; row < r->inputs + r->cells; row++)
        for (int word = 0; word < words; word++) {
            memset(bits, 0, (size_t)(r->lanes * r->weight_bits) + 4);
            for (int lane = 0; lane < r->lanes; lane++) {
                int cell = word * r->lanes + lane;
                for (int b = 0; b < r->weight_bits && cell < r->cells; b++)
                    bits[lane * r->weight_bits + b] = r->weights[row * r->cells + cell] >> b & 1;
            }
            for (int digit = (r->lanes * r->weight_bits + 3) / 4 - 1; digit >= 0; digit--)
                fprintf(out, "%x",
                        bits[4 * digit] | bits[4 * digit + 1] << 1 | bits[4 * digit + 2] << 2 |
                            bits[4 * digit + 3] << 3);
            fputc('\n', out);
        }
    free(bits);
}

/* The step's events, at most limit of them. */
static int draw_events(const reservoir *r, const stream *s, int step, tuft_random *random,
                       uint32_t *events, int limit)
{
    /* So many rows of the largest weight that the state must meet its end within the sample. */
    int64_t push = 3 * most(r->state_bits) / (most(r->weight_bits) * s->steps) + 1;
    int n = 0;
    switch (s->pattern) {
    case RANDOM:
        n = (int)(s->density * r->inputs);
        n = n == 0 ? 0 : (int)tuft_random_below(random, 2 * (uint32_t)n + 1);
        break;
    case EVERY:
        n = r->inputs;
        break;
    default:
        n = (int)push;
    }
    n = n < limit ? n : limit;
    for (int e = 0; e < n; e++)
        switch (s->pattern) {
        case RANDOM:
            events[e] = tuft_random_below(random, (uint32_t)r->inputs);
            break;
        case RISE:
            events[e] = 0;
            break;
        case FALL:
            events[e] = 1;
            break;
        case SWING:
            events[e] = step < s->steps / 2 ? 0 : 1;
            break;
        case EVERY:
            events[e] = (uint32_t)e;
        }
    return n;
}

static int64_t floored(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* One cell, one step: gathers what its rows bring. times: how often each row is active. */
static int64_t next_state(const reservoir *r, const stream *s, int cell, int64_t v, bool spiked,
                          const int *times)
{
    int64_t sum = 0;
    for (int row = 0; row < r->inputs + r->cells; row++)
        sum += (int64_t)times[row] * r->weights[row * r->cells + cell] *
               (INT64_C(1) << (row < r->inputs ? r->input_shift : r->cell_shift));
    if (sum > INT32_MAX || sum < INT32_MIN) {
        fprintf(stderr, "vectors: a sum of %" PRId64 " does not fit the kernel's 32 bits\n", sum);
        exit(1);
    }
    int64_t next = (spiked ? 0 : floored(v * s->decay + 16384, 32768)) + sum;
    int64_t top = most(r->state_bits);
    return next > top ? top : next < -top - 1 ? -top - 1 : next;
}

static void write_sample(const reservoir *r, const stream *s, uint64_t seed, uint64_t index,
                         FILE *out)
{
    enum { LIMIT = 1 << 16 };
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_TEST, index + 1);
    uint32_t *events = calloc(LIMIT, sizeof *events);
    int64_t *v = calloc((size_t)r->cells, sizeof *v);
    int *times = calloc((size_t)(r->inputs + r->cells), sizeof *times);
    bool *spiked = calloc((size_t)r->cells, sizeof *spiked);
    long *counts = calloc((size_t)r->cells, sizeof *counts);
    tuft_fpga_activity activity = {.steps = (uint64_t)s->steps};
    uint64_t waited = 0;
    fprintf(out, "sample %s %d %" PRId64 " %d\n", s->name, s->decay, s->threshold, s->steps);
    for (int step = 0; step < s->steps; step++) {
        memset(times, 0, (size_t)(r->inputs + r->cells) * sizeof *times);
        int n = draw_events(r, s, step, &random, events, LIMIT);
        activity.events += (uint64_t)n;
        fprintf(out, "%d", n);
        for (int e = 0; e < n; e++) {
            uint32_t wait = e > 0 ? tuft_random_below(&random, s->wait) : 0;
            waited += wait;
            times[events[e]]++;
            fprintf(out, " %u %u", events[e], wait);
        }
        for (int cell = 0; cell < r->cells; cell++) {
            times[r->inputs + cell] = spiked[cell];
            activity.swept += spiked[cell];
        }
        int spikes = 0;
        for (int cell = 0; cell < r->cells; cell++) {
            v[cell] = next_state(r, s, cell, v[cell], spiked[cell], times);
            spiked[cell] = v[cell] > s->threshold;
            counts[cell] += spiked[cell];
            spikes += spiked[cell];
        }
        fprintf(out, "\n%d", spikes);
        for (int cell = 0; cell < r->cells; cell++)
            if (spiked[cell])
                fprintf(out, " %d", cell);
        fputc('\n', out);
    }
    for (int cell = 0; cell < r->cells; cell++)
        fprintf(out, "%ld ", counts[cell] < UINT16_MAX ? counts[cell] : UINT16_MAX);
    fprintf(out, "\n%" PRIu64 "\n",
            tuft_fpga_rtl_cycles((uint64_t)r->cells, (uint64_t)r->lanes, &activity) + waited);
    free(events);
    free(v);
    free(times);
    free(spiked);
    free(counts);
}

static void write_samples(const reservoir *r, int samples, uint64_t seed, FILE *out)
{
    int64_t top = most(r->state_bits), row = most(r->weight_bits);
    const stream fixed[] = {
        {"silence", RANDOM, r->steps, 29491, 0, 0, 0},
        {"one_step", RANDOM, 1, 29491, row, 1, 0},
        {"all_spike", RANDOM, r->steps, 29491, -top - 1, 0.1, 0},
        {"all_spike_past_range", RANDOM, 3, 29491, INT32_MIN, 0.1, 0},
        {"none_past_range", RANDOM, 3, 29491, INT32_MAX, 0.1, 0},
        {"rise", RISE, r->steps, 32768, top, 0, 0},
        {"rise_to_last", RISE, r->steps, 32768, top - 1, 0, 0},
        {"fall", FALL, r->steps, 32768, 0, 0, 0},
        {"fall_to_last", FALL, r->steps, 32768, -top - 1, 0, 0},
        {"swing", SWING, r->steps, 32768, top, 0, 0},
        {"every_input", EVERY, r->steps, 29491, 4 * row, 0, 0},
        {"no_decay", RANDOM, r->steps, 32768, 6 * row, 0.2, 0},
        {"no_memory", RANDOM, r->steps, 0, row, 0.5, 0},
        {"least_decay", RANDOM, r->steps, 1, row, 0.5, 0},
        {"zero_threshold", RANDOM, r->steps, 29491, 0, 0.1, 0},
        {"dense_waiting", RANDOM, r->steps, 31785, 8 * row, 1.5, 4},
    };
    const size_t n = sizeof fixed / sizeof *fixed;
    for (size_t i = 0; i < n; i++)
        write_sample(r, fixed + i, seed, i, out);
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_TEST, UINT32_MAX);
    for (int i = 0; i < samples; i++) {
        stream s = {.name = "random", .pattern = RANDOM, .steps = r->steps};
        s.decay = (int)tuft_random_below(&random, 32769);
        s.threshold = (int64_t)tuft_random_below(&random, (uint32_t)(16 * row)) - 2 * row;
        s.density = tuft_random_uniform(&random);
        s.wait = tuft_random_below(&random, 3);
        write_sample(r, &s, seed, n + (uint64_t)i, out);
    }
    if (r->cells <= r->lanes) { /* counts reach 65535 and stay: long, hence only where it is fast */
        stream s = {"count_saturates", RANDOM, UINT16_MAX + 3, 0, INT32_MIN, 0, 0};
        write_sample(r, &s, seed, n + (uint64_t)samples, out);
    }
}

static FILE *create(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "w");
    if (!out) {
        perror(path);
        exit(1);
    }
    return out;
}

int main(int argc, char **argv)
{
    int number[9];
    for (int i = 0; i < 9; i++)
        number[i] = argc == 11 ? atoi(argv[i + 2]) : 0;
    reservoir r = {number[0], number[1], number[2], number[3], number[4],
                   number[5], number[6], number[7], NULL};
    if (r.lanes < 1 || r.inputs < 3 || r.cells < 1 || r.weight_bits < 2 || r.weight_bits > 16 ||
        r.state_bits < r.weight_bits || r.state_bits > 24 || r.input_shift < 0 ||
        r.input_shift > 15 || r.cell_shift < 0 || r.cell_shift > 15 || r.steps < 1) {
        fputs("usage: vectors FOLDER LANES INPUTS CELLS WEIGHT_BITS STATE_BITS INPUT_SHIFT "
              "CELL_SHIFT STEPS SAMPLES\n",
              stderr);
        return 2;
    }
    enum { SEED = 1 };
    r.weights = calloc((size_t)(r.inputs + r.cells) * (size_t)r.cells, sizeof *r.weights);
    draw_weights(&r, SEED);
    FILE *image = create(argv[1], "weights.mem"), *vectors = create(argv[1], "vectors.txt");
    write_image(&r, image);
    write_samples(&r, number[8], SEED, vectors);
    free(r.weights);
    return fclose(image) || fclose(vectors) ? 1 : 0;
}
