#include "lsm/conductance_map.h"

#include "core/apart.h"
#include "core/file.h"
#include "core/memory.h"

#include <errno.h>
#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_LIMIT = 1 << 30, CELL_LIMIT = 1 << 26, SIGNATURE = 8 };
static const double MOST_SIEMENS = 1e6;
static const double LEAST_SPREAD = 1e-5; /* of the mean, as in lsm/crossbar.c */
static const double CELL_SECONDS = 5e-6, SENDING_SECONDS = 600;
static const char DATASET[] = "conductance";

void tuft_conductance_map_free(tuft_conductance_map *map)
{
    free(map->siemens);
    *map = (tuft_conductance_map){0};
}

static void moments(tuft_conductance_map *map)
{
    size_t n = (size_t)map->rows * map->columns;
    double sum = 0, squares = 0;
    for (size_t k = 0; k < n; k++)
        sum += map->siemens[k];
    map->mean_siemens = sum / (double)n;
    for (size_t k = 0; k < n; k++)
        squares += pow(map->siemens[k] - map->mean_siemens, 2);
    map->sd_siemens = sqrt(squares / (double)n);
}

/* ---- checking -------------------------------------------------------------------------------- */

static tuft_status check_values(tuft_conductance_map *map, const char *path, double unit,
                                tuft_error *err)
{
    for (uint32_t i = 0; i < map->rows; i++)
        for (uint32_t j = 0; j < map->columns; j++) {
            double *g = &map->siemens[(size_t)i * map->columns + j];
            double scaled = *g * unit;
            if (!(scaled >= 0 && scaled <= MOST_SIEMENS))
                return tuft_fail(err, TUFT_FORMAT,
                                 "%s: row %u, column %u: conductance %g, expected 0 or more", path,
                                 i, j, *g);
            *g = scaled;
        }
    moments(map);
    return map->mean_siemens > 0 ? tuft_conductance_check_unit(path, map->mean_siemens, err)
                                 : TUFT_OK;
}

/* ---- text ------------------------------------------------------------------------------------ */

typedef struct {
    const char *path;
    size_t line, capacity, count;
} text_state;

static tuft_status parse_line(tuft_conductance_map *map, text_state *at, char *line,
                              tuft_error *err)
{
    static const char between[] = " \t\r,;";
    uint32_t columns = 0;
    line[strcspn(line, "#")] = '\0';
    for (char *from = line + strspn(line, between); *from; from += strspn(from, between)) {
        char *end;
        double value = strtod(from, &end);
        if (end == from || (*end && !strchr(between, *end)))
            return tuft_fail(err, TUFT_FORMAT, "%s: line %zu: \"%.16s\", expected a number",
                             at->path, at->line, from);
        if (at->count == CELL_LIMIT)
            return tuft_fail(err, TUFT_FORMAT, "%s: line %zu: more than %d cells", at->path,
                             at->line, CELL_LIMIT);
        tuft_status status =
            TUFT_GROW(&map->siemens, &at->capacity, at->count + 1, "conductances", err);
        if (status)
            return status;
        map->siemens[at->count++] = value;
        columns++;
        from = end;
    }
    if (!columns)
        return TUFT_OK;
    if (map->rows && columns != map->columns)
        return tuft_fail(err, TUFT_FORMAT, "%s: line %zu: %u values, the rows before have %u",
                         at->path, at->line, columns, map->columns);
    map->columns = columns;
    map->rows++;
    return TUFT_OK;
}

static tuft_status load_text(tuft_conductance_map *map, const char *path, tuft_error *err)
{
    char *text;
    tuft_status status = tuft_file_text(path, FILE_LIMIT, &text, err);
    text_state at = {.path = path};
    for (char *line = text; !status && line;) {
        char *next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        at.line++;
        status = parse_line(map, &at, line, err);
        line = next;
    }
    free(text);
    if (!status && !map->rows)
        status = tuft_fail(err, TUFT_FORMAT, "%s: no conductances in it", path);
    return status;
}

/* ---- HDF5 ------------------------------------------------------------------------------------ */

typedef struct {
    const char *path;
    tuft_conductance_map *map;
} request;

