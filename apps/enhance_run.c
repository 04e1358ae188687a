/* tuft enhance run: speech out of noise, a hop at a time. */
#include "apps/commands.h"
#include "apps/enhance_clips.h"
#include "apps/enhance_stream.h"
#include "apps/result.h"
#include "core/memory.h"
#include "datasets/resample.h"
#include "datasets/sound_file.h"
#include "datasets/wav.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { SECONDS_LIMIT = 3600 };

typedef struct {
    common_options common;
    const char *input, *video, *model, *output, *mouth;
} run_config;

static const run_config defaults = {.common = COMMON_DEFAULTS};

static const app_option operands[] = {
    {.metavar = "INPUT",
     .help = "noisy speech: a sound file, or a clip with both sound and pictures",
     .type = OPTION_TYPE_TEXT,
     .offset = OPTION_MEMBER(run_config, input, const char *),
     .need = OPTION_REQUIRED},
};

static const app_option options[] = {
    {.name = "model",
     .metavar = "FILE",
     .help = "of tuft enhance train",
     .type = OPTION_TYPE_TEXT,
     .offset = OPTION_MEMBER(run_config, model, const char *),
     .need = OPTION_REQUIRED},
    OPTION_TEXT(run_config, video, "video", "FILE",
                "the talker's face, where INPUT is sound alone; begins when the sound does"),
    {.name = "output",
     .metavar = "FILE",
     .help = "enhanced speech, WAV of 16 kHz",
     .type = OPTION_TYPE_TEXT,
     .offset = OPTION_MEMBER(run_config, output, const char *),
     .need = OPTION_REQUIRED},
    OPTION_TEXT(run_config, mouth, "mouth", "X,Y,W,H",
                "where the mouth is (pixels); left out: it is looked for"),
};

static const command_example examples[] = {
    {"tuft enhance run clip.mpg --model mcc.tuft --output clean.wav", "a clip with its own sound"},
    {"tuft enhance run noisy.wav --video clip.mpg --model mcc.tuft --output clean.wav",
     "sound from elsewhere"},
};

typedef struct {
    const run_config *config;
    enhance_model model;
    float *sample; /* [n] at 16 kHz */
    size_t n, frames;
    float *vision; /* [frames][vision columns], or NULL */
    tuft_mouth_box mouth;
    float *enhanced; /* [n] */
    double cpu_s;
    uint64_t events;
} run_state;

static tuft_status check(const void *config, tuft_error *err)
{
    const run_config *c = config;
    tuft_mouth_box box;
    return c->mouth ? enhance_mouth_option(c->mouth, &box, err) : TUFT_OK;
}

/* ---- what comes in --------------------------------------------------------------------------- */

static int is_sound(const char *path)
{
    static const char *const ending[] = {".wav", ".flac", ".ogg", ".aiff", ".aif", ".au"};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof ending / sizeof *ending; i++)
        if (strcasecmp(dot, ending[i]) == 0)
            return 1;
    return 0;
}

static tuft_status read_sound(run_state *run, tuft_error *err)
{
    const char *path = run->config->input;
    tuft_sound_info info;
    float *sample = NULL;
    tuft_status status = tuft_sound_inspect(path, &info, err);
    if (!status && info.frames > (uint64_t)SECONDS_LIMIT * (uint64_t)info.rate_hz)
        status = tuft_fail(err, TUFT_FORMAT, "%.300s: lasts %.0f s, expected at most %d", path,
                           (double)info.frames / info.rate_hz, SECONDS_LIMIT);
    if (!status)
        status = TUFT_NEW(&sample, (size_t)info.frames, path, err);
    if (!status)
        status = tuft_sound_read(path, 0, (size_t)info.frames, sample, err);
    if (!status)
        status = tuft_resample(sample, (size_t)info.frames, (uint32_t)info.rate_hz, TUFT_AV_RATE_HZ,
                               &run->sample, &run->n, err);
    free(sample);
    return status;
}

static tuft_status look(run_state *run, const tuft_av_clip *clip, tuft_error *err)
{
    const run_config *c = run->config;
    const tuft_enhancement *e = run->model.enhancement;
    tuft_status status = c->mouth ? enhance_mouth_option(c->mouth, &run->mouth, err)
                                  : tuft_mouth_find(clip, &run->mouth, err);
    if (!status)
        status = TUFT_NEW(&run->vision, run->frames * tuft_enhancement_vision_columns(e),
                          "features of lips", err);
    return status ? status
                  : tuft_enhancement_vision(e, clip, &run->mouth, run->frames, run->vision, err);
}

static tuft_status load(run_state *run, tuft_error *err)
{
    const run_config *c = run->config;
    const int sees = enhance_model_sees(&run->model);
    const char *video = c->video ? c->video : is_sound(c->input) ? NULL : c->input;
    tuft_av_clip clip = {0};
    tuft_status status = TUFT_OK;
    if (sees && !video)
        return tuft_fail(err, TUFT_INVALID,
                         "%.200s looks at lips: expected --video, or a clip with pictures",
                         c->model);
    if (is_sound(c->input))
        status = read_sound(run, err);
    if (!status && video && (sees || !is_sound(c->input)))
        status = tuft_av_clip_read(video, &clip, err);
    if (!status && !is_sound(c->input)) {
        run->sample = clip.sample;
        run->n = clip.samples;
        clip.sample = NULL;
    }
    if (!status && run->n < tuft_stft_latency(tuft_enhancement_stft(run->model.enhancement)))
        status = tuft_fail(err, TUFT_FORMAT, "%.300s: %zu samples, shorter than a window", c->input,
                           run->n);
    run->frames = status ? 0 : tuft_enhancement_frames(run->model.enhancement, run->n);
    if (!status && sees)
        status = look(run, &clip, err);
    tuft_av_clip_free(&clip);
    return status;
}

