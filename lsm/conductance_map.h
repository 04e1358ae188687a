/* Conductances cell by cell: what was measured on an array, or sampled here for others.
 *
 * A map is a matrix of cells, in siemens. As text: a row of the array a line, numbers separated by
 * commas, semicolons or white space, '#' starts a comment. As HDF5 (told by its first bytes when
 * read, by .h5 or .hdf5 when written): the two-dimensional dataset `conductance`, any kind of
 * number. In an array of differential pairs columns 2 j and 2 j + 1 are plus and minus of pair j.
 */
#ifndef TUFT_LSM_CONDUCTANCE_MAP_H
#define TUFT_LSM_CONDUCTANCE_MAP_H

#include "core/status.h"
#include "lsm/crossbar.h"

#include <stdint.h>

typedef struct {
    uint32_t rows, columns;          /* cells */
    double *siemens;                 /* [rows][columns] */
    double mean_siemens, sd_siemens; /* of all of them */
} tuft_conductance_map;

void tuft_conductance_map_free(tuft_conductance_map *map);

/* Reads a map whose numbers are in units of unit_siemens (1: siemens, 1e-6: microsiemens). HDF5 is
 * read in a process of its own (core/apart.h). TUFT_FORMAT: NaN, negative or infinite values, rows
 * of different lengths, no cells or more than 2^26, each with its place; a mean outside 1e-9 to
 * 1e-2 S, with the unit that it may be in. On failure *map is zeroed. */
tuft_status tuft_conductance_map_load(tuft_conductance_map *map, const char *path,
                                      double unit_siemens, tuft_error *err);
tuft_status tuft_conductance_map_save(const tuft_conductance_map *map, const char *path,
                                      tuft_error *err);

/* The map as pairs: TUFT_FORMAT for an odd number of columns or cells that are all alike. */
tuft_status tuft_conductance_map_pairs(const tuft_conductance_map *map, tuft_crossbar *out,
                                       tuft_error *err);
/* And back; the cells' moments are set. */
tuft_status tuft_conductance_map_of(tuft_conductance_map *out, const tuft_crossbar *crossbar,
                                    tuft_error *err);

#endif
