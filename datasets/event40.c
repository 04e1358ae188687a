#include "datasets/event40.h"

tuft_status tuft_event40_size(const char *path, size_t size, tuft_error *err)
{
    if (size == 0)
        return tuft_fail(err, TUFT_FORMAT, "%s: empty, expected 5-byte events", path);
    if (size % TUFT_EVENT40_BYTES)
        return tuft_fail(err, TUFT_FORMAT, "%s: %zu bytes, expected a multiple of 5", path, size);
    return TUFT_OK;
}

tuft_status tuft_event40_time(const char *path, const unsigned char *content, size_t offset,
                              int64_t *tick, tuft_error *err)
{
    const unsigned char *byte = content + offset;
    int64_t time = (int64_t)(byte[2] & 0x7f) << 16 | (int64_t)byte[3] << 8 | byte[4];
    if (time < *tick)
        return tuft_fail(err, TUFT_FORMAT,
                         "%s: offset %zu: time goes back to %lld us, expected at least %lld", path,
                         offset + 2, (long long)time, (long long)*tick);
    *tick = time;
    return TUFT_OK;
}
