/* The protocol on features whose answers are known. */
#include "lsm/zero_shot.h"
#include "tables.h"

#include "core/philox.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CLASSES = 7, TRAIN = 15, TEST = 12, COLUMNS = 10, COPIES = 2 };

/* 0-3 seen, 4 and 5 unseen, 6 takes no part. */
static const uint8_t seen[CLASSES] = {1, 1, 1, 1}, unseen[CLASSES] = {0, 0, 0, 0, 1, 1};

/* Which seen class an unseen one looks like on each side. */
typedef struct {
    int like[2];
} likeness;

typedef struct {
    tuft_features train[2], test[2];
    tuft_zero_shot_side side[2];
} tables;

/* Class c: 1 in column c (an unseen class 0.8 in that of the class it is like), noise of 0.05. */
static void fill(tuft_features *f, size_t row, int class, const likeness *like, tuft_random *random)
{
    float *value = f->value + row * COLUMNS;
    for (int j = 0; j < COLUMNS; j++)
        value[j] = (float)(0.05 * tuft_random_normal(random));
    int main_column = class < 4 ? class : class < 6 ? like->like[class - 4] : 9;
    value[main_column] += class < 4 ? 1 : 0.8F;
    f->label[row] = class;
}

static void tables_new(tables *t, const likeness *a, const likeness *b, uint64_t seed)
{
    const likeness *like[2] = {a, b};
    one_blas_thread();
    for (int s = 0; s < 2; s++) {
        size_t originals = CLASSES * TRAIN;
        tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_TEST, (uint64_t)s);
        cr_assert_eq(tuft_features_new(&t->train[s], originals * (1 + COPIES), COLUMNS, NULL),
                     TUFT_OK);
        cr_assert_eq(tuft_features_new(&t->test[s], CLASSES * TEST, COLUMNS, NULL), TUFT_OK);
        for (size_t r = 0; r < t->train[s].rows; r++) {
            fill(&t->train[s], r, (int)(r % originals % CLASSES), like[s], &random);
            t->train[s].group[r] = (uint32_t)(r % originals);
        }
        for (size_t r = 0; r < t->test[s].rows; r++)
            fill(&t->test[s], r, (int)(r % CLASSES), like[s], &random);
        t->side[s] = (tuft_zero_shot_side){&t->train[s], &t->test[s], originals};
    }
}

static void tables_free(tables *t)
{
    for (int s = 0; s < 2; s++) {
        tuft_features_free(&t->train[s]);
        tuft_features_free(&t->test[s]);
    }
}

static tuft_zero_shot_config configuration(void)
{
    tuft_zero_shot_config config = tuft_zero_shot_defaults;
    config.joint.contrastive.dim = 16;
    config.joint.contrastive.similarity = TUFT_SIMILARITY_COSINE;
    config.joint.contrastive.pairing = TUFT_PAIRING_CLASS;
    config.joint.contrastive.temperature = 0.1;
    config.joint.contrastive.adam.rate = 1e-2;
    config.epochs = 12;
    config.shot_kinds = 2;
    config.shots[0] = 1;
    config.shots[1] = 5;
    config.shot_draws = 4;
    return config;
}

static tuft_zero_shot_result run(const tables *t, const tuft_zero_shot_config *config,
                                 uint64_t seed)
{
    tuft_zero_shot_result result;
    tuft_error err;
    cr_assert_eq(tuft_zero_shot(&t->side[0], &t->side[1], config, CLASSES, seen, unseen, seed,
                                &result, &err),
                 TUFT_OK, "%s", err.message);
    return result;
}

/* All but few-shot association. */
static int same(const tuft_zero_shot_result *a, const tuft_zero_shot_result *b)
{
    return a->epoch == b->epoch && a->validation == b->validation &&
           memcmp(&a->seen, &b->seen, sizeof a->seen) == 0 &&
           memcmp(&a->unseen, &b->unseen, sizeof a->unseen) == 0 &&
           memcmp(a->similarity, b->similarity, CLASSES * CLASSES * sizeof(double)) == 0 &&
           memcmp(a->confusion, b->confusion, CLASSES * CLASSES * sizeof(size_t)) == 0;
}

