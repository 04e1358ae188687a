#include "apps/page.h"

#include <ctype.h>
#include <string.h>

const char *page_fault(const char *page)
{
    char open[64][32];
    int depth = 0;
    for (const char *at = page; (at = strchr(at, '<'));) {
        const char *tag = at++;
        if (*at == '!') {
            at = strchr(at, '>');
            continue;
        }
        int closing = *at == '/';
        at += closing;
        size_t length = 0;
        char name[32] = "";
        while (isalnum((unsigned char)at[length]) && length < 31)
            length++;
        if (!length)
            return tag;
        memcpy(name, at, length);
        int quoted = 0;
        for (at += length; *at && (quoted || *at != '>'); at++) {
            if (!quoted && *at == '<')
                return tag;
            quoted ^= *at == '"';
        }
        if (!*at)
            return tag;
        if (closing) {
            if (!depth || strcmp(open[--depth], name))
                return tag;
        } else if (at[-1] != '/' && strcmp(name, "meta")) {
            if (depth == 64)
                return tag;
            memcpy(open[depth++], name, sizeof name);
        }
    }
    return depth ? "an element that is not closed" : NULL;
}

/* Whether text goes on with data that the page holds itself. */
static int is_held(const char *text)
{
    return strncmp(text, "data:image/png;base64,", 22) == 0 ||
           strncmp(text, "data:audio/wav;base64,", 22) == 0;
}

const char *page_unwanted(const char *page)
{
    static const char *const unwanted[] = {"http:",   "https:", "//",   "<script ", "<link",
                                           "@import", "url(",   "src=", "nan",      "inf"};
    for (size_t i = 0; i < sizeof unwanted / sizeof *unwanted; i++) {
        const char *found = strstr(page, unwanted[i]);
        /* Base64 holds any letters, and slashes. */
        while (found) {
            const char *quote = found;
            while (quote > page && *quote != '"')
                quote--;
            int source = strncmp(found, "src=\"", 5) == 0 && is_held(found + 5);
            if (!source && !is_held(quote + 1))
                return found;
            found = strstr(found + 1, unwanted[i]);
        }
    }
    return NULL;
}
