/* Networks and trainings in files: archives (core/archive.h), whole or not there at all.
 *
 *     MCCN 0  the configuration: version 1, then the members as cells/mcc_file.c lists them, 4 or 8
 *             bytes each; fields of as many layers as there are
 *     STAN s  of stream s (0 audio, 1 vision): means, then scales, float32 [columns]
 *     PARM 0  parameters, float32; of a training those with the lowest error
 *     BLOB 0  what the caller gave, to the byte
 *
 * and of a training besides
 *
 *     TRAN 0  settings that must be the same to go on, then epoch, counters, rate, lowest error
 *     CURR 0  parameters as they are, float32
 *     ADAM k  moments of the gradient, float32: k = 0 first, 1 second
 *
 * So a training's file is a network's file too.
 */
#ifndef TUFT_CELLS_MCC_FILE_H
#define TUFT_CELLS_MCC_FILE_H

#include "cells/mcc_train.h"

/* blob may be NULL if size is 0. TUFT_IO. */
tuft_status tuft_mcc_write(const tuft_mcc *net, const void *blob, size_t size, const char *path,
                           tuft_error *err);
/* The network of a file, and its blob with a zero byte after the last, unless blob is NULL; both
 * are the caller's to free. TUFT_IO; TUFT_FORMAT, a file that is damaged, cut short or of something
 * else. On failure *net and *blob are NULL. */
tuft_status tuft_mcc_read(const char *path, tuft_mcc **net, char **blob, size_t *size,
                          tuft_error *err);

/* Saves a training between two epochs: in its callback, or before or after it runs. */
tuft_status tuft_mcc_trainer_save(const tuft_mcc_trainer *trainer, const void *blob, size_t size,
                                  const char *path, tuft_error *err);
/* Brings a trainer, made with the same settings for an equal network, to where the saved one was;
 * run on, it gives the same parameters to the bit. Epochs, threads and callback may be others.
 * TUFT_FORMAT as above; TUFT_INVALID, of another network or other settings (the message names the
 * first that differs). On failure nothing changes. */
tuft_status tuft_mcc_trainer_restore(tuft_mcc_trainer *trainer, const char *path, tuft_error *err);

#endif
