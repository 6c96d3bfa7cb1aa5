#include "kube.h"

#include <string.h>

#include "kube/login.h"

const struct column kube_event_columns[] = {
    {.title = "TIME", .path = "/time"},
    {.title = "TYPE", .path = "/type", .kind = CELL_STATE},
    {.title = "OBJECT", .path = "/object"},
    {.title = "REASON", .path = "/reason"},
    {.title = "COUNT", .path = "/count", .kind = CELL_NUMBER},
    {.title = "FROM", .path = "/from", .wide = true},
    {.title = "MESSAGE", .path = "/message"},
    {0},
};

/* What Knative says of every function that sets no security context, a line long for each field: it calls for nothing
 * (serving, pkg/apis/serving/k8s_validation.go). */
static bool is_routine(const char *text) { return str_starts(text, "Kubernetes default value is insecure, Knative may "); }

static void warn(const char *text, void *arg)
{
    const struct cli *cli = arg;
    if (is_routine(text) && !cli->verbose)
        return;
    CLEANUP(str_release) struct str safe = STR_INIT;
    str_add_safe(&safe, text, strlen(text), false);
    cli_note(cli, "warning: %s", safe.buf);
}

int cli_kube_as(struct cli *cli, const struct kube_actor *actor, struct kube *ret, struct err *err)
{
    enum { COMPLETION_MS = 250 };
    struct kube_settings settings = {
        .trace = cli->verbose ? cli->err : NULL,
        .timing = cli->timing ? cli->err : NULL,
        .total_ms = cli->completing ? COMPLETION_MS : 0,
        .retries = cli->completing ? -1 : 0,
        .quick = cli->completing,
        .as = actor->user,
        .as_groups = actor->groups,
        .warn = cli->completing ? NULL : warn,
        .warn_arg = cli,
    };
    if (actor->groups && actor->groups->n && !actor->user) {
        err_set(err, ERR_USAGE, "--as-group without --as");
        return err_hint(err, "--as USER --as-group %s", actor->groups->v[0]);
    }
    return kube_open_context(ret, &cli->context, &settings, err);
}

int cli_kube(struct cli *cli, struct kube *ret, struct err *err) { return cli_kube_as(cli, &(struct kube_actor){0}, ret, err); }

struct kube *cli_kube_kept(struct cli *cli, struct err *err)
{
    struct kube kube;
    if (cli->kube_kept || cli_kube(cli, &kube, err) != 0)
        return cli->kube_kept;
    cli->kube_kept = xmalloc(sizeof(kube));
    *cli->kube_kept = kube;
    return cli->kube_kept;
}
