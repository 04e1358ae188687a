/* Drawn faces of talkers: a head before a wall, with a mouth of a given shape in every frame, into
 * the same frames as a film's (datasets/av_clip.h). */
#ifndef TUFT_DATASETS_TALKER_FACE_H
#define TUFT_DATASETS_TALKER_FACE_H

#include "datasets/mouth.h"
#include "datasets/mouth_shape.h"

/* Lengths in heights of the picture, colours as in the clip. */
typedef struct {
    double head_x, head_y;          /* centre */
    double half_width, half_height; /* of the face */
    double hair;                    /* how much wider and higher hair makes it, a share */
    double mouth_y;                 /* below the centre, in half heights */
    double mouth_half_width;        /* at rest, in half widths of the face */
    double upper_lip, lower_lip;    /* thickness, in half widths of the mouth */
    double bow;                     /* dip of the upper lip, 0 .. 1 */
    double gape;                    /* widest opening, in half widths of the mouth */
    double tilt;                    /* of the mouth, radians */
    double light_from;              /* brighter side, -1 left .. 1 right */
    double skin[3], lips[3], hairs[3], clothes[3], wall[3]; /* luma, blue, red */
    double beard; /* how much darker around the mouth, 0 .. 1 */
} tuft_talker_face;

/* The face of talker number `talker`, from stream (seed, CELL, talker). */
tuft_talker_face tuft_talker_face_draw(uint64_t seed, uint32_t talker);

/* Draws one frame for each of shape[clip->frames] into a clip whose width, height (both even),
 * frames and frame_rate are set; allocates luma, blue, red. The head moves slowly, the eyes blink,
 * the camera has noise: from stream (seed, INPUT, index). *mouth: where the mouth is. On failure
 * the clip's planes are freed. */
tuft_status tuft_talker_face_film(const tuft_talker_face *face, const tuft_mouth_shape *shape,
                                  uint64_t seed, uint64_t index, tuft_av_clip *clip,
                                  tuft_mouth_box *mouth, tuft_error *err);

#endif
