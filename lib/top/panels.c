/* The panels there are: the files panel_*.c, collected by the Makefile. */
#include <string.h>

#include "top/top.h"

#define X(name) extern const struct panel panel_##name;
#include "gen/panels.inc"
#undef X

#define X(name) &panel_##name,
const struct panel *const top_panels[] = {
#include "gen/panels.inc"
    NULL,
};
#undef X
const size_t top_panel_count = ARRAY_LEN(top_panels) - 1;

static const struct metric metrics[] = {
    {.id = "up", .expr = "up", .key = "job instance", .unit = UNIT_COUNT},
    {0},
};
const struct panel top_targets = {.name = "targets", .title = "Targets", .metrics = metrics};

static const struct metric node_metrics[] = {
    {.id = "node", .figure = "node.name", .unit = UNIT_TEXT, .every_s = 60},
    {0},
};
const struct panel top_nodes = {.name = "node_names", .title = "Names", .metrics = node_metrics};

static const struct metric work_metrics[] = {
    {.id = "work", .figure = "pod.work", .unit = UNIT_TEXT, .every_s = 10},
    {0},
};
const struct panel top_works = {.name = "works", .title = "Works", .metrics = work_metrics};

bool metric_is_whole(const struct metric *metric)
{
    return metric->whole || metric->over || (!metric->figure && !metric->key && !metric->made);
}

bool metric_is_text(const struct metric *metric) { return metric->unit == UNIT_TEXT; }

const struct panel *panel_find(const char *name, struct err *err)
{
    const char *names[ARRAY_LEN(top_panels)];
    CLEANUP(str_release) struct str list = STR_INIT;
    size_t n = 0;
    for (const struct panel *const *panel = top_panels; *panel; panel++) {
        if (strcmp((*panel)->name, name) == 0)
            return *panel;
        str_addf(&list, "%s%s", n ? ", " : "", (*panel)->name);
        names[n++] = (*panel)->name;
    }
    err_set(err, ERR_USAGE, "--panel: \"%s\" is not one of %s", name, list.buf);
    const char *nearest = str_nearest(name, names, n);
    if (nearest)
        err_hint(err, "did you mean %s?", nearest);
    return NULL;
}
