#include "man.h"

#include <string.h>

#include "help.h"
#include "version.h"

/* The pages' date: a fixed one, so that the same tree gives the same bytes. Moves with the version. */
#define MAN_DATE "2026-11-24"

/* Text for roff: no escape, no request, hyphens that stay what they are when copied. */
static void add_text(struct str *s, const char *text)
{
    for (bool line_start = !s->len || s->buf[s->len - 1] == '\n'; *text; text++) {
        if (line_start && (*text == '.' || *text == '\''))
            str_add(s, "\\&");
        if (*text == '\\')
            str_add(s, "\\e");
        else if (*text == '-')
            str_add(s, "\\-");
        else
            str_addc(s, *text);
        line_start = *text == '\n';
    }
}

static void add_line(struct str *s, const char *text)
{
    add_text(s, text);
    str_addc(s, '\n');
}

/* An argument of a macro, in quotes. */
static void add_quoted(struct str *s, const char *macro, const char *text)
{
    str_addf(s, "%s \"", macro);
    for (; *text; text++) {
        if (*text == '"')
            str_add(s, "\\(dq");
        else
            add_text(s, (const char[]){*text, '\0'});
    }
    str_add(s, "\"\n");
}

static void add_header(struct str *s, const char *name, int section, const char *help)
{
    str_add(s, ".\\\" Made from the command tree by `make man`: do not edit.\n");
    str_add(s, ".TH \"");
    for (const char *c = name; *c; c++)
        str_addc(s, *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c);
    str_addf(s, "\" \"%d\" \"%s\" \"aiwf %s\" \"aiwf manual\"\n.SH NAME\n", section, MAN_DATE, AIWF_VERSION);
    add_text(s, name);
    str_add(s, " \\- ");
    add_line(s, help);
}

/* One-line helps are words; a page has sentences. */
static void add_sentence(struct str *s, const char *text)
{
    if (*text >= 'a' && *text <= 'z') {
        str_addc(s, (char)(*text - 'a' + 'A'));
        text++;
    }
    add_text(s, text);
    str_add(s, ".\n");
}

enum { LITERAL_INDENT = 2 };

/* As help's print_about: paragraphs are filled, lines that start with spaces stay as they are. */
static void add_about(struct str *s, const char *text)
{
    bool literal = false;
    while (*text) {
        size_t len = strcspn(text, "\n");
        bool as_is = *text == ' ';
        if (len && as_is && !literal)
            str_add(s, ".PP\n.RS 4\n.EX\n");
        if (len && !as_is && literal)
            str_add(s, ".EE\n.RE\n.PP\n");
        if (!len && !literal && text[1] != ' ')
            str_add(s, ".PP\n");
        literal = len ? as_is : literal;
        size_t skip = as_is && len >= LITERAL_INDENT ? LITERAL_INDENT : 0;
        AUTOFREE char *line = xstrndup(text + skip, len - skip);
        if (len)
            add_line(s, line);
        text += len + (text[len] == '\n');
    }
    if (literal)
        str_add(s, ".EE\n.RE\n");
}

static void add_item(struct str *s, const char *left, const char *right)
{
    str_add(s, ".TP\n\\fB");
    add_text(s, left);
    str_add(s, "\\fP\n");
    add_sentence(s, right);
}

static void add_options(struct str *s, const struct cmd *cmd, bool common)
{
    struct opt_ref refs[CMD_MAX_OPTIONS];
    size_t n = cmd_options(cmd, refs, CMD_MAX_OPTIONS);
    for (size_t i = 0; i < n; i++) {
        if (refs[i].common != common)
            continue;
        CLEANUP(str_release) struct str left = STR_INIT;
        CLEANUP(str_release) struct str right = STR_INIT;
        opt_spelling(&refs[i], &left);
        opt_remarks(cmd, &refs[i], &right);
        add_item(s, left.buf, right.buf);
    }
}

static void add_columns(struct str *s, const struct column *column)
{
    if (!column || !column->title)
        return;
    str_add(s, ".PP\nColumns:\n");
    for (; column->title; column++) {
        add_text(s, column->title);
        str_add(s, column->wide ? " (wide)" : "");
        str_add(s, column[1].title ? ",\n" : ".\n");
    }
}

static void add_examples(struct str *s, const struct example *example)
{
    if (!example || !example->command)
        return;
    str_add(s, ".PP\nExamples:\n");
    for (; example->command; example++) {
        str_add(s, ".PP\n.RS 4\n.EX\n");
        add_line(s, example->command);
        str_add(s, ".EE\n.RS 4\n");
        add_sentence(s, example->does);
        str_add(s, ".RE\n.RE\n");
    }
}

static void add_args(struct str *s, const struct arg *arg)
{
    for (; arg && arg->name; arg++)
        if (arg->help)
            add_item(s, arg->name, arg->help);
}

