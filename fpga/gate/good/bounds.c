#include <stdint.h>

enum { CELLS = 64, MAX_EVENTS = 48 };

static int32_t clamped(int32_t x)
{
    return x > 32767 ? 32767 : x < -32768 ? -32768 : x;
}

/* Three ways to bound a loop by data, all of which the gate must see; trips 48, 48, 48. */
static int32_t bounded(const int16_t events[MAX_EVENTS], int32_t n)
{
    int32_t sum = 0, limit = n < MAX_EVENTS ? n : MAX_EVENTS;
    for (int e = 0; e < MAX_EVENTS && e < n; e++)
        sum += events[e];
    for (int e = 0; e < limit; e++)
        sum = clamped(sum + events[e]);
    for (int e = 0; e < MAX_EVENTS; e++) {
        if (e >= n)
            break;
        sum ^= events[e];
    }
    return sum;
}

/* A loop that an optimiser would make a memset must still be counted: 64, then 64 x 48. */
void top(const int16_t events[MAX_EVENTS], int32_t n, int32_t cells[CELLS])
{
    int32_t sums[CELLS];
    for (int j = 0; j < CELLS; j++)
        sums[j] = 0;
    for (int j = 0; j < CELLS; j++)
        for (int e = 0; e < MAX_EVENTS; e++)
            sums[j] += events[e] * j;
    for (int j = 0; j < CELLS; j++)
        cells[j] = clamped(sums[j]) + bounded(events, n);
}
