#include "datasets/ntidigits.h"

#include "core/apart.h"
#include "core/memory.h"
#include "datasets/recordings_pipe.h"

#include <errno.h>
#include <hdf5.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What a file may ask for. Real recordings have some thousand events and last seconds. */
enum {
    EVENT_LIMIT = 1 << 24,
    KEY_LIMIT = 1 << 22,
    LABEL_BYTES_LIMIT = 1 << 12,
    CHANNEL_LIMIT = 1 << 16,
    LEAST_CHANNELS = 64,
    ZERO_CLASS = 0,
    OH_CLASS = 10
};
static const double SECONDS_LIMIT = 3600.0;

/* Processor time that HDF5 may take for one array and for each of its entries, and all of the
 * results to be written to a pipe: many times what it needs. */
static const double ARRAY_SECONDS = 2, ENTRY_SECONDS = 20e-6, SENDING_SECONDS = 600;

/* The keys of one split, as C strings. Fixed-length labels lie in text, one every stride bytes;
 * variable-length ones are HDF5's and go back to it. */
typedef struct {
    size_t count, stride;
    char *text;
    char **pointer;
    hid_t type, space; /* of the pointers, for H5Dvlen_reclaim */
} key_list;

static void key_list_free(key_list *keys)
{
    if (keys->pointer) {
        H5Dvlen_reclaim(keys->type, keys->space, H5P_DEFAULT, keys->pointer);
        free(keys->pointer);
    }
    if (keys->type > 0)
        H5Tclose(keys->type);
    if (keys->space > 0)
        H5Sclose(keys->space);
    free(keys->text);
    *keys = (key_list){0};
}

static const char *key_at(const key_list *keys, size_t i)
{
    if (!keys->pointer)
        return keys->text + i * keys->stride;
    return keys->pointer[i] ? keys->pointer[i] : "";
}

/* The length of a one-dimensional dataset that has content. */
static tuft_status dataset_length(hid_t dataset, size_t limit, const char *where, size_t *length,
                                  tuft_error *err)
{
    hid_t space = H5Dget_space(dataset);
    int rank = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
    hsize_t size = 0;
    if (rank == 1)
        H5Sget_simple_extent_dims(space, &size, NULL);
    if (space >= 0)
        H5Sclose(space);
    if (rank != 1)
        return tuft_fail(err, TUFT_FORMAT, "%s: has %d dimensions, expected 1", where, rank);
    if (size == 0)
        return tuft_fail(err, TUFT_FORMAT, "%s: is empty", where);
    if (size > limit)
        return tuft_fail(err, TUFT_FORMAT, "%s: has %llu entries, expected at most %zu", where,
                         (unsigned long long)size, limit);
    if (H5Dget_storage_size(dataset) == 0)
        return tuft_fail(err, TUFT_FORMAT, "%s: claims %llu entries but stores none", where,
                         (unsigned long long)size);
    *length = (size_t)size;
    return TUFT_OK;
}

static tuft_status read_variable_keys(hid_t dataset, const char *where, key_list *keys,
                                      tuft_error *err)
{
    tuft_status status = TUFT_NEW(&keys->pointer, keys->count, where, err);
    if (!status && H5Dread(dataset, keys->type, H5S_ALL, H5S_ALL, H5P_DEFAULT, keys->pointer) < 0)
        status = tuft_fail(err, TUFT_FORMAT, "%s: cannot be read (damaged)", where);
    return status;
}

static tuft_status read_fixed_keys(hid_t dataset, const char *where, key_list *keys,
                                   tuft_error *err)
{
    tuft_status status = TUFT_NEW(&keys->text, keys->count * keys->stride, where, err);
    if (!status && H5Dread(dataset, keys->type, H5S_ALL, H5S_ALL, H5P_DEFAULT, keys->text) < 0)
        status = tuft_fail(err, TUFT_FORMAT, "%s: cannot be read (damaged)", where);
    return status;
}