/* ---- what goes out --------------------------------------------------------------------------- */

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Block k of the output stands window - hop samples before block k of the input. */
static void keep_block(run_state *run, size_t *blocks, uint32_t hop, uint32_t early,
                       const float *block)
{
    if (!block)
        return;
    for (uint32_t i = 0; i < hop; i++) {
        size_t at = *blocks * hop + i;
        if (at >= early && at - early < run->n)
            run->enhanced[at - early] = block[i];
    }
    (*blocks)++;
}

static tuft_status enhance(run_state *run, tuft_error *err)
{
    const tuft_enhancement *e = run->model.enhancement;
    const tuft_stft_config *frame = tuft_stft_configuration(tuft_enhancement_stft(e));
    const size_t columns = tuft_enhancement_vision_columns(e);
    enhance_stream *stream;
    float *block = NULL;
    const float *out;
    size_t blocks = 0;
    tuft_status status = TUFT_NEW(&run->enhanced, run->n, "enhanced speech", err);
    if (!status)
        status = TUFT_NEW(&block, frame->hop, "block", err);
    if (!status)
        status = enhance_stream_new(&stream, &run->model, err);
    if (status) {
        free(block);
        return status;
    }
    double begun = now_s();
    for (size_t f = 0; !status && f < run->frames; f++) {
        for (uint32_t i = 0; i < frame->hop; i++)
            block[i] = f * frame->hop + i < run->n ? run->sample[f * frame->hop + i] : 0;
        status = enhance_stream_push(stream, block, run->vision ? run->vision + f * columns : NULL,
                                     &out, err);
        if (!status)
            keep_block(run, &blocks, frame->hop, frame->window - frame->hop, out);
    }
    while (!status && (out = enhance_stream_drain(stream)))
        keep_block(run, &blocks, frame->hop, frame->window - frame->hop, out);
    run->cpu_s = now_s() - begun;
    run->events = enhance_stream_events(stream);
    enhance_stream_free(stream);
    free(block);
    return status;
}

static void publish(const run_state *run, app_result *result)
{
    const double latency_ms =
        1e3 * tuft_enhancement_latency(run->model.enhancement) / TUFT_AV_RATE_HZ;
    const double seconds = (double)run->n / TUFT_AV_RATE_HZ;
    json_t *results = result_results(result);
    json_object_set_new(results, "seconds", result_real(seconds));
    json_object_set_new(results, "frames", json_integer((json_int_t)run->frames));
    json_object_set_new(results, "latency_ms", result_real(latency_ms));
    json_object_set_new(results, "synaptic_events", json_integer((json_int_t)run->events));
    if (run->vision)
        json_object_set_new(results, "mouth",
                            json_pack("[f, f, f, f]", run->mouth.left, run->mouth.top,
                                      run->mouth.width, run->mouth.height));
}

static void print(const run_state *run)
{
    const double seconds = (double)run->n / TUFT_AV_RATE_HZ;
    printf("%s: %.2f s of speech, %.0f ms behind, %.0f times faster than real time on one core, "
           "%.0f synaptic events a frame\n",
           run->config->output, seconds,
           1e3 * tuft_enhancement_latency(run->model.enhancement) / TUFT_AV_RATE_HZ,
           seconds / fmax(run->cpu_s, 1e-9), (double)run->events / (double)run->frames);
}

static void state_free(run_state *run)
{
    enhance_model_free(&run->model);
    free(run->sample);
    free(run->vision);
    free(run->enhanced);
}

static tuft_status run(const void *settings, tuft_error *err)
{
    run_state state = {.config = settings};
    app_result *result;
    tuft_status status = result_new(&result, &enhance_run_command, settings, err);
    if (status)
        return status;
    result_stage(result, "load");
    status = enhance_model_read(state.config->model, &state.model, err);
    if (!status)
        status = load(&state, err);
    result_stage(result, "enhance");
    if (!status)
        status = enhance(&state, err);
    result_stage(result, NULL);
    if (!status)
        status =
            tuft_wav_write(state.config->output, state.enhanced, state.n, TUFT_AV_RATE_HZ, err);
    if (!status) {
        publish(&state, result);
        status = result_write(result, state.config->common.json, err);
    }
    if (!status)
        print(&state);
    state_free(&state);
    result_free(result);
    return status;
}

const app_command enhance_run_command = {
    .name = "enhance run",
    .summary = "cleans noisy speech with a look at the talker's lips",
    .description =
        "Runs a model of `tuft enhance train` over noisy speech as it would come from a "
        "microphone, a block at a time, and writes what comes out. Sound of any rate and number of "
        "channels is brought to mono at 16 kHz.\n\n"
        "The latency that is told is that of the sound: a window, and the frames that the model "
        "looks ahead. Lips between two pictures and their differences take up to two pictures more "
        "(80 ms at 25 a second) where pictures come as late as the sound.",
    COMMAND_OPERANDS(operands),
    COMMAND_OPTIONS(options),
    COMMAND_EXAMPLES(examples),
    .config_size = sizeof(run_config),
    .defaults = &defaults,
    .check = check,
    .run = run,
};
