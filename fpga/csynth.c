#include "fpga/csynth.h"

#include "core/file.h"

#include <errno.h>
#include <expat.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE_LIMIT = 64 << 20, DEPTH_LIMIT = 64, PATH_SIZE = 512, TEXT_SIZE = 160 };

typedef enum { TEXT, PERIOD, CYCLES, COUNT } kind;

typedef struct {
    const char *path; /* below <profile> */
    kind kind;
    size_t offset, size; /* in tuft_fpga_csynth */
    bool required;
} element;

#define AT(member, what, needed)                                                                   \
    what, offsetof(tuft_fpga_csynth, member), sizeof(((tuft_fpga_csynth *)0)->member), needed
#define PERFORMANCE "PerformanceEstimates/SummaryOf"
#define USED        "AreaEstimates/Resources/"
#define AVAILABLE   "AreaEstimates/AvailableResources/"

/* DSP48E and BRAM_18K are what older reports call them. */
static const element elements[] = {
    {"UserAssignments/TopModelName", AT(top, TEXT, false)},
    {"UserAssignments/Part", AT(part, TEXT, false)},
    {"UserAssignments/TargetClockPeriod", AT(target_ns, PERIOD, true)},
    {PERFORMANCE "TimingAnalysis/EstimatedClockPeriod", AT(estimated_ns, PERIOD, true)},
    {PERFORMANCE "OverallLatency/Best-caseLatency", AT(latency_best, CYCLES, true)},
    {PERFORMANCE "OverallLatency/Worst-caseLatency", AT(latency_worst, CYCLES, true)},
    {PERFORMANCE "OverallLatency/Interval-min", AT(interval_least, CYCLES, true)},
    {PERFORMANCE "OverallLatency/Interval-max", AT(interval_most, CYCLES, true)},
    {USED "LUT", AT(used[TUFT_FPGA_LUT], COUNT, true)},
    {USED "FF", AT(used[TUFT_FPGA_FF], COUNT, true)},
    {USED "DSP", AT(used[TUFT_FPGA_DSP], COUNT, false)},
    {USED "DSP48E", AT(used[TUFT_FPGA_DSP], COUNT, false)},
    {USED "BRAM_18K", AT(used[TUFT_FPGA_BRAM18], COUNT, false)},
    {USED "URAM", AT(used[TUFT_FPGA_URAM], COUNT, false)},
    {AVAILABLE "LUT", AT(available[TUFT_FPGA_LUT], COUNT, false)},
    {AVAILABLE "FF", AT(available[TUFT_FPGA_FF], COUNT, false)},
    {AVAILABLE "DSP", AT(available[TUFT_FPGA_DSP], COUNT, false)},
    {AVAILABLE "DSP48E", AT(available[TUFT_FPGA_DSP], COUNT, false)},
    {AVAILABLE "BRAM_18K", AT(available[TUFT_FPGA_BRAM18], COUNT, false)},
    {AVAILABLE "URAM", AT(available[TUFT_FPGA_URAM], COUNT, false)},
};
enum { ELEMENTS = sizeof elements / sizeof *elements };

typedef struct {
    XML_Parser parser;
    const char *file;
    tuft_error *err;
    tuft_status status;
    char path[PATH_SIZE]; /* of the open element, '/' between the names */
    int depth;
    char text[TEXT_SIZE];
    size_t length;
    bool seen[ELEMENTS];
    tuft_fpga_csynth *out;
} reader;

static void stop(reader *r, const char *what)
{
    if (r->status == TUFT_OK)
        r->status = tuft_fail(r->err, TUFT_FORMAT, "%s: line %lu: %s: %s", r->file,
                              (unsigned long)XML_GetCurrentLineNumber(r->parser), r->path, what);
    XML_StopParser(r->parser, XML_FALSE);
}

static void on_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
    reader *r = data;
    (void)attributes;
    size_t at = strlen(r->path), more = strlen(name);
    if (++r->depth > DEPTH_LIMIT || at + more + 2 > PATH_SIZE) {
        stop(r, "elements are nested too deeply for a report");
        return;
    }
    if (at > 0)
        r->path[at++] = '/';
    memcpy(r->path + at, name, more + 1);
    if (r->depth == 1 && strcmp(name, "profile") != 0)
        stop(r, "a csynth report starts with <profile>");
    r->length = 0;
}

static void on_text(void *data, const XML_Char *text, int length)
{
    reader *r = data;
    for (int i = 0; i < length && r->length + 1 < TEXT_SIZE; i++)
        r->text[r->length++] = text[i];
}

static char *trimmed(reader *r)
{
    char *text = r->text;
    r->text[r->length] = '\0';
    while (*text && strchr(" \t\r\n", *text))
        text++;
    for (size_t n = strlen(text); n > 0 && strchr(" \t\r\n", text[n - 1]); n--)
        text[n - 1] = '\0';
    return text;
}

