#include "core/wheel.h"

#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

enum { NONE = -1 };

/* Items lie in a pool, chained by slot: a slot costs two indices whatever it has held. */
typedef struct {
    tuft_wheel_item item;
    int32_t next;
} node;

typedef struct {
    int64_t tick;
    uint64_t order;
    tuft_wheel_item item;
} far_item;

struct tuft_wheel {
    int64_t clock, slots; /* slots is a power of two */
    int32_t *first, *last;
    uint64_t *occupied, *summary; /* a bit a slot; a bit a word of occupied */
    node *pool;
    size_t pool_capacity, pool_used;
    int32_t free_node;
    far_item *heap;
    size_t heap_capacity, heap_count;
    uint64_t order;
    tuft_wheel_item *taken;
    size_t taken_capacity;
};

tuft_status tuft_wheel_new(tuft_wheel **wheel, int64_t horizon_ticks, tuft_error *err)
{
    *wheel = NULL;
    tuft_wheel *made;
    tuft_status status = TUFT_NEW(&made, 1, "timing wheel", err);
    if (status)
        return status;
    made->slots = 64;
    while (made->slots < horizon_ticks && made->slots < (int64_t)1 << 20)
        made->slots *= 2;
    size_t slots = (size_t)made->slots, words = slots / 64;
    status = TUFT_NEW(&made->first, slots, "wheel slots", err);
    if (!status)
        status = TUFT_NEW(&made->last, slots, "wheel slots", err);
    if (!status)
        status = TUFT_NEW(&made->occupied, words, "wheel bitmap", err);
    if (!status)
        status = TUFT_NEW(&made->summary, (words + 63) / 64, "wheel bitmap", err);
    if (status) {
        tuft_wheel_free(made);
        return status;
    }
    tuft_wheel_reset(made);
    *wheel = made;
    return TUFT_OK;
}

void tuft_wheel_free(tuft_wheel *wheel)
{
    if (!wheel)
        return;
    free(wheel->first);
    free(wheel->last);
    free(wheel->occupied);
    free(wheel->summary);
    free(wheel->pool);
    free(wheel->heap);
    free(wheel->taken);
    free(wheel);
}

void tuft_wheel_reset(tuft_wheel *wheel)
{
    size_t slots = (size_t)wheel->slots, words = slots / 64;
    memset(wheel->first, 0xff, slots * sizeof *wheel->first);
    memset(wheel->last, 0xff, slots * sizeof *wheel->last);
    memset(wheel->occupied, 0, words * sizeof *wheel->occupied);
    memset(wheel->summary, 0, (words + 63) / 64 * sizeof *wheel->summary);
    wheel->clock = 0;
    wheel->pool_used = 0;
    wheel->free_node = NONE;
    wheel->heap_count = 0;
    wheel->order = 0;
}

static int far_before(const far_item *a, const far_item *b)
{
    return a->tick != b->tick ? a->tick < b->tick : a->order < b->order;
}

static tuft_status heap_push(tuft_wheel *wheel, far_item item, tuft_error *err)
{
    tuft_status status =
        TUFT_GROW(&wheel->heap, &wheel->heap_capacity, wheel->heap_count + 1, "far events", err);
    if (status)
        return status;
    size_t i = wheel->heap_count++;
    for (; i && far_before(&item, &wheel->heap[(i - 1) / 2]); i = (i - 1) / 2)
        wheel->heap[i] = wheel->heap[(i - 1) / 2];
    wheel->heap[i] = item;
    return TUFT_OK;
}

static far_item heap_pop(tuft_wheel *wheel)
{
    far_item top = wheel->heap[0], moved = wheel->heap[--wheel->heap_count];
    size_t n = wheel->heap_count, i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= n)
            break;
        if (child + 1 < n && far_before(&wheel->heap[child + 1], &wheel->heap[child]))
            child++;
        if (!far_before(&wheel->heap[child], &moved))
            break;
        wheel->heap[i] = wheel->heap[child];
        i = child;
    }
    if (n)
        wheel->heap[i] = moved;
    return top;
}

static tuft_status slot_put(tuft_wheel *wheel, int64_t tick, tuft_wheel_item item, tuft_error *err)
{
    int32_t at = wheel->free_node;
    if (at != NONE) {
        wheel->free_node = wheel->pool[at].next;
    } else {
        if (wheel->pool_used >= INT32_MAX)
            return tuft_fail(err, TUFT_MEMORY, "more than %d events under way", INT32_MAX);
        tuft_status status =
            TUFT_GROW(&wheel->pool, &wheel->pool_capacity, wheel->pool_used + 1, "events", err);
        if (status)
            return status;
        at = (int32_t)wheel->pool_used++;
    }
    wheel->pool[at] = (node){item, NONE};
    size_t slot = (size_t)(tick & (wheel->slots - 1));
    if (wheel->first[slot] == NONE) {
        wheel->first[slot] = at;
        wheel->occupied[slot / 64] |= (uint64_t)1 << slot % 64;
        wheel->summary[slot / 4096] |= (uint64_t)1 << slot / 64 % 64;
    } else {
        wheel->pool[wheel->last[slot]].next = at;
    }
    wheel->last[slot] = at;
    return TUFT_OK;
}