/* All of a command but its common options. */
static void add_body(struct str *s, const struct cmd *cmd)
{
    if (cmd->about)
        add_about(s, cmd->about);
    add_args(s, cmd->args);
    add_options(s, cmd, false);
    if (cmd->timeout) {
        str_add(s, ".PP\nWaits at most ");
        add_text(s, cmd->timeout);
        str_add(s, " unless\n.B \\-\\-timeout\nsays otherwise.\n");
    }
    add_columns(s, cmd->columns);
    add_examples(s, cmd->examples);
}

static void add_usage(struct str *s, const struct cmd *const *path, size_t depth)
{
    CLEANUP(str_release) struct str usage = STR_INIT;
    help_usage(path, depth, &usage);
    add_line(s, usage.buf);
}

static void add_verb(struct str *s, const struct cmd *const *path, size_t depth)
{
    CLEANUP(str_release) struct str usage = STR_INIT;
    help_usage(path, depth, &usage);
    add_quoted(s, ".SS", usage.buf);
    const struct cmd *verb = path[depth - 1];
    add_sentence(s, verb->help);
    if (verb->about)
        str_add(s, ".PP\n");
    add_body(s, verb);
}

/* Verbs may have verbs: each leaf is told. */
static void each_leaf(struct str *s, const struct cmd **path, size_t depth,
                      void (*add)(struct str *s, const struct cmd *const *path, size_t depth))
{
    const struct cmd *cmd = path[depth - 1];
    if (!cmd->cmds || cmd->run)
        add(s, path, depth);
    for (const struct cmd *const *verb = cmd->cmds; verb && *verb; verb++) {
        path[depth] = *verb;
        if (!cmd_hidden(*verb))
            each_leaf(s, path, depth + 1, add);
    }
}

static unsigned all_flags(const struct cmd *cmd)
{
    unsigned flags = cmd->flags;
    for (const struct cmd *const *verb = cmd->cmds; verb && *verb; verb++)
        flags |= all_flags(*verb);
    return flags;
}

static void add_see_also(struct str *s, const char *name)
{
    str_add(s, ".SH SEE ALSO\n");
    if (strcmp(name, "aiwf") != 0)
        str_add(s, ".BR aiwf (1),\n");
    if (strcmp(name, "aiwf-config") != 0)
        str_add(s, ".BR aiwf\\-config (5)");
    if (strcmp(name, "aiwf-exit-codes") != 0)
        str_addf(s, "%s.BR aiwf\\-exit\\-codes (1)", s->buf[s->len - 1] == ')' ? ",\n" : "");
    str_addc(s, '\n');
}

static void print_noun(const struct cmd *noun, struct str *s)
{
    const struct cmd *path[8] = {&root_cmd, noun};
    AUTOFREE char *name = xasprintf("aiwf-%s", noun->name);
    add_header(s, name, 1, noun->help);
    str_add(s, ".SH SYNOPSIS\n.nf\n");
    each_leaf(s, path, 2, add_usage);
    str_add(s, ".fi\n.SH DESCRIPTION\n");
    if (noun->alias) {
        str_add(s, "Alias:\n.BR aiwf ");
        str_addf(s, " \" %s\" .\n", noun->alias);
        str_add(s, noun->about ? ".PP\n" : "");
    }
    if (noun->cmds) {
        if (noun->about)
            add_about(s, noun->about);
        else
            add_sentence(s, noun->help);
        add_examples(s, noun->examples);
        str_add(s, ".SH COMMANDS\n");
        each_leaf(s, path, 2, add_verb);
    } else {
        if (!noun->about)
            add_sentence(s, noun->help);
        add_body(s, noun);
    }
    str_add(s, ".SH COMMON OPTIONS\n");
    const struct cmd common = {.name = noun->name, .flags = all_flags(noun)};
    add_options(s, &common, true);
    str_add(s, ".SH EXIT STATUS\n0 when it is done; what the other codes mean is told in\n.BR aiwf\\-exit\\-codes (1).\n");
    add_see_also(s, name);
}

static void add_topic(struct str *s, const struct topic *topic)
{
    if (topic->before)
        add_about(s, topic->before);
    for (const struct topic_row *row = topic->rows; row && row->left; row++)
        add_item(s, row->left, row->right);
    if (topic->after) {
        str_add(s, ".PP\n");
        add_about(s, topic->after);
    }
}

static void add_verb_names(struct str *s, const struct cmd *noun)
{
    CLEANUP(str_release) struct str names = STR_INIT;
    for (const struct cmd *const *verb = noun->cmds; verb && *verb; verb++)
        if (!cmd_hidden(*verb))
            str_addf(&names, "%s%s", names.len ? ", " : "", (*verb)->name);
    if (!names.len)
        return;
    str_add(s, ".br\nVerbs: ");
    add_text(s, names.buf);
    str_add(s, ".\n");
}

