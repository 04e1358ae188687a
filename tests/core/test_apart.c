#include "core/apart.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { NUMBERS = 100000 };

typedef struct {
    int first; /* of the numbers sent */
    int received;
} numbers;

static tuft_status send_numbers(FILE *out, void *user, tuft_error *err)
{
    const numbers *n = user;
    (void)err;
    for (int i = 0; i < NUMBERS; i++) {
        int value = n->first + i;
        fwrite(&value, sizeof value, 1, out);
    }
    return TUFT_OK;
}

static tuft_status send_and_fail(FILE *out, void *user, tuft_error *err)
{
    send_numbers(out, user, err);
    return tuft_fail(err, TUFT_NUMERIC, "no more");
}

static tuft_status send_and_die(FILE *out, void *user, tuft_error *err)
{
    send_numbers(out, user, err);
    raise(SIGKILL);
    return TUFT_OK;
}

static tuft_status leave(FILE *out, void *user, tuft_error *err)
{
    (void)out;
    (void)user;
    (void)err;
    _exit(7);
}

static tuft_status circle(FILE *out, void *user, tuft_error *err)
{
    (void)out;
    (void)user;
    (void)err;
    tuft_apart_allow(0.2);
    for (volatile int i = 0;; i = i + 1)
        if (i < 0)
            return TUFT_OK;
}

static tuft_status take_all(FILE *in, void *user, tuft_error *err)
{
    numbers *n = user;
    for (int value; fread(&value, sizeof value, 1, in) == 1;)
        if (value != n->first + n->received++)
            return tuft_fail(err, TUFT_FORMAT, "%d came", value);
    return n->received == NUMBERS ? TUFT_OK : tuft_fail(err, TUFT_FORMAT, "cut short");
}

static tuft_status take_one(FILE *in, void *user, tuft_error *err)
{
    numbers *n = user;
    cr_assert_eq(fread(&n->received, sizeof n->received, 1, in), 1);
    return tuft_fail(err, TUFT_MEMORY, "enough");
}

static tuft_status both(tuft_apart_work *work, tuft_apart_take *take, numbers *n, tuft_error *err)
{
    *err = (tuft_error){0};
    *n = (numbers){.first = 5};
    return tuft_apart("file.h5", work, take, n, err);
}

Test(apart, what_is_written_arrives)
{
    numbers n;
    tuft_error err;
    cr_assert_eq(both(send_numbers, take_all, &n, &err), TUFT_OK, "%s", err.message);
    cr_assert_eq(n.received, NUMBERS);
    cr_assert_eq(tuft_apart("x", send_numbers, take_all, &(numbers){0}, NULL), TUFT_OK);
}

Test(apart, failures_of_either_side)
{
    numbers n;
    tuft_error err;
    cr_assert_eq(both(send_and_fail, take_all, &n, &err), TUFT_NUMERIC);
    cr_assert_str_eq(err.message, "no more");
    cr_assert_eq(err.status, TUFT_NUMERIC);
    cr_assert_eq(both(send_numbers, take_one, &n, &err), TUFT_MEMORY); /* the child gets SIGPIPE */
    cr_assert_str_eq(err.message, "enough");
}

Test(apart, crashes_and_circles)
{
    numbers n;
    tuft_error err;
    cr_assert_eq(both(send_and_die, take_all, &n, &err), TUFT_FORMAT);
    cr_assert(strstr(err.message, "file.h5: damaged: its reader crashed"), "%s", err.message);
    cr_assert_eq(both(leave, take_all, &n, &err), TUFT_FORMAT);
    cr_assert(strstr(err.message, "file.h5: its reader ended with status 7"), "%s", err.message);
    cr_assert_eq(both(circle, take_all, &n, &err), TUFT_FORMAT);
    cr_assert(strstr(err.message, "file.h5: damaged: reading it does not come to an end"), "%s",
              err.message);
}

Test(apart, no_child_is_left_where_none_are_waited_for)
{
    numbers n;
    tuft_error err;
    signal(SIGCHLD, SIG_IGN);
    cr_assert_eq(both(send_numbers, take_all, &n, &err), TUFT_OK);
    cr_assert_eq(both(send_and_die, take_all, &n, &err), TUFT_FORMAT);
}
