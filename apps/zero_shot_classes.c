/* tuft zero-shot: digits or letters, which of them are seen, which are not, what they are called.
 */
#include "apps/zero_shot.h"
#include "core/memory.h"
#include "core/philox.h"
#include "datasets/emnist.h"
#include "datasets/neural.h"
#include "datasets/synthetic_vision.h"
#include "datasets/talker_split.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const zero_shot_task digits = {
    .classes = 10,
    .first = 1,
    .seen = "1-7",
    .unseen = "8,9",
    .thing = "digit",
    .recording = "sound",
    .query = "spoken digit",
    .title = "Digits seen and digits heard",
    .caution = "nothing ties the sound of an unseen digit to its picture. Which of two unseen "
               "classes falls nearer to which is an accident of the seen ones"};

static const zero_shot_task letters = {
    .classes = TUFT_LETTERS,
    .first = 0,
    .unseen = "w-z",
    .thing = "letter",
    .recording = "neural recording",
    .query = "written letter",
    .title = "Letters seen and letters written",
    .caution = "a letter's picture is the trace of the movement that its neural recording was made "
               "of, so that an unseen letter may share strokes with seen ones, or may not"};

static const char synthetic_letters[] = "synthetic-letters",
                  synthetic_neural[] = "synthetic-neural";

static int is(const char *path, const char *name)
{
    return path && strcmp(path, name) == 0;
}

const zero_shot_task *zero_shot_task_of(const zero_shot_config *config)
{
    return is(config->audio, synthetic_neural) ? &letters : &digits;
}

const char *zero_shot_origin(const zero_shot_config *config)
{
    if (zero_shot_task_of(config) == &letters)
        return is(config->vision, synthetic_letters) ? "Drawn and simulated"
                                                     : "Scanned and simulated";
    return config->synthetic ? "Drawn and synthesised" : "Recorded";
}

tuft_status zero_shot_check_task(const zero_shot_config *c, tuft_error *err)
{
    const zero_shot_task *task = zero_shot_task_of(c);
    if (task == &digits && is(c->vision, synthetic_letters))
        return tuft_fail(err, TUFT_INVALID, "--vision synthetic-letters: expected --audio %s",
                         synthetic_neural);
    return TUFT_OK;
}

void zero_shot_class_text(const zero_shot_task *task, int class, char *text, size_t size)
{
    if (task == &letters)
        snprintf(text, size, "%c", 'a' + class);
    else
        snprintf(text, size, "%d", class);
}

/* ---- lists of classes ------------------------------------------------------------------------ */

/* One letter, or a number: of letters from 1, as in E-MNIST. -1: neither. */
static int read_class(const zero_shot_task *task, const char **at)
{
    const int from = task == &letters;
    int number = 0;
    if (from && **at >= 'a' && **at <= 'z')
        return *(*at)++ - 'a';
    if (**at < '0' || **at > '9')
        return -1;
    while (**at >= '0' && **at <= '9' && number < TUFT_ZERO_SHOT_CLASSES)
        number = 10 * number + *(*at)++ - '0';
    return number < from || number >= from + task->classes ? -1 : number - from;
}

static tuft_status read_list(const zero_shot_task *task, const char *option, const char *text,
                             uint8_t *member, tuft_error *err)
{
    const char *at = text;
    for (;;) {
        const int first = read_class(task, &at);
        int last = first;
        if (first >= 0 && *at == '-') {
            at++;
            last = read_class(task, &at);
        }
        if (first < 0 || last < first || (*at && *at != ','))
            return tuft_fail(err, TUFT_INVALID, "%s: '%.60s' is not a list of %ss such as %s",
                             option, text, task->thing,
                             task == &letters ? "a-v, or of their numbers from 1 to 26"
                                              : "1-7 or 8,9, from 0 to 9");
        for (int k = first; k <= last; k++) {
            if (member[k])
                return tuft_fail(err, TUFT_INVALID, "%s: '%.60s' names a %s twice", option, text,
                                 task->thing);
            member[k] = 1;
        }
        if (!*at++)
            return TUFT_OK;
    }
}

static size_t count(const uint8_t *member)
{
    size_t n = 0;
    for (int k = 0; k < TUFT_ZERO_SHOT_CLASSES; k++)
        n += member[k];
    return n;
}

tuft_status zero_shot_classes(const zero_shot_config *c, uint8_t seen[TUFT_ZERO_SHOT_CLASSES],
                              uint8_t unseen[TUFT_ZERO_SHOT_CLASSES], tuft_error *err)
{
    const zero_shot_task *task = zero_shot_task_of(c);
    memset(seen, 0, TUFT_ZERO_SHOT_CLASSES);
    memset(unseen, 0, TUFT_ZERO_SHOT_CLASSES);
    tuft_status status =
        read_list(task, "--unseen", c->unseen ? c->unseen : task->unseen, unseen, err);
    if (!status && (c->seen || task == &digits))
        status = read_list(task, "--seen", c->seen ? c->seen : task->seen, seen, err);
    for (int k = 0; !c->seen && task == &letters && k < task->classes; k++)
        seen[k] = !unseen[k];
    if (!status && (count(seen) < 2 || count(unseen) < 2))
        status = tuft_fail(err, TUFT_INVALID,
                           "%zu seen and %zu unseen classes, expected 2 or more of each",
                           count(seen), count(unseen));
    return status;
}

/* ---- choices --------------------------------------------------------------------------------- */

