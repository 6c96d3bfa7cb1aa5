#include "openstack/placement.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "net/url.h"

/* 1.29: GPUs are in providers of their own, below their host's. */
#define MICROVERSION "1.29"
#define PATH         "/allocation_candidates"

static struct openstack_call call_of(const char *path, const char *failing)
{
    return (struct openstack_call){
        .service = "placement", .path = path, .microversion = MICROVERSION, .needs = "1.17", .failing = failing};
}

static char *query_of(const char *resources, const struct strv *traits)
{
    CLEANUP(str_release) struct str path = STR_INIT, required = STR_INIT;
    for (size_t i = 0; i < traits->n; i++)
        str_addf(&required, "%s%s", i ? "," : "", traits->v[i]);
    str_add(&path, PATH);
    url_query(&path, "resources", resources);
    url_query(&path, "required", required.len ? required.buf : NULL);
    return str_detach(&path);
}

/* A provider is in as many candidates as there are ways to use it; its summary is there once. */
static struct placement_room room_of(const node_t *answer, const struct gpu *gpu)
{
    struct placement_room room = {.fits = gpu->count > 0 ? 0 : -1};
    for (const node_t *provider = node_first(node_get(answer, "provider_summaries")); provider; provider = node_next(provider)) {
        const node_t *resource = node_get(node_get(provider, "resources"), gpu->resource_class);
        int64_t left = node_int(resource, "/capacity", 0) - node_int(resource, "/used", 0);
        if (left <= 0)
            continue;
        room.free += left;
        if (gpu->count > 0)
            room.fits += left / gpu->count;
    }
    return room;
}

static int not_there(const struct gpu *gpu, struct err *err)
{
    err_set(err, ERR_FAILED, "cannot tell how many %s are free", gpu->kind);
    return err_why(err, "Placement does not count the GPUs of %s", gpu->source);
}

static int read_room(const struct http_response *res, const struct gpu *gpu, const char *failing, struct placement_room *ret,
                     struct err *err)
{
    CLEANUP(node_free) node_t *answer = openstack_answer(res, failing, err);
    if (!answer)
        return -1;
    *ret = room_of(answer, gpu);
    return 0;
}

/* One request for each way to ask: flavors that differ by the number of the same GPUs share it. */
struct questions {
    struct strv paths, failing;
    size_t *of; /* of each GPU: which question; unused where it has no class */
};

static void ask_for(struct questions *questions, size_t i, const struct gpu *gpu)
{
    AUTOFREE char *resources = xasprintf("%s:1", gpu->resource_class);
    AUTOFREE char *path = query_of(resources, &gpu->traits);
    size_t k = 0;
    while (k < questions->paths.n && strcmp(questions->paths.v[k], path) != 0)
        k++;
    questions->of[i] = k;
    if (k < questions->paths.n)
        return;
    strv_take(&questions->paths, TAKE(path));
    strv_addf(&questions->failing, "cannot tell how many %s are free", gpu->kind);
}

static void repeat_err(struct err *err, const struct err *from)
{
    err_set(err, from->code, "%s", from->what);
    if (from->why)
        err_why(err, "%s", from->why);
}

int placement_free_all(struct openstack *os, const struct gpu *gpus, struct placement_room *rooms, struct err *errs, size_t n)
{
    AUTOFREE size_t *of = xcalloc(n ? n : 1, sizeof(*of));
    struct questions questions = {.of = of};
    for (size_t i = 0; i < n; i++)
        if (gpus[i].resource_class)
            ask_for(&questions, i, &gpus[i]);
    size_t asked = questions.paths.n;
    AUTOFREE struct openstack_call *calls = xcalloc(asked ? asked : 1, sizeof(*calls));
    AUTOFREE struct http_response *results = xcalloc(asked ? asked : 1, sizeof(*results));
    AUTOFREE struct err *said = xcalloc(asked ? asked : 1, sizeof(*said));
    for (size_t k = 0; k < asked; k++) {
        calls[k] = call_of(questions.paths.v[k], questions.failing.v[k]);
        results[k] = HTTP_RESPONSE_INIT;
    }
    openstack_do_all(os, calls, results, said, asked);
    int unknown = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = of[i];
        if (!gpus[i].resource_class)
            not_there(&gpus[i], &errs[i]);
        else if (said[k].code != ERR_OK)
            repeat_err(&errs[i], &said[k]);
        else
            read_room(&results[k], &gpus[i], calls[k].failing, &rooms[i], &errs[i]);
        unknown += errs[i].code != ERR_OK;
    }
    for (size_t k = 0; k < asked; k++) {
        http_response_release(&results[k]);
        err_release(&said[k]);
    }
    strv_release(&questions.paths);
    strv_release(&questions.failing);
    return unknown;
}

