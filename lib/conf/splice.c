#include "conf/splice.h"

#include <stdlib.h>
#include <string.h>

/* Lines count from 1, as places do. The start of a line, or the end of the text. */
static const char *line_at(const char *text, int line)
{
    for (int i = 1; i < line && *text; i++) {
        const char *end = strchr(text, '\n');
        text = end ? end + 1 : text + strlen(text);
    }
    return text;
}

/* A line that says nothing: blank, or a comment. */
static bool is_silent(const char *line)
{
    line += strspn(line, " \t");
    return *line == '#' || *line == '\n' || *line == '\r' || *line == '\0';
}

/* The line after what belongs to the key in `line`: all that stands deeper. Comments before the next key are the next one's. */
static int end_of_entry(const char *text, int line, size_t indent)
{
    int end = line + 1;
    for (int i = line + 1; *line_at(text, i); i++) {
        const char *at = line_at(text, i);
        if (is_silent(at))
            continue;
        if (strspn(at, " ") <= indent)
            break;
        end = i + 1;
    }
    return end;
}

/* Replaces the lines [from, to). */
static void replace_lines(const char *text, int from, int to, const char *with, struct str *out)
{
    const char *start = line_at(text, from);
    str_addn(out, text, (size_t)(start - text));
    if (*with && out->len && out->buf[out->len - 1] != '\n')
        str_addc(out, '\n');
    str_add(out, with);
    str_add(out, line_at(text, to));
}

static void add_indented(struct str *s, const char *text, size_t indent)
{
    while (*text) {
        size_t len = strcspn(text, "\n");
        str_addf(s, "%*s%.*s\n", (int)indent, "", (int)len, text);
        text += len + (text[len] == '\n');
    }
}

/* "  NAME:\n    cloud: dc1\n" */
static void add_entry(struct str *s, const char *name, const node_t *settings, size_t indent)
{
    CLEANUP(str_release) struct str body = STR_INIT;
    if (!node_len(settings)) {
        str_addf(s, "%*s%s: {}\n", (int)indent, "", name);
        return;
    }
    yaml_print(settings, &body);
    str_addf(s, "%*s%s:\n", (int)indent, "", name);
    add_indented(s, body.buf, indent * 2);
}

static int line_of_end(const char *text)
{
    int line = 1;
    while (*line_at(text, line))
        line++;
    return line;
}

static size_t indent_of(const struct conf *conf, const node_t *contexts)
{
    const node_t *first = node_first(contexts);
    return first ? (size_t)doc_key_place(&conf->doc, first).column - 1 : 2;
}

static void add_to_contexts(const struct conf *conf, const node_t *contexts, const char *entry, struct str *out)
{
    const char *text = conf->text.buf;
    const node_t *last = node_first(contexts);
    while (last && node_next(last))
        last = node_next(last);
    if (last) {
        int line = end_of_entry(text, doc_key_place(&conf->doc, last).line, indent_of(conf, contexts));
        replace_lines(text, line, line, entry, out);
        return;
    }
    AUTOFREE char *all = xasprintf("contexts:\n%s", entry);
    int line = contexts ? doc_key_place(&conf->doc, contexts).line : line_of_end(text);
    replace_lines(text, line, contexts ? line + 1 : line, all, out);
}

void splice_context(const struct conf *conf, const char *name, const node_t *settings, struct str *out)
{
    const node_t *contexts = node_get(conf->doc.root, "contexts");
    const node_t *old = node_get(contexts, name);
    size_t indent = indent_of(conf, contexts);
    CLEANUP(str_release) struct str entry = STR_INIT;
    if (settings)
        add_entry(&entry, name, settings, indent);
    if (!old) {
        add_to_contexts(conf, contexts, entry.buf, out);
        return;
    }
    int from = doc_key_place(&conf->doc, old).line;
    int to = end_of_entry(conf->text.buf, from, indent);
    bool empties = !settings && node_len(contexts) == 1;
    if (empties)
        from = doc_key_place(&conf->doc, contexts).line;
    replace_lines(conf->text.buf, from, to, empties ? "contexts: {}\n" : entry.buf, out);
}

void splice_current(const struct conf *conf, const char *name, struct str *out)
{
    const node_t *old = node_get(conf->doc.root, "current-context");
    AUTOFREE char *with = name ? xasprintf("current-context: %s\n", name) : xstrdup("");
    if (old) {
        int line = doc_key_place(&conf->doc, old).line;
        replace_lines(conf->text.buf, line, line + 1, with, out);
        return;
    }
    const node_t *first = node_first(conf->doc.root);
    int line = first ? doc_key_place(&conf->doc, first).line : line_of_end(conf->text.buf);
    replace_lines(conf->text.buf, line, line, with, out);
}
