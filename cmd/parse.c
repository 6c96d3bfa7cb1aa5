/* From words to a struct cli, by the tables of the command tree. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "kube.h"
#include "net/oauth2.h"
#include "plugin.h"
#include "reach.h"
#include "value.h"

struct parser {
    struct cli *cli;
    struct opt_ref refs[CMD_MAX_OPTIONS];
    size_t n;
    int argc;
    char *const *argv;
    int at;
    struct opt_ref early[CMD_MAX_OPTIONS]; /* common options that stood before the verb */
    size_t early_n;
    bool in_path;
};

const struct cmd *cmd_find(const struct cmd *parent, const char *word)
{
    for (const struct cmd *const *cmd = parent->cmds; cmd && *cmd; cmd++)
        if (strcmp((*cmd)->name, word) == 0 || ((*cmd)->alias && strcmp((*cmd)->alias, word) == 0))
            return *cmd;
    return NULL;
}

void cmd_words(const struct cmd *const *path, size_t depth, struct str *s)
{
    for (size_t i = 0; i < depth; i++)
        str_addf(s, "%s%s", i ? " " : "", path[i]->name);
}

static int usage_hint(const struct cli *cli, struct err *err)
{
    CLEANUP(str_release) struct str words = STR_INIT;
    cmd_words(cli->path, cli->depth, &words);
    return err_hint(err, "%s -h", words.buf);
}

static int unknown_command(const struct cli *cli, const char *word, struct err *err)
{
    enum { MAX_NAMES = 256 };
    const char *names[MAX_NAMES];
    size_t n = 0;
    for (const struct cmd *const *cmd = cli->cmd->cmds; *cmd && n < MAX_NAMES; cmd++)
        if (!((*cmd)->flags & CMD_HIDDEN))
            names[n++] = (*cmd)->name;
    CLEANUP(str_release) struct str words = STR_INIT;
    cmd_words(cli->path, cli->depth, &words);
    err_set(err, ERR_USAGE, "unknown command \"%s\" for %s", word, words.buf);
    if (cli->cmd == &root_cmd && plugin_is_there(word))
        return err_hint(err, "aiwf %s: a plugin's name stands before all options", word);
    const char *nearest = str_nearest(word, names, n);
    return nearest ? err_hint(err, "did you mean \"%s %s\"?", words.buf, nearest) : usage_hint(cli, err);
}

static int set_defaults(struct parser *p, struct err *err)
{
    struct cli *cli = p->cli;
    cli->opts = cli->cmd->opts_size ? xcalloc(1, cli->cmd->opts_size) : NULL;
    for (size_t i = 0; i < p->n; i++) {
        const struct opt *opt = p->refs[i].opt;
        bool is_text = opt->type == OPT_CHOICE || opt->type == OPT_STRING;
        bool given = p->refs[i].common && is_text && *(const char **)opt_slot(cli, &p->refs[i]);
        if (opt->missing && !given && opt_set(cli, &p->refs[i], opt->missing, err) != 0)
            return -1;
    }
    if (cli->cmd->timeout && !cli->timeout_ms)
        duration_parse(cli->cmd->timeout, &cli->timeout_ms);
    return 0;
}

static int unknown_option(const struct parser *p, const char *name, struct err *err)
{
    const char *names[CMD_MAX_OPTIONS];
    for (size_t i = 0; i < p->n; i++)
        names[i] = p->refs[i].opt->name;
    CLEANUP(str_release) struct str words = STR_INIT;
    cmd_words(p->cli->path, p->cli->depth, &words);
    err_set(err, ERR_USAGE, "unknown option --%s for %s", name, words.buf);
    const char *nearest = str_nearest(name, names, p->n);
    return nearest ? err_hint(err, "did you mean --%s?", nearest) : usage_hint(p->cli, err);
}

