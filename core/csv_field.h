/* A field of a CSV file. */
#ifndef TUFT_CORE_CSV_FIELD_H
#define TUFT_CORE_CSV_FIELD_H

#include <stdio.h>

/* text as it is, or quoted where it has to be (RFC 4180). */
void tuft_csv_field(FILE *stream, const char *text);

#endif
