#include "openstack/quota.h"

#include <math.h>
#include <string.h>

#include "base/num.h"

/* Where the numbers are: an object of limits each, or Magnum's two answers (facts: "show quota detail" of nova, neutron
 * and cinder; magnum's quotas and stats). */
static const struct resource sources[QUOTA_ASKS] = {
    {.word = "nova", .service = "compute", .path = "/v2.1/os-quota-sets/%s/detail", .one = "quota_set", .microversion = "2.79"},
    {.word = "neutron", .service = "network", .path = "/v2.0/quotas/%s/details", .one = "quota"},
    {.word = "cinder",
     .service = "block-storage",
     .path = "/v3/%s/os-quota-sets/%s?usage=true",
     .one = "quota_set",
     .microversion = "3.0"},
    {.word = "magnum", .service = "container-infra", .path = "/v1/quotas/%s/Cluster", .microversion = "1.10"},
    {.word = "magnum", .service = "container-infra", .path = "/v1/stats?project_id=%s", .microversion = "1.10"},
};
enum { MAGNUM_LIMIT = 3, MAGNUM_USE = 4 };

static const struct {
    const char *resource, *unit;
} units[] = {
    {"ram", "MiB"},
    {"gigabytes", "GiB"},
    {"per_volume_gigabytes", "GiB"},
    {"backup_gigabytes", "GiB"},
};

static const char *unit_of(const char *resource)
{
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (strcmp(units[i].resource, resource) == 0 || (str_starts(resource, "gigabytes_") && i == 1))
            return units[i].unit;
    return NULL;
}

static void add_row(node_t *rows, const char *service, const char *resource, double used, double limit)
{
    bool unlimited = limit < 0;
    node_t *row = node_push(rows, node_new_object());
    node_set_str(row, "service", service);
    node_set_str(row, "resource", resource);
    node_set_str(row, "unit", unit_of(resource));
    node_set_num(row, "used", used);
    node_set_num(row, "limit", unlimited ? (double)NAN : limit);
    node_set_num(row, "free", unlimited ? (double)NAN : num_max(limit - used, 0));
    node_set_bool(row, "unlimited", unlimited);
}

/* What is reserved for a change under way is as good as used. */
static void add_rows(node_t *rows, const struct resource *source, const node_t *limits)
{
    for (const node_t *limit = node_first(limits); limit; limit = node_next(limit)) {
        double used = node_num(limit, "/in_use", node_num(limit, "/used", (double)NAN));
        if (node_type(limit) == NODE_OBJECT)
            add_row(rows, source->word, node_key(limit), used + node_num(limit, "/reserved", 0),
                    node_num(limit, "/limit", (double)NAN));
    }
}

static void add_error(node_t *rows, const char *service, const struct err *why)
{
    node_t *row = node_push(rows, node_new_object());
    node_set_str(row, "service", service);
    AUTOFREE char *text = xasprintf("%s%s%s", why->what, why->why ? ": " : "", why->why ? why->why : "");
    node_set_str(row, "error", text);
}

static void add_magnum(node_t *rows, const node_t *limit, const node_t *use)
{
    add_row(rows, "magnum", "clusters", node_num(use, "/clusters", (double)NAN), node_num(limit, "/hard_limit", (double)NAN));
    if (use)
        add_row(rows, "magnum", "nodes", node_num(use, "/nodes", (double)NAN), -1);
}

static const char *project_of(struct openstack *os, struct err *err)
{
    const node_t *about = openstack_whoami(os, err);
    const char *project = node_str(about, "/project/id", NULL);
    if (!about || project)
        return project;
    err_set(err, ERR_AUTH, "cannot list quotas");
    err_why(err, "the login to cloud %s is not for a project", os->cloud.name);
    err_hint(err, "set project_name in %s", os->cloud.source);
    return NULL;
}

void quota_ask(struct ask *asks, const char *project)
{
    for (size_t i = 0; i < QUOTA_ASKS; i++) {
        CLEANUP(str_release) struct str path = STR_INIT;
        for (const char *p = sources[i].path, *hole; *p; p = hole ? hole + 2 : p + strlen(p)) {
            hole = strstr(p, "%s");
            str_addn(&path, p, hole ? (size_t)(hole - p) : strlen(p));
            if (hole)
                str_add_urlenc(&path, project);
        }
        ask_path(&asks[i], &sources[i], str_detach(&path), xasprintf("cannot show %s's quotas", sources[i].word));
    }
}

node_t *quota_rows(const struct ask *asks)
{
    node_t *rows = node_new_array();
    for (size_t i = 0; i < MAGNUM_LIMIT; i++) {
        if (asks[i].answer)
            add_rows(rows, &sources[i], asks[i].answer);
        else
            add_error(rows, sources[i].word, &asks[i].err);
    }
    if (asks[MAGNUM_LIMIT].answer || asks[MAGNUM_USE].answer)
        add_magnum(rows, asks[MAGNUM_LIMIT].answer, asks[MAGNUM_USE].answer);
    else
        add_error(rows, "magnum", &asks[MAGNUM_LIMIT].err);
    return rows;
}

node_t *quota_list(struct openstack *os, struct err *err)
{
    AUTOFREE char *project = xstrdup_or_null(project_of(os, err));
    if (!project)
        return NULL;
    struct ask asks[QUOTA_ASKS] = {0};
    quota_ask(asks, project);
    ask_all(os, asks, QUOTA_ASKS);
    CLEANUP(node_free) node_t *rows = quota_rows(asks);
    size_t answered = 0;
    for (size_t i = 0; i < QUOTA_ASKS; i++)
        answered += asks[i].answer != NULL;
    if (!answered)
        err_move(err, &asks[0].err);
    for (size_t i = 0; i < QUOTA_ASKS; i++)
        ask_release(&asks[i]);
    return answered ? TAKE(rows) : NULL;
}
