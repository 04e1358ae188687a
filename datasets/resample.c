#include "datasets/resample.h"

#include "core/memory.h"

#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LOWEST_HZ = 1000, HIGHEST_HZ = 768000, BLOCK = 1 << 20 };

/* All of sample through the converter, then what it holds back, into out[n_out]; what the filter's
 * tail does not fill stays zero. */
static int convert(SwrContext *converter, const float *sample, size_t n, float *out, size_t n_out)
{
    size_t in = 0, done = 0;
    while (done < n_out) {
        int give = (int)(n - in < BLOCK ? n - in : BLOCK);
        int room = (int)(n_out - done < BLOCK ? n_out - done : BLOCK);
        const uint8_t *source = (const uint8_t *)(sample + in);
        uint8_t *target = (uint8_t *)(out + done);
        int got = swr_convert(converter, &target, room, give ? &source : NULL, give);
        if (got < 0)
            return got;
        if (got == 0 && give == 0)
            break;
        in += (size_t)give;
        done += (size_t)got;
    }
    return 0;
}

tuft_status tuft_resample(const float *sample, size_t n, int from_hz, int to_hz, float **out,
                          size_t *out_n, tuft_error *err)
{
    *out = NULL;
    *out_n = 0;
    if (n == 0 || n > TUFT_MEMORY_LIMIT / sizeof *sample || from_hz < LOWEST_HZ ||
        from_hz > HIGHEST_HZ || to_hz < LOWEST_HZ || to_hz > HIGHEST_HZ)
        return tuft_fail(err, TUFT_INVALID,
                         "resample: %zu samples from %d to %d Hz, expected some, %d to %d Hz", n,
                         from_hz, to_hz, LOWEST_HZ, HIGHEST_HZ);
    const size_t total = (n * (size_t)to_hz + (size_t)from_hz - 1) / (size_t)from_hz;
    tuft_status status = TUFT_NEW(out, total, "resampled sound", err);
    if (status)
        return status;
    *out_n = total;
    if (from_hz == to_hz) {
        memcpy(*out, sample, n * sizeof *sample);
        return TUFT_OK;
    }
    AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO;
    SwrContext *converter = NULL;
    int code = swr_alloc_set_opts2(&converter, &mono, AV_SAMPLE_FMT_FLTP, to_hz, &mono,
                                   AV_SAMPLE_FMT_FLTP, from_hz, 0, NULL);
    if (code >= 0)
        code = swr_init(converter);
    if (code >= 0)
        code = convert(converter, sample, n, *out, total);
    swr_free(&converter);
    if (code < 0) {
        free(*out);
        *out = NULL;
        *out_n = 0;
        return tuft_fail(err, TUFT_INVALID, "resample: from %d to %d Hz: libswresample fails",
                         from_hz, to_hz);
    }
    return TUFT_OK;
}
