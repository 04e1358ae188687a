#include "fpga/latency.h"

#include <criterion/criterion.h>

/* That the model is the hardware's is for fpga/tb/rtl/run; here, that it says what its text says.
 */
Test(latency, rtl_adds_one_row_an_event_and_a_spike)
{
    tuft_fpga_activity none = {.steps = 50}, some = {.steps = 50, .events = 700, .swept = 300};
    const uint64_t lanes[] = {1, 4, 16, 64}, words[] = {200, 50, 13, 4};
    for (int i = 0; i < 4; i++) {
        cr_assert_eq(tuft_fpga_row_words(200, lanes[i]), words[i]);
        cr_assert_eq(tuft_fpga_rtl_cycles(200, lanes[i], &none),
                     1 + 51 * (words[i] + 3) + 50 * (words[i] + 1));
        cr_assert_eq(tuft_fpga_rtl_cycles(200, lanes[i], &some),
                     tuft_fpga_rtl_cycles(200, lanes[i], &none) + 1000 * words[i]);
    }
}

Test(latency, loops_fill_their_pipeline_once_an_entry)
{
    const tuft_fpga_loop loops[] = {
        {"rows", 7, 64, 1, 4}, {"none", 5, 0, 1, 9}, {"two", 1, 3, 2, 10}};
    cr_assert_eq(tuft_fpga_loop_cycles(11, loops, 3), 11 + 7 * (4 + 63) + 5 + (10 + 4));
    cr_assert_eq(tuft_fpga_loop_cycles(11, loops, 0), 11);
}

Test(latency, a_sum_that_does_not_fit_is_the_largest)
{
    const tuft_fpga_loop loops[] = {{"a", UINT64_MAX / 2, 3, 1, 1}, {"b", 1, UINT64_MAX, 3, 1}};
    cr_assert_eq(tuft_fpga_loop_cycles(0, loops, 1), UINT64_MAX);
    cr_assert_eq(tuft_fpga_loop_cycles(0, loops + 1, 1), UINT64_MAX);
    cr_assert_eq(tuft_fpga_loop_cycles(UINT64_MAX - 1, loops, 2), UINT64_MAX);
}

Test(latency, hls_kernel_sweeps_the_same_rows)
{
    tuft_fpga_activity none = {.steps = 50}, some = {.steps = 50, .events = 700, .swept = 300};
    tuft_fpga_loop idle[TUFT_FPGA_HLS_LIF_LOOPS], busy[TUFT_FPGA_HLS_LIF_LOOPS];
    tuft_fpga_hls_lif_loops(200, 8, &none, idle);
    tuft_fpga_hls_lif_loops(200, 8, &some, busy);
    cr_assert_eq(tuft_fpga_loop_cycles(0, idle, TUFT_FPGA_HLS_LIF_LOOPS),
                 (2 + 24) + 50 * (2 + 2 * 199) + 50 * (8 + 24));
    cr_assert_eq(tuft_fpga_loop_cycles(0, busy, TUFT_FPGA_HLS_LIF_LOOPS) -
                     tuft_fpga_loop_cycles(0, idle, TUFT_FPGA_HLS_LIF_LOOPS),
                 1000 * (5 + 24));
}
