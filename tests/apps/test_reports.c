/* The pages of the subcommands that run reservoirs, on small synthetic sets. */
#include "apps/classify.h"
#include "apps/commands.h"
#include "apps/page.h"
#include "apps/zero_shot.h"
#include "core/file.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LARGEST_PAGE = 1500000 };

/* A page and the JSON of the same run. */
typedef struct {
    char *page;
    json_t *root;
} outcome;

static void run(const app_command *command, void *config, common_options *common, outcome *got)
{
    char json[] = "/tmp/tuft-test-reports-XXXXXX", report[] = "/tmp/tuft-test-reports-XXXXXX";
    tuft_error err;
    unsigned char *content;
    size_t size;
    cr_redirect_stdout();
    close(mkstemp(json));
    close(mkstemp(report));
    common->json = json;
    common->report = report;
    common->quiet = 1;
    common->threads = 2;
    cr_assert_eq(command->check(config, &err), TUFT_OK, "%s", err.message);
    cr_assert_eq(command->run(config, &err), TUFT_OK, "%s", err.message);
    got->root = json_load_file(json, 0, NULL);
    cr_assert_not_null(got->root);
    cr_assert_eq(tuft_file_read(report, 1 << 24, &content, &size, &err), TUFT_OK);
    cr_assert_lt(size, LARGEST_PAGE);
    got->page = calloc(size + 1, 1);
    memcpy(got->page, content, size);
    free(content);
    unlink(json);
    unlink(report);
    const char *fault = page_fault(got->page), *unwanted = page_unwanted(got->page);
    cr_assert_null(fault, "%.80s", fault);
    cr_assert_null(unwanted, "%.80s", unwanted);
    cr_assert_eq(strlen(got->page), size);
}

static void outcome_free(outcome *got)
{
    json_decref(got->root);
    free(got->page);
}

/* The number under results.a.b.c; "" ends the path. */
static double number(const outcome *got, const char *a, const char *b, const char *c)
{
    json_t *at = json_object_get(got->root, "results");
    const char *const path[] = {a, b, c};
    for (size_t i = 0; i < 3 && *path[i]; i++)
        at = json_object_get(at, path[i]);
    cr_assert(json_is_real(at), "%s.%s.%s", a, b, c);
    return json_real_value(at);
}

/* The page has a card with this name and this share. */
static void assert_card(const outcome *got, const char *name, double share)
{
    char card[256];
    snprintf(card, sizeof card, "<div class=\"name\">%s</div><div class=\"value\">%.2f %%</div>",
             name, 100 * share);
    cr_assert(strstr(got->page, card), "%s", card);
}

static size_t count(const char *page, const char *part)
{
    size_t n = 0;
    while ((page = strstr(page, part))) {
        n++;
        page += strlen(part);
    }
    return n;
}

static classify_config classify_small(int set)
{
    classify_config config = *(const classify_config *)classify_command.defaults;
    config.dataset = set;
    config.per_class = 6;
    return config;
}

Test(reports, classify_sounds_with_seeds_and_baseline)
{
    outcome got;
    classify_config config = classify_small(DATASET_SYNTHETIC_AUDIO);
    config.seeds = 2;
    config.baseline = 1;
    config.set = "augment.copies=1,group0.maps=8";
    run(&classify_command, &config, &config.common, &got);
    assert_card(&got, "Test accuracy", number(&got, "accuracy", "", ""));
    assert_card(&got, "Training accuracy", number(&got, "train_accuracy", "", ""));
    assert_card(&got, "Without a reservoir", number(&got, "counts_baseline", "accuracy", ""));
    cr_assert(strstr(got.page, "sd over 2 seeds"));
    cr_assert(strstr(got.page, "seeds 1 to 2"));
    cr_assert(strstr(got.page, "Confusion matrix."));
    cr_assert(strstr(got.page, "recurrent 0"));
    cr_assert(strstr(got.page, "<td>augment.copies=1,group0.maps=8</td>"));
    cr_assert(strstr(got.page, "group0.threshold_spread"));
    cr_assert_null(strstr(got.page, "Published"));
    outcome_free(&got);
}