static tuft_status read_keys(hid_t dataset, const char *where, key_list *keys, tuft_error *err)
{
    tuft_status status = dataset_length(dataset, KEY_LIMIT, where, &keys->count, err);
    if (status)
        return status;
    tuft_apart_allow(ARRAY_SECONDS + ENTRY_SECONDS * (double)keys->count);
    hid_t stored = H5Dget_type(dataset);
    if (stored < 0)
        return tuft_fail(err, TUFT_FORMAT, "%s: type cannot be read", where);
    bool is_string = H5Tget_class(stored) == H5T_STRING;
    bool variable = is_string && H5Tis_variable_str(stored) > 0;
    size_t bytes = H5Tget_size(stored);
    H5T_cset_t characters = is_string ? H5Tget_cset(stored) : H5T_CSET_ASCII;
    H5Tclose(stored);
    if (!is_string)
        return tuft_fail(err, TUFT_FORMAT, "%s: holds no strings", where);
    if (!variable && (bytes == 0 || bytes > LABEL_BYTES_LIMIT))
        return tuft_fail(err, TUFT_FORMAT, "%s: labels of %zu bytes, expected 1 to %d", where,
                         bytes, LABEL_BYTES_LIMIT);
    keys->stride = bytes + 1;
    keys->type = H5Tcopy(H5T_C_S1);
    keys->space = H5Dget_space(dataset);
    if (keys->type < 0 || keys->space < 0 ||
        H5Tset_size(keys->type, variable ? H5T_VARIABLE : keys->stride) < 0 ||
        H5Tset_cset(keys->type, characters) < 0)
        return tuft_fail(err, TUFT_FORMAT, "%s: type cannot be used", where);
    return variable ? read_variable_keys(dataset, where, keys, err)
                    : read_fixed_keys(dataset, where, keys, err);
}

/* Opens an array that must be there and be of the given class. */
static tuft_status open_array(hid_t parent, const char *name, H5T_class_t expected,
                              const char *where, hid_t *dataset, tuft_error *err)
{
    *dataset = -1;
    if (H5Lexists(parent, name, H5P_DEFAULT) <= 0)
        return tuft_fail(err, TUFT_FORMAT, "%s: missing", where);
    *dataset = H5Dopen2(parent, name, H5P_DEFAULT);
    if (*dataset < 0)
        return tuft_fail(err, TUFT_FORMAT, "%s: not a dataset", where);
    hid_t type = H5Dget_type(*dataset);
    H5T_class_t found = type < 0 ? H5T_NO_CLASS : H5Tget_class(type);
    if (type >= 0)
        H5Tclose(type);
    if (found == expected)
        return TUFT_OK;
    H5Dclose(*dataset);
    *dataset = -1;
    return tuft_fail(err, TUFT_FORMAT, "%s: of the wrong type, expected %s", where,
                     expected == H5T_INTEGER ? "integers"
                     : expected == H5T_FLOAT ? "floating-point numbers"
                                             : "strings");
}

/* A one-dimensional array of the given class, converted to a memory type of 8 bytes. */
static tuft_status read_array(hid_t group, const char *key, H5T_class_t expected, hid_t memory_type,
                              const char *where, void **value, size_t *count, tuft_error *err)
{
    hid_t dataset;
    tuft_apart_allow(ARRAY_SECONDS);
    tuft_status status = open_array(group, key, expected, where, &dataset, err);
    if (status)
        return status;
    status = dataset_length(dataset, EVENT_LIMIT, where, count, err);
    tuft_apart_allow(ARRAY_SECONDS + ENTRY_SECONDS * (double)*count);
    if (!status)
        status = tuft_array_new(value, *count, 8, where, err);
    if (!status && H5Dread(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, *value) < 0)
        status = tuft_fail(err, TUFT_FORMAT, "%s: cannot be read (damaged)", where);
    H5Dclose(dataset);
    return status;
}

