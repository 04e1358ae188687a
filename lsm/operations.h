/* What training costs, counted: one rule for all models.
 *
 * Counted are products with weights, for each recording (or pair) shown in training:
 *   mac     a multiplication and an addition: both operands are real numbers. A product of
 *           [rows][inner] and [inner][columns] is rows x inner x columns of them, zeros included.
 *   ac      an addition alone: one operand is spikes or input events, so that only those that are
 *           there add their weights (or, in a weight's gradient, their share): events x columns.
 *   dense   what both would be without looking at zeros: rows x inner x columns in either case.
 * What happens to single cells (decay, transfer function, surrogate derivative) is one mac for each
 * cell and step, and dense as well.
 *   forward   from the input to the loss
 *   backward  from the loss to the gradient: through the weights to what is below, and the weights'
 *             own gradients; nothing is counted below the lowest trained weight
 *   update    one for each parameter and step of the optimiser (Adam's dozen operations are the
 *             same for all models)
 */
#ifndef TUFT_LSM_OPERATIONS_H
#define TUFT_LSM_OPERATIONS_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint64_t mac, ac, dense;
} tuft_work;

typedef struct {
    uint64_t shown; /* recordings or pairs, each time it was shown */
    tuft_work forward, backward;
    uint64_t update;
} tuft_operations;

/* Whether a head's features are trained too, so that its gradient goes on to them. */
typedef enum { TUFT_SLOPES_END, TUFT_SLOPES_GO_ON } tuft_slopes;

/* Adds a product of real operands. */
void tuft_work_product(tuft_work *work, size_t rows, size_t inner, size_t columns);
/* Adds a product whose left operand is `events` ones among rows x inner. */
void tuft_work_events(tuft_work *work, uint64_t events, size_t rows, size_t inner, size_t columns);
/* Adds what happens to `cells` single cells (each a step). */
void tuft_work_cells(tuft_work *work, size_t cells);

/* mac + ac. */
uint64_t tuft_work_done(const tuft_work *work);
/* Forward, backward and update together, zeros left out. */
uint64_t tuft_operations_total(const tuft_operations *operations);
/* The same with zeros counted. */
uint64_t tuft_operations_dense(const tuft_operations *operations);

#endif
