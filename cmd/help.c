/* Help from the command tree: -h is short (examples first), --help is all. */
#include "help.h"

#include <string.h>

enum { INDENT = 2, GAP = 2, MAX_EXAMPLES = 64, SHORT_EXAMPLES = 3 };

struct page {
    const struct help_style *style;
    FILE *out;
};

/* A line of two columns: an option and what it does. */
struct row {
    struct str left, right;
};

struct rows {
    struct row *v;
    size_t n, cap;
};

static void rows_release(struct rows *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        str_release(&rows->v[i].left);
        str_release(&rows->v[i].right);
    }
    free(rows->v);
}
DEFINE_CLEANUP(struct rows, rows_release)

static struct row *rows_new(struct rows *rows)
{
    GROW(rows->v, rows->n, rows->cap);
    rows->v[rows->n] = (struct row){.left = STR_INIT, .right = STR_INIT};
    return &rows->v[rows->n++];
}

static void add_row(struct rows *rows, const char *left, const char *right)
{
    struct row *row = rows_new(rows);
    str_add(&row->left, left);
    str_add(&row->right, right);
}

/* Columns that text of ours takes: code points, no wide ones. */
static int columns_of(const char *text, size_t len)
{
    int n = 0;
    for (size_t i = 0; i < len; i++)
        n += ((unsigned char)text[i] & 0xc0) != 0x80;
    return n;
}

/* Prints text from column `at`, wrapped at the width, later lines indented to `indent`. */
static void print_wrapped(const struct page *page, const char *text, int at, int indent)
{
    while (*text) {
        size_t word = strcspn(text, " \n");
        int columns = columns_of(text, word);
        if (at > indent && at + 1 + columns > page->style->width) {
            fprintf(page->out, "\n%*s", indent, "");
            at = indent;
        } else if (at > indent) {
            fputc(' ', page->out);
            at++;
        }
        fwrite(text, 1, word, page->out);
        at += columns;
        text += word;
        text += strspn(text, " \n");
    }
    fputc('\n', page->out);
}

/* Two columns; a left side over the limit has its text on the next line. */
static void print_rows(const struct page *page, const struct rows *rows, int limit)
{
    int widest = 0;
    for (size_t i = 0; i < rows->n; i++) {
        int columns = columns_of(rows->v[i].left.buf, rows->v[i].left.len);
        if (columns > widest && columns <= limit)
            widest = columns;
    }
    int indent = INDENT + widest + GAP;
    if (indent > page->style->width / 2)
        indent = INDENT * 3;
    for (size_t i = 0; i < rows->n; i++) {
        const struct row *row = &rows->v[i];
        int columns = columns_of(row->left.buf, row->left.len);
        fprintf(page->out, "%*s%s", INDENT, "", row->left.buf);
        int pad = indent - INDENT - columns;
        if (pad >= GAP)
            fprintf(page->out, "%*s", pad, "");
        else
            fprintf(page->out, "\n%*s", indent, "");
        print_wrapped(page, row->right.buf, indent, indent);
    }
}

static void heading(const struct page *page, const char *text)
{
    fprintf(page->out, page->style->color ? "\n\033[1m%s:\033[m\n" : "\n%s:\n", text);
}

/* Paragraphs are wrapped anew; a line that starts with a space stays as it is. */
static void print_about(const struct page *page, const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "\n");
        if (len == 0 || *text == ' ') {
            fprintf(page->out, "%*s%.*s\n", len ? INDENT : 0, "", (int)len, text);
            text += len + (text[len] == '\n');
            continue;
        }
        const char *end = text;
        while (*end && !(end[0] == '\n' && (end[1] == '\n' || end[1] == ' ')))
            end++;
        AUTOFREE char *paragraph = xstrndup(text, (size_t)(end - text));
        fprintf(page->out, "%*s", INDENT, "");
        print_wrapped(page, paragraph, INDENT, INDENT);
        text = *end ? end + 1 : end;
    }
}

