#include "lsm/zero_shot.h"

#include "core/memory.h"
#include "core/philox.h"
#include "lsm/prototypes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const tuft_zero_shot_config tuft_zero_shot_defaults = {
    .joint =
        {.contrastive = {.dim = 64,
                         .similarity = TUFT_SIMILARITY_DOT,
                         .pairing = TUFT_PAIRING_INSTANCE,
                         .temperature = 1,
                         .batch = 8,
                         .adam = {.rate = 1e-3, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8}},
         .shots = 5,
         .queries = 5},
    .scaling = TUFT_SCALING_NONE,
    .epochs = 100,
    .validation_share = 0.2,
    .selection = TUFT_SELECT_ON_VALIDATION,
    .test_limit = 100,
    .shot_draws = 20};

enum { SIDE_A = TUFT_JOINT_A, SIDE_B = TUFT_JOINT_B, SIDES = TUFT_JOINT_SIDES };

/* Streams of TUFT_RANDOM_SPLIT and TUFT_RANDOM_PAIRING, one a side. */
enum { HELD_OUT_STREAM = 16, SHOT_STREAM = 1 << 16 };

/* One side, cut for a choice of classes. */
typedef struct {
    tuft_features train, held, test, examples; /* examples: training recordings, unseen classes */
    float *embedded_held, *embedded_test, *embedded_examples;
} cut;

typedef struct {
    const tuft_zero_shot_config *config;
    int classes;
    const uint8_t *seen, *unseen;
    uint64_t seed;
    cut side[SIDES];
    tuft_joint model;
} protocol;

static void cut_free(cut *c)
{
    tuft_features_free(&c->train);
    tuft_features_free(&c->held);
    tuft_features_free(&c->test);
    tuft_features_free(&c->examples);
    free(c->embedded_held);
    free(c->embedded_test);
    free(c->embedded_examples);
}

static size_t count_classes(const uint8_t *among, int classes)
{
    size_t n = 0;
    for (int c = 0; c < classes; c++)
        n += among[c] != 0;
    return n;
}

static tuft_status check(const protocol *p, tuft_error *err)
{
    const tuft_zero_shot_config *config = p->config;
    if (p->classes < 2 || p->classes > TUFT_ZERO_SHOT_CLASSES)
        return tuft_fail(err, TUFT_INVALID, "%d classes, expected 2 to %d", p->classes,
                         TUFT_ZERO_SHOT_CLASSES);
    for (int c = 0; c < p->classes; c++)
        if (p->seen[c] && p->unseen[c])
            return tuft_fail(err, TUFT_INVALID, "class %d is both seen and unseen", c);
    if (count_classes(p->seen, p->classes) < 2 || count_classes(p->unseen, p->classes) == 1)
        return tuft_fail(err, TUFT_INVALID, "%zu seen and %zu unseen classes, expected 2 or more",
                         count_classes(p->seen, p->classes), count_classes(p->unseen, p->classes));
    if (config->epochs < 1 || !(config->validation_share > 0 && config->validation_share < 1))
        return tuft_fail(err, TUFT_INVALID, "%d epochs, %g held out, expected 1 or more, 0 to 1",
                         config->epochs, config->validation_share);
    if (config->shot_kinds < 0 || config->shot_kinds > TUFT_ZERO_SHOT_SHOTS ||
        (config->shot_kinds && config->shot_draws < 1) || config->test_limit < 1)
        return tuft_fail(err, TUFT_INVALID,
                         "%d kinds of shots, %d draws, %zu test recordings a class",
                         config->shot_kinds, config->shot_draws, config->test_limit);
    for (int k = 0; k < config->shot_kinds; k++)
        if (config->shots[k] < 1)
            return tuft_fail(err, TUFT_INVALID, "%d shots, expected 1 or more", config->shots[k]);
    if (config->selection == TUFT_SELECT_ON_TEST && !count_classes(p->unseen, p->classes))
        return tuft_fail(err, TUFT_INVALID, "selection on test needs unseen classes");
    return TUFT_OK;
}

/* Labels are read before any learner has looked at them. */
static tuft_status check_side(const tuft_zero_shot_side *side, tuft_error *err)
{
    const tuft_features *part[] = {side->train, side->test};
    if (side->originals > side->train->rows || side->train->columns != side->test->columns)
        return tuft_fail(
            err, TUFT_INVALID, "%zu recordings in %zu training rows, %zu and %zu columns",
            side->originals, side->train->rows, side->train->columns, side->test->columns);
    for (size_t k = 0; k < sizeof part / sizeof *part; k++)
        for (size_t r = 0; r < part[k]->rows; r++)
            if (part[k]->label[r] < 0)
                return tuft_fail(err, TUFT_INVALID, "row %zu has label %d, expected 0 or more", r,
                                 part[k]->label[r]);
    return TUFT_OK;
}

