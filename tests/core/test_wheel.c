#include "core/philox.h"
#include "core/wheel.h"

#include <criterion/criterion.h>
#include <stdlib.h>

typedef struct {
    int64_t tick;
    uint32_t id;
} pending;

/* Random puts (near, at the horizon, far past it) and takes against a plain list that is searched
 * for its first tick: same ticks, same items, same order within a tick. */
static void against_list(int64_t horizon, uint64_t stream, int operations)
{
    tuft_wheel *wheel;
    cr_assert_eq(tuft_wheel_new(&wheel, horizon, NULL), TUFT_OK);
    pending *list = calloc((size_t)operations, sizeof *list);
    size_t n = 0;
    int64_t clock = 0;
    tuft_random random = tuft_random_stream(5, TUFT_RANDOM_TEST, stream);
    for (int i = 0; i < operations; i++) {
        if (tuft_random_below(&random, 5) < 3) {
            const uint32_t reach[] = {3, 64, (uint32_t)horizon + 2, 5000, 3000000};
            int64_t tick = clock + tuft_random_below(&random, reach[tuft_random_below(&random, 5)]);
            list[n++] = (pending){tick, (uint32_t)i};
            cr_assert_eq(
                tuft_wheel_put(wheel, tick, (tuft_wheel_item){(uint32_t)i % 7, (uint32_t)i}, NULL),
                TUFT_OK);
            continue;
        }
        int64_t first = TUFT_NEVER;
        for (size_t k = 0; k < n; k++)
            if (list[k].tick < first)
                first = list[k].tick;
        cr_assert_eq(tuft_wheel_next(wheel), first);
        /* Sometimes the clock stops short of it, at a tick without items. */
        if (first > clock + 1 && tuft_random_below(&random, 2))
            first = first == TUFT_NEVER ? clock + 1 : clock + 1 + (first - clock) / 3;
        if (first == TUFT_NEVER)
            continue;
        const tuft_wheel_item *item;
        size_t taken, kept = 0, seen = 0;
        cr_assert_eq(tuft_wheel_take(wheel, first, &item, &taken, NULL), TUFT_OK);
        clock = first;
        for (size_t k = 0; k < n; k++) {
            if (list[k].tick != first) {
                list[kept++] = list[k];
                continue;
            }
            cr_assert_lt(seen, taken);
            cr_assert_eq(item[seen].index, list[k].id);
            cr_assert_eq(item[seen++].owner, list[k].id % 7);
        }
        cr_assert_eq(seen, taken);
        n = kept;
    }
    free(list);
    tuft_wheel_free(wheel);
}

Test(wheel, equals_a_list)
{
    against_list(1, 0, 6000);
    against_list(64, 1, 6000);
    against_list(1000, 2, 6000);
    against_list(8192, 3, 6000);
    against_list(1 << 20, 4, 2000);
}

Test(wheel, near_and_far_items_of_a_tick_keep_their_order)
{
    tuft_wheel *wheel;
    cr_assert_eq(tuft_wheel_new(&wheel, 64, NULL), TUFT_OK);
    const tuft_wheel_item *item;
    size_t n;
    for (uint32_t k = 0; k < 10; k++) { /* far at first, then within the horizon */
        cr_assert_eq(tuft_wheel_put(wheel, 100, (tuft_wheel_item){0, k}, NULL), TUFT_OK);
        if (k < 9)
            cr_assert_eq(tuft_wheel_take(wheel, 10 * (k + 1), &item, &n, NULL), TUFT_OK);
    }
    cr_assert_eq(tuft_wheel_next(wheel), 100);
    cr_assert_eq(tuft_wheel_take(wheel, 100, &item, &n, NULL), TUFT_OK);
    cr_assert_eq(n, 10);
    for (uint32_t k = 0; k < 10; k++)
        cr_assert_eq(item[k].index, k);
    cr_assert_eq(tuft_wheel_next(wheel), TUFT_NEVER);
    tuft_error err;
    cr_assert_eq(tuft_wheel_put(wheel, 99, (tuft_wheel_item){0, 0}, &err), TUFT_INVALID);
    tuft_wheel_reset(wheel);
    cr_assert_eq(tuft_wheel_put(wheel, 0, (tuft_wheel_item){0, 0}, NULL), TUFT_OK);
    cr_assert_eq(tuft_wheel_next(wheel), 0);
    tuft_wheel_free(wheel);
}