bool cmd_hidden(const struct cmd *cmd) { return cmd->flags & CMD_HIDDEN; }

static void arg_spelling(const struct arg *arg, struct str *s)
{
    str_addf(s, " %s%s%s%s%s", arg->after_dashes ? "-- " : "", arg->optional ? "[" : "", arg->name, arg->many ? "..." : "",
             arg->optional ? "]" : "");
}

void help_usage(const struct cmd *const *path, size_t depth, struct str *s)
{
    const struct cmd *cmd = path[depth - 1];
    cmd_words(path, depth, s);
    if (cmd->cmds) {
        str_add(s, cmd->run ? " [COMMAND]" : " COMMAND");
        str_add(s, " [OPTION]...");
        return;
    }
    for (const struct arg *arg = cmd->args; arg && arg->name; arg++)
        if (!arg->after_dashes)
            arg_spelling(arg, s);
    str_add(s, " [OPTION]...");
    for (const struct arg *arg = cmd->args; arg && arg->name; arg++)
        if (arg->after_dashes)
            arg_spelling(arg, s);
}

static void join_choices(const struct opt *opt, const char *separator, struct str *s)
{
    for (size_t i = 0; opt->choices[i]; i++)
        str_addf(s, "%s%s", i ? separator : "", opt->choices[i]);
}

/* Choices are the metavar when they are few. */
static bool choices_fit(const struct opt *opt)
{
    enum { FITS = 24 };
    CLEANUP(str_release) struct str s = STR_INIT;
    if (opt->type == OPT_CHOICE)
        join_choices(opt, "|", &s);
    return s.len && s.len <= FITS;
}

void opt_metavar(const struct opt *opt, struct str *s)
{
    if (choices_fit(opt))
        join_choices(opt, "|", s);
    else if (opt->type != OPT_FLAG)
        str_add(s, opt->metavar ? opt->metavar : "VALUE");
}

void opt_spelling(const struct opt_ref *ref, struct str *s)
{
    const struct opt *opt = ref->opt;
    if (ref->letter)
        str_addf(s, "-%c, ", ref->letter);
    str_addf(s, "--%s", opt->name);
    if (opt->negatable)
        str_addf(s, ", --no-%s", opt->name);
    if (opt->type == OPT_FLAG)
        return;
    str_add(s, opt->optional_value ? "[=" : " ");
    opt_metavar(opt, s);
    str_add(s, opt->optional_value ? "]" : "");
}

void opt_remarks(const struct cmd *cmd, const struct opt_ref *ref, struct str *s)
{
    const struct opt *opt = ref->opt;
    bool is_timeout = ref->group == OPTS_WAIT && strcmp(opt->name, "timeout") == 0;
    const char *missing = is_timeout ? cmd->timeout : opt->missing;
    str_add(s, opt->help);
    CLEANUP(str_release) struct str more = STR_INIT;
    if (opt->type == OPT_CHOICE && !choices_fit(opt)) {
        str_add(&more, "; one of ");
        join_choices(opt, ", ", &more);
    }
    if ((opt->type == OPT_INT || opt->type == OPT_NUMBER) && opt->range && opt->range->max < 1e9)
        str_addf(&more, "; %.15g to %.15g", opt->range->min, opt->range->max);
    if (opt->type == OPT_LIST)
        str_add(&more, "; may be repeated");
    if (missing)
        str_addf(&more, "; default %s", missing);
    if (more.len)
        str_addf(s, " (%s)", more.buf + 2);
}

static size_t cmd_examples(const struct cmd *cmd, const struct example **ret, size_t max)
{
    size_t n = 0;
    for (const struct example *example = cmd->examples; example && example->command && n < max; example++)
        ret[n++] = example;
    if (n)
        return n;
    for (const struct cmd *const *verb = cmd->cmds; verb && *verb && n < max; verb++)
        if (!cmd_hidden(*verb) && (*verb)->examples && (*verb)->examples->command)
            ret[n++] = (*verb)->examples;
    return n;
}

