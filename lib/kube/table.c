#include "kube/table.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "net/url.h"

enum { COLUMNS_MAX = 64 };

struct reader {
    struct kube_table *table;
    bool with_namespace;
};

void kube_query_path(const struct kube_query *query, struct str *s)
{
    kube_path(s, query->kind, query->ns, query->name, NULL);
    url_query(s, "labelSelector", query->labels);
    url_query(s, "fieldSelector", query->fields);
}

static node_t *new_item(const node_t *row)
{
    node_t *item = node_new_object();
    const node_t *metadata = node_at(row, "/object/metadata");
    int n = 0;
    node_t *kept = node_set(item, "metadata", node_new_object());
    node_set_str(kept, "name", node_str(metadata, "/name", ""));
    if (node_str(metadata, "/namespace", NULL))
        node_set_str(kept, "namespace", node_str(metadata, "/namespace", ""));
    for (const node_t *cell = node_first(node_get(row, "cells")); cell && n < COLUMNS_MAX; cell = node_next(cell), n++) {
        AUTOFREE char *key = xasprintf("%d", n);
        node_set(item, key, node_copy(cell));
    }
    return item;
}

static void take_row(node_t *row, void *arg)
{
    struct reader *reader = arg;
    node_push(reader->table->items, new_item(row));
    node_free(row);
}

static void on_restart(void *arg)
{
    struct reader *reader = arg;
    node_free(reader->table->items);
    reader->table->items = node_new_array();
}

static const char *keep(struct kube_table *table, char *text)
{
    strv_take(&table->texts, text);
    return text;
}

static char *upper(const char *text)
{
    CLEANUP(str_release) struct str safe = STR_INIT;
    str_add_safe(&safe, text, strlen(text), false);
    for (char *c = safe.buf; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    return str_detach(&safe);
}

static void set_columns(struct reader *reader, const node_t *definitions)
{
    struct kube_table *table = reader->table;
    struct column *column = table->columns = xcalloc(COLUMNS_MAX + 2, sizeof(*column));
    int n = 0;
    if (reader->with_namespace)
        *column++ = (struct column){.title = "NAMESPACE", .path = "/metadata/namespace"};
    for (const node_t *d = node_first(definitions); d && n < COLUMNS_MAX; d = node_next(d), n++)
        *column++ = (struct column){
            .title = keep(table, upper(node_str(d, "/name", "-"))),
            .path = keep(table, xasprintf("/%d", n)),
            .wide = node_int(d, "/priority", 0) > 0,
        };
}

int kube_table(struct kube *kube, const struct kube_query *query, struct kube_table *ret, struct err *err)
{
    *ret = (struct kube_table){.items = node_new_array()};
    struct reader reader = {.table = ret, .with_namespace = !query->ns && !query->kind->cluster_wide};
    AUTOFREE char *failing = query->name ? xasprintf("cannot show %s \"%s\"", query->kind->word, query->name)
                                         : xasprintf("cannot list %s", query->kind->plural);
    CLEANUP(str_release) struct str path = STR_INIT;
    kube_query_path(query, &path);
    CLEANUP(node_free) node_t *rest = NULL;
    struct kube_each each = {
        .path = path.buf,
        .accept = "application/json;as=Table;v=v1;g=meta.k8s.io",
        .member = "rows",
        .failing = failing,
        .take = take_row,
        .restart = on_restart,
        .arg = &reader,
        .rest = &rest,
    };
    if (kube_each(kube, &each, err) == 0) {
        set_columns(&reader, node_get(rest, "columnDefinitions"));
        return 0;
    }
    kube_table_release(ret);
    return -1;
}

void kube_table_release(struct kube_table *table)
{
    free(table->columns);
    node_free(table->items);
    strv_release(&table->texts);
    *table = (struct kube_table){0};
}