static tuft_status read_shape(hid_t dataset, const char *path, hsize_t size[2], tuft_error *err)
{
    hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset);
    int rank = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
    H5T_class_t kind = type < 0 ? H5T_NO_CLASS : H5Tget_class(type);
    if (rank == 2)
        H5Sget_simple_extent_dims(space, size, NULL);
    if (space >= 0)
        H5Sclose(space);
    if (type >= 0)
        H5Tclose(type);
    if (rank != 2)
        return tuft_fail(err, TUFT_FORMAT, "%s: %s has %d dimensions, expected 2", path, DATASET,
                         rank);
    if (kind != H5T_FLOAT && kind != H5T_INTEGER)
        return tuft_fail(err, TUFT_FORMAT, "%s: %s holds no numbers", path, DATASET);
    if (!size[0] || !size[1] || size[0] > CELL_LIMIT || size[1] > CELL_LIMIT ||
        size[0] * size[1] > CELL_LIMIT)
        return tuft_fail(err, TUFT_FORMAT, "%s: %s of %llu x %llu cells, expected 1 to %d", path,
                         DATASET, (unsigned long long)size[0], (unsigned long long)size[1],
                         CELL_LIMIT);
    if (H5Dget_storage_size(dataset) == 0)
        return tuft_fail(err, TUFT_FORMAT, "%s: %s claims %llu x %llu cells but stores none", path,
                         DATASET, (unsigned long long)size[0], (unsigned long long)size[1]);
    return TUFT_OK;
}

static tuft_status send_dataset(hid_t dataset, const char *path, FILE *out, tuft_error *err)
{
    hsize_t size[2] = {0, 0};
    double *value = NULL;
    tuft_status status = read_shape(dataset, path, size, err);
    size_t n = (size_t)(size[0] * size[1]);
    if (!status)
        status = TUFT_NEW(&value, n, path, err);
    if (status)
        return status;
    tuft_apart_allow(2 + CELL_SECONDS * (double)n);
    if (H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) < 0)
        status = tuft_fail(err, TUFT_FORMAT, "%s: %s cannot be read (damaged)", path, DATASET);
    tuft_apart_allow(SENDING_SECONDS);
    const uint32_t shape[2] = {(uint32_t)size[0], (uint32_t)size[1]};
    if (!status &&
        (fwrite(shape, sizeof shape, 1, out) != 1 || fwrite(value, sizeof *value, n, out) != n))
        status = tuft_fail(err, TUFT_IO, "%s: pipe: %s", path, strerror(errno));
    free(value);
    return status;
}

static tuft_status load_apart(FILE *out, void *user, tuft_error *err)
{
    const request *asked = user;
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* HDF5 prints its stack of errors; ours is one line */
    hid_t file = H5Fopen(asked->path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file < 0)
        return tuft_fail(err, TUFT_FORMAT, "%s: not an HDF5 file, or cut short", asked->path);
    if (H5Lexists(file, DATASET, H5P_DEFAULT) <= 0)
        return tuft_fail(err, TUFT_FORMAT, "%s: dataset %s is missing", asked->path, DATASET);
    hid_t dataset = H5Dopen2(file, DATASET, H5P_DEFAULT);
    if (dataset < 0)
        return tuft_fail(err, TUFT_FORMAT, "%s: %s is not a dataset", asked->path, DATASET);
    return send_dataset(dataset, asked->path, out, err);
}

static tuft_status take(FILE *in, void *user, tuft_error *err)
{
    const request *asked = user;
    tuft_conductance_map *map = asked->map;
    uint32_t shape[2];
    if (fread(shape, sizeof shape, 1, in) != 1 || !shape[0] || !shape[1] ||
        (uint64_t)shape[0] * shape[1] > CELL_LIMIT)
        return tuft_fail(err, TUFT_FORMAT, "%s: its reader sent no map", asked->path);
    size_t n = (size_t)shape[0] * shape[1];
    tuft_status status = TUFT_NEW(&map->siemens, n, asked->path, err);
    if (!status && fread(map->siemens, sizeof *map->siemens, n, in) != n)
        status = tuft_fail(err, TUFT_FORMAT, "%s: its reader sent half a map", asked->path);
    map->rows = shape[0];
    map->columns = shape[1];
    return status;
}

static int starts_as_hdf5(const char *path)
{
    unsigned char begin[SIGNATURE] = {0};
    FILE *file = fopen(path, "rb");
    size_t got = file ? fread(begin, 1, sizeof begin, file) : 0;
    if (file)
        fclose(file);
    return got == sizeof begin && memcmp(begin, "\x89HDF\r\n\x1a\n", sizeof begin) == 0;
}

tuft_status tuft_conductance_map_load(tuft_conductance_map *map, const char *path,
                                      double unit_siemens, tuft_error *err)
{
    struct stat information;
    *map = (tuft_conductance_map){0};
    if (stat(path, &information) != 0)
        return tuft_fail(err, TUFT_IO, "%s: %s", path, strerror(errno));
    if (!S_ISREG(information.st_mode))
        return tuft_fail(err, TUFT_IO, "%s: not a regular file", path);
    request asked = {path, map};
    tuft_status status = starts_as_hdf5(path) ? tuft_apart(path, load_apart, take, &asked, err)
                                              : load_text(map, path, err);
    if (!status)
        status = check_values(map, path, unit_siemens, err);
    if (status)
        tuft_conductance_map_free(map);
    return status;
}

/* ---- writing --------------------------------------------------------------------------------- */

