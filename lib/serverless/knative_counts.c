#include "serverless/knative_counts.h"

#include <stdlib.h>
#include <string.h>

#include "net/url.h"

void knative_counts_release(struct knative_counts *counts)
{
    map_release(&counts->by_revision);
    str_release(&counts->path);
    node_free(counts->rows);
    node_free(counts->table);
}

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

struct kube_each knative_counts_list(struct kube *kube, struct knative_counts *counts)
{
    kube_path(&counts->path, &kube_pod_autoscalers, kube->ns, NULL, NULL);
    url_query(&counts->path, "includeObject", "None");
    struct kube_each each = {
        .path = counts->path.buf,
        .accept = "application/json;as=Table;v=v1;g=meta.k8s.io",
        .member = "rows",
        .failing = "cannot list podautoscalers",
        .rest = &counts->table,
    };
    kube_each_keep(&each, &counts->rows);
    return each;
}

int knative_counts_take(struct kube *kube, struct knative_counts *counts, struct err *err)
{
    if (err->code != ERR_OK && err->code != ERR_AUTH && err->code != ERR_NOT_FOUND && err->code != ERR_FAILED)
        return -1;
    if (err->code == ERR_OK && add_rows(counts, counts->table, counts->rows))
        return 0;
    err_clear(err);
    CLEANUP(node_free) node_t *revisions = kube_list_of(kube, &kube_knative_revisions, kube->ns, NULL, err);
    knative_counts_add(counts, revisions);
    return revisions ? 0 : -1;
}
