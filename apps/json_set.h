/* --set PATH=VALUE,...: other values in a JSON document than its file has. */
#ifndef TUFT_APPS_JSON_SET_H
#define TUFT_APPS_JSON_SET_H

#include "core/status.h"

#include <jansson.h>

/* Changes document as "populations[0].count=100,duration_ms=50" says: a path leads over members and
 * elements that are there to one that may be new in its object; a value is JSON, or a plain word,
 * which is a string. TUFT_INVALID, with the assignment, for anything else; the document may then be
 * changed in part. */
tuft_status json_set(json_t *document, const char *assignments, tuft_error *err);

#endif
