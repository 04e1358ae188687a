#include "datasets/align.h"

#include "core/file.h"
#include "core/memory.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_LIMIT = 1 << 20, LATEST_S = 3600 };

void tuft_align_free(tuft_align *align)
{
    free(align->word);
    *align = (tuft_align){0};
}

/* A count of ticks with nothing but blanks before it, and a blank after. */
static const char *parse_ticks(const char *at, const char *end, double *seconds)
{
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    const char *first = at;
    double ticks = 0.0;
    for (; at < end && *at >= '0' && *at <= '9'; at++)
        ticks = ticks * 10.0 + (*at - '0');
    *seconds = ticks / TUFT_ALIGN_TICKS;
    return at > first && at < end && (*at == ' ' || *at == '\t') && *seconds <= LATEST_S ? at
                                                                                         : NULL;
}

static bool parse_line(const char *at, const char *end, tuft_aligned_word *out)
{
    at = parse_ticks(at, end, &out->start_s);
    at = at ? parse_ticks(at, end, &out->end_s) : NULL;
    while (at && at < end && (*at == ' ' || *at == '\t'))
        at++;
    if (!at)
        return false;
    size_t length = 0;
    while (at + length < end && (unsigned char)at[length] > ' ' && at[length] != 0x7f)
        length++;
    if (length == 0 || length >= sizeof out->word)
        return false;
    memcpy(out->word, at, length);
    out->word[length] = '\0';
    for (at += length; at < end; at++)
        if (*at != ' ' && *at != '\t' && *at != '\r')
            return false;
    return true;
}

static tuft_status parse(const char *path, const char *text, tuft_align *out, tuft_error *err)
{
    size_t capacity = 0, line = 0;
    const char *end = text + strlen(text);
    for (const char *at = text; at < end;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        line++;
        tuft_aligned_word word = {0};
        bool blank = strspn(at, " \t\r") >= (size_t)(stop - at);
        if (!blank) {
            if (!parse_line(at, stop, &word))
                return tuft_fail(
                    err, TUFT_FORMAT, "%s: line %zu: \"%.*s\", expected `start end word` in 1/%d s",
                    path, line, (int)(stop - at < 40 ? stop - at : 40), at, TUFT_ALIGN_TICKS);
            double before = out->count ? out->word[out->count - 1].end_s : 0.0;
            if (word.end_s <= word.start_s || word.start_s < before)
                return tuft_fail(err, TUFT_FORMAT,
                                 "%s: line %zu: %s from %.3f to %.3f s, expected to end after it "
                                 "starts, and to start at %.3f s or later",
                                 path, line, word.word, word.start_s, word.end_s, before);
            tuft_status status = TUFT_GROW(&out->word, &capacity, out->count + 1, path, err);
            if (status)
                return status;
            out->word[out->count++] = word;
        }
        at = stop + (stop < end);
    }
    return out->count ? TUFT_OK : tuft_fail(err, TUFT_FORMAT, "%s: holds no words", path);
}

tuft_status tuft_align_read(const char *path, tuft_align *out, tuft_error *err)
{
    *out = (tuft_align){0};
    char *text;
    tuft_status status = tuft_file_text(path, FILE_LIMIT, &text, err);
    if (!status)
        status = parse(path, text, out, err);
    free(text);
    if (status)
        tuft_align_free(out);
    return status;
}

tuft_status tuft_align_write(const char *path, const tuft_align *align, tuft_error *err)
{
    tuft_output output;
    tuft_status status = tuft_output_open(&output, path, err);
    if (status)
        return status;
    for (size_t i = 0; i < align->count; i++)
        fprintf(output.stream, "%lld %lld %s\n",
                (long long)llround(align->word[i].start_s * TUFT_ALIGN_TICKS),
                (long long)llround(align->word[i].end_s * TUFT_ALIGN_TICKS), align->word[i].word);
    return tuft_output_commit(&output, err);
}
