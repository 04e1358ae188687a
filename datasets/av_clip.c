#include "datasets/av_clip.h"

#include "core/file.h"
#include "core/memory.h"
#include "datasets/resample.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { SECONDS_LIMIT = 600, BUFFER = 1 << 15, DAMAGED_PART = 10 };
#define FILE_LIMIT     ((size_t)1 << 30)
#define PICTURES_LIMIT ((size_t)2 << 30)
#define ENDS_APART_S   0.5

void tuft_av_clip_free(tuft_av_clip *clip)
{
    free(clip->sample);
    free(clip->luma);
    free(clip->blue);
    free(clip->red);
    *clip = (tuft_av_clip){0};
}

/* The file's bytes, as libav reads them. From memory: nothing in a file can make it open another,
 * or an address. */
typedef struct {
    const unsigned char *byte;
    size_t size, at;
} source;

static int source_read(void *opaque, uint8_t *buffer, int size)
{
    source *s = opaque;
    size_t left = s->size - s->at, n = left < (size_t)size ? left : (size_t)size;
    if (n == 0)
        return AVERROR_EOF;
    memcpy(buffer, s->byte + s->at, n);
    s->at += n;
    return (int)n;
}

static int64_t source_seek(void *opaque, int64_t offset, int whence)
{
    source *s = opaque;
    whence &= ~AVSEEK_FORCE;
    if (whence == AVSEEK_SIZE)
        return (int64_t)s->size;
    int64_t base = whence == SEEK_CUR ? (int64_t)s->at : whence == SEEK_END ? (int64_t)s->size : 0;
    if (offset < -base || offset > (int64_t)s->size - base)
        return AVERROR(EINVAL);
    s->at = (size_t)(base + offset);
    return (int64_t)s->at;
}

typedef struct {
    int index; /* of the stream */
    AVStream *stream;
    AVCodecContext *codec;
} track;

typedef struct {
    const char *path;
    AVFormatContext *container;
    AVIOContext *io;
    track sound, picture;
    AVPacket *packet;
    AVFrame *frame, *converted;
    struct SwsContext *scaler;
    /* sound at its own rate */
    float *sample;
    size_t samples, sample_capacity;
    int rate_hz;
    double sound_start_s;
    /* pictures */
    tuft_av_clip *clip;
    size_t luma_capacity, blue_capacity, red_capacity, time_capacity;
    double *time_s;
    enum AVPixelFormat format;
} reader;

static tuft_status open_track(reader *r, enum AVMediaType kind, track *t, tuft_error *err)
{
    const bool sound = kind == AVMEDIA_TYPE_AUDIO;
    const AVCodec *decoder = NULL;
    t->index = av_find_best_stream(r->container, kind, -1, -1, &decoder, 0);
    if (t->index >= 0 && r->container->streams[t->index]->disposition & AV_DISPOSITION_ATTACHED_PIC)
        t->index = AVERROR_STREAM_NOT_FOUND;
    if (t->index == AVERROR_STREAM_NOT_FOUND)
        return tuft_fail(err, TUFT_FORMAT, "%s: holds no %s, expected sound and pictures", r->path,
                         sound ? "sound" : "pictures");
    if (t->index < 0 || !decoder)
        return tuft_fail(err, TUFT_FORMAT, "%s: libav has no decoder for its %s", r->path,
                         sound ? "sound" : "pictures");
    t->stream = r->container->streams[t->index];
    t->codec = avcodec_alloc_context3(decoder);
    if (!t->codec || avcodec_parameters_to_context(t->codec, t->stream->codecpar) < 0)
        return tuft_fail(err, TUFT_MEMORY, "%s: no memory for a decoder", r->path);
    t->codec->thread_count = 1;
    t->codec->pkt_timebase = t->stream->time_base;
    t->codec->err_recognition = AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER;
    t->codec->max_pixels = (int64_t)TUFT_AV_LARGEST * TUFT_AV_LARGEST;
    if (avcodec_open2(t->codec, decoder, NULL) < 0)
        return tuft_fail(err, TUFT_FORMAT, "%s: the decoder for its %s (%s) does not start",
                         r->path, sound ? "sound" : "pictures", decoder->name);
    return TUFT_OK;
}