/* Seconds and addresses, checked, into events. */
static tuft_status append_events(tuft_events *events, const double *seconds, const int64_t *address,
                                 size_t count, uint32_t channels, const char *key, const char *path,
                                 tuft_error *err)
{
    int64_t before = 0;
    for (size_t i = 0; i < count; i++) {
        if (!(seconds[i] >= 0.0 && seconds[i] <= SECONDS_LIMIT))
            return tuft_fail(err, TUFT_FORMAT, "%s: %s: time %zu is %g s, expected 0 to %g", path,
                             key, i, seconds[i], SECONDS_LIMIT);
        if (i && seconds[i] < seconds[i - 1])
            return tuft_fail(err, TUFT_FORMAT, "%s: %s: time %zu goes back from %.9g s to %.9g s",
                             path, key, i, seconds[i - 1], seconds[i]);
        if (address[i] < 0 || address[i] >= channels)
            return tuft_fail(err, TUFT_FORMAT, "%s: %s: address %zu is %lld, expected 0 to %u",
                             path, key, i, (long long)address[i], channels - 1);
        before = llround(seconds[i] * 1e6);
        tuft_status status = tuft_events_push(events, before, (uint32_t)address[i], err);
        if (status)
            return status;
    }
    return TUFT_OK;
}

/* Label from the last part of a key: -1 for a sequence of digits, -2 for a sign that is none. */
static int label_of(const char *key)
{
    const char *dash = strrchr(key, '-'), *digits = dash ? dash + 1 : key;
    if (strlen(digits) > 1)
        return -1;
    if (*digits >= '1' && *digits <= '9')
        return *digits - '0';
    return *digits == 'z' ? ZERO_CLASS : *digits == 'o' ? OH_CLASS : -2;
}

/* The talker: second part after a kind of talker, else first. False when it does not fit. */
static bool talker_of(const char *key, char *talker, size_t room)
{
    static const char *const kind[] = {"man-", "woman-", "boy-", "girl-"};
    const char *begin = key;
    for (size_t k = 0; k < sizeof kind / sizeof *kind; k++)
        if (strncmp(key, kind[k], strlen(kind[k])) == 0)
            begin = key + strlen(kind[k]);
    size_t length = strcspn(begin, "-");
    if (length >= room)
        return false;
    memcpy(talker, begin, length);
    talker[length] = '\0';
    return true;
}

/* One split, open. */
typedef struct {
    const char *path, *side; /* side: "train" or "test" */
    hid_t address, time;     /* groups */
    uint32_t channels;       /* addresses lie below */
} split_source;

static tuft_status load_recording(const split_source *split, const char *key, int label,
                                  tuft_recordings *set, tuft_error *err)
{
    tuft_recording recording = {.label = label};
    if (strlen(key) >= sizeof recording.name || strchr(key, '/') ||
        !talker_of(key, recording.source, sizeof recording.source))
        return tuft_fail(err, TUFT_FORMAT, "%s: %s_labels: key \"%.80s\" is too long or has a '/'",
                         split->path, split->side, key);
    memcpy(recording.name, key, strlen(key) + 1);
    char address_name[TUFT_MESSAGE_SIZE], time_name[TUFT_MESSAGE_SIZE];
    snprintf(address_name, sizeof address_name, "%.300s: %s_addresses/%s", split->path, split->side,
             key);
    snprintf(time_name, sizeof time_name, "%.300s: %s_timestamps/%s", split->path, split->side,
             key);

    void *address = NULL, *seconds = NULL;
    size_t addresses = 0, times = 0;
    tuft_status status = read_array(split->address, key, H5T_INTEGER, H5T_NATIVE_INT64,
                                    address_name, &address, &addresses, err);
    if (!status)
        status = read_array(split->time, key, H5T_FLOAT, H5T_NATIVE_DOUBLE, time_name, &seconds,
                            &times, err);
    if (!status && addresses != times)
        status = tuft_fail(err, TUFT_FORMAT, "%s: %zu times but %zu addresses", time_name, times,
                           addresses);
    if (!status)
        status = append_events(&recording.events, seconds, address, times, split->channels, key,
                               split->path, err);
    free(address);
    free(seconds);
    if (!status) {
        recording.duration_us = tuft_events_end_us(&recording.events);
        status = tuft_recordings_push(set, &recording, err);
    }
    if (status)
        tuft_events_free(&recording.events);
    return status;
}