/* A dense liquid, folds, and steps that are shares of the recording. */
Test(reports, classify_pictures_as_published)
{
    outcome got;
    classify_config config = classify_small(DATASET_SYNTHETIC_VISION);
    config.preset = PRESET_LIN2025;
    config.cross_validate = 3;
    config.set = "readout.updates=20";
    run(&classify_command, &config, &config.common, &got);
    assert_card(&got, "Accuracy, cross-validated", number(&got, "accuracy", "", ""));
    json_t *interval = json_object_get(json_object_get(got.root, "results"), "ci95");
    double mean = number(&got, "accuracy", "", "");
    cr_assert_leq(json_number_value(json_array_get(interval, 0)), mean);
    cr_assert_geq(json_number_value(json_array_get(interval, 1)), mean);
    cr_assert(strstr(got.page, "Accuracy in each fold."));
    cr_assert(strstr(got.page, "fold 3"));
    cr_assert(strstr(got.page, "of 200 cells in 50 steps"));
    cr_assert(strstr(got.page, "40000 synapses of the 200 cells"));
    outcome_free(&got);
}

/* A network with trained weights has no reservoir to show. */
Test(reports, classify_with_a_trained_network)
{
    outcome got;
    classify_config config = classify_small(DATASET_SYNTHETIC_VISION);
    config.network = CLASSIFY_SRNN;
    config.preset = PRESET_LIN2025;
    config.epochs = 2;
    config.set = "group0.maps=20";
    run(&classify_command, &config, &config.common, &got);
    assert_card(&got, "Test accuracy", number(&got, "accuracy", "", ""));
    cr_assert(strstr(got.page, "20 spiking (surrogate gradient) cells"));
    cr_assert(strstr(got.page, "back-propagation through time"));
    cr_assert(strstr(got.page, "Operations of training"));
    cr_assert_null(strstr(got.page, "One recording in the reservoir"));
    outcome_free(&got);
}

static zero_shot_config zero_shot_small(void)
{
    zero_shot_config config = *(const zero_shot_config *)zero_shot_command.defaults;
    config.synthetic = 1;
    config.per_class = 12;
    config.epochs = 2;
    config.shots = (option_list){2, {1, 2}};
    config.set_vision = "augment.copies=0,group0.maps=4";
    config.set_audio = "augment.copies=0,group0.maps=8";
    return config;
}

Test(reports, zero_shot_over_all_pairs)
{
    outcome got;
    zero_shot_config config = zero_shot_small();
    config.all_pairs = 1;
    run(&zero_shot_command, &config, &config.common, &got);
    assert_card(&got, "Seen classes, sound finds picture",
                number(&got, "seen", "audio_to_image", ""));
    assert_card(&got, "Unseen classes 8, 9", number(&got, "unseen", "audio_to_image", ""));
    assert_card(&got, "Unseen, all 36 choices", number(&got, "all_pairs", "mean", ""));
    json_t *few =
        json_array_get(json_object_get(json_object_get(got.root, "results"), "few_shot"), 1);
    assert_card(&got, "With 2 examples a class",
                json_real_value(json_object_get(json_object_get(few, "all_pairs"), "mean")));
    /* Two matrices with two classes apart, twice named each, and once in each cell's title. */
    cr_assert_geq(count(got.page, ">8 (unseen)</text>"), 4);
    cr_assert(strstr(got.page, "nothing ties the sound of an unseen digit to its picture"));
    cr_assert_null(strstr(got.page, "<p class=\"notice\">"));
    cr_assert(strstr(got.page, "vision input 0"));
    cr_assert(strstr(got.page, "audio input 0"));
    outcome_free(&got);
}

Test(reports, zero_shot_says_that_it_looked_at_the_test)
{
    outcome got;
    zero_shot_config config = zero_shot_small();
    config.selection = 1;
    config.shots.count = 0;
    config.seen = "0-7";
    run(&zero_shot_command, &config, &config.common, &got);
    cr_assert(strstr(got.page, "<p class=\"notice\">"));
    cr_assert(strstr(got.page, "no estimate"));
    cr_assert_null(strstr(got.page, "all 36"));
    cr_assert_geq(count(got.page, ">9 (unseen)</text>"), 4);
    outcome_free(&got);
}

Test(reports, zero_shot_with_trained_networks)
{
    outcome got;
    zero_shot_config config = zero_shot_small();
    config.network = ZERO_SHOT_SRNN;
    config.loss = TUFT_LOSS_PROTOTYPICAL;
    config.support = config.queries = 2;
    config.preset = PRESET_LIN2025;
    config.set_vision = config.set_audio = "group0.maps=10";
    run(&zero_shot_command, &config, &config.common, &got);
    cr_assert(strstr(got.page, "weights were trained along with the rest"));
    cr_assert(strstr(got.page, "minus squared distance"));
    cr_assert(strstr(got.page, "Operations of training"));
    cr_assert_null(strstr(got.page, "The digit 8, seen"));
    outcome_free(&got);
}
