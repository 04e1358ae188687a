#include "core/philox.h"
#include "lsm/prototypes.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Gallery: class 0 along x (short), 1 along y, 2 along x (long). */
static const float gallery_value[] = {1, 0, 0, 1, 3, 0.3F};
static const int gallery_label[] = {0, 1, 2};
static const tuft_embedding gallery = {3, 2, gallery_value, gallery_label};

/* Queries: near x, near y, near x. */
static const float query_value[] = {2, 0, 0.1F, 5, 1, 0.05F};
static const int query_label[] = {0, 1, 2};
static const tuft_embedding query = {3, 2, query_value, query_label};

/* By dot product the long vector takes both queries along x; by angle the first two have their own.
 */
Test(retrieval, dot_and_cosine)
{
    tuft_error err;
    tuft_retrieval result;
    cr_assert_eq(tuft_retrieve(&query, &gallery, TUFT_SIMILARITY_DOT, 3, NULL, &result, &err),
                 TUFT_OK);
    const size_t dot[] = {0, 0, 1, 0, 1, 0, 0, 0, 1};
    cr_assert_arr_eq(result.confusion, dot, sizeof dot);
    cr_assert_eq(result.right, 2);
    cr_assert_eq(result.asked, 3);
    cr_assert_float_eq(result.accuracy, 2.0 / 3, 1e-12);
    tuft_retrieval_free(&result);
    /* The third query lies 0.04996 rad from x and 0.04971 rad from the long vector. */
    cr_assert_eq(tuft_retrieve(&query, &gallery, TUFT_SIMILARITY_COSINE, 3, NULL, &result, &err),
                 TUFT_OK);
    const size_t cosine[] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    cr_assert_arr_eq(result.confusion, cosine, sizeof cosine);
    tuft_retrieval_free(&result);
}

/* By distance each query has the point beside it. */
Test(retrieval, distance)
{
    static const float asked[] = {0.9F, 0.1F, 0.2F, 0.9F, 2.8F, -0.1F};
    const tuft_embedding near = {3, 2, asked, query_label};
    tuft_retrieval result;
    cr_assert_eq(tuft_retrieve(&near, &gallery, TUFT_SIMILARITY_EUCLIDEAN, 3, NULL, &result, NULL),
                 TUFT_OK);
    cr_assert_eq(result.right, 3);
    tuft_retrieval_free(&result);
    /* (2, 0) is 1 from (1, 0) and 1.04 from (3, 0.3). */
    cr_assert_eq(tuft_retrieve(&query, &gallery, TUFT_SIMILARITY_EUCLIDEAN, 3, NULL, &result, NULL),
                 TUFT_OK);
    const size_t found[] = {1, 0, 0, 0, 1, 0, 1, 0, 0};
    cr_assert_arr_eq(result.confusion, found, sizeof found);
    tuft_retrieval_free(&result);
}

Test(retrieval, only_the_classes_given)
{
    tuft_error err;
    tuft_retrieval result;
    const uint8_t among[] = {1, 1, 0}, none[] = {0, 0, 0};
    cr_assert_eq(tuft_retrieve(&query, &gallery, TUFT_SIMILARITY_DOT, 3, among, &result, &err),
                 TUFT_OK);
    cr_assert_eq(result.asked, 2);
    cr_assert_eq(result.right, 2);
    tuft_retrieval_free(&result);
    cr_assert_eq(tuft_retrieve(&query, &gallery, TUFT_SIMILARITY_DOT, 3, none, &result, &err),
                 TUFT_INVALID);
    cr_assert_null(result.confusion);
}

/* Many copies of one row: the lowest index, at every place in the gallery. */
Test(retrieval, ties_go_to_the_lowest_index)
{
    enum { ROWS = 67, DIM = 33 };
    float value[ROWS * DIM], ask[DIM];
    int label[ROWS] = {0};
    tuft_random random = tuft_random_stream(3, TUFT_RANDOM_TEST, 0);
    for (int k = 0; k < DIM; k++)
        ask[k] = (float)tuft_random_normal(&random);
    const tuft_embedding one = {1, DIM, ask, label}, many = {ROWS, DIM, value, label};
    for (int first = 0; first < ROWS; first++) {
        for (int i = 0; i < ROWS; i++)
            for (int k = 0; k < DIM; k++)
                value[i * DIM + k] = i < first ? -ask[k] : ask[k];
        for (int similarity = 0; similarity < 2; similarity++) {
            uint32_t nearest;
            cr_assert_eq(tuft_embedding_nearest(&one, &many, (tuft_similarity)similarity, NULL,
                                                &nearest, NULL),
                         TUFT_OK);
            cr_assert_eq(nearest, (uint32_t)first);
        }
    }
}