/* ---- cutting --------------------------------------------------------------------------------- */

/* Rows of one class among the first `rows`, into index; returns how many. */
static size_t rows_of(const tuft_features *features, size_t rows, int class, uint32_t *index)
{
    size_t n = 0;
    for (size_t r = 0; r < rows; r++)
        if (features->label[r] == class)
            index[n++] = (uint32_t)r;
    return n;
}

/* Marks the recordings of seen classes that are held out: held[group] = 1. */
static tuft_status hold_out(const protocol *p, const tuft_zero_shot_side *from, int side,
                            uint8_t *held, tuft_error *err)
{
    uint32_t *index;
    tuft_status status = TUFT_NEW(&index, from->originals, "recordings of a class", err);
    for (int c = 0; !status && c < p->classes; c++) {
        if (!p->seen[c])
            continue;
        size_t n = rows_of(from->train, from->originals, c, index);
        size_t take = (size_t)ceil(p->config->validation_share * (double)n);
        if (n < 2 || take >= n) {
            status =
                tuft_fail(err, TUFT_INVALID,
                          "class %d: %zu training recordings are too few to hold some out", c, n);
            break;
        }
        tuft_random random = tuft_random_stream(
            p->seed, TUFT_RANDOM_SPLIT, (uint64_t)(HELD_OUT_STREAM + side) << 32 | (uint32_t)c);
        tuft_random_shuffle(&random, index, (uint32_t)n);
        for (size_t i = 0; i < take; i++)
            held[from->train->group[index[i]]] = 1;
    }
    free(index);
    return status;
}

/* The rows of each part, by label, by what is held out, by being a copy. */
static tuft_status cut_rows(const protocol *p, const tuft_zero_shot_side *from, int side, cut *c,
                            tuft_error *err)
{
    const tuft_features *train = from->train;
    uint32_t last = 0;
    for (size_t r = 0; r < train->rows; r++)
        last = train->group[r] > last ? train->group[r] : last;
    uint8_t *held = NULL;
    uint32_t *fit = NULL, *kept = NULL, *shown = NULL;
    size_t fits = 0, keeps = 0, shows = 0;
    tuft_status status = TUFT_NEW(&held, (size_t)last + 1, "recordings held out", err);
    if (!status)
        status = TUFT_NEW(&fit, train->rows, "training rows", err);
    if (!status)
        status = TUFT_NEW(&kept, train->rows, "validation rows", err);
    if (!status)
        status = TUFT_NEW(&shown, train->rows, "example rows", err);
    if (!status)
        status = hold_out(p, from, side, held, err);
    for (size_t r = 0; !status && r < train->rows; r++) {
        int label = train->label[r];
        if (label < p->classes && p->seen[label] && !held[train->group[r]])
            fit[fits++] = (uint32_t)r;
        else if (label < p->classes && p->seen[label] && r < from->originals)
            kept[keeps++] = (uint32_t)r;
        else if (label < p->classes && p->unseen[label] && r < from->originals)
            shown[shows++] = (uint32_t)r;
    }
    if (!status)
        status = tuft_features_select(&c->train, train, fit, fits, err);
    if (!status)
        status = tuft_features_select(&c->held, train, kept, keeps, err);
    if (!status)
        status = tuft_features_select(&c->examples, train, shown, shows, err);
    free(held);
    free(fit);
    free(kept);
    free(shown);
    return status;
}

static tuft_status cut_test(const protocol *p, const tuft_zero_shot_side *from, cut *c,
                            tuft_error *err)
{
    uint32_t *index;
    size_t n = 0, taken[TUFT_ZERO_SHOT_CLASSES] = {0};
    tuft_status status = TUFT_NEW(&index, from->test->rows, "test rows", err);
    for (size_t r = 0; !status && r < from->test->rows; r++) {
        int label = from->test->label[r];
        if (label < p->classes && (p->seen[label] || p->unseen[label]) &&
            taken[label] < p->config->test_limit) {
            taken[label]++;
            index[n++] = (uint32_t)r;
        }
    }
    for (int k = 0; !status && k < p->classes; k++)
        if ((p->seen[k] || p->unseen[k]) && !taken[k])
            status = tuft_fail(err, TUFT_INVALID, "class %d has no test recordings", k);
    if (!status)
        status = tuft_features_select(&c->test, from->test, index, n, err);
    free(index);
    return status;
}

