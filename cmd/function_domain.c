/* aiwf function domain: hosts of one's own that lead to a Knative function. */
#include <string.h>

#include "cmd.h"
#include "function.h"
#include "kube.h"
#include "serverless/domain.h"
#include "wait/wait.h"

struct create_opts {
    const char *function, *tls;
    bool claim;
};

static const struct opt create_opts[] = {
    {.name = "function",
     .type = OPT_STRING,
     OPT(struct create_opts, function),
     .metavar = "NAME",
     .help = "the Knative function that answers",
     .complete = complete_functions},
    {.name = "tls",
     .type = OPT_STRING,
     OPT(struct create_opts, tls),
     .metavar = "SECRET",
     .help = "the host's certificate: a secret of type kubernetes.io/tls"},
    {.name = "claim",
     .type = OPT_FLAG,
     OPT(struct create_opts, claim),
     .help = "claim the host for the namespace first (needs rights in the whole cluster)"},
    {0},
};

static const struct column columns[] = {
    {.title = "HOST", .path = "/host"},
    {.title = "STATE", .path = "/state", .kind = CELL_STATE},
    {.title = "FUNCTION", .path = "/function"},
    {.title = "URL", .path = "/url"},
    {.title = "AGE", .path = "/created", .kind = CELL_AGE},
    {.title = "TLS", .path = "/tls", .wide = true},
    {.title = "MESSAGE", .path = "/message"},
    {0},
};

struct looking {
    struct kube *kube;
    const char *host;
    node_t *last; /* its document */
};

/* What it says is wrong may pass: the controller hears of a claim and of a function's address in its own time. */
static enum wait_state look(void *arg, struct str *note, struct err *err)
{
    struct looking *looking = arg;
    CLEANUP(node_free) node_t *object = kube_show(looking->kube, &domain_kind, looking->kube->ns, looking->host, err);
    if (!object)
        return err->code == ERR_NOT_FOUND || err->code == ERR_AUTH ? WAIT_FAILED : WAIT_PENDING;
    node_free(looking->last);
    looking->last = domain_document(object);
    const char *state = node_str(looking->last, "/state", "?");
    str_addf(note, "%s\t%s", state, node_str(looking->last, "/message", ""));
    return strcmp(state, "Ready") == 0 ? WAIT_DONE : WAIT_PENDING;
}

static int wait_until_ready(struct cli *cli, struct kube *kube, const char *host, node_t **ret, struct err *err)
{
    AUTOFREE char *what = xasprintf("domain %s", host);
    CLEANUP(progress_free) struct progress *progress = cli_progress(cli);
    struct looking looking = {.kube = kube, .host = host};
    struct wait waiting = {.what = what,
                           .look = look,
                           .arg = &looking,
                           .timeout_ms = cli->timeout_ms,
                           .progress = progress,
                           .resume = "aiwf function domain list --watch"};
    int rc = wait_for(&waiting, err);
    CLEANUP(node_free) node_t *last = looking.last;
    if (rc == 0)
        *ret = TAKE(last);
    return rc;
}