static void add_nouns(struct str *s)
{
    for (const struct cmd_group *group = cmd_groups; group->key; group++) {
        bool titled = false;
        for (const struct cmd *const *noun = root_cmd.cmds; *noun; noun++) {
            if (cmd_hidden(*noun) || !str_eq((*noun)->group, group->key))
                continue;
            if (!titled)
                add_quoted(s, ".SS", group->title);
            titled = true;
            str_add(s, ".TP\n.BR aiwf\\-");
            add_text(s, (*noun)->name);
            str_add(s, " (1)\n");
            add_sentence(s, (*noun)->help);
            add_verb_names(s, *noun);
        }
    }
}

static void print_root(struct str *s)
{
    const struct cmd *const path[] = {&root_cmd};
    add_header(s, "aiwf", 1, root_cmd.help);
    str_add(s, ".SH SYNOPSIS\n.nf\n");
    add_usage(s, path, 1);
    str_add(s, ".fi\n.SH DESCRIPTION\n");
    add_about(s, root_cmd.about);
    add_examples(s, root_cmd.examples);
    str_add(s, ".SH COMMANDS\n");
    add_nouns(s);
    str_add(s, ".SH COMMON OPTIONS\nEach command takes those that make sense for it.\n");
    add_options(s, &root_cmd, true);
    str_add(s, ".SH OUTPUT\n");
    add_topic(s, topic_find("output"));
    str_add(s, ".SH CONTEXTS\n");
    add_about(s, topic_find("contexts")->before);
    str_add(s, ".BR aiwf\\-config (5)\nlists them.\n.SH ENVIRONMENT\n");
    add_topic(s, topic_find("environment"));
    str_add(s, ".SH EXIT STATUS\n");
    add_topic(s, topic_find("exit-codes"));
    add_see_also(s, "aiwf");
}

static void print_exit_codes(struct str *s)
{
    const struct topic *topic = topic_find("exit-codes");
    add_header(s, "aiwf-exit-codes", 1, topic->help);
    str_add(s, ".SH DESCRIPTION\n");
    add_topic(s, topic);
    add_see_also(s, "aiwf-exit-codes");
}

static void add_schema(struct str *s, const struct field *fields)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    CLEANUP(err_release) struct err err = ERR_INIT;
    if (schema_explain(fields, NULL, &text, &err) != 0)
        return;
    str_add(s, ".SH FIELDS\n.EX\n");
    add_text(s, text.buf);
    str_add(s, text.len && text.buf[text.len - 1] != '\n' ? "\n.EE\n" : ".EE\n");
}

static void print_config(struct str *s)
{
    add_header(s, "aiwf-config", 5, "the configuration file of aiwf");
    str_add(s, ".SH DESCRIPTION\n");
    add_about(s, "$XDG_CONFIG_HOME/aiwf/config.yaml (usually ~/.config/aiwf/config.yaml) holds contexts by name and the current\n"
                 "one. aiwf context add, use and delete change it under a lock and atomically. A missing file is an empty one;\n"
                 "unknown keys are refused.\n"
                 "\n"
                 "  current-context: lab\n"
                 "  contexts:\n"
                 "    lab:\n"
                 "      openfaas: https://faas.example.org\n"
                 "      user: admin\n"
                 "      password-file: /home/me/.faas-password\n"
                 "      prometheus: https://prom.example.org\n"
                 "      protected: true\n"
                 "\n"
                 "Secrets are never in it: a setting names the file that holds one.");
    add_schema(s, conf_schema);
    str_add(s, ".SH SETTINGS OF A CONTEXT\n");
    for (const struct topic_row *row = topic_find("contexts")->rows; row->left; row++)
        add_item(s, row->left, row->right);
    add_see_also(s, "aiwf-config");
}

void man_pages(struct strv *names)
{
    strv_add(names, "aiwf.1");
    for (const struct cmd *const *noun = root_cmd.cmds; *noun; noun++)
        if (!cmd_hidden(*noun))
            strv_addf(names, "aiwf-%s.1", (*noun)->name);
    strv_add(names, "aiwf-exit-codes.1");
    strv_add(names, "aiwf-config.5");
}

bool man_print(const char *page, struct str *s)
{
    if (strcmp(page, "aiwf.1") == 0)
        return print_root(s), true;
    if (strcmp(page, "aiwf-exit-codes.1") == 0)
        return print_exit_codes(s), true;
    if (strcmp(page, "aiwf-config.5") == 0)
        return print_config(s), true;
    for (const struct cmd *const *noun = root_cmd.cmds; *noun; noun++) {
        AUTOFREE char *name = xasprintf("aiwf-%s.1", (*noun)->name);
        if (strcmp(page, name) == 0 && !cmd_hidden(*noun))
            return print_noun(*noun, s), true;
    }
    return false;
}
