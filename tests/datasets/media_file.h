/* Clips written by libav for tests, with the defects that readers must tell apart. */
#ifndef TUFT_TESTS_MEDIA_FILE_H
#define TUFT_TESTS_MEDIA_FILE_H

typedef struct {
    const char *video, *audio; /* names of encoders; NULL: none of it */
    int width, height, frames, frame_rate;
    int late_from;  /* frames from this one on come one frame later; 0: none does */
    int turned;     /* degrees, for containers that can say so */
    double sound_s; /* the second channel, where there is one, is silent */
    int sound_hz, channels;
} media_recipe;

/* 128 x 96, 50 frames at 25 a second, MJPEG and 16-bit stereo at 44.1 kHz. */
media_recipe media_defaults(void);

enum { MEDIA_TONE_HZ = 500 }; /* amplitude 0.5 */

/* Grey level of frame k, full range, all over the picture. */
int media_grey(int k);

/* The container is chosen by the path's ending. Fails the test where libav does. */
void media_write(const char *path, const media_recipe *recipe);

#endif
