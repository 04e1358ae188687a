/* Recordings from any file or folder that Tuft reads, one at a time: N-MNIST, N-TIDIGITS, .bs1,
 * CSV, sound through the cochlea, MNIST images before the emulated sensor.
 */
#ifndef TUFT_DATASETS_SOURCE_H
#define TUFT_DATASETS_SOURCE_H

#include "core/events.h"
#include "datasets/cochlea.h"
#include "datasets/dvs.h"
#include "datasets/idx.h"
#include "datasets/source_kind.h"

typedef struct {
    tuft_cochlea_parameters cochlea; /* for sound */
    tuft_dvs_parameters sensor;      /* for images */
    const char *labels;              /* images: the IDX file of their labels */
    size_t limit;                    /* images: the first so many; 0: all */
    uint64_t seed;                   /* images: of the sensor */
    const char *test_talkers;        /* spoken digits without Train/ and Test/: talker_split.h */
    int threads;                     /* >= 1, changes the time only */
} tuft_source_options;

typedef enum { TUFT_PART_ALL, TUFT_PART_TRAIN, TUFT_PART_TEST } tuft_part_name;

enum { TUFT_SOURCE_PARTS = 2 };

/* recording[i] says label, source and name of the i-th; its events are there (and its duration is
 * right) only where they are held. */
typedef struct {
    tuft_part_name name;
    tuft_recordings set;
} tuft_source_part;

typedef enum { TUFT_EVENTS_HELD, TUFT_EVENTS_ON_DEMAND } tuft_source_storage;

/* An open source. Strings are borrowed until it is closed. */
typedef struct {
    tuft_source_kind kind;
    tuft_source_storage storage;
    const char *path;
    tuft_source_options options;
    tuft_images images;
    int parts;
    tuft_source_part part[TUFT_SOURCE_PARTS];
    tuft_geometry geometry; /* of all parts */
    int classes;            /* 0: one recording without a label */
} tuft_source;

/* Opens path as what tuft_source_kind_of says. Parts: those of Train/ and Test/ that are there, or
 * of an N-TIDIGITS file; of spoken digits in one folder by talker, where there are two or more;
 * else one. Names of images are their places from 1 in 5 digits, as in N-MNIST. Errors: of the
 * readers, which name the file, and TUFT_INVALID for images without labels. On failure *source is
 * zeroed. */
tuft_status tuft_source_open(tuft_source *source, const char *path,
                             const tuft_source_options *options, tuft_error *err);
void tuft_source_close(tuft_source *source);

/* Recordings first .. first+count-1 of a part with their events, as a set of the caller's. count is
 * cut at the part's end. On failure (the first in order) *out is zeroed. */
tuft_status tuft_source_read(const tuft_source *source, int part, size_t first, size_t count,
                             tuft_recordings *out, tuft_error *err);

#endif
