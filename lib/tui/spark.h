/* A curve in one line of text, by what the terminal can show: braille (two values a column, four levels), blocks (eight levels)
 * or ASCII. */
#ifndef TUI_SPARK_H
#define TUI_SPARK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

enum spark_style { SPARK_ASCII, SPARK_BLOCK, SPARK_BRAILLE };

/* What a person may choose: auto, braille, block, ascii. */
enum spark_choice { SPARK_AUTO, SPARK_AS_BRAILLE, SPARK_AS_BLOCK, SPARK_AS_ASCII };
extern const char *const spark_choice_names[]; /* the same order; NULL-terminated */

/* Where it is drawn: TERM (NULL: no terminal), COLORTERM (or NULL), and whether the encoding is UTF-8. */
struct spark_place {
    const char *term, *colorterm;
    bool utf8;
};
/* Braille on terminals whose fonts have it (they have 256 colours), blocks on others and in files; ASCII without UTF-8, and, where
 * it is left to us, on consoles whose fonts are too small for either. */
enum spark_style spark_choose(enum spark_choice choice, const struct spark_place *place);
struct spark_place spark_here(bool is_terminal); /* of the process; borrowed from its environment */

/* The scale: equal low and high mean the smallest and largest value. */
struct spark {
    int width; /* columns; more values than fit are averaged, fewer leave the left blank */
    double low, high;
    enum spark_style style;
};

/* Values that are not finite are unknown: a middle dot (or a blank), never the bottom of the scale. */
void spark_add(struct str *s, const struct spark *spark, const double *values, size_t n);

#endif
