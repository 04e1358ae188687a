/* Recurrent networks with trained weights, as the subcommands set them up beside a liquid: the same
 * front end, as many cells, the liquid's own cell where they spike.
 */
#ifndef TUFT_APPS_TRAINED_H
#define TUFT_APPS_TRAINED_H

#include "apps/preset.h"
#include "core/ledger.h"
#include "lsm/recurrent_fit.h"

/* Of the surrogate gradient, where nothing else is said. */
#define TRAINED_SHARPNESS 0.5

/* What is read of a layer: outputs added up (of LIF cells: spike counts), the last potential of
 * leaky output cells that decay as the layer's own, or the last output. */
typedef enum { TRAINED_READ_SUM, TRAINED_READ_MEMBRANE, TRAINED_READ_LAST } trained_read;
extern const char *const trained_reads[]; /* NULL-terminated, in this order */

/* A layer of the preset's cells, decay, threshold and weights at the start (LIF), or of tanh cells
 * that start as Elman networks do in PyTorch: sd 1/sqrt(3 cells). Sums are per tenth of the steps
 * (LIF) or means (tanh). The preset has one group of dense fields, as lin2025 has. */
tuft_recurrent_config trained_layer(const lsm_preset *preset, tuft_recurrent_kind kind,
                                    trained_read read, double sharpness, tuft_sequence_shape shape);

/* TUFT_INVALID: the preset has no single dense group of cells. what: "--network srnn". */
tuft_status trained_check(const lsm_preset *preset, const char *what, tuft_error *err);

/* Every value of a layer by name, a new reference. */
json_t *trained_layer_json(const tuft_recurrent_config *layer);

/* {"shown", "forward": {"mac", "ac", "dense"}, "backward": {...}, "update", "total", "dense"}: by
 * the rule of lsm/operations.h, a new reference. */
json_t *trained_operations_json(const tuft_operations *operations);
/* What a liquid costs on top, in its memory: {"recordings", "ac", "mac"}; a new reference. */
json_t *trained_liquid_json(const tuft_ledger *ledger, size_t recordings);

#endif