static int unknown_letter(const struct parser *p, char letter, struct err *err)
{
    CLEANUP(str_release) struct str words = STR_INIT;
    cmd_words(p->cli->path, p->cli->depth, &words);
    err_set(err, ERR_USAGE, "unknown option -%c for %s", letter, words.buf);
    return usage_hint(p->cli, err);
}

static int needs_value(const struct opt *opt, const char *dashes, const char *name, struct err *err)
{
    err_set(err, ERR_USAGE, "%s%s needs a value", dashes, name);
    return err_hint(err, "%s%s %s", dashes, name, opt->metavar ? opt->metavar : "VALUE");
}

static const struct opt_ref *find_long(const struct parser *p, const char *name, size_t len)
{
    for (size_t i = 0; i < p->n; i++) {
        const char *known = p->refs[i].opt->name;
        if (strlen(known) == len && strncmp(known, name, len) == 0)
            return &p->refs[i];
    }
    return NULL;
}

static const struct opt_ref *find_letter(const struct parser *p, char letter)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->refs[i].letter == letter)
            return &p->refs[i];
    return NULL;
}

static void remember_early(struct parser *p, const struct opt_ref *ref)
{
    if (p->in_path && p->early_n < CMD_MAX_OPTIONS)
        p->early[p->early_n++] = *ref;
}

static const struct opt_ref *find_negated(const struct parser *p, const char *word)
{
    if (!str_starts(word, "no-"))
        return NULL;
    const struct opt_ref *ref = find_long(p, word + 3, strlen(word + 3));
    return ref && ref->opt->negatable ? ref : NULL;
}

static int parse_long(struct parser *p, const char *word, struct err *err)
{
    const char *equals = strchr(word, '=');
    size_t len = equals ? (size_t)(equals - word) : strlen(word);
    const struct opt_ref *ref = find_long(p, word, len);
    const struct opt_ref *no = ref || equals ? NULL : find_negated(p, word);
    if (!ref && !no) {
        AUTOFREE char *name = xstrndup(word, len);
        return unknown_option(p, name, err);
    }
    remember_early(p, ref ? ref : no);
    if (no) {
        opt_negate(p->cli, no);
        return 0;
    }
    const struct opt *opt = ref->opt;
    if (opt->type == OPT_FLAG && equals)
        return err_set(err, ERR_USAGE, "--%s takes no value", opt->name);
    if (opt->type == OPT_FLAG)
        return opt_set(p->cli, ref, NULL, err);
    if (equals)
        return opt_set(p->cli, ref, equals + 1, err);
    if (opt->optional_value)
        return opt_set(p->cli, ref, opt->choices[0], err);
    if (p->at >= p->argc)
        return needs_value(opt, "--", opt->name, err);
    return opt_set(p->cli, ref, p->argv[p->at++], err);
}

/* What follows a letter in its word (-ojson, -o=json), else the next word (-o json); NULL: nothing. */
static const char *letter_value(struct parser *p, const char *rest)
{
    if (rest[0] == '=')
        return rest + 1;
    if (rest[0])
        return rest;
    return p->at < p->argc ? p->argv[p->at++] : NULL;
}

/* -v, -ojson, -o json, -vy */
static int parse_letters(struct parser *p, const char *letters, struct err *err)
{
    for (; *letters; letters++) {
        if (*letters == 'h') {
            p->cli->help_short = true;
            continue;
        }
        const struct opt_ref *ref = find_letter(p, *letters);
        if (!ref)
            return unknown_letter(p, *letters, err);
        remember_early(p, ref);
        if (ref->opt->type == OPT_FLAG) {
            opt_set(p->cli, ref, NULL, err);
            continue;
        }
        const char *value = letter_value(p, letters + 1);
        return value ? opt_set(p->cli, ref, value, err) : needs_value(ref->opt, "-", (const char[]){*letters, '\0'}, err);
    }
    return 0;
}

static int too_few(const struct cli *cli, const struct arg *arg, struct err *err)
{
    CLEANUP(str_release) struct str words = STR_INIT;
    cmd_words(cli->path, cli->depth, &words);
    err_set(err, ERR_USAGE, "%s needs %s%s", words.buf, arg->after_dashes ? "-- " : "", arg->name);
    return usage_hint(cli, err);
}

