#include <stdlib.h>

/* Optimised, the allocation would be gone: it is looked for before. */
void top(int a[4])
{
    int *scratch = malloc(sizeof *scratch);
    *scratch = a[0];
    a[1] = *scratch;
    free(scratch);
}
