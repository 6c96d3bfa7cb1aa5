/* aiwf api kube: any request to the context's API server. */
#include <string.h>

#include "api.h"
#include "kube.h"

/* A watch's line is one object, which etcd keeps under 1.5 MiB; JSON may be several times that. */
enum { LINE_MAX_BYTES = 16 << 20 };

static const char *const patches[] = {"merge", "strategic", "json", "apply", NULL};

static int check_path(const char *path, struct err *err)
{
    bool is_one = path[0] == '/' && path[1] != '/';
    for (const char *c = path; *c; c++)
        is_one = is_one && *c > ' ' && *c < 0x7f && *c != '#';
    if (is_one)
        return 0;
    err_set(err, ERR_USAGE, "\"%s\" is not a path", path);
    return err_hint(err, "/api/v1/namespaces/default/pods, '/apis/batch/v1/jobs?limit=5'; escape other characters as %%20");
}

static int check_given(const struct cli *cli, struct err *err)
{
    if (cli->args.n > 1)
        return 0;
    err_set(err, ERR_USAGE, "%s of what?", cli->args.v[0]);
    return err_hint(err, "a path (/api/v1/nodes), or a KIND or KIND/NAME (nodes, deploy/web)");
}

static const char *content_type(const char *method, const char *patch)
{
    if (strcmp(method, "PATCH") != 0)
        return NULL;
    if (strcmp(patch, "apply") == 0)
        return "application/apply-patch+yaml";
    if (strcmp(patch, "json") == 0)
        return "application/json-patch+json";
    return strcmp(patch, "strategic") == 0 ? "application/strategic-merge-patch+json" : "application/merge-patch+json";
}

/* Whether the answer is one that goes on: a watch, or a log that is followed. */
static bool is_stream(const char *method, const char *path)
{
    static const char *const keys[] = {"watch=1", "watch=true", "follow=1", "follow=true"};
    const char *query = strchr(path, '?');
    CLEANUP(strv_release) struct strv parts = STRV_INIT;
    if (query && strcmp(method, "GET") == 0)
        strv_split(&parts, query + 1, "&");
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (strv_has(&parts, keys[i]))
            return true;
    return false;
}

struct stream {
    struct cli *cli;
    struct str line;
    struct err *err;
};

static int print_line(struct stream *stream)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(str_release) struct str text = STR_INIT;
    struct cli *cli = stream->cli;
    CLEANUP(node_free) node_t *node = json_parse(stream->line.buf, stream->line.len, "a line", &none);
    bool document = cli->jq || cli->print.format == PRINT_YAML;
    if (!node || node_type(node) != NODE_OBJECT) {
        api_print_text(cli, &stream->line);
    } else if (document) {
        return api_print_node(cli, node, stream->err);
    } else {
        json_print(node, &text);
        fprintf(cli->out, "%s\n", text.buf);
    }
    return 0;
}

static bool on_data(const char *data, size_t len, void *arg)
{
    struct stream *stream = arg;
    int rc = 0;
    while (len && rc == 0) {
        const char *end = memchr(data, '\n', len);
        size_t part = end ? (size_t)(end - data) : len;
        str_addn(&stream->line, data, part);
        if (stream->line.truncated)
            rc = err_set(stream->err, ERR_FAILED, "a line of the answer is over %d bytes", LINE_MAX_BYTES);
        else if (end)
            rc = print_line(stream);
        if (end)
            str_reset(&stream->line);
        data += part + (end != NULL);
        len -= part + (end != NULL);
    }
    fflush(stream->cli->out);
    return rc == 0;
}

static int send_stream(struct cli *cli, struct kube *kube, const struct kube_request *request, struct err *err)
{
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    CLEANUP(err_release) struct err line_err = ERR_INIT;
    struct stream stream = {.cli = cli, .line = STR_INIT_MAX(LINE_MAX_BYTES), .err = &line_err};
    struct kube_request streamed = *request;
    streamed.on_data = on_data;
    streamed.arg = &stream;
    AUTOFREE char *failing = xasprintf("GET %s failed", request->path);
    int rc = kube_send(kube, &streamed, &res, err);
    if (rc == 0)
        rc = kube_check(kube, request, &res, failing, err);
    if (rc == 0 && line_err.code != ERR_OK)
        rc = err_move(err, &line_err);
    if (rc == 0 && stream.line.len)
        rc = print_line(&stream);
    str_release(&stream.line);
    return rc;
}

static int send_one(struct cli *cli, struct kube *kube, const struct kube_request *request, struct err *err)
{
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    AUTOFREE char *failing = xasprintf("%s %s failed", request->method, request->path);
    if (kube_send(kube, request, &res, err) != 0 || kube_check(kube, request, &res, failing, err) != 0)
        return -1;
    return api_print_answer(cli, &res, err);
}

/* 0: go on; 1: it is done already, as a dry run of the client. */
static int before_change(struct cli *cli, const struct kube_request *request, const node_t *body, struct err *err)
{
    AUTOFREE char *what = xasprintf("%s %s", request->method, request->path);
    if (cli_confirm(cli, what, err) != 0)
        return -1;
    if (cli->dry_run != DRY_RUN_CLIENT)
        return 0;
    cli_note(cli, "would send %s %s", request->method, request->path);
    return body && api_print_node(cli, body, err) != 0 ? -1 : 1;
}