static tuft_status save_text(const tuft_conductance_map *map, const char *path, tuft_error *err)
{
    tuft_output output;
    tuft_status status = tuft_output_open(&output, path, err);
    if (status)
        return status;
    for (uint32_t i = 0; i < map->rows; i++)
        for (uint32_t j = 0; j < map->columns; j++)
            fprintf(output.stream, "%.9g%c", map->siemens[(size_t)i * map->columns + j],
                    j + 1 < map->columns ? ',' : '\n');
    return tuft_output_commit(&output, err);
}

static int write_dataset(hid_t file, const tuft_conductance_map *map)
{
    const hsize_t size[2] = {map->rows, map->columns};
    hid_t space = H5Screate_simple(2, size, NULL), properties = H5Pcreate(H5P_DATASET_CREATE);
    hid_t dataset = -1;
    if (space >= 0 && properties >= 0 && H5Pset_obj_track_times(properties, 0) >= 0)
        dataset =
            H5Dcreate2(file, DATASET, H5T_IEEE_F64LE, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    int good = dataset >= 0 && H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                                        map->siemens) >= 0;
    if (dataset >= 0)
        good &= H5Dclose(dataset) >= 0;
    if (properties >= 0)
        H5Pclose(properties);
    if (space >= 0)
        H5Sclose(space);
    return good;
}

static tuft_status save_hdf5(const tuft_conductance_map *map, const char *path, tuft_error *err)
{
    struct stat information;
    char *temporary;
    H5E_auto2_t print;
    void *print_data;
    if (stat(path, &information) == 0 && !S_ISREG(information.st_mode))
        return tuft_fail(err, TUFT_IO, "%s: cannot write: not a regular file", path);
    if (asprintf(&temporary, "%s.tmp-%ld", path, (long)getpid()) < 0)
        return tuft_fail(err, TUFT_MEMORY, "%s: no memory for the name", path);
    H5Eget_auto2(H5E_DEFAULT, &print, &print_data);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    hid_t file = H5Fcreate(temporary, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    int good = file >= 0 && write_dataset(file, map);
    if (file >= 0)
        good &= H5Fclose(file) >= 0;
    H5Eset_auto2(H5E_DEFAULT, print, print_data);
    good = good && rename(temporary, path) == 0;
    tuft_status status =
        good ? TUFT_OK : tuft_fail(err, TUFT_IO, "%s: cannot write: %s", path, strerror(errno));
    if (!good)
        unlink(temporary);
    free(temporary);
    return status;
}

static int ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length > tail && strcmp(text + length - tail, end) == 0;
}

tuft_status tuft_conductance_map_save(const tuft_conductance_map *map, const char *path,
                                      tuft_error *err)
{
    return ends_with(path, ".h5") || ends_with(path, ".hdf5") ? save_hdf5(map, path, err)
                                                              : save_text(map, path, err);
}

/* ---- pairs ----------------------------------------------------------------------------------- */

tuft_status tuft_conductance_map_pairs(const tuft_conductance_map *map, tuft_crossbar *out,
                                       tuft_error *err)
{
    *out = (tuft_crossbar){
        .rows = map->rows, .columns = map->columns / 2, .sd_siemens = map->sd_siemens};
    if (map->columns % 2)
        return tuft_fail(err, TUFT_FORMAT,
                         "map of %u x %u cells, expected an even number of columns: pairs",
                         map->rows, map->columns);
    if (!(map->sd_siemens >= LEAST_SPREAD * map->mean_siemens && map->sd_siemens > 0))
        return tuft_fail(err, TUFT_FORMAT,
                         "conductances of %g S that spread by %g S give no weights",
                         map->mean_siemens, map->sd_siemens);
    size_t n = (size_t)out->rows * out->columns;
    tuft_status status = TUFT_NEW(&out->plus, n, "crossbar cells", err);
    if (!status)
        status = TUFT_NEW(&out->minus, n, "crossbar cells", err);
    if (status) {
        tuft_crossbar_free(out);
        return status;
    }
    for (size_t k = 0; k < n; k++) {
        out->plus[k] = (float)map->siemens[2 * k];
        out->minus[k] = (float)map->siemens[2 * k + 1];
    }
    return TUFT_OK;
}

tuft_status tuft_conductance_map_of(tuft_conductance_map *out, const tuft_crossbar *crossbar,
                                    tuft_error *err)
{
    size_t n = (size_t)crossbar->rows * crossbar->columns;
    *out = (tuft_conductance_map){.rows = crossbar->rows, .columns = 2 * crossbar->columns};
    tuft_status status = TUFT_NEW(&out->siemens, 2 * n, "map cells", err);
    if (status) {
        *out = (tuft_conductance_map){0};
        return status;
    }
    for (size_t k = 0; k < n; k++) {
        out->siemens[2 * k] = crossbar->plus[k];
        out->siemens[2 * k + 1] = crossbar->minus[k];
    }
    moments(out);
    return TUFT_OK;
}
