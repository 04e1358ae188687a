/* What a step of training costs beside its own matrix products.
 *
 * A network of the size that speech enhancement takes, a batch of 8 utterances of 500 frames. Each
 * repetition times one step (forward, back, the parts added up, clipping, Adam) and then the same
 * products alone: sgemm of the same shapes, in as many parts and threads, on arrays that stay in
 * place. In turns, so that both see the same machine; medians of wall-clock and of processor time.
 * Then the untrained network frame by frame. --smoke: a small network once, to see that it works;
 * --json FILE writes the table.
 */
#include "bench/measure.h"
#include "cells/mcc_stream.h"
#include "cells/mcc_train.h"
#include "cells/product.h"
#include "core/file.h"
#include "core/memory.h"
#include "core/philox.h"

#include <cblas.h>
#include <jansson.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { REPETITIONS = 9, UTTERANCES = 8, PARTS = 4, SHAPE_LIMIT = 512 };

typedef enum { FORWARD, BACK, GRADIENT } way;

typedef struct {
    way which;
    size_t inputs, outputs;
} shape;

typedef struct {
    int shapes;
    shape at[SHAPE_LIMIT];
    size_t widest;
} work;

typedef struct {
    double wall, processor; /* seconds; the latter of all threads together */
} moment;

static double clock_s(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static moment now(void)
{
    return (moment){clock_s(CLOCK_MONOTONIC), clock_s(CLOCK_PROCESS_CPUTIME_ID)};
}

/* The products of one map: forward, gradient, and back unless it ends at the inputs. */
static void add(work *w, size_t inputs, size_t outputs, int back)
{
    if (!inputs || !outputs)
        return;
    w->at[w->shapes++] = (shape){FORWARD, inputs, outputs};
    w->at[w->shapes++] = (shape){GRADIENT, inputs, outputs};
    if (back)
        w->at[w->shapes++] = (shape){BACK, inputs, outputs};
    w->widest = inputs > w->widest ? inputs : w->widest;
    w->widest = outputs > w->widest ? outputs : w->widest;
}

static void add_dense(work *w, const tuft_mcc_dense *dense)
{
    for (uint32_t k = 0; k < dense->sources; k++)
        add(w, dense->source[k].cells, dense->cells,
            dense->source[k].stream < 0 || dense->source[k].layer);
}

static void list_products(const tuft_mcc *net, work *w)
{
    for (uint32_t l = 0; l < net->config.layers; l++) {
        const tuft_cooperative_layer *layer = &net->layer[l];
        for (int s = 0; s < TUFT_MCC_STREAMS; s++) {
            size_t cells = layer->cells[s], memory = layer->memory.cells;
            for (uint32_t k = 0; k < layer->field[s].frames; k++)
                add(w, layer->inputs[s], cells, l > 0);
            add(w, layer->inputs[s], memory, l > 0);
            add(w, layer->inputs[s], cells, l > 0);
            add(w, layer->inputs[!s], cells, l > 0);
            add(w, memory, cells, 1);
        }
    }
    for (uint32_t d = 0; d < net->config.decoders; d++)
        add_dense(w, &net->decoder[d]);
    for (uint32_t h = 0; h < net->heads; h++)
        add_dense(w, &net->head[h]);
}

typedef struct {
    float *x, *y, *slope;
} arrays;

static void products_alone(const work *w, const tuft_mcc *net, const tuft_mcc_parts *parts,
                           const arrays *a)
{
#pragma omp parallel for schedule(dynamic) num_threads(parts->threads)
    for (uint32_t p = 0; p < parts->used; p++) {
        const tuft_rows *rows = tuft_mcc_pass_rows(parts->pass[p]);
        size_t n = rows->rows - rows->pad;
        for (int k = 0; k < w->shapes; k++) {
            size_t inputs = w->at[k].inputs, outputs = w->at[k].outputs;
            if (w->at[k].which == FORWARD)
                tuft_product_forward(n, inputs, outputs, a[p].x, net->parameter, 1, a[p].y);
            else if (w->at[k].which == BACK)
                tuft_product_back(n, inputs, outputs, a[p].y, net->parameter, a[p].slope);
            else
                tuft_product_gradient(n, inputs, outputs, a[p].x, a[p].y, parts->gradient[p]);
        }
    }
}

/* Seconds that a frame takes when they come one at a time, and events in it. */
static double frame_alone(const tuft_mcc *net, const tuft_mcc_utterance *u, double *events)
{
    tuft_error err;
    tuft_mcc_stream *stream;
    float *output;
    must(tuft_mcc_stream_new(&stream, net, NULL, &err), &err);
    must(TUFT_NEW(&output, net->config.outputs, "output", &err), &err);
    moment start = now();
    for (size_t t = 0; t < u->frames; t++)
        tuft_mcc_stream_step(stream, u->audio + t * net->config.columns[0],
                             u->vision + t * net->config.columns[1], output);
    double seconds = (now().processor - start.processor) / (double)u->frames;
    *events = (double)tuft_mcc_stream_events(stream) / (double)u->frames;
    tuft_mcc_stream_free(stream);
    free(output);
    return seconds;
}

static tuft_mcc_config config_of(int smoke)
{
    uint32_t width = smoke ? 16 : 256;
    tuft_mcc_config config = {.columns = {64, 50},
                              .layers = 3,
                              .cell = TUFT_MCC_COOPERATION,
                              .memory = width / 2,
                              .keep = 0.9,
                              .decoders = 1,
                              .decoder = {2 * width},
                              .skip_audio = 1,
                              .output = TUFT_MCC_MASK,
                              .outputs = 64,
                              .seed = 1};
    for (int l = 0; l < 3; l++)
        config.field[l][0].cells = config.field[l][1].cells = width;
    return config;
}

static void write_json(const char *path, const double step[2], const double products[2],
                       tuft_error *err)
{
    json_t *root = json_pack(
        "{s:s, s:f, s:f, s:f, s:f, s:f, s:f}", "command", "bench_mcc", "step_s", step[0],
        "products_s", products[0], "ratio", products[0] / step[0], "step_processor_s", step[1],
        "products_processor_s", products[1], "ratio_processor", products[1] / step[1]);
    tuft_output output;
    must(tuft_output_open(&output, path, err), err);
    json_dumpf(root, output.stream, JSON_INDENT(2));
    fputc('\n', output.stream);
    must(tuft_output_commit(&output, err), err);
    json_decref(root);
}

int main(int argc, char **argv)
{
    const char *json = NULL;
    int smoke = 0, threads = 0;
    tuft_error err = {0};
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--smoke")) {
            smoke = 1;
        } else if (!strcmp(argv[i], "--json") && i + 1 < argc) {
            json = argv[++i];
        } else if (!strcmp(argv[i], "--threads") && i + 1 < argc) {
            threads = atoi(argv[++i]); /* NOLINT: a benchmark of ours */
        } else {
            fprintf(stderr, "usage: bench_mcc [--smoke] [--threads N] [--json FILE]\n");
            return 2;
        }
    }
    openblas_set_num_threads(1);
    tuft_mcc_config config = config_of(smoke);
    size_t frames = smoke ? 20 : 500;
    tuft_mcc *net;
    must(tuft_mcc_new(&net, &config, &err), &err);
    float *value;
    size_t needed = (frames + 1) * (config.columns[0] + config.outputs);
    must(TUFT_NEW(&value, needed, "features", &err), &err);
    tuft_random random = tuft_random_stream(1, TUFT_RANDOM_TEST, 0);
    for (size_t i = 0; i < needed; i++)
        value[i] = (float)tuft_random_normal(&random);
    tuft_mcc_utterance one[UTTERANCES];
    for (int u = 0; u < UTTERANCES; u++)
        one[u] = (tuft_mcc_utterance){.frames = frames,
                                      .audio = value,
                                      .vision = value + 7,
                                      .target = value + frames * config.columns[0]};
    tuft_mcc_set set = tuft_mcc_set_of(one, UTTERANCES);
    tuft_mcc_training training = tuft_mcc_training_defaults;
    training.epochs = 1 << 20;
    training.patience = training.stop = 0;
    training.threads = threads;
    training.parts = PARTS;
    tuft_mcc_trainer *trainer;
    must(tuft_mcc_trainer_new(&trainer, net, &training, &err), &err);

    static work w;
    arrays a[PARTS];
    double step[2][REPETITIONS], products[2][REPETITIONS]; /* wall clock, processor */
    list_products(net, &w);
    for (int p = 0; p < PARTS; p++) {
        size_t n = (frames + 1) * UTTERANCES * w.widest;
        must(TUFT_NEW(&a[p].x, n, "x", &err), &err);
        must(TUFT_NEW(&a[p].y, n, "y", &err), &err);
        must(TUFT_NEW(&a[p].slope, n, "slopes", &err), &err);
    }
    int repetitions = smoke ? 1 : REPETITIONS;
    double multiplies = 0;
    for (int k = 0; k < w.shapes; k++)
        multiplies += (double)w.at[k].inputs * (double)w.at[k].outputs;
    multiplies *= (double)frames * UTTERANCES;
    for (int r = smoke ? 0 : -1; r < repetitions; r++) { /* the first makes room */
        trainer->training.epochs = trainer->epoch + 1;
        moment start = now();
        must(tuft_mcc_trainer_run(trainer, &set, NULL, &err), &err);
        moment middle = now();
        products_alone(&w, net, &trainer->parts[0], a);
        moment end = now();
        if (r >= 0) {
            step[0][r] = middle.wall - start.wall;
            step[1][r] = middle.processor - start.processor;
            products[0][r] = end.wall - middle.wall;
            products[1][r] = end.processor - middle.processor;
        }
    }
    static const char *const by[] = {"wall clock", "processor"};
    double whole[2], alone[2];
    printf("%zu parameters, batch of %d x %zu frames in %d parts, %d threads\n", net->parameters,
           UTTERANCES, frames, PARTS, trainer->parts[0].threads);
    for (int k = 0; k < 2; k++) {
        whole[k] = median(step[k], repetitions);
        alone[k] = median(products[k], repetitions);
        printf("%s:\n", by[k]);
        printf("  products alone   %8.2f ms   %6.1f G multiply-adds/s\n", alone[k] * 1e3,
               multiplies / alone[k] / 1e9);
        printf("  a training step  %8.2f ms   %6.1f G multiply-adds/s\n", whole[k] * 1e3,
               multiplies / whole[k] / 1e9);
        printf("  ratio            %8.3f      (1: nothing but its products)\n",
               alone[k] / whole[k]);
    }
    double events, frame = frame_alone(net, one, &events);
    printf("frame by frame   %8.3f ms   %6.1f %% of all synapses, %.1f G events/s\n", frame * 1e3,
           100 * events / (double)net->parameters, events / frame / 1e9);
    if (json)
        write_json(json, whole, alone, &err);
    for (int p = 0; p < PARTS; p++) {
        free(a[p].x);
        free(a[p].y);
        free(a[p].slope);
    }
    tuft_mcc_trainer_free(trainer);
    tuft_mcc_free(net);
    free(value);
    return 0;
}