static tuft_status load_keys(const split_source *split, const key_list *keys, tuft_recordings *set,
                             tuft_error *err)
{
    for (size_t i = 0; i < keys->count; i++) {
        const char *key = key_at(keys, i);
        int label = label_of(key);
        if (label == -1)
            continue;
        if (label < 0)
            return tuft_fail(err, TUFT_FORMAT,
                             "%s: %s_labels: key %zu is \"%.80s\", expected its last part to be "
                             "1-9, z, o or several of them",
                             split->path, split->side, i, key);
        tuft_status status = load_recording(split, key, label, set, err);
        if (status)
            return status;
    }
    if (set->count == 0)
        return tuft_fail(err, TUFT_FORMAT, "%s: %s_labels: no single digit among %zu keys",
                         split->path, split->side, keys->count);
    return TUFT_OK;
}

static tuft_status open_group(hid_t file, const char *path, const char *name, hid_t *group,
                              tuft_error *err)
{
    *group = -1;
    if (H5Lexists(file, name, H5P_DEFAULT) <= 0)
        return tuft_fail(err, TUFT_FORMAT, "%s: group %s is missing", path, name);
    *group = H5Gopen2(file, name, H5P_DEFAULT);
    return *group < 0 ? tuft_fail(err, TUFT_FORMAT, "%s: %s is not a group", path, name) : TUFT_OK;
}

static tuft_status load_split(hid_t file, const char *path, const char *side, uint32_t channels,
                              tuft_recordings *set, tuft_error *err)
{
    char name[3][32], where[TUFT_MESSAGE_SIZE];
    snprintf(name[0], sizeof name[0], "%s_labels", side);
    snprintf(name[1], sizeof name[1], "%s_addresses", side);
    snprintf(name[2], sizeof name[2], "%s_timestamps", side);
    snprintf(where, sizeof where, "%.400s: %s", path, name[0]);

    split_source split = {
        .path = path, .side = side, .address = -1, .time = -1, .channels = channels};
    key_list keys = {0};
    hid_t labels;
    tuft_status status = open_array(file, name[0], H5T_STRING, where, &labels, err);
    if (!status)
        status = read_keys(labels, where, &keys, err);
    if (labels >= 0)
        H5Dclose(labels);
    if (!status)
        status = open_group(file, path, name[1], &split.address, err);
    if (!status)
        status = open_group(file, path, name[2], &split.time, err);
    if (!status)
        status = load_keys(&split, &keys, set, err);
    if (split.address >= 0)
        H5Gclose(split.address);
    if (split.time >= 0)
        H5Gclose(split.time);
    key_list_free(&keys);
    return status;
}

/* The root attribute `channels`; 0 where there is none. */
static tuft_status read_channels(hid_t file, const char *path, uint32_t *channels, tuft_error *err)
{
    *channels = 0;
    htri_t there = H5Aexists(file, "channels");
    if (there == 0)
        return TUFT_OK;
    hid_t attribute = there < 0 ? -1 : H5Aopen(file, "channels", H5P_DEFAULT);
    hid_t space = attribute < 0 ? -1 : H5Aget_space(attribute);
    hid_t type = attribute < 0 ? -1 : H5Aget_type(attribute);
    int64_t value = 0;
    bool read = space >= 0 && type >= 0 && H5Sget_simple_extent_npoints(space) == 1 &&
                H5Tget_class(type) == H5T_INTEGER &&
                H5Aread(attribute, H5T_NATIVE_INT64, &value) >= 0;
    if (type >= 0)
        H5Tclose(type);
    if (space >= 0)
        H5Sclose(space);
    if (attribute >= 0)
        H5Aclose(attribute);
    if (!read)
        return tuft_fail(err, TUFT_FORMAT, "%s: attribute channels is not one integer", path);
    if (value < 1 || value > CHANNEL_LIMIT)
        return tuft_fail(err, TUFT_FORMAT, "%s: attribute channels is %lld, expected 1 to %d", path,
                         (long long)value, CHANNEL_LIMIT);
    *channels = (uint32_t)value;
    return TUFT_OK;
}

