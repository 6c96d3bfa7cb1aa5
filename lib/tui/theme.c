#include "tui/theme.h"

#include <string.h>

const char *const tui_theme_names[] = {"dark", "light", "contrast", "mono", NULL};

const struct theme tui_themes[] = {
    {.name = "dark",
     .shades = {[TINT_RED] = {1, 203, 0xff5f5f},
                [TINT_GREEN] = {2, 114, 0x87d787},
                [TINT_YELLOW] = {3, 221, 0xffd75f},
                [TINT_BLUE] = {4, 75, 0x5fafff},
                [TINT_CYAN] = {6, 80, 0x5fd7d7}}},
    {.name = "light",
     .shades = {[TINT_RED] = {1, 124, 0xaf0000},
                [TINT_GREEN] = {2, 22, 0x005f00},
                [TINT_YELLOW] = {5, 94, 0x875f00},
                [TINT_BLUE] = {4, 25, 0x005faf},
                [TINT_CYAN] = {4, 24, 0x005f87}}},
    {.name = "contrast",
     .is_plain = true,
     .shades = {[TINT_RED] = {9, 196, 0xff0000},
                [TINT_GREEN] = {10, 46, 0x00ff00},
                [TINT_YELLOW] = {11, 226, 0xffff00},
                [TINT_BLUE] = {14, 51, 0x00ffff},
                [TINT_CYAN] = {14, 51, 0x00ffff}}},
    {.name = "mono", .is_mono = true},
};

const struct theme *theme_find(const char *name, struct err *err)
{
    CLEANUP(str_release) struct str list = STR_INIT;
    size_t n = 0;
    for (; tui_theme_names[n]; n++) {
        if (strcmp(tui_theme_names[n], name) == 0)
            return &tui_themes[n];
        str_addf(&list, "%s%s", n ? ", " : "", tui_theme_names[n]);
    }
    const char *nearest = str_nearest(name, tui_theme_names, n);
    err_set(err, ERR_USAGE, "there is no theme \"%s\"", name);
    err_hint(err, "%s%s", nearest ? "did you mean " : "", nearest ? nearest : list.buf);
    return NULL;
}

int theme_color(const struct theme *theme, enum tint tint, int colors, bool is_direct)
{
    enum { BASIC = 8, WIDE = 256 };
    const struct shade *shade = &theme->shades[tint];
    if (tint == TINT_NONE || theme->is_mono)
        return -1;
    if (is_direct)
        return shade->rgb;
    if (colors >= WIDE)
        return shade->wide;
    return shade->basic < colors ? shade->basic : shade->basic % BASIC;
}
