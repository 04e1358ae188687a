#include "apps/energy.h"
#include "core/csv_field.h"
#include "core/file.h"
#include "core/memory.h"

#include <errno.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void energy_matrices_free(energy_matrix *matrix, size_t count)
{
    for (size_t m = 0; matrix && m < count; m++)
        free(matrix[m].joules);
    free(matrix);
}

static tuft_status fill(const tuft_energy_bill *bill, energy_matrix *matrix, tuft_error *err)
{
    double carried = 0;
    tuft_status status = TUFT_NEW(&matrix->joules, matrix->edges->synapses, "joules", err);
    if (!status)
        status = tuft_energy_synapses(bill, matrix->projection, matrix->edges, TUFT_ENERGY_NOMINAL,
                                      matrix->joules, err);
    matrix->total =
        tuft_energy_by_projection(bill, matrix->projection).at[TUFT_ENERGY_NOMINAL].joules;
    /* Kahan 1965: what rounding leaves out is carried along. */
    for (size_t k = 0; !status && k < matrix->edges->synapses; k++) {
        double add = matrix->joules[k] - carried, sum = matrix->sum + add;
        carried = (sum - matrix->sum) - add;
        matrix->sum = sum;
    }
    return status;
}

tuft_status energy_matrices(const energy_run *run, energy_matrix **out, size_t *count,
                            tuft_error *err)
{
    const energy_input *input = &run->input[0];
    const tuft_energy_bill *bill = energy_bill(run, 0, 0);
    const char *wanted = run->config->projection;
    *out = NULL;
    *count = 0;
    if (!input->edges)
        return tuft_fail(err, TUFT_INVALID,
                         "joules of each synapse need its counts: --counts FILE.h5, which "
                         "--counts of simulate and classify writes, or --from FILE.csv");
    tuft_status status = TUFT_NEW(out, input->activity.projections, "matrices", err);
    for (uint32_t p = 0; !status && p < input->activity.projections; p++) {
        const tuft_energy_projection *of = &input->activity.projection[p];
        if (!of->synapses || (wanted && strcmp(wanted, of->name) != 0))
            continue;
        energy_matrix *made = &(*out)[(*count)++];
        *made = (energy_matrix){.projection = p, .edges = &input->edges[p]};
        status = fill(bill, made, err);
    }
    if (!status && !*count)
        status = tuft_fail(err, TUFT_INVALID, "%s: no projection with synapses%s%.60s", input->path,
                           wanted ? " named " : "", wanted ? wanted : "");
    if (status) {
        energy_matrices_free(*out, *count);
        *out = NULL;
        *count = 0;
    }
    return status;
}

/* ---- views ----------------------------------------------------------------------------------- */

size_t energy_matrices_top(const energy_matrix *matrix, size_t count, energy_top *top, size_t most)
{
    size_t held = 0;
    for (size_t m = 0; m < count; m++)
        for (uint32_t i = 0; i < matrix[m].edges->sources; i++)
            for (size_t k = matrix[m].edges->row_begin[i]; k < matrix[m].edges->row_begin[i + 1];
                 k++) {
                double joules = matrix[m].joules[k];
                if (held == most && joules <= top[most - 1].joules)
                    continue;
                size_t at = held < most ? held++ : most - 1;
                for (; at > 0 && top[at - 1].joules < joules; at--)
                    top[at] = top[at - 1];
                top[at] =
                    (energy_top){matrix[m].projection, i, matrix[m].edges->target[k], k, joules};
            }
    return held;
}

void energy_matrix_blocks(const energy_matrix *matrix, size_t rows, size_t columns, double *sum)
{
    const tuft_energy_edges *edges = matrix->edges;
    memset(sum, 0, rows * columns * sizeof *sum);
    for (uint32_t i = 0; i < edges->sources; i++) {
        size_t row = (size_t)i * rows / edges->sources;
        for (size_t k = edges->row_begin[i]; k < edges->row_begin[i + 1]; k++)
            sum[row * columns + (size_t)edges->target[k] * columns / edges->targets] +=
                matrix->joules[k];
    }
}

/* ---- files ----------------------------------------------------------------------------------- */

static tuft_status write_csv(const energy_run *run, const energy_matrix *matrix, size_t count,
                             const char *path, tuft_error *err)
{
    tuft_output output;
    tuft_status status = tuft_output_open(&output, path, err);
    if (status)
        return status;
    fputs("projection,source,target,joules\n", output.stream);
    for (size_t m = 0; m < count; m++) {
        const tuft_energy_edges *edges = matrix[m].edges;
        const char *name = run->input[0].activity.projection[matrix[m].projection].name;
        for (uint32_t i = 0; i < edges->sources; i++)
            for (size_t k = edges->row_begin[i]; k < edges->row_begin[i + 1]; k++) {
                tuft_csv_field(output.stream, name);
                fprintf(output.stream, ",%u,%u,%.17g\n", i, edges->target[k], matrix[m].joules[k]);
            }
    }
    return tuft_output_commit(&output, err);
}

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

static int put_matrix(hid_t file, const char *name, const energy_matrix *matrix)
{
    const tuft_energy_edges *edges = matrix->edges;
    hid_t group = H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    int good = group >= 0 &&
               put_array(group, "row_begin", H5T_STD_U64LE, H5T_NATIVE_ULONG, edges->row_begin,
                         (size_t)edges->sources + 1) &&
               put_array(group, "target", H5T_STD_U32LE, H5T_NATIVE_UINT32, edges->target,
                         edges->synapses) &&
               put_array(group, "joules", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, matrix->joules,
                         edges->synapses);
    if (group >= 0)
        good &= H5Gclose(group) >= 0;
    return good;
}

static tuft_status write_hdf5(const energy_run *run, const energy_matrix *matrix, size_t count,
                              const char *path, tuft_error *err)
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
    int good = file >= 0;
    for (size_t m = 0; good && m < count; m++)
        good = put_matrix(file, run->input[0].activity.projection[matrix[m].projection].name,
                          &matrix[m]);
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

tuft_status energy_matrices_write(const energy_run *run, const energy_matrix *matrix, size_t count,
                                  const char *path, tuft_error *err)
{
    size_t length = strlen(path);
    int csv = length > 4 && strcmp(path + length - 4, ".csv") == 0;
    return csv ? write_csv(run, matrix, count, path, err)
               : write_hdf5(run, matrix, count, path, err);
}