static tuft_status scale(const protocol *p, cut *c, tuft_error *err)
{
    tuft_scaler scaler = {0};
    if (p->config->scaling == TUFT_SCALING_NONE)
        return TUFT_OK;
    tuft_status status = tuft_scaler_fit(&scaler, &c->train, err);
    if (!status)
        status = tuft_scaler_apply(&scaler, &c->train, err);
    if (!status)
        status = tuft_scaler_apply(&scaler, &c->held, err);
    if (!status)
        status = tuft_scaler_apply(&scaler, &c->test, err);
    if (!status && c->examples.rows)
        status = tuft_scaler_apply(&scaler, &c->examples, err);
    tuft_scaler_free(&scaler);
    return status;
}

static tuft_status cut_side(const protocol *p, const tuft_zero_shot_side *from, int side, cut *c,
                            tuft_error *err)
{
    size_t dim = p->config->joint.contrastive.dim;
    tuft_status status = cut_rows(p, from, side, c, err);
    if (!status)
        status = cut_test(p, from, c, err);
    if (!status)
        status = scale(p, c, err);
    if (!status)
        status = TUFT_NEW(&c->embedded_held, c->held.rows * dim, "embeddings", err);
    if (!status)
        status = TUFT_NEW(&c->embedded_test, c->test.rows * dim, "embeddings", err);
    if (!status)
        status = TUFT_NEW(&c->embedded_examples, c->examples.rows * dim, "embeddings", err);
    return status;
}

/* ---- pairs ----------------------------------------------------------------------------------- */

typedef struct {
    uint32_t *row_a, *row_b;
    int *label;
    size_t count;
} pair_list;

static void pair_list_free(pair_list *list)
{
    free(list->row_a);
    free(list->row_b);
    free(list->label);
}

/* The i-th sound of a class with its i-th picture, as many pairs as there are sounds; pictures
 * start again where there are fewer. */
static tuft_status make_pairs(const protocol *p, pair_list *list, tuft_error *err)
{
    const tuft_features *a = &p->side[SIDE_A].train, *b = &p->side[SIDE_B].train;
    uint32_t *of_a = NULL, *of_b = NULL;
    tuft_status status = TUFT_NEW(&list->row_a, b->rows, "pairs", err);
    if (!status)
        status = TUFT_NEW(&list->row_b, b->rows, "pairs", err);
    if (!status)
        status = TUFT_NEW(&list->label, b->rows, "pairs", err);
    if (!status)
        status = TUFT_NEW(&of_a, a->rows, "rows of a class", err);
    if (!status)
        status = TUFT_NEW(&of_b, b->rows, "rows of a class", err);
    for (int c = 0; !status && c < p->classes; c++) {
        if (!p->seen[c])
            continue;
        size_t n_a = rows_of(a, a->rows, c, of_a), n_b = rows_of(b, b->rows, c, of_b);
        for (size_t i = 0; n_a && i < n_b; i++) {
            list->row_a[list->count] = of_a[i % n_a];
            list->row_b[list->count] = of_b[i];
            list->label[list->count++] = c;
        }
    }
    free(of_a);
    free(of_b);
    return status;
}

/* ---- training and test ----------------------------------------------------------------------- */

static tuft_embedding view(const protocol *p, const tuft_features *features, const float *value)
{
    return (tuft_embedding){.rows = features->rows,
                            .dim = p->config->joint.contrastive.dim,
                            .value = value,
                            .label = features->label};
}

static tuft_status embed(const protocol *p, int side, const tuft_features *features, float *out,
                         tuft_error *err)
{
    if (!features->rows)
        return TUFT_OK;
    return tuft_joint_embed(&p->model, side, features, out, err);
}

static tuft_status embed_test(const protocol *p, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    for (int side = 0; !status && side < SIDES; side++)
        status = embed(p, side, &p->side[side].test, p->side[side].embedded_test, err);
    return status;
}