static void name_choice(const zero_shot_task *task, zero_shot_choice *choice)
{
    for (int k = 0; k < TUFT_ZERO_SHOT_CLASSES; k++)
        if (choice->unseen[k]) {
            char class[8];
            size_t used = strlen(choice->name);
            zero_shot_class_text(task, k, class, sizeof class);
            snprintf(choice->name + used, sizeof choice->name - used, "%s%s", used ? ", " : "",
                     class);
        }
}

/* All other classes than the unseen ones, from the task's first. */
static void fill_seen(const zero_shot_task *task, zero_shot_choice *choice)
{
    for (int k = task->first; k < task->classes; k++)
        choice->seen[k] = !choice->unseen[k];
}

static double binomial(size_t n, size_t k)
{
    double ways = 1;
    for (size_t i = 1; i <= k; i++)
        ways *= (double)(n - k + i) / (double)i;
    return rint(ways);
}

static int is_new(const zero_shot_choice *choice, size_t k)
{
    for (size_t i = 1; i < k; i++)
        if (memcmp(choice[i].unseen, choice[k].unseen, sizeof choice[k].unseen) == 0)
            return 0;
    return 1;
}

/* Different random choices of as many unseen classes as were asked for. */
static void draw_choices(zero_shot_run *run, size_t unseen, uint64_t seed)
{
    tuft_random random = tuft_random_stream(seed, TUFT_RANDOM_SPLIT, (uint64_t)1 << 40);
    uint32_t order[TUFT_ZERO_SHOT_CLASSES];
    for (size_t k = 1; k < run->choices; k++)
        do {
            memset(run->choice[k].unseen, 0, sizeof run->choice[k].unseen);
            for (int i = 0; i < run->classes; i++)
                order[i] = (uint32_t)i;
            tuft_random_shuffle(&random, order, (uint32_t)run->classes);
            for (size_t i = 0; i < unseen; i++)
                run->choice[k].unseen[order[i]] = 1;
        } while (!is_new(run->choice, k));
}

static void all_pairs(zero_shot_run *run)
{
    size_t k = 1;
    for (int i = run->task->first; i < run->classes; i++)
        for (int j = i + 1; j < run->classes; j++, k++)
            run->choice[k].unseen[i] = run->choice[k].unseen[j] = 1;
}

tuft_status zero_shot_choices(zero_shot_run *run, tuft_error *err)
{
    const zero_shot_config *c = run->config;
    uint8_t seen[TUFT_ZERO_SHOT_CLASSES], unseen[TUFT_ZERO_SHOT_CLASSES];
    tuft_status status = zero_shot_classes(c, seen, unseen, err);
    if (status)
        return status;
    const size_t size = run->task == &letters ? count(unseen) : 2;
    run->possible = binomial((size_t)(run->task->classes - run->task->first), size);
    run->choices = 1;
    if (c->all_pairs && run->task == &letters)
        run->choices += (size_t)fmin((double)c->choices, run->possible);
    else if (c->all_pairs)
        run->choices += (size_t)run->possible;
    status = TUFT_NEW(&run->choice, run->choices, "choices of classes", err);
    for (size_t k = 0; !status && k < run->choices; k++)
        status = TUFT_NEW(&run->choice[k].result, (size_t)c->seeds, "results", err);
    if (status)
        return status;
    memcpy(run->choice[0].seen, seen, sizeof seen);
    memcpy(run->choice[0].unseen, unseen, sizeof unseen);
    if (c->all_pairs && run->task == &letters)
        draw_choices(run, size, c->common.seed);
    else if (c->all_pairs)
        all_pairs(run);
    for (size_t k = 0; k < run->choices; k++) {
        if (k)
            fill_seen(run->task, &run->choice[k]);
        name_choice(run->task, &run->choice[k]);
    }
    return TUFT_OK;
}

/* ---- recordings of letters ------------------------------------------------------------------- */

static tuft_status load_emnist(const zero_shot_config *c, tuft_recordings *train,
                               tuft_recordings *test, tuft_error *err)
{
    const tuft_dvs_parameters sensor = tuft_dvs_defaults();
    tuft_recordings *const side[] = {train, test};
    tuft_status status = TUFT_OK;
    for (int k = 0; !status && k < 2; k++)
        status = tuft_emnist_load(c->vision, TUFT_EMNIST_LETTERS, (tuft_emnist_side)k,
                                  (size_t)c->per_class, &sensor, c->common.seed,
                                  (int)c->common.threads, side[k], err);
    return status;
}

tuft_status zero_shot_load_letters(const zero_shot_config *c, int which, tuft_recordings *train,
                                   tuft_recordings *test, tuft_error *err)
{
    const tuft_neural_parameters parameters = tuft_neural_defaults();
    const size_t per_class = (size_t)c->per_class;
    const int threads = (int)c->common.threads;
    tuft_recordings all = {0};
    if (which == ZERO_SHOT_VISION && !is(c->vision, synthetic_letters))
        return load_emnist(c, train, test, err);
    tuft_status status =
        which == ZERO_SHOT_VISION
            ? tuft_synthetic_letters(per_class, c->common.seed, threads, &all, err)
            : tuft_synthetic_neural(&parameters, per_class, c->common.seed, threads, &all, err);
    if (!status)
        status = tuft_talker_split(&all, which == ZERO_SHOT_AUDIO ? c->test_talkers : NULL, train,
                                   test, err);
    tuft_recordings_free(&all);
    return status;
}
