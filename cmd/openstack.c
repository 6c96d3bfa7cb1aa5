#include "openstack.h"

#include "openstack/glance.h"
#include "openstack/neutron.h"
#include "openstack/nova.h"

int cli_openstack(struct cli *cli, struct openstack *ret, struct err *err)
{
    enum { COMPLETION_MS = 250 };
    struct openstack_settings settings = {
        .trace = cli->verbose ? cli->err : NULL,
        .timing = cli->timing ? cli->err : NULL,
        .total_ms = cli->completing ? COMPLETION_MS : 0,
        .retries = cli->completing ? -1 : 0,
    };
    if (cli->in_tty && cli->err_tty && !cli->completing)
        settings.asker = (struct asker){.secret = cli_secret, .arg = cli};
    return openstack_open(ret, &cli->context, &settings, err);
}

int resource_print_list(struct cli *cli, const struct resource *kind, const char *query, struct err *err)
{
    CLEANUP(openstack_release) struct openstack os = {0};
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *items = resource_list(&os, kind, query, err);
    if (!items)
        return -1;
    bool people = cli->print.format == PRINT_TABLE || cli->print.format == PRINT_WIDE;
    if (node_len(items) || !people || cli->jq || cli->watch)
        return cli_print_list(cli, kind->word, items, err);
    cli_note(cli, "no %ss in cloud %s", kind->word, os.cloud.name);
    return 0;
}

int resource_print_one(struct cli *cli, const struct resource *kind, struct err *err)
{
    CLEANUP(openstack_release) struct openstack os = {0};
    if (cli_openstack(cli, &os, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *item = resource_show(&os, kind, cli->args.v[0], err);
    return item ? cli_print_one(cli, kind->word, item, err) : -1;
}

void resource_complete(struct cli *cli, const struct resource *kind, struct strv *names)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(openstack_release) struct openstack os = {0};
    if (cli_openstack(cli, &os, &none) != 0)
        return;
    CLEANUP(node_free) node_t *items = resource_list(&os, kind, NULL, &none);
    const char *member = kind->name ? kind->name : "name";
    for (const node_t *item = node_first(items); item; item = node_next(item)) {
        const char *name = node_text(node_get(item, member));
        strv_add(names, name ? name : "");
    }
}

void complete_images(struct cli *cli, struct strv *names) { resource_complete(cli, &glance_image, names); }
void complete_flavors(struct cli *cli, struct strv *names) { resource_complete(cli, &nova_flavor, names); }
void complete_networks(struct cli *cli, struct strv *names) { resource_complete(cli, &neutron_network, names); }
