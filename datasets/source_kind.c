#include "datasets/source_kind.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

enum { CLASSES_MOST = 11, HEAD_BYTES = 16 };

const char *tuft_source_kind_name(tuft_source_kind kind)
{
    switch (kind) {
    case TUFT_SOURCE_NMNIST_FILE:
        return "N-MNIST file";
    case TUFT_SOURCE_NMNIST_FOLDER:
        return "N-MNIST folder";
    case TUFT_SOURCE_CSV_FILE:
        return "CSV file";
    case TUFT_SOURCE_CSV_FOLDER:
        return "CSV folder";
    case TUFT_SOURCE_BS1:
        return "bs1 file";
    case TUFT_SOURCE_SOUND:
        return "sound file";
    case TUFT_SOURCE_SPOKEN:
        return "folder of spoken digits";
    case TUFT_SOURCE_NTIDIGITS:
        return "N-TIDIGITS file";
    case TUFT_SOURCE_IMAGES:
        return "IDX images";
    }
    return "unknown";
}

int tuft_has_folder(const char *path, const char *name)
{
    char inside[PATH_MAX];
    struct stat information;
    return snprintf(inside, sizeof inside, "%s/%s", path, name) < (int)sizeof inside &&
           stat(inside, &information) == 0 && S_ISDIR(information.st_mode);
}

static int ends_with(const char *name, const char *extension)
{
    size_t length = strlen(name), tail = strlen(extension);
    return length > tail && strcasecmp(name + length - tail, extension) == 0;
}

static int is_sound_name(const char *name)
{
    return ends_with(name, ".wav") || ends_with(name, ".flac") || ends_with(name, ".ogg");
}

static int is_spoken_name(const char *name)
{
    return isdigit((unsigned char)name[0]) && name[1] == '_' && is_sound_name(name);
}

static int is_csv_name(const char *name)
{
    return ends_with(name, ".csv");
}

static int is_bin_name(const char *name)
{
    return ends_with(name, ".bin");
}

static int holds(const char *folder, int (*wanted)(const char *name))
{
    DIR *opened = opendir(folder);
    int found = 0;
    for (struct dirent *entry; opened && !found && (entry = readdir(opened));)
        found = wanted(entry->d_name);
    if (opened)
        closedir(opened);
    return found;
}

static tuft_status kind_of_folder(const char *path, tuft_source_kind *kind, tuft_error *err)
{
    char inside[PATH_MAX];
    int csv = 0, bin = 0;
    for (int label = 0; label < CLASSES_MOST; label++) {
        if (snprintf(inside, sizeof inside, "%s/%d", path, label) >= (int)sizeof inside)
            return tuft_fail(err, TUFT_IO, "%s: path too long", path);
        csv |= holds(inside, is_csv_name);
        bin |= holds(inside, is_bin_name);
    }
    if (csv && bin)
        return tuft_fail(err, TUFT_FORMAT, "%s: .bin and .csv files, expected one or the other",
                         path);
    *kind = bin ? TUFT_SOURCE_NMNIST_FOLDER : csv ? TUFT_SOURCE_CSV_FOLDER : TUFT_SOURCE_SPOKEN;
    if (!bin && !csv && !holds(path, is_spoken_name))
        return tuft_fail(err, TUFT_FORMAT,
                         "%s: no <digit>/<name>.bin, no <digit>/<name>.csv and no "
                         "<digit>_<talker>_<take>.wav, .flac or .ogg in it or its Train and Test",
                         path);
    return TUFT_OK;
}

/* The first bytes, unpacked where they are gzip. */
static tuft_status read_head(const char *path, unsigned char head[HEAD_BYTES], tuft_error *err)
{
    gzFile stream = gzopen(path, "rb");
    if (!stream)
        return tuft_fail(err, TUFT_IO, "%s: %s", path, strerror(errno));
    int got = gzread(stream, head, HEAD_BYTES);
    gzclose(stream);
    if (got == 0)
        return tuft_fail(err, TUFT_FORMAT, "%s: empty", path);
    return got < 0 ? tuft_fail(err, TUFT_FORMAT, "%s: cannot be read (damaged)", path) : TUFT_OK;
}

static tuft_status kind_of_file(const char *path, tuft_source_kind *kind, tuft_error *err)
{
    static const struct {
        size_t length;
        char bytes[HEAD_BYTES];
        tuft_source_kind kind;
    } sign[] = {{8, "\x89HDF\r\n\x1a\n", TUFT_SOURCE_NTIDIGITS},
                {4, "RIFF", TUFT_SOURCE_SOUND},
                {4, "fLaC", TUFT_SOURCE_SOUND},
                {4, "OggS", TUFT_SOURCE_SOUND},
                {4, {0, 0, 8, 3}, TUFT_SOURCE_IMAGES},
                {8, "tick_us,", TUFT_SOURCE_CSV_FILE},
                {5, "t_us,", TUFT_SOURCE_CSV_FILE}};
    unsigned char head[HEAD_BYTES] = {0};
    if (is_bin_name(path) || is_csv_name(path) || ends_with(path, ".bs1")) {
        *kind = is_bin_name(path)   ? TUFT_SOURCE_NMNIST_FILE
                : is_csv_name(path) ? TUFT_SOURCE_CSV_FILE
                                    : TUFT_SOURCE_BS1;
        return TUFT_OK;
    }
    tuft_status status = read_head(path, head, err);
    if (status)
        return status;
    for (size_t i = 0; i < sizeof sign / sizeof *sign; i++)
        if (memcmp(head, sign[i].bytes, sign[i].length) == 0) {
            *kind = sign[i].kind;
            return TUFT_OK;
        }
    if (is_sound_name(path)) { /* its reader says what is wrong with it */
        *kind = TUFT_SOURCE_SOUND;
        return TUFT_OK;
    }
    if (ends_with(path, ".h5") || ends_with(path, ".hdf5")) {
        *kind = TUFT_SOURCE_NTIDIGITS;
        return TUFT_OK;
    }
    return tuft_fail(err, TUFT_FORMAT,
                     "%s: neither .bin, .bs1, .csv, sound, HDF5 nor IDX images by name or content",
                     path);
}

tuft_status tuft_source_kind_of(const char *path, tuft_source_kind *kind, tuft_error *err)
{
    struct stat information;
    char inside[PATH_MAX];
    if (stat(path, &information) != 0)
        return tuft_fail(err, TUFT_IO, "%s: %s", path, strerror(errno));
    if (S_ISREG(information.st_mode))
        return kind_of_file(path, kind, err);
    if (!S_ISDIR(information.st_mode))
        return tuft_fail(err, TUFT_IO, "%s: neither a file nor a folder", path);
    const char *side = tuft_has_folder(path, "Train")  ? "/Train"
                       : tuft_has_folder(path, "Test") ? "/Test"
                                                       : "";
    if (snprintf(inside, sizeof inside, "%s%s", path, side) >= (int)sizeof inside)
        return tuft_fail(err, TUFT_IO, "%s: path too long", path);
    return kind_of_folder(inside, kind, err);
}