tuft_status tuft_wheel_put(tuft_wheel *wheel, int64_t tick, tuft_wheel_item item, tuft_error *err)
{
    if (tick < wheel->clock)
        return tuft_fail(err, TUFT_INVALID, "event for tick %lld, the clock is at %lld",
                         (long long)tick, (long long)wheel->clock);
    if (tick - wheel->clock < wheel->slots)
        return slot_put(wheel, tick, item, err);
    return heap_push(wheel, (far_item){tick, wheel->order++, item}, err);
}

/* The first set bit at or after from, or -1. The summary skips empty stretches of 4096 slots. */
static int64_t next_set(const tuft_wheel *wheel, int64_t from)
{
    if (from >= wheel->slots)
        return -1;
    size_t words = (size_t)wheel->slots / 64, word = (size_t)from / 64;
    uint64_t bits = wheel->occupied[word] & (~(uint64_t)0 << from % 64);
    if (bits)
        return (int64_t)(word * 64) + __builtin_ctzll(bits);
    if (++word >= words)
        return -1;
    size_t group = word / 64;
    uint64_t groups = wheel->summary[group] & (~(uint64_t)0 << word % 64);
    while (!groups) {
        if (++group >= (words + 63) / 64)
            return -1;
        groups = wheel->summary[group];
    }
    word = group * 64 + (size_t)__builtin_ctzll(groups);
    return (int64_t)(word * 64) + __builtin_ctzll(wheel->occupied[word]);
}

int64_t tuft_wheel_next(const tuft_wheel *wheel)
{
    int64_t start = wheel->clock & (wheel->slots - 1), found = next_set(wheel, start);
    if (found >= 0)
        return wheel->clock + (found - start);
    found = next_set(wheel, 0);
    if (found >= 0)
        return wheel->clock + (wheel->slots - start) + found;
    return wheel->heap_count ? wheel->heap[0].tick : TUFT_NEVER;
}

tuft_status tuft_wheel_take(tuft_wheel *wheel, int64_t tick, const tuft_wheel_item **item,
                            size_t *count, tuft_error *err)
{
    wheel->clock = tick;
    /* What was far is put in before anything newer can be: order within a tick is kept. */
    while (wheel->heap_count && wheel->heap[0].tick - tick < wheel->slots) {
        far_item near = heap_pop(wheel);
        tuft_status status = slot_put(wheel, near.tick, near.item, err);
        if (status)
            return status;
    }
    size_t slot = (size_t)(tick & (wheel->slots - 1)), taken = 0;
    for (int32_t at = wheel->first[slot]; at != NONE;) {
        if (taken == wheel->taken_capacity) {
            tuft_status status = TUFT_GROW(&wheel->taken, &wheel->taken_capacity, taken + 1,
                                           "events of one tick", err);
            if (status)
                return status;
        }
        wheel->taken[taken++] = wheel->pool[at].item;
        int32_t next = wheel->pool[at].next;
        wheel->pool[at].next = wheel->free_node;
        wheel->free_node = at;
        at = next;
    }
    if (taken) {
        wheel->first[slot] = wheel->last[slot] = NONE;
        wheel->occupied[slot / 64] &= ~((uint64_t)1 << slot % 64);
        if (!wheel->occupied[slot / 64])
            wheel->summary[slot / 4096] &= ~((uint64_t)1 << slot / 64 % 64);
    }
    *item = wheel->taken;
    *count = taken;
    return TUFT_OK;
}

int64_t tuft_wheel_clock(const tuft_wheel *wheel)
{
    return wheel->clock;
}

static int compare_far(const void *a, const void *b)
{
    return far_before(a, b) ? -1 : far_before(b, a);
}

/* The ring from the clock on, then the heap: an item of the heap is later than all of the ring. */
tuft_status tuft_wheel_list(const tuft_wheel *wheel, tuft_wheel_entry **entry, size_t *count,
                            tuft_error *err)
{
    far_item *far = NULL;
    size_t n = 0;
    tuft_status status =
        TUFT_NEW(entry, wheel->pool_used + wheel->heap_count, "events under way", err);
    if (!status)
        status = TUFT_NEW(&far, wheel->heap_count, "far events", err);
    if (status) {
        free(*entry);
        *entry = NULL;
        return status;
    }
    for (int64_t ahead = 0; ahead < wheel->slots; ahead++) {
        int64_t tick = wheel->clock + ahead;
        for (int32_t at = wheel->first[tick & (wheel->slots - 1)]; at != NONE;
             at = wheel->pool[at].next)
            (*entry)[n++] = (tuft_wheel_entry){tick, wheel->pool[at].item};
    }
    if (wheel->heap_count)
        memcpy(far, wheel->heap, wheel->heap_count * sizeof *far);
    qsort(far, wheel->heap_count, sizeof *far, compare_far);
    for (size_t i = 0; i < wheel->heap_count; i++)
        (*entry)[n++] = (tuft_wheel_entry){far[i].tick, far[i].item};
    free(far);
    *count = n;
    return TUFT_OK;
}

tuft_status tuft_wheel_refill(tuft_wheel *wheel, int64_t clock, const tuft_wheel_entry *entry,
                              size_t count, tuft_error *err)
{
    tuft_wheel_reset(wheel);
    wheel->clock = clock;
    tuft_status status = TUFT_OK;
    for (size_t i = 0; !status && i < count; i++)
        status = tuft_wheel_put(wheel, entry[i].tick, entry[i].item, err);
    return status;
}
