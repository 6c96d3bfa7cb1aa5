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