static int run(struct cli *cli, struct err *err)
{
    const struct api_kube_options *options = cli->opts;
    CLEANUP(doc_release) struct doc doc = DOC_INIT;
    CLEANUP(str_release) struct str path = STR_INIT;
    CLEANUP(str_release) struct str body = STR_INIT;
    CLEANUP(kube_release) struct kube kube = {0};
    const char *method = cli->args.v[0];
    if (api_is_object_word(method, cli->args.n > 1 ? cli->args.v[1] : NULL))
        return api_objects(cli, err);
    if (api_check_method(method, err) != 0 || check_given(cli, err) != 0 || check_path(cli->args.v[1], err) != 0 ||
        (options->file && doc_load(&doc, options->file, err) != 0))
        return -1;
    str_add(&path, cli->args.v[1]);
    if (cli->dry_run == DRY_RUN_SERVER)
        str_addf(&path, "%cdryRun=All", strchr(path.buf, '?') ? '&' : '?');
    if (doc.root)
        json_print(doc.root, &body);
    struct kube_request request = {
        .method = method,
        .path = path.buf,
        .body = doc.root ? body.buf : NULL,
        .body_len = body.len,
        .content_type = content_type(method, options->patch),
        .accept = "*/*",
    };
    int rc = api_is_reading(method) ? 0 : before_change(cli, &request, doc.root, err);
    if (rc != 0)
        return rc < 0 ? -1 : 0;
    struct kube_actor actor = {.user = options->as, .groups = &options->as_groups};
    if (cli_kube_as(cli, &actor, &kube, err) != 0)
        return -1;
    return is_stream(method, path.buf) ? send_stream(cli, &kube, &request, err) : send_one(cli, &kube, &request, err);
}

static const struct arg args[] = {
    {.name = "METHOD", .help = "GET, HEAD, POST, PUT, PATCH, DELETE; WATCH, APPLY or DIFF"},
    {.name = "WHAT",
     .help = "a path below the API server's URL, or for GET, DELETE and WATCH a KIND or KIND/NAME",
     .optional = true},
    {0},
};
static const struct opt opts[] = {
    {.name = "file",
     .letter = 'f',
     .type = OPT_FILE,
     OPT(struct api_kube_options, file),
     .metavar = "FILE",
     .help = "send this document, YAML or JSON (\"-\" is standard input), as JSON"},
    {.name = "patch",
     .type = OPT_CHOICE,
     OPT(struct api_kube_options, patch),
     .metavar = "KIND",
     .choices = patches,
     .missing = "merge",
     .help = "what the document of a PATCH is: merge, strategic, json or apply"},
    {.name = "as",
     .type = OPT_STRING,
     OPT(struct api_kube_options, as),
     .metavar = "USER",
     .help = "act as this user (impersonation)"},
    {.name = "as-group",
     .type = OPT_LIST,
     OPT(struct api_kube_options, as_groups),
     .metavar = "GROUP",
     .help = "and as a member of this group"},
    {.name = "force-conflicts",
     .type = OPT_FLAG,
     OPT(struct api_kube_options, force),
     .help = "APPLY takes over fields that others own"},
    {.name = "selector",
     .letter = 'l',
     .type = OPT_STRING,
     OPT(struct api_kube_options, selector),
     .metavar = "SELECTOR",
     .help = "of a KIND: only what has these labels (a=b,c!=d)"},
    {.name = "field-selector",
     .type = OPT_STRING,
     OPT(struct api_kube_options, fields),
     .metavar = "SELECTOR",
     .help = "of a KIND: only what has these fields (status.phase=Failed)"},
    {.name = "all-namespaces",
     .letter = 'A',
     .type = OPT_FLAG,
     OPT(struct api_kube_options, all_namespaces),
     .help = "of a KIND: in all namespaces"},
    {0},
};
static const struct example examples[] = {
    {"aiwf api kube GET /apis/batch/v1/jobs --jq '.items[].metadata.name'", "some fields, of a list as the server gives it"},
    {"aiwf api kube GET deployments.apps -n web", "a kind by any of its names, in the server's own table"},
    {"aiwf api kube WATCH pods -l app=web -o ndjson", "what happens, one change a line"},
    {"aiwf api kube DIFF -f web.yaml", "what an apply would change; exit 10 when it would"},
    {"aiwf api kube APPLY -f web.yaml", "server-side apply of every document of the file"},
    {"aiwf api kube PATCH /apis/apps/v1/namespaces/default/deployments/web -f patch.yaml --dry-run=server",
     "whether the server would take a change"},
    {"aiwf api kube GET /api/v1/namespaces/vision/pods --as jane --as-group ml", "what somebody else may see"},
    {0},
};

const struct cmd api_kube = {
    .name = "kube",
    .help = "send a request to the context's Kubernetes API server",
    .about =
        "WHAT is a path, or the name of a kind (pods, po, deployments.apps), which the server is asked for when aiwf does not\n"
        "know it. APPLY and DIFF work on the documents of a file, as the field manager aiwf; DIFF exits 10 when something\n"
        "would change. WATCH goes on until Ctrl-C, through cut connections and restarts of the server.\n\n"
        "The answer to a path is printed as the server gives it, as JSON (or -o yaml, ndjson). A watch and a log that is "
        "followed\n"
        "are printed line by line as they come, until Ctrl-C. --dry-run=server lets the server check a change without\n"
        "keeping it.",
    .args = args,
    .opts = opts,
    .opts_size = sizeof(struct api_kube_options),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_CHECKS,
    .examples = examples,
    .run = run,
};
