#include "datasets/av_clip_write.h"

#include "core/file.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <libavutil/imgutils.h>
#include <math.h>

enum { QUANTISER = 2 };

typedef struct {
    AVCodecContext *codec;
    AVStream *stream;
} track;

typedef struct {
    const char *path;
    AVFormatContext *container;
    track picture, sound;
    AVPacket *packet;
    AVFrame *frame;
} writer;

static tuft_status fails(const writer *w, const char *what, tuft_error *err)
{
    return tuft_fail(err, TUFT_IO, "%s: libav cannot write it: %s", w->path, what);
}

static tuft_status open_track(writer *w, track *t, enum AVCodecID id, const tuft_av_clip *clip,
                              tuft_error *err)
{
    const AVCodec *encoder = avcodec_find_encoder(id);
    t->codec = encoder ? avcodec_alloc_context3(encoder) : NULL;
    t->stream = t->codec ? avformat_new_stream(w->container, NULL) : NULL;
    if (!t->stream)
        return fails(w, encoder ? "no memory" : "an encoder is missing", err);
    AVCodecContext *c = t->codec;
    c->thread_count = 1;
    if (encoder->type == AVMEDIA_TYPE_VIDEO) {
        c->width = (int)clip->width;
        c->height = (int)clip->height;
        c->framerate = av_d2q(clip->frame_rate, 60000);
        c->time_base = av_inv_q(c->framerate);
        c->pix_fmt = AV_PIX_FMT_YUV420P;
        c->flags |= AV_CODEC_FLAG_QSCALE;
        c->global_quality = QUANTISER * FF_QP2LAMBDA;
        c->gop_size = 12;
        t->stream->avg_frame_rate = c->framerate;
    } else {
        c->sample_fmt = AV_SAMPLE_FMT_S16;
        c->sample_rate = (int)lround(clip->rate_hz);
        c->time_base = (AVRational){1, c->sample_rate};
        av_channel_layout_default(&c->ch_layout, 1);
    }
    c->flags |= AV_CODEC_FLAG_BITEXACT;
    if (avcodec_open2(c, encoder, NULL) < 0 ||
        avcodec_parameters_from_context(t->stream->codecpar, c) < 0)
        return fails(w, encoder->name, err);
    t->stream->time_base = c->time_base;
    return TUFT_OK;
}

/* w->frame (NULL at the end) through an encoder and into the file. */
static tuft_status encode(writer *w, const track *t, const AVFrame *frame, tuft_error *err)
{
    int code = avcodec_send_frame(t->codec, frame);
    while (code >= 0) {
        code = avcodec_receive_packet(t->codec, w->packet);
        if (code < 0)
            break;
        /* NOLINTNEXTLINE: the analyzer does not know that tuft_fail returns its status */
        av_packet_rescale_ts(w->packet, t->codec->time_base, t->stream->time_base);
        w->packet->stream_index = t->stream->index;
        code = av_interleaved_write_frame(w->container, w->packet);
    }
    return code == AVERROR(EAGAIN) || code == AVERROR_EOF ? TUFT_OK : fails(w, "encoding", err);
}

static tuft_status write_picture(writer *w, const tuft_av_clip *c, uint32_t k, tuft_error *err)
{
    AVFrame *f = w->frame;
    f->format = AV_PIX_FMT_YUV420P;
    f->width = (int)c->width;
    f->height = (int)c->height;
    f->pts = k;
    f->quality = QUANTISER * FF_QP2LAMBDA;
    if (av_frame_get_buffer(f, 0) < 0)
        return fails(w, "no memory", err);
    const uint8_t *const plane[3] = {c->luma, c->blue, c->red};
    for (int p = 0; p < 3; p++) {
        int width = (int)(p ? c->chroma_width : c->width),
            height = (int)(p ? c->chroma_height : c->height);
        av_image_copy_plane(f->data[p], f->linesize[p],
                            plane[p] + (size_t)k * (size_t)width * (size_t)height, width, width,
                            height);
    }
    tuft_status status = encode(w, &w->picture, f, err);
    av_frame_unref(f);
    return status;
}

