/* dataset attach --cluster: the volume in a Magnum cluster whose nodes run the Cinder driver. */
#include <string.h>

#include "cluster/change.h"
#include "cluster/kube.h"
#include "dataset.h"
#include "kube/object.h"
#include "wait/wait.h"

struct claim {
    struct kube kube;
    const char *ns, *name;
};
static void claim_release(struct claim *claim) { kube_release(&claim->kube); }
DEFINE_CLEANUP(struct claim, claim_release)

static int open_cluster(struct cli *cli, const struct dataset_use *use, struct kube *kube, struct err *err)
{
    struct kube_settings settings = {.trace = cli->verbose ? cli->err : NULL, .timing = cli->timing ? cli->err : NULL};
    CLEANUP(node_free) node_t *cluster = cluster_find(use->os, use->cluster, "attach a dataset to", err);
    return cluster ? cluster_kube_open(use->os, cluster, &settings, kube, err) : -1;
}

/* A volume can be with one machine at a time, unless it is made for more. */
static int refuse_used(const node_t *dataset, struct err *err)
{
    const char *server = node_str(dataset, "/attachments/0/server_id", NULL);
    if (!server || node_bool(dataset, "/multiattach", false))
        return 0;
    const char *name = node_str(dataset, "/name", "?");
    err_set(err, ERR_CONFLICT, "cannot attach dataset %s to a cluster", name);
    err_why(err, "it is attached to server %s", server);
    return err_hint(err, "aiwf dataset detach %s", name);
}

/* Both are tried before the first is made, so that none is left alone. */
static int create_both(struct kube *kube, const node_t *items, bool dry_run, struct err *err)
{
    const node_t *volume = node_first(items), *claim = node_next(volume);
    if (kube_create(kube, &kube_volumes, volume, &(struct kube_write){.dry_run = true}, NULL, err) != 0 ||
        kube_create(kube, &kube_volume_claims, claim, &(struct kube_write){.dry_run = true}, NULL, err) != 0)
        return -1;
    if (dry_run)
        return 0;
    if (kube_create(kube, &kube_volumes, volume, NULL, NULL, err) != 0)
        return -1;
    return kube_create(kube, &kube_volume_claims, claim, NULL, NULL, err);
}

static enum wait_state look(void *arg, struct str *note, struct err *err)
{
    struct claim *claim = arg;
    CLEANUP(node_free) node_t *now = kube_show(&claim->kube, &kube_volume_claims, claim->ns, claim->name, err);
    if (!now)
        return err->code == ERR_NOT_FOUND ? WAIT_FAILED : WAIT_PENDING;
    const char *phase = node_str(now, "/status/phase", "Pending");
    str_add(note, phase);
    if (strcmp(phase, "Lost") == 0) {
        err_set(err, ERR_FAILED, "volume claim %s/%s is lost", claim->ns, claim->name);
        err_why(err, "its volume is not there any more");
        return WAIT_FAILED;
    }
    return strcmp(phase, "Bound") == 0 ? WAIT_DONE : WAIT_PENDING;
}

static int wait_bound(struct cli *cli, const struct dataset_use *use, struct claim *claim, struct err *err)
{
    CLEANUP(progress_free) struct progress *progress = cli_progress(cli);
    AUTOFREE char *what = xasprintf("volume claim %s/%s", claim->ns, claim->name);
    AUTOFREE char *resume = xasprintf("aiwf cluster kubeconfig %s, then kubectl --context %s -n %s describe pvc %s", use->cluster,
                                      use->cluster, claim->ns, claim->name);
    struct wait wait = {
        .what = what, .look = look, .arg = claim, .timeout_ms = cli->timeout_ms, .progress = progress, .resume = resume};
    return wait_for(&wait, err);
}

int dataset_use_in_cluster(struct cli *cli, const struct dataset_use *use, struct err *err)
{
    const char *ns = context_get(&cli->context, SETTING_namespace);
    struct dataset_claim wanted = {.namespace_name = ns ? ns : "default", .fs_type = use->fs_type};
    CLEANUP(node_free) node_t *list = dataset_manifest(use->dataset, &wanted);
    const node_t *items = node_get(list, "items");
    CLEANUP(claim_release) struct claim claim = {.ns = wanted.namespace_name, .name = node_str(items, "/1/metadata/name", "")};
    if (refuse_used(use->dataset, err) != 0 || open_cluster(cli, use, &claim.kube, err) != 0 ||
        create_both(&claim.kube, items, cli->dry_run == DRY_RUN_SERVER, err) != 0)
        return -1;
    const char *name = node_str(use->dataset, "/name", "?");
    if (cli->dry_run == DRY_RUN_SERVER)
        return cli_note(cli, "would attach dataset %s to cluster %s", name, use->cluster), 0;
    cli_note(cli, "dataset %s is volume claim %s/%s in cluster %s", name, claim.ns, claim.name, use->cluster);
    return cli_waits(cli, true) ? wait_bound(cli, use, &claim, err) : 0;
}
