/* aiwf function revisions, traffic, rollback, events: what a runtime keeps of earlier deployments, and what happened. */
#include <string.h>

#include "cmd.h"
#include "function.h"
#include "kube.h"
#include "serverless/traffic.h"

struct plain_opts {
    const char *runtime;
};
static const struct opt plain_opts[] = {RUNTIME_OPT(struct plain_opts), {0}};

static const struct arg name_arg[] = {{.name = "NAME", .help = "the function", .complete = complete_functions}, {0}};

/* ---- revisions ---- */

static node_t *revisions_of(const struct function_env *env, const char *name, struct err *err)
{
    if (!env->runtime->revisions) {
        runtime_lacks(env->runtime, "keep revisions", err);
        return NULL;
    }
    node_t *list = env->runtime->revisions(&env->env, name, err);
    if (!list && err->code == ERR_NOT_FOUND)
        err_hint(err, "aiwf function list");
    return list;
}

static void decorate(node_t *revision)
{
    CLEANUP(str_release) struct str tags = STR_INIT;
    for (const node_t *tag = node_first(node_get(revision, "tags")); tag; tag = node_next(tag))
        str_addf(&tags, "%s%s", tags.len ? "," : "", node_text(tag));
    AUTOFREE char *traffic = xasprintf("%lld%%", (long long)node_int(revision, "/percent", 0));
    node_set_str(revision, "tag_list", tags.len ? tags.buf : NULL);
    node_set_str(revision, "traffic", traffic);
}

static bool is_document(const struct cli *cli)
{
    enum print_format format = cli->print.format;
    return cli->jq || format == PRINT_JSON || format == PRINT_YAML || format == PRINT_NDJSON;
}