static tuft_status write_sound(writer *w, const tuft_av_clip *c, size_t from, size_t n,
                               tuft_error *err)
{
    AVFrame *f = w->frame;
    f->format = AV_SAMPLE_FMT_S16;
    f->nb_samples = (int)n;
    /* NOLINTNEXTLINE: the analyzer does not know that tuft_fail returns its status */
    f->sample_rate = w->sound.codec->sample_rate;
    f->pts = (int64_t)from;
    if (av_channel_layout_copy(&f->ch_layout, &w->sound.codec->ch_layout) < 0 ||
        av_frame_get_buffer(f, 0) < 0)
        return fails(w, "no memory", err);
    int16_t *out = (int16_t *)f->data[0];
    for (size_t i = 0; i < n; i++) {
        double x = (double)c->sample[from + i] * 32768.0;
        out[i] = (int16_t)lround(fmin(fmax(x, -32768.0), 32767.0));
    }
    tuft_status status = encode(w, &w->sound, f, err);
    av_frame_unref(f);
    return status;
}

/* Picture by picture, each with the sound until the next. */
static tuft_status write_all(writer *w, const tuft_av_clip *c, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    size_t done = 0;
    for (uint32_t k = 0; k < c->frames && !status; k++) {
        status = write_picture(w, c, k, err);
        size_t until =
            k + 1 == c->frames ? c->samples : (size_t)((k + 1) / c->frame_rate * c->rate_hz);
        until = until < c->samples ? until : c->samples;
        while (done < until && !status) {
            size_t n = until - done < 4096 ? until - done : 4096;
            status = write_sound(w, c, done, n, err);
            done += n;
        }
    }
    if (!status)
        status = encode(w, &w->picture, NULL, err);
    return status ? status : encode(w, &w->sound, NULL, err);
}

static tuft_status write_container(writer *w, const tuft_av_clip *clip, tuft_error *err)
{
    w->packet = av_packet_alloc();
    w->frame = av_frame_alloc();
    if (avformat_alloc_output_context2(&w->container, NULL, "avi", NULL) < 0 || !w->packet ||
        !w->frame)
        return fails(w, "no memory", err);
    w->container->flags |= AVFMT_FLAG_BITEXACT;
    tuft_status status = open_track(w, &w->picture, AV_CODEC_ID_MPEG4, clip, err);
    if (!status)
        status = open_track(w, &w->sound, AV_CODEC_ID_PCM_S16LE, clip, err);
    if (!status &&
        (avio_open_dyn_buf(&w->container->pb) < 0 || avformat_write_header(w->container, NULL) < 0))
        status = fails(w, "its header", err);
    if (!status)
        status = write_all(w, clip, err);
    if (!status && av_write_trailer(w->container) < 0)
        status = fails(w, "its end", err);
    return status;
}

tuft_status tuft_av_clip_write(const char *path, const tuft_av_clip *clip, tuft_error *err)
{
    if (clip->frames == 0 || clip->samples == 0 || !(clip->frame_rate > 0.0) ||
        !(clip->rate_hz >= 4000.0) || fabs(clip->first_frame_s) > 1e-3)
        return tuft_fail(err, TUFT_INVALID,
                         "%s: %u frames, %zu samples, the first frame at %g s, expected some at 0",
                         path, clip->frames, clip->samples, clip->first_frame_s);
    av_log_set_level(AV_LOG_QUIET);
    writer w = {.path = path};
    tuft_status status = write_container(&w, clip, err);
    uint8_t *bytes = NULL;
    AVIOContext *memory = w.container ? w.container->pb : NULL;
    int size = memory ? avio_get_dyn_buf(memory, &bytes) : 0;
    tuft_output output;
    if (!status)
        status = tuft_output_open(&output, path, err);
    if (!status) {
        fwrite(bytes, 1, (size_t)size, output.stream); /* commit looks for errors */
        status = tuft_output_commit(&output, err);
    }
    if (memory) { /* closing writes where the muxer stopped, which is in the header */
        avio_close_dyn_buf(memory, &bytes);
        av_free(bytes);
    }
    avcodec_free_context(&w.picture.codec);
    avcodec_free_context(&w.sound.codec);
    av_packet_free(&w.packet);
    av_frame_free(&w.frame);
    avformat_free_context(w.container);
    return status;
}
