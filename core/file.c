#include "core/file.h"

#include "core/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

tuft_status tuft_file_read(const char *path, size_t limit, unsigned char **content, size_t *size,
                           tuft_error *err)
{
    *content = NULL;
    *size = 0;
    FILE *stream = fopen(path, "rb");
    if (!stream)
        return tuft_fail(err, TUFT_IO, "%s: %s", path, strerror(errno));
    struct stat information;
    tuft_status status = TUFT_OK;
    if (fstat(fileno(stream), &information) != 0)
        status = tuft_fail(err, TUFT_IO, "%s: %s", path, strerror(errno));
    else if (!S_ISREG(information.st_mode))
        status = tuft_fail(err, TUFT_IO, "%s: not a regular file", path);
    else if ((size_t)information.st_size > limit)
        status = tuft_fail(err, TUFT_FORMAT, "%s: %lld bytes, expected at most %zu", path,
                           (long long)information.st_size, limit);
    size_t expected = status ? 0 : (size_t)information.st_size;
    if (!status)
        status = TUFT_NEW(content, expected, path, err);
    if (!status && fread(*content, 1, expected, stream) != expected) {
        status = tuft_fail(err, TUFT_IO, "%s: could not read %zu bytes", path, expected);
        free(*content);
        *content = NULL;
    }
    fclose(stream);
    if (!status)
        *size = expected;
    return status;
}

tuft_status tuft_file_text(const char *path, size_t limit, char **text, tuft_error *err)
{
    unsigned char *content;
    size_t size;
    *text = NULL;
    tuft_status status = tuft_file_read(path, limit, &content, &size, err);
    if (!content)
        return status;
    const unsigned char *zero = memchr(content, 0, size);
    if (zero)
        status = tuft_fail(err, TUFT_FORMAT, "%s: offset %zu: a zero byte, expected text", path,
                           (size_t)(zero - content));
    if (!status)
        status = TUFT_NEW(text, size + 1, path, err);
    if (!status)
        memcpy(*text, content, size);
    free(content);
    return status;
}

tuft_status tuft_output_open(tuft_output *output, const char *path, tuft_error *err)
{
    *output = (tuft_output){0};
    struct stat information;
    /* A rename would replace /dev/null or fail on a folder only after the work is done. */
    if (stat(path, &information) == 0 && !S_ISREG(information.st_mode))
        return tuft_fail(err, TUFT_IO, "%s: cannot write: not a regular file", path);
    output->path = strdup(path);
    if (!output->path || asprintf(&output->temporary, "%s.tmp-%ld", path, (long)getpid()) < 0) {
        free(output->path);
        *output = (tuft_output){0};
        return tuft_fail(err, TUFT_MEMORY, "%s: no memory for the name", path);
    }
    output->stream = fopen(output->temporary, "wb");
    if (!output->stream) {
        tuft_status status = tuft_fail(err, TUFT_IO, "%s: cannot write: %s", path, strerror(errno));
        tuft_output_abandon(output);
        return status;
    }
    return TUFT_OK;
}

tuft_status tuft_output_commit(tuft_output *output, tuft_error *err)
{
    int failed =
        fflush(output->stream) != 0 || ferror(output->stream) || fsync(fileno(output->stream)) != 0;
    failed |= fclose(output->stream) != 0;
    output->stream = NULL;
    if (failed || rename(output->temporary, output->path) != 0) {
        tuft_status status =
            tuft_fail(err, TUFT_IO, "%s: cannot write: %s", output->path, strerror(errno));
        tuft_output_abandon(output);
        return status;
    }
    free(output->path);
    free(output->temporary);
    *output = (tuft_output){0};
    return TUFT_OK;
}

void tuft_output_abandon(tuft_output *output)
{
    if (output->stream)
        fclose(output->stream);
    if (output->temporary)
        unlink(output->temporary);
    free(output->path);
    free(output->temporary);
    *output = (tuft_output){0};
}
