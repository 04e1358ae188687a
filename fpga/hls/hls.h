/* Directives of Vitis HLS as macros that are nothing outside synthesis: other compilers, and Bambu,
 * which takes them for errors, never see a pragma. HLS_(PIPELINE II = 1) is #pragma HLS PIPELINE
 * II = 1. */
#ifndef TUFT_FPGA_HLS_H
#define TUFT_FPGA_HLS_H

#ifdef __SYNTHESIS__
#define HLS_DO(x) _Pragma(#x)
#define HLS_(...) HLS_DO(HLS __VA_ARGS__)
#else
#define HLS_(...)
#endif

#endif
