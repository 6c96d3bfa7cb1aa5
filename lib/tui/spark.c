#include "tui/spark.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "tui/surface.h"

enum { LEVELS = 8, DOTS = 4 };

const char *const spark_choice_names[] = {"auto", "braille", "block", "ascii", NULL};

static const char *const blocks[LEVELS] = {"\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586", "\u2587", "\u2588"};
static const char *const ascii[LEVELS] = {"_", ".", "-", ":", "=", "+", "*", "#"};

/* A name, or the beginning or a part of one. */
static bool is_one_of(const char *term, const char *const *parts, bool is_beginning)
{
    for (; *parts; parts++) {
        const char *found = strstr(term, *parts);
        if (found && (!is_beginning || found == term))
            return true;
    }
    return false;
}

static enum spark_style style_of_terminal(const struct spark_place *place)
{
    static const char *const consoles[] = {"linux", "dumb", "vt", "cons", "sun", "ansi", "unknown", NULL};
    static const char *const emulators[] = {"256color", "direct", "kitty", "alacritty", "foot", "wezterm", "ghostty", NULL};
    if (!place->term)
        return SPARK_BLOCK;
    if (is_one_of(place->term, consoles, true))
        return SPARK_ASCII;
    bool has_colors = place->colorterm && *place->colorterm;
    return has_colors || is_one_of(place->term, emulators, false) ? SPARK_BRAILLE : SPARK_BLOCK;
}

enum spark_style spark_choose(enum spark_choice choice, const struct spark_place *place)
{
    static const enum spark_style styles[] = {
        [SPARK_AS_BRAILLE] = SPARK_BRAILLE, [SPARK_AS_BLOCK] = SPARK_BLOCK, [SPARK_AS_ASCII] = SPARK_ASCII};
    if (!place->utf8)
        return SPARK_ASCII;
    return choice == SPARK_AUTO ? style_of_terminal(place) : styles[choice];
}

struct spark_place spark_here(bool is_terminal)
{
    const char *term = getenv("TERM");
    return (struct spark_place){
        .term = is_terminal ? term ? term : "" : NULL, .colorterm = getenv("COLORTERM"), .utf8 = tui_utf8()};
}

static void find_scale(const double *values, size_t n, double *low, double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i]))
            continue;
        *low = num_min(*low, values[i]);
        *high = num_max(*high, values[i]);
    }
}

/* Of the known ones among values[from, to). */
static double mean(const double *values, size_t from, size_t to)
{
    double sum = 0;
    size_t known = 0;
    for (size_t i = from; i < to; i++) {
        if (!isfinite(values[i]))
            continue;
        sum += values[i];
        known++;
    }
    return known ? sum / (double)known : NAN;
}

/* A flat curve is drawn at the bottom. */
static int level_of(const struct spark *scale, double value, int levels)
{
    double share = scale->high > scale->low ? (value - scale->low) / (scale->high - scale->low) : 0;
    return (int)(num_min(num_max(share, 0), 1) * (levels - 1) + 0.5);
}

static void add_level(struct str *s, const struct spark *scale, double value)
{
    bool is_ascii = scale->style == SPARK_ASCII;
    if (!isfinite(value))
        str_add(s, is_ascii ? " " : "\u00b7");
    else
        str_add(s, (is_ascii ? ascii : blocks)[level_of(scale, value, LEVELS)]);
}

/* Unicode numbers a cell's dots by column, the last row after both. */
static unsigned dots_of(const struct spark *scale, double value, bool is_right)
{
    static const unsigned char rows[2][DOTS] = {{0x40, 0x04, 0x02, 0x01}, {0x80, 0x20, 0x10, 0x08}}; /* from the bottom */
    unsigned dots = 0;
    for (int i = 0; isfinite(value) && i <= level_of(scale, value, DOTS); i++)
        dots |= rows[is_right][i];
    return dots;
}

static void add_pair(struct str *s, const struct spark *scale, double left, double right)
{
    unsigned dots = dots_of(scale, left, false) | dots_of(scale, right, true); /* U+2800 and the dots, in UTF-8 */
    if (dots)
        str_addf(s, "\xe2%c%c", (char)(0xa0 | dots >> 6), (char)(0x80 | (dots & 0x3f)));
    else
        str_add(s, "\u00b7");
}

/* The mean of what falls into cell i of so many. */
static double cell_mean(const double *values, size_t n, size_t i, unsigned cells)
{
    return i < cells ? mean(values, i * n / cells, (i + 1) * n / cells) : NAN;
}

static void add_pairs(struct str *s, const struct spark *scale, const double *values, size_t n)
{
    unsigned width = (unsigned)scale->width, cells = n / 2 < width ? (unsigned)n : width << 1;
    unsigned odd = cells % 2; /* the newest value is at the right edge */
    for (size_t i = (cells + odd) / 2; i < width; i++)
        str_addc(s, ' ');
    if (odd)
        add_pair(s, scale, NAN, cell_mean(values, n, 0, cells));
    for (size_t i = odd; i < cells; i += 2)
        add_pair(s, scale, cell_mean(values, n, i, cells), cell_mean(values, n, i + 1, cells));
}

static void add_levels(struct str *s, const struct spark *scale, const double *values, size_t n)
{
    size_t width = (size_t)scale->width, cells = n < width ? n : width;
    for (size_t i = cells; i < width; i++)
        str_addc(s, ' ');
    for (size_t i = 0; i < cells; i++)
        add_level(s, scale, cell_mean(values, n, i, cells));
}

void spark_add(struct str *s, const struct spark *spark, const double *values, size_t n)
{
    struct spark scale = *spark;
    if (scale.width <= 0)
        return;
    if (!(scale.low < scale.high))
        find_scale(values, n, &scale.low, &scale.high);
    if (scale.style == SPARK_BRAILLE)
        add_pairs(s, &scale, values, n);
    else
        add_levels(s, &scale, values, n);
}
