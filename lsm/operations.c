#include "lsm/operations.h"

void tuft_work_product(tuft_work *work, size_t rows, size_t inner, size_t columns)
{
    uint64_t all = (uint64_t)rows * inner * columns;
    work->mac += all;
    work->dense += all;
}

void tuft_work_events(tuft_work *work, uint64_t events, size_t rows, size_t inner, size_t columns)
{
    work->ac += events * columns;
    work->dense += (uint64_t)rows * inner * columns;
}

void tuft_work_cells(tuft_work *work, size_t cells)
{
    work->mac += cells;
    work->dense += cells;
}

uint64_t tuft_work_done(const tuft_work *work)
{
    return work->mac + work->ac;
}

uint64_t tuft_operations_total(const tuft_operations *operations)
{
    return tuft_work_done(&operations->forward) + tuft_work_done(&operations->backward) +
           operations->update;
}

uint64_t tuft_operations_dense(const tuft_operations *operations)
{
    return operations->forward.dense + operations->backward.dense + operations->update;
}
