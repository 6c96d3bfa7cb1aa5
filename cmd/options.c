/* The options that many commands share, each written once; which apply is told by the command's flags. */
#include "cmd.h"

#include <string.h>

#include "kube/login.h"
#include "openstack/clouds.h"

#define CLI(member) OPT(struct cli, member)

static const char *const colors[] = {"auto", "always", "never", NULL};
static const char *const outputs[] = {"table", "wide", "json", "yaml", "name", "csv", "ndjson", "custom-columns=", NULL};
static const char *const dry_runs[] = {"client", NULL};
static const char *const checked_dry_runs[] = {"client", "server", NULL};

static void complete_contexts(struct cli *cli, struct strv *names)
{
    (void)cli;
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(conf_release) struct conf conf = {0};
    if (conf_load(&conf, &err) == 0)
        conf_names(&conf, names);
}

static void complete_columns(struct cli *cli, struct strv *names)
{
    for (const struct column *column = cli->cmd ? cli->cmd->columns : NULL; column && column->title; column++)
        strv_add(names, column->title);
}

static void complete_clouds(struct cli *cli, struct strv *names)
{
    (void)cli;
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    cloud_names(names, &ignored);
}

static void complete_kube_contexts(struct cli *cli, struct strv *names)
{
    (void)cli;
    kube_context_names(NULL, names);
}

static const struct opt root_opts[] = {
    {.name = "version", .type = OPT_FLAG, CLI(version), .help = "print the version"},
    {0},
};
static const struct opt global_opts[] = {
    {.name = "help", .letter = 'h', .type = OPT_FLAG, CLI(help_long), .help = "-h: short help; --help: the whole help"},
    {.name = "color",
     .type = OPT_CHOICE,
     CLI(color),
     .metavar = "WHEN",
     .choices = colors,
     .missing = "auto",
     .help = "colour: auto, always, never"},
    {.name = "verbose", .letter = 'v', .type = OPT_FLAG, CLI(verbose), .help = "trace requests on stderr, secrets masked"},
    {.name = "timing", .type = OPT_FLAG, CLI(timing), .help = "print the time of each request on stderr"},
    {0},
};
static const struct opt context_opts[] = {
    {.name = "context",
     .type = OPT_STRING,
     CLI(context_name),
     .metavar = "NAME",
     .help = "the context to work in",
     .complete = complete_contexts},
    {.name = "namespace",
     .letter = 'n',
     .type = OPT_STRING,
     CLI(namespace_name),
     .metavar = "NS",
     .help = "the namespace to work in"},
    {.name = "cloud",
     .type = OPT_STRING,
     CLI(cloud),
     .metavar = "CLOUD",
     .help = "a cloud of clouds.yaml instead of the context's",
     .complete = complete_clouds},
    {.name = "kube-context",
     .type = OPT_STRING,
     CLI(kube_context),
     .metavar = "NAME",
     .help = "a context of the kubeconfig instead of the context's",
     .complete = complete_kube_contexts},
    {0},
};
static const struct opt output_opts[] = {
    {.name = "output",
     .letter = 'o',
     .type = OPT_STRING,
     CLI(output),
     .metavar = "FORMAT",
     .choices = outputs,
     .missing = "table",
     .help = "table, wide, json, yaml, name, csv, ndjson or custom-columns=TITLE:.path,..."},
    {.name = "jq", .type = OPT_STRING, CLI(jq), .metavar = "EXPR", .help = "filter the JSON form with a jq expression"},
    {.name = "no-headers", .type = OPT_FLAG, CLI(no_headers), .help = "no header line"},
    {0},
};
static const struct opt list_opts[] = {
    {.name = "sort-by",
     .type = OPT_STRING,
     CLI(sort_by),
     .metavar = "COLUMN",
     .help = "sort by a column or .path; -COLUMN descends",
     .complete = complete_columns},
    {.name = "watch", .type = OPT_FLAG, CLI(watch), .help = "go on, and show changes"},
    {0},
};
static const struct opt dry_run_opts[] = {
    {.name = "dry-run",
     .type = OPT_CHOICE,
     CLI(dry_run_text),
     .metavar = "WHERE",
     .choices = dry_runs,
     .optional_value = true,
     .help = "change nothing: print what would be sent or done"},
    {0},
};
static const struct opt checked_dry_run_opts[] = {
    {.name = "dry-run",
     .type = OPT_CHOICE,
     CLI(dry_run_text),
     .metavar = "WHERE",
     .choices = checked_dry_runs,
     .optional_value = true,
     .help = "change nothing: client prints what would be sent, server checks it too"},
    {0},
};
static const struct opt change_opts[] = {
    {.name = "yes", .letter = 'y', .type = OPT_FLAG, CLI(yes), .help = "do not ask in protected contexts"},
    {0},
};
static const struct opt wait_opts[] = {
    {.name = "wait", .type = OPT_FLAG, CLI(wait), .negatable = true, .help = "wait until it works (--no-wait: return at once)"},
    {.name = "timeout", .type = OPT_DURATION, CLI(timeout_ms), .metavar = "TIME", .help = "give up waiting after this time"},
    {0},
};

