/* Output folders, whole or not at all: core/file.h for many files. */
#ifndef TUFT_CORE_FOLDER_H
#define TUFT_CORE_FOLDER_H

#include "core/status.h"

/* A folder that appears under its name only when it is complete: filled as path.tmp-<pid>, then
 * renamed. Exactly one of commit and abandon must follow a successful open. */
typedef struct {
    char *path, *temporary; /* fill temporary */
} tuft_output_folder;

/* TUFT_IO where path is there already (unless it is an empty folder) or its parent is not. */
tuft_status tuft_output_folder_open(tuft_output_folder *folder, const char *path, tuft_error *err);
tuft_status tuft_output_folder_commit(tuft_output_folder *folder, tuft_error *err);
/* Removes what was written. */
void tuft_output_folder_abandon(tuft_output_folder *folder);

#endif
