#include "apps/enhance_test.h"
tuft_status enhance_test_report(const test_run *run, tuft_error *err)
{
    (void)run;
    return tuft_fail(err, TUFT_INVALID, "no report yet");
}