static const likeness zero_one = {{0, 1}}, one_zero = {{1, 0}};

/* The same by episodes and distance. */
Test(zero_shot, prototypical_networks_know_the_answers_too)
{
    tables t;
    tuft_zero_shot_config config = configuration();
    config.joint.loss = TUFT_LOSS_PROTOTYPICAL;
    tables_new(&t, &zero_one, &zero_one, 1);
    tuft_zero_shot_result r = run(&t, &config, 5);
    cr_assert_eq(r.seen.b_to_a, 1);
    cr_assert_eq(r.seen.a_to_b, 1);
    cr_assert_geq(r.unseen.b_to_a, 0.9);
    cr_assert_geq(r.few_shot[1], 0.9);
    cr_assert_lt(r.similarity[0], 0); /* minus a distance */
    cr_assert_gt(r.similarity[0], r.similarity[1]);
    tables_free(&t);
}

Test(zero_shot, answers_that_are_known)
{
    static const tuft_scaling scaling[] = {TUFT_SCALING_NONE, TUFT_SCALING_STANDARD};
    for (int i = 0; i < 2; i++) {
        tables t;
        tuft_zero_shot_config config = configuration();
        config.scaling = scaling[i];
        tables_new(&t, &zero_one, &zero_one, 1);
        tuft_zero_shot_result r = run(&t, &config, 5);
        cr_assert_eq(r.validation, 1);
        cr_assert_eq(r.seen.b_to_a, 1);
        cr_assert_eq(r.seen.a_to_b, 1);
        cr_assert_eq(r.seen.chance, 0.25);
        cr_assert_eq(r.seen.queries_b, 4 * TEST);
        cr_assert_geq(r.unseen.b_to_a, 0.9, "%g",
                      r.unseen.b_to_a); /* like the same seen classes on both sides */
        cr_assert_geq(r.unseen.a_to_b, 0.9, "%g", r.unseen.a_to_b);
        cr_assert_eq(r.unseen.chance, 0.5);
        cr_assert_eq(r.unseen.queries_a, 2 * TEST);
        for (int c = 0; c < CLASSES; c++)
            for (int d = 0; d < CLASSES; d++) {
                if (c < 4 || c == 6 || d < 4 || d == 6)
                    cr_assert_eq(r.confusion[c * CLASSES + d], c == d && c < 4 ? TEST : 0);
                cr_assert_eq(isnan(r.similarity[c * CLASSES + d]) != 0, c == 6 || d == 6);
            }
        cr_assert_gt(r.similarity[4 * CLASSES + 4], r.similarity[4 * CLASSES + 5]);
        cr_assert_gt(r.few_shot[1], 0.95);
        tables_free(&t);
        /* Like each other's: every answer is wrong, and few-shot association still right. */
        tables_new(&t, &one_zero, &zero_one, 1);
        r = run(&t, &config, 5);
        cr_assert_eq(r.seen.b_to_a, 1);
        cr_assert_leq(r.unseen.b_to_a, 0.1, "%g", r.unseen.b_to_a);
        cr_assert_leq(r.unseen.a_to_b, 0.1, "%g", r.unseen.a_to_b);
        cr_assert_eq(r.confusion[4 * CLASSES + 4] + r.confusion[4 * CLASSES + 5], TEST);
        cr_assert_gt(r.confusion[4 * CLASSES + 5], r.confusion[4 * CLASSES + 4]);
        cr_assert_gt(r.few_shot[1], 0.95);
        tables_free(&t);
    }
}

/* Changes the training rows of the classes 4 and 5 between two rows: nothing in them was learnt. */
static void spoil(tables *t, size_t first, size_t end)
{
    tuft_random random = tuft_random_stream(99, TUFT_RANDOM_TEST, 7);
    for (int s = 0; s < 2; s++)
        for (size_t r = first; r < end; r++)
            if (t->train[s].label[r] >= 4)
                for (int j = 0; j < COLUMNS; j++)
                    t->train[s].value[r * COLUMNS + (size_t)j] =
                        (float)(100 * tuft_random_normal(&random));
}

