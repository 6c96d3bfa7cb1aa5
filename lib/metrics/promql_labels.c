/* Sets of labels: never changed, made anew in the arena. */
#include "metrics/promql_parts.h"

const char *promql_label(struct promql_labels labels, const char *name)
{
    for (size_t i = 0; i < labels.n; i++)
        if (strcmp(labels.v[i].name, name) == 0)
            return labels.v[i].value;
    return "";
}

bool promql_has_name(const struct promql_names *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++)
        if (strcmp(names->v[i], name) == 0)
            return true;
    return false;
}

static struct promql_labels pick(struct arena *arena, struct promql_labels labels, const struct promql_names *names, bool wanted)
{
    struct prom_label *v = arena_get(arena, (labels.n + 1) * sizeof(*v));
    size_t n = 0;
    for (size_t i = 0; i < labels.n; i++)
        if (promql_has_name(names, labels.v[i].name) == wanted)
            v[n++] = labels.v[i];
    return (struct promql_labels){.v = v, .n = n};
}

struct promql_labels promql_labels_only(struct arena *arena, struct promql_labels labels, const struct promql_names *names)
{
    return pick(arena, labels, names, true);
}

struct promql_labels promql_labels_without(struct arena *arena, struct promql_labels labels, const struct promql_names *names)
{
    return pick(arena, labels, names, false);
}

struct promql_labels promql_unnamed(struct arena *arena, struct promql_labels labels)
{
    static const char *name = "__name__";
    struct promql_names names = {.v = &name, .n = 1};
    return *promql_label(labels, name) ? pick(arena, labels, &names, false) : labels;
}

struct promql_labels promql_labels_set(struct arena *arena, struct promql_labels labels, const char *name, const char *value)
{
    struct prom_label *v = arena_get(arena, (labels.n + 1) * sizeof(*v));
    size_t n = 0, i = 0;
    while (i < labels.n && strcmp(labels.v[i].name, name) < 0)
        v[n++] = labels.v[i++];
    if (*value)
        v[n++] = (struct prom_label){.name = arena_strdup(arena, name), .value = arena_strdup(arena, value)};
    if (i < labels.n && strcmp(labels.v[i].name, name) == 0)
        i++;
    while (i < labels.n)
        v[n++] = labels.v[i++];
    return (struct promql_labels){.v = v, .n = n};
}

void promql_labels_key(struct promql_labels labels, struct str *key)
{
    for (size_t i = 0; i < labels.n; i++) {
        str_add(key, labels.v[i].name);
        str_addc(key, '\xff');
        str_add(key, labels.v[i].value);
        str_addc(key, '\xff');
    }
}
