#include "completion.h"

#include <stdlib.h>
#include <string.h>

#include "help.h"

/* The walks, as they are in the source tree. */
#define EMBED(symbol, file)                                                                \
    __asm__(".section .rodata\n" #symbol ":\n.incbin \"cmd/" file "\"\n.byte 0\n.text\n"); \
    extern const char symbol[] __attribute__((visibility("hidden")))
EMBED(walk_bash, "completion.bash");
EMBED(walk_zsh, "completion.zsh");
EMBED(walk_fish, "completion.fish");

struct refs {
    struct opt_ref *v;
    size_t n;
};

/* A command and what can be typed after it. */
struct place {
    const char *path; /* "function deploy"; "" for the root */
    const struct cmd *cmd;
    struct refs refs; /* its own options; before a verb: none */
    size_t common;    /* which of the sets of common options it has, besides */
};

struct shell {
    const char *walk;
    const char *before, *common, *between, *after; /* around the tables of places, of common options, and of options' values */
    void (*add_place)(struct str *s, const struct place *place);
    void (*add_common)(struct str *s, size_t common, const struct refs *refs);
    void (*add_value)(struct str *s, const char *path, const struct opt_ref *ref);
};

static const char none[] = "none";

static const char *kind_of(const struct opt *opt)
{
    if (opt->type == OPT_FILE)
        return "files";
    if (opt->type == OPT_DIR)
        return "dirs";
    if (opt->complete)
        return "live";
    return opt->choices ? "words" : none;
}

static const char *kind_of_arg(const struct arg *arg)
{
    if (strcmp(arg->name, "FILE") == 0)
        return "files";
    if (strcmp(arg->name, "DIR") == 0)
        return "dirs";
    return arg->complete ? "live" : none;
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

static void bash_option(struct str *s, const struct opt_ref *ref)
{
    const char *mark = takes_value(ref) ? "=" : "";
    str_cat(s, " --", ref->opt->name, mark);
    if (ref->opt->negatable)
        str_cat(s, " --no-", ref->opt->name);
    if (ref->letter)
        str_cat(s, " -", (char[]){ref->letter, '\0'}, mark);
}

static void bash_options(struct str *s, const struct refs *refs)
{
    for (size_t i = 0; i < refs->n; i++)
        bash_option(s, &refs->v[i]);
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
    str_addf(s, "' common=%zu opts='", place->common);
    bash_options(s, &place->refs);
    str_add(s, "'\n        ;;\n");
}

static void bash_common(struct str *s, size_t common, const struct refs *refs)
{
    str_addf(s, "    %zu) opts+='", common);
    bash_options(s, refs);
    str_add(s, "' ;;\n");
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
              "    local common=\n"
              "    case $1 in\n",
    .common = "    esac\n    case $common in\n",
    .between = "    esac\n}\n\n# What an option's value is.\n__aiwf_value() {\n    kind=none words=\n    case $1:$2 in\n",
    .after = "    esac\n}\n",
    .add_place = bash_place,
    .add_common = bash_common,
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

static void zsh_options(struct str *s, const char *set, const struct refs *refs)
{
    str_addf(s, "opts%s(", set);
    for (size_t i = 0; i < refs->n; i++) {
        zsh_item(s, "--", refs->v[i].opt->name, refs->v[i].opt->help);
        if (refs->v[i].opt->negatable)
            zsh_item(s, "--no-", refs->v[i].opt->name, refs->v[i].opt->help);
    }
    str_addf(s, ")\n        takes%s(", set);
    for (size_t i = 0; i < refs->n; i++) {
        if (!takes_value(&refs->v[i]))
            continue;
        str_addf(s, "--%s ", refs->v[i].opt->name);
        if (refs->v[i].letter)
            str_addf(s, "-%c ", refs->v[i].letter);
    }
    str_add(s, ")\n        ;;\n");
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
    str_addf(s, ")\n        common=%zu ", place->common);
    zsh_options(s, "=", &place->refs);
}

static void zsh_common(struct str *s, size_t common, const struct refs *refs)
{
    str_addf(s, "    %zu)\n        ", common);
    zsh_options(s, "+=", refs);
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
              "    local common=\n"
              "    case $1 in\n",
    .common = "    esac\n    case $common in\n",
    .between = "    esac\n}\n\n# What an option's value is.\n__aiwf_value() {\n    kind=none choices=()\n    case $1:$2 in\n",
    .after = "    esac\n}\n",
    .add_place = zsh_place,
    .add_common = zsh_common,
    .add_value = zsh_value,
};

/* ---- fish */

static void fish_item(struct str *s, const char *dashes, const char *name, const char *help)
{
    str_addf(s, " \\\n                %s%s\\t", dashes, name);
    add_quoted(s, help, "\\'");
}

static void fish_options(struct str *s, const char *set, const struct refs *refs)
{
    str_addf(s, "            set %s __aiwf_opts", set);
    for (size_t i = 0; i < refs->n; i++) {
        fish_item(s, "--", refs->v[i].opt->name, refs->v[i].opt->help);
        if (refs->v[i].opt->negatable)
            fish_item(s, "--no-", refs->v[i].opt->name, refs->v[i].opt->help);
    }
    str_addf(s, "\n            set %s __aiwf_takes", set);
    for (size_t i = 0; i < refs->n; i++) {
        if (!takes_value(&refs->v[i]))
            continue;
        str_addf(s, " --%s", refs->v[i].opt->name);
        if (refs->v[i].letter)
            str_addf(s, " -%c", refs->v[i].letter);
    }
    str_addc(s, '\n');
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
    str_addf(s, "\n            set common %zu\n", place->common);
    fish_options(s, "-g", &place->refs);
}

static void fish_common(struct str *s, size_t common, const struct refs *refs)
{
    str_addf(s, "        case %zu\n", common);
    fish_options(s, "-ag", refs);
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
              "    set -l common\n"
              "    switch $path\n",
    .common = "    end\n    switch \"$common\"\n",
    .between = "    end\nend\n\n# What an option's value is.\nfunction __aiwf_value -a path option\n    set -g __aiwf_kind none\n"
               "    switch $path:$option\n",
    .after = "    end\nend\n",
    .add_place = fish_place,
    .add_common = fish_common,
    .add_value = fish_value,
};

/* ---- all */

/* The tables, as they grow in one walk. */
struct script {
    const struct shell *shell;
    struct refs common; /* what every command has */
    struct refs *sets;  /* the common options, each time as some command has them */
    size_t n_sets, cap_sets;
    struct str *places, values;
};

static void script_release(struct script *script)
{
    for (size_t i = 0; i < script->n_sets; i++)
        free(script->sets[i].v);
    free(script->sets);
    str_release(&script->values);
}

/* Whether the common row of this name or letter would be taken for it. */
static bool hides_common(const struct script *script, const struct opt_ref *own)
{
    for (size_t i = 0; i < script->common.n; i++) {
        const struct opt_ref *common = &script->common.v[i];
        if ((own->letter && common->letter == own->letter) || opt_is_named(common->opt, own->opt->name))
            return true;
    }
    return false;
}

static bool has_values(const struct opt_ref *ref) { return kind_of(ref->opt) != none; }

static bool are_same(const struct refs *a, const struct refs *b)
{
    for (size_t i = 0; i < a->n; i++)
        if (i >= b->n || a->v[i].opt != b->v[i].opt || a->v[i].letter != b->v[i].letter)
            return false;
    return a->n == b->n;
}

static size_t set_of(struct script *script, const struct refs *common)
{
    size_t i = 0;
    while (i < script->n_sets && !are_same(&script->sets[i], common))
        i++;
    if (i < script->n_sets)
        return i;
    GROW(script->sets, script->n_sets, script->cap_sets);
    struct refs *kept = &script->sets[script->n_sets++];
    *kept = (struct refs){.v = xcalloc(common->n, sizeof(*kept->v)), .n = common->n};
    memcpy(kept->v, common->v, common->n * sizeof(*kept->v));
    return i;
}

/* Its own stand before the common ones. */
static void split_options(struct script *script, struct place *place)
{
    struct refs *own = &place->refs;
    size_t n = own->n;
    own->n = 0;
    while (own->n < n && !own->v[own->n].common)
        own->n++;
    place->common = set_of(script, &(struct refs){.v = own->v + own->n, .n = n - own->n});
}

static void add_command(struct script *script, const struct cmd *cmd, const char *path)
{
    struct opt_ref refs[CMD_MAX_OPTIONS];
    struct place place = {.path = path, .cmd = cmd, .refs.v = refs};
    place.refs.n = cmd_options(cmd->cmds ? &root_cmd : cmd, refs, ARRAY_LEN(refs));
    split_options(script, &place);
    script->shell->add_place(script->places, &place);
    for (size_t i = 0; i < place.refs.n; i++)
        if (has_values(&place.refs.v[i]) || hides_common(script, &place.refs.v[i]))
            script->shell->add_value(&script->values, path, &place.refs.v[i]);
    for (const struct cmd *const *verb = cmd->cmds; verb && *verb; verb++) {
        CLEANUP(str_release) struct str below = STR_INIT;
        str_cat(&below, path, *path ? " " : "", (*verb)->name);
        if (!cmd_hidden(*verb))
            add_command(script, *verb, below.buf);
    }
}

void completion_script(const struct shell *shell, struct str *s)
{
    struct opt_ref common[CMD_MAX_OPTIONS];
    struct script script = {.shell = shell, .common.v = common, .places = s, .values = STR_INIT};
    script.common.n = cmd_options(&root_cmd, common, ARRAY_LEN(common));
    str_room(
        s,
        32 << 10); /* most of the one for bash at once: each page touched on the way there costs more than what is written to it */
    str_add(s, shell->before);
    add_command(&script, &root_cmd, "");
    str_add(s, shell->common);
    for (size_t i = 0; i < script.n_sets; i++)
        shell->add_common(s, i, &script.sets[i]);
    for (size_t i = 0; i < script.common.n; i++)
        if (has_values(&script.common.v[i]))
            shell->add_value(&script.values, NULL, &script.common.v[i]);
    str_add(s, shell->between);
    str_addn(s, script.values.buf, script.values.len);
    str_add(s, shell->after);
    str_add(s, shell->walk);
    script_release(&script);
}
