/* infra quotas */
#include <math.h>

#include "infra.h"
#include "openstack/quota.h"

static const struct column columns[] = {
    {"RESOURCE", "/resource", CELL_TEXT, false},
    {"USED", "/used", CELL_NUMBER, false},
    {"LIMIT", "/limit_line", CELL_NUMBER, false},
    {"FREE", "/free", CELL_NUMBER, false},
    {"SERVICE", "/service", CELL_TEXT, false},
    {"UNIT", "/unit", CELL_TEXT, false},
    {0},
};

/* A service that did not answer is told apart from the table, and stays in documents. */
static node_t *for_people(struct cli *cli, const node_t *rows)
{
    node_t *kept = node_new_array();
    for (const node_t *row = node_first(rows); row; row = node_next(row)) {
        const char *error = node_str(row, "/error", NULL);
        if (error) {
            cli_note(cli, "%s", error);
            continue;
        }
        node_t *copy = node_push(kept, node_copy(row));
        node_set(copy, "limit_line",
                 node_bool(row, "/unlimited", false) ? node_new_str("unlimited") : node_copy(node_get(row, "limit")));
    }
    return kept;
}

static int list(struct cli *cli, struct err *err)
{
    if (cli->args.n && !str_eq(cli->args.v[0], "list"))
        return err_set(err, ERR_USAGE, "unexpected argument \"%s\"", cli->args.v[0]), err_hint(err, "aiwf infra quotas -h");
    CLEANUP(openstack_release) struct openstack os = {0};
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *rows = quota_list(&os, err);
    if (!rows)
        return -1;
    CLEANUP(node_free) node_t *shown = infra_is_for_people(cli) ? for_people(cli, rows) : node_copy(rows);
    return cli_print_list(cli, "quota", shown, err);
}

static const struct example examples[] = {
    {"aiwf infra quotas", "what the project may use, and uses"},
    {"aiwf infra quotas -o json --jq '.items[] | select(.limit != null and .free == 0).resource'", "what has run out"},
    {0},
};

const struct cmd infra_quotas_cmd = {
    .name = "quotas",
    .help = "limits and use of the project, in all services",
    .about =
        "Of Nova, Neutron, Cinder and Magnum, asked at once. USED counts what is reserved for a change under way. A limit\n"
        "of -1 is shown as unlimited, and is null in json, where .unlimited is true. A service that does not answer is told\n"
        "on stderr (.error in json); the others are shown.",
    .args = (const struct arg[]){{.name = "LIST", .help = "the only verb; may be left out", .optional = true}, {0}},
    .flags = CMD_CONTEXT | CMD_LIST,
    .columns = columns,
    .examples = examples,
    .run = list,
};