static tuft_status check_rotation(const reader *r, tuft_error *err)
{
    const uint8_t *matrix =
        av_stream_get_side_data(r->picture.stream, AV_PKT_DATA_DISPLAYMATRIX, NULL);
    double degrees = matrix ? av_display_rotation_get((const int32_t *)matrix) : 0.0;
    if (degrees != 0.0) /* NaN too */
        return tuft_fail(err, TUFT_FORMAT,
                         "%s: pictures are to be turned by %g degrees, expected upright ones",
                         r->path, -degrees);
    return TUFT_OK;
}

static tuft_status open_container(reader *r, source *bytes, tuft_error *err)
{
    unsigned char *buffer = av_malloc(BUFFER);
    r->io = buffer ? avio_alloc_context(buffer, BUFFER, 0, bytes, source_read, NULL, source_seek)
                   : NULL;
    r->container = avformat_alloc_context();
    r->packet = av_packet_alloc();
    r->frame = av_frame_alloc();
    if (!r->io || !r->container || !r->packet || !r->frame) {
        if (!r->io)
            av_free(buffer);
        return tuft_fail(err, TUFT_MEMORY, "%s: no memory for a reader", r->path);
    }
    r->container->pb = r->io;
    AVDictionary *options = NULL;
    av_dict_set(&options, "protocol_whitelist", "", 0);
    int code = avformat_open_input(&r->container, NULL, NULL, &options);
    av_dict_free(&options);
    if (code < 0)
        return tuft_fail(err, TUFT_FORMAT, "%s: not a media file that libav knows", r->path);
    if (avformat_find_stream_info(r->container, NULL) < 0)
        return tuft_fail(err, TUFT_FORMAT, "%s: a %s file without streams that can be read",
                         r->path, r->container->iformat->name);
    tuft_status status = open_track(r, AVMEDIA_TYPE_VIDEO, &r->picture, err);
    if (!status)
        status = open_track(r, AVMEDIA_TYPE_AUDIO, &r->sound, err);
    return status ? status : check_rotation(r, err);
}

/* One value of a decoded sound, full scale 1. */
static double sound_value(const AVFrame *frame, int channel, int i)
{
    int channels = frame->ch_layout.nb_channels;
    bool planar = av_sample_fmt_is_planar(frame->format);
    const uint8_t *at = frame->extended_data[planar ? channel : 0];
    size_t k = planar ? (size_t)i : (size_t)i * (size_t)channels + (size_t)channel;
    switch (av_get_packed_sample_fmt(frame->format)) {
    case AV_SAMPLE_FMT_U8:
        return (at[k] - 128) / 128.0;
    case AV_SAMPLE_FMT_S16:
        return ((const int16_t *)at)[k] / 32768.0;
    case AV_SAMPLE_FMT_S32:
        return ((const int32_t *)at)[k] / 2147483648.0;
    case AV_SAMPLE_FMT_S64:
        return (double)((const int64_t *)at)[k] / 9223372036854775808.0;
    case AV_SAMPLE_FMT_FLT:
        return (double)((const float *)at)[k];
    case AV_SAMPLE_FMT_DBL:
        return ((const double *)at)[k];
    default:
        return NAN;
    }
}

static double frame_time(const AVFrame *frame, const track *t)
{
    if (frame->best_effort_timestamp == AV_NOPTS_VALUE)
        return NAN;
    /* NOLINTNEXTLINE: the analyzer does not know that tuft_fail returns its status */
    return (double)frame->best_effort_timestamp * av_q2d(t->stream->time_base);
}

static tuft_status take_sound(reader *r, tuft_error *err)
{
    const AVFrame *f = r->frame;
    const int channels = f->ch_layout.nb_channels;
    const double now_s = frame_time(f, &r->sound);
    if (r->samples == 0) {
        r->rate_hz = f->sample_rate;
        r->sound_start_s = isfinite(now_s) ? now_s : 0.0;
    }
    if (channels < 1 || f->sample_rate != r->rate_hz || r->rate_hz < 4000 || r->rate_hz > 192000)
        return tuft_fail(err, TUFT_FORMAT,
                         "%s: sound of %d channels at %d Hz after %.3f s, expected one rate of "
                         "4000 to 192000 Hz",
                         r->path, channels, f->sample_rate, (double)r->samples / r->rate_hz);
    const double expected_s = r->sound_start_s + (double)r->samples / r->rate_hz;
    if (fabs(now_s - expected_s) > 0.1)
        return tuft_fail(err, TUFT_FORMAT,
                         "%s: sound goes on at %.3f s, expected %.3f s: a piece is missing",
                         r->path, now_s, expected_s);
    const size_t n = (size_t)f->nb_samples;
    if (r->samples + n > (size_t)SECONDS_LIMIT * (size_t)r->rate_hz)
        return tuft_fail(err, TUFT_FORMAT, "%s: sound of over %d s, expected a clip", r->path,
                         SECONDS_LIMIT);
    tuft_status status = TUFT_GROW(&r->sample, &r->sample_capacity, r->samples + n, r->path, err);
    for (size_t i = 0; i < n && !status; i++) {
        double sum = 0.0;
        for (int c = 0; c < channels; c++)
            sum += sound_value(f, c, (int)i);
        if (!isfinite(sum))
            return tuft_fail(err, TUFT_FORMAT, "%s: sample %zu is %g", r->path, r->samples, sum);
        r->sample[r->samples++] = (float)(sum / channels);
    }
    return status;
}

