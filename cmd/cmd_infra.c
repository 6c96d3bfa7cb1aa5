/* What the context's cloud is made of: OpenStack's servers, networks, volumes, images and their limits. */
#include "infra.h"

#include <stdlib.h>
#include <string.h>

static const struct infra *noun_of(const struct cli *cli) { return (const struct infra *)cli->cmd; }

static struct infra_opts opts_of(const struct cli *cli)
{
    const struct infra_opts *opts = cli->opts;
    return opts ? *opts : (struct infra_opts){0};
}

static const char *query_of(const struct cli *cli) { return opts_of(cli).all_projects ? "all_tenants=1" : NULL; }

bool infra_is_for_people(const struct cli *cli)
{
    return (cli->print.format == PRINT_TABLE || cli->print.format == PRINT_WIDE) && !cli->jq;
}

static int refused(const struct infra *noun, struct err *err)
{
    if (err->code == ERR_AUTH && !err->hint && noun->who)
        err_hint(err, "only %s may see %ss: a cloud of clouds.yaml with their login (--cloud)", noun->who, noun->kind->word);
    return -1;
}

/* ---- list ---- */

static int list_once(struct cli *cli, struct err *err)
{
    const struct infra *noun = noun_of(cli);
    CLEANUP(openstack_release) struct openstack os = {0};
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *items = resource_list(&os, noun->kind, query_of(cli), err);
    if (!items)
        return refused(noun, err);
    bool people = infra_is_for_people(cli);
    for (node_t *item = node_first(items); people && noun->for_people && item; item = node_next(item))
        noun->for_people(item);
    if (node_len(items) || !people || cli->watch)
        return cli_print_list(cli, noun->kind->word, items, err);
    cli_note(cli, "no %ss in cloud %s", noun->kind->word, os.cloud.name);
    return 0;
}

/* ---- show ---- */

static int show_one(struct cli *cli, const char *name, struct err *err)
{
    const struct infra *noun = noun_of(cli);
    const char *query = query_of(cli);
    CLEANUP(openstack_release) struct openstack os = {0};
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    CLEANUP(node_free)
    node_t *item = query ? resource_find(&os, noun->kind, name, query, err) : resource_show(&os, noun->kind, name, err);
    if (!item)
        return refused(noun, err);
    if (infra_is_for_people(cli) && noun->for_people)
        noun->for_people(item);
    return print_one(&cli->print, noun->kind->word, noun->show_columns, item, err);
}

static void drop_first(struct strv *words)
{
    free(words->v[0]);
    memmove(words->v, words->v + 1, words->n * sizeof(*words->v)); /* with the NULL at its end */
    words->n--;
}

static bool begins(const struct cli *cli, const char *word) { return cli->args.n && strcmp(cli->args.v[0], word) == 0; }

/* The verbs of all other nouns may be typed: something of such a name is shown by "show list". */
static int drop_verb(struct cli *cli, struct err *err)
{
    bool lists = begins(cli, "list"), shows = begins(cli, "show");
    if (!lists && !shows)
        return 0;
    drop_first(&cli->args);
    if (lists == (cli->args.n == 0))
        return 0;
    err_set(err, ERR_USAGE, lists ? "unexpected argument \"%s\"" : "infra %s show needs NAME",
            lists ? cli->args.v[0] : cli->cmd->name);
    return err_hint(err, "aiwf infra %s -h", cli->cmd->name);
}

int infra_run(struct cli *cli, struct err *err)
{
    if (drop_verb(cli, err) != 0)
        return -1;
    if (opts_of(cli).gpu && !cli->args.n)
        return cli_watch(cli, infra_list_gpus, err);
    return cli->args.n ? cli_each_name(cli, show_one, err) : cli_watch(cli, list_once, err);
}

void infra_complete(struct cli *cli, struct strv *names)
{
    if (!cli->args.n)
        strv_add(names, "list");
    if (!cli->args.n)
        strv_add(names, "show");
    resource_complete(cli, noun_of(cli)->kind, names);
}

static const struct cmd *const nouns[] = {
    &infra_servers.cmd,      &infra_flavors.cmd, &infra_hypervisors.cmd, &infra_networks.cmd, &infra_routers.cmd,
    &infra_floating_ips.cmd, &infra_volumes.cmd, &infra_images.cmd,      &infra_quotas_cmd,   NULL,
};

const struct cmd cmd_infra = {
    .name = "infra",
    .group = "infrastructure",
    .help = "what the cloud is made of: servers, flavors, networks, volumes, images, quotas",
    .about = "A noun alone lists (`aiwf infra servers`), with names or ids it shows those (`aiwf infra servers gpu-1`); the\n"
             "words list and show may be typed as everywhere: `aiwf infra servers list`, `aiwf infra servers show gpu-1`.\n"
             "\n"
             "-o json and its like have the services' own documents, without links: every field is there, also those that no\n"
             "column has. The cloud is found as for `aiwf cluster`.",
    .cmds = nouns,
};
