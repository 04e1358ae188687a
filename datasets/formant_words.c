#include "datasets/formant_words.h"

#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

enum { SEGMENTS = 4, WORD_PHONES = 6, GLIDE_MS = 35 };

/* Brings the synthesiser's hiss to the level that it has in speech: /s/ 10 dB below a vowel. */
#define HISS 0.02

/* A phone: shut for a while (plosives), then hiss or voice with formants from first to last.
 * Vowels after Peterson & Barney (1952), consonants after Klatt (1980), table III. */
typedef struct {
    const char *name;
    double shut_ms, shut_voice; /* before it sounds */
    double ms, first[3], last[3], voice, hiss, hiss_hz;
} sound;

#define STEADY(a, b, c)                                                                            \
    {a, b, c},                                                                                     \
    {                                                                                              \
        a, b, c                                                                                    \
    }

static const sound sounds[] = {
    {"I", 0, 0, 85, STEADY(390, 1990, 2550), 1, 0, 0},
    {"i:", 0, 0, 140, STEADY(280, 2250, 2950), 1, 0, 0},
    {"E", 0, 0, 110, STEADY(530, 1840, 2480), 1, 0, 0},
    {"a", 0, 0, 115, STEADY(700, 1660, 2430), 1, 0, 0},
    {"V", 0, 0, 110, STEADY(640, 1190, 2390), 1, 0, 0},
    {"O:", 0, 0, 160, STEADY(500, 800, 2400), 1, 0, 0},
    {"A:", 0, 0, 170, STEADY(730, 1090, 2440), 1, 0, 0},
    {"u:", 0, 0, 140, STEADY(300, 900, 2240), 1, 0, 0},
    {"@", 0, 0, 60, STEADY(480, 1450, 2500), 0.9, 0, 0},
    {"eI", 0, 0, 170, {520, 1860, 2480}, {350, 2120, 2650}, 1, 0, 0},
    {"aI", 0, 0, 190, {730, 1150, 2440}, {380, 2000, 2560}, 1, 0, 0},
    {"aU", 0, 0, 190, {720, 1250, 2440}, {420, 950, 2300}, 1, 0, 0},
    {"oU", 0, 0, 180, {520, 1000, 2380}, {350, 820, 2300}, 1, 0, 0},
    {"i@", 0, 0, 120, {300, 2150, 2850}, {450, 1600, 2400}, 1, 0, 0},
    {"b", 45, 0.15, 15, STEADY(250, 850, 2200), 0.5, 0.3, 800},
    {"d", 40, 0.15, 15, STEADY(300, 1700, 2600), 0.5, 0.4, 3800},
    {"g", 40, 0.15, 20, STEADY(280, 1900, 2300), 0.5, 0.4, 2100},
    {"p", 55, 0, 45, STEADY(350, 900, 2300), 0, 0.45, 1100},
    {"t", 50, 0, 50, STEADY(350, 1700, 2600), 0, 0.8, 4500},
    {"k", 50, 0, 50, STEADY(320, 1900, 2400), 0, 0.65, 2300},
    {"tS", 50, 0, 85, STEADY(320, 1800, 2500), 0, 0.8, 3000},
    {"dZ", 40, 0.15, 60, STEADY(300, 1800, 2500), 0.4, 0.6, 2900},
    {"s", 0, 0, 115, STEADY(350, 1700, 2600), 0, 0.8, 6200},
    {"z", 0, 0, 85, STEADY(300, 1650, 2550), 0.3, 0.5, 6000},
    {"f", 0, 0, 100, STEADY(400, 1100, 2300), 0, 0.2, 5200},
    {"v", 0, 0, 65, STEADY(280, 1100, 2200), 0.4, 0.1, 5000},
    {"T", 0, 0, 95, STEADY(350, 1400, 2500), 0, 0.18, 6000},
    {"D", 0, 0, 55, STEADY(300, 1350, 2500), 0.5, 0.08, 5500},
    {"m", 0, 0, 75, STEADY(270, 1000, 2200), 0.35, 0, 0},
    {"n", 0, 0, 75, STEADY(280, 1500, 2450), 0.35, 0, 0},
    {"l", 0, 0, 65, STEADY(360, 1250, 2700), 0.65, 0, 0},
    {"r", 0, 0, 65, STEADY(380, 1150, 1600), 0.75, 0, 0},
    {"w", 0, 0, 65, STEADY(300, 650, 2200), 0.75, 0, 0},
    {"j", 0, 0, 55, STEADY(280, 2200, 2900), 0.75, 0, 0},
};

static const struct {
    const char *word, *phones[WORD_PHONES];
} dictionary[] = {
    {"bin", {"b", "I", "n"}},
    {"lay", {"l", "eI"}},
    {"place", {"p", "l", "eI", "s"}},
    {"set", {"s", "E", "t"}},
    {"blue", {"b", "l", "u:"}},
    {"green", {"g", "r", "i:", "n"}},
    {"red", {"r", "E", "d"}},
    {"white", {"w", "aI", "t"}},
    {"at", {"a", "t"}},
    {"by", {"b", "aI"}},
    {"in", {"I", "n"}},
    {"with", {"w", "I", "D"}},
    {"a", {"eI"}},
    {"b", {"b", "i:"}},
    {"c", {"s", "i:"}},
    {"d", {"d", "i:"}},
    {"e", {"i:"}},
    {"f", {"E", "f"}},
    {"g", {"dZ", "i:"}},
    {"h", {"eI", "tS"}},
    {"i", {"aI"}},
    {"j", {"dZ", "eI"}},
    {"k", {"k", "eI"}},
    {"l", {"E", "l"}},
    {"m", {"E", "m"}},
    {"n", {"E", "n"}},
    {"o", {"oU"}},
    {"p", {"p", "i:"}},
    {"q", {"k", "j", "u:"}},
    {"r", {"A:"}},
    {"s", {"E", "s"}},
    {"t", {"t", "i:"}},
    {"u", {"j", "u:"}},
    {"v", {"v", "i:"}},
    {"x", {"E", "k", "s"}},
    {"y", {"w", "aI"}},
    {"z", {"z", "E", "d"}},
    {"zero", {"z", "i@", "r", "oU"}},
    {"one", {"w", "V", "n"}},
    {"two", {"t", "u:"}},
    {"three", {"T", "r", "i:"}},
    {"four", {"f", "O:"}},
    {"five", {"f", "aI", "v"}},
    {"six", {"s", "I", "k", "s"}},
    {"seven", {"s", "E", "v", "@", "n"}},
    {"eight", {"eI", "t"}},
    {"nine", {"n", "aI", "n"}},
    {"again", {"@", "g", "E", "n"}},
    {"now", {"n", "aU"}},
    {"please", {"p", "l", "i:", "z"}},
    {"soon", {"s", "u:", "n"}},
};

