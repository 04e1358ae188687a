#include "core/archive.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OK(call) cr_assert_eq((call), TUFT_OK)
#define TAG      TUFT_TAG('A', 'B', 'C', 'D')

static char path[64];

static void name(void)
{
    snprintf(path, sizeof path, "/tmp/tuft-archive-%ld", (long)getpid());
}

static void clean(void)
{
    unlink(path);
}

TestSuite(archive, .init = name, .fini = clean);

static void write_small(void)
{
    tuft_archive_writer out;
    const int32_t values[] = {1, -2, 3};
    OK(tuft_archive_create(&out, path, NULL));
    OK(tuft_archive_begin(&out, TAG, 7, NULL));
    OK(tuft_archive_put(&out, values, sizeof values, NULL));
    OK(tuft_archive_end(&out, NULL));
    OK(tuft_archive_begin(&out, TAG, 8, NULL));
    OK(tuft_archive_end(&out, NULL));
    OK(tuft_archive_commit(&out, NULL));
}

static size_t content(unsigned char *bytes, size_t limit)
{
    FILE *stream = fopen(path, "rb");
    size_t n = fread(bytes, 1, limit, stream);
    fclose(stream);
    return n;
}

static void rewrite(const unsigned char *bytes, size_t n)
{
    FILE *stream = fopen(path, "wb");
    cr_assert_eq(fwrite(bytes, 1, n, stream), n);
    fclose(stream);
}

Test(archive, what_is_put_is_got)
{
    tuft_archive_reader in;
    int32_t values[3];
    tuft_error err;
    write_small();
    OK(tuft_archive_open(&in, path, NULL));
    OK(tuft_archive_find(&in, TAG, 8, NULL));
    OK(tuft_archive_done(&in, NULL));
    OK(tuft_archive_find(&in, TAG, 7, NULL));
    OK(tuft_archive_get(&in, values, 8, NULL));
    cr_assert_eq(tuft_archive_done(&in, &err), TUFT_FORMAT);
    cr_assert_not_null(strstr(err.message, "section ABCD 7: 4 bytes more than expected"));
    OK(tuft_archive_get(&in, values + 2, 4, NULL));
    OK(tuft_archive_done(&in, NULL));
    cr_assert(values[0] == 1 && values[1] == -2 && values[2] == 3);
    cr_assert_eq(tuft_archive_get(&in, values, 1, &err), TUFT_FORMAT);
    cr_assert_eq(tuft_archive_find(&in, TAG, 9, &err), TUFT_FORMAT);
    cr_assert_not_null(strstr(err.message, "has no section ABCD 9"));
    tuft_archive_close(&in);
}

/* The layout that the header documents. */
Test(archive, bytes_lie_as_documented)
{
    unsigned char bytes[256];
    const unsigned char start[] = {'T', 'U', 'F', 'T', 'A', 'R', 'C', '1', 'A', 'B', 'C',
                                   'D', 7,   0,   0,   0,   12,  0,   0,   0,   0,   0,
                                   0,   0,   1,   0,   0,   0,   254, 255, 255, 255};
    write_small();
    size_t n = content(bytes, sizeof bytes);
    cr_assert_eq(n, 8 + (16 + 12 + 4) + (16 + 4) + (16 + 4));
    cr_assert_eq(memcmp(bytes, start, sizeof start), 0);
    cr_assert_eq(memcmp(bytes + n - 20, "END ", 4), 0);
}

Test(archive, any_damage_is_found)
{
    unsigned char bytes[256];
    tuft_archive_reader in;
    tuft_error err;
    write_small();
    size_t n = content(bytes, sizeof bytes);
    for (size_t cut = 0; cut < n; cut++) {
        rewrite(bytes, cut);
        cr_assert_eq(tuft_archive_open(&in, path, &err), TUFT_FORMAT, "cut at %zu", cut);
        cr_assert_not_null(strstr(err.message, path));
    }
    for (size_t at = 0; at < n; at++)
        for (int bit = 0; bit < 8; bit++) {
            bytes[at] ^= (unsigned char)(1 << bit);
            rewrite(bytes, n);
            cr_assert_eq(tuft_archive_open(&in, path, &err), TUFT_FORMAT, "bit %d of %zu", bit, at);
            bytes[at] ^= (unsigned char)(1 << bit);
        }
    bytes[n] = 0;
    rewrite(bytes, n + 1);
    cr_assert_eq(tuft_archive_open(&in, path, &err), TUFT_FORMAT);
    cr_assert_not_null(strstr(err.message, "1 bytes after the end"));
    unlink(path);
    cr_assert_eq(tuft_archive_open(&in, path, &err), TUFT_IO);
}

Test(archive, what_is_abandoned_leaves_the_old_file)
{
    unsigned char before[256], after[256];
    tuft_archive_writer out;
    write_small();
    size_t n = content(before, sizeof before);
    OK(tuft_archive_create(&out, path, NULL));
    OK(tuft_archive_begin(&out, TAG, 1, NULL));
    tuft_archive_abandon(&out);
    cr_assert_eq(content(after, sizeof after), n);
    cr_assert_eq(memcmp(before, after, n), 0);
}