static void survey(const tuft_recordings *set, uint32_t *channels, int *classes)
{
    for (size_t i = 0; i < set->count; i++) {
        const tuft_recording *recording = &set->recording[i];
        if (recording->label == OH_CLASS)
            *classes = OH_CLASS + 1;
        for (size_t e = 0; e < recording->events.count; e++)
            if (recording->events.channel[e] >= *channels)
                *channels = recording->events.channel[e] + 1;
    }
}

static tuft_status load_file(hid_t file, const char *path, tuft_recordings *train,
                             tuft_recordings *test, tuft_error *err)
{
    uint32_t said = 0;
    tuft_status status = read_channels(file, path, &said, err);
    uint32_t bound = said ? said : CHANNEL_LIMIT;
    if (!status)
        status = load_split(file, path, "train", bound, train, err);
    if (!status)
        status = load_split(file, path, "test", bound, test, err);
    if (status)
        return status;
    uint32_t channels = said ? said : LEAST_CHANNELS;
    int classes = OH_CLASS;
    survey(train, &channels, &classes);
    survey(test, &channels, &classes);
    train->geometry = test->geometry = (tuft_geometry){channels, 1, 1};
    train->classes = test->classes = classes;
    return TUFT_OK;
}

typedef struct {
    const char *path;
    tuft_recordings *train, *test;
} request;

/* In a process of its own: libhdf5 1.10 can be led in circles by a damaged file, and at the exit
 * after a failure it may fail to come to an end with itself, too. */
static tuft_status load_apart(FILE *out, void *user, tuft_error *err)
{
    const request *asked = user;
    tuft_recordings train = {0}, test = {0};
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* HDF5 prints its stack of errors; ours is one line */
    hid_t file = H5Fopen(asked->path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file < 0)
        return tuft_fail(err, TUFT_FORMAT, "%s: not an HDF5 file, or cut short", asked->path);
    tuft_status status = load_file(file, asked->path, &train, &test, err);
    tuft_apart_allow(SENDING_SECONDS);
    if (!status)
        status = tuft_recordings_send(&train, out, err);
    if (!status)
        status = tuft_recordings_send(&test, out, err);
    tuft_recordings_free(&train);
    tuft_recordings_free(&test);
    return status;
}

static tuft_status take(FILE *in, void *user, tuft_error *err)
{
    const request *asked = user;
    tuft_status status = tuft_recordings_receive(asked->train, in, err);
    return status ? status : tuft_recordings_receive(asked->test, in, err);
}

tuft_status tuft_ntidigits_load(const char *path, tuft_recordings *train, tuft_recordings *test,
                                tuft_error *err)
{
    *train = *test = (tuft_recordings){0};
    struct stat information;
    if (stat(path, &information) != 0)
        return tuft_fail(err, TUFT_IO, "%s: %s", path, strerror(errno));
    if (!S_ISREG(information.st_mode))
        return tuft_fail(err, TUFT_IO, "%s: not a regular file", path);

    request asked = {path, train, test};
    tuft_status status = tuft_apart(path, load_apart, take, &asked, err);
    if (status) {
        tuft_recordings_free(train);
        tuft_recordings_free(test);
    }
    return status;
}
