#include "base/base64.h"

#include <stdint.h>
#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct str *s, const void *data, size_t len)
{
    const unsigned char *in = data;
    for (size_t i = 0; i < len; i += 3) {
        size_t have = len - i < 3 ? len - i : 3;
        uint32_t bits = (uint32_t)in[i] << 16;
        if (have > 1)
            bits |= (uint32_t)in[i + 1] << 8;
        if (have > 2)
            bits |= in[i + 2];
        str_addc(s, digits[bits >> 18]);
        str_addc(s, digits[bits >> 12 & 63]);
        str_addc(s, have > 1 ? digits[bits >> 6 & 63] : '=');
        str_addc(s, have > 2 ? digits[bits & 63] : '=');
    }
}

bool base64_decode(struct str *s, const char *text)
{
    uint32_t bits = 0;
    size_t n = 0, padding = 0;
    for (; *text; text++) {
        if (strchr(" \t\r\n", *text))
            continue;
        const char *digit = strchr(digits, *text);
        if (*text == '=' ? ++padding > 2 : !digit || padding)
            return false;
        bits = bits << 6 | (*text == '=' ? 0 : (uint32_t)(digit - digits));
        if (++n % 4)
            continue;
        str_addc(s, (char)(bits >> 16 & 255));
        if (padding < 2)
            str_addc(s, (char)(bits >> 8 & 255));
        if (padding < 1)
            str_addc(s, (char)(bits & 255));
        bits = 0;
    }
    return n % 4 == 0;
}
