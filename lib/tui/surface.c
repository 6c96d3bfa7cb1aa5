#include "tui/surface.h"

#include <langinfo.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

#include "base/text_locale.h"

bool tui_utf8(void)
{
    text_locale_use();
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

void surface_init(struct surface *s, int rows, int cols, bool utf8)
{
    *s = (struct surface){.rows = rows > 0 ? rows : 0, .cols = cols > 0 ? cols : 0, .utf8 = utf8, .owned = true};
    s->stride = s->cols;
    s->cells = xcalloc((size_t)s->rows * (size_t)s->cols + 1, sizeof(*s->cells));
    surface_clear(s);
}

void surface_release(struct surface *s)
{
    if (s->owned)
        free(s->cells);
    *s = (struct surface){0};
}

bool surface_fit(struct surface *s, int rows, int cols, bool utf8)
{
    if (s->rows == rows && s->cols == cols)
        return false;
    surface_release(s);
    surface_init(s, rows, cols, utf8);
    return true;
}

static struct cell *cell_at(const struct surface *s, int row, int col) { return &s->cells[(ptrdiff_t)row * s->stride + col]; }

static void set_cell(struct cell *cell, const char *text, size_t len, int width, struct style style)
{
    *cell = (struct cell){.width = (unsigned char)width, .style = style};
    memcpy(cell->text, text, len < GLYPH_BYTES ? len : GLYPH_BYTES - 1);
}

static bool looks_same(const struct cell *a, const struct cell *b)
{
    return memcmp(a->text, b->text, sizeof(a->text)) == 0 && a->width == b->width && a->style.tint == b->style.tint &&
           a->style.attrs == b->style.attrs;
}

bool surface_copy_row(struct surface *s, const struct surface *from, int row)
{
    struct cell *cells = cell_at(s, row, 0);
    const struct cell *others = cell_at(from, row, 0);
    int col = 0;
    while (col < s->cols && looks_same(&cells[col], &others[col]))
        col++;
    memcpy(cells + col, others + col, (size_t)(s->cols - col) * sizeof(*cells));
    return col < s->cols;
}

void surface_bar(struct surface *s, int row, struct style style)
{
    if (row < 0 || row >= s->rows)
        return;
    const struct cell blank = {.text = " ", .width = 1, .style = style};
    struct cell *cells = cell_at(s, row, 0);
    for (int col = 0; col < s->cols; col++)
        cells[col] = blank;
}

void surface_clear(struct surface *s)
{
    for (int row = 0; row < s->rows; row++)
        surface_bar(s, row, STYLE_PLAIN);
}

static int clamp(int value, int low, int high) { return value < low ? low : value > high ? high : value; }

struct surface surface_window(const struct surface *s, struct rect part)
{
    int row = clamp(part.row, 0, s->rows), col = clamp(part.col, 0, s->cols);
    struct surface window = *s;
    window.owned = false;
    window.rows = clamp(part.rows, 0, s->rows - row);
    window.cols = clamp(part.cols, 0, s->cols - col);
    if (window.rows && window.cols)
        window.cells = cell_at(s, row, col);
    return window;
}

/* Half of a wide character that is overwritten leaves a blank in the other half. */
static void mend(struct surface *s, int row, int col)
{
    struct cell *cell = cell_at(s, row, col);
    if (cell->width == 0 && col > 0)
        set_cell(cell_at(s, row, col - 1), " ", 1, 1, cell->style);
    if (cell->width == 2 && col + 1 < s->cols)
        set_cell(cell_at(s, row, col + 1), " ", 1, 1, cell->style);
}

static int put(struct surface *s, int row, int col, const char *text, size_t len, int width, struct style style)
{
    if (col + width > s->cols)
        return s->cols;
    for (int i = 0; i < width; i++)
        mend(s, row, col + i);
    set_cell(cell_at(s, row, col), text, len, width, style);
    if (width == 2)
        set_cell(cell_at(s, row, col + 1), "", 0, 0, style);
    return col + width;
}

/* Of valid UTF-8 (str_add_safe lets nothing else through): one character and its length. */
static uint32_t decode(const char *text, size_t *ret_len)
{
    unsigned char first = (unsigned char)text[0];
    size_t len = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    uint32_t code = len == 1 ? first : first & (0x7fu >> len);
    for (size_t i = 1; i < len; i++)
        code = code << 6 | ((unsigned char)text[i] & 0x3f);
    *ret_len = len;
    return code;
}

static int char_width(const struct surface *s, uint32_t code)
{
    if (code < 0x80)
        return 1;
    int width = s->utf8 ? wcwidth((wchar_t)code) : 1;
    return width < 0 ? 1 : width;
}

/* What to draw for a character that this surface or locale cannot show. */
static bool is_shown(const struct surface *s, uint32_t code) { return code < 0x80 || (s->utf8 && wcwidth((wchar_t)code) >= 0); }

static void add_mark(struct surface *s, int row, int col, const char *text, size_t len)
{
    if (col <= 0 || col > s->cols)
        return;
    struct cell *cell = cell_at(s, row, col - 1);
    size_t have = strlen(cell->text);
    if (cell->width == 1 && have + len < GLYPH_BYTES)
        memcpy(cell->text + have, text, len);
}

/* text is safe. Stops before column `end`. */
static int draw(struct surface *s, int row, int col, int end, struct style style, const char *text)
{
    while (*text) {
        size_t len;
        uint32_t code = decode(text, &len);
        int width = char_width(s, code);
        if (width == 0)
            add_mark(s, row, col, text, len);
        else if (col + width > end)
            break;
        else
            col = is_shown(s, code) ? put(s, row, col, text, len, width, style) : put(s, row, col, "?", 1, 1, style);
        text += len;
    }
    return col;
}

static int safe_width(const struct surface *s, const char *text)
{
    int total = 0;
    while (*text) {
        size_t len;
        total += char_width(s, decode(text, &len));
        text += len;
    }
    return total;
}

int surface_width(const struct surface *s, const char *text)
{
    CLEANUP(str_release) struct str safe = STR_INIT;
    str_add_safe(&safe, text, strlen(text), false);
    return safe_width(s, safe.buf);
}

static bool is_outside(const struct surface *s, int row, int col)
{
    return row < 0 || row >= s->rows || col < 0 || col >= s->cols;
}

int surface_text(struct surface *s, int row, int col, struct style style, const char *text)
{
    if (is_outside(s, row, col))
        return col;
    CLEANUP(str_release) struct str safe = STR_INIT;
    str_add_safe(&safe, text, strlen(text), false);
    return draw(s, row, col, s->cols, style, safe.buf);
}

int surface_textf(struct surface *s, int row, int col, struct style style, const char *fmt, ...)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    va_list ap;
    va_start(ap, fmt);
    str_vaddf(&text, fmt, ap);
    va_end(ap);
    return surface_text(s, row, col, style, text.buf);
}

