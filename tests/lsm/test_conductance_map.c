#include "lsm/conductance_map.h"

#include <criterion/criterion.h>
#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[64];

static void put(const char *text, size_t size)
{
    snprintf(path, sizeof path, "/tmp/tuft-map-%ld.csv", (long)getpid());
    FILE *file = fopen(path, "wb");
    cr_assert_eq(fwrite(text, 1, size, file), size);
    fclose(file);
}

static void check_message(const char *text, size_t size, double unit, const char *expected)
{
    tuft_conductance_map map;
    tuft_error err;
    put(text, size);
    tuft_status status = tuft_conductance_map_load(&map, path, unit, &err);
    unlink(path);
    cr_assert_eq(status, TUFT_FORMAT);
    cr_assert(strncmp(err.message, path, strlen(path)) == 0, "%s", err.message);
    cr_assert_str_eq(err.message + strlen(path) + 2, expected);
    cr_assert_null(map.siemens);
}

Test(conductance_map, text)
{
    tuft_conductance_map map;
    tuft_error err;
    const char *text = "# measured\n1e-5, 2e-5;3e-5\n\n4e-5\t0 6e-5 # last\r\n";
    put(text, strlen(text));
    cr_assert_eq(tuft_conductance_map_load(&map, path, 1, &err), TUFT_OK, "%s", err.message);
    unlink(path);
    cr_assert_eq(map.rows, 2);
    cr_assert_eq(map.columns, 3);
    cr_assert_eq(map.siemens[3], 4e-5);
    cr_assert_float_eq(map.mean_siemens, 16e-5 / 6, 1e-12);
    double squares = 1 + 4 + 9 + 16 + 0 + 36;
    cr_assert_float_eq(map.sd_siemens, 1e-5 * sqrt(squares / 6 - 16. * 16 / 36), 1e-12);
    tuft_conductance_map_free(&map);
    put("10 20\n30 40\n", 12);
    cr_assert_eq(tuft_conductance_map_load(&map, path, 1e-6, &err), TUFT_OK, "%s", err.message);
    unlink(path);
    cr_assert_float_eq(map.siemens[2], 30e-6, 1e-15);
    tuft_conductance_map_free(&map);
}

Test(conductance_map, bad_text_is_named)
{
    static const char zero[] = "1e-5 \0 2e-5\n";
    check_message("1e-5,2e-5\n1e-5,nan\n", 19, 1,
                  "row 1, column 1: conductance nan, expected 0 or more");
    check_message("1e-5,-2e-5\n", 11, 1, "row 0, column 1: conductance -2e-05, expected 0 or more");
    check_message("1e-5,inf\n", 9, 1, "row 0, column 1: conductance inf, expected 0 or more");
    check_message("1e-5,2e-5\n1e-5\n", 15, 1, "line 2: 1 values, the rows before have 2");
    check_message("1e-5,x2e-5\n", 11, 1, "line 1: \"x2e-5\", expected a number");
    check_message("# nothing\n\n", 11, 1, "no conductances in it");
    check_message("", 0, 1, "no conductances in it");
    check_message(zero, sizeof zero - 1, 1, "offset 5: a zero byte, expected text");
    check_message("20,22\n", 6, 1,
                  "mean conductance 21 S (fitted), expected 1e-09 to 0.01; are the numbers in "
                  "microsiemens?");
    check_message("2e-5,2e-5\n", 10, 1e-6,
                  "mean conductance 2e-11 S (fitted), expected 1e-09 to 0.01; are the numbers in "
                  "megasiemens?");
}

Test(conductance_map, files_that_are_not_there)
{
    tuft_conductance_map map;
    tuft_error err;
    cr_assert_eq(tuft_conductance_map_load(&map, "/nowhere/map.csv", 1, &err), TUFT_IO);
    cr_assert_eq(tuft_conductance_map_load(&map, "/tmp", 1, &err), TUFT_IO);
}

