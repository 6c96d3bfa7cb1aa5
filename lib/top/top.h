/* The model of the dashboard: what is shown, apart from how it is fetched (sample.h) and drawn.
 *
 * A panel is one file, panel_NAME.c, found by the Makefile: a table of queries and a table of columns.
 * What its queries answer becomes rows by itself, and is drawn, sorted, filtered and written as JSON
 * without another line; hooks are for what a table cannot say. draw gets the state and cannot fetch. */
#ifndef TOP_TOP_H
#define TOP_TOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/map.h"
#include "metrics/prom.h"
#include "top/view.h"
#include "tui/surface.h"

/* How a value is shown to people; its JSON key carries the unit itself. */
enum unit {
    UNIT_COUNT,
    UNIT_RATE, /* a second */
    UNIT_MS,
    UNIT_RATIO, /* 0..1, as a percentage */
    UNIT_W,
    UNIT_J,
    UNIT_BYTES,
    UNIT_C,
    UNIT_SECONDS, /* a duration */
    UNIT_MONEY,   /* in the context's currency */
    UNIT_TEXT,
};

/* A figure or a query, and where its answer goes. A figure of lib/metrics/data is asked of every source of it that the server
 * has; where several measure the same row, the first in the vocabulary's order counts. */
struct metric {
    const char *id;     /* JSON key, with the unit: "p95_ms" */
    const char *figure; /* of the vocabulary, which says what names its rows; NULL: expr */
    const char *expr;   /* PromQL; $W stands for the rate window */
    const char *key;    /* with expr: labels that name the row (as a vocabulary's names); NULL: one value for the whole panel */
    const char *label;  /* take this label's value as a text; NULL: the sample, or a figure's own text */
    const char *of;     /* neither asked: made of the rows' metric with this id, by `over` */
    enum { OVER_NOTHING, OVER_SUM, OVER_AVG, OVER_COUNT } over;
    enum unit unit;
    double scale;                                           /* a figure's value times this; 0: as it is */
    bool whole;                                             /* a figure that is one value for the whole panel */
    bool made;                                              /* not asked: the panel's derive makes it */
    enum { WINDOW_RATE, WINDOW_HOUR, WINDOW_TODAY } window; /* what stands for $W; today is since midnight, local time */
    bool trend;                                             /* the span's range as a curve; JSON has the last value */
    int every_s;                                            /* not asked more often; 0: each round */
    bool is_mean; /* of a group: the mean, where its unit would say the sum or nothing */
};
bool metric_is_whole(const struct metric *metric);
bool metric_is_text(const struct metric *metric);

/* Who measures a metric. Lives as long as the plan. */
struct measure {
    char *figure, *source, *title; /* NULL: a query of the panel's own */
    char *jobs;                    /* words in the names of jobs that Prometheus scrapes it by, separated by | */
    char *names, *text;            /* labels: see metrics/vocabulary.h */
    char *needs;                   /* the name of a metric that the server must have */
    double error;                  /* as a share; NaN: not told */
    bool is_estimate;
    int rank; /* the lowest counts */
    /* What better sources measure is not in it: it counts with theirs. */
    enum { ADDS_NOTHING, ADDS_TO_TOTALS, ADDS_TO_ROWS } adds;
};

enum { TREND_STEPS = RANGE_STEPS + 1 };

struct reading {
    /* What every round looks at comes first, for the processor's sake. */
    struct sample sample;
    const struct measure *measure;
    char *text;                    /* with metric.label */
    const struct label_set *said;  /* by the last series of it; only to be compared */
    const struct measure *said_by; /* whose that was */
    unsigned said_lost;            /* the row's lost, then */
    bool is_estimate;              /* the source says so, or the series: estimated="true" or source="model" */
    bool has_others;               /* what another source adds to the measure's is in it */
    double error;                  /* absolute; 0: not told */
    double *trend;                 /* oldest first; NaN where unknown */
    size_t n_trend;
    int64_t trend_end_ms, trend_step_ms; /* wall clock of its last step */
};

/* A label of one of its series, and whose that was. */
struct row_label {
    char *name, *value;
    const struct measure *measure;
    bool is_stale; /* that was asked again, and has not said it yet */
};
enum { ROW_LABELS = 32 };

