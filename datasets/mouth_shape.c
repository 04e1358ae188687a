#include "datasets/mouth_shape.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define SHUT 0.1

/* How strongly and for how long (s) a viseme pulls. Lips that must meet, or touch the teeth, do. */
typedef struct {
    tuft_mouth_shape shape;
    double pull, reach_s;
} viseme;

static const viseme rest = {{0.0, 0.0, 0.05, 0.0, 0.0}, 0.6, 0.07};

static const struct {
    const char *names; /* separated by blanks; the first that begins the phone's name counts */
    viseme viseme;
} table[] = {
    {"aI a# aU", {{0.75, 0.15, 0.0, 0.45, 0.1}, 1.0, 0.060}},
    {"eI e@ E", {{0.50, 0.45, 0.0, 0.55, 0.1}, 1.0, 0.060}},
    {"oI oU o@ O: O@ O o 0:", {{0.45, -0.55, 0.8, 0.0, 0.0}, 1.1, 0.070}},
    {"tS dZ S Z", {{0.25, -0.45, 0.75, 0.6, 0.0}, 1.2, 0.050}},
    {"p b m", {{0.0, 0.0, 0.1, 0.0, 0.0}, 6.0, 0.022}},
    {"f v", {{0.08, 0.15, 0.0, 0.85, 0.0}, 4.0, 0.028}},
    {"T D", {{0.22, 0.15, 0.0, 0.5, 0.9}, 1.6, 0.040}},
    {"w", {{0.12, -0.9, 1.0, 0.0, 0.0}, 2.5, 0.050}},
    {"r", {{0.22, -0.35, 0.55, 0.2, 0.1}, 1.2, 0.050}},
    {"s z", {{0.14, 0.40, 0.0, 0.9, 0.0}, 1.3, 0.040}},
    {"t d n", {{0.20, 0.20, 0.0, 0.6, 0.45}, 0.9, 0.040}},
    {"l", {{0.30, 0.15, 0.0, 0.4, 0.8}, 1.0, 0.040}},
    {"k g N x", {{0.25, 0.10, 0.0, 0.3, 0.1}, 0.6, 0.040}},
    {"j", {{0.18, 0.60, 0.0, 0.5, 0.1}, 1.0, 0.040}},
    {"h ?", {{0.30, 0.05, 0.0, 0.2, 0.0}, 0.3, 0.040}},
    {"u: U u", {{0.16, -0.8, 0.95, 0.0, 0.0}, 1.3, 0.070}},
    {"i: I i", {{0.24, 0.70, 0.0, 0.55, 0.1}, 1.0, 0.060}},
    {"A Q 0 V", {{0.85, -0.05, 0.1, 0.15, 0.0}, 1.1, 0.060}},
    {"a", {{0.80, 0.25, 0.0, 0.45, 0.1}, 1.0, 0.060}},
    {"3 @", {{0.35, 0.0, 0.15, 0.25, 0.0}, 0.7, 0.050}},
};

static bool begins_with_one_of(const char *name, const char *names)
{
    for (const char *at = names; *at;) {
        size_t length = strcspn(at, " ");
        if (strncmp(name, at, length) == 0)
            return true;
        at += length + (at[length] == ' ');
    }
    return false;
}

static const viseme *find_viseme(const char *name)
{
    for (size_t i = 0; i < sizeof table / sizeof *table && name[0] && name[0] != '_'; i++)
        if (begins_with_one_of(name, table[i].names))
            return &table[i].viseme;
    return &rest;
}

tuft_mouth_shape tuft_mouth_viseme(const char *name)
{
    return find_viseme(name)->shape;
}

typedef struct {
    tuft_mouth_shape sum;
    double weight;
} blend;

static void pull(blend *b, const tuft_mouth_shape *towards, double weight)
{
    b->sum.opening += weight * towards->opening;
    b->sum.width += weight * towards->width;
    b->sum.rounding += weight * towards->rounding;
    b->sum.teeth += weight * towards->teeth;
    b->sum.tongue += weight * towards->tongue;
    b->weight += weight;
}

/* Diphthongs end on another vowel than they begin with. */
static const viseme *second_half(const char *name, const viseme *first)
{
    size_t n = strlen(name);
    if (n < 2 || !strchr("aeoO0", name[0]))
        return first;
    return name[1] == 'I'   ? find_viseme("I")
           : name[1] == 'U' ? find_viseme("U")
           : name[1] == '@' ? find_viseme("@")
                            : first;
}

tuft_mouth_shape tuft_mouth_shape_at(const tuft_phone *phone, size_t phones, double end_s,
                                     double time_s)
{
    blend b = {0};
    const double begin_s = phones ? phone[0].start_s : end_s;
    /* Rest before the first phone and after the last; a little of it always. */
    double outside = fmax(fmax(begin_s - time_s, time_s - end_s), 0.0);
    pull(&b, &rest.shape, 0.01 + 2.0 * (1.0 - exp(-outside * outside / 0.0036)));
    for (size_t i = 0; i < phones; i++) {
        double start = phone[i].start_s, stop = i + 1 < phones ? phone[i + 1].start_s : end_s;
        double middle = 0.5 * (start + stop);
        if (fabs(time_s - middle) > 0.5 * (stop - start) + 0.6)
            continue;
        const viseme *first = find_viseme(phone[i].name);
        const viseme *last = second_half(phone[i].name, first);
        if (first != last) {
            double a = 0.75 * start + 0.25 * stop, z = 0.25 * start + 0.75 * stop;
            pull(&b, &first->shape, first->pull * exp(-fabs(time_s - a) / first->reach_s));
            pull(&b, &last->shape, last->pull * exp(-fabs(time_s - z) / last->reach_s));
            continue;
        }
        /* Held from a quarter to three quarters of a long phone. */
        double away = fmax(fabs(time_s - middle) - 0.25 * (stop - start), 0.0);
        pull(&b, &first->shape, first->pull * exp(-away / first->reach_s));
    }
    tuft_mouth_shape s = b.sum;
    s.opening = fmax(s.opening / b.weight - SHUT, 0.0) / (1.0 - SHUT); /* lips that meet, meet */
    s.width /= b.weight;
    s.rounding /= b.weight;
    s.teeth /= b.weight;
    s.tongue /= b.weight;
    return s;
}
