#ifndef TUFT_TESTS_APPS_BASE64_H
#define TUFT_TESTS_APPS_BASE64_H

#include <stddef.h>

/* Bytes of base64 text, up to its end, a quote or padding; out has room for 3/4 of the text. */
size_t base64_read(const char *text, unsigned char *out);

#endif
