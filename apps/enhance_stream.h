/* A model that cleans sound as it comes: a hop of samples in, a hop out, tuft_enhancement_latency()
 * samples later. What comes out is what the model makes of the whole at once, but for rounding.
 */
#ifndef TUFT_APPS_ENHANCE_STREAM_H
#define TUFT_APPS_ENHANCE_STREAM_H

#include "apps/enhance_model.h"

typedef struct enhance_stream enhance_stream;

/* The model is borrowed. */
tuft_status enhance_stream_new(enhance_stream **out, const enhance_model *model, tuft_error *err);
void enhance_stream_free(enhance_stream *stream);

/* Samples of a block. */
uint32_t enhance_stream_hop(const enhance_stream *stream);
/* sample[hop] in; vision [vision columns] of the frame that ends with this block, NULL where the
 * model sees nothing. *out [hop], borrowed until the next call: a block that is ready, or NULL. */
tuft_status enhance_stream_push(enhance_stream *stream, const float *sample, const float *vision,
                                const float **out, tuft_error *err);
/* After the last block: the next one of what is still to come, NULL when all has. */
const float *enhance_stream_drain(enhance_stream *stream);

/* Synaptic events so far. */
uint64_t enhance_stream_events(const enhance_stream *stream);

#endif
