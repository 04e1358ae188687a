#include "datasets/bs1.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static tuft_status read_bytes(const void *bytes, size_t size, tuft_events *events,
                              tuft_geometry *geometry, tuft_error *err)
{
    char path[] = "/tmp/tuft-test-bs1-XXXXXX";
    int descriptor = mkstemp(path);
    cr_assert_eq(write(descriptor, bytes, size), (ssize_t)size);
    close(descriptor);
    tuft_status status = tuft_bs1_read(path, events, geometry, err);
    unlink(path);
    if (status) {
        cr_assert(strstr(err->message, path), "%s", err->message);
        cr_assert_null(events->tick_us);
    }
    return status;
}

Test(bs1, events_are_read_to_the_bit)
{
    const unsigned char bytes[] = {0, 63, 0x80, 0, 0, 1, 4, 0x81, 2, 3, 0, 0, 0xff, 0xff, 0xff};
    tuft_events events;
    tuft_geometry geometry;
    tuft_error err;
    cr_assert_eq(read_bytes(bytes, 5, &events, &geometry, &err), TUFT_OK);
    cr_assert_eq(geometry.width, 64);
    tuft_events_free(&events);
    cr_assert_eq(read_bytes(bytes, sizeof bytes, &events, &geometry, &err), TUFT_OK);
    cr_assert_eq(events.count, 3);
    cr_assert_eq(events.channel[1], 260);
    cr_assert_eq(events.tick_us[1], 0x010203);
    cr_assert_eq(events.tick_us[2], (1 << 23) - 1);
    cr_assert_eq(tuft_geometry_channels(geometry), 261);
    tuft_events_free(&events);
}

Test(bs1, malformed_files_are_refused)
{
    tuft_events events;
    tuft_geometry geometry;
    tuft_error err;
    cr_assert_eq(read_bytes("", 0, &events, &geometry, &err), TUFT_FORMAT);
    cr_assert(strstr(err.message, "empty"));
    cr_assert_eq(read_bytes("\0\1\x80\0\1\0", 6, &events, &geometry, &err), TUFT_FORMAT);
    cr_assert(strstr(err.message, "6 bytes"));
    cr_assert_eq(read_bytes("\0\1\x80\0\2\0\1\x80\0\1", 10, &events, &geometry, &err), TUFT_FORMAT);
    cr_assert(strstr(err.message, "offset 7: time goes back to 1 us"), "%s", err.message);
    cr_assert_eq(read_bytes("\0\1\0\0\2", 5, &events, &geometry, &err), TUFT_FORMAT);
    cr_assert(strstr(err.message, "offset 2: sign is OFF"), "%s", err.message);
    cr_assert_eq(tuft_bs1_read("/nowhere/a.bs1", &events, &geometry, &err), TUFT_IO);
}

Test(bs1, real_recording)
{
    const char *data = getenv("TUFT_DATA");
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/formats/NTIDIGITS_1.bs1",
             data ? data : TUFT_SOURCE_DIR "/../shared/data");
    if (access(path, R_OK))
        cr_skip_test("no real recordings");
    tuft_events events;
    tuft_geometry geometry;
    tuft_error err;
    cr_assert_eq(tuft_bs1_read(path, &events, &geometry, &err), TUFT_OK, "%s", err.message);
    cr_assert_eq(events.count, 4490 / 5);
    cr_assert_eq(tuft_geometry_channels(geometry), 64);
    cr_assert_eq(events.channel[4], 6); /* as od(1) shows the file */
    cr_assert_eq(events.tick_us[4], 378880);
    cr_assert_eq(tuft_events_end_us(&events), 1079041);
    tuft_events_free(&events);
}