Test(zero_shot, unseen_training_rows_are_examples_and_nothing_else)
{
    static const tuft_scaling scaling[] = {TUFT_SCALING_NONE, TUFT_SCALING_STANDARD};
    static const tuft_selection selection[] = {TUFT_SELECT_ON_VALIDATION, TUFT_SELECT_ON_TEST};
    const size_t originals = CLASSES * TRAIN;
    for (int i = 0; i < 4; i++) {
        tables t;
        tuft_zero_shot_config config = configuration();
        config.scaling = scaling[i % 2];
        config.selection = selection[i / 2];
        tables_new(&t, &one_zero, &zero_one, 2);
        tuft_zero_shot_result r = run(&t, &config, 5), spoilt;
        spoil(&t, originals, t.train[0].rows); /* copies: not even examples */
        spoilt = run(&t, &config, 5);
        cr_assert(same(&r, &spoilt));
        cr_assert_eq(r.few_shot[0], spoilt.few_shot[0]);
        cr_assert_eq(r.few_shot[1], spoilt.few_shot[1]);
        spoil(&t, 0, originals);
        spoilt = run(&t, &config, 5);
        cr_assert(same(&r, &spoilt));
        cr_assert_neq(r.few_shot[1], spoilt.few_shot[1]);
        tables_free(&t);
    }
}

/* Seen training rows do matter, copies among them; those of held-out recordings do not train. */
Test(zero_shot, seen_copies_train)
{
    tables t;
    tuft_zero_shot_config config = configuration();
    tables_new(&t, &one_zero, &zero_one, 2);
    tuft_zero_shot_result r = run(&t, &config, 5);
    for (size_t row = CLASSES * TRAIN; row < t.train[0].rows; row++)
        t.train[0].value[row * COLUMNS] += 1;
    tuft_zero_shot_result changed = run(&t, &config, 5);
    cr_assert_neq(r.similarity[0], changed.similarity[0]);
    tables_free(&t);
}

/* The choice of the epoch sees no test row: other test rows, same choice. */
Test(zero_shot, the_test_side_chooses_nothing)
{
    tables t;
    tuft_zero_shot_config config = configuration();
    tables_new(&t, &zero_one, &zero_one, 3);
    tuft_zero_shot_result r = run(&t, &config, 5);
    for (int s = 0; s < 2; s++)
        for (size_t k = 0; k < t.test[s].rows * COLUMNS; k++)
            t.test[s].value[k] = -t.test[s].value[k];
    tuft_zero_shot_result other = run(&t, &config, 5);
    cr_assert_eq(r.epoch, other.epoch);
    cr_assert_eq(r.validation, other.validation);
    tables_free(&t);
}

/* Noisy rows, slow learning: the best epoch is not the first. */
Test(zero_shot, the_last_best_epoch_is_kept)
{
    static const tuft_selection selection[] = {TUFT_SELECT_ON_VALIDATION, TUFT_SELECT_ON_TEST};
    for (int i = 0; i < 2; i++) {
        tables t;
        tuft_zero_shot_config config = configuration();
        tuft_random random = tuft_random_stream(4, TUFT_RANDOM_TEST, 0);
        config.selection = selection[i];
        config.joint.contrastive.adam.rate = 2e-3;
        config.epochs = 15;
        tables_new(&t, &one_zero, &zero_one, 4);
        for (int s = 0; s < 2; s++) {
            for (size_t k = 0; k < t.train[s].rows * COLUMNS; k++)
                t.train[s].value[k] += (float)(0.4 * tuft_random_normal(&random));
            for (size_t k = 0; k < t.test[s].rows * COLUMNS; k++)
                t.test[s].value[k] += (float)(0.4 * tuft_random_normal(&random));
        }
        tuft_zero_shot_result r = run(&t, &config, 5);
        cr_assert(r.epoch >= 1 && r.epoch <= 15);
        config.epochs = r.epoch;
        tuft_zero_shot_result again = run(&t, &config, 5);
        cr_assert(same(&r, &again));
        if (i == 1)
            cr_assert_eq(r.unseen.b_to_a, r.validation);
        for (config.epochs = 1; config.epochs < r.epoch; config.epochs++) {
            tuft_zero_shot_result shorter = run(&t, &config, 5);
            cr_assert_leq(shorter.validation, r.validation);
        }
        tables_free(&t);
    }
}

