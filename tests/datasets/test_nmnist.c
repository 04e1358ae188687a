#include "core/file.h"
#include "datasets/nmnist.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void write_bytes(const char *path, const void *bytes, size_t size)
{
    FILE *stream = fopen(path, "wb");
    cr_assert_not_null(stream);
    cr_assert_eq(fwrite(bytes, 1, size, stream), size);
    fclose(stream);
}

/* Reads bytes as a file and returns the status; on failure the message must name the file. */
static tuft_status read_bytes(const void *bytes, size_t size, tuft_events *events, tuft_error *err)
{
    char path[] = "/tmp/tuft-test-nmnist-XXXXXX";
    close(mkstemp(path));
    write_bytes(path, bytes, size);
    tuft_status status = tuft_nmnist_read(path, events, err);
    unlink(path);
    if (status) {
        cr_assert(strstr(err->message, path), "%s", err->message);
        cr_assert_eq(events->count, 0);
        cr_assert_null(events->tick_us);
    }
    return status;
}

Test(nmnist, events_are_read_to_the_bit)
{
    const unsigned char bytes[] = {0,  0,  0x00, 0x00, 0x00, /* OFF at 0 us */
                                   33, 1,  0x80, 0x01, 0x02, /* ON at 258 us */
                                   2,  33, 0xff, 0xff, 0xff};
    tuft_events events;
    tuft_error err;
    cr_assert_eq(read_bytes(bytes, sizeof bytes, &events, &err), TUFT_OK);
    cr_assert_eq(events.count, 3);
    cr_assert_eq(events.channel[0], 0);
    cr_assert_eq(events.tick_us[0], 0);
    cr_assert_eq(events.channel[1], (34 + 1) * 34 + 33);
    cr_assert_eq(events.tick_us[1], 258);
    cr_assert_eq(events.channel[2], (34 + 33) * 34 + 2);
    cr_assert_eq(events.tick_us[2], (1 << 23) - 1);
    tuft_events_free(&events);
}

Test(nmnist, malformed_files_are_refused)
{
    tuft_events events;
    tuft_error err;
    cr_assert_eq(read_bytes("", 0, &events, &err), TUFT_FORMAT);
    cr_assert(strstr(err.message, "empty"));
    cr_assert_eq(read_bytes("abcdef", 6, &events, &err), TUFT_FORMAT);
    cr_assert(strstr(err.message, "6 bytes"));
    cr_assert_eq(read_bytes("\0\0\0\0\1\x22\0\0\0\2", 10, &events, &err), TUFT_FORMAT);
    cr_assert(strstr(err.message, "offset 5: x is 34"), "%s", err.message);
    cr_assert_eq(read_bytes("\0\0\0\0\1\0\xff\0\0\2", 10, &events, &err), TUFT_FORMAT);
    cr_assert(strstr(err.message, "offset 6: y is 255"), "%s", err.message);
    cr_assert_eq(read_bytes("\0\0\0\0\7\0\0\0\0\6", 10, &events, &err), TUFT_FORMAT);
    cr_assert(strstr(err.message, "offset 7: time goes back to 6 us"), "%s", err.message);
    cr_assert_eq(tuft_nmnist_read("/nowhere/1.bin", &events, &err), TUFT_IO);
    cr_assert_eq(tuft_nmnist_read("/tmp", &events, &err), TUFT_IO);
}

Test(nmnist, what_is_written_is_read_back)
{
    char path[] = "/tmp/tuft-test-nmnist-XXXXXX";
    close(mkstemp(path));
    tuft_events events = {0}, back;
    tuft_error err;
    for (uint32_t channel = 0; channel < 2 * 34 * 34; channel++)
        cr_assert_eq(tuft_events_push(&events, channel * 3628, channel, NULL), TUFT_OK);
    cr_assert_eq(tuft_nmnist_write(path, &events, &err), TUFT_OK);
    cr_assert_eq(tuft_nmnist_read(path, &back, &err), TUFT_OK);
    cr_assert_eq(back.count, events.count);
    cr_assert_arr_eq(back.channel, events.channel, events.count * sizeof *events.channel);
    cr_assert_arr_eq(back.tick_us, events.tick_us, events.count * sizeof *events.tick_us);
    tuft_events_free(&back);

    /* What the format cannot hold is refused, and the file that was there stays. */
    events.tick_us[events.count - 1] = 1 << 23;
    cr_assert_eq(tuft_nmnist_write(path, &events, &err), TUFT_INVALID);
    events.tick_us[events.count - 1] = 1;
    cr_assert_eq(tuft_nmnist_write(path, &events, &err), TUFT_INVALID);
    events.tick_us[events.count - 1] = (1 << 23) - 1;
    events.channel[7] = 2 * 34 * 34;
    cr_assert_eq(tuft_nmnist_write(path, &events, &err), TUFT_INVALID);
    cr_assert(strstr(err.message, "event 7: channel 2312"), "%s", err.message);
    events.tick_us[0] = -1;
    cr_assert_eq(tuft_nmnist_write(path, &events, &err), TUFT_INVALID);
    events.count = 0;
    cr_assert_eq(tuft_nmnist_write(path, &events, &err), TUFT_INVALID);
    cr_assert_eq(tuft_nmnist_read(path, &back, &err), TUFT_OK);
    cr_assert_eq(back.count, 2 * 34 * 34);
    tuft_events_free(&back);
    tuft_events_free(&events);
    unlink(path);
}