static bool whole_number(const char *text, int64_t *value)
{
    char *end;
    if (strspn(text, "0123456789") == 0) /* no sign: counts and cycles have none */
        return false;
    errno = 0;
    *value = strtoll(text, &end, 10);
    return *end == '\0' && errno == 0;
}

static void take(reader *r, const element *e)
{
    const char *text = trimmed(r);
    char *to = (char *)r->out + e->offset;
    int64_t number = TUFT_FPGA_UNDEFINED;
    double period;
    char *end;
    switch (e->kind) {
    case TEXT:
        if (strlen(text) >= e->size)
            stop(r, "its text is too long");
        else
            memcpy(to, text, strlen(text) + 1);
        return;
    case PERIOD:
        period = strtod(text, &end);
        if (*text == '\0' || *end != '\0' || !(period > 0) || !isfinite(period))
            stop(r, "a clock period in ns was expected, above 0");
        else
            memcpy(to, &period, sizeof period);
        return;
    case CYCLES:
        if (strcmp(text, "undef") != 0 && strcmp(text, "?") != 0 && !whole_number(text, &number)) {
            stop(r, "a number of cycles or undef was expected");
            return;
        }
        memcpy(to, &number, sizeof number);
        return;
    case COUNT:
        if (!whole_number(text, &number)) {
            stop(r, "a count was expected");
            return;
        }
        memcpy(to, &number, sizeof number);
    }
}

static void on_end(void *data, const XML_Char *name)
{
    reader *r = data;
    (void)name;
    const char *below = strncmp(r->path, "profile/", 8) == 0 ? r->path + 8 : "";
    for (int i = 0; i < ELEMENTS && r->status == TUFT_OK; i++)
        if (!r->seen[i] && strcmp(below, elements[i].path) == 0) {
            r->seen[i] = true;
            take(r, elements + i);
        }
    char *last = strrchr(r->path, '/');
    *(last ? last : r->path) = '\0';
    r->depth--;
    r->length = 0;
}

/* No report has a document type; entities that grow into gigabytes start with one. */
static void on_doctype(void *data, const XML_Char *name, const XML_Char *system,
                       const XML_Char *public, int internal)
{
    (void)name, (void)system, (void)public, (void)internal;
    stop(data, "a report has no document type");
}

static tuft_status parse(reader *r, const unsigned char *content, size_t size)
{
    XML_SetUserData(r->parser, r);
    XML_SetElementHandler(r->parser, on_start, on_end);
    XML_SetCharacterDataHandler(r->parser, on_text);
    XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
    if (XML_Parse(r->parser, (const char *)content, (int)size, XML_TRUE) != XML_STATUS_OK &&
        r->status == TUFT_OK)
        r->status = tuft_fail(r->err, TUFT_FORMAT, "%s: line %lu: no XML: %s", r->file,
                              (unsigned long)XML_GetCurrentLineNumber(r->parser),
                              XML_ErrorString(XML_GetErrorCode(r->parser)));
    for (int i = 0; i < ELEMENTS && r->status == TUFT_OK; i++)
        if (elements[i].required && !r->seen[i])
            r->status = tuft_fail(r->err, TUFT_FORMAT, "%s: no element profile/%s", r->file,
                                  elements[i].path);
    const tuft_fpga_csynth *out = r->out;
    if (r->status == TUFT_OK &&
        ((out->latency_worst >= 0 && out->latency_worst < out->latency_best) ||
         (out->interval_most >= 0 && out->interval_most < out->interval_least)))
        r->status = tuft_fail(r->err, TUFT_FORMAT,
                              "%s: the worst latency, %" PRId64 ", or interval, %" PRId64
                              ", is below the best",
                              r->file, out->latency_worst, out->interval_most);
    return r->status;
}

tuft_status tuft_fpga_csynth_read(const char *path, tuft_fpga_csynth *out, tuft_error *err)
{
    unsigned char *content = NULL;
    size_t size = 0;
    reader r = {.file = path, .err = err, .out = out};
    memset(out, 0, sizeof *out);
    tuft_status status = tuft_file_read(path, SIZE_LIMIT, &content, &size, err);
    if (status != TUFT_OK)
        return status;
    for (int i = 0; i < TUFT_FPGA_RESOURCES; i++)
        out->used[i] = out->available[i] = TUFT_FPGA_UNDEFINED;
    r.parser = XML_ParserCreate(NULL);
    if (!r.parser) {
        free(content);
        memset(out, 0, sizeof *out);
        return tuft_fail(err, TUFT_MEMORY, "%s: no memory for an XML parser", path);
    }
    status = parse(&r, content, size);
    XML_ParserFree(r.parser);
    free(content);
    if (status != TUFT_OK)
        memset(out, 0, sizeof *out);
    return status;
}