static int create_there(struct cli *cli, const struct domain_spec *spec, struct err *err)
{
    struct kube *kube = cli_kube_kept(cli, err);
    bool dry_run = cli->dry_run == DRY_RUN_SERVER;
    AUTOFREE char *what = xasprintf("create domain %s", spec->host);
    if (!kube || (!dry_run && cli_confirm(cli, what, err) != 0) || domain_prepare(kube, spec, dry_run, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *object = domain_object(spec, kube->ns);
    CLEANUP(node_free) node_t *made = NULL;
    CLEANUP(node_free) node_t *document = NULL;
    const struct kube_write how = {.dry_run = dry_run};
    if (kube_create(kube, &domain_kind, object, &how, &made, err) != 0)
        return err->code == ERR_CONFLICT ? err_hint(err, "aiwf function domain delete %s", spec->host) : -1;
    if (dry_run || !cli_waits(cli, true))
        document = domain_document(made);
    else if (wait_until_ready(cli, kube, spec->host, &document, err) != 0)
        return -1;
    return cli_print_one(cli, "domain", document, err);
}

static int create(struct cli *cli, struct err *err)
{
    const struct create_opts *opts = cli->opts;
    struct domain_spec spec = {.host = cli->args.v[0], .function = opts->function, .tls = opts->tls, .claim = opts->claim};
    if (!opts->function)
        return err_set(err, ERR_USAGE, "which function answers: --function NAME");
    if (domain_check(&spec, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *object = domain_object(&spec, NULL);
    return cli->dry_run == DRY_RUN_CLIENT ? print_request(cli, object, err) : create_there(cli, &spec, err);
}

static int list(struct cli *cli, struct err *err)
{
    struct kube *kube = cli_kube_kept(cli, err);
    CLEANUP(node_free) node_t *objects = kube ? kube_list_of(kube, &domain_kind, kube->ns, NULL, err) : NULL;
    CLEANUP(node_free) node_t *all = node_new_array();
    for (const node_t *object = node_first(objects); object; object = node_next(object))
        node_push(all, domain_document(object));
    return objects ? cli_print_list(cli, "domain", all, err) : -1;
}

static int delete_one(struct cli *cli, const char *host, struct err *err)
{
    struct kube *kube = cli_kube_kept(cli, err);
    if (!kube)
        return -1;
    if (cli->dry_run != DRY_RUN_NONE) {
        cli_note(cli, "would delete domain %s", host);
        return 0;
    }
    if (kube_delete(kube, &domain_kind, kube->ns, host, err) != 0)
        return err->code == ERR_NOT_FOUND ? err_hint(err, "aiwf function domain list") : -1;
    cli_note(cli, "domain %s deleted", host);
    return domain_unclaim(kube, host, err);
}

static int delete_domains(struct cli *cli, struct err *err)
{
    return cli_confirm_names(cli, "delete", "domain", err) != 0 ? -1 : cli_each_name(cli, delete_one, err);
}

static void complete_domains(struct cli *cli, struct strv *names)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    struct kube *kube = cli_kube_kept(cli, &none);
    CLEANUP(node_free) node_t *objects = kube ? kube_list_of(kube, &domain_kind, kube->ns, NULL, &none) : NULL;
    for (const node_t *object = node_first(objects); object; object = node_next(object))
        strv_add(names, node_str(object, "/metadata/name", ""));
}

static const struct arg host_arg[] = {{.name = "HOST", .help = "the full host name"}, {0}};
static const struct arg hosts_arg[] = {{.name = "HOST", .help = "hosts", .many = true, .complete = complete_domains}, {0}};

static const struct example create_examples[] = {
    {"aiwf function domain create ocr.example.org --function ocr", "the host leads to the function; its DNS is yours to set"},
    {"aiwf function domain create ocr.example.org --function ocr --claim --tls ocr-cert", "claimed first, and over HTTPS"},
    {0},
};
static const struct example list_examples[] = {
    {"aiwf function domain list", "which host leads to which function"},
    {"aiwf function domain list -o json --jq '.items[].url'", "for a script"},
    {0},
};
static const struct example delete_examples[] = {
    {"aiwf function domain delete ocr.example.org", "the function stays, under its own URL"},
    {"aiwf function domain delete a.example.org b.example.org --dry-run", "what would go"},
    {0},
};

static const struct cmd create_cmd = {
    .name = "create",
    .help = "have a host lead to a function",
    .args = host_arg,
    .opts = create_opts,
    .opts_size = sizeof(struct create_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT | CMD_CHANGES | CMD_CHECKS | CMD_WAITS,
    .timeout = "60s",
    .columns = columns,
    .examples = create_examples,
    .run = create,
};
static const struct cmd list_cmd = {
    .name = "list",
    .help = "list hosts and the functions that answer there",
    .flags = CMD_CONTEXT | CMD_LIST,
    .columns = columns,
    .examples = list_examples,
    .run = list,
};
static const struct cmd delete_cmd = {
    .name = "delete",
    .help = "have hosts lead nowhere",
    .args = hosts_arg,
    .flags = CMD_CONTEXT | CMD_CHANGES | CMD_CHECKS,
    .examples = delete_examples,
    .run = delete_domains,
};

const struct cmd function_domain_cmd = {
    .name = "domain",
    .help = "hosts of your own that lead to a Knative function",
    .about =
        "A host may be used by one namespace of a cluster, the one that has claimed it. Where DNS leads to the ingress, the\n"
        "function answers there as under its own URL.",
    .cmds = (const struct cmd *const[]){&create_cmd, &list_cmd, &delete_cmd, NULL},
};
