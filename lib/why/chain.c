#include "why/chain.h"

#include <ctype.h>
#include <string.h>

#include "doc/print.h"

enum { LABEL_MAX = 72, NAME_MAX_COLUMNS = 48 };

/* Nova's end with ". ". */
static char *trimmed(const char *text)
{
    size_t len = text ? strlen(text) : 0;
    while (len && text[len - 1] == ' ')
        len--;
    return text ? xstrndup(text, len) : NULL;
}

void chain_add(struct chain *chain, const struct link *link)
{
    node_t *one = node_push(chain->links, node_new_object());
    node_set_num(one, "depth", link->depth);
    node_set_str(one, "layer", link->layer);
    node_set_str(one, "kind", link->kind);
    node_set_str(one, "type", link->type);
    node_set_str(one, "name", link->name);
    node_set_str(one, "id", link->id);
    node_set_str(one, "state", link->state);
    AUTOFREE char *reason = trimmed(link->reason);
    node_set_str(one, "reason", reason && *reason ? reason : NULL);
    node_set_bool(one, "seen", !link->unseen);
    node_set_str(one, "hint", link->hint);
}

void chain_try(struct chain *chain, const char *does, const char *fmt, ...)
{
    CLEANUP(str_release) struct str command = STR_INIT;
    va_list ap;
    va_start(ap, fmt);
    str_vaddf(&command, fmt, ap);
    va_end(ap);
    for (node_t *other = node_first(chain->useful); other; other = node_next(other))
        if (strcmp(node_str(other, "/command", ""), command.buf) == 0) {
            node_free(node_detach(chain->useful, other));
            break;
        }
    node_t *one = node_push(chain->useful, node_new_object());
    node_set_str(one, "command", command.buf);
    node_set_str(one, "does", does);
}

/* ---- as a tree ---- */

/* Whether one of the same depth follows, below the same one. */
static bool has_next(const node_t *link, int64_t depth)
{
    for (link = node_next(link); link; link = node_next(link)) {
        int64_t its = node_int(link, "/depth", 0);
        if (its <= depth)
            return its == depth;
    }
    return false;
}

static void add_branches(struct str *s, const node_t *link, bool utf8)
{
    int64_t depth = node_int(link, "/depth", 0);
    for (int64_t level = 1; level < depth; level++)
        str_add(s, !has_next(link, level) ? "   " : utf8 ? "\u2502  " : "|  ");
    if (depth > 0)
        str_add(s, has_next(link, depth) ? (utf8 ? "\u251c\u2500 " : "|- ") : (utf8 ? "\u2514\u2500 " : "`- "));
}

static void add_text(struct str *s, const char *text) { str_add_safe(s, text, strlen(text), false); }

static int columns_of(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

/* Heat makes names of all the stacks around; then the id says more. */
static const char *name_of(const node_t *link)
{
    const char *name = node_str(link, "/name", NULL), *id = node_str(link, "/id", NULL);
    return !name || (id && columns_of(name) > NAME_MAX_COLUMNS) ? id : name;
}

/* "server ml-abc-node-0 (Nova)", "kube_minions/0 (OS::Heat::ResourceGroup)" */
static void add_label(struct str *s, const node_t *link)
{
    const char *type = node_str(link, "/type", NULL), *name = type ? node_str(link, "/name", "?") : name_of(link);
    const char *layer = node_str(link, "/layer", "?");
    if (!type)
        add_text(s, node_str(link, "/kind", ""));
    if (name) {
        str_add(s, type ? "" : " ");
        add_text(s, name);
    }
    str_add(s, " (");
    if (type)
        add_text(s, str_starts(type, "file://") ? strrchr(type, '/') + 1 : type);
    else
        str_addf(s, "%c%s", toupper((unsigned char)layer[0]), layer + 1);
    str_add(s, ")");
}

static void pad(FILE *out, const char *text, int width)
{
    fputs(text, out);
    fprintf(out, "%*s", width > columns_of(text) ? width - columns_of(text) : 0, "");
}

struct widths {
    int label, state;
};

static struct widths measure(const node_t *links, bool utf8)
{
    struct widths widths = {0};
    for (const node_t *link = node_first(links); link; link = node_next(link)) {
        CLEANUP(str_release) struct str label = STR_INIT;
        add_branches(&label, link, utf8);
        add_label(&label, link);
        int columns = columns_of(label.buf), state = columns_of(node_str(link, "/state", "-"));
        if (columns > widths.label && columns <= LABEL_MAX)
            widths.label = columns;
        widths.state = state > widths.state ? state : widths.state;
    }
    return widths;
}

static void print_link(const node_t *link, const struct widths *widths, const struct chain_style *style, FILE *out)
{
    CLEANUP(str_release) struct str label = STR_INIT;
    CLEANUP(str_release) struct str state = STR_INIT;
    CLEANUP(str_release) struct str reason = STR_INIT;
    add_branches(&label, link, style->utf8);
    add_label(&label, link);
    add_text(&state, node_str(link, "/state", "-"));
    add_text(&reason, node_str(link, "/reason", ""));
    const char *color = style->color ? print_state_color(state.buf) : "";
    bool seen = node_bool(link, "/seen", true);
    pad(out, label.buf, widths->label);
    fprintf(out, "  %s", color);
    pad(out, state.buf, reason.len || !seen ? widths->state : 0);
    fprintf(out, "%s%s%s%s\n", *color ? "\033[0m" : "", reason.len || !seen ? "  " : "", seen ? "" : "[not seen] ", reason.buf);
}

void chain_print(const node_t *why, const struct chain_style *style, FILE *out)
{
    const node_t *links = node_get(why, "chain"), *useful = node_get(why, "useful");
    struct widths widths = measure(links, style->utf8);
    for (const node_t *link = node_first(links); link; link = node_next(link))
        print_link(link, &widths, style, out);
    CLEANUP(str_release) struct str summary = STR_INIT;
    add_text(&summary, node_str(why, "/summary", ""));
    fprintf(out, "%s\n", summary.buf);
    int width = 0;
    for (const node_t *one = node_first(useful); one; one = node_next(one)) {
        int columns = columns_of(node_str(one, "/command", ""));
        width = columns > width && columns <= LABEL_MAX ? columns : width;
    }
    if (node_len(useful))
        fputs("most useful now:\n", out);
    for (const node_t *one = node_first(useful); one; one = node_next(one)) {
        CLEANUP(str_release) struct str command = STR_INIT;
        add_text(&command, node_str(one, "/command", ""));
        fputs("  ", out);
        pad(out, command.buf, width);
        fprintf(out, "  %s\n", node_str(one, "/does", ""));
    }
}