/* Retrieval of test items among the given classes, spoken queries; confusion may be NULL. */
static tuft_status retrieve(const protocol *p, int query, const uint8_t *among, double *accuracy,
                            size_t *asked, size_t *confusion, tuft_error *err)
{
    const cut *q = &p->side[query], *g = &p->side[SIDES - 1 - query];
    tuft_embedding queries = view(p, &q->test, q->embedded_test);
    tuft_embedding gallery = view(p, &g->test, g->embedded_test);
    tuft_retrieval found;
    tuft_status status = tuft_retrieve(&queries, &gallery, tuft_joint_similarity(&p->config->joint),
                                       p->classes, among, &found, err);
    if (status)
        return status;
    *accuracy = found.accuracy;
    *asked = found.asked;
    for (int i = 0; confusion && i < p->classes * p->classes; i++)
        confusion[i] += found.confusion[i];
    tuft_retrieval_free(&found);
    return TUFT_OK;
}

/* How good the projections are by the rule that chooses the epoch. */
static tuft_status judge(const protocol *p, double *merit, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    if (p->config->selection == TUFT_SELECT_ON_TEST) {
        size_t asked;
        status = embed_test(p, err);
        return status ? status : retrieve(p, SIDE_B, p->unseen, merit, &asked, NULL, err);
    }
    for (int side = 0; !status && side < SIDES; side++)
        status = embed(p, side, &p->side[side].held, p->side[side].embedded_held, err);
    tuft_embedding a = view(p, &p->side[SIDE_A].held, p->side[SIDE_A].embedded_held);
    tuft_embedding b = view(p, &p->side[SIDE_B].held, p->side[SIDE_B].embedded_held);
    tuft_retrieval found;
    if (!status)
        status = tuft_retrieve(&b, &a, tuft_joint_similarity(&p->config->joint), p->classes,
                               p->seen, &found, err);
    if (status)
        return status;
    *merit = found.accuracy;
    tuft_retrieval_free(&found);
    return TUFT_OK;
}

/* Trains and leaves the best epoch's projections in the model; the last of equals. */
static tuft_status train(protocol *p, tuft_zero_shot_result *out, tuft_error *err)
{
    const cut *a = &p->side[SIDE_A], *b = &p->side[SIDE_B];
    pair_list list = {0};
    tuft_joint best = {0};
    double best_merit = -1, loss;
    tuft_status status = make_pairs(p, &list, err);
    if (!status)
        status = tuft_joint_new(&p->model, &p->config->joint, a->train.columns, b->train.columns,
                                count_classes(p->seen, p->classes), p->seed, err);
    tuft_pairs pairs = {list.count, list.row_a, list.row_b, list.label};
    for (int epoch = 1; !status && epoch <= p->config->epochs; epoch++) {
        double merit;
        status = tuft_joint_epoch(&p->model, &a->train, &b->train, &pairs, p->classes, &loss, err);
        if (!status)
            status = judge(p, &merit, err);
        if (!status && merit >= best_merit) {
            best_merit = merit;
            out->epoch = epoch;
            status = tuft_joint_copy(&best, &p->model, err);
        }
    }
    if (!status) {
        out->operations = p->model.operations;
        tuft_joint_free(&p->model);
        p->model = best;
        out->validation = best_merit;
    } else {
        tuft_joint_free(&best);
    }
    pair_list_free(&list);
    return status;
}

static tuft_status figures(const protocol *p, const uint8_t *among, tuft_zero_shot_figures *out,
                           size_t *confusion, tuft_error *err)
{
    size_t n = count_classes(among, p->classes);
    *out = (tuft_zero_shot_figures){NAN, NAN, 0, 0, n ? 1 / (double)n : NAN};
    if (!n)
        return TUFT_OK;
    tuft_status status = retrieve(p, SIDE_B, among, &out->b_to_a, &out->queries_b, confusion, err);
    return status ? status : retrieve(p, SIDE_A, among, &out->a_to_b, &out->queries_a, NULL, err);
}

/* Prototypes from `shots` examples of each unseen class, drawn from one side's recordings. */
static tuft_status draw_prototypes(const protocol *p, int side, int shots, int draw,
                                   tuft_prototypes *out, tuft_error *err)
{
    const cut *c = &p->side[side];
    size_t dim = p->config->joint.contrastive.dim, n = 0;
    uint32_t *index;
    float *value = NULL;
    int *label = NULL;
    size_t room = (size_t)shots * count_classes(p->unseen, p->classes);
    tuft_status status = TUFT_NEW(&index, c->examples.rows, "examples", err);
    if (!status)
        status = TUFT_NEW(&value, room * dim, "examples", err);
    if (!status)
        status = TUFT_NEW(&label, room, "examples", err);
    for (int k = 0; !status && k < p->classes; k++) {
        if (!p->unseen[k])
            continue;
        size_t have = rows_of(&c->examples, c->examples.rows, k, index);
        if (have < (size_t)shots) {
            status = tuft_fail(err, TUFT_INVALID, "class %d: %d shots of %zu training recordings",
                               k, shots, have);
            break;
        }
        tuft_random random = tuft_random_stream(p->seed, TUFT_RANDOM_PAIRING,
                                                (uint64_t)(SHOT_STREAM + draw) << 32 |
                                                    (uint32_t)(shots << 8 | side << 7 | k));
        tuft_random_shuffle(&random, index, (uint32_t)have);
        for (int i = 0; i < shots; i++) {
            memcpy(value + n * dim, c->embedded_examples + index[i] * dim, dim * sizeof *value);
            label[n++] = k;
        }
    }
    tuft_embedding examples = {.rows = n, .dim = dim, .value = value, .label = label};
    if (!status)
        status = tuft_prototypes_mean(out, &examples, tuft_joint_similarity(&p->config->joint),
                                      p->classes, err);
    free(index);
    free(value);
    free(label);
    return status;
}