static int too_many(const struct cli *cli, size_t at, struct err *err)
{
    err_set(err, ERR_USAGE, "unexpected argument \"%s\"", cli->args.v[at]);
    return usage_hint(cli, err);
}

static const struct arg *arg_at(const struct cli *cli, size_t at)
{
    const struct arg *arg = cli->cmd->args;
    while (arg && arg->name && at > 0 && !arg->many)
        arg++, at--;
    return arg && arg->name ? arg : NULL;
}

/* What a script gives whose variable is not set would be taken for a list of all. */
static int check_empty(const struct cli *cli, struct err *err)
{
    for (size_t i = 0; i < cli->args.n && i < cli->dashes_at; i++) {
        const struct arg *arg = arg_at(cli, i);
        if (cli->args.v[i][0] || !arg)
            continue;
        err_set(err, ERR_USAGE, "%s is empty", arg->name);
        return usage_hint(cli, err);
    }
    return 0;
}

static void drop_kinds(struct cli *cli)
{
    const char *kind = NULL;
    for (size_t i = 0; i < cli->depth; i++)
        kind = cli->path[i]->kind ? cli->path[i]->kind : kind;
    size_t len = kind ? strlen(kind) : 0;
    for (size_t i = 0; kind && i < cli->args.n && i < cli->dashes_at; i++) {
        const struct arg *arg = arg_at(cli, i);
        char *word = cli->args.v[i];
        if (arg && strcmp(arg->name, "NAME") == 0 && strncmp(word, kind, len) == 0 && word[len] == '/' && word[len + 1])
            memmove(word, word + len + 1, strlen(word + len + 1) + 1);
    }
}

/* Arguments before "--" are counted apart from those after it, when a command follows it. */
static int check_args(const struct cli *cli, struct err *err)
{
    size_t fixed = 0;
    bool many = false, splits = false;
    for (const struct arg *arg = cli->cmd->args; arg && arg->name; arg++)
        splits = splits || arg->after_dashes;
    size_t before = splits ? cli->dashes_at : cli->args.n;
    size_t after = cli->args.n - before;
    for (const struct arg *arg = cli->cmd->args; arg && arg->name; arg++) {
        bool have = arg->after_dashes ? after > 0 : before > fixed;
        if (!arg->optional && !have)
            return too_few(cli, arg, err);
        fixed += arg->after_dashes ? 0 : 1;
        many = many || (arg->many && !arg->after_dashes);
    }
    return before > fixed && !many ? too_many(cli, fixed, err) : 0;
}

static int parse_word(struct parser *p, const char *word, struct err *err)
{
    if (word[0] == '-' && word[1] == '-')
        return parse_long(p, word + 2, err);
    if (word[0] == '-' && word[1])
        return parse_letters(p, word + 1, err);
    strv_add(&p->cli->args, word);
    return 0;
}

static void enter(struct parser *p, const struct cmd *cmd)
{
    struct cli *cli = p->cli;
    cli->cmd = cmd;
    cli->path[cli->depth++] = cmd;
}

/* The nouns and verbs. Common options may stand among them: which are known is told by root_cmd's flags. */
static int parse_path(struct parser *p, struct err *err)
{
    struct cli *cli = p->cli;
    p->in_path = true;
    p->n = cmd_options(&root_cmd, p->refs, CMD_MAX_OPTIONS);
    enter(p, &root_cmd);
    while (cli->cmd->cmds && p->at < p->argc) {
        const char *word = p->argv[p->at++];
        if (word[0] == '-' && word[1]) {
            if (parse_word(p, word, err) != 0)
                return -1;
            continue;
        }
        const struct cmd *next = cmd_find(cli->cmd, word);
        if (!next)
            return unknown_command(cli, word, err);
        enter(p, next);
    }
    p->in_path = false;
    return 0;
}

