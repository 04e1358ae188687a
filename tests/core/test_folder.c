#include "core/folder.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void touch(const char *folder, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *stream = fopen(path, "w");
    cr_assert_not_null(stream);
    fclose(stream);
}

Test(folder, appears_whole_or_not_at_all)
{
    char root[] = "/tmp/tuft-test-folder-XXXXXX", path[128], slashed[130], inside[256];
    tuft_output_folder folder;
    tuft_error err;
    cr_assert_not_null(mkdtemp(root));
    snprintf(path, sizeof path, "%s/out", root);
    snprintf(slashed, sizeof slashed, "%s//", path);

    cr_assert_eq(tuft_output_folder_open(&folder, slashed, &err), TUFT_OK);
    snprintf(inside, sizeof inside, "%s/deep", folder.temporary);
    cr_assert_eq(mkdir(inside, 0700), 0);
    touch(inside, "file");
    cr_assert_neq(access(path, F_OK), 0);
    tuft_output_folder_abandon(&folder);
    cr_assert_neq(access(inside, F_OK), 0);
    cr_assert_eq(rmdir(root), 0, "something was left");
    cr_assert_eq(mkdir(root, 0700), 0);

    cr_assert_eq(tuft_output_folder_open(&folder, path, &err), TUFT_OK);
    touch(folder.temporary, "file");
    cr_assert_eq(tuft_output_folder_commit(&folder, &err), TUFT_OK, "%s", err.message);
    snprintf(inside, sizeof inside, "%s/file", path);
    cr_assert_eq(access(inside, F_OK), 0);

    cr_assert_eq(tuft_output_folder_open(&folder, path, &err), TUFT_IO);
    cr_assert(strstr(err.message, "not empty"), "%s", err.message);
    cr_assert_eq(access(inside, F_OK), 0);
    cr_assert_eq(tuft_output_folder_open(&folder, inside, &err), TUFT_IO);
    cr_assert(strstr(err.message, "no folder"), "%s", err.message);
    cr_assert_eq(tuft_output_folder_open(&folder, "/nowhere/at/all", &err), TUFT_IO);
    cr_assert(strstr(err.message, "/nowhere/at/all"), "%s", err.message);
    cr_assert_null(folder.path);

    /* An empty folder gives way; one that was filled meanwhile does not. */
    unlink(inside);
    cr_assert_eq(tuft_output_folder_open(&folder, path, &err), TUFT_OK);
    cr_assert_eq(tuft_output_folder_commit(&folder, &err), TUFT_OK);
    cr_assert_eq(tuft_output_folder_open(&folder, path, &err), TUFT_OK);
    touch(path, "file");
    cr_assert_eq(tuft_output_folder_commit(&folder, &err), TUFT_IO);
    cr_assert_eq(access(inside, F_OK), 0);
    unlink(inside);
    cr_assert_eq(rmdir(path), 0);
    cr_assert_eq(rmdir(root), 0, "something was left");
}
