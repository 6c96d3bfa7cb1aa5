#include "workflow/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

enum { JOURNAL_MAX_BYTES = 256 << 20 };

static void read_lines(struct journal *journal, const char *text, size_t len)
{
    journal->records = node_new_array();
    const char *line = text;
    for (const char *end; (end = memchr(line, '\n', len - (size_t)(line - text))); line = end + 1) {
        CLEANUP(err_release) struct err err = ERR_INIT;
        node_t *record = json_parse(line, (size_t)(end - line), journal->path, &err);
        if (node_type(record) == NODE_OBJECT)
            node_push(journal->records, record);
        else
            journal->damaged++, node_free(record);
    }
}

static int open_for_writing(struct journal *journal, size_t whole, struct err *err)
{
    journal->fd = open(journal->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (journal->fd < 0)
        return err_sys(err, ERR_FAILED, "cannot open the journal %s", journal->path);
    if (ftruncate(journal->fd, (off_t)whole) != 0 || lseek(journal->fd, 0, SEEK_END) < 0)
        return err_sys(err, ERR_FAILED, "cannot repair the journal %s", journal->path);
    return 0;
}

int journal_open(struct journal *ret, const char *path, bool write, struct err *err)
{
    CLEANUP(journal_release) struct journal journal = JOURNAL_INIT;
    journal.path = xstrdup(path);
    CLEANUP(str_release) struct str text = STR_INIT_MAX(JOURNAL_MAX_BYTES);
    CLEANUP(err_release) struct err missing = ERR_INIT;
    if (file_read(path, &text, &missing) != 0 && missing.code != ERR_NOT_FOUND)
        return err_move(err, &missing);
    const char *last = memrchr(text.buf, '\n', text.len);
    size_t whole = last ? (size_t)(last - text.buf) + 1 : 0;
    read_lines(&journal, text.buf, whole);
    if (write && open_for_writing(&journal, whole, err) != 0)
        return -1;
    *ret = journal;
    journal = JOURNAL_INIT;
    return 0;
}

void journal_release(struct journal *journal)
{
    if (journal->fd >= 0)
        close(journal->fd);
    node_free(journal->records);
    free(journal->path);
    *journal = JOURNAL_INIT;
}

int journal_add(struct journal *journal, node_t *record, struct err *err)
{
    CLEANUP(node_free) node_t *owned = record;
    CLEANUP(str_release) struct str at = STR_INIT, line = STR_INIT;
    rfc3339_print(&at, clock_wall_ms());
    node_set_str(record, "at", at.buf);
    json_print(record, &line);
    str_addc(&line, '\n');
    off_t before = lseek(journal->fd, 0, SEEK_CUR);
    if (fd_write_all(journal->fd, line.buf, line.len) != 0 || fsync(journal->fd) != 0) {
        err_sys(err, ERR_FAILED, "cannot write the journal %s", journal->path);
        if (ftruncate(journal->fd, before) == 0)
            lseek(journal->fd, before, SEEK_SET);
        return -1;
    }
    node_push(journal->records, TAKE(owned));
    return 0;
}

node_t *journal_record(const char *event, const char *stage)
{
    node_t *record = node_new_object();
    node_set_str(record, "event", event);
    if (stage)
        node_set_str(record, "stage", stage);
    return record;
}

static bool is_event(const node_t *record, const char *event, const char *stage)
{
    return str_eq(node_text(node_get(record, "event")), event) && (!stage || str_eq(node_text(node_get(record, "stage")), stage));
}

const node_t *journal_done(const struct journal *journal, const node_t *since, const char *stage, const char *key)
{
    const node_t *found = NULL;
    for (const node_t *r = since ? since : node_first(journal->records); r; r = node_next(r))
        if (is_event(r, "done", stage) && str_eq(node_text(node_get(r, "key")), key))
            found = r;
    return found;
}

const node_t *journal_last_done(const struct journal *journal, const char *stage)
{
    const node_t *found = NULL;
    for (const node_t *r = node_first(journal->records); r; r = node_next(r))
        if (is_event(r, "done", stage))
            found = r;
    return found;
}

int64_t journal_tries(const struct journal *journal, const char *stage, const char *key)
{
    int64_t tries = 0;
    for (const node_t *r = node_first(journal->records); r; r = node_next(r))
        if ((is_event(r, "failed", stage) || is_event(r, "cancelled", stage)) && str_eq(node_text(node_get(r, "key")), key))
            tries++;
    return tries;
}

const node_t *journal_start(const struct journal *journal, const char *stage, bool *ret_open)
{
    const node_t *found = NULL;
    *ret_open = false;
    for (const node_t *r = node_first(journal->records); r; r = node_next(r)) {
        if (is_event(r, "start", stage)) {
            found = r;
            *ret_open = true;
        } else if (is_event(r, "done", stage) || is_event(r, "failed", stage) || is_event(r, "cancelled", stage)) {
            *ret_open = false;
        }
    }
    return found;
}

const node_t *journal_run(const struct journal *journal, bool *ret_ended)
{
    const node_t *found = NULL;
    *ret_ended = false;
    for (const node_t *r = node_first(journal->records); r; r = node_next(r)) {
        bool begins = is_event(r, "run", NULL);
        found = begins ? r : found;
        *ret_ended = !begins && (*ret_ended || is_event(r, "end", NULL));
    }
    return found;
}

const node_t *journal_run_number(const struct journal *journal, int64_t number)
{
    for (const node_t *r = node_first(journal->records); r; r = node_next(r))
        if (is_event(r, "run", NULL) && node_int(r, "/run", 0) == number)
            return r;
    return NULL;
}

/* How many done records of the same stage follow r. */
static size_t done_after(const node_t *r)
{
    const char *stage = node_text(node_get(r, "stage"));
    size_t n = 0;
    for (r = node_next(r); r; r = node_next(r))
        n += is_event(r, "done", stage);
    return n;
}

static bool is_still_needed(const struct journal *journal, const node_t *r, size_t keep)
{
    bool is_open = false;
    if (is_event(r, "start", NULL))
        return journal_start(journal, node_str(r, "/stage", ""), &is_open) == r && is_open;
    return is_event(r, "done", NULL) && done_after(r) < keep;
}

int journal_compact(struct journal *journal, size_t keep, struct err *err)
{
    bool recent = false, ended;
    const node_t *last = journal_run(journal, &ended);
    CLEANUP(str_release) struct str text = STR_INIT;
    CLEANUP(node_free) node_t *kept = node_new_array();
    for (const node_t *r = node_first(journal->records); r; r = node_next(r)) {
        recent = recent || r == last;
        if (!recent && !is_still_needed(journal, r, keep))
            continue;
        json_print(r, &text);
        str_addc(&text, '\n');
        node_push(kept, node_copy(r));
    }
    if (node_len(kept) == node_len(journal->records))
        return 0;
    if (file_write_atomic(journal->path, text.buf, text.len, 0600, err) != 0)
        return -1;
    close(journal->fd);
    node_free(journal->records);
    journal->records = TAKE(kept);
    journal->fd = -1;
    return open_for_writing(journal, text.len, err);
}
