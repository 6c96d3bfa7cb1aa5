#include "kube.h"

#include "kube/login.h"

int cli_kube(struct cli *cli, struct kube *ret, struct err *err)
{
    enum { COMPLETION_MS = 250 };
    struct kube_settings settings = {
        .trace = cli->verbose ? cli->err : NULL,
        .timing = cli->timing ? cli->err : NULL,
        .total_ms = cli->completing ? COMPLETION_MS : 0,
        .retries = cli->completing ? -1 : 0,
    };
    return kube_open_context(ret, &cli->context, &settings, err);
}

struct kube *cli_kube_kept(struct cli *cli, struct err *err)
{
    struct kube kube;
    if (cli->kube_kept || cli_kube(cli, &kube, err) != 0)
        return cli->kube_kept;
    cli->kube_kept = xmalloc(sizeof(kube));
    *cli->kube_kept = kube;
    return cli->kube_kept;
}
