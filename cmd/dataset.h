/* The verbs of `aiwf dataset`. */
#ifndef CMD_DATASET_H
#define CMD_DATASET_H

#include "openstack.h"
#include "openstack/dataset.h"

extern const struct cmd dataset_create_cmd;
extern const struct cmd dataset_attach_cmd;
extern const struct cmd dataset_detach_cmd;
extern const struct cmd dataset_delete_cmd;
extern const struct cmd dataset_manifest_cmd;
extern const struct column dataset_show_columns[];

void dataset_complete(struct cli *cli, struct strv *names);
/* Adds what only a table shows. */
void dataset_for_people(const struct cli *cli, node_t *dataset);
int dataset_print(struct cli *cli, node_t *dataset, struct err *err);

/* What a change is waited for: until the volume's status is `until` (NULL: it is gone). */
struct dataset_wait {
    struct openstack *os;
    const node_t *dataset;
    const char *doing;  /* "creating": the stage's word */
    const char *until;  /* "available", "in-use" */
    const char *failed; /* a status that means that it did not work, besides those with "error" in them; NULL: none */
    const char *resume; /* the command that goes on looking */
};
/* *ret is the volume as it is then (NULL when it is gone); may be NULL. The caller frees. */
int dataset_wait(struct cli *cli, const struct dataset_wait *wait, node_t **ret, struct err *err);

/* Puts the dataset into a Magnum cluster, as a PersistentVolume and its claim, and waits until that is bound. */
struct dataset_use {
    struct openstack *os;
    const node_t *dataset;
    const char *cluster; /* name or UUID */
    const char *fs_type;
};
int dataset_use_in_cluster(struct cli *cli, const struct dataset_use *use, struct err *err);

#endif
