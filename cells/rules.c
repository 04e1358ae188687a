#include "cells/rules.h"

#include "cells/burst_dependent.h"
#include "cells/stdp.h"

#include <string.h>

static const tuft_plasticity_rule *const rules[] = {&tuft_burst_dependent, &tuft_stdp};

enum { RULES = sizeof rules / sizeof *rules };

const tuft_plasticity_rule *const *tuft_plasticity_rules(size_t *count)
{
    *count = RULES;
    return rules;
}

const tuft_plasticity_rule *tuft_plasticity_rule_find(const char *name)
{
    for (size_t i = 0; i < RULES; i++)
        if (strcmp(rules[i]->name, name) == 0)
            return rules[i];
    return NULL;
}

const tuft_parameter_entry *tuft_rule_parameter_find(const tuft_plasticity_rule *rule,
                                                     const char *name)
{
    for (const tuft_parameter_entry *entry = rule->parameter; entry->name; entry++)
        if (strcmp(entry->name, name) == 0)
            return entry;
    return NULL;
}