Test(zero_shot, a_seed_says_it_all)
{
    tables t;
    tuft_zero_shot_config config = configuration();
    tables_new(&t, &zero_one, &zero_one, 6);
    tuft_zero_shot_result a = run(&t, &config, 5), b = run(&t, &config, 5), c = run(&t, &config, 6);
    cr_assert(same(&a, &b));
    cr_assert_arr_eq(a.few_shot, b.few_shot, sizeof a.few_shot);
    cr_assert_neq(a.similarity[0], c.similarity[0]);
    tables_free(&t);
}

Test(zero_shot, limits_of_the_test_side)
{
    tables t;
    tuft_zero_shot_config config = configuration();
    tables_new(&t, &zero_one, &zero_one, 6);
    config.test_limit = 3;
    tuft_zero_shot_result r = run(&t, &config, 5), other;
    cr_assert_eq(r.seen.queries_a, 12);
    cr_assert_eq(r.unseen.queries_b, 6);
    /* The first three of a class take part, later ones do not. */
    for (int s = 0; s < 2; s++)
        for (size_t k = CLASSES * 3 * COLUMNS; k < t.test[s].rows * COLUMNS; k++)
            t.test[s].value[k] = 1000;
    other = run(&t, &config, 5);
    cr_assert(same(&r, &other));
    tables_free(&t);
}

Test(zero_shot, no_unseen_classes)
{
    static const uint8_t none[CLASSES] = {0};
    tables t;
    tuft_zero_shot_config config = configuration();
    tuft_zero_shot_result r;
    tables_new(&t, &zero_one, &zero_one, 6);
    cr_assert_eq(tuft_zero_shot(&t.side[0], &t.side[1], &config, CLASSES, seen, none, 5, &r, NULL),
                 TUFT_OK);
    cr_assert_eq(r.seen.b_to_a, 1);
    cr_assert(isnan(r.unseen.b_to_a));
    cr_assert_eq(r.unseen.queries_b, 0);
    config.selection = TUFT_SELECT_ON_TEST;
    cr_assert_eq(tuft_zero_shot(&t.side[0], &t.side[1], &config, CLASSES, seen, none, 5, &r, NULL),
                 TUFT_INVALID);
    tables_free(&t);
}

static void refused(const tables *t, const tuft_zero_shot_config *config, int classes,
                    const uint8_t *in, const uint8_t *out, const char *says)
{
    tuft_zero_shot_result r;
    tuft_error err = {0};
    cr_assert_eq(tuft_zero_shot(&t->side[0], &t->side[1], config, classes, in, out, 5, &r, &err),
                 TUFT_INVALID, "%s", says);
    cr_assert(strstr(err.message, says), "%s, expected %s", err.message, says);
}

Test(zero_shot, choices_of_classes_that_make_no_sense)
{
    static const uint8_t overlap[CLASSES] = {0, 0, 0, 1, 1}, one[CLASSES] = {0, 0, 0, 0, 1},
                         nobody[CLASSES] = {0};
    const tuft_zero_shot_config config = configuration();
    tables t;
    tables_new(&t, &zero_one, &zero_one, 6);
    refused(&t, &config, CLASSES, seen, overlap, "class 3 is both");
    refused(&t, &config, CLASSES, seen, one, "4 seen and 1 unseen");
    refused(&t, &config, CLASSES, one, unseen, "class 4 is both");
    refused(&t, &config, CLASSES, nobody, unseen, "0 seen");
    refused(&t, &config, 1, seen, nobody, "1 classes");
    refused(&t, &config, TUFT_ZERO_SHOT_CLASSES + 1, seen, nobody, "33 classes");
    tables_free(&t);
}

