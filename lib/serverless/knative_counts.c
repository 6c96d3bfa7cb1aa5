#include "serverless/knative_counts.h"

#include <stdlib.h>
#include <string.h>

#include "net/url.h"

void knative_counts_release(struct knative_counts *counts) { map_release(&counts->by_revision); }

struct knative_count knative_count_of(const struct knative_counts *counts, const char *revision)
{
    const struct knative_count *count = map_get(&counts->by_revision, revision);
    return count ? *count : (struct knative_count){0};
}

static void set(struct knative_counts *counts, const char *revision, struct knative_count count)
{
    struct knative_count *kept = xmalloc(sizeof(*kept));
    *kept = count;
    map_set(&counts->by_revision, revision, kept);
}

void knative_counts_add(struct knative_counts *counts, const node_t *revisions)
{
    for (const node_t *revision = node_first(revisions); revision; revision = node_next(revision))
        set(counts, node_str(revision, "/metadata/name", "?"),
            (struct knative_count){.wanted = node_int(revision, "/status/desiredReplicas", 0),
                                   .actual = node_int(revision, "/status/actualReplicas", 0)});
}

/* ---- by their autoscalers, which have the names of their revisions ---- */

static void take_row(node_t *row, void *rows) { node_push(*(node_t **)rows, row); }

static void drop_rows(void *arg)
{
    node_t **rows = arg;
    node_free(*rows);
    *rows = node_new_array();
}

/* Where a column of the table stands; -1: it has none. */
static int column_of(const node_t *table, const char *name)
{
    int at = 0;
    for (const node_t *column = node_first(node_get(table, "columnDefinitions")); column; column = node_next(column), at++)
        if (strcmp(node_str(column, "/name", ""), name) == 0)
            return at;
    return -1;
}

static const node_t *cell(const node_t *row, int column)
{
    const node_t *at = node_first(node_get(row, "cells"));
    while (at && column-- > 0)
        at = node_next(at);
    return at;
}

static bool add_rows(struct knative_counts *counts, const node_t *table, const node_t *rows)
{
    int name = column_of(table, "Name"), wanted = column_of(table, "DesiredScale"), actual = column_of(table, "ActualScale");
    if (name < 0 || wanted < 0 || actual < 0)
        return false;
    for (const node_t *row = node_first(rows); row; row = node_next(row)) {
        const char *revision = node_text(cell(row, name));
        if (revision)
            set(counts, revision,
                (struct knative_count){.wanted = node_int(cell(row, wanted), "", 0),
                                       .actual = node_int(cell(row, actual), "", 0)});
    }
    return true;
}

static int load_table(struct kube *kube, struct knative_counts *counts, bool *ret_is_whole, struct err *err)
{
    CLEANUP(node_free) node_t *rows = node_new_array();
    CLEANUP(node_free) node_t *table = NULL;
    CLEANUP(str_release) struct str path = STR_INIT;
    kube_path(&path, &kube_pod_autoscalers, kube->ns, NULL, NULL);
    url_query(&path, "includeObject", "None");
    struct kube_each each = {
        .path = path.buf,
        .accept = "application/json;as=Table;v=v1;g=meta.k8s.io",
        .member = "rows",
        .failing = "cannot list podautoscalers",
        .take = take_row,
        .restart = drop_rows,
        .arg = &rows,
        .rest = &table,
    };
    if (kube_each(kube, &each, err) != 0)
        return -1;
    *ret_is_whole = add_rows(counts, table, rows);
    return 0;
}

int knative_counts_load(struct kube *kube, struct knative_counts *counts, struct err *err)
{
    CLEANUP(err_release) struct err one = ERR_INIT;
    bool is_whole = false;
    if (load_table(kube, counts, &is_whole, &one) != 0 && one.code != ERR_AUTH && one.code != ERR_NOT_FOUND &&
        one.code != ERR_FAILED)
        return err_move(err, &one);
    if (is_whole)
        return 0;
    CLEANUP(node_free) node_t *revisions = kube_list_of(kube, &kube_knative_revisions, kube->ns, NULL, err);
    knative_counts_add(counts, revisions);
    return revisions ? 0 : -1;
}