struct row {
    char *key;
    unsigned id;              /* in its table, from 1 on; 0: of a group */
    unsigned lost;            /* how many times it lost a label */
    bool is_hidden;           /* by the filter, or in a group that is folded */
    bool is_rest;             /* what the others leave: it stands last */
    int64_t since_ms;         /* of a target that is down: wall clock; -1: longer than it was watched */
    struct reading *readings; /* one for each metric of the panel */
    struct row_label *labels; /* at most ROW_LABELS */
    size_t n_labels, cap_labels, n_stale;
    uint64_t sayers;     /* whose labels they are or were, a bit a measure (or several) */
    const char *context; /* whose, where there are several; borrowed */
    const char *group;   /* borrowed; "": none */
    bool is_group;       /* a row of sums, before its members */
    size_t members;
};

struct table {
    const struct panel *panel;
    size_t n_metrics;
    struct row whole; /* of the metrics without a key */
    struct row *rows; /* sorted */
    size_t n, cap;
    size_t sort;     /* index into panel->columns */
    size_t selected; /* among the rows that are not hidden */
    unsigned last_id;
    struct named *named; /* index.c: which rows the label sets are of */
    size_t n_named, cap_named;
    struct label_sets *sets; /* which those are; NULL: none */
};

struct state;

/* A column of a list. The first one is the row's name: its id is "name". */
struct top_column {
    const char *title;
    const char *id;
    const char *otherwise; /* the id of what is shown where that is unknown; NULL: "-" */
    const char *of;        /* "ready/desired": the id of what stands behind the stroke; NULL: none */
    int width, max_width, importance;
    bool only_if_any; /* left out when no row has it */
    bool has_error;   /* with how far off it may be */
};

struct panel {
    const char *name;      /* JSON key, and --panel NAME */
    const char *rows_name; /* JSON key of the rows; NULL: name, and name_total is the whole */
    const char *title;     /* in the line of panels */
    int order;             /* from top to bottom */
    int importance;        /* the least important goes first from a small screen */
    int min_cols;
    bool beside;                      /* may stand beside the panel before it */
    bool only_if_any;                 /* is not shown without rows */
    bool needs_all;                   /* shows what the other panels have; alone on the screen */
    size_t sort;                      /* the column that orders it at first */
    const char *const *first;         /* until another is chosen: rows whose "state" is one of these, in this order; NULL: none */
    const struct metric *metrics;     /* ends with {0} */
    const struct top_column *columns; /* ends with {0}; NULL: not a list */
    /* After each round: what is made of several metrics; may be NULL. */
    void (*derive)(const struct state *state, struct table *table);
    /* Adds the panel's figure of the title line ("req/s 212"), if it has one; may be NULL. */
    void (*summary)(const struct state *state, const struct table *table, struct str *s);
    /* Instead of the list: how many rows it wants, and drawing. */
    int (*want_rows)(const struct state *state, const struct table *table);
    void (*draw)(const struct state *state, const struct table *table, struct surface *s);
};

/* An answer that is no query's: see warn.h. */
#define TOP_ALERTS "ALERTS"
/* Another: see places.h. */
#define TOP_PLACES "PLACES"

extern const struct panel *const top_panels[]; /* NULL-terminated */
extern const size_t top_panel_count;
extern const struct panel top_targets;                             /* what Prometheus scrapes; not drawn */
extern const struct panel top_nodes;                               /* whose addresses are whose; not drawn */
extern const struct panel top_works;                               /* what pods with GPUs work for; not drawn */
const struct panel *panel_find(const char *name, struct err *err); /* USAGE with the nearest name */

/* How the source of the figures is. */
struct source {
    enum { SOURCE_UNASKED, SOURCE_UP, SOURCE_DOWN } state;
    int64_t since_ms; /* of this state, wall clock */
    char *why;        /* of SOURCE_DOWN, or of the first query that failed while others did not */
    size_t failed, asked;
};

/* Of the context; NaN where it has none. */
struct prices {
    double gpu_hour, kwh;
    const char *currency; /* borrowed; NULL: none */
};

/* Answers of one round, made by sample.h. */
struct plan;
struct batch;

struct part;

struct state {
    const char *context; /* borrowed */
    bool is_protected;   /* the context */
    const char *url;     /* of the Prometheus, or of an exporter: borrowed */
    bool is_scraped;     /* exporters are read, which tell no past */
    int64_t window_ms;
    struct prices prices;
    int64_t now_ms; /* wall clock of the frame */
    struct source source;
    struct span taken;    /* of when the figures are: the view's, as soon as they have come */
    struct table *tables; /* one for each of top_panels, in their order on the screen */
    size_t n;
    struct table targets, nodes, works;
    struct map node_names;    /* address -> char * */
    struct map pod_works;     /* NAMESPACE/POD -> char *: "train/bert" */
    const struct plan *plan;  /* of the last round, borrowed: tables refer to it */
    unsigned char *has;       /* what became of each of its queries: enum answer */
    const struct part *parts; /* parts.h: what it is put together from; borrowed */
    size_t n_parts;           /* 0: it is of one context */
    struct view view;
};