/* A verb may take fewer values of a common option than there are. */
static int check_again(const struct parser *p, const struct opt_ref *early, const struct opt_ref *ref, struct err *err)
{
    if (!ref->common || early->opt->type != OPT_CHOICE || ref->opt->type != OPT_CHOICE)
        return 0;
    return opt_set(p->cli, ref, *(const char **)opt_slot(p->cli, early), err);
}

/* An early option that would be ignored is refused (--dry-run before a verb that knows no dry run would
 * change something), but for those that harm nothing and are handy in an alias: context, output, global. */
static int check_early(const struct parser *p, struct err *err)
{
    for (size_t i = 0; i < p->early_n; i++) {
        const struct opt_ref *early = &p->early[i];
        bool harmless = early->group == OPTS_CONTEXT || early->group == OPTS_OUTPUT || early->group == OPTS_GLOBAL;
        const struct opt_ref *ref = find_long(p, early->opt->name, strlen(early->opt->name));
        if (!harmless && (!ref || !ref->common || ref->group != early->group))
            return unknown_option(p, early->opt->name, err);
        if (ref && ref->opt != early->opt && check_again(p, early, ref, err) != 0)
            return -1;
    }
    return 0;
}

static int parse_rest(struct parser *p, struct err *err)
{
    struct cli *cli = p->cli;
    bool raw = cli->cmd->flags & CMD_RAW;
    while (p->at < p->argc) {
        const char *word = p->argv[p->at++];
        if (raw) {
            strv_add(&cli->args, word);
        } else if (strcmp(word, "--") == 0) {
            raw = true;
            cli->dashes_at = cli->args.n;
        } else if (parse_word(p, word, err) != 0) {
            return -1;
        }
    }
    if (cli->dashes_at == SIZE_MAX)
        cli->dashes_at = cli->args.n;
    return 0;
}

int cli_parse(struct cli *cli, int argc, char *const *argv, struct err *err)
{
    struct parser p = {.cli = cli, .argc = argc, .argv = argv};
    if (parse_path(&p, err) != 0)
        return -1;
    if (cli->version || cli->help_short || cli->help_long || !cli->cmd->run)
        return 0;

    p.n = cmd_options(cli->cmd, p.refs, CMD_MAX_OPTIONS);
    cli->dashes_at = SIZE_MAX;
    if (check_early(&p, err) != 0 || set_defaults(&p, err) != 0 || parse_rest(&p, err) != 0)
        return -1;
    if (cli->help_short || cli->help_long)
        return 0;
    bool is_raw = cli->cmd->flags & CMD_RAW;
    if (!is_raw && check_empty(cli, err) != 0)
        return -1;
    if (!is_raw)
        drop_kinds(cli);
    return check_args(cli, err);
}

void cli_init(struct cli *cli)
{
    *cli = (struct cli){.out = stdout, .err = stderr};
    cli->in_tty = isatty(STDIN_FILENO) == 1;
    cli->out_tty = isatty(STDOUT_FILENO) == 1;
    cli->err_tty = isatty(STDERR_FILENO) == 1;
}

static void release_lists(struct cli *cli)
{
    for (const struct opt *opt = cli->cmd ? cli->cmd->opts : NULL; cli->opts && opt && opt->name; opt++)
        if (opt->type == OPT_LIST)
            strv_release((struct strv *)((char *)cli->opts + opt->offset));
}

void cli_release(struct cli *cli)
{
    release_lists(cli);
    free(cli->opts);
    strv_release(&cli->args);
    strv_release(&cli->kept);
    strv_release(&cli->contexts);
    context_release(&cli->context);
    http_free(cli->http_client);
    http_free(cli->http_open);
    http_free(cli->http_other);
    oauth2_free(cli->oauth2);
    http_free(cli->http_tokens);
    cli_reach_release(cli);
    if (cli->kube_kept)
        kube_release(cli->kube_kept);
    free(cli->kube_kept);
    *cli = (struct cli){0};
}