/* A sampled array goes out and comes back the same, either way. */
Test(conductance_map, round_trip)
{
    static const char *const ending[] = {"csv", "h5"};
    for (int k = 0; k < 2; k++) {
        tuft_crossbar sampled, back;
        tuft_conductance_map map, read;
        tuft_error err;
        char file[64];
        snprintf(file, sizeof file, "/tmp/tuft-map-%ld.%s", (long)getpid(), ending[k]);
        cr_assert_eq(tuft_crossbar_sample(&sampled, &tuft_conductance_defaults, 37, 21, 1, 0, &err),
                     TUFT_OK);
        cr_assert_eq(tuft_conductance_map_of(&map, &sampled, &err), TUFT_OK);
        cr_assert_eq(map.columns, 42);
        cr_assert_eq(tuft_conductance_map_save(&map, file, &err), TUFT_OK, "%s", err.message);
        cr_assert_eq(tuft_conductance_map_load(&read, file, 1, &err), TUFT_OK, "%s", err.message);
        unlink(file);
        cr_assert_eq(tuft_conductance_map_pairs(&read, &back, &err), TUFT_OK, "%s", err.message);
        cr_assert_eq(back.rows, 37);
        cr_assert_eq(back.columns, 21);
        cr_assert_arr_eq(back.plus, sampled.plus, 37 * 21 * sizeof(float));
        cr_assert_arr_eq(back.minus, sampled.minus, 37 * 21 * sizeof(float));
        cr_assert_float_eq(back.sd_siemens, 6e-6, 0.5e-6);
        tuft_conductance_map_free(&map);
        tuft_conductance_map_free(&read);
        tuft_crossbar_free(&sampled);
        tuft_crossbar_free(&back);
    }
}

Test(conductance_map, pairs_need_two_and_two_columns_and_a_spread)
{
    double value[] = {1e-5, 1e-5, 1e-5};
    tuft_conductance_map map = {1, 3, value, 1e-5, 0};
    tuft_crossbar out;
    tuft_error err;
    cr_assert_eq(tuft_conductance_map_pairs(&map, &out, &err), TUFT_FORMAT);
    cr_assert_str_eq(err.message, "map of 1 x 3 cells, expected an even number of columns: pairs");
    map.columns = 2;
    cr_assert_eq(tuft_conductance_map_pairs(&map, &out, &err), TUFT_FORMAT);
    cr_assert_null(out.plus);
}

static void hdf5_with(const char *name, int rank, const hsize_t *size, hid_t type, const void *data)
{
    snprintf(path, sizeof path, "/tmp/tuft-map-%ld.h5", (long)getpid());
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t space = H5Screate_simple(rank, size, NULL);
    hid_t set = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    if (data)
        H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
    H5Dclose(set);
    H5Sclose(space);
    H5Fclose(file);
}

static void hdf5_fails(const char *expected)
{
    tuft_conductance_map map;
    tuft_error err;
    tuft_status status = tuft_conductance_map_load(&map, path, 1, &err);
    unlink(path);
    cr_assert_eq(status, TUFT_FORMAT);
    cr_assert_str_eq(err.message + strlen(path) + 2, expected);
    cr_assert_null(map.siemens);
}

Test(conductance_map, bad_hdf5_is_named)
{
    const hsize_t two[2] = {2, 2}, huge[2] = {1 << 20, 1 << 20};
    const float good[4] = {1e-5F, 2e-5F, 3e-5F, 4e-5F}, bad[4] = {1e-5F, 2e-5F, NAN, 4e-5F};
    hdf5_with("conductance", 2, two, H5T_NATIVE_FLOAT, bad);
    hdf5_fails("row 1, column 0: conductance nan, expected 0 or more");
    hdf5_with("conductance", 1, two, H5T_NATIVE_FLOAT, good);
    hdf5_fails("conductance has 1 dimensions, expected 2");
    hdf5_with("weights", 2, two, H5T_NATIVE_FLOAT, good);
    hdf5_fails("dataset conductance is missing");
    hdf5_with("conductance", 2, two, H5T_NATIVE_FLOAT, NULL);
    hdf5_fails("conductance claims 2 x 2 cells but stores none");
    hdf5_with("conductance", 2, huge, H5T_NATIVE_FLOAT, NULL);
    hdf5_fails("conductance of 1048576 x 1048576 cells, expected 1 to 67108864");
    hdf5_with("conductance", 2, two, H5T_NATIVE_FLOAT, good);
    cr_assert_eq(truncate(path, 1000), 0);
    hdf5_fails("not an HDF5 file, or cut short");
}