/* Beside each other when all fit, else what it does goes below each. */
static void print_examples(const struct page *page, const struct cmd *cmd)
{
    const struct example *examples[MAX_EXAMPLES];
    size_t n = cmd_examples(cmd, examples, page->style->full ? MAX_EXAMPLES : SHORT_EXAMPLES);
    CLEANUP(rows_release) struct rows rows = {0};
    int limit = page->style->width / 2 - GAP;
    bool fit = true;
    for (size_t i = 0; i < n; i++) {
        add_row(&rows, examples[i]->command, examples[i]->does);
        fit = fit && columns_of(examples[i]->command, strlen(examples[i]->command)) <= limit;
    }
    if (n)
        heading(page, "examples");
    print_rows(page, &rows, fit ? limit : 0);
}

static void add_command(struct rows *rows, const struct cmd *cmd)
{
    struct row *row = rows_new(rows);
    str_add(&row->left, cmd->name);
    if (cmd->alias)
        str_addf(&row->left, ", %s", cmd->alias);
    str_add(&row->right, cmd->help);
}

static void print_verbs(const struct page *page, const struct cmd *cmd)
{
    CLEANUP(rows_release) struct rows rows = {0};
    for (const struct cmd *const *verb = cmd->cmds; verb && *verb; verb++)
        if (!cmd_hidden(*verb))
            add_command(&rows, *verb);
    if (rows.n)
        heading(page, "commands");
    print_rows(page, &rows, page->style->width / 2);
}

static void print_nouns(const struct page *page)
{
    for (const struct cmd_group *group = cmd_groups; group->key; group++) {
        CLEANUP(rows_release) struct rows rows = {0};
        for (const struct cmd *const *noun = root_cmd.cmds; *noun; noun++)
            if (!cmd_hidden(*noun) && str_eq((*noun)->group, group->key))
                add_command(&rows, *noun);
        if (rows.n)
            heading(page, group->title);
        print_rows(page, &rows, page->style->width / 2);
    }
}

static void print_args(const struct page *page, const struct cmd *cmd)
{
    CLEANUP(rows_release) struct rows rows = {0};
    for (const struct arg *arg = cmd->args; arg && arg->name; arg++)
        if (arg->help)
            add_row(&rows, arg->name, arg->help);
    if (rows.n)
        heading(page, "arguments");
    print_rows(page, &rows, page->style->width / 2);
}

enum { LEFT_LIMIT = 30 };

/* What is collected so far, under its heading; rows is empty afterwards. */
static void end_section(const struct page *page, struct rows *rows, const char *title)
{
    if (rows->n)
        heading(page, title);
    print_rows(page, rows, LEFT_LIMIT);
    rows_release(rows);
    *rows = (struct rows){0};
}

static void print_options(const struct page *page, const struct cmd *cmd, const struct opt_ref *refs, size_t n, const char *title)
{
    CLEANUP(rows_release) struct rows rows = {0};
    const char *section = title;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(opt_group_title(refs[i].group), title) != 0)
            continue;
        if (refs[i].opt->section) {
            end_section(page, &rows, section);
            section = refs[i].opt->section;
        }
        struct row *row = rows_new(&rows);
        opt_spelling(&refs[i], &row->left);
        opt_remarks(cmd, &refs[i], &row->right);
    }
    end_section(page, &rows, section);
}

static void print_all_options(const struct page *page, const struct cmd *cmd, const struct opt_ref *refs, size_t n)
{
    const char *last = "";
    for (size_t i = 0; i < n; i++) {
        const char *title = opt_group_title(refs[i].group);
        if (strcmp(title, last) != 0)
            print_options(page, cmd, refs, n, title);
        last = title;
    }
}

