#include "fpga/latency.h"

#include <string.h>

enum { GAP = 3 }; /* lif_reservoir.v: from a word's issue until its spikes can be read */

uint64_t tuft_fpga_row_words(uint64_t cells, uint64_t lanes)
{
    return cells / lanes + (cells % lanes != 0);
}

uint64_t tuft_fpga_rtl_cycles(uint64_t cells, uint64_t lanes, const tuft_fpga_activity *activity)
{
    uint64_t words = tuft_fpga_row_words(cells, lanes);
    return 1 + (activity->steps + 1) * (words + GAP) +
           words * (activity->steps + activity->events + activity->swept) + activity->steps;
}

uint64_t tuft_fpga_loop_cycles(uint64_t fixed, const tuft_fpga_loop *loops, size_t count)
{
    uint64_t cycles = fixed;
    for (size_t i = 0; i < count; i++) {
        const tuft_fpga_loop *loop = loops + i;
        uint64_t each = 1, all;
        if (loop->trips > 0 && (__builtin_mul_overflow(loop->trips - 1, loop->interval, &each) ||
                                __builtin_add_overflow(each, loop->depth, &each)))
            return UINT64_MAX;
        if (__builtin_mul_overflow(each, loop->entries, &all) ||
            __builtin_add_overflow(cycles, all, &cycles))
            return UINT64_MAX;
    }
    return cycles;
}

void tuft_fpga_hls_lif_loops(uint64_t cells, uint64_t lanes, const tuft_fpga_activity *activity,
                             tuft_fpga_loop loops[TUFT_FPGA_HLS_LIF_LOOPS])
{
    uint64_t words = tuft_fpga_row_words(cells, lanes);
    const tuft_fpga_loop all[TUFT_FPGA_HLS_LIF_LOOPS] = {
        {"rest", 1, words, 1, 2},
        {"row of an event", activity->events, words, 1, 5},
        {"search for spikes", activity->steps, cells, 2, 2},
        {"row of a spike", activity->swept, words, 1, 5},
        {"cells", activity->steps, words, 1, 8},
    };
    memcpy(loops, all, sizeof all);
}
