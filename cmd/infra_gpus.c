/* infra flavors --gpu */
#include <math.h>
#include <string.h>

#include "infra.h"
#include "openstack/gpu_list.h"

static const struct column columns[] = {
    {"NAME", "/name", CELL_TEXT, false},
    {"VCPUS", "/vcpus", CELL_NUMBER, false},
    {"RAM", "/ram_bytes", CELL_BYTES, false},
    {"KIND", "/gpu/kind", CELL_TEXT, false},
    {"GPUS", "/gpu/count", CELL_NUMBER, false},
    {"FREE", "/gpu/free", CELL_NUMBER, false},
    {"FITS", "/gpu/fits", CELL_NUMBER, false},
    {"SOURCE", "/gpu/source", CELL_TEXT, true},
    {"TRAITS", "/gpu/traits", CELL_LIST, true},
    {"ID", "/id", CELL_TEXT, true},
    {0},
};

/* Why a number is missing, once for all flavors with that reason. */
static void tell_unknown(struct cli *cli, const node_t *flavors)
{
    CLEANUP(strv_release) struct strv told = STRV_INIT;
    for (const node_t *flavor = node_first(flavors); flavor; flavor = node_next(flavor)) {
        const char *why = node_str(flavor, "/gpu/unknown", NULL);
        if (!why || strv_has(&told, why))
            continue;
        cli_note(cli, "how many %s are free is unknown: %s", node_str(flavor, "/gpu/kind", "?"), why);
        strv_add(&told, why);
    }
}

int infra_list_gpus(struct cli *cli, struct err *err)
{
    CLEANUP(openstack_release) struct openstack os = {0};
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *flavors = gpu_flavors(&os, err);
    if (!flavors)
        return -1;
    bool people = infra_is_for_people(cli);
    for (node_t *flavor = node_first(flavors); people && flavor; flavor = node_next(flavor))
        node_set_num(flavor, "ram_bytes", ldexp(node_num(flavor, "/ram", (double)NAN), 20));
    if (people && !node_len(flavors) && !cli->watch)
        cli_note(cli, "no flavor of cloud %s has GPUs", os.cloud.name);
    if (!cli->watch)
        tell_unknown(cli, flavors);
    return print_list(&cli->print, "flavor", columns, flavors, err);
}
