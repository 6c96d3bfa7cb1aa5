/* aiwf cluster quotas: how many clusters a project may have. */
#include "cluster.h"
#include "openstack/project.h"

struct quota_opts {
    int64_t limit;
    bool all_projects;
};

static const struct column columns[] = {
    {"PROJECT", "/project_id", CELL_TEXT, false}, {"RESOURCE", "/resource", CELL_TEXT, false},
    {"LIMIT", "/hard_limit", CELL_NUMBER, false}, {"CREATED", "/created_at", CELL_TEXT, true},
    {"UPDATED", "/updated_at", CELL_TEXT, true},  {0},
};

static void complete_projects(struct cli *cli, struct strv *names) { resource_complete(cli, &keystone_project, names); }

/* One project's quota: the kind, whose path is kept in `path`. */
static int kind_of(struct openstack *os, const char *project, struct str *path, struct resource *kind, struct err *err)
{
    AUTOFREE char *id = project_id(os, project, err);
    if (!id)
        return -1;
    *kind = magnum_project_quota(id, path);
    return 0;
}

/* ---- list, show ---- */

static const struct opt list_opts[] = {
    {.name = "all-projects",
     .type = OPT_FLAG,
     OPT(struct quota_opts, all_projects),
     .help = "those of every project (administrators)"},
    {0},
};

/* A quota has no name but its project's. */
static void name_it(node_t *quota) { node_set_str(quota, "name", node_str(quota, "/project_id", NULL)); }

static int list(struct cli *cli, struct err *err)
{
    const struct quota_opts *opts = cli->opts;
    CLEANUP(openstack_release) struct openstack os = {0};
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *quotas = resource_list(&os, &magnum_quota, opts->all_projects ? "all_tenants=true" : NULL, err);
    if (!quotas)
        return -1;
    for (node_t *quota = node_first(quotas); quota; quota = node_next(quota))
        name_it(quota);
    return cli_print_list(cli, "quota", quotas, err);
}

static int show(struct cli *cli, struct err *err)
{
    const char *project = cli->args.n ? cli->args.v[0] : NULL;
    CLEANUP(openstack_release) struct openstack os = {0};
    CLEANUP(str_release) struct str path = STR_INIT;
    struct resource kind;
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    CLEANUP(node_free)
    node_t *quota = kind_of(&os, project, &path, &kind, err) == 0 ? resource_show(&os, &kind, MAGNUM_QUOTA_ID, err) : NULL;
    if (!quota)
        return err_what(err, "cannot show the quota of %s%s", project ? "project " : "the login's project",
                        project ? project : "");
    name_it(quota);
    return cli_print_one(cli, "quota", quota, err);
}

static const struct arg show_args[] = {
    {.name = "PROJECT", .help = "by name or id (usual: the login's)", .optional = true, .complete = complete_projects}, {0}};
static const struct example list_examples[] = {
    {"aiwf cluster quotas list --all-projects", "every project that has a limit of its own"},
    {"aiwf cluster quotas list --all-projects -o json --jq '.items[] | select(.hard_limit < 5).project_id'", "for a script"},
    {0},
};
static const struct example show_examples[] = {
    {"aiwf cluster quotas show", "how many clusters the login's project may have"},
    {"aiwf cluster quotas show vision -o json --jq .hard_limit", "another project, for administrators"},
    {0},
};
static const struct cmd cmd_list = {
    .name = "list",
    .help = "list the projects that have a limit of their own",
    .opts = list_opts,
    .opts_size = sizeof(struct quota_opts),
    .flags = CMD_CONTEXT | CMD_LIST,
    .columns = columns,
    .examples = list_examples,
    .run = list,
};
static const struct cmd cmd_show = {
    .name = "show",
    .help = "show how many clusters a project may have",
    .about = "A project without a limit of its own has Magnum's usual one, which is shown then.",
    .args = show_args,
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .columns = columns,
    .examples = show_examples,
    .run = show,
};

/* ---- create, update ---- */

static const struct opt change_opts[] = {
    {.name = "hard-limit",
     .type = OPT_INT,
     OPT(struct quota_opts, limit),
     .metavar = "N",
     RANGE(-1, 1e6),
     .missing = "-1",
     .help = "how many clusters the project may have"},
    {0},
};

static int check_limit(struct cli *cli, struct err *err)
{
    const struct quota_opts *opts = cli->opts;
    if (opts->limit >= 0)
        return 0;
    err_set(err, ERR_USAGE, "how many clusters may project %s have?", cli->args.v[0]);
    return err_hint(err, "--hard-limit N");
}

