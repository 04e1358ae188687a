/* The parts that projects are made for, and what each holds.
 *
 * Every number says where it is from. read: in a vendor's page or report, or in the report of a
 * public repository, named in `source`. recalled: from memory, to be checked before anyone builds
 * on it; printed with that word. No static power is given where no report of the part was found.
 */
#ifndef TUFT_FPGA_PARTS_H
#define TUFT_FPGA_PARTS_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

typedef enum {
    TUFT_FPGA_LUT,    /* LUTs, those used as memory too */
    TUFT_FPGA_FF,     /* flip-flops */
    TUFT_FPGA_DSP,    /* DSP48E2 */
    TUFT_FPGA_BRAM18, /* halves of a RAMB36E2, 18 Kbit each */
    TUFT_FPGA_URAM,   /* URAM288 */
    TUFT_FPGA_RESOURCES
} tuft_fpga_resource;

const char *tuft_fpga_resource_name(tuft_fpga_resource resource); /* "LUT", never NULL */

typedef enum { TUFT_FPGA_RECALLED, TUFT_FPGA_READ } tuft_fpga_mark;

typedef struct {
    const char *board, *name, *device; /* "zcu104", "xczu7ev-ffvc1156-2-e", "XCZU7EV" */
    uint64_t holds[TUFT_FPGA_RESOURCES];
    tuft_fpga_mark marks[TUFT_FPGA_RESOURCES];
    const char *source;        /* of the numbers that were read */
    double static_w;           /* device static power, W; 0: none was found */
    const char *static_source; /* NULL where none */
} tuft_fpga_part;

size_t tuft_fpga_part_count(void);
const tuft_fpga_part *tuft_fpga_part_at(size_t index);

/* By board ("zcu104"), full name or device, case ignored. TUFT_INVALID names those there are. */
tuft_status tuft_fpga_part_find(const char *name, const tuft_fpga_part **out, tuft_error *err);

#endif