void state_init(struct state *state);
void state_release(struct state *state);
DEFINE_CLEANUP(struct state, state_release)

void state_take(struct state *state, const struct plan *plan, const struct batch *batch);

/* After the filter or a sort column changed. */
void state_arrange(struct state *state);
void state_sort_next(struct state *state); /* of the panel in focus */
/* By a column's title or key, in each panel that has it; USAGE when none has. */
int state_sort_by(struct state *state, const char *column, struct err *err);

/* Of the rows or, is_whole, of the panel as a whole; as many as there are: none is called so. */
size_t metric_index(const struct panel *panel, const char *id, bool is_whole);
const struct table *state_table(const struct state *state, const char *panel); /* never NULL */
/* Of a row (&table->whole for the panel's own); never NULL: an unknown one when there is no such metric. */
const struct reading *row_reading(const struct table *table, const struct row *row, const char *id);
struct reading *reading_of(const struct table *table, const struct row *row, const char *id); /* the same, or NULL */
struct row *table_row(struct table *table, const char *key); /* made when it is not there: pointers to others are lost */
struct row *table_add(struct table *table, const char *key);
void row_release(struct row *row, size_t n_metrics);
void reading_clear(struct reading *reading);
void reading_add(struct reading *total, const struct reading *one); /* as sure as the less sure of them */
size_t table_shown(const struct table *table);                      /* rows that are not hidden */
const struct row *table_selected(const struct table *table);        /* or NULL */
const char *row_label(const struct row *row, const char *name);     /* or NULL */
/* The value is there, or was the last one seen: both are drawn, the latter dim. */
bool reading_has(const struct reading *reading);
double reading_value(const struct reading *reading); /* NaN when there is none */

/* "138ms", "4.1%", "3.9kW"; "-" for what is not finite. */
void unit_print(struct str *s, enum unit unit, double value);
/* The same with "~" before an estimate. */
void reading_print(struct str *s, const struct metric *metric, const struct reading *reading);
/* With "±" and how far off it may be, when that is known. */
void reading_print_error(struct str *s, const struct metric *metric, const struct reading *reading);
/* One of the panel's own, with that, and money with its currency. */
void whole_print(struct str *s, const struct state *state, const struct table *table, const char *id);
struct style reading_style(const struct state *state, const struct reading *reading);

/* Drawing. */
bool table_is_drawn(const struct state *state, const struct table *table); /* if there is room for it */
bool table_has_tab(const struct state *state, const struct table *table);  /* can be chosen */
int list_want_rows(const struct table *table);
void list_draw(const struct state *state, const struct table *table, struct surface *s);
/* What clicks mean: a tab, or a row (by its place among those that are shown) of a table. */
enum { MARK_TAB = 1, MARK_TABS = 64, MARK_ROW_BITS = 20 };
static inline unsigned mark_row(size_t table, size_t row)
{
    return (unsigned)((table + 1) << MARK_ROW_BITS | (row & ((1u << MARK_ROW_BITS) - 1)));
}
void legend_draw(const struct state *state, struct surface *s, int row); /* legend.c: of the help screen */
int legend_lines(const struct state *state);                             /* in one column */
void frame_draw(const struct state *state, struct surface *s);
void frame_tick(const struct state *state, struct surface *s); /* only the time has changed since */
int frame_help_lines(const struct state *state);
int frame_page_rows(int rows); /* lines of a page's text on a screen of so many rows */

/* Sources that fail (trouble.c). */
bool target_is_down(const struct row *target);
/* How many targets are down whose job's name has one of these words (separated by |; NULL: any); the first of them. */
size_t targets_down(const struct state *state, const char *jobs, const struct row **ret_first);
/* What makes a panel's figures stale or wrong: failed queries, targets that are down. False: nothing. */
bool panel_trouble(const struct state *state, const struct table *table, struct str *s);
/* Why a panel is empty: no data because something is down, nobody who measures it, or really nothing. */
void empty_reason(const struct state *state, const struct table *table, const char *nothing, struct str *s);
void clock_print(struct str *s, int64_t wall_ms); /* local time of day */

/* {"context","time","source":{..},"window_s","functions":[..],"functions_total":{..},...}: numbers or null. */
node_t *state_json(const struct state *state);

#endif
