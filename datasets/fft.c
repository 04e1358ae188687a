#include "datasets/fft.h"

#include "core/memory.h"

#include <complex.h>
#include <fftw3.h>
#include <stdlib.h>

struct tuft_fft {
    uint32_t size;
    fftwf_plan forward, inverse;
};

tuft_status tuft_fft_new(tuft_fft **out, uint32_t size, tuft_error *err)
{
    float *sample = NULL;
    float complex *spectrum = NULL;
    *out = NULL;
    if (size < 2 || size > TUFT_FFT_LIMIT)
        return tuft_fail(err, TUFT_INVALID, "a transform of %u samples, expected 2 to %d", size,
                         TUFT_FFT_LIMIT);
    tuft_fft *fft;
    tuft_status status = TUFT_NEW(&fft, 1, "transform", err);
    if (!status)
        status = TUFT_NEW(&sample, size, "transform", err);
    if (!status)
        status = TUFT_NEW(&spectrum, size / 2 + 1, "transform", err);
    if (!status) {
        fft->size = size;
#pragma omp critical(tuft_fftw_planner)
        {
            fft->forward = fftwf_plan_dft_r2c_1d((int)size, sample, spectrum,
                                                 FFTW_ESTIMATE | FFTW_PRESERVE_INPUT);
            fft->inverse = fftwf_plan_dft_c2r_1d((int)size, spectrum, sample,
                                                 FFTW_ESTIMATE | FFTW_PRESERVE_INPUT);
        }
        if (!fft->forward || !fft->inverse)
            status = tuft_fail(err, TUFT_MEMORY, "FFTW has no plan for %u samples", size);
    }
    free(sample);
    free(spectrum);
    if (status) {
        tuft_fft_free(fft);
        return status;
    }
    *out = fft;
    return TUFT_OK;
}

void tuft_fft_free(tuft_fft *fft)
{
    if (!fft)
        return;
#pragma omp critical(tuft_fftw_planner)
    {
        if (fft->forward)
            fftwf_destroy_plan(fft->forward);
        if (fft->inverse)
            fftwf_destroy_plan(fft->inverse);
    }
    free(fft);
}

uint32_t tuft_fft_size(const tuft_fft *fft)
{
    return fft->size;
}

uint32_t tuft_fft_bins(const tuft_fft *fft)
{
    return fft->size / 2 + 1;
}

void tuft_fft_forward(const tuft_fft *fft, const float *sample, float _Complex *spectrum)
{
    fftwf_execute_dft_r2c(fft->forward, (float *)sample, spectrum);
}

void tuft_fft_inverse(const tuft_fft *fft, const float _Complex *spectrum, float *sample)
{
    fftwf_execute_dft_c2r(fft->inverse, (float _Complex *)spectrum, sample);
}
