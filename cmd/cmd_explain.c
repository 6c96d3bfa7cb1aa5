#include <string.h>

#include "cmd.h"
#include "function.h"
#include "workflow/spec.h"

/* Every document that a person writes, and its schema. */
static const struct document {
    const char *name;
    const char *title;
    const struct field *fields;
} documents[] = {
    {"config", "the configuration file, config.yaml", conf_schema},
    {"function", "a function's manifest (aiwf function deploy -f)", function_manifest_fields},
    {"workflow", "a workflow file: stages, and what they hand to each other", workflow_schema},
};

struct options {
    bool json_schema;
};

static const struct document *find(const char *name, struct err *err)
{
    const char *names[ARRAY_LEN(documents)];
    for (size_t i = 0; i < ARRAY_LEN(documents); i++) {
        names[i] = documents[i].name;
        if (strcmp(names[i], name) == 0)
            return &documents[i];
    }
    err_set(err, ERR_NOT_FOUND, "no document \"%s\"", name);
    const char *nearest = str_nearest(name, names, ARRAY_LEN(names));
    err_hint(err, nearest ? "did you mean %s?" : "aiwf explain", nearest);
    return NULL;
}

static int list(const struct cli *cli)
{
    for (size_t i = 0; i < ARRAY_LEN(documents); i++)
        fprintf(cli->out, "%-10s %s\n", documents[i].name, documents[i].title);
    return 0;
}

static int run(struct cli *cli, struct err *err)
{
    const struct options *options = cli->opts;
    if (!cli->args.n)
        return list(cli);
    const struct document *document = find(cli->args.v[0], err);
    if (!document)
        return -1;

    CLEANUP(str_release) struct str text = STR_INIT;
    if (options->json_schema && cli->args.n > 1)
        return err_set(err, ERR_USAGE, "--json-schema is of a whole document: leave %s out", cli->args.v[1]);
    if (options->json_schema) {
        CLEANUP(node_free) node_t *schema = schema_json(document->title, document->fields);
        json_print_pretty(schema, &text);
        fprintf(cli->out, "%s\n", text.buf);
        return 0;
    }
    const char *path = cli->args.n > 1 ? cli->args.v[1] : NULL;
    if (schema_explain(document->fields, path, &text, err) != 0)
        return -1;
    if (!path)
        fprintf(cli->out, "%s: %s\n\n", document->name, document->title);
    fputs(text.buf, cli->out);
    return 0;
}

static void complete_document(struct cli *cli, struct strv *names)
{
    (void)cli;
    for (size_t i = 0; i < ARRAY_LEN(documents); i++)
        strv_add(names, documents[i].name);
}

static void add_paths(const struct field *fields, const char *prefix, struct strv *names)
{
    for (const struct field *field = fields; field && field->name; field++) {
        AUTOFREE char *path = xasprintf("%s%s", prefix, field->name);
        AUTOFREE char *below = xasprintf("%s.", path);
        strv_add(names, path);
        add_paths(field->fields, below, names);
    }
}

static void complete_path(struct cli *cli, struct strv *names)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    const struct document *document = cli->args.n ? find(cli->args.v[0], &err) : NULL;
    if (document)
        add_paths(document->fields, "", names);
}

static const struct arg args[] = {
    {.name = "DOCUMENT", .help = "which document; without it: the list of them", .optional = true, .complete = complete_document},
    {.name = "PATH", .help = "a part of it, such as stages.command", .optional = true, .complete = complete_path},
    {0},
};

static const struct opt opts[] = {
    {.name = "json-schema", .type = OPT_FLAG, OPT(struct options, json_schema), .help = "print its JSON Schema"},
    {0},
};

static const struct example examples[] = {
    {"aiwf explain config", "what the configuration file may contain"},
    {"aiwf explain workflow stages", "what a stage of a workflow may contain"},
    {"aiwf explain workflow --json-schema", "for an editor that checks as you type"},
    {0},
};

const struct cmd cmd_explain = {
    .name = "explain",
    .group = "help",
    .help = "what a document may contain",
    .about = "Names, types, defaults and meaning of every field of the documents that aiwf reads.",
    .args = args,
    .opts = opts,
    .opts_size = sizeof(struct options),
    .examples = examples,
    .run = run,
};
