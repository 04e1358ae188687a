#include "core/adam.h"

#include <criterion/criterion.h>
#include <math.h>

/* Algorithm 1 of the paper as it is written, in double. */
Test(adam, follows_the_paper)
{
    tuft_error err;
    tuft_adam adam;
    tuft_adam_config config = tuft_adam_defaults;
    config.rate = 0.01;
    config.decay = 0.1;
    cr_assert_eq(tuft_adam_new(&adam, config, 2, &err), TUFT_OK);
    float parameter[] = {1, -3};
    double expected[] = {1, -3}, m[2] = {0}, v[2] = {0};
    for (int t = 1; t <= 200; t++) {
        float gradient[] = {2 * parameter[0], (float)sin(t)};
        for (int i = 0; i < 2; i++) {
            m[i] = 0.9 * m[i] + 0.1 * gradient[i];
            v[i] = 0.999 * v[i] + 0.001 * gradient[i] * gradient[i];
            double m_hat = m[i] / (1 - pow(0.9, t)), v_hat = v[i] / (1 - pow(0.999, t));
            expected[i] -= 0.01 * (m_hat / (sqrt(v_hat) + 1e-8) + 0.1 * expected[i]);
        }
        tuft_adam_step(&adam, parameter, gradient);
        cr_assert_float_eq(parameter[0], expected[0], 1e-4);
        cr_assert_float_eq(parameter[1], expected[1], 1e-4);
    }
    tuft_adam_free(&adam);
}

/* The first step has the length of the rate, whatever the gradient. */
Test(adam, first_step_is_the_rate)
{
    tuft_adam adam;
    cr_assert_eq(tuft_adam_new(&adam, tuft_adam_defaults, 3, NULL), TUFT_OK);
    float parameter[3] = {0};
    const float gradient[] = {1e-3F, -500, 0};
    tuft_adam_step(&adam, parameter, gradient);
    cr_assert_float_eq(parameter[0], -1e-3, 1e-7);
    cr_assert_float_eq(parameter[1], 1e-3, 1e-7);
    cr_assert_eq(parameter[2], 0);
    tuft_adam_free(&adam);
}

Test(adam, configuration_is_checked)
{
    tuft_error err;
    tuft_adam adam;
    tuft_adam_config bad[5];
    for (int i = 0; i < 5; i++)
        bad[i] = tuft_adam_defaults;
    bad[0].rate = 0;
    bad[1].beta1 = 1;
    bad[2].beta2 = NAN;
    bad[3].epsilon = 0;
    bad[4].decay = -1;
    for (int i = 0; i < 5; i++) {
        cr_assert_eq(tuft_adam_new(&adam, bad[i], 3, &err), TUFT_INVALID);
        cr_assert_null(adam.first);
    }
}
