#include "datasets/ntidigits.h"

#include "core/memory.h"

#include <ctype.h>
#include <errno.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_BYTES = 64, CHANNELS_MOST = 1 << 16, OH_CLASS = 10 };
static const int64_t TICK_LIMIT = INT64_C(3600) * 1000000; /* what the reader takes */

static char sign_of(int label)
{
    return label == 0 ? 'z' : label == OH_CLASS ? 'o' : (char)('0' + label);
}

static int is_kind(const char *text, size_t length)
{
    static const char *const kind[] = {"man", "woman", "boy", "girl"};
    for (size_t i = 0; i < sizeof kind / sizeof *kind; i++)
        if (strlen(kind[i]) == length && strncmp(text, kind[i], length) == 0)
            return 1;
    return 0;
}

/* Whether the name is a key already that says this talker and this digit. */
static int is_key(const tuft_recording *recording)
{
    const char *name = recording->name, *last = strrchr(name, '-');
    size_t first = strcspn(name, "-");
    const char *talker = is_kind(name, first) && name[first] ? name + first + 1 : name;
    size_t length = strcspn(talker, "-");
    return last && last > name && last[1] == sign_of(recording->label) && !last[2] &&
           !strchr(name, '/') && recording->source[0] && strlen(recording->source) == length &&
           strncmp(talker, recording->source, length) == 0;
}

static void copy_clean(char *out, size_t size, const char *text, size_t length)
{
    size_t n = 0;
    for (size_t i = 0; i < length && n + 1 < size; i++)
        out[n++] = (char)(isalnum((unsigned char)text[i]) || text[i] == '.' ? text[i] : '_');
    out[n] = '\0';
}

/* <talker>-<take>-<digit>. The take is what a file's name says between its last '_' and its
 * extension, else the place in the split. */
static void make_key(const tuft_recording *recording, size_t place, char key[KEY_BYTES])
{
    if (is_key(recording)) {
        snprintf(key, KEY_BYTES, "%s", recording->name);
        return;
    }
    char talker[36], take[24];
    const char *source = recording->source[0] ? recording->source : "unknown";
    copy_clean(talker, sizeof talker - 1, source, strlen(source));
    size_t talker_length = strlen(talker);
    if (is_kind(talker, talker_length))
        memcpy(talker + talker_length, "_", 2);
    const char *line = strrchr(recording->name, '_');
    size_t length = line ? strcspn(line + 1, ".") : 0;
    if (length > 0 && length < sizeof take && !strchr(line, '/'))
        copy_clean(take, sizeof take, line + 1, length);
    else
        snprintf(take, sizeof take, "%zu", place);
    snprintf(key, KEY_BYTES, "%s-%s-%c", talker, take, sign_of(recording->label));
}

static tuft_status check_recording(const char *path, const tuft_recording *recording,
                                   uint32_t channels, tuft_error *err)
{
    const tuft_events *events = &recording->events;
    int64_t last = 0;
    if (recording->label < 0 || recording->label > OH_CLASS)
        return tuft_fail(err, TUFT_INVALID, "%s: %s: label %d, expected 0 to 10", path,
                         recording->name, recording->label);
    if (events->count == 0)
        return tuft_fail(err, TUFT_INVALID, "%s: %s: no events, expected at least one", path,
                         recording->name);
    for (size_t i = 0; i < events->count; i++) {
        if (events->tick_us[i] < last || events->tick_us[i] > TICK_LIMIT)
            return tuft_fail(err, TUFT_INVALID,
                             "%s: %s: event %zu at %lld us, expected between %lld and %lld", path,
                             recording->name, i, (long long)events->tick_us[i], (long long)last,
                             (long long)TICK_LIMIT);
        if (events->channel[i] >= channels)
            return tuft_fail(err, TUFT_INVALID, "%s: %s: event %zu: channel %u, expected below %u",
                             path, recording->name, i, events->channel[i], channels);
        last = events->tick_us[i];
    }
    return TUFT_OK;
}

static tuft_status check_side(const char *path, const char *side, const tuft_recordings *set,
                              tuft_geometry geometry, tuft_error *err)
{
    if (set->count == 0)
        return tuft_fail(err, TUFT_INVALID, "%s: no %s recordings, the layout needs some", path,
                         side);
    if (set->geometry.height != 1 || set->geometry.polarities != 1)
        return tuft_fail(err, TUFT_INVALID,
                         "%s: %u x %u pixels of %u polarities, the layout needs a row of channels",
                         path, set->geometry.width, set->geometry.height, set->geometry.polarities);
    if (set->geometry.width != geometry.width || geometry.width < 1 ||
        geometry.width > CHANNELS_MOST)
        return tuft_fail(err, TUFT_INVALID,
                         "%s: %u channels to train, %u to test, expected the "
                         "same, 1 to %d",
                         path, geometry.width, set->geometry.width, CHANNELS_MOST);
    for (size_t i = 0; i < set->count; i++) {
        tuft_status status = check_recording(path, &set->recording[i], geometry.width, err);
        if (status)
            return status;
    }
    return TUFT_OK;
}

