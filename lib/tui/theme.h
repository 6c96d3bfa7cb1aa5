/* Which colours the tints are, for terminals of few and of many colours. */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include "base/err.h"
#include "tui/surface.h"

struct shade {
    short basic, wide; /* of 8 or 16 colours; of 256 (xterm's) */
    int rgb;           /* 0xRRGGBB, of terminals that take it */
};

struct theme {
    const char *name;
    bool is_mono;  /* no colours: bold, dim and reverse alone */
    bool is_plain; /* nothing is dim: for those who cannot see it */
    struct shade shades[TINT_COUNT];
};

extern const struct theme tui_themes[];
extern const char *const tui_theme_names[]; /* the same order; NULL-terminated; the first is the usual one */
const struct theme *theme_find(const char *name, struct err *err); /* USAGE with the nearest name */

/* A tint's colour on a terminal of so many colours: an index, or 0xRRGGBB where is_direct; -1: the terminal's own. */
int theme_color(const struct theme *theme, enum tint tint, int colors, bool is_direct);

#endif
