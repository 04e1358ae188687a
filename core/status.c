#include "core/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *tuft_status_name(tuft_status status)
{
    switch (status) {
    case TUFT_OK:
        return "ok";
    case TUFT_INVALID:
        return "invalid argument";
    case TUFT_IO:
        return "input/output error";
    case TUFT_FORMAT:
        return "format error";
    case TUFT_MEMORY:
        return "out of memory";
    case TUFT_NUMERIC:
        return "numerical error";
    }
    return "unknown status";
}

/* File names and values come from outside: a message stays one printable line. */
static void keep_one_line(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = '?';
}

tuft_status tuft_fail(tuft_error *err, tuft_status status, const char *format, ...)
{
    if (err) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(err->message, sizeof err->message, format, arguments);
        va_end(arguments);
        keep_one_line(err->message);
        err->status = status;
    }
    return status;
}

tuft_status tuft_fail_prefix(tuft_error *err, tuft_status status, const char *prefix)
{
    if (err) {
        char rest[TUFT_MESSAGE_SIZE];
        memcpy(rest, err->message, sizeof rest);
        snprintf(err->message, sizeof err->message, "%.120s: %.380s", prefix, rest);
        keep_one_line(err->message);
    }
    return status;
}
