/* Errors: one status, one line that a person can act on.
 *
 * Every function that can fail returns a tuft_status and takes a tuft_error as its last argument.
 * The caller owns the tuft_error (there is no global one); NULL is allowed where the message is
 * not wanted. On failure outputs are left untouched or freed, never half built.
 */
#ifndef TUFT_CORE_STATUS_H
#define TUFT_CORE_STATUS_H

typedef enum {
    TUFT_OK = 0,
    TUFT_INVALID, /* an argument or a configuration makes no sense */
    TUFT_IO,      /* a file cannot be opened, read, written or renamed */
    TUFT_FORMAT,  /* a file's content is not what its format says */
    TUFT_MEMORY,  /* not enough memory, or a size past what was agreed */
    TUFT_NUMERIC  /* a computation met NaN, infinity or a singular system */
} tuft_status;

enum { TUFT_MESSAGE_SIZE = 512 };

typedef struct {
    tuft_status status;
    char message[TUFT_MESSAGE_SIZE]; /* one line, no newline: file, offset, value, expectation */
} tuft_error;

/* The name of a status ("format error"), never NULL. */
const char *tuft_status_name(tuft_status status);

/* Writes the message (printf style, cut at TUFT_MESSAGE_SIZE, control characters replaced) into
 * err if there is one, and returns status: `return tuft_fail(err, TUFT_FORMAT, "%s: ...", path);`
 */
tuft_status tuft_fail(tuft_error *err, tuft_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "prefix: " before the message that is already there and returns its status. */
tuft_status tuft_fail_prefix(tuft_error *err, tuft_status status, const char *prefix);

#endif
