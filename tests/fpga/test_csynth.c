#include "fpga/csynth.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A report as Vitis HLS writes it, in the parts that matter here; numbers are made up. */
#define TIMING                                                                                     \
    "<UserAssignments><Part>xczu7ev-ffvc1156-2-e</Part><TopModelName>lif</TopModelName>"           \
    "<TargetClockPeriod>5.00</TargetClockPeriod></UserAssignments>\n"                              \
    "<PerformanceEstimates><SummaryOfTimingAnalysis>"                                              \
    "<EstimatedClockPeriod>3.650</EstimatedClockPeriod></SummaryOfTimingAnalysis>\n"
#define LATENCY                                                                                    \
    "<SummaryOfOverallLatency><Best-caseLatency>120</Best-caseLatency>"                            \
    "<Worst-caseLatency>7000</Worst-caseLatency><Interval-min>121</Interval-min>"                  \
    "<Interval-max>7001</Interval-max></SummaryOfOverallLatency></PerformanceEstimates>\n"
#define AREA                                                                                       \
    "<AreaEstimates><Resources><BRAM_18K>43</BRAM_18K><DSP>17</DSP><FF>1619</FF><LUT>4547</LUT>"   \
    "<URAM>0</URAM></Resources>"                                                                   \
    "<Resources><LUT>9</LUT><FF>9</FF></Resources>" /* a module below the top */                   \
    "<AvailableResources><BRAM_18K>624</BRAM_18K><DSP>1728</DSP><FF>460800</FF>"                   \
    "<LUT>230400</LUT></AvailableResources></AreaEstimates>\n"

static tuft_status read_text(const char *text, size_t size, tuft_fpga_csynth *out, tuft_error *err)
{
    char path[] = "/tmp/tuft-csynth-XXXXXX";
    int file = mkstemp(path);
    cr_assert(file >= 0 && write(file, text, size) == (ssize_t)size);
    close(file);
    tuft_status status = tuft_fpga_csynth_read(path, out, err);
    unlink(path);
    return status;
}

static void refused(const char *text, const char *says)
{
    tuft_fpga_csynth report, zero = {0};
    tuft_error err = {0};
    memset(&report, 1, sizeof report);
    cr_assert_eq(read_text(text, strlen(text), &report, &err), TUFT_FORMAT, "%.60s", text);
    cr_assert(strstr(err.message, says), "'%s' is not in '%s'", says, err.message);
    cr_assert_null(strchr(err.message, '\n'));
    cr_assert_arr_eq(&report, &zero, sizeof report);
}

Test(csynth, says_what_the_report_says)
{
    const char text[] = "<?xml version=\"1.0\"?>\n<profile>" TIMING LATENCY AREA "</profile>\n";
    tuft_fpga_csynth r;
    tuft_error err = {0};
    cr_assert_eq(read_text(text, strlen(text), &r, &err), TUFT_OK, "%s", err.message);
    cr_assert_str_eq(r.top, "lif");
    cr_assert_str_eq(r.part, "xczu7ev-ffvc1156-2-e");
    cr_assert(r.target_ns == 5 && r.estimated_ns == 3.65);
    cr_assert(r.latency_best == 120 && r.latency_worst == 7000);
    cr_assert(r.interval_least == 121 && r.interval_most == 7001);
    const int64_t used[] = {4547, 1619, 17, 43, 0}, available[] = {230400, 460800, 1728, 624, -1};
    cr_assert_arr_eq(r.used, used, sizeof used);
    cr_assert_arr_eq(r.available, available, sizeof available);
}

Test(csynth, loops_without_bound_leave_cycles_undefined)
{
    const char text[] =
        "<profile>" TIMING "<SummaryOfOverallLatency><Best-caseLatency> undef </Best-caseLatency>"
        "<Worst-caseLatency>undef</Worst-caseLatency><Interval-min>undef</Interval-min>"
        "<Interval-max>undef</Interval-max></SummaryOfOverallLatency></PerformanceEstimates>" AREA
        "</profile>";
    tuft_fpga_csynth r;
    cr_assert_eq(read_text(text, strlen(text), &r, NULL), TUFT_OK);
    cr_assert(r.latency_best == TUFT_FPGA_UNDEFINED && r.interval_most == TUFT_FPGA_UNDEFINED);
}

Test(csynth, what_is_no_report_is_refused)
{
    refused("", "no element found");
    refused("not XML", "line 1");
    refused("<profile>", "no element found");
    refused("<a/>", "<profile>");
    refused("<profile/>", "no element profile/UserAssignments/TargetClockPeriod");
    refused("<profile>" TIMING LATENCY "</profile>", "AreaEstimates/Resources/LUT");
    refused("<profile>" TIMING LATENCY AREA, "no XML");
    refused("<!DOCTYPE a [<!ENTITY b \"bb\">]><profile>&b;</profile>", "document type");
    refused("<profile><UserAssignments><TargetClockPeriod>-5</TargetClockPeriod>", "clock period");
    refused("<profile><UserAssignments><TargetClockPeriod>nan</TargetClockPeriod>", "clock period");
    refused("<profile><UserAssignments><TargetClockPeriod/></UserAssignments></profile>",
            "clock period");
    refused("<profile>\n<AreaEstimates><Resources><LUT>-1</LUT>", "line 2");
    refused("<profile><AreaEstimates><Resources><LUT>12x</LUT>", "a count");
    refused("<profile><AreaEstimates><Resources><FF>99999999999999999999</FF>", "a count");
    refused("<profile>" TIMING "<SummaryOfOverallLatency><Best-caseLatency>1e3</Best-caseLatency>",
            "cycles");
    refused("<profile>" TIMING "<SummaryOfOverallLatency><Best-caseLatency>9</Best-caseLatency>"
            "<Worst-caseLatency>8</Worst-caseLatency><Interval-min>1</Interval-min><Interval-max>2"
            "</Interval-max></SummaryOfOverallLatency></PerformanceEstimates>" AREA "</profile>",
            "below the best");
}

Test(csynth, deep_nesting_and_long_text_are_refused)
{
    char *deep = calloc(1, 4096);
    strcpy(deep, "<profile>");
    for (int i = 0; i < 100; i++)
        strcat(deep, "<a>");
    refused(deep, "nested too deeply");
    strcpy(deep, "<profile><UserAssignments><Part>");
    memset(deep + strlen(deep), 'x', 3000);
    strcat(deep, "</Part></UserAssignments></profile>");
    refused(deep, "too long");
    free(deep);
}

Test(csynth, a_cut_report_is_refused_wherever_it_is_cut)
{
    const char text[] = "<profile>" TIMING LATENCY AREA "</profile>";
    for (size_t n = 0; n + 1 < strlen(text); n++) {
        tuft_fpga_csynth r;
        cr_assert_eq(read_text(text, n, &r, NULL), TUFT_FORMAT, "cut at %zu", n);
    }
}

Test(csynth, a_file_that_is_not_there)
{
    tuft_fpga_csynth r;
    tuft_error err;
    cr_assert_eq(tuft_fpga_csynth_read("/nonexistent/a_csynth.xml", &r, &err), TUFT_IO);
    cr_assert(strstr(err.message, "/nonexistent/a_csynth.xml"));
}
