/* aiwf top --context A,B: each context is asked with its own settings and logins. */
#include <stdlib.h>
#include <string.h>

#include "reach.h"
#include "top.h"

/* What a context's own settings do not say comes from the command line; what is opened is not shared. */
static void copy_cli(const struct cli *cli, const char *context, struct cli *ret)
{
    *ret = *cli;
    ret->cmd = NULL; /* its options are the command line's */
    ret->opts = NULL;
    ret->args = ret->kept = ret->contexts = STRV_INIT;
    ret->context = (struct context){0};
    ret->http_client = ret->http_open = ret->http_other = ret->http_tokens = NULL;
    ret->oauth2 = NULL;
    ret->kube_kept = ret->prometheus_kube = NULL;
    ret->gateway_tunnel = NULL;
    strv_add(&ret->kept, context);
    ret->context_name = ret->kept.v[0];
}

static int open_side(struct side *side, const struct side_settings *settings, struct err *err)
{
    if (cli_resolve(&side->cli, err) != 0)
        return -1;
    state_init(&side->state);
    side->is_open = true;
    top_set_context(&side->cli, &side->state);
    side->state.window_ms = settings->window_ms;
    side->state.view.span = settings->span;
    side->plan = plan_new(settings->only, settings->window_ms);
    if (cli_prometheus(&side->cli, settings->prom, &side->prom, err) != 0)
        return err_wrap(err, "context %s", side->cli.context.name);
    side->state.url = side->prom.base;
    top_kube(&side->cli, side->plan, settings->is_screen, &side->kube);
    return top_alertmanager(&side->cli, settings->prom, side->plan, &side->alertmanager, err);
}

int sides_open(struct sides *sides, const struct side_settings *settings, struct err *err)
{
    CLEANUP(strv_release) struct strv names = STRV_INIT;
    strv_split(&names, settings->names, ",");
    if (names.n > PARTS_MAX)
        return err_set(err, ERR_USAGE, "--context: at most %d contexts at once", PARTS_MAX);
    for (size_t i = 0; i < names.n; i++) {
        struct side *side = &sides->v[i];
        copy_cli(settings->cli, names.v[i], &side->cli);
        sides->n = i + 1;
        if (open_side(side, settings, err) != 0)
            return -1;
        sides->parts[i] = (struct part){.state = &side->state, .plan = side->plan, .prom = &side->prom};
    }
    return 0;
}

void sides_release(struct sides *sides)
{
    for (size_t i = 0; i < sides->n; i++) {
        struct side *side = &sides->v[i];
        if (side->is_open)
            state_release(&side->state);
        plan_free(side->plan);
        prom_release(&side->prom);
        if (side->alertmanager.base)
            prom_release(&side->alertmanager);
        kube_release(&side->kube);
        cli_release(&side->cli);
    }
    *sides = (struct sides){0};
}
