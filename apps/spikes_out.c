#include "apps/spikes_out.h"

#include "core/file.h"
#include "core/memory.h"

#include <errno.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- text ------------------------------------------------------------------------------------ */

/* Merges the populations by tick: next[q] is the first spike of q that is not yet written. */
static void put_spikes(FILE *stream, const network_file *file, const tuft_engine *engine,
                       size_t *next)
{
    fputs("tick,population,index\n", stream);
    for (;;) {
        int64_t tick = INT64_MAX;
        for (uint32_t q = 0; q < file->populations; q++) {
            const tuft_spike_record *spikes = tuft_engine_spikes(engine, q);
            if (spikes && next[q] < spikes->count && spikes->tick[next[q]] < tick)
                tick = spikes->tick[next[q]];
        }
        if (tick == INT64_MAX)
            return;
        for (uint32_t q = 0; q < file->populations; q++) {
            const tuft_spike_record *spikes = tuft_engine_spikes(engine, q);
            for (; spikes && next[q] < spikes->count && spikes->tick[next[q]] == tick; next[q]++)
                fprintf(stream, "%lld,%s,%u\n", (long long)tick, file->population[q].name,
                        spikes->cell[next[q]]);
        }
    }
}

static tuft_status write_text(const network_file *file, const tuft_engine *engine, const char *path,
                              tuft_error *err)
{
    tuft_output output;
    size_t *next;
    tuft_status status = TUFT_NEW(&next, file->populations, "populations", err);
    if (status)
        return status;
    status = tuft_output_open(&output, path, err);
    if (!status) {
        put_spikes(output.stream, file, engine, next);
        status = tuft_output_commit(&output, err);
    }
    free(next);
    return status;
}

/* ---- HDF5 ------------------------------------------------------------------------------------ */

static int write_array(hid_t group, const char *name, hid_t stored, hid_t held, const void *value,
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
    if (properties >= 0)
        H5Pclose(properties);
    if (space >= 0)
        H5Sclose(space);
    return good;
}

static int write_tick(hid_t file, double tick_us)
{
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t attribute =
        space < 0 ? -1
                  : H5Acreate2(file, "tick_us", H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT);
    int good = attribute >= 0 && H5Awrite(attribute, H5T_NATIVE_DOUBLE, &tick_us) >= 0;
    if (attribute >= 0)
        good &= H5Aclose(attribute) >= 0;
    if (space >= 0)
        H5Sclose(space);
    return good;
}

static int write_populations(hid_t root, const network_file *file, const tuft_engine *engine)
{
    int good = write_tick(root, file->tick_us);
    for (uint32_t q = 0; good && q < file->populations; q++) {
        const tuft_spike_record *spikes = tuft_engine_spikes(engine, q);
        if (!spikes)
            continue;
        hid_t group =
            H5Gcreate2(root, file->population[q].name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        good = group >= 0 &&
               write_array(group, "tick", H5T_STD_I64LE, H5T_NATIVE_INT64, spikes->tick,
                           spikes->count) &&
               write_array(group, "index", H5T_STD_U32LE, H5T_NATIVE_UINT32, spikes->cell,
                           spikes->count);
        if (group >= 0)
            good &= H5Gclose(group) >= 0;
    }
    return good;
}

static tuft_status write_hdf5(const network_file *file, const tuft_engine *engine, const char *path,
                              tuft_error *err)
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
    hid_t root = H5Fcreate(temporary, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    int good = root >= 0 && write_populations(root, file, engine);
    if (root >= 0)
        good &= H5Fclose(root) >= 0;
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

tuft_status spikes_out(const network_file *file, const tuft_engine *engine, const char *path,
                       tuft_error *err)
{
    return ends_with(path, ".h5") || ends_with(path, ".hdf5") ? write_hdf5(file, engine, path, err)
                                                              : write_text(file, engine, path, err);
}

/* ---- traces ---------------------------------------------------------------------------------- */

static void put_trace(FILE *stream, const network_population *population,
                      const tuft_trace_record *trace)
{
    const char *variable = population->model->variable[trace->variable];
    for (size_t s = 0; s < trace->samples; s++)
        for (uint32_t i = 0; i < trace->cells; i++)
            fprintf(stream, "%lld,%s,%s,%u,%.9g\n", (long long)s * trace->every, population->name,
                    variable, trace->cell[i], (double)trace->value[s * trace->cells + i]);
}

tuft_status traces_out(const network_file *file, const tuft_engine *engine, const char *path,
                       tuft_error *err)
{
    tuft_output output;
    tuft_status status = tuft_output_open(&output, path, err);
    if (status)
        return status;
    fputs("tick,population,variable,index,value\n", output.stream);
    for (size_t t = 0; t < file->traces; t++) {
        const network_population *p = &file->population[file->trace[t].population];
        put_trace(output.stream, p,
                  tuft_engine_trace_of(engine, file->trace[t].population,
                                       p->model->variable[file->trace[t].variable]));
    }
    return tuft_output_commit(&output, err);
}
