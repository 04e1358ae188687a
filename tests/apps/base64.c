#include "apps/base64.h"

#include <stdint.h>
#include <string.h>

size_t base64_read(const char *text, unsigned char *out)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t bits = 0, used = 0;
    uint32_t held = 0;
    for (; *text && *text != '=' && *text != '"'; text++) {
        held = held << 6 | (uint32_t)(strchr(digit, *text) - digit);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out[used++] = (unsigned char)(held >> bits);
        }
    }
    return used;
}
