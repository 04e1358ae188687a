/* Clips of talkers, ready for a network: sound at 16 kHz and features of the lips. */
#ifndef TUFT_APPS_ENHANCE_CLIPS_H
#define TUFT_APPS_ENHANCE_CLIPS_H

#include "apps/enhance_view.h"
#include "apps/options.h"
#include "datasets/enhancement.h"

typedef struct {
    char *name, *talker; /* file without folder and ending; folder, or the synthetic voice */
    float *speech;       /* [n] */
    size_t n, frames;
    float *vision; /* [frames][vision columns]; NULL where only the sound was wanted */
    tuft_mouth_box mouth;
    enhance_view view;
} enhance_clip;

typedef struct {
    enhance_clip *clip;
    size_t count, capacity;
} enhance_clips;

/* The box of --mouth X,Y,W,H; TUFT_INVALID: it is none. */
tuft_status enhance_mouth_option(const char *text, tuft_mouth_box *box, tuft_error *err);

void enhance_clip_free(enhance_clip *clip);
void enhance_clips_free(enhance_clips *clips);

/* A clip from what was read or made; the sound moves over. */
tuft_status enhance_clip_take(enhance_clip *out, tuft_av_clip *clip, const char *name,
                              const char *talker, const tuft_mouth_box *box,
                              const tuft_enhancement *enhancement, tuft_error *err);

/* The video files of a folder and its subfolders (.mpg, .mpeg, .avi, .mkv, .mp4, .mov) in order of
 * their paths, the talker being the folder a file lies in; at most limit of them (0: all). The
 * mouth is looked for in each, or in the box given. Shows progress. TUFT_IO, TUFT_FORMAT: no video
 * in it, and what single files come to. On failure *out is zeroed. */
tuft_status enhance_clips_read(const char *folder, size_t limit, const tuft_mouth_box *box,
                               const tuft_enhancement *enhancement, const common_options *common,
                               enhance_clips *out, tuft_error *err);

/* Which synthetic talkers say which sentences (datasets/av_synthetic.h). */
typedef struct {
    uint32_t first_talker, talkers;
    uint64_t first_clip;
} enhance_made;

/* count of their clips, the same for a seed. Errors: those of tuft_av_synthetic(). */
tuft_status enhance_clips_make(enhance_made made, size_t count, const tuft_enhancement *enhancement,
                               const common_options *common, enhance_clips *out, tuft_error *err);

#endif