/* A one-dimensional dataset. Without modification times: the same bytes for the same content. */
static int write_array(hid_t parent, const char *name, hid_t stored, hid_t held, const void *value,
                       size_t count)
{
    const hsize_t size = count;
    hid_t space = H5Screate_simple(1, &size, NULL), properties = H5Pcreate(H5P_DATASET_CREATE);
    hid_t dataset = -1;
    int good = space >= 0 && properties >= 0 && H5Pset_obj_track_times(properties, 0) >= 0;
    if (good)
        dataset = H5Dcreate2(parent, name, stored, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    good = dataset >= 0 && H5Dwrite(dataset, held, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0;
    if (dataset >= 0)
        good &= H5Dclose(dataset) >= 0;
    if (properties >= 0)
        H5Pclose(properties);
    if (space >= 0)
        H5Sclose(space);
    return good;
}

static hid_t new_group(hid_t file, const char *side, const char *what)
{
    char name[32];
    snprintf(name, sizeof name, "%s_%s", side, what);
    return H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
}

static tuft_status write_recording(const char *path, hid_t address, hid_t time, const char *key,
                                   const tuft_events *events, tuft_error *err)
{
    if (H5Lexists(address, key, H5P_DEFAULT) > 0)
        return tuft_fail(err, TUFT_INVALID, "%s: two recordings have the key %s", path, key);
    double *seconds;
    tuft_status status = TUFT_NEW(&seconds, events->count, "times in seconds", err);
    if (status)
        return status;
    for (size_t i = 0; i < events->count; i++)
        seconds[i] = (double)events->tick_us[i] / 1e6;
    if (!write_array(address, key, H5T_STD_U16LE, H5T_NATIVE_UINT32, events->channel,
                     events->count) ||
        !write_array(time, key, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, seconds, events->count))
        status = tuft_fail(err, TUFT_IO, "%s: cannot write %s", path, key);
    free(seconds);
    return status;
}

static tuft_status write_labels(const char *path, hid_t file, const char *side, const char *keys,
                                size_t count, tuft_error *err)
{
    char name[32];
    snprintf(name, sizeof name, "%s_labels", side);
    hid_t type = H5Tcopy(H5T_C_S1);
    int good = type >= 0 && H5Tset_size(type, KEY_BYTES) >= 0 &&
               write_array(file, name, type, type, keys, count);
    if (type >= 0)
        H5Tclose(type);
    return good ? TUFT_OK : tuft_fail(err, TUFT_IO, "%s: cannot write %s", path, name);
}

static tuft_status write_side(const char *path, hid_t file, const char *side,
                              const tuft_recordings *set, tuft_error *err)
{
    char(*key)[KEY_BYTES];
    tuft_status status = TUFT_NEW(&key, set->count, "keys", err);
    if (status)
        return status;
    hid_t address = new_group(file, side, "addresses"), time = new_group(file, side, "timestamps");
    if (address < 0 || time < 0)
        status = tuft_fail(err, TUFT_IO, "%s: cannot write the groups of %s", path, side);
    for (size_t i = 0; i < set->count && !status; i++) {
        make_key(&set->recording[i], i, key[i]);
        status = write_recording(path, address, time, key[i], &set->recording[i].events, err);
    }
    if (!status)
        status = write_labels(path, file, side, key[0], set->count, err);
    if (address >= 0)
        H5Gclose(address);
    if (time >= 0)
        H5Gclose(time);
    free(key);
    return status;
}

static tuft_status write_channels(const char *path, hid_t file, uint32_t channels, tuft_error *err)
{
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t attribute =
        space < 0 ? -1
                  : H5Acreate2(file, "channels", H5T_STD_I32LE, space, H5P_DEFAULT, H5P_DEFAULT);
    int good = attribute >= 0 && H5Awrite(attribute, H5T_NATIVE_UINT32, &channels) >= 0;
    if (attribute >= 0)
        H5Aclose(attribute);
    if (space >= 0)
        H5Sclose(space);
    return good ? TUFT_OK : tuft_fail(err, TUFT_IO, "%s: cannot write attribute channels", path);
}

static tuft_status write_file(const char *path, const char *temporary, const tuft_recordings *train,
                              const tuft_recordings *test, tuft_error *err)
{
    hid_t file = H5Fcreate(temporary, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    if (file < 0)
        return tuft_fail(err, TUFT_IO, "%s: cannot write: %s", path, strerror(errno));
    tuft_status status = write_channels(path, file, train->geometry.width, err);
    if (!status)
        status = write_side(path, file, "train", train, err);
    if (!status)
        status = write_side(path, file, "test", test, err);
    if (H5Fclose(file) < 0 && !status)
        status = tuft_fail(err, TUFT_IO, "%s: cannot write: %s", path, strerror(errno));
    if (!status && rename(temporary, path) != 0)
        status = tuft_fail(err, TUFT_IO, "%s: cannot write: %s", path, strerror(errno));
    if (status)
        unlink(temporary);
    return status;
}

tuft_status tuft_ntidigits_write(const char *path, const tuft_recordings *train,
                                 const tuft_recordings *test, tuft_error *err)
{
    struct stat information;
    char *temporary;
    if (stat(path, &information) == 0 && !S_ISREG(information.st_mode))
        return tuft_fail(err, TUFT_IO, "%s: cannot write: not a regular file", path);
    tuft_status status = check_side(path, "train", train, train->geometry, err);
    if (!status)
        status = check_side(path, "test", test, train->geometry, err);
    if (status)
        return status;
    if (asprintf(&temporary, "%s.tmp-%ld", path, (long)getpid()) < 0)
        return tuft_fail(err, TUFT_MEMORY, "%s: no memory for the name", path);
    H5E_auto2_t print;
    void *print_data;
    H5Eget_auto2(H5E_DEFAULT, &print, &print_data);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    status = write_file(path, temporary, train, test, err);
    H5Eset_auto2(H5E_DEFAULT, print, print_data);
    free(temporary);
    return status;
}
