/* The seen/unseen protocol: projections of two modalities are trained on pairs of the seen classes;
 * then a query of one modality looks for the nearest item of the other, among seen classes and
 * among classes that no projection was trained on (Lin et al. 2025, Nat. Comput. Sci. 5:37-47).
 *
 * Side a is vision, side b audio. Nothing ties the sound of an unseen class to its picture, so that
 * which of two unseen classes falls nearer to which is an accident of the seen ones: figures of
 * unseen classes belong beside chance and over all choices of classes. Few-shot association is the
 * other way to new classes: k labelled examples of each, in each modality, as prototypes in the
 * joint space, nothing retrained.
 */
#ifndef TUFT_LSM_ZERO_SHOT_H
#define TUFT_LSM_ZERO_SHOT_H

#include "lsm/joint.h"

enum { TUFT_ZERO_SHOT_CLASSES = 32, TUFT_ZERO_SHOT_SHOTS = 8 };

/* Which epoch's projections are kept. */
typedef enum {
    TUFT_SELECT_ON_VALIDATION, /* best b-to-a retrieval on training recordings held out */
    TUFT_SELECT_ON_TEST        /* best on the unseen classes' test recordings: the published
                                  script's rule, for replays only */
} tuft_selection;

typedef enum { TUFT_SCALING_NONE, TUFT_SCALING_STANDARD } tuft_scaling;

typedef struct {
    tuft_joint_config joint;
    tuft_scaling scaling; /* of the features, fitted on the seen classes' training rows */
    int epochs;
    double validation_share; /* of each seen class's training recordings, 0 < share < 1 */
    tuft_selection selection;
    size_t test_limit; /* test recordings of a class and modality that take part, from the first */
    int shot_kinds;    /* few-shot association with shots[0 .. shot_kinds) examples a class */
    int shots[TUFT_ZERO_SHOT_SHOTS];
    int shot_draws; /* so many draws of examples are averaged */
} tuft_zero_shot_config;

/* Published: tuft_contrastive_defaults, 100 epochs, features as they are, a fifth held out.
 * Episodes, where they are asked for: 5 shots, 5 queries. */
extern const tuft_zero_shot_config tuft_zero_shot_defaults;

/* One modality's features, or sequences where the joint configuration has encoders. train: the
 * first `originals` rows are recordings, the others copies; group is the number of the recording
 * that a row is made from. */
typedef struct {
    const tuft_features *train, *test;
    size_t originals;
} tuft_zero_shot_side;

typedef struct {
    double b_to_a, a_to_b; /* share of queries whose nearest item is of their class */
    size_t queries_b, queries_a;
    double chance; /* 1 / classes */
} tuft_zero_shot_figures;

typedef struct {
    int epoch;         /* that was kept, from 1 */
    double validation; /* b-to-a retrieval there, of seen classes held out */
    tuft_zero_shot_figures seen, unseen;
    tuft_operations operations;            /* of the training of all epochs */
    double few_shot[TUFT_ZERO_SHOT_SHOTS]; /* association b to a among the unseen classes */
    /* Mean similarity of a class's test sounds (row) and a class's test pictures (column), and what
     * the spoken queries found; [classes][classes], classes that do not take part: NaN and 0. */
    double similarity[TUFT_ZERO_SHOT_CLASSES * TUFT_ZERO_SHOT_CLASSES];
    size_t confusion[TUFT_ZERO_SHOT_CLASSES * TUFT_ZERO_SHOT_CLASSES];
} tuft_zero_shot_result;

/* seen[class], unseen[class]: which of `classes` classes (at most TUFT_ZERO_SHOT_CLASSES) take
 * part, never both. The same for a seed with OpenBLAS at one thread. unseen may be empty. Errors:
 * TUFT_INVALID, overlap, fewer than two seen classes, one unseen class (or none where it selects),
 * a class without test recordings, a seen one with too few training recordings to hold some out, an
 * unseen one with fewer than the shots asked for, a configuration that makes no sense. */
tuft_status tuft_zero_shot(const tuft_zero_shot_side *a, const tuft_zero_shot_side *b,
                           const tuft_zero_shot_config *config, int classes, const uint8_t *seen,
                           const uint8_t *unseen, uint64_t seed, tuft_zero_shot_result *out,
                           tuft_error *err);

#endif
