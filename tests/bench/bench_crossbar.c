/* What a crossbar read costs beside the ideal matrix-vector product of the same size.
 *
 * 512 x 512 cells, the 40 nm macro: the product is sgemv of 512 x 512, one thread. In turns, a
 * repetition of each, so that all see the same machine; medians. --smoke runs each once, to see
 * that it works; --json FILE writes the table.
 */
#include "bench/measure.h"
#include "core/file.h"
#include "core/memory.h"
#include "lsm/macro.h"

#include <cblas.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 512, PAIRS = SIDE / 2, REPETITIONS = 9, KINDS = 7 };

/* One way to read. */
typedef struct {
    const char *name;
    int reads; /* in a repetition */
    tuft_macro_config config;
    tuft_macro *macro;
    tuft_macro_reader *reader;
    double seconds[REPETITIONS]; /* a read */
} kind;

static void describe(kind *k)
{
    tuft_macro_config all = tuft_macro_nominal;
    for (int i = 0; i < KINDS; i++)
        k[i] = (kind){.config = all, .reads = 400};
    k[0].name = "no effects";
    k[0].config = tuft_macro_ideal;
    k[1].name = "noise alone";
    k[1].config = tuft_macro_ideal;
    k[1].config.device.read_relative = 0.02;
    k[2].name = "all effects";
    k[3].name = "all, 8 pulses";
    k[3].config.drive = TUFT_DRIVE_PULSES;
    k[3].reads = 100;
    k[4].name = "noise by cells, no wires";
    k[4].config.method = TUFT_WIRES_NONE;
    k[4].config.noise = TUFT_NOISE_CELLS;
    k[4].reads = 40;
    k[5].name = "exact wires, within 1e-2";
    k[5].config.method = TUFT_WIRES_EXACT;
    k[5].config.tolerance = 1e-2;
    k[5].reads = 10;
    k[6].name = "exact wires, within 1e-4";
    k[6].config.method = TUFT_WIRES_EXACT;
    k[6].config.tolerance = 1e-4;
    k[6].reads = 10;
}

static void write_json(const char *path, const kind *k, double product, tuft_error *err)
{
    json_t *rows = json_array();
    for (int i = 0; i < KINDS; i++)
        json_array_append_new(rows, json_pack("{s:s, s:f, s:f}", "read", k[i].name, "seconds",
                                              k[i].seconds[0], "ratio", k[i].seconds[0] / product));
    json_t *root = json_pack("{s:s, s:f, s:o}", "command", "bench_crossbar", "product_s", product,
                             "results", rows);
    tuft_output output;
    must(tuft_output_open(&output, path, err), err);
    json_dumpf(root, output.stream, JSON_INDENT(2));
    fputc('\n', output.stream);
    must(tuft_output_commit(&output, err), err);
    json_decref(root);
}

int main(int argc, char **argv)
{
    static kind k[KINDS];
    const char *json = NULL;
    int smoke = 0;
    tuft_error err;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--smoke")) {
            smoke = 1;
        } else if (!strcmp(argv[i], "--json") && i + 1 < argc) {
            json = argv[++i];
        } else {
            fprintf(stderr, "usage: bench_crossbar [--smoke] [--json FILE]\n");
            return 2;
        }
    }
    openblas_set_num_threads(1);
    tuft_crossbar target;
    must(tuft_crossbar_sample(&target, &tuft_conductance_defaults, smoke ? 64 : SIDE, PAIRS, 1, 0,
                              &err),
         &err);
    describe(k);
    for (int i = 0; i < KINDS; i++) {
        must(tuft_macro_new(&k[i].macro, &target, &k[i].config, 1, 0, &err), &err);
        must(tuft_macro_reader_new(&k[i].reader, k[i].macro, &err), &err);
        k[i].reads = smoke ? 1 : k[i].reads;
    }
    float voltage[SIDE], *matrix, *result;
    double current[PAIRS], product[REPETITIONS];
    must(TUFT_NEW(&matrix, (size_t)SIDE * SIDE, "matrix", &err), &err);
    must(TUFT_NEW(&result, SIDE, "product", &err), &err);
    tuft_random random = tuft_random_stream(1, TUFT_RANDOM_TEST, 0);
    for (int i = 0; i < SIDE; i++)
        voltage[i] = (float)(0.2 * (2 * tuft_random_uniform(&random) - 1));
    for (size_t i = 0; i < (size_t)SIDE * SIDE; i++)
        matrix[i] = (float)(20e-6 + 6e-6 * tuft_random_normal(&random));
    int repetitions = smoke ? 1 : REPETITIONS, products = smoke ? 1 : 1000;
    for (int r = 0; r < repetitions; r++) {
        double start = now_s();
        for (int n = 0; n < products; n++)
            cblas_sgemv(CblasRowMajor, CblasTrans, SIDE, SIDE, 1, matrix, SIDE, voltage, 1, 0,
                        result, 1);
        product[r] = (now_s() - start) / products;
        for (int i = 0; i < KINDS; i++) {
            start = now_s();
            for (int n = 0; n < k[i].reads; n++)
                must(tuft_macro_read(k[i].reader, voltage, (uint64_t)n, current, &err), &err);
            k[i].seconds[r] = (now_s() - start) / k[i].reads;
        }
    }
    double ideal = median(product, repetitions);
    printf("%-26s %10s %8s\n", "512 x 512 cells", "us", "ratio");
    printf("%-26s %10.1f %8.2f\n", "ideal product (sgemv)", 1e6 * ideal, 1.0);
    for (int i = 0; i < KINDS; i++) {
        k[i].seconds[0] = median(k[i].seconds, repetitions);
        printf("%-26s %10.1f %8.2f\n", k[i].name, 1e6 * k[i].seconds[0], k[i].seconds[0] / ideal);
    }
    if (json)
        write_json(json, k, ideal, &err);
    for (int i = 0; i < KINDS; i++) {
        tuft_macro_reader_free(k[i].reader);
        tuft_macro_free(k[i].macro);
    }
    tuft_crossbar_free(&target);
    free(matrix);
    free(result);
    return 0;
}
