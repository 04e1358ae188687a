/* Values of a JSON file, each with the place where it stands, so that whatever is wrong with one is
 * said in one line: `net.json: populations[2].count: a string, expected a whole number`.
 *
 * A json_at is a plain value that borrows the document; an absent member has value NULL and a path
 * all the same. Every reader fails (TUFT_FORMAT) for absent values, other types and values out of
 * range, and leaves *out alone then. */
#ifndef TUFT_APPS_JSON_AT_H
#define TUFT_APPS_JSON_AT_H

#include "core/status.h"

#include <float.h>
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

enum { JSON_PATH_SIZE = 160 };

typedef struct {
    const char *file;    /* for messages */
    const json_t *value; /* NULL: absent */
    char path[JSON_PATH_SIZE];
} json_at;

/* Reads a file: the document is the caller's (json_decref). A syntax error names line and column; a
 * key that stands twice in one object is one. The outermost value has to be an object. */
tuft_status json_at_load(const char *path, json_t **document, tuft_error *err);

json_at json_at_top(const char *file, const json_t *document);
/* "populations[2]" -> "populations[2].cell"; a key that is no plain word is quoted. */
json_at json_at_member(const json_at *at, const char *key);
json_at json_at_item(const json_at *at, size_t index);

/* "FILE: PATH: message", TUFT_FORMAT. */
tuft_status json_at_fail(const json_at *at, tuft_error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The message that is already there behind "FILE: PATH: "; returns status. */
tuft_status json_at_prefix(const json_at *at, tuft_status status, tuft_error *err);
/* Fails with `unknown WHAT "typed" (did you mean "near"?)`, or what there is where nothing is near;
 * names[count]. */
tuft_status json_at_unknown(const json_at *at, const char *what, const char *typed,
                            const char *const *names, size_t count, tuft_error *err);

/* An object whose keys are all among those (NULL-terminated). */
tuft_status json_at_keys(const json_at *at, const char *const *known, tuft_error *err);

/* A number over 0, as the lower end of a range. */
#define JSON_OVER_0 DBL_MIN

/* A number in [low, high]; INFINITY and -INFINITY are no bounds. */
tuft_status json_at_real(const json_at *at, double low, double high, double *out, tuft_error *err);
/* A whole number (1e3 is one); bounds within +-2^53. */
tuft_status json_at_whole(const json_at *at, int64_t low, int64_t high, int64_t *out,
                          tuft_error *err);
/* Never empty; borrowed. */
tuft_status json_at_text(const json_at *at, const char **out, tuft_error *err);
tuft_status json_at_truth(const json_at *at, int *out, tuft_error *err);
/* An array of least elements or more. */
tuft_status json_at_array(const json_at *at, size_t least, size_t *count, tuft_error *err);
/* An array of exactly count numbers, least <= each <= high. */
tuft_status json_at_reals(const json_at *at, size_t count, double low, double high, double *out,
                          tuft_error *err);
/* An object of exactly one member, as {"poisson": {...}}, with a key among names (NULL-terminated):
 * its number and its value. what: "input". */
tuft_status json_at_only(const json_at *at, const char *what, const char *const *names, int *which,
                         json_at *inside, tuft_error *err);

#endif