/* A row of zeros is similar to nothing: 0, above every opposite vector, below every like one. */
Test(retrieval, zero_rows)
{
    const float value[] = {-1, 0, 0, 0}, ask[] = {1, 0};
    const int label[] = {0, 0};
    const tuft_embedding one = {1, 2, ask, label}, two = {2, 2, value, label};
    uint32_t nearest;
    cr_assert_eq(tuft_embedding_nearest(&one, &two, TUFT_SIMILARITY_COSINE, NULL, &nearest, NULL),
                 TUFT_OK);
    cr_assert_eq(nearest, 1u);
}

Test(retrieval, class_similarity_is_the_mean_over_pairs)
{
    enum { ROWS = 12, DIM = 3, CLASSES = 4 };
    float a[ROWS * DIM], b[ROWS * DIM];
    int label_a[ROWS], label_b[ROWS];
    tuft_random random = tuft_random_stream(4, TUFT_RANDOM_TEST, 0);
    for (int i = 0; i < ROWS; i++) {
        label_a[i] = i % 3;
        label_b[i] = i % 2;
        for (int k = 0; k < DIM; k++) {
            a[i * DIM + k] = (float)tuft_random_normal(&random);
            b[i * DIM + k] = (float)tuft_random_normal(&random);
        }
    }
    const tuft_embedding left = {ROWS, DIM, a, label_a}, right = {ROWS, DIM, b, label_b};
    for (int similarity = 0; similarity < 3; similarity++) {
        double matrix[CLASSES * CLASSES], sum[CLASSES * CLASSES] = {0};
        int pairs[CLASSES * CLASSES] = {0};
        cr_assert_eq(tuft_class_similarity(&left, &right, (tuft_similarity)similarity, CLASSES,
                                           matrix, NULL),
                     TUFT_OK);
        for (int i = 0; i < ROWS; i++)
            for (int j = 0; j < ROWS; j++) {
                double dot = 0, x = 0, y = 0;
                for (int k = 0; k < DIM; k++) {
                    dot += (double)a[i * DIM + k] * b[j * DIM + k];
                    x += (double)a[i * DIM + k] * a[i * DIM + k];
                    y += (double)b[j * DIM + k] * b[j * DIM + k];
                }
                const double value[] = {dot, dot / sqrt(x * y), 2 * dot - x - y};
                sum[label_a[i] * CLASSES + label_b[j]] += value[similarity];
                pairs[label_a[i] * CLASSES + label_b[j]]++;
            }
        for (int k = 0; k < CLASSES * CLASSES; k++)
            if (pairs[k])
                cr_assert_float_eq(matrix[k], sum[k] / pairs[k], 1e-5);
            else
                cr_assert(isnan(matrix[k]));
    }
}

Test(retrieval, bad_input_is_refused)
{
    tuft_error err;
    tuft_retrieval result;
    float value[] = {1, 0, 0, NAN, 3, 0};
    tuft_embedding bad = {3, 2, value, query_label};
    cr_assert_eq(tuft_retrieve(&bad, &gallery, TUFT_SIMILARITY_DOT, 3, NULL, &result, &err),
                 TUFT_NUMERIC);
    cr_assert_not_null(strstr(err.message, "row 1, column 1"));
    cr_assert_eq(tuft_retrieve(&query, &bad, TUFT_SIMILARITY_DOT, 3, NULL, &result, &err),
                 TUFT_NUMERIC);
    cr_assert_eq(tuft_retrieve(&query, &gallery, TUFT_SIMILARITY_DOT, 2, NULL, &result, &err),
                 TUFT_INVALID);
    cr_assert_eq(tuft_retrieve(&query, &gallery, TUFT_SIMILARITY_DOT, 1 << 30, NULL, &result, &err),
                 TUFT_INVALID);
    bad = (tuft_embedding){2, 3, gallery_value, query_label};
    cr_assert_eq(tuft_retrieve(&query, &bad, TUFT_SIMILARITY_DOT, 3, NULL, &result, &err),
                 TUFT_INVALID);
    bad.rows = 0;
    cr_assert_eq(tuft_retrieve(&bad, &gallery, TUFT_SIMILARITY_DOT, 3, NULL, &result, &err),
                 TUFT_INVALID);
}

/* Two examples a class: means by hand, then joined. Class 1 has none. */
Test(prototypes, means_by_hand)
{
    const float a[] = {2, 0, 0, 4, 0, 1}, b[] = {6, 0, 0, 2};
    const int label_a[] = {0, 0, 2}, label_b[] = {0, 2};
    const tuft_embedding left = {3, 2, a, label_a}, right = {2, 2, b, label_b};
    tuft_prototypes mean_a, mean_b, joint;
    cr_assert_eq(tuft_prototypes_mean(&mean_a, &left, TUFT_SIMILARITY_DOT, 3, NULL), TUFT_OK);
    cr_assert_eq(tuft_prototypes_mean(&mean_b, &right, TUFT_SIMILARITY_DOT, 3, NULL), TUFT_OK);
    cr_assert_eq(tuft_prototypes_join(&joint, &mean_a, &mean_b, NULL), TUFT_OK);
    const float expected[] = {8.0F / 3, 4.0F / 3, 0, 0, 0, 1.5F};
    for (int k = 0; k < 6; k++)
        cr_assert_float_eq(joint.value[k], expected[k], 1e-6);
    cr_assert_eq(joint.count[0], 3);
    cr_assert_eq(joint.count[1], 0);
    tuft_prototypes_free(&mean_a);
    cr_assert_eq(tuft_prototypes_mean(&mean_a, &left, TUFT_SIMILARITY_COSINE, 3, NULL), TUFT_OK);
    cr_assert_float_eq(mean_a.value[0], 0.5, 1e-6);
    cr_assert_float_eq(mean_a.value[1], 0.5, 1e-6);
    tuft_prototypes_free(&mean_a);
    tuft_prototypes_free(&mean_b);
    tuft_prototypes_free(&joint);
}

