/* All learning rules by name, and their parameters by name: what files and command lines make
 * projections plastic from. Parameters are set as those of cells are, by tuft_parameter_set(). */
#ifndef TUFT_CELLS_RULES_H
#define TUFT_CELLS_RULES_H

#include "core/plasticity.h"

/* The rules, in alphabetical order. */
const tuft_plasticity_rule *const *tuft_plasticity_rules(size_t *count);
/* NULL if there is none of this name. */
const tuft_plasticity_rule *tuft_plasticity_rule_find(const char *name);
/* NULL if the rule has no such parameter. */
const tuft_parameter_entry *tuft_rule_parameter_find(const tuft_plasticity_rule *rule,
                                                     const char *name);

#endif
