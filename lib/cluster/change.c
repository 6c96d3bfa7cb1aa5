#include "cluster/change.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "openstack/nova.h"

enum { NAME_MAX_BYTES = 242, LOOK_AGAIN = 3, LOOK_AGAIN_MS = 700 };

/* ---- checks ---- */

/* Magnum's ^[a-zA-Z][a-zA-Z0-9_.-]*$ */
static bool is_name(const char *name)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");
    return isalpha((unsigned char)name[0]) && !name[len] && len <= NAME_MAX_BYTES;
}

static int check_number(const node_t *body, const char *member, int64_t min, struct err *err)
{
    const node_t *node = node_get(body, member);
    double value = node_value(node);
    if (!node || (node_type(node) == NODE_NUMBER && value >= (double)min && value <= 1e6 && value == (double)(int64_t)value))
        return 0;
    return err_set(err, ERR_USAGE, "%s: a whole number from %lld on is wanted", member, (long long)min);
}

int cluster_check(const node_t *body, struct err *err)
{
    const char *name = node_str(body, "/name", "");
    if (!is_name(name)) {
        err_set(err, ERR_USAGE, "\"%s\" cannot be a cluster's name", name);
        return err_hint(err, "a letter, then letters, digits, \"_\", \".\" and \"-\", at most %d", NAME_MAX_BYTES);
    }
    if (!*node_str(body, "/cluster_template_id", "")) {
        err_set(err, ERR_USAGE, "which template shall cluster %s be of?", name);
        return err_hint(err, "--template NAME: aiwf template list");
    }
    if (check_number(body, "node_count", 0, err) != 0 || check_number(body, "master_count", 1, err) != 0 ||
        check_number(body, "docker_volume_size", 1, err) != 0 || check_number(body, "create_timeout", 0, err) != 0)
        return -1;
    return 0;
}

/* ---- creation ---- */

/* 1: there is one, *ret_id its UUID; 0: none; -1: it cannot be said. */
static int look_up(struct openstack *os, const char *name, char **ret_id, char **ret_status, struct err *err)
{
    CLEANUP(node_free) node_t *cluster = resource_show(os, &magnum_cluster, name, err);
    if (cluster) {
        *ret_id = xstrdup(node_str(cluster, "/uuid", ""));
        *ret_status = xstrdup(node_str(cluster, "/status", "?"));
        return 1;
    }
    if (err->code == ERR_CONFLICT)
        return 1;
    if (err->code != ERR_NOT_FOUND)
        return -1;
    err_clear(err);
    return 0;
}

static int refuse_existing(struct openstack *os, const char *name, struct err *err)
{
    AUTOFREE char *id = NULL;
    AUTOFREE char *status = NULL;
    CLEANUP(err_release) struct err looking = ERR_INIT;
    int found = look_up(os, name, &id, &status, &looking);
    if (found == 0)
        return 0;
    if (found < 0) {
        err_move(err, &looking);
        return err_wrap(err, "cannot create cluster %s", name);
    }
    err_set(err, ERR_CONFLICT, "cannot create cluster %s: there is one of that name", name);
    err_why(err, "%s%s%s", id ? id : looking.why, status ? ", " : "", status ? status : "");
    return err_hint(err, "aiwf cluster show %s, or another name", name);
}

/* Magnum says 403 for its quota of clusters. */
static int refused(struct err *err)
{
    if (!err->why || !strstr(err->why, "maximum clusters"))
        return -1;
    err->code = ERR_CAPACITY;
    return err_hint(err, "aiwf cluster list, and aiwf cluster delete what is not needed");
}

/* No answer, or one of something in between: Magnum may have begun all the same. */
static bool is_doubtful(const struct err *err)
{
    return err->code == ERR_UNREACHABLE || err->code == ERR_TIMEOUT ||
           (err->code == ERR_FAILED && err->why && strstr(err->why, "status 5"));
}

static char *find_lost(struct openstack *os, const char *name, struct err *err)
{
    for (int i = 0; i < LOOK_AGAIN; i++) {
        AUTOFREE char *id = NULL;
        AUTOFREE char *status = NULL;
        CLEANUP(err_release) struct err looking = ERR_INIT;
        if (look_up(os, name, &id, &status, &looking) > 0 && id)
            return TAKE(id);
        if (clock_sleep_ms(LOOK_AGAIN_MS))
            break;
    }
    err_hint(err, "it may have been accepted: look before repeating it: aiwf cluster show %s", name);
    return NULL;
}

char *cluster_create(struct openstack *os, const node_t *body, bool *ret_was_lost, struct err *err)
{
    const char *name = node_str(body, "/name", "");
    *ret_was_lost = false;
    if (refuse_existing(os, name, err) != 0)
        return NULL;
    CLEANUP(node_free) node_t *answer = resource_create(os, &magnum_cluster, body, err);
    const char *id = node_str(answer, "/uuid", "");
    if (*id)
        return xstrdup(id);
    if (answer)
        err_set(err, ERR_UNREACHABLE, "cannot create cluster %s: the answer has no UUID", name);
    else if (!is_doubtful(err)) {
        refused(err);
        return NULL;
    }
    char *found = find_lost(os, name, err);
    if (!found)
        return NULL;
    err_clear(err);
    *ret_was_lost = true;
    return found;
}