static int revisions(struct cli *cli, struct err *err)
{
    const struct plain_opts *opts = cli->opts;
    struct function_env env;
    if (function_env(cli, opts->runtime, &env, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *list = revisions_of(&env, cli->args.v[0], err);
    if (!list)
        return -1;
    for (node_t *revision = node_first(list); revision && !is_document(cli); revision = node_next(revision))
        decorate(revision);
    return cli_print_list(cli, "revision", list, err);
}

static const struct column revision_columns[] = {
    {.title = "REVISION", .path = "/revision"},
    {.title = "STATE", .path = "/state", .kind = CELL_STATE},
    {.title = "TRAFFIC", .path = "/traffic"},
    {.title = "TAGS", .path = "/tag_list"},
    {.title = "READY", .path = "/available", .kind = CELL_NUMBER},
    {.title = "AGE", .path = "/created", .kind = CELL_AGE},
    {.title = "URL", .path = "/url", .wide = true},
    {.title = "IMAGE", .path = "/image"},
    {.title = "MESSAGE", .path = "/message", .wide = true},
    {0},
};

/* ---- traffic ---- */

struct traffic_opts {
    const char *runtime;
    struct strv tags, untag;
};
static const struct opt traffic_opts[] = {
    {.name = "tag",
     .type = OPT_LIST,
     OPT(struct traffic_opts, tags),
     .metavar = "REV=TAG",
     .help = "a URL of its own for a revision; it moves there"},
    {.name = "untag", .type = OPT_LIST, OPT(struct traffic_opts, untag), .metavar = "TAG", .help = "take a tag away"},
    RUNTIME_OPT(struct traffic_opts),
    {0},
};

static const struct column traffic_columns[] = {
    {.title = "REVISION", .path = "/revision"},
    {.title = "PERCENT", .path = "/percent", .kind = CELL_NUMBER},
    {.title = "TAG", .path = "/tag"},
    {0},
};

/* [{"revision","percent","tag"}]; the newest is @latest. */
static node_t *shown(const node_t *traffic)
{
    node_t *list = node_new_array();
    for (const node_t *target = node_first(traffic); target; target = node_next(target)) {
        node_t *one = node_push(list, node_new_object());
        node_set_str(one, "revision", node_str(target, "/revisionName", TRAFFIC_LATEST));
        node_set_num(one, "percent", (double)node_int(target, "/percent", 0));
        node_set_str(one, "tag", node_str(target, "/tag", NULL));
    }
    return list;
}

struct shift {
    const char *name, *runtime;
    const struct traffic_change *change;
    char *what; /* for the question */
};

static int shift(struct cli *cli, const struct shift *shift, struct err *err)
{
    struct function_env env;
    CLEANUP(node_free) node_t *traffic = NULL;
    if (function_env(cli, shift->runtime, &env, err) != 0)
        return -1;
    if (!env.runtime->set_traffic)
        return runtime_lacks(env.runtime, "send requests to revisions", err);
    bool dry_run = cli->dry_run != DRY_RUN_NONE;
    if (!dry_run && cli_confirm(cli, shift->what, err) != 0)
        return -1;
    if (env.runtime->set_traffic(&env.env, shift->name, shift->change, dry_run, &traffic, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *function = NULL;
    struct function_wait wait = {.env = &env, .name = shift->name, .goal = FUNCTION_READY, .timeout_ms = cli->timeout_ms};
    if (!dry_run && cli_waits(cli, true) && function_wait(cli, &wait, &function, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *list = shown(traffic);
    return cli_print_list_as(cli, "target", traffic_columns, list, err);
}

/* Without shares and tags: where they go now. */
static int traffic(struct cli *cli, struct err *err)
{
    const struct traffic_opts *opts = cli->opts;
    CLEANUP(strv_release) struct strv shares = STRV_INIT;
    for (size_t i = 1; i < cli->args.n; i++)
        strv_add(&shares, cli->args.v[i]);
    const struct traffic_change change = {.shares = &shares, .tags = &opts->tags, .removed = &opts->untag};
    AUTOFREE char *what = xasprintf("change where requests of function %s go", cli->args.v[0]);
    struct shift how = {.name = cli->args.v[0], .runtime = opts->runtime, .change = &change, .what = what};
    if (!shares.n && !opts->tags.n && !opts->untag.n)
        cli->dry_run = DRY_RUN_SERVER;
    return shift(cli, &how, err);
}

/* ---- rollback ---- */

struct rollback_opts {
    const char *runtime, *to;
};
static const struct opt rollback_opts[] = {
    {.name = "to",
     .type = OPT_STRING,
     OPT(struct rollback_opts, to),
     .metavar = "REV",
     .help = "to this one (usual: the one before)"},
    RUNTIME_OPT(struct rollback_opts),
    {0},
};

/* The newest of those that were well before the one that gets requests now. */
static const char *one_before(const node_t *revisions)
{
    bool is_past = false;
    for (const node_t *revision = node_first(revisions); revision; revision = node_next(revision)) {
        const char *state = node_str(revision, "/state", "");
        bool is_well = strcmp(state, "Ready") == 0 || strcmp(state, "Idle") == 0;
        if (is_past && is_well)
            return node_str(revision, "/revision", NULL);
        is_past = is_past || node_int(revision, "/percent", 0) > 0;
    }
    return NULL;
}

static int rollback(struct cli *cli, struct err *err)
{
    const struct rollback_opts *opts = cli->opts;
    const char *name = cli->args.v[0];
    struct function_env env;
    if (function_env(cli, opts->runtime, &env, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *list = revisions_of(&env, name, err);
    if (!list)
        return -1;
    const char *to = opts->to ? opts->to : one_before(list);
    if (!to) {
        err_set(err, ERR_NOT_FOUND, "function \"%s\" has no revision before this one that was well", name);
        return err_hint(err, "aiwf function revisions %s", name);
    }
    CLEANUP(strv_release) struct strv shares = STRV_INIT;
    strv_addf(&shares, "%s=100", to);
    const struct traffic_change change = {.shares = &shares};
    AUTOFREE char *what = xasprintf("send all requests of function %s to %s", name, to);
    struct shift how = {.name = name, .runtime = opts->runtime, .change = &change, .what = what};
    if (shift(cli, &how, err) != 0)
        return -1;
    cli_hint(cli, "aiwf function traffic %s " TRAFFIC_LATEST "=100: to the newest again", name);
    return 0;
}

/* ---- events ---- */

static int events(struct cli *cli, struct err *err)
{
    const struct plain_opts *opts = cli->opts;
    struct function_env env;
    if (function_env(cli, opts->runtime, &env, err) != 0)
        return -1;
    if (!env.runtime->events)
        return runtime_lacks(env.runtime, "list events", err);
    CLEANUP(node_free) node_t *items = env.runtime->events(&env.env, cli->args.v[0], err);
    if (!items)
        return err->code == ERR_NOT_FOUND ? err_hint(err, "aiwf function list") : -1;
    return cli_print_list(cli, "event", items, err);
}

/* ---- the tables ---- */

static const struct arg traffic_args[] = {
    {.name = "NAME", .help = "the function", .complete = complete_functions},
    {.name = "REV=PERCENT",
     .help = "how many of the requests go there; what is left goes to @latest",
     .optional = true,
     .many = true},
    {0},
};

static const struct example revisions_examples[] = {
    {"aiwf function revisions ocr", "the newest first, and what share of the requests each gets"},
    {"aiwf function revisions ocr -o json --jq '.items[0].revision'", "the newest one's name"},
    {0},
};
static const struct example traffic_examples[] = {
    {"aiwf function traffic ocr ocr-00002=10", "a tenth there, the rest to the newest"},
    {"aiwf function traffic ocr @latest=100 --tag ocr-00001=old", "all to the newest; the first has a URL of its own"},
    {"aiwf function traffic ocr", "where they go now"},
    {0},
};
static const struct example rollback_examples[] = {
    {"aiwf function rollback ocr", "all requests to the revision before"},
    {"aiwf function rollback ocr --to ocr-00003 --dry-run", "where they would go"},
    {0},
};
static const struct example events_examples[] = {
    {"aiwf function events ocr", "of the function, its revisions and its pods, by time"},
    {"aiwf function events ocr -o json --jq '.items[] | select(.type == \"Warning\").message'", "the warnings"},
    {0},
};

const struct cmd function_revisions_cmd = {
    .name = "revisions",
    .help = "list the revisions of a function and their share of the requests",
    .args = name_arg,
    .opts = plain_opts,
    .opts_size = sizeof(struct plain_opts),
    .flags = CMD_CONTEXT | CMD_LIST,
    .columns = revision_columns,
    .examples = revisions_examples,
    .run = revisions,
};

const struct cmd function_traffic_cmd = {
    .name = "traffic",
    .help = "show or change which revisions the requests go to",
    .about = "Shares and tags that are set here stay when the function is deployed again. Tags that are not named stay as\n"
             "they are.",
    .args = traffic_args,
    .opts = traffic_opts,
    .opts_size = sizeof(struct traffic_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_CHECKS | CMD_WAITS,
    .timeout = "60s",
    .columns = traffic_columns,
    .examples = traffic_examples,
    .run = traffic,
};

const struct cmd function_rollback_cmd = {
    .name = "rollback",
    .help = "send all requests to an earlier revision",
    .args = name_arg,
    .opts = rollback_opts,
    .opts_size = sizeof(struct rollback_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_CHECKS | CMD_WAITS,
    .timeout = "60s",
    .columns = traffic_columns,
    .examples = rollback_examples,
    .run = rollback,
};

const struct cmd function_events_cmd = {
    .name = "events",
    .help = "what happened to a function, its revisions and its pods",
    .about = "Kubernetes keeps events for an hour.",
    .args = name_arg,
    .opts = plain_opts,
    .opts_size = sizeof(struct plain_opts),
    .flags = CMD_CONTEXT | CMD_LIST,
    .columns = kube_event_columns,
    .examples = events_examples,
    .run = events,
};
