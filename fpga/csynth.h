/* What Vitis HLS itself says of a kernel: <solution>/syn/report/<top>_csynth.xml.
 *
 * Layout as in the reports of Vitis HLS 2020.2 to 2024.1 and as hls4ml reads it
 * (report/vivado_report.py): UserAssignments, PerformanceEstimates, AreaEstimates below <profile>.
 * Where an element comes more than once (reports with a block a module) the first is the top's.
 */
#ifndef TUFT_FPGA_CSYNTH_H
#define TUFT_FPGA_CSYNTH_H

#include "core/status.h"
#include "fpga/parts.h"

#include <stdint.h>

enum { TUFT_FPGA_UNDEFINED = -1 }; /* "undef": the tool could not say, a loop has no bound */

typedef struct {
    char top[128], part[64];             /* "" where the report does not say */
    double target_ns, estimated_ns;      /* clock periods */
    int64_t latency_best, latency_worst; /* cycles, or TUFT_FPGA_UNDEFINED */
    int64_t interval_least, interval_most;
    int64_t used[TUFT_FPGA_RESOURCES]; /* TUFT_FPGA_UNDEFINED where there is no such element */
    int64_t available[TUFT_FPGA_RESOURCES];
} tuft_fpga_csynth;

/* TUFT_IO; TUFT_FORMAT: no XML, not of this layout, a number that is none or out of range; the
 * message names the file, the line where there is one, and the element. *out is zero on failure. */
tuft_status tuft_fpga_csynth_read(const char *path, tuft_fpga_csynth *out, tuft_error *err);

#endif
