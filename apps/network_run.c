#include "apps/network_run.h"

#include "core/memory.h"

#include <math.h>
#include <stdlib.h>

double network_sine_at(const network_file *file, const network_input *input, double tick)
{
    return input->mean +
           input->amplitude *
               sin(2 * M_PI * tick * network_tick_ms(file) / input->period_ms + input->phase);
}

/* The first of the ascending ticks that is not before `tick`. */
static size_t first_from(const int64_t *ticks, size_t count, int64_t tick)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ticks[middle] < tick)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

double network_value_at(const network_file *file, const network_input *input, int64_t tick)
{
    if (input->kind == NETWORK_INPUT_SINE)
        return network_sine_at(file, input, (double)(tick - tick % input->every));
    size_t after = first_from(input->tick, input->count, tick + 1);
    return after ? input->value[after - 1] : (double)NAN;
}

/* The first tick from `tick` on at which the input writes; TUFT_NEVER if it does not. */
static int64_t next_write(const network_input *input, int64_t tick)
{
    if (input->kind == NETWORK_INPUT_SINE)
        return (tick + input->every - 1) / input->every * input->every;
    if (input->kind != NETWORK_INPUT_STEPS)
        return TUFT_NEVER;
    size_t next = first_from(input->tick, input->count, tick);
    return next < input->count ? input->tick[next] : TUFT_NEVER;
}

static tuft_status write_input(const network_file *file, const network_input *input, int64_t tick,
                               tuft_engine *engine, double *value, tuft_error *err)
{
    const network_population *p = &file->population[input->population];
    double now = network_value_at(file, input, tick);
    for (uint32_t i = 0; i < input->cells.cells; i++)
        value[i] = now;
    tuft_status status =
        tuft_engine_write(engine, input->population, p->model->variable[input->variable],
                          input->cells.cell, value, input->cells.cells, err);
    if (status) {
        json_at at = network_at(file, input->spot);
        json_at_prefix(&at, status, err);
    }
    return status;
}

/* All that is due at a tick, in the order of the file. */
static tuft_status write_due(const network_file *file, int64_t tick, tuft_engine *engine,
                             double *value, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    for (size_t i = 0; !status && i < file->inputs; i++)
        if (next_write(&file->input[i], tick) == tick)
            status = write_input(file, &file->input[i], tick, engine, value, err);
    return status;
}

tuft_status network_run(const network_file *file, tuft_engine *engine, int64_t end, int64_t every,
                        network_run_reached *reached, void *user, tuft_error *err)
{
    uint32_t most = 0;
    double *value;
    for (size_t i = 0; i < file->inputs; i++)
        if (file->input[i].cells.cells > most)
            most = file->input[i].cells.cells;
    tuft_status status = TUFT_NEW(&value, most, "values", err);
    int64_t now = tuft_engine_now(engine);
    if (!status && now == 0)
        status = write_due(file, 0, engine, value, err);
    while (!status && now < end) {
        /* Tick 0 is written before it is run, all others after. */
        int64_t from = now ? now : 1, stop = end - now > every ? now + every : end;
        for (size_t i = 0; i < file->inputs; i++) {
            int64_t next = next_write(&file->input[i], from);
            if (next < stop)
                stop = next + 1;
        }
        status = tuft_engine_run(engine, stop, err);
        now = stop;
        if (!status && now > 1)
            status = write_due(file, now - 1, engine, value, err);
        if (!status && reached)
            status = reached(user, now, err);
    }
    free(value);
    return status;
}
