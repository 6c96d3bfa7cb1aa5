/* The one printer: a list of trees becomes a table, JSON, YAML, CSV or names by a column table. */
#ifndef DOC_PRINT_H
#define DOC_PRINT_H

#include <stdio.h>

#include "doc/node.h"

/* Machine formats keep values raw, with units in the keys. CSV has a column's path as its name
 * (/status/replicas is status.replicas) and every column, wide ones too; lists of scalars are joined
 * by commas. ndjson is one item a line. name is kind/NAME by /name, /metadata/name, /id or the first
 * column. What others wrote never reaches a terminal as control characters, in any format. */
enum print_format { PRINT_TABLE, PRINT_WIDE, PRINT_JSON, PRINT_YAML, PRINT_NAME, PRINT_CSV, PRINT_NDJSON, PRINT_CUSTOM };

/* How a cell is shown to people (machine formats keep the raw value). Missing or null is "-". */
enum cell_kind {
    CELL_TEXT,
    CELL_STATE,    /* coloured by meaning: print_state_color */
    CELL_NUMBER,   /* up to three significant decimals, right-aligned */
    CELL_BYTES,    /* binary units */
    CELL_MS,       /* milliseconds: "138 ms", "4.2 s" */
    CELL_DURATION, /* milliseconds, as 4m12s */
    CELL_AGE,      /* RFC 3339 time, as the age 12m */
    CELL_WATTS,
    CELL_JOULES,  /* with ~ when the item's "energy_source" is there and is no counter ("rapl") */
    CELL_MONEY,   /* as a number, with the item's "currency" when it has one */
    CELL_PERCENT, /* a ratio 0..1 */
    CELL_LIST,    /* array of strings, joined by commas */
};

struct column {
    const char *title; /* upper case; NULL ends the table */
    const char *path;  /* JSON pointer in an item */
    enum cell_kind kind;
    bool wide; /* only with -o wide */
};

struct print_options {
    FILE *out;
    enum print_format format;
    const char *custom;  /* of custom-columns=: TITLE:.path.to[0].field,... or the titles of known columns */
    const char *jq;      /* expression over the JSON form; NULL: none */
    const char *sort_by; /* a column's title or a JSON pointer or .path; "-" before it: descending;
                          * rows without a value come last */
    bool no_headers;
    bool is_stream; /* one document after another: JSON on one line each, YAML each after its --- */
    bool color;
    int width; /* of the terminal; 0: unlimited */
};

/* "table", "wide", "json", ..., "custom-columns=..." (USAGE with the list when unknown). opts keeps a
 * pointer into text. */
int print_format_parse(const char *text, struct print_options *opts, struct err *err);

/* Prints a list: `kind` is the word for one ("function"), items an array.
 * JSON and YAML: {"apiVersion":"aiwf/v1","kind":"FunctionList","items":[...]}. An empty list prints
 * nothing but headers-free silence in a table (the caller says "no functions" on stderr). */
int print_list(const struct print_options *opts, const char *kind, const struct column *columns, const node_t *items,
               struct err *err);
/* Prints one object: table is "key  value" lines by all columns, without columns YAML; JSON gets
 * apiVersion and kind in front, unless the object has its own. */
int print_one(const struct print_options *opts, const char *kind, const struct column *columns, const node_t *item,
              struct err *err);

/* One cell as people see it (no colour). */
void print_cell(const struct column *column, const node_t *item, struct str *s);

/* SGR colour of a state word ("" when it has none): green good, yellow on its way, red needs someone. */
const char *print_state_color(const char *state);

/* Runs a jq expression over node, one result a line, compact; strings raw (as jq -r). libjq is
 * loaded here. USAGE when the expression is wrong. */
int jq_run(const char *expression, const node_t *node, FILE *out, struct err *err);

#endif
