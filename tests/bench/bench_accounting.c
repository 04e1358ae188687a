/* What counting spikes for each source costs: the same network on two engines, one that counts and
 * one that does not, in turns, a short stretch each, so that both see the same machine.
 *
 * Two copies of one engine differ by where their memory lies, by more than counting costs. So the
 * engines change places: a counts in one stretch and b in the next, and of each such pair
 *     cost = sqrt(a_on / b_off x b_on / a_off) - 1
 * is free of it. The median over all pairs, and the quartiles for its spread. Beside it the bare
 * increments of as many spikes over the time of the run: what counting must cost at least. One
 * thread, processor time. --smoke runs a few stretches, to see that it works.
 */
#include "bench/measure.h"
#include "cells/balanced.h"
#include "core/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAIRS = 61, SMOKE = 1, TICKS = 2000, SECONDS = 25 }; /* 0.2 s at 0.1 ms a tick */

typedef tuft_status maker(balanced *net, tuft_error *err);

static tuft_status make_coba(balanced *net, tuft_error *err)
{
    return balanced_coba(net, 1, 1, err);
}

static tuft_status make_cuba(balanced *net, tuft_error *err)
{
    return balanced_cuba(net, 1, 1, err);
}

static tuft_status make_reservoir(balanced *net, tuft_error *err)
{
    return balanced_reservoir(net, SECONDS, 1, 1, err);
}

static double stretch(tuft_engine *engine, int64_t end, tuft_error *err)
{
    double begun = now_s();
    must(tuft_engine_run(engine, end, err), err);
    return now_s() - begun;
}

/* Seconds for n increments, cells in ascending order as spikes come. */
static double bare_counting(uint64_t n, uint32_t cells, tuft_error *err)
{
    uint64_t *count;
    uint32_t *cell;
    enum { LIST = 4096 };
    must(TUFT_NEW(&count, cells, "counts", err), err);
    must(TUFT_NEW(&cell, LIST, "cells", err), err);
    for (uint32_t i = 0; i < LIST; i++)
        cell[i] = (uint32_t)((uint64_t)i * 2654435761U % cells);
    double begun = now_s();
    for (uint64_t done = 0; done < n; done += LIST)
        for (uint32_t i = 0; i < LIST && done + i < n; i++)
            count[cell[i]]++;
    double seconds = now_s() - begun;
    if (count[0] == UINT64_MAX)
        puts("never");
    free(count);
    free(cell);
    return seconds;
}

/* Runs both engines to `end`, the one that counts first where first != 0. */
static void both(tuft_engine *on, tuft_engine *off, int64_t end, int first, double *on_s,
                 double *off_s, tuft_error *err)
{
    tuft_engine_account(on, TUFT_ACCOUNTING_ON);
    tuft_engine_account(off, TUFT_ACCOUNTING_OFF);
    if (first)
        *on_s = stretch(on, end, err);
    *off_s = stretch(off, end, err);
    if (!first)
        *on_s = stretch(on, end, err);
}

static uint64_t spikes_of(const tuft_engine *engine, tuft_error *err)
{
    tuft_ledger ledger;
    uint64_t spikes = 0;
    must(tuft_engine_ledger(engine, &ledger, err), err);
    for (uint32_t q = 0; q < ledger.populations; q++)
        spikes += ledger.population[q].spikes;
    tuft_ledger_free(&ledger);
    return spikes;
}

static void measure(const char *name, maker *make, int pairs)
{
    static double cost[PAIRS];
    balanced a, b;
    tuft_error err;
    double on = 0, off = 0;
    must(make(&a, &err), &err);
    must(make(&b, &err), &err);
    for (int p = 0; p < pairs; p++) {
        int64_t end = (int64_t)(2 * p + 1) * TICKS;
        double a_on, b_off, b_on, a_off;
        both(a.engine, b.engine, end, p % 2, &a_on, &b_off, &err);
        both(b.engine, a.engine, end + TICKS, p % 2, &b_on, &a_off, &err);
        on += a_on + b_on;
        off += a_off + b_off;
        cost[p] = sqrt(a_on / b_off * b_on / a_off) - 1;
    }
    /* Each stretch was counted by one of the two: together they have every spike once. */
    uint64_t spikes = spikes_of(a.engine, &err) + spikes_of(b.engine, &err);
    double bare = bare_counting(spikes, 4000, &err), middle = median(cost, pairs);
    printf("%-10s %8llu spikes, %6.3f s on, %6.3f s off: %+5.2f %% (quartiles %+.2f to %+.2f), "
           "bare increments %.3f %%\n",
           name, (unsigned long long)spikes, on, off, 100 * middle, 100 * cost[pairs / 4],
           100 * cost[3 * pairs / 4], 100 * bare / off);
    balanced_free(&a);
    balanced_free(&b);
}

int main(int count, char **arguments)
{
    int pairs = count > 1 && strcmp(arguments[1], "--smoke") == 0 ? SMOKE : PAIRS;
    measure("coba", make_coba, pairs);
    measure("cuba", make_cuba, pairs);
    measure("reservoir", make_reservoir, pairs);
    return 0;
}
