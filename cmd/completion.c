#include "completion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/embed.h"
#include "help.h"

/* The walks over the typed words, which are written by hand. */
EMBED(walk_bash, "cmd/completion.bash");
EMBED(walk_zsh, "cmd/completion.zsh");
EMBED(walk_fish, "cmd/completion.fish");

struct refs {
    struct opt_ref *v;
    size_t n;
};

/* A command and what can be typed after it. */
struct place {
    const char *path; /* "function deploy"; "" for the root */
    const struct cmd *cmd;
    struct refs refs;   /* its own options; before a verb: none */
    const char *common; /* which common options it has, besides: a number */
};

struct shell {
    const char *name;
    const char *walk;
    const char *before, *common, *between, *after; /* around the tables of places, of common options, and of options' values... */
    void (*add_place)(struct str *s, const struct place *place);
    void (*add_common)(struct str *s, const char *common, const struct refs *refs);
    const char *own, *own_of, *own_end, *common_values; /* ... which are by place, and after those the common ones */
    void (*add_value)(struct str *s, const struct opt_ref *ref, bool is_own);
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

/* For single quotes; how a quote is written there differs. */
static void add_escaped(struct str *s, const char *text, const char *quote)
{
    for (size_t plain; *text; text += plain) {
        plain = strcspn(text, "'\\");
        str_addn(s, text, plain);
        if (text[plain] == '\'')
            str_add(s, quote);
        else if (text[plain] == '\\')
            str_add(s, strcmp(quote, "\\'") == 0 ? "\\\\" : "\\");
        plain += text[plain] != '\0';
    }
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

/* What a place lacks is not said: each piece is read each time a shell starts. */
static void bash_place(struct str *s, const struct place *place)
{
    const struct cmd *cmd = place->cmd;
    str_cat(s, "    '", place->path, "') common=", place->common);
    if (cmd->cmds) {
        str_add(s, " cmds='");
        add_names(s, cmd);
        str_add(s, "' aliases='");
        for (const struct cmd *const *verb = cmd->cmds; *verb; verb++)
            if ((*verb)->alias && !cmd_hidden(*verb))
                str_cat(s, (*verb)->alias, "=", (*verb)->name, " ");
        str_addc(s, '\'');
    }
    if (cmd->args) {
        str_add(s, " args='");
        add_args(s, cmd);
        str_addc(s, '\'');
    }
    if (place->refs.n) {
        str_add(s, " opts='");
        bash_options(s, &place->refs);
        str_addc(s, '\'');
    }
    str_add(s, " ;;\n");
}

static void bash_common(struct str *s, const char *common, const struct refs *refs)
{
    str_cat(s, "    ", common, ") opts+='");
    bash_options(s, refs);
    str_add(s, "' ;;\n");
}

static void bash_pattern(struct str *s, const struct opt_ref *ref, bool is_own)
{
    str_cat(s, is_own ? "        --" : "    --", ref->opt->name);
    if (ref->letter)
        str_cat(s, " | -", (char[]){ref->letter, '\0'});
    str_cat(s, ") kind=", kind_of(ref->opt));
}

static void bash_value(struct str *s, const struct opt_ref *ref, bool is_own)
{
    bash_pattern(s, ref, is_own);
    if (ref->opt->choices) {
        str_add(s, " words='");
        add_choices(s, ref->opt);
        str_addc(s, '\'');
    }
    str_add(s, is_own ? "; return ;;\n" : " ;;\n");
}

static const struct shell shell_bash = {
    .name = "bash",
    .walk = walk_bash,
    .before = "# bash completion of aiwf. Made from the command tree by `make completions`: do not edit.\n"
              "\n"
              "# What can follow a command: its commands, their aliases, its options (=: a value follows), its arguments.\n"
              "__aiwf_table() {\n"
              "    local common=\n"
              "    cmds= aliases= args= opts=\n"
              "    case $1 in\n",
    .common = "    esac\n    case $common in\n",
    .between = "    esac\n}\n\n# What an option's value is.\n__aiwf_value() {\n    kind=none words=\n    case $1 in\n",
    .own = "    '",
    .own_of = "') case $2 in\n",
    .own_end = "        esac ;;\n",
    .common_values = "    esac\n    case $2 in\n",
    .after = "    esac\n}\n",
    .add_place = bash_place,
    .add_common = bash_common,
    .add_value = bash_value,
};

/* ---- zsh */

static void zsh_item(struct str *s, const char *dashes, const char *name, const char *help)
{
    str_cat(s, "\n        '", dashes, name, ":");
    add_escaped(s, help, "'\\''");
    str_addc(s, '\'');
}

static void zsh_options(struct str *s, const char *set, const struct refs *refs)
{
    str_cat(s, " opts", set, "(");
    for (size_t i = 0; i < refs->n; i++) {
        zsh_item(s, "--", refs->v[i].opt->name, refs->v[i].opt->help);
        if (refs->v[i].opt->negatable)
            zsh_item(s, "--no-", refs->v[i].opt->name, refs->v[i].opt->help);
    }
    str_cat(s, ") takes", set, "(");
    for (size_t i = 0; i < refs->n; i++) {
        if (!takes_value(&refs->v[i]))
            continue;
        str_cat(s, "--", refs->v[i].opt->name, " ");
        if (refs->v[i].letter)
            str_cat(s, "-", (char[]){refs->v[i].letter, '\0'}, " ");
    }
    str_addc(s, ')');
}

static void zsh_place(struct str *s, const struct place *place)
{
    const struct cmd *cmd = place->cmd;
    str_cat(s, "    '", place->path, "') common=", place->common);
    if (cmd->cmds) {
        str_add(s, " cmds=(");
        for (const struct cmd *const *verb = cmd->cmds; *verb; verb++)
            if (!cmd_hidden(*verb))
                zsh_item(s, "", (*verb)->name, (*verb)->help);
        str_add(s, ") aliases=(");
        for (const struct cmd *const *verb = cmd->cmds; *verb; verb++)
            if ((*verb)->alias && !cmd_hidden(*verb))
                str_cat(s, (*verb)->alias, " ", (*verb)->name, " ");
        str_addc(s, ')');
    }
    if (cmd->args) {
        str_add(s, " args=(");
        add_args(s, cmd);
        str_addc(s, ')');
    }
    if (place->refs.n)
        zsh_options(s, "=", &place->refs);
    str_add(s, " ;;\n");
}

static void zsh_common(struct str *s, const char *common, const struct refs *refs)
{
    str_cat(s, "    ", common, ")");
    zsh_options(s, "+=", refs);
    str_add(s, " ;;\n");
}

static void zsh_value(struct str *s, const struct opt_ref *ref, bool is_own)
{
    bash_pattern(s, ref, is_own);
    if (ref->opt->choices) {
        str_add(s, " choices=(");
        add_choices(s, ref->opt);
        str_addc(s, ')');
    }
    str_add(s, is_own ? "; return ;;\n" : " ;;\n");
}

static const struct shell shell_zsh = {
    .name = "zsh",
    .walk = walk_zsh,
    .before = "#compdef aiwf\n"
              "# zsh completion of aiwf. Made from the command tree by `make completions`: do not edit.\n"
              "\n"
              "# What can follow a command; takes: the options after which a value follows.\n"
              "__aiwf_table() {\n"
              "    local common=\n"
              "    cmds=() aliases=() args=() opts=() takes=()\n"
              "    case $1 in\n",
    .common = "    esac\n    case $common in\n",
    .between = "    esac\n}\n\n# What an option's value is.\n__aiwf_value() {\n    kind=none choices=()\n    case $1 in\n",
    .own = "    '",
    .own_of = "') case $2 in\n",
    .own_end = "        esac ;;\n",
    .common_values = "    esac\n    case $2 in\n",
    .after = "    esac\n}\n",
    .add_place = zsh_place,
    .add_common = zsh_common,
    .add_value = zsh_value,
};

/* ---- fish */

static void fish_item(struct str *s, const char *dashes, const char *name, const char *help)
{
    str_cat(s, " \\\n        ", dashes, name, "\\t'");
    add_escaped(s, help, "\\'");
    str_addc(s, '\'');
}

static void fish_options(struct str *s, const char *set, const struct refs *refs)
{
    str_cat(s, "            set ", set, " __aiwf_opts");
    for (size_t i = 0; i < refs->n; i++) {
        fish_item(s, "--", refs->v[i].opt->name, refs->v[i].opt->help);
        if (refs->v[i].opt->negatable)
            fish_item(s, "--no-", refs->v[i].opt->name, refs->v[i].opt->help);
    }
    str_cat(s, "\n            set ", set, " __aiwf_takes");
    for (size_t i = 0; i < refs->n; i++) {
        if (!takes_value(&refs->v[i]))
            continue;
        str_cat(s, " --", refs->v[i].opt->name);
        if (refs->v[i].letter)
            str_cat(s, " -", (char[]){refs->v[i].letter, '\0'});
    }
    str_addc(s, '\n');
}

static void fish_names(struct str *s, const struct cmd *cmd)
{
    str_add(s, "            set -g __aiwf_cmds");
    for (const struct cmd *const *verb = cmd->cmds; *verb; verb++)
        if (!cmd_hidden(*verb))
            fish_item(s, "", (*verb)->name, (*verb)->help);
    CLEANUP(str_release) struct str named = STR_INIT;
    str_add(s, "\n            set -g __aiwf_aliases");
    for (const struct cmd *const *verb = cmd->cmds; *verb; verb++) {
        if (!(*verb)->alias || cmd_hidden(*verb))
            continue;
        str_cat(s, " ", (*verb)->alias);
        str_cat(&named, " ", (*verb)->name);
    }
    str_cat(s, "\n            set -g __aiwf_named", named.buf, "\n");
}

static void fish_place(struct str *s, const struct place *place)
{
    const struct cmd *cmd = place->cmd;
    str_cat(s, "        case '", place->path, "'\n            set common ", place->common, "\n");
    if (cmd->cmds)
        fish_names(s, cmd);
    if (cmd->args) {
        str_add(s, "            set -g __aiwf_args ");
        add_args(s, cmd);
        str_addc(s, '\n');
    }
    if (place->refs.n)
        fish_options(s, "-g", &place->refs);
}

static void fish_common(struct str *s, const char *common, const struct refs *refs)
{
    str_cat(s, "        case ", common, "\n");
    fish_options(s, "-ag", refs);
}

static void fish_value(struct str *s, const struct opt_ref *ref, bool is_own)
{
    const char *indent = is_own ? "                " : "        ";
    str_cat(s, indent, "case --", ref->opt->name);
    if (ref->letter)
        str_cat(s, " -", (char[]){ref->letter, '\0'});
    str_cat(s, "\n", indent, "    set -g __aiwf_kind ", kind_of(ref->opt), "\n");
    if (ref->opt->choices) {
        str_cat(s, indent, "    set -g __aiwf_choices ");
        add_choices(s, ref->opt);
        str_addc(s, '\n');
    }
    if (is_own)
        str_cat(s, indent, "    return\n");
}

static const struct shell shell_fish = {
    .name = "fish",
    .walk = walk_fish,
    .before = "# fish completion of aiwf. Made from the command tree by `make completions`: do not edit.\n"
              "\n"
              "# What can follow a command; takes: the options after which a value follows.\n"
              "function __aiwf_table -a path\n"
              "    set -l common\n"
              "    for list in cmds aliases named args opts takes\n"
              "        set -g __aiwf_$list\n"
              "    end\n"
              "    switch $path\n",
    .common = "    end\n    switch \"$common\"\n",
    .between = "    end\nend\n\n# What an option's value is.\nfunction __aiwf_value -a path option\n    set -g __aiwf_kind none\n"
               "    switch $path\n",
    .own = "        case '",
    .own_of = "'\n            switch $option\n",
    .own_end = "            end\n",
    .common_values = "    end\n    switch $option\n",
    .after = "    end\nend\n",
    .add_place = fish_place,
    .add_common = fish_common,
    .add_value = fish_value,
};

/* ---- all */

/* Common options, as some commands have them. */
struct common_set {
    char number[8];
    const struct cmd *cmd; /* one that has them... */
    bool is_covered;       /* ... and whether its own options hide some */
    struct refs refs;
};

/* The tables, as they grow in one walk. */
struct script {
    const struct shell *shell;
    struct refs common;                                       /* what every command has... */
    char initials[CMD_MAX_OPTIONS], letters[CMD_MAX_OPTIONS]; /* ... and their first letters, and for short */
    struct common_set *sets;
    size_t n_sets, cap_sets;
    FILE *out;
    struct str path; /* of the place */
    struct str places, values;
};

static void script_release(struct script *script)
{
    for (size_t i = 0; i < script->n_sets; i++)
        free(script->sets[i].refs.v);
    free(script->sets);
    str_release(&script->path);
    str_release(&script->places);
    str_release(&script->values);
}

/* A page that is written to for the first time costs more than what is written: few are kept, and used again. */
enum { WRITTEN_AT = 8 << 10 };
static void write_places(struct script *script)
{
    fwrite(script->places.buf, 1, script->places.len, script->out);
    str_reset(&script->places);
}

static void set_common(struct script *script)
{
    script->common.n = cmd_options(&root_cmd, script->common.v, CMD_MAX_OPTIONS);
    for (size_t i = 0; i < script->common.n; i++) {
        script->initials[i] = script->common.v[i].opt->name[0];
        script->letters[i] = script->common.v[i].letter;
    }
}

/* The common options that an own one of their letter or their name stands before; NULL: none. */
struct hidden {
    const struct opt *by_letter, *by_name;
};

static struct hidden hidden_by(const struct script *script, const struct opt *own)
{
    size_t n = script->common.n;
    const struct opt_ref *common = script->common.v;
    const char *letter = own->letter ? memchr(script->letters, own->letter, n) : NULL;
    struct hidden hidden = {.by_letter = letter ? common[letter - script->letters].opt : NULL};
    for (const char *at = script->initials; (at = memchr(at, own->name[0], (size_t)(script->initials + n - at))); at++)
        if (strcmp(common[at - script->initials].opt->name, own->name) == 0)
            hidden.by_name = common[at - script->initials].opt;
    return hidden;
}

static bool has_values(const struct opt *opt) { return opt && kind_of(opt) != none; }

static bool are_same(const struct refs *a, const struct refs *b)
{
    for (size_t i = 0; i < a->n; i++)
        if (i >= b->n || a->v[i].opt != b->v[i].opt || a->v[i].letter != b->v[i].letter)
            return false;
    return a->n == b->n;
}

static const char *add_set(struct script *script, const struct common_set *set)
{
    GROW(script->sets, script->n_sets, script->cap_sets);
    struct common_set *kept = &script->sets[script->n_sets];
    *kept = *set;
    kept->refs.v = xcalloc(set->refs.n, sizeof(*kept->refs.v));
    memcpy(kept->refs.v, set->refs.v, set->refs.n * sizeof(*kept->refs.v));
    snprintf(kept->number, sizeof(kept->number), "%zu", script->n_sets++);
    return kept->number;
}

/* The common options of a command: those of another of its flags, unless its own hide some. The root has one more. */
static const char *common_of(struct script *script, const struct cmd *cmd, bool is_covered)
{
    for (size_t i = 0; i < script->n_sets && !is_covered; i++) {
        const struct common_set *set = &script->sets[i];
        if (!set->is_covered && set->cmd->flags == cmd->flags && (set->cmd == &root_cmd) == (cmd == &root_cmd))
            return set->number;
    }

    struct opt_ref refs[CMD_MAX_OPTIONS];
    size_t n = cmd_options(cmd, refs, ARRAY_LEN(refs)), own = 0;
    while (own < n && !refs[own].common)
        own++;
    struct common_set set = {.cmd = cmd, .is_covered = is_covered, .refs = {.v = refs + own, .n = n - own}};
    for (size_t i = 0; i < script->n_sets; i++)
        if (are_same(&script->sets[i].refs, &set.refs))
            return script->sets[i].number;
    return add_set(script, &set);
}

/* The values of a place's own options; of those without one, too, where they hide a common one that has. */
static void add_values(struct script *script, const struct refs *own, const struct hidden *hidden)
{
    bool is_begun = false;
    for (size_t i = 0; i < own->n; i++) {
        if (!has_values(own->v[i].opt) && !has_values(hidden[i].by_letter) && !has_values(hidden[i].by_name))
            continue;
        if (!is_begun)
            str_cat(&script->values, script->shell->own, script->path.buf, script->shell->own_of);
        is_begun = true;
        script->shell->add_value(&script->values, &own->v[i], true);
    }
    if (is_begun)
        str_add(&script->values, script->shell->own_end);
}

static void add_place(struct script *script, const struct cmd *cmd)
{
    struct opt_ref own[CMD_MAX_OPTIONS];
    struct hidden hidden[CMD_MAX_OPTIONS];
    bool is_covered = false;
    struct place place = {.path = script->path.buf, .cmd = cmd, .refs.v = own};
    for (const struct opt *opt = cmd->opts; opt && opt->name && place.refs.n < ARRAY_LEN(own); opt++) {
        hidden[place.refs.n] = hidden_by(script, opt);
        is_covered |= hidden[place.refs.n].by_letter || hidden[place.refs.n].by_name;
        own[place.refs.n++] = (struct opt_ref){.opt = opt, .letter = opt->letter};
    }
    add_values(script, &place.refs, hidden);
    place.common = common_of(script, cmd->cmds ? &root_cmd : cmd, is_covered);
    script->shell->add_place(&script->places, &place);
}

static void add_command(struct script *script, const struct cmd *cmd)
{
    add_place(script, cmd);
    if (script->places.len > WRITTEN_AT)
        write_places(script);
    size_t len = script->path.len;
    for (const struct cmd *const *verb = cmd->cmds; verb && *verb; verb++) {
        if (cmd_hidden(*verb))
            continue;
        str_cat(&script->path, len ? " " : "", (*verb)->name);
        add_command(script, *verb);
        str_cut(&script->path, len);
    }
}

static const struct shell *shell_named(const char *name)
{
    static const struct shell *const shells[] = {&shell_bash, &shell_zsh, &shell_fish};
    for (size_t i = 0; i < ARRAY_LEN(shells); i++)
        if (strcmp(shells[i]->name, name) == 0)
            return shells[i];
    return NULL;
}

bool completion_print(const char *name, FILE *out)
{
    const struct shell *shell = shell_named(name);
    if (!shell)
        return false;
    struct opt_ref common[CMD_MAX_OPTIONS];
    struct script script = {
        .shell = shell, .common.v = common, .out = out, .path = STR_INIT, .places = STR_INIT, .values = STR_INIT};
    set_common(&script);
    str_add(&script.places, shell->before);
    add_command(&script, &root_cmd);
    str_add(&script.places, shell->common);
    for (size_t i = 0; i < script.n_sets; i++)
        shell->add_common(&script.places, script.sets[i].number, &script.sets[i].refs);
    str_add(&script.places, shell->between);
    write_places(&script);
    str_add(&script.values, shell->common_values);
    for (size_t i = 0; i < script.common.n; i++)
        if (has_values(script.common.v[i].opt))
            shell->add_value(&script.values, &script.common.v[i], false);
    str_cat(&script.values, shell->after, shell->walk);
    fwrite(script.values.buf, 1, script.values.len, out);
    script_release(&script);
    return true;
}
