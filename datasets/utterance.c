#include "datasets/utterance.h"

#include <stdlib.h>

void tuft_utterance_free(tuft_utterance *utterance)
{
    free(utterance->sample);
    free(utterance->phone);
    *utterance = (tuft_utterance){0};
}