/* r->frame as 8-bit 4:2:0 in broadcast range: itself, or converted. NULL: cannot be. */
static const AVFrame *as_yuv420(reader *r)
{
    const AVFrame *f = r->frame;
    if (f->format == AV_PIX_FMT_YUV420P && f->color_range != AVCOL_RANGE_JPEG)
        return f;
    if (!r->scaler) {
        r->scaler =
            sws_getContext(f->width, f->height, f->format, f->width, f->height, AV_PIX_FMT_YUV420P,
                           SWS_AREA | SWS_ACCURATE_RND | SWS_BITEXACT, NULL, NULL, NULL);
        r->converted = av_frame_alloc();
        if (!r->scaler || !r->converted)
            return NULL;
        const char *name = av_get_pix_fmt_name(f->format);
        int full = f->color_range == AVCOL_RANGE_JPEG || (name && strncmp(name, "yuvj", 4) == 0);
        const int *table = sws_getCoefficients(SWS_CS_DEFAULT);
        sws_setColorspaceDetails(r->scaler, table, full, table, 0, 0, 1 << 16, 1 << 16);
        r->converted->format = AV_PIX_FMT_YUV420P;
        r->converted->width = f->width;
        r->converted->height = f->height;
        if (av_frame_get_buffer(r->converted, 0) < 0)
            return NULL;
    }
    int rows = sws_scale(r->scaler, (const uint8_t *const *)f->data, f->linesize, 0, f->height,
                         r->converted->data, r->converted->linesize);
    return rows == f->height ? r->converted : NULL;
}

static tuft_status keep_plane(uint8_t **plane, size_t *capacity, const AVFrame *f, int which,
                              uint32_t width, uint32_t height, uint32_t frame, const char *path,
                              tuft_error *err)
{
    const size_t area = (size_t)width * height;
    tuft_status status = TUFT_GROW(plane, capacity, area * (frame + 1), path, err);
    if (!status)
        av_image_copy_plane(*plane + area * frame, (int)width, f->data[which], f->linesize[which],
                            (int)width, (int)height);
    return status;
}

static tuft_status start_pictures(reader *r, tuft_error *err)
{
    const AVFrame *f = r->frame;
    tuft_av_clip *c = r->clip;
    if (f->width < TUFT_AV_SMALLEST || f->height < TUFT_AV_SMALLEST || f->width > TUFT_AV_LARGEST ||
        f->height > TUFT_AV_LARGEST)
        return tuft_fail(err, TUFT_FORMAT, "%s: pictures of %d x %d, expected %d to %d either way",
                         r->path, f->width, f->height, TUFT_AV_SMALLEST, TUFT_AV_LARGEST);
    c->width = (uint32_t)f->width;
    c->height = (uint32_t)f->height;
    c->chroma_width = (c->width + 1) / 2;
    c->chroma_height = (c->height + 1) / 2;
    r->format = f->format;
    return TUFT_OK;
}