typedef struct {
    char root[64], file[10][128];
    int files;
} tree;

static tree tree_new(void)
{
    tree made = {.root = "/tmp/tuft-test-nmnist-XXXXXX"};
    cr_assert_not_null(mkdtemp(made.root));
    return made;
}

static void tree_add(tree *made, const char *folder, const char *name, const char *bytes,
                     size_t size)
{
    char path[96];
    snprintf(path, sizeof path, "%s/%s", made->root, folder);
    mkdir(path, 0700);
    char *file = made->file[made->files++];
    snprintf(file, sizeof made->file[0], "%s/%s", path, name);
    write_bytes(file, bytes, size);
}

static void tree_remove(tree *made)
{
    for (int i = 0; i < made->files; i++) {
        unlink(made->file[i]);
        *strrchr(made->file[i], '/') = 0;
    }
    for (int i = 0; i < made->files; i++)
        rmdir(made->file[i]);
    cr_assert_eq(rmdir(made->root), 0);
}

Test(nmnist, folders_load_in_order_of_digit_and_name)
{
    tree made = tree_new();
    tree_add(&made, "7", "b.bin", "\1\2\0\0\5", 5);
    tree_add(&made, "7", "a.bin", "\1\2\0\0\6", 5);
    tree_add(&made, "7", "10.bin", "\1\2\0\0\7", 5);
    tree_add(&made, "0", "z.bin", "\1\2\0\0\4", 5);
    tree_add(&made, "0", "notes.txt", "x", 1);
    tree_add(&made, "10", "a.bin", "not read", 8);
    tuft_recordings set;
    tuft_error err;
    cr_assert_eq(tuft_nmnist_load(made.root, &set, &err), TUFT_OK);
    const char *name[] = {"0/z.bin", "7/10.bin", "7/a.bin", "7/b.bin"};
    const int64_t duration[] = {5, 8, 7, 6};
    cr_assert_eq(set.count, 4);
    cr_assert_eq(set.classes, 10);
    cr_assert_eq(tuft_geometry_channels(set.geometry), 2312);
    for (int i = 0; i < 4; i++) {
        cr_assert_str_eq(set.recording[i].name, name[i]);
        cr_assert_eq(set.recording[i].duration_us, duration[i]);
        cr_assert_eq(set.recording[i].label, i ? 7 : 0);
    }
    tuft_recordings_free(&set);

    tree_add(&made, "3", "bad.bin", "\1\2\0\0\5\1", 6);
    cr_assert_eq(tuft_nmnist_load(made.root, &set, &err), TUFT_FORMAT);
    cr_assert(strstr(err.message, "3/bad.bin"), "%s", err.message);
    cr_assert_eq(set.count, 0);
    cr_assert_null(set.recording);
    tree_remove(&made);
}

Test(nmnist, folders_without_recordings_are_one_clear_error)
{
    tree made = tree_new();
    tuft_recordings set;
    tuft_error err;
    cr_assert_eq(tuft_nmnist_load(made.root, &set, &err), TUFT_FORMAT);
    cr_assert(strstr(err.message, "no folder named 0 to 9"), "%s", err.message);
    tree_add(&made, "3", "readme", "x", 1);
    cr_assert_eq(tuft_nmnist_load(made.root, &set, &err), TUFT_FORMAT);
    cr_assert(strstr(err.message, "no .bin file"), "%s", err.message);
    tree_remove(&made);
    cr_assert_eq(tuft_nmnist_load(made.root, &set, &err), TUFT_IO);
}

Test(nmnist, real_recordings_load_and_round_trip)
{
    const char *data = getenv("TUFT_DATA");
    char directory[PATH_MAX], path[] = "/tmp/tuft-test-nmnist-XXXXXX";
    snprintf(directory, sizeof directory, "%s/n-mnist/Test",
             data ? data : TUFT_SOURCE_DIR "/../shared/data");
    if (access(directory, R_OK) != 0)
        cr_skip_test("no real N-MNIST recordings");
    tuft_recordings set;
    tuft_error err;
    cr_assert_eq(tuft_nmnist_load(directory, &set, &err), TUFT_OK, "%s", err.message);
    cr_assert_eq(set.count, 150);
    size_t events = 0;
    for (size_t i = 0; i < set.count; i++) {
        events += set.recording[i].events.count;
        cr_assert(set.recording[i].duration_us > 290000 && set.recording[i].duration_us < 320000);
        cr_assert_eq(set.recording[i].label, set.recording[i].name[0] - '0');
    }
    cr_assert(events > 150 * 3500 && events < 150 * 5000);

    close(mkstemp(path));
    char original[PATH_MAX + 80];
    snprintf(original, sizeof original, "%s/%s", directory, set.recording[0].name);
    unsigned char *before, *after;
    size_t before_size, after_size;
    cr_assert_eq(tuft_nmnist_write(path, &set.recording[0].events, &err), TUFT_OK);
    cr_assert_eq(tuft_file_read(original, 1 << 20, &before, &before_size, &err), TUFT_OK);
    cr_assert_eq(tuft_file_read(path, 1 << 20, &after, &after_size, &err), TUFT_OK);
    cr_assert_eq(before_size, after_size);
    cr_assert_arr_eq(before, after, before_size);
    free(before);
    free(after);
    unlink(path);
    tuft_recordings_free(&set);
}
