/* What a cloud is made of: a noun below "infra" is one struct infra; it lists, and shows those that are named. */
#ifndef CMD_INFRA_H
#define CMD_INFRA_H

#include "openstack.h"

struct infra {
    struct cmd cmd; /* first: infra_run finds the rest by it */
    const struct resource *kind;
    const struct column *show_columns;
    void (*for_people)(node_t *item); /* adds what only a table shows; NULL: nothing */
    const char *who;                  /* may see it, where not every user may: "administrators"; NULL: everyone */
};

/* The options of all of them; a noun's table has those that it knows. */
struct infra_opts {
    bool all_projects, gpu;
};
#define ALL_PROJECTS_OPT                                                                \
    {                                                                                   \
        .name = "all-projects", .type = OPT_FLAG, OPT(struct infra_opts, all_projects), \
        .help = "those of every project (administrators)",                              \
    }

extern const struct infra infra_servers, infra_flavors, infra_hypervisors;   /* infra_compute.c */
extern const struct infra infra_networks, infra_routers, infra_floating_ips; /* infra_network.c */
extern const struct infra infra_volumes, infra_images;                       /* infra_storage.c */
extern const struct cmd infra_quotas_cmd;

int infra_run(struct cli *cli, struct err *err);
void infra_complete(struct cli *cli, struct strv *names);
/* infra flavors --gpu */
int infra_list_gpus(struct cli *cli, struct err *err);

/* "-o table" and "wide" only: other formats keep the service's own document. */
bool infra_is_for_people(const struct cli *cli);

/* The words that stand after a noun, when it has names. */
#define INFRA_ARGS(what) \
    (const struct arg[]) { {.name = "NAME", .help = what, .optional = true, .many = true, .complete = infra_complete}, {0}, }

#endif
