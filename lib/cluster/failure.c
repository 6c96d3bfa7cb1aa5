#include "cluster/failure.h"

#include <string.h>
#include <strings.h>

#include "openstack/heat.h"

#define EVENTS "aiwf cluster events %s"
#define DELETE "aiwf cluster delete %s, and create it again with "

/* The first that is found in the reason counts. A hint's %s is the cluster's name. */
static const struct {
    const char *found, *and_found;
    struct cluster_cause cause;
} causes[] = {
    {"quota", NULL, {ERR_CAPACITY, "quota", "aiwf infra quotas"}},
    {"exceeds available", NULL, {ERR_CAPACITY, "quota", "aiwf infra quotas"}},
    {"no valid host", NULL, {ERR_CAPACITY, "no valid host", "another --flavor: aiwf infra flavors; or aiwf why cluster %s"}},
    {"no more ip addresses", NULL, {ERR_CAPACITY, "network", "aiwf infra floating-ips"}},
    {"ipaddressgenerationfailure", NULL, {ERR_CAPACITY, "network", "aiwf infra floating-ips"}},
    {"create trustee or trust",
     NULL,
     {ERR_FAILED, "trust", "log in by password, or with an unrestricted application credential"}},
    {"image", "could not be found", {ERR_FAILED, "image", DELETE "a template of another image: aiwf infra images"}},
    {"image", "not found", {ERR_FAILED, "image", DELETE "a template of another image: aiwf infra images"}},
    {"properties.image", NULL, {ERR_FAILED, "image", DELETE "a template of another image: aiwf infra images"}},
    {"properties.flavor", NULL, {ERR_FAILED, "flavor", DELETE "another --flavor: aiwf infra flavors"}},
    {"properties.key_name", NULL, {ERR_FAILED, "keypair", DELETE "another --keypair"}},
    {"network", "error validating", {ERR_FAILED, "network", DELETE "another network: aiwf infra networks"}},
    {"flavor", "could not be found", {ERR_FAILED, "flavor", DELETE "another --flavor: aiwf infra flavors"}},
    {"network", "could not be found", {ERR_FAILED, "network", DELETE "another network: aiwf infra networks"}},
    {"network", "not found", {ERR_FAILED, "network", DELETE "another network: aiwf infra networks"}},
    {"subnet", "could not be found", {ERR_FAILED, "network", DELETE "another network: aiwf infra networks"}},
    {"keypair", NULL, {ERR_FAILED, "keypair", DELETE "another --keypair"}},
    {"key pair", NULL, {ERR_FAILED, "keypair", DELETE "another --keypair"}},
    {"certificate", NULL, {ERR_FAILED, "certificate", "aiwf why cluster %s"}},
    {"timed out", NULL, {ERR_FAILED, "time", EVENTS}},
    {"timeout", NULL, {ERR_FAILED, "time", EVENTS}},
    {"deployment to server failed", NULL, {ERR_FAILED, "machine", EVENTS}},
};

struct cluster_cause cluster_cause(const char *reason)
{
    for (size_t i = 0; reason && i < ARRAY_LEN(causes); i++)
        if (strcasestr(reason, causes[i].found) && (!causes[i].and_found || strcasestr(reason, causes[i].and_found)))
            return causes[i].cause;
    return (struct cluster_cause){ERR_FAILED, "", NULL};
}

static const char *fault_of(const node_t *servers, const char **name)
{
    for (const node_t *server = node_first(servers); server; server = node_next(server)) {
        const char *fault = node_str(server, "/fault/message", NULL);
        if (fault && strcmp(node_str(server, "/status", ""), "ERROR") == 0) {
            *name = node_str(server, "/name", "?");
            return fault;
        }
    }
    return NULL;
}

/* Magnum's own words: of the first node group with a reason, else of the cluster. */
static const char *magnums_word(const node_t *cluster, const char **where)
{
    for (const node_t *fault = node_first(node_get(cluster, "faults")); fault; fault = node_next(fault))
        if (node_text(fault) && *node_text(fault)) {
            *where = node_key(fault);
            return heat_reason(node_text(fault));
        }
    return heat_reason(node_str(cluster, "/status_reason", ""));
}

/* The place of what failed, and the reason. */
static void find_cause(const struct cluster_evidence *evidence, struct str *place, struct str *reason)
{
    const node_t *culprit = heat_culprit(evidence->resources);
    const char *where = NULL, *server = NULL;
    const char *said = magnums_word(evidence->cluster, &where);
    const char *fault = fault_of(evidence->servers, &server);
    if (culprit) {
        heat_resource_place(evidence->resources, culprit, place);
        said = heat_reason(node_str(culprit, "/resource_status_reason", ""));
    } else if (fault && !*cluster_cause(said).word) {
        str_addf(place, "server %s", server);
        said = fault;
    } else if (where) {
        str_addf(place, "node group %s", where);
    }
    str_add(reason, said);
}

int cluster_failed(const struct cluster_evidence *evidence, const char *doing, const char *name, struct err *err)
{
    CLEANUP(str_release) struct str place = STR_INIT;
    CLEANUP(str_release) struct str reason = STR_INIT;
    find_cause(evidence, &place, &reason);
    struct cluster_cause cause = cluster_cause(reason.buf);
    const char *status = node_str(evidence->cluster, "/status", "failed");
    AUTOFREE char *head = doing ? xasprintf("cannot %s cluster %s", doing, name) : xasprintf("cluster %s is not well", name);
    err_set(err, cause.code, "%s: %s%s", head, place.len ? place.buf : status, place.len ? " failed" : "");
    if (reason.len)
        err_why(err, "%s", reason.buf);
    const char *hint = cause.hint ? cause.hint : "aiwf why cluster %s";
    const char *mark = strstr(hint, "%s");
    return mark ? err_hint(err, "%.*s%s%s", (int)(mark - hint), hint, name, mark + 2) : err_hint(err, "%s", hint);
}