int surface_field(struct surface *s, int row, int col, int width, enum align align, struct style style, const char *text)
{
    if (width <= 0 || is_outside(s, row, col))
        return col;
    int end = clamp(col + width, 0, s->cols);
    for (int i = col; i < end; i++)
        put(s, row, i, " ", 1, 1, style);

    CLEANUP(str_release) struct str safe = STR_INIT;
    str_add_safe(&safe, text, strlen(text), false);
    int need = safe_width(s, safe.buf);
    if (need > width) {
        int at = draw(s, row, col, clamp(col + width - 1, 0, s->cols), style, safe.buf);
        if (at < s->cols)
            draw(s, row, at, s->cols, style, s->utf8 ? "\u2026" : "~");
    } else {
        draw(s, row, align == ALIGN_RIGHT ? col + width - need : col, end, style, safe.buf);
    }
    return col + width;
}

void surface_mark(struct surface *s, struct rect part, unsigned mark)
{
    struct surface window = surface_window(s, part);
    for (int row = 0; row < window.rows; row++)
        for (int col = 0; col < window.cols; col++) {
            struct cell *cell = cell_at(&window, row, col);
            cell->mark = cell->mark ? cell->mark : mark;
        }
}

unsigned surface_mark_at(const struct surface *s, int row, int col)
{
    return is_outside(s, row, col) ? 0 : cell_at(s, row, col)->mark;
}

static bool same_style(struct style a, struct style b) { return a.tint == b.tint && a.attrs == b.attrs; }

static void add_sgr(struct str *out, struct style style)
{
    static const char *const tints[TINT_COUNT] = {"", ";31", ";32", ";33", ";34", ";36"};
    str_addf(out, "\033[0%s%s%s%sm", style.attrs & STYLE_BOLD ? ";1" : "", style.attrs & STYLE_DIM ? ";2" : "",
             style.attrs & STYLE_REVERSE ? ";7" : "", tints[style.tint]);
}

/* Blank in a style that does not show on blanks. */
static bool is_blank(const struct cell *cell, bool color)
{
    return strcmp(cell->text, " ") == 0 && !(color && cell->style.attrs & STYLE_REVERSE);
}

static void print_row(const struct surface *s, int row, bool color, struct str *out)
{
    int end = s->cols;
    while (end > 0 && is_blank(cell_at(s, row, end - 1), color))
        end--;
    struct style style = STYLE_PLAIN;
    for (int col = 0; col < end; col++) {
        const struct cell *cell = cell_at(s, row, col);
        if (color && !same_style(style, cell->style))
            add_sgr(out, cell->style);
        style = cell->style;
        str_add(out, cell->text);
    }
    if (color && !same_style(style, STYLE_PLAIN))
        str_add(out, "\033[0m");
    str_addc(out, '\n');
}

void surface_print(const struct surface *s, bool color, struct str *out)
{
    size_t used = out->len;
    for (int row = 0; row < s->rows; row++) {
        size_t before = out->len;
        print_row(s, row, color, out);
        if (out->len > before + 1)
            used = out->len;
    }
    str_cut(out, used);
}
