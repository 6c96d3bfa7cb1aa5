/* The context's OpenStack cloud: its settings, Keystone, the login, and the services that aiwf uses. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "doctor/parts.h"
#include "openstack/microversion.h"

enum verdict check_cloud(struct doctor *d, struct finding *f)
{
    const struct openstack *os = d->input->cloud;
    if (!os)
        return d->input->cloud_err && d->input->cloud_err->what ? is_error(f, d->input->cloud_err) : CHECK_NONE;
    return is_ok(f, "%s in %s%s%s", os->cloud.name, os->cloud.source, os->cloud.region ? ", region " : "",
                 os->cloud.region ? os->cloud.region : "");
}

/* ---- Keystone ---- */

static char *keystone_url(const struct doctor *d)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    return d->input->cloud ? identity_url(&d->input->cloud->cloud, &none) : NULL;
}

static const struct probe *keystone(struct doctor *d)
{
    AUTOFREE char *url = keystone_url(d);
    if (url && !d->keystone.asked)
        probe_ask(&d->keystone, d->input->cloud->http, url, "");
    return url ? &d->keystone : NULL;
}

enum verdict check_keystone_name(struct doctor *d, struct finding *f)
{
    AUTOFREE char *url = keystone_url(d);
    return probe_name(keystone(d), url, f);
}

enum verdict check_keystone_connection(struct doctor *d, struct finding *f) { return probe_connection(keystone(d), f); }

enum verdict check_keystone_tls(struct doctor *d, struct finding *f)
{
    AUTOFREE char *url = keystone_url(d);
    if (!url || !str_starts(url, "https:"))
        return CHECK_NONE;
    return probe_tls(keystone(d), cloud_is_insecure(&d->input->cloud->cloud), "cacert instead of insecure in clouds.yaml", f);
}

enum verdict check_keystone_version(struct doctor *d, struct finding *f)
{
    const struct probe *probe = keystone(d);
    if (!probe_came_to(probe, HTTP_SENT))
        return CHECK_NONE;
    if (probe->err.what)
        return is_error(f, &probe->err);
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *url = keystone_url(d);
    AUTOFREE char *fix = xasprintf("check auth_url in %s", d->input->cloud->cloud.source);
    if (probe->res.status >= 400 && probe->res.status != 404) {
        http_check(&probe->res, &err, "Keystone at %s is not well", url);
        return is_error(f, &err);
    }
    CLEANUP(node_free) node_t *root = json_parse(probe->res.body.buf, probe->res.body.len, "the answer", &err);
    const char *version = node_str(root, "/version/id", NULL);
    if (probe->res.status != 200 || !version)
        return is_bad(f, ERR_FAILED, fix, "what answers at %s is no Keystone with API version 3", url);
    d->is_keystone = true;
    return is_ok(f, "%s at %s", version, url);
}

/* ---- the login and what it gives ---- */

static void add_list(struct str *s, const node_t *list, const char *pointer)
{
    for (const node_t *one = node_first(list); one; one = node_next(one))
        str_addf(s, "%s%s", one == node_first(list) ? "" : ", ", node_str(one, pointer, "?"));
}

static enum verdict tell_login(const struct openstack *os, bool was_kept, struct finding *f)
{
    CLEANUP(str_release) struct str roles = STR_INIT;
    CLEANUP(str_release) struct str expires = STR_INIT;
    const node_t *about = os->token.about;
    add_list(&roles, node_get(about, "roles"), "/name");
    rfc3339_print(&expires, os->token.expires_ms);
    const char *user = node_str(about, "/user/name", "?"), *project = node_str(about, "/project/name", NULL);
    const char *kept = was_kept ? " (kept token)" : "";
    AUTOFREE char *fix = xasprintf("project_name below auth in %s", os->cloud.source);
    if (!project)
        return is_doubtful(f, fix, "as %s, not for a project: most commands need one", user);
    return is_ok(f, "as %s in project %s (%s), until %s%s", user, project, roles.buf, expires.buf, kept);
}

enum verdict check_cloud_login(struct doctor *d, struct finding *f)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    if (!d->is_keystone)
        return CHECK_NONE;
    bool was_kept = false;
    if (openstack_login(d->input->cloud, false, &was_kept, &err) != 0)
        return is_error(f, &err);
    d->is_logged_in = true;
    return tell_login(d->input->cloud, was_kept, f);
}

static const char *const services[] = {"container-infra", "compute",       "network",  "image",
                                       "block-storage",   "orchestration", "placement"};

enum verdict check_cloud_services(struct doctor *d, struct finding *f)
{
    struct openstack *os = d->input->cloud;
    if (!d->is_logged_in || !node_len(os->token.catalog))
        return CHECK_NONE;
    CLEANUP(str_release) struct str missing = STR_INIT;
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(services); i++) {
        CLEANUP(err_release) struct err none = ERR_INIT;
        if (identity_endpoint(&os->cloud, os->token.catalog, services[i], &none))
            n++;
        else
            str_addf(&missing, "%s%s", missing.len ? ", " : "", services[i]);
    }
    if (!missing.len)
        return is_ok(f, "all %zu that aiwf uses are in the catalog", n);
    return is_doubtful(f, "another region (OS_REGION_NAME) or interface, or go without", "not in the catalog%s%s: %s",
                       os->cloud.region ? " of region " : "", os->cloud.region ? os->cloud.region : "", missing.buf);
}

/* Node groups came with 1.9: below it, a cluster is what it was created as. */
enum verdict check_magnum_version(struct doctor *d, struct finding *f)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    struct openstack *os = d->input->cloud;
    if (!d->is_logged_in || !identity_endpoint(&os->cloud, os->token.catalog, "container-infra", &none))
        return CHECK_NONE;
    struct openstack_call call = {.service = "container-infra", .path = "/v1/"};
    if (openstack_do(os, &call, &res, &err) != 0 || http_check(&res, &err, "Magnum does not answer well") != 0)
        return is_error(f, &err);
    AUTOFREE char *newest = microversion_newest(&res);
    if (!newest)
        return is_doubtful(f, "check the endpoint of container-infra",
                           "what answers does not tell a microversion, as Magnum does");
    if (microversion_cmp(newest, "1.9") < 0)
        return is_doubtful(f, "a newer Magnum", "microversion %s at most: no node groups, which need 1.9", newest);
    return is_ok(f, "microversions to %s", newest);
}
