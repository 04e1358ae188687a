/* Timing wheel: what happens at which tick, O(1) to put in and to take out.
 *
 * An item is (owner, index): the engine uses it for spikes on their way (owner = projection,
 * index = row segment) and for cells that have to be woken. Items due within the horizon lie in a
 * ring of slots with an occupancy bitmap; later ones wait in a heap and move into the ring as it
 * turns. Items of one tick come out in the order in which they were put in.
 */
#ifndef TUFT_CORE_WHEEL_H
#define TUFT_CORE_WHEEL_H

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

#define TUFT_NEVER INT64_MAX

typedef struct tuft_wheel tuft_wheel;

typedef struct {
    uint32_t owner, index;
} tuft_wheel_item;

/* horizon_ticks (rounded up to a power of two, 64 to 2^20) is how far ahead an item costs O(1);
 * past it O(log n). */
tuft_status tuft_wheel_new(tuft_wheel **wheel, int64_t horizon_ticks, tuft_error *err);
void tuft_wheel_free(tuft_wheel *wheel);

/* Empties the wheel and sets its clock to tick 0. */
void tuft_wheel_reset(tuft_wheel *wheel);

/* Puts an item at tick, which must not lie before the wheel's clock. */
tuft_status tuft_wheel_put(tuft_wheel *wheel, int64_t tick, tuft_wheel_item item, tuft_error *err);

/* The first tick that holds an item, TUFT_NEVER when there is none. */
int64_t tuft_wheel_next(const tuft_wheel *wheel);

/* Turns the clock to tick, which must not pass tuft_wheel_next(), and hands over the items due at
 * it: *item points into the wheel and holds until the next call on it. */
tuft_status tuft_wheel_take(tuft_wheel *wheel, int64_t tick, const tuft_wheel_item **item,
                            size_t *count, tuft_error *err);
/* All items, by tick and in the order in which they will come out; *entry is the caller's to free.
 */
typedef struct {
    int64_t tick;
    tuft_wheel_item item;
} tuft_wheel_entry;

tuft_status tuft_wheel_list(const tuft_wheel *wheel, tuft_wheel_entry **entry, size_t *count,
                            tuft_error *err);

/* Empties the wheel, sets its clock and puts in what tuft_wheel_list() gave at that clock. */
tuft_status tuft_wheel_refill(tuft_wheel *wheel, int64_t clock, const tuft_wheel_entry *entry,
                              size_t count, tuft_error *err);
int64_t tuft_wheel_clock(const tuft_wheel *wheel);

#endif