/* verb: "create" or "update". */
static int change(struct cli *cli, const char *verb, struct err *err)
{
    const struct quota_opts *opts = cli->opts;
    const char *project = cli->args.v[0];
    bool is_creation = verb[0] == 'c';
    CLEANUP(openstack_release) struct openstack os = {0};
    if (check_limit(cli, err) != 0 || cli_openstack(cli, &os, err) != 0)
        return -1;
    AUTOFREE char *what = xasprintf("%s the quota of project %s", verb, project);
    AUTOFREE char *failing = xasprintf("cannot %s", what);
    CLEANUP(str_release) struct str path = STR_INIT;
    AUTOFREE char *id = project_id(&os, project, err);
    if (!id)
        return err_what(err, "%s", failing);
    CLEANUP(node_free) node_t *body = node_new_object();
    node_set_str(body, "project_id", id);
    node_set_str(body, "resource", MAGNUM_QUOTA_ID);
    node_set_num(body, "hard_limit", (double)opts->limit);
    if (cli->dry_run != DRY_RUN_NONE)
        return print_request(cli, body, err);
    struct resource kind = magnum_project_quota(id, &path);
    struct resource_change update = {.method = "PATCH", .id = MAGNUM_QUOTA_ID, .body = body, .failing = failing};
    node_t *changed = NULL;
    if (cli_confirm(cli, what, err) != 0)
        return -1;
    if (is_creation)
        changed = resource_create(&os, &magnum_quota, body, err);
    else
        resource_change(&os, &kind, &update, &changed, err);
    CLEANUP(node_free) node_t *quota = changed;
    if (!quota && err->code == ERR_OK)
        return 0;
    if (!quota)
        return err_what(err, "%s", failing);
    name_it(quota);
    return cli_print_one(cli, "quota", quota, err);
}

static int create(struct cli *cli, struct err *err) { return change(cli, "create", err); }

static int update(struct cli *cli, struct err *err)
{
    if (change(cli, "update", err) == 0)
        return 0;
    return err->code == ERR_NOT_FOUND ? err_hint(err, "aiwf cluster quotas create %s --hard-limit N", cli->args.v[0]) : -1;
}

static const struct arg change_args[] = {{.name = "PROJECT", .help = "by name or id", .complete = complete_projects}, {0}};
static const struct example create_examples[] = {
    {"aiwf cluster quotas create vision --hard-limit 5", "five clusters for a project"},
    {"aiwf cluster quotas create vision --hard-limit 5 --dry-run", "what would be sent"},
    {0},
};
static const struct example update_examples[] = {
    {"aiwf cluster quotas update vision --hard-limit 20", "another limit"},
    {"aiwf cluster quotas update vision --hard-limit 0", "no further cluster"},
    {0},
};
static const struct cmd cmd_create = {
    .name = "create",
    .help = "give a project a limit of its own (administrators)",
    .about = "One that has a limit already is exit 5: aiwf cluster quotas update.",
    .args = change_args,
    .opts = change_opts,
    .opts_size = sizeof(struct quota_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_CHECKS,
    .columns = columns,
    .examples = create_examples,
    .run = create,
};
static const struct cmd cmd_update = {
    .name = "update",
    .help = "change a project's limit (administrators)",
    .args = change_args,
    .opts = change_opts,
    .opts_size = sizeof(struct quota_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_CHECKS,
    .columns = columns,
    .examples = update_examples,
    .run = update,
};

/* ---- delete ---- */

static int delete_one(struct cli *cli, const char *project, struct err *err)
{
    CLEANUP(openstack_release) struct openstack os = {0};
    CLEANUP(str_release) struct str path = STR_INIT;
    struct resource kind;
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    if (kind_of(&os, project, &path, &kind, err) != 0)
        return err_what(err, "cannot delete the quota of project %s", project);
    if (cli->dry_run != DRY_RUN_NONE)
        return cli_note(cli, "would delete the quota of project %s", project), 0;
    if (resource_delete(&os, &kind, MAGNUM_QUOTA_ID, NULL, err) != 0)
        return err_what(err, "cannot delete the quota of project %s", project);
    cli_note(cli, "project %s has Magnum's usual quota again", project);
    return 0;
}

static int delete_quotas(struct cli *cli, struct err *err)
{
    AUTOFREE char *what = cli->args.n == 1 ? xasprintf("delete the quota of project %s", cli->args.v[0])
                                           : xasprintf("delete the quotas of %zu projects", cli->args.n);
    return cli_confirm(cli, what, err) == 0 ? cli_each_name(cli, delete_one, err) : -1;
}

static const struct arg delete_args[] = {
    {.name = "PROJECT", .help = "by name or id", .many = true, .complete = complete_projects}, {0}};
static const struct example delete_examples[] = {
    {"aiwf cluster quotas delete vision", "Magnum's usual limit holds again"},
    {"aiwf cluster quotas delete vision speech", "several, each tried"},
    {0},
};
static const struct cmd cmd_delete = {
    .name = "delete",
    .help = "take a project's own limit away (administrators)",
    .args = delete_args,
    .flags = CMD_CONTEXT | CMD_CHANGES | CMD_CHECKS,
    .examples = delete_examples,
    .run = delete_quotas,
};

static const struct cmd *const verbs[] = {&cmd_list, &cmd_show, &cmd_create, &cmd_update, &cmd_delete, NULL};

const struct cmd cluster_quotas_cmd = {
    .name = "quotas",
    .help = "how many clusters a project may have: list, show, create, update, delete",
    .about = "What else limits a cluster, of Nova, Neutron and Cinder: aiwf infra quotas.",
    .cmds = verbs,
};
