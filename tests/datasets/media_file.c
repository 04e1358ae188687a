#include "datasets/media_file.h"

#include <criterion/criterion.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <libavutil/display.h>
#include <math.h>
#include <string.h>

media_recipe media_defaults(void)
{
    return (media_recipe){.video = "mjpeg",
                          .audio = "pcm_s16le",
                          .width = 128,
                          .height = 96,
                          .frames = 50,
                          .frame_rate = 25,
                          .sound_s = 2.0,
                          .sound_hz = 44100,
                          .channels = 2};
}

int media_grey(int k)
{
    return 40 + 3 * k % 160;
}

typedef struct {
    AVCodecContext *codec;
    AVStream *stream;
} lane;

static lane open_lane(AVFormatContext *file, const char *name, const media_recipe *r)
{
    const AVCodec *encoder = avcodec_find_encoder_by_name(name);
    cr_assert_not_null(encoder);
    lane l = {avcodec_alloc_context3(encoder), avformat_new_stream(file, NULL)};
    if (encoder->type == AVMEDIA_TYPE_VIDEO) {
        l.codec->width = r->width;
        l.codec->height = r->height;
        l.codec->time_base = (AVRational){1, r->frame_rate};
        l.codec->framerate = (AVRational){r->frame_rate, 1};
        l.codec->pix_fmt =
            encoder->id == AV_CODEC_ID_MJPEG ? AV_PIX_FMT_YUVJ420P : AV_PIX_FMT_YUV420P;
        l.codec->bit_rate = 1000000;
        l.stream->avg_frame_rate = l.codec->framerate;
    } else {
        l.codec->sample_fmt = encoder->sample_fmts[0];
        l.codec->sample_rate = r->sound_hz;
        l.codec->time_base = (AVRational){1, r->sound_hz};
        av_channel_layout_default(&l.codec->ch_layout, r->channels);
        l.codec->bit_rate = 192000;
    }
    if (file->oformat->flags & AVFMT_GLOBALHEADER)
        l.codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    cr_assert_geq(avcodec_open2(l.codec, encoder, NULL), 0);
    avcodec_parameters_from_context(l.stream->codecpar, l.codec);
    l.stream->time_base = l.codec->time_base;
    if (r->turned && encoder->type == AVMEDIA_TYPE_VIDEO)
        av_display_rotation_set((int32_t *)av_stream_new_side_data(
                                    l.stream, AV_PKT_DATA_DISPLAYMATRIX, 9 * sizeof(int32_t)),
                                r->turned);
    return l;
}

static void encode(AVFormatContext *file, lane *l, AVFrame *frame)
{
    AVPacket *packet = av_packet_alloc();
    cr_assert_geq(avcodec_send_frame(l->codec, frame), 0);
    while (avcodec_receive_packet(l->codec, packet) >= 0) {
        if (packet->duration == 0 && l->codec->codec_type == AVMEDIA_TYPE_VIDEO)
            packet->duration = 1;
        av_packet_rescale_ts(packet, l->codec->time_base, l->stream->time_base);
        packet->stream_index = l->stream->index;
        cr_assert_geq(av_interleaved_write_frame(file, packet), 0);
    }
    av_packet_free(&packet);
}

static void encode_picture(AVFormatContext *file, lane *l, const media_recipe *r, int k)
{
    AVFrame *frame = av_frame_alloc();
    frame->format = l->codec->pix_fmt;
    frame->width = r->width;
    frame->height = r->height;
    cr_assert_geq(av_frame_get_buffer(frame, 0), 0);
    memset(frame->data[0], media_grey(k), (size_t)frame->linesize[0] * (size_t)r->height);
    for (int plane = 1; plane < 3; plane++)
        memset(frame->data[plane], 128,
               (size_t)frame->linesize[plane] * (size_t)((r->height + 1) / 2));
    frame->pts = k + (r->late_from && k >= r->late_from);
    encode(file, l, frame);
    av_frame_free(&frame);
}

static int encode_sound(AVFormatContext *file, lane *l, const media_recipe *r, int done, int most)
{
    int n = l->codec->frame_size > 0 ? l->codec->frame_size : 1024;
    n = n < most - done ? n : most - done;
    AVFrame *frame = av_frame_alloc();
    frame->format = l->codec->sample_fmt;
    frame->nb_samples = n;
    frame->sample_rate = r->sound_hz;
    av_channel_layout_copy(&frame->ch_layout, &l->codec->ch_layout);
    cr_assert_geq(av_frame_get_buffer(frame, 0), 0);
    cr_assert_eq(frame->format, AV_SAMPLE_FMT_S16);
    int16_t *sample = (int16_t *)frame->data[0];
    for (int i = 0; i < n; i++)
        for (int c = 0; c < r->channels; c++)
            sample[i * r->channels + c] =
                c ? 0
                  : (int16_t)lround(16384.0 *
                                    sin(2.0 * M_PI * MEDIA_TONE_HZ * (done + i) / r->sound_hz));
    frame->pts = done;
    encode(file, l, frame);
    av_frame_free(&frame);
    return done + n;
}

void media_write(const char *path, const media_recipe *r)
{
    av_log_set_level(AV_LOG_QUIET);
    AVFormatContext *file = NULL;
    cr_assert_geq(avformat_alloc_output_context2(&file, NULL, NULL, path), 0);
    file->flags |= AVFMT_FLAG_BITEXACT;
    lane video = {0}, audio = {0};
    if (r->video)
        video = open_lane(file, r->video, r);
    if (r->audio)
        audio = open_lane(file, r->audio, r);
    cr_assert_geq(avio_open(&file->pb, path, AVIO_FLAG_WRITE), 0);
    cr_assert_geq(avformat_write_header(file, NULL), 0);
    int samples = r->audio ? (int)lround(r->sound_s * r->sound_hz) : 0, done = 0;
    for (int k = 0; r->video && k < r->frames; k++) {
        encode_picture(file, &video, r, k);
        while (done < samples && (double)done / r->sound_hz < (double)k / r->frame_rate)
            done = encode_sound(file, &audio, r, done, samples);
    }
    while (done < samples)
        done = encode_sound(file, &audio, r, done, samples);
    if (r->video)
        encode(file, &video, NULL);
    if (r->audio)
        encode(file, &audio, NULL);
    cr_assert_geq(av_write_trailer(file), 0);
    avio_closep(&file->pb);
    avcodec_free_context(&video.codec);
    avcodec_free_context(&audio.codec);
    avformat_free_context(file);
}
