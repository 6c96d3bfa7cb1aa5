#include "top/places.h"

#include "base/clock.h"
#include "kube/kueue.h"

enum { LABELS = 3, MANY = 10000 };

/* Labels in the order of their names. */
static struct prom_series series_of(const node_t *place, struct arena *arena)
{
    struct prom_series series = {.labels = arena_get(arena, LABELS * sizeof(*series.labels)),
                                 .points = arena_get(arena, sizeof(*series.points)),
                                 .n_points = 1};
    prom_add_label(&series, "job_name", node_str(place, "/name", NULL), arena);
    prom_add_label(&series, "namespace", node_str(place, "/namespace", NULL), arena);
    prom_add_label(&series, "queue", node_str(place, "/queue", NULL), arena);
    series.points[0] = (struct prom_point){.at_ms = clock_wall_ms(), .value = node_num(place, "/position", 0)};
    return series;
}

/* All namespaces' queues, or those of the client's own. */
static int open_seen(struct kueue *kueue, struct kube *kube, struct err *err)
{
    int rc = kueue_open(kueue, kube, NULL, err);
    if (rc == 0 || err->code != ERR_AUTH)
        return rc;
    err_clear(err);
    return kueue_open(kueue, kube, kube->ns, err);
}

int places_fetch(struct kube *kube, struct prom_result *ret, struct err *err)
{
    CLEANUP(kueue_release) struct kueue kueue = {0};
    *ret = PROM_RESULT_INIT;
    int rc = open_seen(&kueue, kube, err);
    if (rc != 0 && err->code == ERR_FAILED) {
        err_clear(err);
        return 1;
    }
    CLEANUP(node_free) node_t *places = rc == 0 ? kueue_places(&kueue, err) : NULL;
    size_t cap = 0;
    for (const node_t *place = node_first(places); place && ret->n < MANY; place = node_next(place)) {
        GROW(ret->series, ret->n, cap);
        ret->series[ret->n++] = series_of(place, &ret->arena);
    }
    return places ? 0 : -1;
}
