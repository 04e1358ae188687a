#include "cells/catalogue.h"

#include "cells/adex.h"
#include "cells/context.h"
#include "cells/lif.h"
#include "cells/lif_conductance.h"
#include "cells/naud_sprekeler.h"
#include "cells/poisson.h"
#include "cells/two_point_lif.h"

#include <math.h>
#include <string.h>

static const tuft_cell_model *const models[] = {
    &tuft_adex,      &tuft_context,         &tuft_lif_conductance,
    &tuft_lif_delta, &tuft_lif_exponential, &tuft_naud_sprekeler,
    &tuft_poisson,   &tuft_two_point_lif,
};

enum { MODELS = sizeof models / sizeof *models };

const tuft_cell_model *const *tuft_cell_models(size_t *count)
{
    *count = MODELS;
    return models;
}

const tuft_cell_model *tuft_cell_model_find(const char *name)
{
    for (size_t i = 0; i < MODELS; i++)
        if (strcmp(models[i]->name, name) == 0)
            return models[i];
    return NULL;
}

const tuft_parameter_entry *tuft_parameter_find(const tuft_cell_model *model, const char *name)
{
    for (const tuft_parameter_entry *entry = model->parameter; entry && entry->name; entry++)
        if (strcmp(entry->name, name) == 0)
            return entry;
    return NULL;
}

static unsigned choices(const tuft_parameter_entry *entry)
{
    unsigned n = 0;
    while (entry->choice[n])
        n++;
    return n;
}

tuft_status tuft_parameter_set(void *parameters, const tuft_parameter_entry *entry, double value,
                               tuft_error *err)
{
    char *member = (char *)parameters + entry->offset;
    switch (entry->kind) {
    case TUFT_PARAMETER_REAL:
        if (isnan(value))
            return tuft_fail(err, TUFT_INVALID, "%s nan, expected a number", entry->name);
        memcpy(member, &value, sizeof value);
        return TUFT_OK;
    case TUFT_PARAMETER_COUNT: {
        if (!(value >= 0 && value <= UINT32_MAX) || value != floor(value))
            return tuft_fail(err, TUFT_INVALID, "%s %g, expected a whole number from 0 to %u",
                             entry->name, value, UINT32_MAX);
        uint32_t count = (uint32_t)value;
        memcpy(member, &count, sizeof count);
        return TUFT_OK;
    }
    case TUFT_PARAMETER_CHOICE: {
        if (!(value >= 0 && value < choices(entry)) || value != floor(value))
            return tuft_fail(err, TUFT_INVALID, "%s %g, expected 0 to %u", entry->name, value,
                             choices(entry) - 1);
        unsigned chosen = (unsigned)value;
        memcpy(member, &chosen, sizeof chosen);
        return TUFT_OK;
    }
    case TUFT_PARAMETER_CELLS:
        break;
    }
    return tuft_fail(err, TUFT_INVALID, "%s takes a value for each cell", entry->name);
}

double tuft_parameter_get(const void *parameters, const tuft_parameter_entry *entry)
{
    const char *member = (const char *)parameters + entry->offset;
    double real;
    uint32_t count;
    unsigned chosen;
    switch (entry->kind) {
    case TUFT_PARAMETER_REAL:
        memcpy(&real, member, sizeof real);
        return real;
    case TUFT_PARAMETER_COUNT:
        memcpy(&count, member, sizeof count);
        return count;
    case TUFT_PARAMETER_CHOICE:
        memcpy(&chosen, member, sizeof chosen);
        return chosen;
    case TUFT_PARAMETER_CELLS:
        break;
    }
    return NAN;
}
