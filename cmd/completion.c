#include "completion.h"

#include <string.h>

#include "help.h"

/* The walks, as they are in the source tree. */
#define EMBED(symbol, file)                                                                \
    __asm__(".section .rodata\n" #symbol ":\n.incbin \"cmd/" file "\"\n.byte 0\n.text\n"); \
    extern const char symbol[] __attribute__((visibility("hidden")))
EMBED(walk_bash, "completion.bash");
EMBED(walk_zsh, "completion.zsh");
EMBED(walk_fish, "completion.fish");

/* A command and what can be typed after it. */
struct place {
    const char *path; /* "function deploy"; "" for the root */
    const struct cmd *cmd;
    struct opt_ref refs[CMD_MAX_OPTIONS]; /* before a verb: the common options of all commands */
    size_t n;
};

struct shell {
    const char *walk;
    const char *before, *between, *after; /* around the table of places, and that of options' values */
    void (*add_place)(struct str *s, const struct place *place);
    void (*add_value)(struct str *s, const char *path, const struct opt_ref *ref);
};

static const char *kind_of(const struct opt *opt)
{
    if (opt->type == OPT_FILE)
        return "files";
    if (opt->type == OPT_DIR)
        return "dirs";
    if (opt->complete)
        return "live";
    return opt->choices ? "words" : "none";
}

static const char *kind_of_arg(const struct arg *arg)
{
    if (strcmp(arg->name, "FILE") == 0)
        return "files";
    if (strcmp(arg->name, "DIR") == 0)
        return "dirs";
    return arg->complete ? "live" : "none";
}

static bool takes_value(const struct opt_ref *ref) { return ref->opt->type != OPT_FLAG && !ref->opt->optional_value; }

static void add_choices(struct str *s, const struct opt *opt)
{
    for (const char *const *choice = opt->choices; choice && *choice; choice++)
        str_cat(s, choice == opt->choices ? "" : " ", *choice);
}

static void add_args(struct str *s, const struct cmd *cmd)
{
    const char *space = "";
    for (const struct arg *arg = cmd->args; arg && arg->name; arg++) {
        if (arg->after_dashes)
            continue;
        str_cat(s, space, kind_of_arg(arg), arg->many ? "+" : "");
        space = " ";
    }
}

static void add_names(struct str *s, const struct cmd *cmd)
{
    const char *space = "";
    for (const struct cmd *const *verb = cmd->cmds; verb && *verb; verb++) {
        if (cmd_hidden(*verb))
            continue;
        str_cat(s, space, (*verb)->name);
        space = " ";
    }
}

/* In single quotes; how a quote is written there differs. */
static void add_quoted(struct str *s, const char *text, const char *quote)
{
    str_addc(s, '\'');
    for (; *text; text++) {
        if (*text == '\'')
            str_add(s, quote);
        else if (*text == '\\')
            str_add(s, strcmp(quote, "\\'") == 0 ? "\\\\" : "\\");
        else
            str_addc(s, *text);
    }
    str_addc(s, '\'');
}

/* ---- bash */

static void bash_option(struct str *s, const struct opt_ref *ref, const char *space)
{
    const char *mark = takes_value(ref) ? "=" : "";
    str_cat(s, space, "--", ref->opt->name, mark);
    if (ref->opt->negatable)
        str_cat(s, " --no-", ref->opt->name);
    if (ref->letter)
        str_cat(s, " -", (char[]){ref->letter, '\0'}, mark);
}

static void bash_place(struct str *s, const struct place *place)
{
    str_cat(s, "    '", place->path, "')\n        cmds='");
    add_names(s, place->cmd);
    str_add(s, "' aliases='");
    for (const struct cmd *const *verb = place->cmd->cmds; verb && *verb; verb++)
        if ((*verb)->alias && !cmd_hidden(*verb))
            str_addf(s, "%s=%s ", (*verb)->alias, (*verb)->name);
    str_add(s, "' args='");
    add_args(s, place->cmd);
    str_add(s, "'\n        opts='");
    for (size_t i = 0; i < place->n; i++)
        bash_option(s, &place->refs[i], i ? " " : "");
    str_add(s, "'\n        ;;\n");
}

static void bash_pattern(struct str *s, const char *path, const struct opt_ref *ref)
{
    const char *star = path ? "" : "*";
    const char *quote = path ? "'" : "";
    path = path ? path : "";
    str_cat(s, "    ", star, quote, path, ":--", ref->opt->name, quote);
    if (ref->letter)
        str_cat(s, " | ", star, quote, path, ":-", (char[]){ref->letter, '\0'}, quote);
    str_cat(s, ") kind=", kind_of(ref->opt));
}

static void bash_value(struct str *s, const char *path, const struct opt_ref *ref)
{
    bash_pattern(s, path, ref);
    if (ref->opt->choices) {
        str_add(s, " words='");
        add_choices(s, ref->opt);
        str_addc(s, '\'');
    }
    str_add(s, " ;;\n");
}

const struct shell shell_bash = {
    .walk = walk_bash,
    .before = "# bash completion of aiwf. Made from the command tree by `make completions`: do not edit.\n"
              "\n"
              "# What can follow a command: its commands, their aliases, its options (=: a value follows), its arguments.\n"
              "__aiwf_table() {\n"
              "    case $1 in\n",
    .between = "    esac\n}\n\n# What an option's value is.\n__aiwf_value() {\n    kind=none words=\n    case $1:$2 in\n",
    .after = "    esac\n}\n",
    .add_place = bash_place,
    .add_value = bash_value,
};

/* ---- zsh */

static void zsh_item(struct str *s, const char *dashes, const char *name, const char *help)
{
    CLEANUP(str_release) struct str item = STR_INIT;
    str_addf(&item, "%s%s:%s", dashes, name, help);
    str_add(s, "\n            ");
    add_quoted(s, item.buf, "'\\''");
}

static void zsh_place(struct str *s, const struct place *place)
{
    str_addf(s, "    '%s')\n        cmds=(", place->path);
    for (const struct cmd *const *verb = place->cmd->cmds; verb && *verb; verb++)
        if (!cmd_hidden(*verb))
            zsh_item(s, "", (*verb)->name, (*verb)->help);
    str_add(s, ")\n        aliases=(");
    for (const struct cmd *const *verb = place->cmd->cmds; verb && *verb; verb++)
        if ((*verb)->alias && !cmd_hidden(*verb))
            str_addf(s, "%s %s ", (*verb)->alias, (*verb)->name);
    str_add(s, ")\n        args=(");
    add_args(s, place->cmd);
    str_add(s, ")\n        opts=(");
    for (size_t i = 0; i < place->n; i++) {
        zsh_item(s, "--", place->refs[i].opt->name, place->refs[i].opt->help);
        if (place->refs[i].opt->negatable)
            zsh_item(s, "--no-", place->refs[i].opt->name, place->refs[i].opt->help);
    }
    str_add(s, ")\n        takes=(");
    for (size_t i = 0; i < place->n; i++) {
        if (!takes_value(&place->refs[i]))
            continue;
        str_addf(s, "--%s ", place->refs[i].opt->name);
        if (place->refs[i].letter)
            str_addf(s, "-%c ", place->refs[i].letter);
    }
    str_add(s, ")\n        ;;\n");
}

static void zsh_value(struct str *s, const char *path, const struct opt_ref *ref)
{
    bash_pattern(s, path, ref);
    str_add(s, " choices=(");
    add_choices(s, ref->opt);
    str_add(s, ") ;;\n");
}

const struct shell shell_zsh = {
    .walk = walk_zsh,
    .before = "#compdef aiwf\n"
              "# zsh completion of aiwf. Made from the command tree by `make completions`: do not edit.\n"
              "\n"
              "# What can follow a command; takes: the options after which a value follows.\n"
              "__aiwf_table() {\n"
              "    case $1 in\n",
    .between = "    esac\n}\n\n# What an option's value is.\n__aiwf_value() {\n    kind=none choices=()\n    case $1:$2 in\n",
    .after = "    esac\n}\n",
    .add_place = zsh_place,
    .add_value = zsh_value,
};

/* ---- fish */

static void fish_item(struct str *s, const char *dashes, const char *name, const char *help)
{
    str_addf(s, " \\\n                %s%s\\t", dashes, name);
    add_quoted(s, help, "\\'");
}

static void fish_place(struct str *s, const struct place *place)
{
    str_addf(s, "        case '%s'\n            set -g __aiwf_cmds", place->path);
    for (const struct cmd *const *verb = place->cmd->cmds; verb && *verb; verb++)
        if (!cmd_hidden(*verb))
            fish_item(s, "", (*verb)->name, (*verb)->help);
    CLEANUP(str_release) struct str named = STR_INIT;
    str_add(s, "\n            set -g __aiwf_aliases");
    for (const struct cmd *const *verb = place->cmd->cmds; verb && *verb; verb++) {
        if (!(*verb)->alias || cmd_hidden(*verb))
            continue;
        str_addf(s, " %s", (*verb)->alias);
        str_addf(&named, " %s", (*verb)->name);
    }
    str_addf(s, "\n            set -g __aiwf_named%s\n            set -g __aiwf_args ", named.buf);
    add_args(s, place->cmd);
    str_add(s, "\n            set -g __aiwf_opts");
    for (size_t i = 0; i < place->n; i++) {
        fish_item(s, "--", place->refs[i].opt->name, place->refs[i].opt->help);
        if (place->refs[i].opt->negatable)
            fish_item(s, "--no-", place->refs[i].opt->name, place->refs[i].opt->help);
    }
    str_add(s, "\n            set -g __aiwf_takes");
    for (size_t i = 0; i < place->n; i++) {
        if (!takes_value(&place->refs[i]))
            continue;
        str_addf(s, " --%s", place->refs[i].opt->name);
        if (place->refs[i].letter)
            str_addf(s, " -%c", place->refs[i].letter);
    }
    str_addc(s, '\n');
}

static void fish_value(struct str *s, const char *path, const struct opt_ref *ref)
{
    path = path ? path : "*";
    str_addf(s, "        case '%s:--%s'", path, ref->opt->name);
    if (ref->letter)
        str_addf(s, " '%s:-%c'", path, ref->letter);
    str_addf(s, "\n            set -g __aiwf_kind %s\n", kind_of(ref->opt));
    if (!ref->opt->choices)
        return;
    str_add(s, "            set -g __aiwf_choices ");
    add_choices(s, ref->opt);
    str_addc(s, '\n');
}

const struct shell shell_fish = {
    .walk = walk_fish,
    .before = "# fish completion of aiwf. Made from the command tree by `make completions`: do not edit.\n"
              "\n"
              "# What can follow a command; takes: the options after which a value follows.\n"
              "function __aiwf_table -a path\n"
              "    switch $path\n",
    .between = "    end\nend\n\n# What an option's value is.\nfunction __aiwf_value -a path option\n    set -g __aiwf_kind none\n"
               "    switch $path:$option\n",
    .after = "    end\nend\n",
    .add_place = fish_place,
    .add_value = fish_value,
};

/* ---- all */

/* The two tables, as they grow in one walk. */
struct script {
    const struct shell *shell;
    struct opt_ref common[CMD_MAX_OPTIONS]; /* what every command has */
    size_t n;
    struct str *places, values;
};

/* Whether the common row of this name or letter would be taken for it. */
static bool hides_common(const struct script *script, const struct opt_ref *own)
{
    for (size_t i = 0; i < script->n; i++) {
        const struct opt_ref *common = &script->common[i];
        if ((own->letter && common->letter == own->letter) || strcmp(common->opt->name, own->opt->name) == 0)
            return true;
    }
    return false;
}

static bool has_values(const struct opt_ref *ref) { return strcmp(kind_of(ref->opt), "none") != 0; }

static void add_command(struct script *script, const struct cmd *cmd, const char *path)
{
    struct place place = {.path = path, .cmd = cmd};
    place.n = cmd_options(cmd->cmds ? &root_cmd : cmd, place.refs, CMD_MAX_OPTIONS);
    script->shell->add_place(script->places, &place);
    for (size_t i = 0; i < place.n && !place.refs[i].common; i++)
        if (has_values(&place.refs[i]) || hides_common(script, &place.refs[i]))
            script->shell->add_value(&script->values, path, &place.refs[i]);
    for (const struct cmd *const *verb = cmd->cmds; verb && *verb; verb++) {
        AUTOFREE char *below = xasprintf("%s%s%s", path, *path ? " " : "", (*verb)->name);
        if (!cmd_hidden(*verb))
            add_command(script, *verb, below);
    }
}

void completion_script(const struct shell *shell, struct str *s)
{
    struct script script = {.shell = shell, .places = s, .values = STR_INIT};
    script.n = cmd_options(&root_cmd, script.common, CMD_MAX_OPTIONS);
    str_room(s, 64 << 10); /* most of it at once: each page touched on the way there costs more than what is written to it */
    str_add(s, shell->before);
    add_command(&script, &root_cmd, "");
    for (size_t i = 0; i < script.n; i++)
        if (has_values(&script.common[i]))
            shell->add_value(&script.values, NULL, &script.common[i]);
    str_add(s, shell->between);
    str_addn(s, script.values.buf, script.values.len);
    str_release(&script.values);
    str_add(s, shell->after);
    str_add(s, shell->walk);
}
