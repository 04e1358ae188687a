#include "apps/markup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* Length of the UTF-8 sequence at text, 0 where there is none. */
static int utf8_length(const unsigned char *text)
{
    int length = *text < 0x80 ? 1 : *text < 0xc2 ? 0 : *text < 0xe0 ? 2 : *text < 0xf0 ? 3 : 4;
    if (*text > 0xf4)
        return 0;
    for (int i = 1; i < length; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    if ((*text == 0xe0 && text[1] < 0xa0) || (*text == 0xed && text[1] > 0x9f) ||
        (*text == 0xf0 && text[1] < 0x90) || (*text == 0xf4 && text[1] > 0x8f))
        return 0;
    return length;
}

void markup_text(FILE *stream, const char *text)
{
    while (*text) {
        int length = utf8_length((const unsigned char *)text);
        if (length > 1)
            fwrite(text, 1, (size_t)length, stream);
        else if (!length)
            fputc('?', stream);
        else if (*text == '&')
            fputs("&amp;", stream);
        else if (*text == '<')
            fputs("&lt;", stream);
        else if (*text == '>')
            fputs("&gt;", stream);
        else if (*text == '"')
            fputs("&quot;", stream);
        else if (*text == '\'')
            fputs("&#39;", stream);
        else
            fputc((unsigned char)*text < 0x20 || *text == 0x7f ? ' ' : *text, stream);
        text += length ? length : 1;
    }
}

const char *markup_number(double value, int digits, char *text, size_t size)
{
    char plain[48];
    if (isnan(value)) {
        snprintf(text, size, "–");
        return text;
    }
    if (isinf(value)) {
        snprintf(text, size, "%s∞", value < 0 ? "−" : "");
        return text;
    }
    if (value == 0)
        value = 0; /* no minus zero */
    double magnitude = fabs(value);
    if (magnitude >= 1e5 && magnitude < 1e15 && value == trunc(value))
        snprintf(plain, sizeof plain, "%.0f", value);
    else
        snprintf(plain, sizeof plain, "%.*g", digits, value);
    size_t used = 0;
    text[0] = 0;
    for (const char *c = plain; *c && used + 4 < size; c++) {
        if (*c == '+')
            continue;
        used += (size_t)snprintf(text + used, size - used, "%s", *c == '-' ? "−" : (char[]){*c, 0});
    }
    return text;
}

void markup_base64(FILE *stream, const unsigned char *data, size_t length)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < length; i += 3) {
        uint32_t bits = (uint32_t)data[i] << 16;
        bits |= i + 1 < length ? (uint32_t)data[i + 1] << 8 : 0;
        bits |= i + 2 < length ? data[i + 2] : 0;
        fputc(digit[bits >> 18], stream);
        fputc(digit[bits >> 12 & 63], stream);
        fputc(i + 1 < length ? digit[bits >> 6 & 63] : '=', stream);
        fputc(i + 2 < length ? digit[bits & 63] : '=', stream);
    }
}

/* --- PNG ---------------------------------------------------------------------------------- */

static void put32(unsigned char *to, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (unsigned char)(value >> (24 - 8 * i));
}

static size_t put_chunk(unsigned char *to, const char *type, const unsigned char *data,
                        size_t length)
{
    put32(to, (uint32_t)length);
    memcpy(to + 4, type, 4);
    if (length)
        memcpy(to + 8, data, length);
    put32(to + 8 + length, (uint32_t)crc32(crc32(0, NULL, 0), to + 4, (uInt)(length + 4)));
    return length + 12;
}

/* The pixels as PNG scan lines (filter 0) and deflated; *length bytes owned by the caller. */
static unsigned char *deflate_lines(const uint8_t *pixel, uint32_t width, uint32_t height,
                                    size_t *length)
{
    size_t raw = ((size_t)width + 1) * height;
    uLongf packed = compressBound(raw);
    unsigned char *lines = calloc(raw ? raw : 1, 1), *out = malloc(packed);
    for (uint32_t y = 0; lines && y < height; y++)
        memcpy(lines + ((size_t)width + 1) * y + 1, pixel + (size_t)width * y, width);
    if (!lines || !out || compress2(out, &packed, lines, raw, 9) != Z_OK) {
        free(out);
        out = NULL;
    }
    free(lines);
    *length = packed;
    return out;
}

int markup_png(FILE *stream, const uint8_t *pixel, uint32_t width, uint32_t height,
               const uint8_t (*palette)[4], int colours)
{
    /* PNG (W3C, second edition): IHDR with 8-bit depth and colour type 3, PLTE, tRNS, IDAT. */
    unsigned char header[13] = {0}, table[3 * 256], alpha[256];
    size_t length;
    unsigned char *data = deflate_lines(pixel, width, height, &length);
    unsigned char *png = data ? malloc(length + 1300) : NULL;
    if (!png) {
        free(data);
        return 1;
    }
    put32(header, width);
    put32(header + 4, height);
    header[8] = 8;
    header[9] = 3;
    for (int i = 0; i < colours; i++) {
        memcpy(table + 3 * i, palette[i], 3);
        alpha[i] = palette[i][3];
    }
    size_t used = 8;
    memcpy(png, "\x89PNG\r\n\x1a\n", 8);
    used += put_chunk(png + used, "IHDR", header, sizeof header);
    used += put_chunk(png + used, "PLTE", table, 3 * (size_t)colours);
    used += put_chunk(png + used, "tRNS", alpha, (size_t)colours);
    used += put_chunk(png + used, "IDAT", data, length);
    used += put_chunk(png + used, "IEND", NULL, 0);
    fputs("data:image/png;base64,", stream);
    markup_base64(stream, png, used);
    free(png);
    free(data);
    return 0;
}
