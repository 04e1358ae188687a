#include "core/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether path may be given to a new folder: nothing there, or an empty folder. */
static tuft_status check_free(const char *path, tuft_error *err)
{
    struct stat information;
    if (lstat(path, &information) != 0)
        return errno == ENOENT
                   ? TUFT_OK
                   : tuft_fail(err, TUFT_IO, "%s: cannot write: %s", path, strerror(errno));
    if (!S_ISDIR(information.st_mode))
        return tuft_fail(err, TUFT_IO, "%s: is there and no folder, will not be overwritten", path);
    DIR *opened = opendir(path);
    if (!opened)
        return tuft_fail(err, TUFT_IO, "%s: %s", path, strerror(errno));
    int entries = 0;
    while (entries < 3 && readdir(opened)) /* . and .. */
        entries++;
    closedir(opened);
    return entries < 3
               ? TUFT_OK
               : tuft_fail(err, TUFT_IO, "%s: folder is not empty, will not be overwritten", path);
}

static void forget(tuft_output_folder *folder)
{
    free(folder->path);
    free(folder->temporary);
    *folder = (tuft_output_folder){0};
}

tuft_status tuft_output_folder_open(tuft_output_folder *folder, const char *path, tuft_error *err)
{
    *folder = (tuft_output_folder){.path = strdup(path)};
    for (size_t n = folder->path ? strlen(folder->path) : 0; n > 1 && folder->path[n - 1] == '/';)
        folder->path[--n] = '\0'; /* "out/" has its sibling beside it, not inside */
    if (!folder->path ||
        asprintf(&folder->temporary, "%s.tmp-%ld", folder->path, (long)getpid()) < 0) {
        folder->temporary = NULL;
        forget(folder);
        return tuft_fail(err, TUFT_MEMORY, "%s: no memory for the name", path);
    }
    tuft_status status = check_free(folder->path, err);
    if (!status && mkdir(folder->temporary, 0777) != 0)
        status = tuft_fail(err, TUFT_IO, "%s: cannot write: %s", path, strerror(errno));
    if (status)
        forget(folder);
    return status;
}

tuft_status tuft_output_folder_commit(tuft_output_folder *folder, tuft_error *err)
{
    /* One sync for all files: a crash must not leave the name with files that are not there. */
    int descriptor = open(folder->temporary, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int failed = descriptor < 0 || syncfs(descriptor) != 0;
    int cause = errno;
    if (descriptor >= 0)
        close(descriptor);
    if (!failed && rename(folder->temporary, folder->path) != 0) {
        failed = 1;
        cause = errno;
    }
    if (failed) {
        tuft_status status =
            tuft_fail(err, TUFT_IO, "%s: cannot write: %s", folder->path, strerror(cause));
        tuft_output_folder_abandon(folder);
        return status;
    }
    forget(folder);
    return TUFT_OK;
}

static int remove_entry(const char *path, const struct stat *information, int kind,
                        struct FTW *place)
{
    (void)information, (void)kind, (void)place;
    remove(path);
    return 0;
}

void tuft_output_folder_abandon(tuft_output_folder *folder)
{
    enum { DESCRIPTORS = 16 };
    if (folder->temporary)
        nftw(folder->temporary, remove_entry, DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
    forget(folder);
}
