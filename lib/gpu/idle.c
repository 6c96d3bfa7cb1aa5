#include "gpu/idle.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"

/* A scrape may be missed; a gap of more than a tenth is a time of which nobody knows. */
static const double COVERED = 0.9;

struct judging {
    const struct gpu_inventory *inventory;
    const struct gpu_measured *measured;
    const struct gpu_rule *rule;
    int64_t now_ms;
};

static double held_by(const struct gpu_inventory *inventory, const node_t *pod)
{
    double gpus = 0;
    for (const node_t *asked = node_first(node_get(pod, "asks")); asked; asked = node_next(asked))
        gpus += node_value(asked);
    if (!node_bool(pod, "/claims", false))
        return gpus;
    for (const node_t *device = node_first(inventory->devices); device; device = node_next(device))
        gpus += str_eq(node_str(device, "/pod", NULL), node_str(pod, "/pod", "")) &&
                str_eq(node_str(device, "/namespace", NULL), node_str(pod, "/namespace", ""));
    return gpus;
}

static void because(node_t *row, const char *state, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void because(node_t *row, const char *state, const char *fmt, ...)
{
    CLEANUP(str_release) struct str why = STR_INIT;
    va_list ap;
    va_start(ap, fmt);
    str_vaddf(&why, fmt, ap);
    va_end(ap);
    node_set_str(row, "state", state);
    node_set_str(row, "why", why.buf);
}

static bool is_new(const struct judging *judging, node_t *row)
{
    int64_t since_ms;
    if (!rfc3339_parse(node_str(row, "/since", ""), &since_ms) || judging->now_ms - since_ms >= judging->rule->for_ms)
        return false;
    CLEANUP(str_release) struct str age = STR_INIT;
    age_print(&age, judging->now_ms - since_ms);
    because(row, "New", "has them for %s only", age.buf);
    return true;
}

/* A GPU that is shared is one, however often it is offered. */
static size_t wanted_cards(const struct judging *judging, const node_t *row)
{
    const node_t *node = map_get(&judging->inventory->by_node, node_str(row, "/node", ""));
    return node_get(node, "sharing") ? 1 : (size_t)node_num(row, "/gpus", 0);
}

static bool is_unknown(const struct judging *judging, node_t *row, const struct gpu_cards *cards)
{
    const struct err *unknown = &judging->measured->unknown;
    const char *node = node_str(row, "/node", "");
    double covered = gpu_cards_min(cards, "/covered_ratio");
    if (unknown->what)
        because(row, "Unknown", "%s%s%s", unknown->what, unknown->why ? ": " : "", unknown->why ? unknown->why : "");
    else if (!cards && !map_has(&judging->measured->by_node, node))
        because(row, "Unknown", "no dcgm-exporter of node %s is in Prometheus", node);
    else if (!cards)
        because(row, "Unknown", "dcgm-exporter names no pod for the GPUs of node %s", node);
    else if (cards->n < wanted_cards(judging, row))
        because(row, "Unknown", "%zu of %g GPUs are measured", cards->n, node_num(row, "/gpus", 0));
    else if (isnan(covered) || covered < COVERED || isnan(gpu_cards_min(cards, "/peak_ratio")))
        because(row, "Unknown", "measured for %.0f%% of the time only", isnan(covered) ? 0 : covered * 100);
    else
        return false;
    return true;
}

static void judge(const struct judging *judging, node_t *row)
{
    const struct gpu_cards *cards = gpu_cards_of(judging->measured, node_str(row, "/namespace", ""), node_str(row, "/pod", ""));
    double peak = gpu_cards_max(cards, "/peak_ratio");
    node_set_num(row, "peak_ratio", peak);
    node_set_num(row, "mean_ratio", gpu_cards_mean(cards, "/mean_ratio"));
    node_set_num(row, "covered_ratio", num_min(1, gpu_cards_min(cards, "/covered_ratio")));
    if (is_new(judging, row) || is_unknown(judging, row, cards))
        return;
    node_set_str(row, "state", peak < judging->rule->below_ratio ? "Idle" : "Busy");
}

static node_t *row_of(const struct judging *judging, const node_t *pod, double gpus)
{
    static const char *const members[] = {"namespace", "pod", "node", "since", "owner", "keep"};
    node_t *row = node_new_object();
    AUTOFREE char *name = xasprintf("%s/%s", node_str(pod, "/namespace", ""), node_str(pod, "/pod", ""));
    node_set_str(row, "name", name);
    node_set_str(row, "state", "Unknown");
    node_set_num(row, "gpus", gpus);
    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        if (node_get(pod, members[i]))
            node_set(row, members[i], node_copy(node_get(pod, members[i])));
    judge(judging, row);
    return row;
}

node_t *gpu_judge(const struct gpu_inventory *inventory, const struct gpu_measured *measured, const struct gpu_rule *rule)
{
    struct judging judging = {.inventory = inventory, .measured = measured, .rule = rule, .now_ms = clock_wall_ms()};
    node_t *rows = node_new_array();
    for (const node_t *pod = node_first(inventory->pods); pod; pod = node_next(pod)) {
        double gpus = held_by(inventory, pod);
        if (gpus > 0)
            node_push(rows, row_of(&judging, pod, gpus));
    }
    return rows;
}