/* The common options by name only: -h is short. */
static void print_common_names(const struct page *page, const struct opt_ref *refs, size_t n)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    for (size_t i = 0; i < n; i++) {
        if (!refs[i].common)
            continue;
        str_add(&s, s.len ? ", " : "");
        if (refs[i].letter)
            str_addf(&s, "-%c/", refs[i].letter);
        str_addf(&s, "--%s", refs[i].opt->name);
    }
    heading(page, "common options (told by --help)");
    fprintf(page->out, "%*s", INDENT, "");
    print_wrapped(page, s.buf, INDENT, INDENT);
}

static void print_columns(const struct page *page, const struct cmd *cmd)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    bool wide = false;
    for (const struct column *column = cmd->columns; column && column->title; column++) {
        str_addf(&s, "%s%s%s", s.len ? ", " : "", column->title, column->wide ? "*" : "");
        wide = wide || column->wide;
    }
    if (!s.len)
        return;
    if (wide)
        str_add(&s, " (*: with -o wide)");
    heading(page, "columns");
    fprintf(page->out, "%*s", INDENT, "");
    print_wrapped(page, s.buf, INDENT, INDENT);
}

static void print_more(const struct page *page, const struct cmd *const *path, size_t depth)
{
    CLEANUP(str_release) struct str words = STR_INIT;
    cmd_words(path, depth, &words);
    fputc('\n', page->out);
    CLEANUP(str_release) struct str s = STR_INIT;
    bool leaf = !path[depth - 1]->cmds;
    if (!leaf)
        str_addf(&s, "more: %s COMMAND -h", words.buf);
    if (!page->style->full)
        str_addf(&s, leaf ? "more: %s --help" : ", %s --help", words.buf);
    if (page->style->full && leaf)
        str_add(&s, "exit codes: aiwf help exit-codes");
    if (depth == 1)
        str_add(&s, ", aiwf help TOPIC (exit-codes, environment, output, contexts)");
    print_wrapped(page, s.buf, 0, 0);
}

void help_print(const struct cmd *const *path, size_t depth, const struct help_style *style, FILE *out)
{
    const struct page page = {.style = style, .out = out};
    const struct cmd *cmd = path[depth - 1];
    CLEANUP(str_release) struct str usage = STR_INIT;
    help_usage(path, depth, &usage);
    fprintf(out, "usage: %s\n%*s", usage.buf, INDENT, "");
    print_wrapped(&page, cmd->help, INDENT, INDENT);
    if (style->full && cmd->about) {
        fputc('\n', out);
        print_about(&page, cmd->about);
    }
    print_examples(&page, cmd);
    if (depth == 1)
        print_nouns(&page);
    else
        print_verbs(&page, cmd);
    print_args(&page, cmd);

    struct opt_ref refs[CMD_MAX_OPTIONS];
    size_t n = cmd_options(cmd, refs, CMD_MAX_OPTIONS);
    if (style->full) {
        print_all_options(&page, cmd, refs, n);
        print_columns(&page, cmd);
    } else if (!cmd->cmds) {
        print_options(&page, cmd, refs, n, opt_group_title(OPTS_OWN));
        print_common_names(&page, refs, n);
    }
    print_more(&page, path, depth);
}

void help_print_topic(const struct topic *topic, const struct help_style *style, FILE *out)
{
    const struct page page = {.style = style, .out = out};
    CLEANUP(rows_release) struct rows rows = {0};
    for (const struct topic_row *row = topic->rows; row && row->left; row++)
        add_row(&rows, row->left, row->right);
    fprintf(out, style->color ? "\033[1m%s\033[m: %s\n\n" : "%s: %s\n\n", topic->name, topic->help);
    if (topic->before)
        print_about(&page, topic->before);
    fputc('\n', out);
    print_rows(&page, &rows, style->width / 2 - GAP);
    if (!topic->after)
        return;
    fputc('\n', out);
    print_about(&page, topic->after);
}