static const sound *find_sound(const char *name)
{
    size_t i = 0;
    while (strcmp(sounds[i].name, name) != 0)
        i++;
    return &sounds[i];
}

static const char *const *find_word(const char *word)
{
    for (size_t i = 0; i < sizeof dictionary / sizeof *dictionary; i++)
        if (strcmp(dictionary[i].word, word) == 0)
            return dictionary[i].phones;
    return NULL;
}

/* What is being put together: segments for the synthesiser, and which begins each phone. */
typedef struct {
    tuft_formant_phone *segment;
    size_t segments;
    tuft_phone *phone;
    size_t *first; /* segment of each phone */
    size_t phones;
    double before[3]; /* formants where the last segment ended */
} score;

static void add_segment(score *s, double ms, const double from[3], const double to[3], double voice,
                        double hiss, double hiss_hz)
{
    tuft_formant_phone *p = &s->segment[s->segments++];
    p->ms = ms;
    memcpy(p->from, from, sizeof p->from);
    memcpy(p->to, to, sizeof p->to);
    p->voice = voice;
    p->hiss = HISS * hiss;
    p->hiss_hz = hiss_hz;
    memcpy(s->before, to, sizeof s->before);
}

/* Formants glide from the last phone's to this one's while it is shut, or in its beginning. */
static void add_phone(score *s, const char *name, int32_t word)
{
    const sound *o = find_sound(name);
    tuft_phone *phone = &s->phone[s->phones];
    phone->word = word;
    memcpy(phone->name, name, strlen(name) + 1);
    s->first[s->phones++] = s->segments;
    if (s->segments == 0)
        memcpy(s->before, o->first, sizeof s->before);
    double ms = o->ms;
    if (o->shut_ms > 0.0) {
        add_segment(s, o->shut_ms, s->before, o->first, o->shut_voice, 0.0, o->hiss_hz);
    } else {
        double glide = ms / 2 < GLIDE_MS ? ms / 2 : GLIDE_MS;
        add_segment(s, glide, s->before, o->first, o->voice, o->hiss, o->hiss_hz);
        ms -= glide;
    }
    add_segment(s, ms, o->first, o->last, o->voice, o->hiss, o->hiss_hz);
}

static tuft_status speak(score *s, const char *const *words, int count,
                         const tuft_formant_voice *voice, uint64_t seed, uint64_t index,
                         tuft_utterance *out, tuft_error *err)
{
    double *start_s;
    for (int w = 0; w < count; w++) {
        const char *const *phones = find_word(words[w]);
        if (!phones)
            return tuft_fail(err, TUFT_INVALID, "speech: \"%s\" is not one of GRID's words",
                             words[w]);
        for (int p = 0; p < WORD_PHONES && phones[p]; p++)
            add_phone(s, phones[p], w);
    }
    tuft_status status = TUFT_NEW(&start_s, s->segments, "speech", err);
    if (status)
        return status;
    status = tuft_formant_phones(s->segment, s->segments, voice, seed, index, start_s, &out->sample,
                                 &out->samples, err);
    for (size_t p = 0; p < s->phones && !status; p++)
        s->phone[p].start_s = start_s[s->first[p]];
    free(start_s);
    return status;
}

tuft_status tuft_formant_speak(const char *const *words, int count, const tuft_formant_voice *voice,
                               uint64_t seed, uint64_t index, tuft_utterance *out, tuft_error *err)
{
    *out = (tuft_utterance){0};
    if (count < 1 || count > 1000)
        return tuft_fail(err, TUFT_INVALID, "speech: %d words, expected 1 to 1000", count);
    const size_t most = (size_t)count * WORD_PHONES;
    score s = {0};
    tuft_status status = TUFT_NEW(&s.segment, most * SEGMENTS, "speech", err);
    if (!status)
        status = TUFT_NEW(&s.phone, most + 1, "phones", err);
    if (!status)
        status = TUFT_NEW(&s.first, most, "phones", err);
    if (!status)
        status = speak(&s, words, count, voice, seed, index, out, err);
    free(s.segment);
    free(s.first);
    if (status) {
        free(s.phone);
        tuft_utterance_free(out);
        return status;
    }
    out->rate_hz = TUFT_FORMANT_RATE_HZ;
    out->phone = s.phone;
    out->phones = s.phones;
    /* The pause after the last word. */
    tuft_phone *end = &out->phone[out->phones++];
    end->word = count;
    end->start_s = (double)out->samples / out->rate_hz - 0.02;
    memcpy(end->name, "_", 2);
    return TUFT_OK;
}
