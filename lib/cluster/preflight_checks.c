/* The checks of what is named: image, flavors, networks, keypair, login. */
#include <string.h>

#include "cluster/preflight_parts.h"
#include "openstack/placement.h"

/* Of a question by name or id: the one thing, else NULL with the finding added. */
static const node_t *found(struct preflight *p, enum question question, const struct preflight_fault *missing, const char *name)
{
    const struct ask *ask = &p->asks[question];
    const node_t *one = ask_found(ask);
    if (one && node_type(ask->answer) == NODE_ARRAY && node_len(ask->answer) > 1) {
        struct preflight_fault several = {missing->check, ERR_CONFLICT, "a template with the id instead"};
        preflight_fail(p, &several, "\"%s\" is the name of %zu", name, node_len(ask->answer));
        return NULL;
    }
    if (one)
        return one;
    if (ask_is_missing(ask))
        preflight_fail(p, missing, "there is no \"%s\" here", name);
    else
        preflight_unknown(p, missing->check, &ask->err);
    return NULL;
}

/* ---- image ---- */

/* Glance's min_ram (MiB) and min_disk (GiB). */
static bool is_too_small(const node_t *image, const node_t *flavor)
{
    return flavor && (node_num(image, "/min_ram", 0) > node_num(flavor, "/ram", 0) ||
                      (node_num(flavor, "/disk", 0) > 0 && node_num(image, "/min_disk", 0) > node_num(flavor, "/disk", 0)));
}

void preflight_check_image(struct preflight *p)
{
    static const struct preflight_fault missing = {"image", ERR_NOT_FOUND, "a template of another image: aiwf infra images"};
    struct preflight_fault unfit = {"image", ERR_FAILED, missing.hint};
    const char *name = preflight_text(p, "image_id");
    const node_t *image = found(p, Q_IMAGE, &missing, name ? name : "");
    if (!image)
        return;
    const char *status = node_str(image, "/status", "?"), *distro = node_str(image, "/os_distro", NULL);
    const char *called = node_str(image, "/name", name);
    if (strcmp(status, "active") != 0) {
        preflight_fail(p, &unfit, "%s is %s", called, status);
        return;
    }
    if (!distro) {
        unfit.hint = "ask the image's owner to set its property os_distro, which says how Magnum sets it up";
        preflight_fail(p, &unfit, "%s has no os_distro", called);
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(p->servers); i++)
        if (is_too_small(image, p->servers[i].flavor)) {
            unfit.hint = "another flavor: aiwf infra flavors";
            preflight_fail(p, &unfit, "%s wants %.0f MiB and %.0f GiB of disk; flavor %s has less", called,
                           node_num(image, "/min_ram", 0), node_num(image, "/min_disk", 0), p->servers[i].name);
            return;
        }
    preflight_ok(p, "image", "%s: active, %s", called, distro);
}

/* ---- flavors, and room for them ---- */

static void check_flavor(struct preflight *p, const struct preflight_servers *servers)
{
    AUTOFREE char *check = xasprintf("flavor of %s", servers->role);
    struct preflight_fault missing = {
        check, ERR_NOT_FOUND, servers == p->servers ? "--master-flavor: aiwf infra flavors" : "--flavor: aiwf infra flavors"};
    if (!servers->name)
        preflight_warn(p, check, missing.hint, "nobody names one: the driver takes its own usual one");
    else if (servers->flavor)
        preflight_ok(p, check, "%s x%lld: cores %.0f, %.0f MiB each", servers->name, (long long)servers->count,
                     node_num(servers->flavor, "/vcpus", 0), node_num(servers->flavor, "/ram", 0));
    else if (p->asks[Q_FLAVORS].answer)
        preflight_fail(p, &missing, "there is no \"%s\" here", servers->name);
    else
        preflight_unknown(p, check, &p->asks[Q_FLAVORS].err);
}

void preflight_check_flavors(struct preflight *p)
{
    for (size_t i = 0; i < ARRAY_LEN(p->servers); i++)
        check_flavor(p, &p->servers[i]);
}

/* How many servers of this flavor; the masters' is counted for both when it is the same. */
static int64_t asked_of(const struct preflight *p, size_t i)
{
    bool both = i == 0 && p->servers[1].flavor == p->servers[0].flavor;
    return p->servers[i].count + (both ? p->servers[1].count : 0);
}

/* "--nodes 11" when fewer nodes would do. */
static char *fewer(const struct preflight *p, size_t i, int64_t fits, const char *otherwise)
{
    int64_t nodes = i ? fits : fits - p->servers[0].count;
    bool helps = nodes > 0 && nodes < p->servers[1].count && (i || p->servers[1].flavor == p->servers[0].flavor);
    return helps ? xasprintf("--nodes %lld, or %s", (long long)nodes, otherwise) : xstrdup(otherwise);
}

