#include "complete.h"

#include <string.h>

#include "help.h"

/* Where a walk over the typed words has got to. */
struct walk {
    const struct cmd *cmd;
    struct opt_ref refs[CMD_MAX_OPTIONS];
    size_t n;
    const struct opt *pending; /* the option whose value comes next */
    size_t args;               /* positional words so far */
    bool dashes;
    bool lost; /* an unknown command: nothing can be offered */
};

void completion_release(struct completion *completion) { strv_release(&completion->names); }

static void enter(struct walk *walk, const struct cmd *cmd)
{
    walk->cmd = cmd;
    /* Before the verb, the common options of all commands may stand. */
    walk->n = cmd_options(cmd->cmds ? &root_cmd : cmd, walk->refs, CMD_MAX_OPTIONS);
}

static const struct opt *find_option(const struct walk *walk, const char *word, size_t len)
{
    for (size_t i = 0; i < walk->n; i++) {
        const struct opt_ref *ref = &walk->refs[i];
        bool is_letter = len == 2 && word[1] == ref->letter;
        bool is_name =
            len > 2 && word[1] == '-' && strlen(ref->opt->name) == len - 2 && strncmp(ref->opt->name, word + 2, len - 2) == 0;
        if (is_letter || is_name)
            return ref->opt;
    }
    return NULL;
}

static void walk_word(struct walk *walk, const char *word)
{
    if (walk->dashes)
        return;
    if (walk->pending) {
        walk->pending = NULL;
    } else if (strcmp(word, "--") == 0) {
        walk->dashes = true;
    } else if (word[0] == '-' && word[1]) {
        const struct opt *opt = find_option(walk, word, strlen(word));
        walk->pending = opt && opt->type != OPT_FLAG && !opt->optional_value ? opt : NULL;
    } else if (walk->cmd->cmds) {
        const struct cmd *next = cmd_find(walk->cmd, word);
        walk->lost = walk->lost || !next;
        if (next)
            enter(walk, next);
    } else {
        walk->args++;
    }
}

/* Names come from servers, and go to shells: what a shell could take for more than a word is left out. */
static bool is_plain(const char *name)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.,:/@+=%";
    return name[0] && name[0] != '-' && name[strspn(name, plain)] == '\0';
}

struct offer {
    struct completion *completion;
    const char *typed;
};

static void offer(const struct offer *to, const char *name)
{
    if (str_starts(name, to->typed) && !strv_has(&to->completion->names, name))
        strv_add(&to->completion->names, name);
}

/* once: names among the arguments already are not offered again (delete a b).
 * The typed words are parsed as far as they go, so that a name is looked up in the --context that was typed. */
static void offer_live(const struct offer *to, const struct strv *words, complete_fn *complete, bool once)
{
    CLEANUP(strv_release) struct strv names = STRV_INIT;
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct cli cli;
    cli_init(&cli);
    cli.completing = true;
    cli_parse(&cli, (int)words->n - 1, words->v, &err);
    bool opts_missing = cli.cmd && cli.cmd->opts_size && !cli.opts;
    bool needs_context = cli.cmd && cli.cmd->flags & CMD_CONTEXT;
    if (!opts_missing && (!needs_context || cli_resolve(&cli, &err) == 0))
        complete(&cli, &names);
    for (size_t i = 0; i < names.n; i++)
        if (is_plain(names.v[i]) && !(once && strv_has(&cli.args, names.v[i])))
            offer(to, names.v[i]);
    cli_release(&cli);
}

static void offer_value(const struct offer *to, const struct walk *walk, const struct strv *words, const struct opt *opt)
{
    if (walk->cmd->output && strcmp(opt->name, "output") == 0)
        offer(to, walk->cmd->output);
    for (const char *const *choice = opt->choices; choice && *choice; choice++)
        offer(to, *choice);
    if (opt->complete)
        offer_live(to, words, opt->complete, false);
    if (opt->type == OPT_FILE)
        to->completion->what = COMPLETE_FILES;
    if (opt->type == OPT_DIR)
        to->completion->what = COMPLETE_DIRS;
}

static void offer_options(const struct offer *to, const struct walk *walk)
{
    for (size_t i = 0; i < walk->n; i++) {
        AUTOFREE char *name = xasprintf("--%s", walk->refs[i].opt->name);
        AUTOFREE char *no = xasprintf("--no-%s", walk->refs[i].opt->name);
        offer(to, name);
        if (walk->refs[i].opt->negatable)
            offer(to, no);
    }
}

static void offer_commands(const struct offer *to, const struct cmd *cmd)
{
    for (const struct cmd *const *verb = cmd->cmds; *verb; verb++)
        if (!cmd_hidden(*verb))
            offer(to, (*verb)->name);
}

static const struct arg *arg_at(const struct cmd *cmd, size_t at)
{
    const struct arg *arg = cmd->args;
    for (; arg && arg->name && !arg->after_dashes; arg++, at--)
        if (at == 0 || arg->many)
            return arg;
    return NULL;
}

static void offer_arg(const struct offer *to, const struct walk *walk, const struct strv *words)
{
    const struct arg *arg = arg_at(walk->cmd, walk->args);
    if (arg && arg->complete)
        offer_live(to, words, arg->complete, arg->many);
    if (arg && strcmp(arg->name, "FILE") == 0)
        to->completion->what = COMPLETE_FILES;
    if (arg && strcmp(arg->name, "DIR") == 0)
        to->completion->what = COMPLETE_DIRS;
}

void complete_names_of(const node_t *list, struct strv *names)
{
    for (const node_t *item = node_first(list); item; item = node_next(item))
        strv_add(names, node_str(item, "/name", ""));
}

void complete_line(const struct strv *words, struct completion *ret)
{
    *ret = (struct completion){0};
    if (!words->n)
        return;
    struct walk walk = {0};
    enter(&walk, &root_cmd);
    for (size_t i = 0; i + 1 < words->n; i++)
        walk_word(&walk, words->v[i]);
    if (walk.lost || walk.cmd->flags & CMD_RAW)
        return;

    const char *typed = words->v[words->n - 1];
    struct offer to = {.completion = ret, .typed = typed};
    const char *equals = str_starts(typed, "--") ? strchr(typed, '=') : NULL;
    if (walk.dashes) {
        ret->what = COMPLETE_COMMANDS;
    } else if (walk.pending) {
        offer_value(&to, &walk, words, walk.pending);
    } else if (equals) {
        const struct opt *opt = find_option(&walk, typed, (size_t)(equals - typed));
        ret->value_at = (size_t)(equals - typed) + 1;
        to.typed = equals + 1;
        if (opt && opt->type != OPT_FLAG)
            offer_value(&to, &walk, words, opt);
    } else if (typed[0] == '-') {
        offer_options(&to, &walk);
    } else if (walk.cmd->cmds) {
        offer_commands(&to, walk.cmd);
    } else {
        offer_arg(&to, &walk, words);
    }
}
