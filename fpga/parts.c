#include "fpga/parts.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *const resource_names[TUFT_FPGA_RESOURCES] = {"LUT", "FF", "DSP48E2", "RAMB18E2",
                                                                "URAM288"};

static const tuft_fpga_part parts[] = {
    {.board = "zcu104",
     .name = "xczu7ev-ffvc1156-2-e",
     .device = "XCZU7EV",
     .holds = {230400, 460800, 1728, 624, 96},
     .marks = {TUFT_FPGA_READ, TUFT_FPGA_READ, TUFT_FPGA_READ, TUFT_FPGA_READ, TUFT_FPGA_RECALLED},
     .source = "Vivado and Vitis HLS reports of ZCU104 designs in public repositories",
     .static_w = 0.694,
     .static_source = "device static of a Vivado 2023.1 power report of an XCZU7EV, 3.70 W in all, "
                      "confidence medium (repository arthurmlima/cryptolmap)"},
    {.board = "zcu102",
     .name = "xczu9eg-ffvb1156-2-e",
     .device = "XCZU9EG",
     .holds = {274080, 548160, 2520, 1824, 0},
     .marks = {TUFT_FPGA_READ, TUFT_FPGA_READ, TUFT_FPGA_READ, TUFT_FPGA_READ, TUFT_FPGA_READ},
     .source = "AvailableResources of a Vitis HLS report in a public repository; all but LUT and "
               "URAM also in stanford-ppl/spatial, targets/xilinx/ZCU.scala"},
    {.board = "k26",
     .name = "xck26-sfvc784-2LV-c",
     .device = "XCK26",
     .holds = {117120, 234240, 1248, 288, 64},
     .marks = {TUFT_FPGA_READ, TUFT_FPGA_RECALLED, TUFT_FPGA_READ, TUFT_FPGA_READ, TUFT_FPGA_READ},
     .source = "AMD Kria K26 documentation; the part's name in public projects for KV260, KR260"},
};

const char *tuft_fpga_resource_name(tuft_fpga_resource resource)
{
    return resource < TUFT_FPGA_RESOURCES ? resource_names[resource] : "?";
}

size_t tuft_fpga_part_count(void)
{
    return sizeof parts / sizeof *parts;
}

const tuft_fpga_part *tuft_fpga_part_at(size_t index)
{
    return index < tuft_fpga_part_count() ? parts + index : NULL;
}

tuft_status tuft_fpga_part_find(const char *name, const tuft_fpga_part **out, tuft_error *err)
{
    char known[256] = "";
    *out = NULL;
    for (size_t i = 0; i < tuft_fpga_part_count(); i++) {
        const tuft_fpga_part *part = parts + i;
        if (!strcasecmp(name, part->board) || !strcasecmp(name, part->name) ||
            !strcasecmp(name, part->device)) {
            *out = part;
            return TUFT_OK;
        }
        size_t length = strlen(known);
        snprintf(known + length, sizeof known - length, "%s%s (%s)", i ? ", " : "", part->board,
                 part->name);
    }
    return tuft_fail(err, TUFT_INVALID, "no part '%s' is known; there are %s", name, known);
}
