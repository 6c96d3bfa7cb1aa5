/* The journal of a workflow: what happened, one JSON line an event, on disk before it is acted upon.
 *
 * workflows/NAME/journal.ndjson in the state folder. Events, each with "event" and "at" (RFC 3339):
 *   run        {"run":N,"fresh":N|null,"file","context","pid","stages":[{"name","kind"}]}   a run, or its resumption, begins;
 *                                          fresh: what is older than run N may not be reused
 *   start      {"stage","key","try":N,"job"|"function"}          about to be submitted or deployed
 *   done       {"stage","key","cached":bool,"outputs":{NAME:{"hash","bytes"}},...}   what it used: see run.h
 *   failed     {"stage","key","try":N,"message","exit_code",...}
 *   cancelled  {"stage","key","try":N}
 *   skipped    {"stage","because"}
 *   end        {"state":"Succeeded|Failed|Interrupted|Cancelled"}
 * A write that fails is taken back, and a last line that is torn (the machine stopped) is dropped, so
 * that the file is always whole lines. */
#ifndef WORKFLOW_JOURNAL_H
#define WORKFLOW_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "doc/node.h"

struct journal {
    char *path;
    int fd;          /* -1: for reading */
    node_t *records; /* an array, oldest first */
    size_t damaged;  /* lines that were no JSON: left alone, not counted on */
};
#define JOURNAL_INIT ((struct journal){.fd = -1})

/* A missing file is an empty journal. With `write` it is made (0600). */
int journal_open(struct journal *ret, const char *path, bool write, struct err *err);
void journal_release(struct journal *journal);
DEFINE_CLEANUP(struct journal, journal_release)

/* Takes record, adds "at", writes it through to the disk. */
int journal_add(struct journal *journal, node_t *record, struct err *err);
/* Drops what only older runs needed, but the last `keep` done records of each stage. Atomic. */
int journal_compact(struct journal *journal, size_t keep, struct err *err);

/* {"event":event,"stage":stage}; stage NULL: none. */
node_t *journal_record(const char *event, const char *stage);

/* The newest done record of a stage with this key, or NULL; `since`: only those after that record. */
const node_t *journal_done(const struct journal *journal, const node_t *since, const char *stage, const char *key);
/* The newest done record of a stage with whatever key, or NULL. */
const node_t *journal_last_done(const struct journal *journal, const char *stage);
/* How many tries of this stage with this key ended badly. */
int64_t journal_tries(const struct journal *journal, const char *stage, const char *key);
/* The newest start record of a stage, or NULL; ret_open says whether it has no end yet. */
const node_t *journal_start(const struct journal *journal, const char *stage, bool *ret_open);
/* The record of the newest run, or NULL, and whether it came to an end. */
const node_t *journal_run(const struct journal *journal, bool *ret_ended);
/* The first record of the run with this number, or NULL. */
const node_t *journal_run_number(const struct journal *journal, int64_t number);

/* The last run as a document:
 * {"name","state","run","started","finished","run_ms","file","context","done":N,"total":N,"energy_j","stages":[{"name","kind","state",
 *  "key","try","attempt","job","function","url","cached","outputs","run_ms","wait_ms","energy_j","energy_source","message",...}]}
 * Stages: Pending, Running, Succeeded, Cached, Failed, Skipped, Cancelled. A run that has no end is
 * Running when `live`, else Interrupted. NULL when nothing ever ran. */
node_t *journal_status(const struct journal *journal, const char *name, bool live);

#endif