Test(prototypes, unknown_classes_are_never_assigned)
{
    const float example[] = {-1, 0, -1, 0.1F}, ask[] = {1, 0};
    const int label[] = {1, 3};
    const tuft_embedding examples = {2, 2, example, label}, one = {1, 2, ask, label};
    tuft_prototypes prototypes;
    int assigned;
    cr_assert_eq(tuft_prototypes_mean(&prototypes, &examples, TUFT_SIMILARITY_DOT, 5, NULL),
                 TUFT_OK);
    cr_assert_eq(tuft_prototypes_assign(&prototypes, &one, TUFT_SIMILARITY_DOT, &assigned, NULL),
                 TUFT_OK);
    cr_assert_eq(assigned, 1); /* equal dot products: the lower class */
    memset(prototypes.count, 0, 5 * sizeof *prototypes.count);
    cr_assert_eq(tuft_prototypes_assign(&prototypes, &one, TUFT_SIMILARITY_DOT, &assigned, NULL),
                 TUFT_INVALID);
    tuft_prototypes_free(&prototypes);
}

/* Sounds of class 1 and pictures of class 2 lie along x, the others along y: direct retrieval is
 * always wrong, association by prototypes always right. Queries of class 0, of which there are no
 * examples, do not count, nor is its picture ever found. */
Test(prototypes, association_bridges_what_retrieval_cannot)
{
    const float sound_example[] = {1, 0, 0, 1}, picture_example[] = {0, 1, 1, 0};
    const int example_label[] = {1, 2};
    const tuft_embedding sounds = {2, 2, sound_example, example_label};
    const tuft_embedding pictures = {2, 2, picture_example, example_label};
    const float query_[] = {0.9F, 0.1F, 0.2F, 1, 1, 0.2F, 1, 1, -1, 1};
    const int query_class[] = {1, 2, 1, 0, 0};
    const float gallery_[] = {2, 0.1F, 0.1F, 1, 1, 0.2F, 0, 5};
    const int gallery_class[] = {2, 1, 2, 0};
    const tuft_embedding asked = {5, 2, query_, query_class};
    const tuft_embedding shown = {4, 2, gallery_, gallery_class};
    tuft_prototypes own, other, joint;
    cr_assert_eq(tuft_prototypes_mean(&own, &sounds, TUFT_SIMILARITY_COSINE, 3, NULL), TUFT_OK);
    cr_assert_eq(tuft_prototypes_mean(&other, &pictures, TUFT_SIMILARITY_COSINE, 3, NULL), TUFT_OK);
    tuft_retrieval result;
    const uint8_t among[] = {0, 1, 1};
    cr_assert_eq(tuft_retrieve(&asked, &shown, TUFT_SIMILARITY_COSINE, 3, among, &result, NULL),
                 TUFT_OK);
    cr_assert_eq(result.asked, 3);
    cr_assert_eq(result.right, 0);
    tuft_retrieval_free(&result);
    cr_assert_eq(tuft_prototypes_associate(&own, &other, &asked, &shown, TUFT_SIMILARITY_COSINE,
                                           &result, NULL),
                 TUFT_OK);
    cr_assert_eq(result.asked, 3);
    cr_assert_eq(result.right, 3);
    cr_assert_eq(result.confusion[1 * 3 + 1], 2);
    cr_assert_eq(result.confusion[2 * 3 + 2], 1);
    tuft_retrieval_free(&result);
    cr_assert_eq(tuft_prototypes_join(&joint, &own, &other, NULL), TUFT_OK);
    cr_assert_float_eq(joint.value[2], 0.5, 1e-6);
    cr_assert_float_eq(joint.value[3], 0.5, 1e-6);
    own.count[1] = 0;
    tuft_error err;
    cr_assert_eq(tuft_prototypes_associate(&own, &other, &asked, &shown, TUFT_SIMILARITY_COSINE,
                                           &result, &err),
                 TUFT_INVALID);
    tuft_prototypes_free(&own);
    tuft_prototypes_free(&other);
    tuft_prototypes_free(&joint);
}
