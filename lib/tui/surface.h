/* A grid of character cells that a screen is drawn on; what shows it (a terminal, a text file, a test)
 * comes later. Text of others is made harmless here: no control character ever gets into a cell.
 * Drawing outside of the grid is clipped, so a panel need not check sizes. */
#ifndef TUI_SURFACE_H
#define TUI_SURFACE_H

#include <stdbool.h>

#include "base/str.h"
#include "tui/layout.h"

enum tint { TINT_NONE, TINT_RED, TINT_GREEN, TINT_YELLOW, TINT_BLUE, TINT_CYAN, TINT_COUNT };
enum { STYLE_BOLD = 1, STYLE_DIM = 2, STYLE_REVERSE = 4 };

struct style {
    unsigned char tint;
    unsigned char attrs; /* STYLE_... */
};
#define STYLE_PLAIN          ((struct style){0})
#define STYLE(tint_, attrs_) ((struct style){.tint = (tint_), .attrs = (attrs_)})

/* A character with its combining marks; more marks than fit are dropped. */
enum { GLYPH_BYTES = 16 };

struct cell {
    char text[GLYPH_BYTES]; /* "" in the right half of a wide character */
    unsigned char width;    /* columns: 1, 2, or 0 for that right half */
    struct style style;
    unsigned mark; /* what a click on it means to those who drew it; 0: nothing */
};

struct surface {
    struct cell *cells;
    int rows, cols;
    int stride; /* cells from one row to the next: larger than cols in a window */
    bool utf8;  /* false: what is not ASCII is drawn as '?' */
    bool owned;
};

void surface_init(struct surface *s, int rows, int cols, bool utf8);
/* As initialised, unless it has that size: then as it is. true: it is new. */
bool surface_fit(struct surface *s, int rows, int cols, bool utf8);
void surface_release(struct surface *s);
DEFINE_CLEANUP(struct surface, surface_release)
void surface_clear(struct surface *s);

/* A part of a surface, drawn on like a whole one; it shares the cells. */
struct surface surface_window(const struct surface *s, struct rect part);

/* Each returns the column after what was drawn. */
int surface_text(struct surface *s, int row, int col, struct style style, const char *text);
int surface_textf(struct surface *s, int row, int col, struct style style, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* In exactly `width` columns: padded with blanks, or cut with an ellipsis. */
enum align { ALIGN_LEFT, ALIGN_RIGHT };
int surface_field(struct surface *s, int row, int col, int width, enum align align, struct style style, const char *text);
/* Of cells that have been drawn and have no mark yet. */
void surface_mark(struct surface *s, struct rect part, unsigned mark);
unsigned surface_mark_at(const struct surface *s, int row, int col);
/* Of another of the same size. false: it looked the same already. */
bool surface_copy_row(struct surface *s, const struct surface *from, int row);
/* The whole line in this style, blank. */
void surface_bar(struct surface *s, int row, struct style style);

/* Columns that text takes on a surface. */
int surface_width(const struct surface *s, const char *text);

/* As lines of text without trailing blanks, and without the empty lines at the end; with SGR colours if `color`. */
void surface_print(const struct surface *s, bool color, struct str *out);

/* The locale's encoding is UTF-8. */
bool tui_utf8(void);

#endif