/* ---- the others ---- */

const char *cluster_name(const node_t *cluster) { return node_str(cluster, "/name", node_str(cluster, "/uuid", "?")); }

node_t *cluster_find(struct openstack *os, const char *name, const char *doing, struct err *err)
{
    node_t *cluster = resource_show(os, &magnum_cluster, name, err);
    if (cluster)
        return cluster;
    err_what(err, "cannot %s cluster %s", doing, name);
    return NULL;
}

static int busy(const node_t *cluster, const char *doing, struct err *err)
{
    AUTOFREE char *why = xstrdup(err->why ? err->why : node_str(cluster, "/status", ""));
    err_set(err, ERR_CONFLICT, "cannot %s cluster %s: another operation is in progress", doing, cluster_name(cluster));
    err_why(err, "%s", why);
    return err_hint(err, "aiwf cluster wait %s", cluster_name(cluster));
}

/* Magnum takes a resize while it changes the cluster, or after its creation failed, and drops it without a word. */
static int refuse_status(const node_t *cluster, const char *doing, struct err *err)
{
    const char *status = node_str(cluster, "/status", "");
    if (str_ends(status, "_IN_PROGRESS"))
        return busy(cluster, doing, err);
    if (strcmp(status, "CREATE_FAILED") != 0 && strcmp(status, "DELETE_FAILED") != 0)
        return 0;
    err_set(err, ERR_FAILED, "cannot %s cluster %s: it is %s", doing, cluster_name(cluster), status);
    err_why(err, "%s", node_str(cluster, "/status_reason", "Magnum does not say why"));
    return err_hint(err, "aiwf why cluster %s, or aiwf cluster delete %s", cluster_name(cluster), cluster_name(cluster));
}

static bool says_busy(const struct err *err)
{
    return err->why && (strcasestr(err->why, "in progress") || strcasestr(err->why, "_IN_PROGRESS"));
}

static int request(struct openstack *os, const node_t *cluster, const struct resource_change *change, const char *doing,
                   struct err *err)
{
    AUTOFREE char *failing = xasprintf("cannot %s cluster %s", doing, cluster_name(cluster));
    struct resource_change named = *change;
    named.id = node_str(cluster, "/uuid", "");
    named.failing = failing;
    if (resource_change(os, &magnum_cluster, &named, NULL, err) == 0)
        return 0;
    return says_busy(err) ? busy(cluster, doing, err) : -1;
}

static int act(struct openstack *os, const node_t *cluster, const struct resource_change *change, const char *doing,
               struct err *err)
{
    return refuse_status(cluster, doing, err) == 0 ? request(os, cluster, change, doing, err) : -1;
}

node_t *cluster_size_body(struct openstack *os, const struct cluster_size *size, struct err *err)
{
    CLEANUP(node_free) node_t *body = node_new_object();
    node_set_num(body, "node_count", (double)size->nodes);
    if (size->group)
        node_set_str(body, "nodegroup", size->group);
    if (!size->remove || !size->remove->n)
        return TAKE(body);
    node_t *remove = node_set(body, "nodes_to_remove", node_new_array());
    for (size_t i = 0; i < size->remove->n; i++) {
        AUTOFREE char *id = resource_id(os, &nova_server, size->remove->v[i], err);
        if (!id)
            return NULL;
        node_push(remove, node_new_str(id));
    }
    return TAKE(body);
}

node_t *cluster_version_body(const struct cluster_version *version)
{
    node_t *body = node_new_object();
    node_set_str(body, "cluster_template", version->template);
    node_set_num(body, "max_batch_size", version->batch ? (double)version->batch : 1);
    if (version->group)
        node_set_str(body, "nodegroup", version->group);
    return body;
}

int cluster_resize(struct openstack *os, const node_t *cluster, const node_t *body, struct err *err)
{
    struct resource_change change = {.method = "POST", .action = "actions/resize", .body = body, .needs = "1.7"};
    return act(os, cluster, &change, "resize", err);
}

int cluster_upgrade(struct openstack *os, const node_t *cluster, const node_t *body, struct err *err)
{
    struct resource_change change = {.method = "POST", .action = "actions/upgrade", .body = body, .needs = "1.8"};
    return act(os, cluster, &change, "upgrade", err);
}

bool cluster_is_health(const node_t *patch)
{
    for (const node_t *step = node_first(patch); step; step = node_next(step))
        if (!str_starts(node_str(step, "/path", ""), "/health_status"))
            return false;
    return true;
}

int cluster_update(struct openstack *os, const node_t *cluster, const node_t *patch, struct err *err)
{
    struct resource_change change = {.method = "PATCH", .body = patch};
    if (cluster_is_health(patch))
        return request(os, cluster, &change, "update", err);
    return act(os, cluster, &change, "update", err);
}

int cluster_delete(struct openstack *os, const node_t *cluster, struct err *err)
{
    if (resource_delete(os, &magnum_cluster, node_str(cluster, "/uuid", ""), NULL, err) == 0)
        return 0;
    err_what(err, "cannot delete cluster %s", cluster_name(cluster));
    return says_busy(err) ? busy(cluster, "delete", err) : -1;
}
