// Runs the vectors of vectors.c through the Verilated kernel: spikes of every step, counts and the
// number of cycles must be right to the bit.
//
//     driver < vectors.txt     (weights.mem in the current folder)
//
// vectors.txt, numbers apart by blanks, for each sample: `sample` NAME DECAY THRESHOLD STEPS; for
// each step N and N times ADDRESS WAIT, then M and M cells that spike; the cells' counts; CYCLES.
// The first N words of every sample are also played to a kernel that is then reset, so that nothing
// of a broken-off sample is left in the next.
#include "Vlif_reservoir.h"
#include "verilated.h"
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <vector>

struct Word {
    uint32_t address, wait;
    bool end;
};

struct Sample {
    char name[64];
    int decay, threshold, steps;
    std::vector<Word> words;
    std::vector<char> spikes; // STEPS x CELLS
    std::vector<int> counts;
    uint64_t cycles;
};

static long number()
{
    long value;
    if (scanf("%ld", &value) != 1) {
        fprintf(stderr, "driver: vectors.txt is cut short\n");
        exit(1);
    }
    return value;
}

static bool read(Sample &s)
{
    if (scanf(" sample %63s", s.name) != 1)
        return false;
    s.decay = number();
    s.threshold = number();
    s.steps = number();
    s.words.clear();
    s.spikes.assign(size_t(s.steps) * CELLS, 0);
    for (int step = 0; step < s.steps; step++) {
        for (long n = number(); n > 0; n--) {
            uint32_t address = number(), wait = number();
            s.words.push_back({address, wait, false});
        }
        s.words.push_back({0xffff, 0, true});
        for (long n = number(); n > 0; n--)
            s.spikes[size_t(step) * CELLS + number()] = 1;
    }
    s.counts.resize(CELLS);
    for (int &count : s.counts)
        count = number();
    s.cycles = number();
    return true;
}

static bool bit(const void *words, int i)
{
    return static_cast<const unsigned char *>(words)[i / 8] >> i % 8 & 1;
}

static void tick(Vlif_reservoir &top)
{
    top.clock = 0;
    top.eval();
    top.clock = 1;
    top.eval();
}

static void reset(Vlif_reservoir &top)
{
    top.reset = 1;
    top.start = 0;
    top.event_valid = 0;
    tick(top);
    top.reset = 0;
}

// Plays a sample, at most limit cycles of it. Returns the number of things that were wrong.
static int play(Vlif_reservoir &top, const Sample &s, uint64_t limit)
{
    const int words = (CELLS + LANES - 1) / LANES;
    int wrong = 0, beats = 0;
    size_t at = 0;
    uint32_t waited = 0;
    top.decay_q15 = s.decay;
    top.threshold = s.threshold;
    top.steps = s.steps;
    top.event_valid = 0;
    top.start = 1;
    top.clock = 0;
    top.eval();
    wrong += !top.idle;
    tick(top);
    top.start = 0;
    for (uint64_t cycle = 1; cycle <= limit; cycle++) {
        top.event_valid = at < s.words.size() && waited >= s.words[at].wait;
        top.event_end = top.event_valid && s.words[at].end;
        top.event_address = top.event_valid ? s.words[at].address : 0xffff;
        top.clock = 0;
        top.eval();
        bool done = false;
        if (top.out_valid) {
            int step = beats / words;
            wrong += top.out_word != beats % words || top.out_last != (step == s.steps - 1);
            for (int lane = 0; lane < LANES; lane++) {
                int cell = top.out_word * LANES + lane, count = 0;
                bool spike = bit(&top.out_spikes, lane);
                if (cell >= CELLS) {
                    wrong += spike;
                    continue;
                }
                for (int b = 0; b < 16; b++)
                    count |= bit(&top.out_counts, 16 * lane + b) << b;
                wrong += spike != s.spikes[size_t(step) * CELLS + cell];
                wrong += top.out_last && count != s.counts[cell];
            }
            done = ++beats == words * s.steps;
        }
        if (top.event_valid && top.event_ready) {
            at++;
            waited = 0;
        } else if (!top.event_valid) {
            waited++;
        }
        wrong += top.idle && !done;
        top.clock = 1;
        top.eval();
        if (done) {
            if (cycle != s.cycles)
                fprintf(stderr, "%s: %" PRIu64 " cycles, the model says %" PRIu64 "\n", s.name,
                        cycle, s.cycles);
            return wrong + (cycle != s.cycles) + (at != s.words.size());
        }
        if (wrong > 1000)
            break;
    }
    return limit < s.cycles ? 0 : wrong + 1;
}

int main()
{
    Vlif_reservoir top;
    Sample s;
    int samples = 0, failed = 0;
    uint64_t cycles = 0;
    reset(top);
    while (read(s)) {
        if (s.steps < 1000) { // broken off somewhere, then played in full
            play(top, s, samples * 7919 % s.cycles);
            reset(top);
        }
        int wrong = play(top, s, 2 * s.cycles + 100);
        if (wrong) {
            fprintf(stderr, "sample %d (%s): %d values are wrong\n", samples, s.name, wrong);
            failed++;
            reset(top);
        }
        cycles += s.cycles;
        samples++;
    }
    printf("%d lanes, %d samples, %" PRIu64 " cycles: %d failed\n", LANES, samples, cycles, failed);
    return failed || samples == 0;
}
