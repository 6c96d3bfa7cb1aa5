/* The checks of numbers: what Magnum's Heat driver makes of a cluster (facts: k8s_fedora_coreos_v1's templates), against
 * what the project's quotas leave. */
#include <math.h>
#include <string.h>

#include "cluster/preflight_parts.h"

struct need {
    const char *service, *resource;
    int64_t asked;
    bool by_node; /* fewer nodes need less */
};
enum { NEEDS = 16 };
struct needs {
    struct need v[NEEDS];
    size_t n;
};

static void add_need(struct needs *needs, const char *service, const char *resource, int64_t asked, bool by_node)
{
    if (asked > 0 && needs->n < NEEDS)
        needs->v[needs->n++] = (struct need){service, resource, asked, by_node};
}

static int64_t label_number(const struct preflight *p, const char *name)
{
    long long value;
    const char *text = preflight_label(p, name);
    return text && str_to_int(text, 0, 1000000, &value) ? value : 0;
}

static void need_servers(const struct preflight *p, struct needs *needs)
{
    int64_t cores = 0, ram = 0, all = 0, group = 0;
    for (size_t i = 0; i < ARRAY_LEN(p->servers); i++) {
        int64_t n = p->servers[i].count;
        cores += n * node_int(p->servers[i].flavor, "/vcpus", 0);
        ram += n * node_int(p->servers[i].flavor, "/ram", 0);
        all += n;
        group = n > group ? n : group;
    }
    add_need(needs, "nova", "instances", all, true);
    add_need(needs, "nova", "cores", cores, true);
    add_need(needs, "nova", "ram", ram, true);
    /* One for the masters, one for the nodes. */
    add_need(needs, "nova", "server_groups", 2, false);
    add_need(needs, "nova", "server_group_members", group, true);
}

static void need_networks(const struct preflight *p, struct needs *needs)
{
    int64_t all = p->servers[0].count + p->servers[1].count;
    bool floating = preflight_flag(p, "floating_ip_enabled", true), balanced = preflight_flag(p, "master_lb_enabled", false);
    bool own_network = !preflight_text(p, "fixed_network");
    add_need(needs, "neutron", "network", own_network, false);
    add_need(needs, "neutron", "subnet", own_network && !preflight_text(p, "fixed_subnet"), false);
    add_need(needs, "neutron", "router", own_network, false);
    /* The router's, and one for each of the load balancers of the API and of etcd. */
    add_need(needs, "neutron", "port", all + own_network + 2 * balanced, true);
    add_need(needs, "neutron", "floatingip", floating ? all + balanced : 0, true);
    add_need(needs, "neutron", "security_group", 2, false);
}

static void need_volumes(const struct preflight *p, struct needs *needs)
{
    int64_t masters = p->servers[0].count, all = masters + p->servers[1].count;
    int64_t docker = preflight_number(p, "docker_volume_size", 0);
    int64_t etcd = label_number(p, "etcd_volume_size"), boot = label_number(p, "boot_volume_size");
    add_need(needs, "cinder", "volumes", (docker > 0) * all + (boot > 0) * all + (etcd > 0) * masters, true);
    add_need(needs, "cinder", "gigabytes", (docker + boot) * all + etcd * masters, true);
}

static const node_t *row_of(const node_t *rows, const char *service, const char *resource)
{
    for (const node_t *row = node_first(rows); row; row = node_next(row))
        if (strcmp(node_str(row, "/service", ""), service) == 0 && str_eq(node_str(row, "/resource", NULL), resource))
            return row;
    return NULL;
}

/* Those of a service that does not tell are one finding, which its error is. */
static void check_need(struct preflight *p, const node_t *rows, const struct need *need)
{
    const node_t *row = row_of(rows, need->service, need->resource);
    if (!row)
        return;
    AUTOFREE char *check = xasprintf("quota %s %s", need->service, need->resource);
    const char *unit = node_str(row, "/unit", NULL);
    AUTOFREE char *of = xasprintf("%s%s", unit ? " " : "", unit ? unit : "");
    bool each = strcmp(need->resource, "server_group_members") == 0;
    double left = each ? node_num(row, "/limit", (double)NAN) : node_num(row, "/free", (double)NAN);
    struct preflight_fault none = {check, ERR_CAPACITY,
                                   need->by_node ? "fewer --nodes or a smaller --flavor, or more of it: aiwf infra quotas"
                                                 : "delete what is not needed, or ask for more of it: aiwf infra quotas"};
    if (node_bool(row, "/unlimited", false))
        preflight_ok(p, check, "asked %lld%s, no limit", (long long)need->asked, of);
    else if (isnan(left))
        preflight_ok(p, check, "asked %lld%s, limit %.0f; what is in use is not told", (long long)need->asked, of,
                     node_num(row, "/limit", 0));
    else if ((double)need->asked > left)
        preflight_fail(p, &none, "asked %lld%s, free %.0f of %.0f", (long long)need->asked, of, left, node_num(row, "/limit", 0));
    else
        preflight_ok(p, check, "asked %lld%s, free %.0f", (long long)need->asked, of, left);
}

static void tell_silent(struct preflight *p, const node_t *rows)
{
    for (const node_t *row = node_first(rows); row; row = node_next(row)) {
        const char *words = node_str(row, "/error", NULL);
        if (!words)
            continue;
        CLEANUP(err_release) struct err why = ERR_INIT;
        AUTOFREE char *check = xasprintf("quota %s", node_str(row, "/service", "?"));
        err_set(&why, ERR_FAILED, "%s", words);
        preflight_unknown(p, check, &why);
    }
}

void preflight_check_quotas(struct preflight *p)
{
    struct needs needs = {0};
    if (!p->asks[Q_QUOTAS].kind)
        return;
    CLEANUP(node_free) node_t *rows = quota_rows(&p->asks[Q_QUOTAS]);
    add_need(&needs, "magnum", "clusters", 1, false);
    need_servers(p, &needs);
    need_networks(p, &needs);
    need_volumes(p, &needs);
    for (size_t i = 0; i < needs.n; i++)
        check_need(p, rows, &needs.v[i]);
    tell_silent(p, rows);
}