static tuft_status take_picture(reader *r, tuft_error *err)
{
    const AVFrame *f = r->frame;
    tuft_av_clip *c = r->clip;
    tuft_status status = c->frames == 0 ? start_pictures(r, err) : TUFT_OK;
    if (status)
        return status;
    if ((uint32_t)f->width != c->width || (uint32_t)f->height != c->height ||
        f->format != (int)r->format)
        return tuft_fail(err, TUFT_FORMAT, "%s: frame %u is %d x %d, those before %u x %u", r->path,
                         c->frames, f->width, f->height, c->width, c->height);
    if (f->decode_error_flags || f->flags & AV_FRAME_FLAG_CORRUPT)
        c->damaged_frames++;
    if ((size_t)c->width * c->height * 3 / 2 * (c->frames + 1) > PICTURES_LIMIT)
        return tuft_fail(err, TUFT_FORMAT, "%s: over %zu bytes of pictures, expected a clip",
                         r->path, PICTURES_LIMIT);
    const AVFrame *yuv = as_yuv420(r);
    if (!yuv)
        return tuft_fail(err, TUFT_FORMAT, "%s: frame %u cannot be turned into grey", r->path,
                         c->frames);
    status = TUFT_GROW(&r->time_s, &r->time_capacity, (size_t)c->frames + 1, r->path, err);
    if (!status)
        status = keep_plane(&c->luma, &r->luma_capacity, yuv, 0, c->width, c->height, c->frames,
                            r->path, err);
    if (!status)
        status = keep_plane(&c->blue, &r->blue_capacity, yuv, 1, c->chroma_width, c->chroma_height,
                            c->frames, r->path, err);
    if (!status)
        status = keep_plane(&c->red, &r->red_capacity, yuv, 2, c->chroma_width, c->chroma_height,
                            c->frames, r->path, err);
    if (!status)
        r->time_s[c->frames++] = frame_time(f, &r->picture);
    return status;
}

/* A packet (NULL: the end) through a decoder, and what comes out of it. */
static tuft_status decode(reader *r, track *t, const AVPacket *packet, tuft_error *err)
{
    const bool sound = t == &r->sound;
    tuft_status status = TUFT_OK;
    int code = avcodec_send_packet(t->codec, packet);
    while (code >= 0 && !status) {
        code = avcodec_receive_frame(t->codec, r->frame);
        if (code >= 0) {
            status = sound ? take_sound(r, err) : take_picture(r, err);
            av_frame_unref(r->frame);
        }
    }
    if (status || code == AVERROR(EAGAIN) || code == AVERROR_EOF)
        return status;
    if (sound)
        return tuft_fail(err, TUFT_FORMAT, "%s: the sound is damaged after %.3f s", r->path,
                         r->rate_hz ? (double)r->samples / r->rate_hz : 0.0);
    return tuft_fail(err, TUFT_FORMAT, "%s: the pictures are damaged after frame %u", r->path,
                     r->clip->frames);
}

static tuft_status decode_all(reader *r, tuft_error *err)
{
    tuft_status status = TUFT_OK;
    int code = 0;
    while (!status && (code = av_read_frame(r->container, r->packet)) >= 0) {
        if (r->packet->flags & AV_PKT_FLAG_CORRUPT)
            status = tuft_fail(err, TUFT_FORMAT, "%s: damaged or cut short near byte %lld", r->path,
                               (long long)r->packet->pos);
        else if (r->packet->stream_index == r->picture.index)
            status = decode(r, &r->picture, r->packet, err);
        else if (r->packet->stream_index == r->sound.index)
            status = decode(r, &r->sound, r->packet, err);
        av_packet_unref(r->packet);
    }
    if (!status && code != AVERROR_EOF)
        status = tuft_fail(err, TUFT_FORMAT, "%s: damaged or cut short near byte %lld", r->path,
                           (long long)avio_tell(r->io));
    if (!status)
        status = decode(r, &r->picture, NULL, err);
    return status ? status : decode(r, &r->sound, NULL, err);
}

/* The frame rate from the frames' times, which must lie on a line. A container without times has
 * its header's rate. */
