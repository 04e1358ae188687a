/* A run of tuft in a process of its own, which dies with this one. */
#ifndef TUFT_APPS_SWEEP_CHILD_H
#define TUFT_APPS_SWEEP_CHILD_H

#include "core/status.h"

#include <stddef.h>
#include <sys/types.h>

typedef struct {
    pid_t pid;    /* 0: none */
    int said;     /* an open file with what it says on standard error */
    int outcome;  /* of waitpid, when it has ended */
    size_t which; /* the caller's number for it */
} sweep_child;

/* Starts this same program with arguments (NULL-terminated, from the subcommand on); its standard
 * output goes nowhere. */
tuft_status sweep_child_start(sweep_child *child, size_t which, char *const *arguments,
                              tuft_error *err);

/* Waits until one of them ends; NULL if none is there to wait for. */
sweep_child *sweep_child_wait(sweep_child *child, size_t count);

/* Exit status of a child that has ended (-1: a signal), and the last line it said, without its
 * "tuft NAME: "; the child is none then. */
int sweep_child_end(sweep_child *child, char *said, size_t size);

/* Ends a child that may still work. */
void sweep_child_kill(sweep_child *child);

#endif