/* Takes the rows of a class away: they become class 6, which takes no part. */
static void take_away(tuft_features *f, int class, size_t leave)
{
    for (size_t r = 0; r < f->rows; r++)
        if (f->label[r] == class && !(leave && leave--))
            f->label[r] = 6;
}

Test(zero_shot, recordings_that_are_missing)
{
    const tuft_zero_shot_config config = configuration();
    for (int s = 0; s < 2; s++) {
        tables t;
        tables_new(&t, &zero_one, &zero_one, 6);
        take_away(&t.test[s], 2, 0);
        refused(&t, &config, CLASSES, seen, unseen, "class 2 has no test recordings");
        tables_free(&t);
        tables_new(&t, &zero_one, &zero_one, 6);
        take_away(&t.test[s], 5, 0);
        refused(&t, &config, CLASSES, seen, unseen, "class 5 has no test recordings");
        tables_free(&t);
        for (size_t leave = 0; leave < 2; leave++) {
            tables_new(&t, &zero_one, &zero_one, 6);
            take_away(&t.train[s], 1, leave);
            refused(&t, &config, CLASSES, seen, unseen, "class 1: ");
            tables_free(&t);
        }
        tables_new(&t, &zero_one, &zero_one, 6);
        take_away(&t.train[s], 4, 4); /* five shots of four */
        refused(&t, &config, CLASSES, seen, unseen, "class 4: 5 shots of 4");
        tables_free(&t);
        tables_new(&t, &zero_one, &zero_one, 6);
        t.train[s].label[3] = -1;
        refused(&t, &config, CLASSES, seen, unseen, "label -1");
        t.train[s].label[3] = 3;
        t.side[s].originals = t.train[s].rows + 1;
        refused(&t, &config, CLASSES, seen, unseen, "training rows");
        tables_free(&t);
    }
}

Test(zero_shot, configurations_that_make_no_sense)
{
    tables t;
    tables_new(&t, &zero_one, &zero_one, 6);
    static const double share[] = {0, 1, -0.5, 2, NAN};
    for (size_t i = 0; i < sizeof share / sizeof *share; i++) {
        tuft_zero_shot_config config = configuration();
        config.validation_share = share[i];
        refused(&t, &config, CLASSES, seen, unseen, "held out");
    }
    tuft_zero_shot_config config = configuration();
    config.validation_share = 0.99; /* 15 of 15 */
    refused(&t, &config, CLASSES, seen, unseen, "too few");
    config = configuration();
    config.epochs = 0;
    refused(&t, &config, CLASSES, seen, unseen, "0 epochs");
    config = configuration();
    config.shot_kinds = TUFT_ZERO_SHOT_SHOTS + 1;
    refused(&t, &config, CLASSES, seen, unseen, "9 kinds");
    config = configuration();
    config.shot_draws = 0;
    refused(&t, &config, CLASSES, seen, unseen, "0 draws");
    config = configuration();
    config.shots[1] = 0;
    refused(&t, &config, CLASSES, seen, unseen, "0 shots");
    config = configuration();
    config.shots[1] = -3;
    refused(&t, &config, CLASSES, seen, unseen, "-3 shots");
    config = configuration();
    config.test_limit = 0;
    refused(&t, &config, CLASSES, seen, unseen, "0 test recordings");
    config = configuration();
    config.joint.contrastive.dim = 0;
    tuft_zero_shot_result r;
    cr_assert_eq(
        tuft_zero_shot(&t.side[0], &t.side[1], &config, CLASSES, seen, unseen, 5, &r, NULL),
        TUFT_INVALID);
    config = configuration();
    t.train[1].value[0] = NAN;
    cr_assert_eq(
        tuft_zero_shot(&t.side[0], &t.side[1], &config, CLASSES, seen, unseen, 5, &r, NULL),
        TUFT_NUMERIC);
    tables_free(&t);
}