const char *opt_group_title(enum opt_group group)
{
    switch (group) {
    case OPTS_OWN:
        return "options";
    case OPTS_OUTPUT:
    case OPTS_LIST:
        return "output options";
    case OPTS_WAIT:
        return "waiting options";
    case OPTS_CHANGE:
        return "changing options";
    case OPTS_CONTEXT:
        return "context options";
    case OPTS_GLOBAL:
        return "global options";
    }
    return "options";
}

/* The common tables, in the order of help, and the flags that bring each in (0: always) or keep it out. */
static const struct {
    enum opt_group group;
    unsigned flags, without;
    const struct opt *opts;
} tables[] = {
    {OPTS_OUTPUT, CMD_OUTPUT | CMD_LIST, 0, output_opts},
    {OPTS_LIST, CMD_LIST, 0, list_opts},
    {OPTS_WAIT, CMD_WAITS, 0, wait_opts},
    {OPTS_CHANGE, CMD_CHANGES, CMD_CHECKS, dry_run_opts},
    {OPTS_CHANGE, CMD_CHECKS, 0, checked_dry_run_opts},
    {OPTS_CHANGE, CMD_CHANGES, 0, change_opts},
    {OPTS_CONTEXT, CMD_CONTEXT, 0, context_opts},
    {OPTS_GLOBAL, 0, 0, global_opts},
};

struct refs {
    struct opt_ref *v;
    size_t n, max;
    size_t own;         /* the first of them, a verb's own */
    bool is_taken[128]; /* letters */
};

static bool name_hidden(const struct refs *refs, const char *name)
{
    for (size_t i = 0; i < refs->own; i++)
        if (strcmp(refs->v[i].opt->name, name) == 0)
            return true;
    return false;
}

/* A verb's own option hides a common one of its name, and takes the letter of one (function invoke -n N). */
static void append(struct refs *refs, const struct opt *opts, enum opt_group group, bool common)
{
    for (; opts && opts->name && refs->n < refs->max; opts++) {
        if (common && name_hidden(refs, opts->name))
            continue;
        bool *is_taken = &refs->is_taken[opts->letter & 127];
        char letter = *is_taken ? '\0' : opts->letter;
        *is_taken = true;
        refs->v[refs->n++] = (struct opt_ref){.opt = opts, .group = group, .letter = letter, .common = common};
    }
}

size_t cmd_options(const struct cmd *cmd, struct opt_ref *ret, size_t max)
{
    struct refs refs = {.v = ret, .max = max};
    append(&refs, cmd->opts, OPTS_OWN, false);
    refs.own = refs.n;
    if (cmd == &root_cmd)
        append(&refs, root_opts, OPTS_GLOBAL, true);
    for (size_t i = 0; i < ARRAY_LEN(tables); i++)
        if ((!tables[i].flags || cmd->flags & tables[i].flags) && !(cmd->flags & tables[i].without))
            append(&refs, tables[i].opts, tables[i].group, true);
    return refs.n;
}
