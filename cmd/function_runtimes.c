/* aiwf function runtimes: which runtime has a word for what, from the tables that deploy itself asks. */
#include <ctype.h>
#include <string.h>

#include "cmd.h"
#include "function.h"
#include "serverless/features.h"

/* What runtimes can do besides, by their operations. */
#define OPERATIONS(X)                                              \
    X("invoke", "invoke", runtime->invoke)                         \
    X("invoke --async", "queue a request", runtime->queues)        \
    X("scale", "scale by hand", runtime->scale)                    \
    X("logs", "logs", runtime->logs)                               \
    X("events", "events", runtime->events)                         \
    X("coldstart", "force a cold start", runtime->make_cold)       \
    X("revisions", "keep revisions", runtime->revisions)           \
    X("traffic, rollback", "split requests", runtime->set_traffic) \
    X("diff", "a dry run's difference", runtime->diff)             \
    X("export", "write a manifest", runtime->manifest)

static bool can(const struct runtime *runtime, size_t operation)
{
    const bool known[] = {
#define X(verb, help, can) ((can) != 0),
        OPERATIONS(X)
#undef X
    };
    return known[operation];
}

static const struct {
    const char *verb, *help;
} operations[] = {
#define X(verb, help, can) {verb, help},
    OPERATIONS(X)
#undef X
};

static void set_support(node_t *row, const struct runtime *runtime, const struct function_support *support)
{
    node_t *of = node_set(row, runtime->name, node_new_object());
    node_set_bool(of, "supported", support->as);
    node_set_str(of, "as", support->as);
    node_set_str(of, "why_not", support->why_not);
    node_set_str(of, "flag", support->flag);
    node_set_str(of, "cell", !support->as ? "-" : support->flag ? "by flag" : "yes");
}

static node_t *feature_row(enum function_feature feature)
{
    node_t *row = node_new_object();
    node_set_str(row, "name", function_features[feature].option);
    node_set_str(row, "help", function_features[feature].help);
    for (size_t i = 0; runtimes[i]; i++)
        if (runtimes[i]->support)
            set_support(row, runtimes[i], &runtimes[i]->support[feature]);
    return row;
}

static node_t *operation_row(size_t operation)
{
    node_t *row = node_new_object();
    node_set_str(row, "name", operations[operation].verb);
    node_set_str(row, "help", operations[operation].help);
    for (size_t i = 0; runtimes[i]; i++)
        set_support(row, runtimes[i], &(struct function_support){.as = can(runtimes[i], operation) ? "its own" : NULL});
    return row;
}

enum { RUNTIMES_MAX = 8 };

struct table {
    char *paths[RUNTIMES_MAX], *titles[RUNTIMES_MAX];
    struct column columns[RUNTIMES_MAX + 3];
};

static char *upper(const char *name)
{
    char *text = xstrdup(name);
    for (char *c = text; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    return text;
}

static void table_init(struct table *table)
{
    size_t n = 0;
    table->columns[n++] = (struct column){.title = "WHAT", .path = "/name"};
    for (size_t i = 0; i < RUNTIMES_MAX && runtimes[i]; i++) {
        table->titles[i] = upper(runtimes[i]->name);
        table->paths[i] = xasprintf("/%s/cell", runtimes[i]->name);
        table->columns[n++] = (struct column){.title = table->titles[i], .path = table->paths[i]};
    }
    table->columns[n] = (struct column){.title = "MEANS", .path = "/help"};
}

static void table_release(struct table *table)
{
    for (size_t i = 0; i < RUNTIMES_MAX; i++) {
        mem_free_ptr(&table->paths[i]);
        mem_free_ptr(&table->titles[i]);
    }
}
DEFINE_CLEANUP(struct table, table_release)

static int print_every(struct cli *cli, struct err *err)
{
    CLEANUP(table_release) struct table table = {0};
    CLEANUP(node_free) node_t *rows = node_new_array();
    table_init(&table);
    for (enum function_feature i = 0; i < FEATURE_COUNT; i++)
        node_push(rows, feature_row(i));
    for (size_t i = 0; i < ARRAY_LEN(operations); i++)
        node_push(rows, operation_row(i));
    return cli_print_list_as(cli, "feature", table.columns, rows, err);
}

static const struct column one_columns[] = {
    {.title = "OPTION", .path = "/name"},
    {.title = "BECOMES", .path = "/as"},
    {.title = "MEANS", .path = "/help"},
    {.title = "FLAG", .path = "/flag", .wide = true},
    {.title = "WHY NOT", .path = "/why_not", .wide = true},
    {0},
};

static int print_runtime(struct cli *cli, const struct runtime *runtime, struct err *err)
{
    CLEANUP(node_free) node_t *rows = node_new_array();
    for (enum function_feature i = 0; runtime->support && i < FEATURE_COUNT; i++) {
        node_t *row = node_push(rows, node_new_object());
        set_support(row, runtime, &runtime->support[i]);
        node_t *flat = node_detach(row, node_get(row, runtime->name));
        node_free(node_detach(rows, row));
        node_push(rows, flat);
        node_set_str(flat, "name", function_features[i].option);
        node_set_str(flat, "help", function_features[i].help);
    }
    return cli_print_list(cli, "feature", rows, err);
}

static int print_support(struct cli *cli, struct err *err)
{
    if (!cli->args.n)
        return print_every(cli, err);
    const struct runtime *runtime = runtime_for(&cli->context, cli->args.v[0], err);
    return runtime ? print_runtime(cli, runtime, err) : -1;
}

static const struct arg args[] = {
    {.name = "RUNTIME", .help = "what this one makes of each option", .optional = true, .complete = complete_runtimes}, {0}};

static const struct example examples[] = {
    {"aiwf function runtimes", "which runtime has what"},
    {"aiwf function runtimes knative", "what Knative makes of each option"},
    {"aiwf function runtimes -o json --jq '.items[] | select(.local.supported | not).name'", "what local has not"},
    {0},
};

const struct cmd function_runtimes_cmd = {
    .name = "runtimes",
    .help = "which runtime supports which option and verb",
    .about = "From the tables by which deploy refuses what a runtime has no word for. \"by flag\": where Knative's config map\n"
             "config-features allows it; deploy looks there first.",
    .args = args,
    .opts_size = 0,
    .flags = CMD_LIST,
    .columns = one_columns,
    .examples = examples,
    .run = print_support,
};
