/* What the person at the screen has chosen: what is shown, of when, and what is being typed. */
#ifndef TOP_VIEW_H
#define TOP_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "top/page.h"
#include "tui/spark.h"
#include "tui/theme.h"

struct panel;

/* Of when the figures are: this moment, and for curves the time before it. */
struct span {
    int64_t at_ms;    /* wall clock; 0: now */
    int64_t range_ms; /* at least RANGE_MIN_MS */
};
enum {
    RANGE_MIN_MS = 60 * 1000,
    RANGE_USUAL_MS = 15 * 60 * 1000,
    RANGE_MAX_MS = 7 * 24 * 60 * 60 * 1000,
    RANGE_STEPS = 60, /* values of a curve, and the one at its beginning */
};
static inline int64_t span_step_ms(const struct span *span) { return span->range_ms / RANGE_STEPS; }

enum prompt { PROMPT_NONE, PROMPT_FILTER, PROMPT_COMMAND, PROMPT_CONFIRM };

/* A change that is asked about. */
struct deed {
    struct strv words; /* of the command */
    struct object object;
    struct str does; /* "scale function ocr from 2 to 3" */
};
void deed_release(struct deed *deed);

/* Rows under what they have in common. */
enum group { GROUP_NONE, GROUP_NODE, GROUP_NAMESPACE, GROUP_CONTEXT };
extern const char *const group_names[]; /* NULL-terminated */

enum { VIEW_PAGES = 8 };

struct view {
    const struct panel *only; /* --panel, or the one that fills the screen; NULL: all */
    size_t focus;             /* index into the tables */
    struct span span;
    int64_t interval_ms;
    enum prompt prompt; /* the filter, or the command, is being typed */
    struct str filter, command;
    const struct theme *theme;
    enum spark_choice curves;
    struct spark_place place; /* what they are drawn on; its encoding is the surface's */
    bool has_mouse;
    struct str note;         /* said once, until the next key */
    enum group group;        /* how rows are folded */
    struct strv open_groups; /* by their names */
    struct page *pages[VIEW_PAGES];
    size_t n_pages;    /* the last is in front */
    int page_rows;     /* lines of a page on the screen, as it was drawn last */
    bool with_actions; /* things may be changed from here */
    struct deed deed;
    struct strv self; /* words that every command of ours begins with: --context=NAME */
    bool is_paused;
    bool shows_help;
    int help_top;        /* its first line on the screen */
    bool is_interactive; /* with a bar of keys, a selected row */
    bool is_left;        /* by a key */
};

void view_init(struct view *view);
void view_release(struct view *view);
struct page *view_page(const struct view *view);                  /* the one in front, or NULL */
enum spark_style view_curves(const struct view *view, bool utf8); /* on a surface of that encoding */
bool view_is_full(const struct view *view);
void view_push(struct view *view, struct page *page); /* owns it */
void view_pop(struct view *view);

enum { TOP_INTERVAL_MIN_MS = 100, TOP_INTERVAL_MAX_MS = 60 * 60 * 1000 };

/* When a person means: "03:00" and "03:00:10" (the last time it was that, local time), "2026-11-28T03:00" (local),
 * RFC 3339, "2h" (that long ago), "now" (0). false: none of them, or not in the past. */
bool when_parse(const char *text, int64_t now_ms, int64_t *ret_ms);

#endif