static tuft_status find_frame_rate(reader *r, tuft_error *err)
{
    tuft_av_clip *c = r->clip;
    if (c->frames < TUFT_AV_FEWEST_FRAMES)
        return tuft_fail(err, TUFT_FORMAT, "%s: %u frames, expected %d or more", r->path, c->frames,
                         TUFT_AV_FEWEST_FRAMES);
    if (c->damaged_frames > c->frames / DAMAGED_PART)
        return tuft_fail(err, TUFT_FORMAT,
                         "%s: %u of %u frames are damaged, expected at most 1 in %d", r->path,
                         c->damaged_frames, c->frames, DAMAGED_PART);
    const double *time = r->time_s;
    /* NOLINTNEXTLINE: the analyzer does not know that tuft_fail returns its status */
    const double span_s = time[c->frames - 1] - time[0];
    const double stated = av_q2d(av_guess_frame_rate(r->container, r->picture.stream, NULL));
    if (!isfinite(span_s)) {
        c->frame_rate = stated;
        c->first_frame_s = 0.0;
    } else {
        c->frame_rate = (c->frames - 1) / span_s;
        /* Times may be rounded to the container's ticks; the header's rate is not. */
        if (fabs(c->frame_rate / stated - 1.0) < 0.5 / c->frames)
            c->frame_rate = stated;
        c->first_frame_s = time[0] - r->sound_start_s;
    }
    if (!(c->frame_rate >= 1.0 && c->frame_rate <= 1000.0))
        return tuft_fail(err, TUFT_FORMAT, "%s: %g frames/s, expected 1 to 1000", r->path,
                         c->frame_rate);
    for (uint32_t k = 1; k < c->frames && isfinite(span_s); k++) {
        double expected_s = time[0] + k / c->frame_rate;
        if (!(fabs(time[k] - expected_s) < 0.5 / c->frame_rate))
            return tuft_fail(err, TUFT_FORMAT,
                             "%s: frame %u at %.3f s, expected %.3f s at %g frames/s: the frame "
                             "rate varies",
                             r->path, k, time[k], expected_s, c->frame_rate);
    }
    return TUFT_OK;
}

/* Where the sound, the pictures and (where it says) the header end. */
static tuft_status check_ends(const reader *r, tuft_error *err)
{
    const tuft_av_clip *c = r->clip;
    if (r->samples == 0)
        return tuft_fail(err, TUFT_FORMAT, "%s: the sound has no samples", r->path);
    const double sound_s = (double)r->samples / r->rate_hz;
    const double picture_s = c->first_frame_s + c->frames / c->frame_rate;
    if (!(fabs(sound_s - picture_s) <= ENDS_APART_S && fabs(c->first_frame_s) <= ENDS_APART_S))
        return tuft_fail(err, TUFT_FORMAT,
                         "%s: sound from 0 to %.3f s, pictures from %.3f to %.3f s: cut short, or "
                         "they do not belong together",
                         r->path, sound_s, c->first_frame_s, picture_s);
    const AVFormatContext *f = r->container;
    double stated_s =
        f->duration_estimation_method != AVFMT_DURATION_FROM_BITRATE && f->duration > 0
            ? (double)f->duration / AV_TIME_BASE
            : 0.0;
    double stated_frames = (double)r->picture.stream->nb_frames;
    if (stated_s > fmax(sound_s, picture_s) + ENDS_APART_S ||
        stated_frames > c->frames + ENDS_APART_S * c->frame_rate)
        return tuft_fail(err, TUFT_FORMAT,
                         "%s: cut short: %.3f s and %u frames, expected %.3f s and %.0f frames",
                         r->path, picture_s, c->frames, stated_s, stated_frames);
    return TUFT_OK;
}

static void close_reader(reader *r)
{
    avcodec_free_context(&r->sound.codec);
    avcodec_free_context(&r->picture.codec);
    av_packet_free(&r->packet);
    av_frame_free(&r->frame);
    av_frame_free(&r->converted);
    sws_freeContext(r->scaler);
    avformat_close_input(&r->container);
    if (r->io)
        av_freep(&r->io->buffer);
    avio_context_free(&r->io);
    free(r->sample);
    free(r->time_s);
}

tuft_status tuft_av_clip_read(const char *path, tuft_av_clip *out, tuft_error *err)
{
    *out = (tuft_av_clip){0};
    av_log_set_level(AV_LOG_QUIET);
    unsigned char *content;
    source bytes = {0};
    tuft_status status = tuft_file_read(path, FILE_LIMIT, &content, &bytes.size, err);
    if (status)
        return status;
    bytes.byte = content;
    reader r = {.path = path, .clip = out};
    status = open_container(&r, &bytes, err);
    if (!status)
        status = decode_all(&r, err);
    if (!status)
        status = find_frame_rate(&r, err);
    if (!status)
        status = check_ends(&r, err);
    if (!status)
        status = tuft_resample(r.sample, r.samples, r.rate_hz, TUFT_AV_RATE_HZ, &out->sample,
                               &out->samples, err);
    out->rate_hz = TUFT_AV_RATE_HZ;
    close_reader(&r);
    free(content);
    if (status)
        tuft_av_clip_free(out);
    return status;
}