static tuft_status associate(const protocol *p, int shots, int draw, double *accuracy,
                             tuft_error *err)
{
    tuft_prototypes a = {0}, b = {0};
    tuft_retrieval found;
    tuft_embedding query = view(p, &p->side[SIDE_B].test, p->side[SIDE_B].embedded_test);
    tuft_embedding gallery = view(p, &p->side[SIDE_A].test, p->side[SIDE_A].embedded_test);
    tuft_status status = draw_prototypes(p, SIDE_A, shots, draw, &a, err);
    if (!status)
        status = draw_prototypes(p, SIDE_B, shots, draw, &b, err);
    if (!status)
        status = tuft_prototypes_associate(&b, &a, &query, &gallery,
                                           tuft_joint_similarity(&p->config->joint), &found, err);
    if (!status) {
        *accuracy = found.accuracy;
        tuft_retrieval_free(&found);
    }
    tuft_prototypes_free(&a);
    tuft_prototypes_free(&b);
    return status;
}

static tuft_status few_shot(const protocol *p, tuft_zero_shot_result *out, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    if (!count_classes(p->unseen, p->classes))
        return TUFT_OK;
    for (int side = 0; !status && side < SIDES; side++)
        status = embed(p, side, &p->side[side].examples, p->side[side].embedded_examples, err);
    for (int k = 0; !status && k < p->config->shot_kinds; k++) {
        double sum = 0, one = 0;
        for (int draw = 0; !status && draw < p->config->shot_draws; draw++) {
            status = associate(p, p->config->shots[k], draw, &one, err);
            sum += one;
        }
        out->few_shot[k] = sum / p->config->shot_draws;
    }
    return status;
}

static tuft_status test(const protocol *p, tuft_zero_shot_result *out, tuft_error *err)
{
    const cut *a = &p->side[SIDE_A], *b = &p->side[SIDE_B];
    tuft_status status = embed_test(p, err);
    if (!status)
        status = figures(p, p->seen, &out->seen, out->confusion, err);
    if (!status)
        status = figures(p, p->unseen, &out->unseen, out->confusion, err);
    tuft_embedding pictures = view(p, &a->test, a->embedded_test);
    tuft_embedding sounds = view(p, &b->test, b->embedded_test);
    if (!status)
        status = tuft_class_similarity(&sounds, &pictures, tuft_joint_similarity(&p->config->joint),
                                       p->classes, out->similarity, err);
    return status ? status : few_shot(p, out, err);
}

tuft_status tuft_zero_shot(const tuft_zero_shot_side *a, const tuft_zero_shot_side *b,
                           const tuft_zero_shot_config *config, int classes, const uint8_t *seen,
                           const uint8_t *unseen, uint64_t seed, tuft_zero_shot_result *out,
                           tuft_error *err)
{
    protocol p = {
        .config = config, .classes = classes, .seen = seen, .unseen = unseen, .seed = seed};
    *out = (tuft_zero_shot_result){0};
    tuft_status status = check(&p, err);
    if (!status)
        status = check_side(a, err);
    if (!status)
        status = check_side(b, err);
    if (!status)
        status = cut_side(&p, a, SIDE_A, &p.side[SIDE_A], err);
    if (!status)
        status = cut_side(&p, b, SIDE_B, &p.side[SIDE_B], err);
    if (!status)
        status = train(&p, out, err);
    if (!status)
        status = test(&p, out, err);
    tuft_joint_free(&p.model);
    cut_free(&p.side[SIDE_A]);
    cut_free(&p.side[SIDE_B]);
    return status;
}