int placement_free(struct openstack *os, const struct gpu *gpu, struct placement_room *ret, struct err *err)
{
    return placement_free_all(os, gpu, ret, err, 1) ? -1 : 0;
}

/* ---- hosts ---- */

static void add_resource(struct str *s, const char *name, double amount)
{
    if (amount > 0)
        str_addf(s, "%s%s:%lld", s->len ? "," : "", name, (long long)num_ceil(amount));
}

/* Swap is in MiB; the root and ephemeral disks are in GiB. */
static double disk_gib(const node_t *flavor)
{
    return node_num(flavor, "/disk", 0) + node_num(flavor, "/OS-FLV-EXT-DATA:ephemeral", 0) + node_num(flavor, "/swap", 0) / 1024;
}

static void add_roots(const node_t *summaries, struct strv *roots)
{
    for (const node_t *provider = node_first(summaries); provider; provider = node_next(provider)) {
        const char *root = node_str(provider, "/root_provider_uuid", node_key(provider));
        if (!strv_has(roots, root))
            strv_add(roots, root);
    }
}

static const struct resource candidates = {
    .word = "allocation candidate", .service = "placement", .path = PATH, .microversion = MICROVERSION, .needs = "1.17"};

static void add_asked(const node_t *flavor, const struct gpu *gpu, struct str *resources)
{
    add_resource(resources, "VCPU", node_num(flavor, "/vcpus", 0));
    add_resource(resources, "MEMORY_MB", node_num(flavor, "/ram", 0));
    add_resource(resources, "DISK_GB", disk_gib(flavor));
    if (gpu->resource_class)
        add_resource(resources, gpu->resource_class, (double)gpu->count);
}

void placement_ask_flavor(struct ask *ask, const node_t *flavor)
{
    CLEANUP(str_release) struct str resources = STR_INIT;
    CLEANUP(gpu_release) struct gpu gpu = {0};
    gpu_of_flavor(flavor, &gpu);
    add_asked(flavor, &gpu, &resources);
    ask_path(ask, &candidates, query_of(resources.buf, &gpu.traits), xstrdup("cannot tell which hosts have room"));
}

void placement_ask_gpus(struct ask *ask, const struct gpu *gpu)
{
    AUTOFREE char *resources = gpu->resource_class ? xasprintf("%s:1", gpu->resource_class) : NULL;
    if (resources)
        ask_path(ask, &candidates, query_of(resources, &gpu->traits), xasprintf("cannot tell how many %s are free", gpu->kind));
}

struct placement_room placement_gpus(const node_t *answer, const struct gpu *gpu) { return room_of(answer, gpu); }

/* Of one class on one host, GPUs on the providers below it too: how many servers it is enough for. */
static int64_t fits_by(const node_t *summaries, const char *root, const char *name, int64_t need)
{
    int64_t fits = 0;
    for (const node_t *provider = node_first(summaries); provider; provider = node_next(provider)) {
        const node_t *resource = node_get(node_get(provider, "resources"), name);
        if (resource && strcmp(node_str(provider, "/root_provider_uuid", node_key(provider)), root) == 0)
            fits += (node_int(resource, "/capacity", 0) - node_int(resource, "/used", 0)) / need;
    }
    return fits > 0 ? fits : 0;
}

static int64_t fits_on(const node_t *summaries, const char *root, const char *asked)
{
    CLEANUP(strv_release) struct strv parts = STRV_INIT;
    strv_split(&parts, asked, ",");
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < parts.n; i++) {
        char *colon = strrchr(parts.v[i], ':');
        *colon = '\0';
        int64_t fits = fits_by(summaries, root, parts.v[i], strtoll(colon + 1, NULL, 10));
        least = fits < least ? fits : least;
    }
    return parts.n ? least : 0;
}

struct placement_fit placement_room_for(const node_t *answer, const node_t *flavor)
{
    CLEANUP(str_release) struct str resources = STR_INIT;
    CLEANUP(gpu_release) struct gpu gpu = {0};
    CLEANUP(strv_release) struct strv roots = STRV_INIT;
    gpu_of_flavor(flavor, &gpu);
    add_asked(flavor, &gpu, &resources);
    const node_t *summaries = node_get(answer, "provider_summaries");
    add_roots(summaries, &roots);
    struct placement_fit room = {.hosts = (int64_t)roots.n};
    for (size_t i = 0; i < roots.n; i++)
        room.fits += fits_on(summaries, roots.v[i], resources.buf);
    return room;
}

int64_t placement_hosts(struct openstack *os, const node_t *flavor, struct err *err)
{
    struct ask ask = {0};
    placement_ask_flavor(&ask, flavor);
    ask_all(os, &ask, 1);
    int64_t hosts = ask.answer ? placement_room_for(ask.answer, flavor).hosts : -1;
    if (!ask.answer)
        err_move(err, &ask.err);
    ask_release(&ask);
    return hosts;
}