static void check_gpus(struct preflight *p, size_t i, const struct gpu *gpu)
{
    const struct ask *ask = &p->asks[Q_GPUS + i];
    const char *flavor = p->servers[i].name;
    if (!ask->kind) {
        CLEANUP(err_release) struct err why = ERR_INIT;
        err_set(&why, ERR_FAILED, "the %s of flavor %s are a matter of the host: only the scheduler knows how many are free",
                gpu->source, flavor);
        preflight_unknown(p, "GPUs", &why);
        return;
    }
    if (!ask->answer) {
        preflight_unknown(p, "GPUs", &ask->err);
        return;
    }
    struct placement_room room = placement_gpus(ask->answer, gpu);
    int64_t asked = asked_of(p, i) * gpu->count;
    if (room.fits >= asked_of(p, i)) {
        preflight_ok(p, "GPUs", "%s: asked %lld, free %lld", gpu->kind, (long long)asked, (long long)room.free);
        return;
    }
    AUTOFREE char *hint = fewer(p, i, room.fits, "another flavor: aiwf infra flavors --gpu");
    struct preflight_fault none = {"GPUs", ERR_CAPACITY, hint};
    preflight_fail(p, &none, "not enough %s for flavor %s: asked %lld, free %lld", gpu->kind, flavor, (long long)asked,
                   (long long)room.free);
}

static void check_hosts(struct preflight *p, size_t i)
{
    const struct ask *ask = &p->asks[Q_ROOM + i];
    if (!ask->answer) {
        preflight_unknown(p, "hosts", &ask->err);
        return;
    }
    struct placement_fit room = placement_room_for(ask->answer, p->servers[i].flavor);
    int64_t asked = asked_of(p, i);
    if (room.fits >= asked) {
        preflight_ok(p, "hosts", "room for %lld of %s on %lld", (long long)room.fits, p->servers[i].name, (long long)room.hosts);
        return;
    }
    AUTOFREE char *hint = fewer(p, i, room.fits, "another flavor: aiwf infra flavors");
    struct preflight_fault none = {"hosts", ERR_CAPACITY, hint};
    preflight_fail(p, &none, "no valid host would be found: asked %lld of %s, room for %lld", (long long)asked,
                   p->servers[i].name, (long long)room.fits);
}

void preflight_check_room(struct preflight *p)
{
    for (size_t i = 0; i < ARRAY_LEN(p->servers); i++) {
        CLEANUP(gpu_release) struct gpu gpu = {0};
        if (!p->asks[Q_ROOM + i].kind)
            continue;
        if (gpu_of_flavor(p->servers[i].flavor, &gpu))
            check_gpus(p, i, &gpu);
        check_hosts(p, i);
        /* Whoever may not ask for the one flavor may not for the other. */
        if (p->asks[Q_ROOM + i].err.code == ERR_AUTH)
            return;
    }
}

/* ---- networks ---- */

static void check_external(struct preflight *p, const char *name)
{
    static const struct preflight_fault missing = {"external network", ERR_NOT_FOUND,
                                                   "a template of another one: aiwf infra networks"};
    struct preflight_fault inside = {missing.check, ERR_FAILED, missing.hint};
    const node_t *network = found(p, Q_EXTERNAL, &missing, name);
    if (!network)
        return;
    const char *called = node_str(network, "/name", name);
    if (p->asks[Q_OUTSIDE].answer && !node_len(p->asks[Q_OUTSIDE].answer))
        preflight_fail(p, &inside, "%s is not external: there is no way out of it", called);
    else if (!node_len(node_get(network, "subnets")))
        preflight_warn(p, missing.check, NULL, "%s has no subnet that is told to us", called);
    else
        preflight_ok(p, missing.check, "%s", called);
}

static void check_fixed(struct preflight *p, enum question question, const char *check, const char *name)
{
    struct preflight_fault missing = {check, ERR_NOT_FOUND, "aiwf infra networks"};
    const node_t *one = found(p, question, &missing, name);
    if (one)
        preflight_ok(p, check, "%s", node_str(one, "/name", name));
}

void preflight_check_networks(struct preflight *p)
{
    const char *external = preflight_text(p, "external_network_id");
    const char *network = preflight_text(p, "fixed_network"), *subnet = preflight_text(p, "fixed_subnet");
    if (external)
        check_external(p, external);
    if (network)
        check_fixed(p, Q_NETWORK, "fixed network", network);
    if (subnet)
        check_fixed(p, Q_SUBNET, "fixed subnet", subnet);
}

/* ---- who ---- */

void preflight_check_keypair(struct preflight *p)
{
    static const struct preflight_fault missing = {"keypair", ERR_NOT_FOUND,
                                                   "--keypair: aiwf api openstack GET compute:/v2.1/os-keypairs"};
    const char *name = preflight_text(p, "keypair");
    name = name ? name : preflight_text(p, "keypair_id");
    if (!name) {
        preflight_warn(p, "keypair", "--keypair NAME", "none: nobody will be able to log in to its machines");
        return;
    }
    if (found(p, Q_KEYPAIR, &missing, name))
        preflight_ok(p, "keypair", "%s", name);
}

/* Magnum gives a cluster a trust of whoever creates it. A restricted application credential cannot make one, and newer
 * Keystones let no application credential do it. */
void preflight_check_login(struct preflight *p, const node_t *whoami)
{
    static const struct preflight_fault refused = {"login", ERR_AUTH,
                                                   "log in by password, or with an unrestricted application credential"};
    const node_t *credential = node_get(whoami, "application_credential");
    const char *user = node_str(whoami, "/user/name", "?");
    if (!credential)
        preflight_ok(p, "login", "%s in project %s", user, node_str(whoami, "/project/name", "?"));
    else if (node_bool(credential, "/restricted", true))
        preflight_fail(p, &refused, "a restricted application credential of %s: Magnum could not make a trust with it", user);
    else
        preflight_warn(p, "login", "if it fails with \"trust\": log in by password",
                       "an application credential of %s: newer Keystones make no trust with one", user);
}
