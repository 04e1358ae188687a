#include "apps/counts_file.h"

#include "core/file.h"
#include "core/memory.h"

#include <errno.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* HDF5 prints what goes wrong; we say it ourselves. */
typedef struct {
    H5E_auto2_t print;
    void *data;
} quiet;

static quiet quiet_begin(void)
{
    quiet was;
    H5Eget_auto2(H5E_DEFAULT, &was.print, &was.data);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    return was;
}

static void quiet_end(quiet was)
{
    H5Eset_auto2(H5E_DEFAULT, was.print, was.data);
}

/* ---- writing --------------------------------------------------------------------------------- */

static int put_array(hid_t group, const char *name, hid_t stored, hid_t held, const void *value,
                     size_t count)
{
    const hsize_t size = count;
    hid_t space = H5Screate_simple(1, &size, NULL), properties = H5Pcreate(H5P_DATASET_CREATE);
    hid_t dataset = -1;
    int good = space >= 0 && properties >= 0 && H5Pset_obj_track_times(properties, 0) >= 0;
    if (good)
        dataset = H5Dcreate2(group, name, stored, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    good = dataset >= 0 &&
           (!count || H5Dwrite(dataset, held, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0);
    if (dataset >= 0)
        good &= H5Dclose(dataset) >= 0;
    H5Pclose(properties);
    H5Sclose(space);
    return good;
}

static int put_number(hid_t group, const char *name, uint32_t value)
{
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t attribute = H5Acreate2(group, name, H5T_STD_U32LE, space, H5P_DEFAULT, H5P_DEFAULT);
    int good = attribute >= 0 && H5Awrite(attribute, H5T_NATIVE_UINT32, &value) >= 0;
    if (attribute >= 0)
        good &= H5Aclose(attribute) >= 0;
    H5Sclose(space);
    return good;
}

static int put_edges(hid_t file, const char *name, const tuft_energy_edges *edges)
{
    hid_t group = H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    int good = group >= 0 && put_number(group, "targets", edges->targets) &&
               put_array(group, "spikes", H5T_STD_U64LE, H5T_NATIVE_UINT64, edges->spikes,
                         edges->sources) &&
               put_array(group, "row_begin", H5T_STD_U64LE, H5T_NATIVE_ULONG, edges->row_begin,
                         (size_t)edges->sources + 1) &&
               put_array(group, "target", H5T_STD_U32LE, H5T_NATIVE_UINT32, edges->target,
                         edges->synapses) &&
               (!edges->siemens || put_array(group, "siemens", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT,
                                             edges->siemens, edges->synapses));
    if (group >= 0)
        good &= H5Gclose(group) >= 0;
    return good;
}

static void put_lines(FILE *stream, const char *name, const tuft_energy_edges *edges)
{
    for (uint32_t i = 0; i < edges->sources; i++)
        fprintf(stream, "%s,%u,%llu,%zu,%u\n", name, i, (unsigned long long)edges->spikes[i],
                edges->row_begin[i + 1] - edges->row_begin[i], edges->targets);
}

/* The edges of a projection of the ledger; conductance is that of `siemens` with number *next. */
static tuft_status edges_of(tuft_energy_edges *out, const tuft_network *network,
                            const tuft_ledger *ledger, uint32_t p, const tuft_network *siemens,
                            uint32_t *next, tuft_error *err)
{
    const tuft_ledger_projection *of = &ledger->projection[p];
    const float *conductance = NULL;
    if (siemens) {
        const tuft_connections *twin = &siemens->projection[(*next)++].connections;
        if (*next > siemens->projections || tuft_connections_synapses(twin) != of->synapses)
            return tuft_fail(err, TUFT_INVALID, "conductances of another network than %s's",
                             of->name);
        conductance = twin->weight;
    }
    return tuft_energy_edges_of(out, &network->projection[p].connections,
                                ledger->population[of->source_population].source_spikes,
                                conductance, err);
}

/* To the file, or to the stream where that is given. */
static tuft_status put_all(const char *path, const tuft_network *network, const tuft_ledger *ledger,
                           const tuft_network *siemens, hid_t file, FILE *stream, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    uint32_t next = 0;
    if (stream)
        fputs("projection,source,spikes,fan_out,targets\n", stream);
    for (uint32_t p = 0; !status && p < ledger->projections; p++) {
        tuft_energy_edges edges;
        if (!ledger->projection[p].synapses)
            continue;
        status = edges_of(&edges, network, ledger, p, siemens, &next, err);
        if (status)
            return status;
        if (stream)
            put_lines(stream, ledger->projection[p].name, &edges);
        else if (!put_edges(file, ledger->projection[p].name, &edges))
            status = tuft_fail(err, TUFT_IO, "%s: cannot write: %s", path, strerror(errno));
        tuft_energy_edges_free(&edges);
    }
    return status;
}

static tuft_status write_hdf5(const char *path, const tuft_network *network,
                              const tuft_ledger *ledger, const tuft_network *siemens,
                              tuft_error *err)
{
    struct stat information;
    char *temporary;
    if (stat(path, &information) == 0 && !S_ISREG(information.st_mode))
        return tuft_fail(err, TUFT_IO, "%s: cannot write: not a regular file", path);
    if (asprintf(&temporary, "%s.tmp-%ld", path, (long)getpid()) < 0)
        return tuft_fail(err, TUFT_MEMORY, "%s: no memory for the name", path);
    quiet was = quiet_begin();
    hid_t file = H5Fcreate(temporary, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    tuft_status status =
        file < 0 ? tuft_fail(err, TUFT_IO, "%s: cannot write: %s", path, strerror(errno))
                 : put_all(path, network, ledger, siemens, file, NULL, err);
    if (file >= 0 && H5Fclose(file) < 0 && !status)
        status = tuft_fail(err, TUFT_IO, "%s: cannot write: %s", path, strerror(errno));
    quiet_end(was);
    if (!status && rename(temporary, path) != 0)
        status = tuft_fail(err, TUFT_IO, "%s: cannot write: %s", path, strerror(errno));
    if (status)
        unlink(temporary);
    free(temporary);
    return status;
}

static int is_csv(const char *path)
{
    size_t length = strlen(path);
    return length > 4 && strcmp(path + length - 4, ".csv") == 0;
}

tuft_status counts_file_write(const char *path, const tuft_network *network,
                              const tuft_ledger *ledger, const tuft_network *siemens,
                              tuft_error *err)
{
    tuft_output output;
    if (!is_csv(path))
        return write_hdf5(path, network, ledger, siemens, err);
    tuft_status status = tuft_output_open(&output, path, err);
    if (status)
        return status;
    status = put_all(path, network, ledger, NULL, -1, output.stream, err);
    if (!status)
        return tuft_output_commit(&output, err);
    tuft_output_abandon(&output);
    return status;
}

/* ---- reading --------------------------------------------------------------------------------- */

typedef struct {
    const char *path, *projection;
    hid_t group;
} reader;

static tuft_status bad(const reader *r, const char *name, const char *what, tuft_error *err)
{
    return tuft_fail(err, TUFT_FORMAT, "%s: %.60s: %s: %s", r->path, r->projection, name, what);
}

/* One dimension; *count is its length. size: bytes of an element in memory. */
static tuft_status get_array(const reader *r, const char *name, hid_t held, size_t size, void **out,
                             size_t *count, tuft_error *err)
{
    hid_t dataset = H5Dopen2(r->group, name, H5P_DEFAULT);
    if (dataset < 0)
        return bad(r, name, "missing", err);
    hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset);
    hsize_t length = 0;
    int whole = H5Tget_class(held) == H5T_INTEGER;
    tuft_status status = TUFT_OK;
    if (H5Sget_simple_extent_ndims(space) != 1 ||
        H5Sget_simple_extent_dims(space, &length, NULL) != 1)
        status = bad(r, name, "expected one dimension", err);
    else if (H5Tget_class(type) != (whole ? H5T_INTEGER : H5T_FLOAT))
        status = bad(r, name, whole ? "expected whole numbers" : "expected real numbers", err);
    /* What is not stored is not worth memory: a file names any size. */
    else if (length && H5Dget_storage_size(dataset) == 0)
        status = bad(r, name, "has a size but no content", err);
    if (!status)
        status = tuft_array_new(out, length, size, name, err);
    if (!status && length && H5Dread(dataset, held, H5S_ALL, H5S_ALL, H5P_DEFAULT, *out) < 0)
        status = bad(r, name, "cannot be read", err);
    *count = length;
    H5Tclose(type);
    H5Sclose(space);
    H5Dclose(dataset);
    return status;
}

static tuft_status get_targets(const reader *r, uint32_t *out, tuft_error *err)
{
    hid_t attribute = H5Aopen(r->group, "targets", H5P_DEFAULT);
    tuft_status status = TUFT_OK;
    if (attribute < 0)
        return bad(r, "targets", "missing", err);
    hid_t space = H5Aget_space(attribute);
    if (H5Sget_simple_extent_npoints(space) != 1 || H5Aread(attribute, H5T_NATIVE_UINT32, out) < 0)
        status = bad(r, "targets", "expected a whole number", err);
    H5Sclose(space);
    H5Aclose(attribute);
    return status;
}

static tuft_status check_edges(const reader *r, const tuft_energy_edges *e, size_t rows,
                               size_t conductances, tuft_error *err)
{
    if (rows != (size_t)e->sources + 1)
        return bad(r, "row_begin", "expected one more than there are spikes", err);
    if (e->row_begin[0] != 0 || e->row_begin[e->sources] != e->synapses)
        return bad(r, "row_begin", "expected to go from 0 to the number of targets", err);
    for (uint32_t i = 0; i < e->sources; i++)
        if (e->row_begin[i] > e->row_begin[i + 1])
            return bad(r, "row_begin", "expected to rise", err);
    for (size_t k = 0; k < e->synapses; k++)
        if (e->target[k] >= e->targets)
            return bad(r, "target", "a cell past the number of targets", err);
    for (uint32_t i = 0; i < e->sources; i++)
        if (e->spikes[i] > (uint64_t)1 << 53)
            return bad(r, "spikes", "a count past 2^53", err);
    if (e->siemens && conductances != e->synapses)
        return bad(r, "siemens", "expected one for each synapse", err);
    for (size_t k = 0; e->siemens && k < e->synapses; k++)
        if (!(e->siemens[k] >= 0 && e->siemens[k] <= 1e6F))
            return bad(r, "siemens", "negative or no number", err);
    return TUFT_OK;
}

static tuft_status read_group(const reader *r, tuft_energy_edges *out, tuft_error *err)
{
    size_t sources = 0, rows = 0, conductances = 0;
    tuft_status status = get_targets(r, &out->targets, err);
    if (!status)
        status = get_array(r, "spikes", H5T_NATIVE_UINT64, sizeof *out->spikes,
                           (void **)&out->spikes, &sources, err);
    if (!status)
        status = get_array(r, "row_begin", H5T_NATIVE_ULONG, sizeof *out->row_begin,
                           (void **)&out->row_begin, &rows, err);
    if (!status)
        status = get_array(r, "target", H5T_NATIVE_UINT32, sizeof *out->target,
                           (void **)&out->target, &out->synapses, err);
    if (!status && H5Lexists(r->group, "siemens", H5P_DEFAULT) > 0)
        status = get_array(r, "siemens", H5T_NATIVE_FLOAT, sizeof *out->siemens,
                           (void **)&out->siemens, &conductances, err);
    if (!status && sources >= UINT32_MAX)
        status = bad(r, "spikes", "too many sources", err);
    out->sources = (uint32_t)sources;
    return status ? status : check_edges(r, out, rows, conductances, err);
}

tuft_status counts_file_read(const char *path, const char *projection, tuft_energy_edges *out,
                             tuft_error *err)
{
    *out = (tuft_energy_edges){0};
    if (access(path, R_OK) != 0)
        return tuft_fail(err, TUFT_IO, "%s: cannot read: %s", path, strerror(errno));
    quiet was = quiet_begin();
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    reader r = {.path = path, .projection = projection, .group = -1};
    tuft_status status = TUFT_OK;
    if (file < 0)
        status =
            tuft_fail(err, TUFT_FORMAT, "%s: no HDF5 file, expected what --counts wrote", path);
    else
        r.group = H5Gopen2(file, projection, H5P_DEFAULT);
    if (!status && r.group < 0)
        status = tuft_fail(err, TUFT_FORMAT, "%s: no projection \"%.60s\"", path, projection);
    if (!status)
        status = read_group(&r, out, err);
    if (r.group >= 0)
        H5Gclose(r.group);
    if (file >= 0)
        H5Fclose(file);
    quiet_end(was);
    if (status)
        tuft_energy_edges_free(out);
    return status;
}
