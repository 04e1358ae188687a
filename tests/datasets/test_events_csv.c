#include "datasets/events_csv.h"

#include "core/file.h"
#include "core/philox.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static tuft_status read_text(const char *text, tuft_events *events, tuft_geometry *geometry,
                             tuft_error *err)
{
    char path[] = "/tmp/tuft-test-csv-XXXXXX";
    int descriptor = mkstemp(path);
    cr_assert_eq(write(descriptor, text, strlen(text)), (ssize_t)strlen(text));
    close(descriptor);
    tuft_status status = tuft_events_csv_read(path, events, geometry, err);
    unlink(path);
    if (status) {
        cr_assert(strstr(err->message, path), "%s", err->message);
        cr_assert_null(events->tick_us);
    }
    return status;
}

Test(events_csv, rows_and_pictures_are_read)
{
    tuft_events events;
    tuft_geometry geometry;
    tuft_error err;
    cr_assert_eq(read_text("tick_us,channel\n0,3\n7,70\n7,2\r\n", &events, &geometry, &err),
                 TUFT_OK, "%s", err.message);
    cr_assert_eq(events.count, 3);
    cr_assert_eq(events.channel[1], 70);
    cr_assert_eq(events.tick_us[2], 7);
    cr_assert_eq(geometry.width, 71);
    cr_assert_eq(tuft_geometry_channels(geometry), 71);
    tuft_events_free(&events);
    cr_assert_eq(read_text("t_us,x,y,polarity\n5,33,1,0\n6,2,33,1\n", &events, &geometry, &err),
                 TUFT_OK);
    cr_assert_eq(tuft_geometry_channels(geometry), 2312);
    cr_assert_eq(events.channel[0], 34 + 33);
    cr_assert_eq(events.channel[1], (34 + 33) * 34 + 2);
    tuft_events_free(&events);
    cr_assert_eq(read_text("t_us,x,y,polarity\n5,40,1,0\n6,2,20,1\n", &events, &geometry, &err),
                 TUFT_OK);
    cr_assert_eq(geometry.width, 41);
    cr_assert_eq(geometry.height, 21);
    cr_assert_eq(events.channel[1], (21 + 20) * 41 + 2);
    tuft_events_free(&events);
    cr_assert_eq(read_text("tick_us,channel\n", &events, &geometry, &err), TUFT_OK);
    cr_assert_eq(events.count, 0);
    cr_assert_eq(geometry.width, 64);
    tuft_events_free(&events);
}

Test(events_csv, malformed_files_are_refused_with_their_line)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"", "empty"},
        {"tick_us,channel", "line 1: no end of line"},
        {"tick_us,channels\n1,2\n", "line 1: \"tick_us,channels\""},
        {"tick_us,channel\n1,2\n3", "line 3: no end of line"},
        {"tick_us,channel\n1,2\n\n", "line 3: \"\""},
        {"tick_us,channel\n1\n", "line 2: \"1\""},
        {"tick_us,channel\n1,2,3\n", "line 2"},
        {"tick_us,channel\n1,\n", "line 2"},
        {"tick_us,channel\n-1,2\n", "tick_us is 0 to"},
        {"tick_us,channel\n1.5,2\n", "line 2"},
        {"tick_us,channel\n 1,2\n", "line 2"},
        {"tick_us,channel\n1,65536\n", "channel is 0 to 65535"},
        {"tick_us,channel\n99999999999999999999999999,1\n", "tick_us is 0 to 9007199254740992"},
        {"tick_us,channel\n5,1\n4,1\n", "line 3: time goes back to 4 us"},
        {"t_us,x,y,polarity\n5,1,1,2\n", "polarity is 0 to 1"},
        {"t_us,x,y,polarity\n5,2048,1,1\n", "x is 0 to 2047"},
        {"t_us,x,y,polarity\n5,1,1\n", "line 2"},
    };
    tuft_events events;
    tuft_geometry geometry;
    tuft_error err;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_assert_eq(read_text(bad[i].text, &events, &geometry, &err), TUFT_FORMAT, "%zu", i);
        cr_assert(strstr(err.message, bad[i].says), "%s", err.message);
    }
    cr_assert_eq(tuft_events_csv_read("/nowhere/a.csv", &events, &geometry, &err), TUFT_IO);
}

static void round_trip(tuft_geometry geometry)
{
    char path[] = "/tmp/tuft-test-csv-XXXXXX";
    tuft_events events = {0}, back;
    tuft_geometry found;
    tuft_error err;
    tuft_random random = tuft_random_stream(5, TUFT_RANDOM_NOISE, geometry.width);
    const uint32_t channels = tuft_geometry_channels(geometry);
    int64_t tick = 0;
    for (int i = 0; i < 5000; i++) {
        tick += tuft_random_below(&random, i % 100 ? 3 : 1u << 30);
        cr_assert_eq(tuft_events_push(&events, tick, tuft_random_below(&random, channels), NULL),
                     TUFT_OK);
    }
    cr_assert_eq(tuft_events_push(&events, tick, channels - 1, NULL), TUFT_OK);
    close(mkstemp(path));
    cr_assert_eq(tuft_events_csv_write(path, &events, geometry, &err), TUFT_OK, "%s", err.message);
    cr_assert_eq(tuft_events_csv_read(path, &back, &found, &err), TUFT_OK, "%s", err.message);
    cr_assert_eq(found.width, geometry.width);
    cr_assert_eq(found.height, geometry.height);
    cr_assert_eq(back.count, events.count);
    cr_assert_arr_eq(back.tick_us, events.tick_us, events.count * sizeof *events.tick_us);
    cr_assert_arr_eq(back.channel, events.channel, events.count * sizeof *events.channel);
    tuft_events_free(&back);

    /* What is not events is refused, and the file that was there stays. */
    events.tick_us[3] = -1;
    cr_assert_eq(tuft_events_csv_write(path, &events, geometry, &err), TUFT_INVALID);
    events.tick_us[3] = events.tick_us[4];
    events.channel[7] = channels;
    cr_assert_eq(tuft_events_csv_write(path, &events, geometry, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "event 7"), "%s", err.message);
    cr_assert_eq(tuft_events_csv_read(path, &back, &found, &err), TUFT_OK);
    cr_assert_eq(back.count, events.count);
    tuft_events_free(&back);
    tuft_events_free(&events);
    unlink(path);
}

Test(events_csv, what_is_written_is_read_back)
{
    round_trip((tuft_geometry){64, 1, 1});
    round_trip((tuft_geometry){700, 1, 1});
    round_trip((tuft_geometry){34, 34, 2});
    round_trip((tuft_geometry){640, 480, 2});
}
