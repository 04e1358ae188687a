#include "datasets/talker_split.h"

#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

tuft_status tuft_talkers(const tuft_recordings *set, const char ***talker, size_t *count,
                         tuft_error *err)
{
    *count = 0;
    tuft_status status = TUFT_NEW(talker, set->count, "talkers", err);
    if (status)
        return status;
    for (size_t i = 0; i < set->count; i++)
        (*talker)[i] = set->recording[i].source;
    qsort(*talker, set->count, sizeof **talker, compare);
    for (size_t i = 0; i < set->count; i++)
        if (*count == 0 || strcmp((*talker)[i], (*talker)[*count - 1]) != 0)
            (*talker)[(*count)++] = (*talker)[i];
    return TUFT_OK;
}

static size_t find(const char *const *talker, size_t count, const char *name, size_t length)
{
    for (size_t i = 0; i < count; i++)
        if (strncmp(talker[i], name, length) == 0 && talker[i][length] == '\0')
            return i;
    return count;
}

/* Sets held_out[i] where talker[i] goes to the test side. */
static tuft_status choose(const char *const *talker, size_t count, const char *named,
                          unsigned char *held_out, tuft_error *err)
{
    if (count < 2)
        return tuft_fail(err, TUFT_INVALID, "talkers: %zu (%s), expected at least 2 for a split",
                         count, count ? talker[0] : "none");
    size_t quarter = count / 4, chosen = 0;
    if (!named)
        memset(held_out + count - (quarter ? quarter : 1), 1, quarter ? quarter : 1);
    for (const char *at = named; at; at = *at ? at + 1 : NULL) {
        size_t length = strcspn(at, ","), i = find(talker, count, at, length);
        if (i == count)
            return tuft_fail(err, TUFT_INVALID, "talkers: nobody is called \"%.*s\", %s and %s are",
                             length > 60 ? 60 : (int)length, at, talker[0], talker[count - 1]);
        held_out[i] = 1;
        at += length;
    }
    for (size_t i = 0; i < count; i++)
        chosen += held_out[i];
    return chosen < count ? TUFT_OK
                          : tuft_fail(err, TUFT_INVALID,
                                      "talkers: all %zu are named for the test side, nobody is "
                                      "left to train on",
                                      count);
}

static tuft_status distribute(tuft_recordings *set, const char *const *talker, size_t count,
                              const unsigned char *held_out, tuft_recordings *train,
                              tuft_recordings *test, tuft_error *err)
{
    tuft_status status =
        TUFT_GROW(&train->recording, &train->capacity, set->count, "recordings", err);
    if (!status)
        status = TUFT_GROW(&test->recording, &test->capacity, set->count, "recordings", err);
    if (status)
        return status;
    for (size_t i = 0; i < set->count; i++) {
        const char *name = set->recording[i].source;
        tuft_recordings *side = held_out[find(talker, count, name, strlen(name))] ? test : train;
        side->recording[side->count++] = set->recording[i];
    }
    set->count = 0;
    tuft_recordings_free(set);
    return TUFT_OK;
}

tuft_status tuft_talker_split(tuft_recordings *set, const char *test_talkers,
                              tuft_recordings *train, tuft_recordings *test, tuft_error *err)
{
    const char **talker;
    unsigned char *held_out = NULL;
    size_t count;
    *train = *test = (tuft_recordings){.geometry = set->geometry, .classes = set->classes};
    tuft_status status = tuft_talkers(set, &talker, &count, err);
    if (!status)
        status = TUFT_NEW(&held_out, count, "talkers held out", err);
    if (!status)
        status = choose(talker, count, test_talkers, held_out, err);
    if (!status)
        status = distribute(set, talker, count, held_out, train, test, err);
    free(talker);
    free(held_out);
    if (status) {
        tuft_recordings_free(train);
        tuft_recordings_free(test);
    }
    return status;
}
