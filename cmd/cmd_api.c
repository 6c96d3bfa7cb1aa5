/* The way out when there is no command for it: any request to a service, with the same login. */
#include <string.h>

#include "api.h"
#include "openstack.h"

struct options {
    const char *file, *microversion;
};

/* SERVICE:/path; nothing that would end the line or the path. */
static int split_path(const char *text, char **ret_service, const char **ret_path, struct err *err)
{
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_");
    const char *path = text + len + 1;
    bool is_one = len && text[len] == ':' && path[0] == '/' && path[1] != '/';
    for (const char *c = is_one ? path : ""; *c; c++)
        is_one = is_one && *c > ' ' && *c < 0x7f && *c != '#';
    if (!is_one) {
        err_set(err, ERR_USAGE, "\"%s\" is not SERVICE:/PATH", text);
        return err_hint(err, "container-infra:/v1/clusters, compute:/v2.1/servers?limit=5; escape other characters as %%20");
    }
    *ret_service = xstrndup(text, len);
    *ret_path = path;
    return 0;
}

/* It goes into a header. */
static int check_microversion(const char *text, struct err *err)
{
    if (!text || strcmp(text, "latest") == 0 || (*text && !text[strspn(text, "0123456789.")]))
        return 0;
    return err_set(err, ERR_USAGE, "--microversion: \"%s\" is not like 2.79, nor \"latest\"", text);
}

/* 300 is how services answer at their root: with the list of their versions. */
static int check_answer(const struct http_response *res, const struct openstack_call *call, struct err *err)
{
    if (res->status == 300)
        return 0;
    return http_check(res, err, "%s %s of %s failed", call->method, call->path, call->service);
}

static int load_body(const char *path, struct doc *doc, struct openstack_call *call, struct err *err)
{
    if (path && doc_load(doc, path, err) != 0)
        return -1;
    call->body = path ? doc->root : NULL;
    return 0;
}

static int dry_run(struct cli *cli, const struct openstack_call *call, struct err *err)
{
    cli_note(cli, "would send %s %s to %s", call->method, call->path, call->service);
    return call->body ? api_print_node(cli, call->body, err) : 0;
}

static int run(struct cli *cli, struct err *err)
{
    const struct options *options = cli->opts;
    AUTOFREE char *service = NULL;
    CLEANUP(doc_release) struct doc doc = DOC_INIT;
    struct openstack_call call = {.method = cli->args.v[0], .microversion = options->microversion};
    if (api_check_method(call.method, err) != 0 || split_path(cli->args.v[1], &service, &call.path, err) != 0 ||
        check_microversion(options->microversion, err) != 0 || load_body(options->file, &doc, &call, err) != 0)
        return -1;
    call.service = service;
    if (!api_is_reading(call.method)) {
        AUTOFREE char *what = xasprintf("%s %s", call.method, cli->args.v[1]);
        if (cli_confirm(cli, what, err) != 0)
            return -1;
        if (cli->dry_run != DRY_RUN_NONE)
            return dry_run(cli, &call, err);
    }
    CLEANUP(openstack_release) struct openstack os = {0};
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    if (cli_openstack(cli, &os, err) != 0 || openstack_do(&os, &call, &res, err) != 0 || check_answer(&res, &call, err) != 0)
        return -1;
    return api_print_answer(cli, &res, err);
}

static const struct arg openstack_args[] = {
    {.name = "METHOD", .help = "GET, HEAD, POST, PUT, PATCH or DELETE"},
    {.name = "SERVICE:/PATH", .help = "a service's type in the catalog, and the path from its root"},
    {0},
};
static const struct opt openstack_opts[] = {
    {.name = "file",
     .letter = 'f',
     .type = OPT_FILE,
     OPT(struct options, file),
     .metavar = "FILE",
     .help = "send this document, YAML or JSON (\"-\" is standard input), as JSON"},
    {.name = "microversion",
     .type = OPT_STRING,
     OPT(struct options, microversion),
     .metavar = "N.N",
     .help = "ask for this version of the service's API (OpenStack-API-Version)"},
    {0},
};
static const struct example openstack_examples[] = {
    {"aiwf api openstack GET container-infra:/v1/clusters", "a list, as the server gives it"},
    {"aiwf api openstack GET 'compute:/v2.1/flavors/detail?limit=5' --microversion 2.61 --jq '.flavors[].name'",
     "some fields, of a newer version of the API"},
    {"aiwf api openstack POST network:/v2.0/networks -f network.yaml --dry-run", "what would be sent"},
    {0},
};

static const struct cmd cmd_openstack = {
    .name = "openstack",
    .help = "send a request to a service of OpenStack",
    .about = "The answer is printed as the server gives it, as JSON (or -o yaml, ndjson). Where the catalog's URL has a version\n"
             "and the path begins with one, the path's counts: compute:/v2.1/servers and compute:/servers are the same.",
    .args = openstack_args,
    .opts = openstack_opts,
    .opts_size = sizeof(struct options),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES,
    .examples = openstack_examples,
    .run = run,
};

static const struct cmd *const verbs[] = {&cmd_openstack, &api_kube, &api_forward, NULL};

const struct cmd cmd_api = {
    .name = "api",
    .group = "infrastructure",
    .help = "requests to a service's own API, with the context's login",
    .cmds = verbs,
};
