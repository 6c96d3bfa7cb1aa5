/* aiwf template update, aiwf template delete */
#include "magnum_body.h"
#include "openstack/magnum_template.h"
#include "template.h"

struct update_opts {
    struct strv remove;
};
static const struct opt update_opts[] = {
    {.name = "remove",
     .type = OPT_LIST,
     OPT(struct update_opts, remove),
     .metavar = "KEY",
     .help = "what shall have no value any more: keypair_id, labels.kube_tag"},
    {0},
};

static int make_patch(struct cli *cli, node_t *patch, struct err *err)
{
    const struct update_opts *opts = cli->opts;
    for (size_t i = 1; i < cli->args.n; i++)
        if (magnum_patch_set(patch, magnum_template_fields, cli->args.v[i], err) != 0)
            return -1;
    for (size_t i = 0; i < opts->remove.n; i++)
        if (magnum_patch_remove(patch, magnum_template_fields, opts->remove.v[i], err) != 0)
            return -1;
    if (node_len(patch))
        return 0;
    err_set(err, ERR_USAGE, "what shall change of template %s?", cli->args.v[0]);
    return err_hint(err, "KEY=VALUE, or --remove KEY");
}

static int update(struct cli *cli, struct err *err)
{
    const char *name = cli->args.v[0];
    CLEANUP(openstack_release) struct openstack os = {0};
    CLEANUP(node_free) node_t *patch = node_new_array();
    if (make_patch(cli, patch, err) != 0)
        return -1;
    if (cli->dry_run == DRY_RUN_CLIENT)
        return print_request(cli, patch, err);
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    AUTOFREE char *id = resource_id(&os, &magnum_template, name, err);
    if (!id)
        return err_what(err, "cannot update template %s", name);
    if (cli->dry_run == DRY_RUN_SERVER)
        return print_request(cli, patch, err);
    AUTOFREE char *what = xasprintf("update template %s", name);
    if (cli_confirm(cli, what, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *changed = magnum_template_update(&os, id, patch, err);
    return changed ? cli_print_one(cli, "template", changed, err) : -1;
}

static void complete_changes(struct cli *cli, struct strv *names)
{
    (void)cli;
    magnum_patch_words(magnum_template_fields, names);
}

static const struct arg update_args[] = {
    {.name = "NAME", .help = "the template, by name or UUID", .complete = complete_templates},
    {.name = "KEY=VALUE",
     .help = "Magnum's own members: flavor_id=g1.a100, labels.kube_tag=v1.24.1",
     .optional = true,
     .many = true,
     .complete = complete_changes},
    {0},
};
static const struct example update_examples[] = {
    {"aiwf template update gpu flavor_id=g1.h100 labels.kube_tag=v1.24.3-rancher1", "clusters made from now on are of these"},
    {"aiwf template update gpu public=false --remove keypair_id", "a value that goes"},
    {0},
};

const struct cmd template_update_cmd = {
    .name = "update",
    .help = "change a template",
    .about = "Clusters that exist stay as they are. A label is labels.KEY. Magnum refuses a change of most members while a\n"
             "cluster is of the template (exit 5).",
    .args = update_args,
    .opts = update_opts,
    .opts_size = sizeof(struct update_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_CHECKS,
    .columns = template_show_columns,
    .examples = update_examples,
    .run = update,
};

/* ---- delete ---- */

struct delete_opts {
    struct openstack os; /* not from the command line: of this run */
};

static int delete_one(struct cli *cli, const char *name, struct err *err)
{
    struct delete_opts *opts = cli->opts;
    AUTOFREE char *id = resource_id(&opts->os, &magnum_template, name, err);
    if (!id)
        return err_what(err, "cannot delete template %s", name);
    if (cli->dry_run != DRY_RUN_NONE)
        return cli_note(cli, "would delete template %s (%s)", name, id), 0;
    if (magnum_template_delete(&opts->os, id, name, err) != 0)
        return -1;
    cli_note(cli, "template %s deleted", name);
    return 0;
}

static int delete_templates(struct cli *cli, struct err *err)
{
    struct delete_opts *opts = cli->opts;
    if (cli_confirm_names(cli, "delete", "template", err) != 0 || cli_openstack(cli, &opts->os, err) != 0)
        return -1;
    int rc = cli_each_name(cli, delete_one, err);
    openstack_release(&opts->os);
    return rc;
}

static const struct opt delete_opts[] = {{0}};
static const struct arg delete_args[] = {
    {.name = "NAME", .help = "templates, by name or UUID", .many = true, .complete = complete_templates},
    {0},
};
static const struct example delete_examples[] = {
    {"aiwf template delete gpu", "one that no cluster is of"},
    {"aiwf template delete a b c", "several, each tried"},
    {0},
};

const struct cmd template_delete_cmd = {
    .name = "delete",
    .help = "delete templates",
    .about = "One that a cluster is of is kept (exit 5). A name that fits several is exit 5, too: give the UUID.",
    .args = delete_args,
    .opts = delete_opts,
    .opts_size = sizeof(struct delete_opts),
    .flags = CMD_CONTEXT | CMD_CHANGES | CMD_CHECKS,
    .examples = delete_examples,
    .run = delete_templates,
};
