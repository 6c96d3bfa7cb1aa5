#include "help.h"

#include <string.h>

static void add_names(const struct cmd *parent, struct strv *names)
{
    for (const struct cmd *const *cmd = parent->cmds; cmd && *cmd; cmd++)
        if (!cmd_hidden(*cmd))
            strv_add(names, (*cmd)->name);
    for (const struct topic *topic = topics; parent == &root_cmd && topic->name; topic++)
        strv_add(names, topic->name);
}

static void complete_words(struct cli *cli, struct strv *names)
{
    const struct cmd *parent = &root_cmd;
    for (size_t i = 0; i < cli->args.n && parent; i++)
        parent = cmd_find(parent, cli->args.v[i]);
    if (parent)
        add_names(parent, names);
}

/* path: the words before this one. */
static int unknown(const struct cmd *const *path, size_t depth, const char *word, struct err *err)
{
    CLEANUP(strv_release) struct strv names = STRV_INIT;
    add_names(path[depth - 1], &names);
    CLEANUP(str_release) struct str words = STR_INIT;
    for (size_t i = 1; i < depth; i++)
        str_addf(&words, "%s ", path[i]->name);
    err_set(err, ERR_USAGE, "no command and no topic \"%s%s\"", words.buf, word);
    const char *nearest = str_nearest(word, (const char *const *)names.v, names.n);
    return nearest ? err_hint(err, "did you mean \"aiwf help %s%s\"?", words.buf, nearest) : err_hint(err, "aiwf help");
}

static int run(struct cli *cli, struct err *err)
{
    struct help_style style = cli_help_style(cli, cli->out, cli->args.n > 0);
    const struct topic *topic = cli->args.n == 1 ? topic_find(cli->args.v[0]) : NULL;
    if (topic) {
        help_print_topic(topic, &style, cli->out);
        return 0;
    }
    const struct cmd *path[ARRAY_LEN(cli->path)] = {&root_cmd};
    size_t depth = 1;
    for (size_t i = 0; i < cli->args.n; i++) {
        const struct cmd *next = cmd_find(path[depth - 1], cli->args.v[i]);
        if (!next || depth == ARRAY_LEN(path))
            return unknown(path, depth, cli->args.v[i], err);
        path[depth++] = next;
    }
    help_print(path, depth, &style, cli->out);
    return 0;
}

static const struct arg args[] = {
    {.name = "WORD",
     .help = "a command, a command and its verb, or a topic",
     .optional = true,
     .many = true,
     .complete = complete_words},
    {0},
};

static const struct example examples[] = {
    {"aiwf help function deploy", "all about one command"},
    {"aiwf help exit-codes", "what the exit codes mean"},
    {0},
};

const struct cmd cmd_help = {
    .name = "help",
    .group = "help",
    .help = "help of a command, or on a topic",
    .about = "Without words: the commands. Topics: exit-codes, environment, output, contexts.",
    .args = args,
    .examples = examples,
    .run = run,
};
