#include "top/page.h"

#include <stdlib.h>
#include <string.h>

void object_set(struct object *object, const char *kind, const char *name, const char *ns)
{
    struct object set = {.kind = xstrdup_or_null(kind), .name = xstrdup_or_null(name), .ns = xstrdup_or_null(ns)};
    object_release(object);
    *object = set;
}

void object_release(struct object *object)
{
    free(object->kind);
    free(object->name);
    free(object->ns);
    *object = (struct object){0};
}

struct page *page_new(const char *title, const struct object *object)
{
    struct page *page = xcalloc(1, sizeof(*page));
    *page = (struct page){.title = xstrdup(title), .child = CHILD_INIT, .partial = STR_INIT_MAX(PAGE_LINE_MAX)};
    object_set(&page->object, object->kind, object->name, object->ns);
    page->object.context = object->context;
    return page;
}

void page_free(struct page *page)
{
    if (!page)
        return;
    child_leave(&page->child, !page->changes);
    object_release(&page->object);
    object_release(&page->next);
    strv_release(&page->lines);
    str_release(&page->partial);
    free(page->title);
    free(page);
}

int page_run(struct page *page, const struct strv *words, struct err *err)
{
    if (page->is_document)
        page->partial.max = PAGE_MAX;
    return child_start(&page->child, words, err);
}

/* The oldest lines go, a tenth at a time. */
static void make_room(struct page *page)
{
    enum { TENTH = PAGE_LINES / 10 };
    struct strv *lines = &page->lines;
    if (lines->n < PAGE_LINES)
        return;
    for (size_t i = 0; i < TENTH; i++)
        free(lines->v[i]);
    memmove(lines->v, lines->v + TENTH, (lines->n - TENTH + 1) * sizeof(*lines->v));
    lines->n -= TENTH;
    page->dropped += TENTH;
    page->top -= page->top < TENTH ? page->top : TENTH;
}

static void end_line(struct page *page)
{
    make_room(page);
    strv_add(&page->lines, page->partial.buf);
    str_reset(&page->partial);
    page->partial.truncated = false;
}

void page_add(struct page *page, const char *text, size_t len)
{
    if (page->is_document) {
        str_addn(&page->partial, text, len);
        return;
    }
    while (len) {
        const char *end = memchr(text, '\n', len);
        size_t part = end ? (size_t)(end - text) : len;
        str_addn(&page->partial, text, part);
        if (!end)
            return;
        end_line(page);
        text += part + 1;
        len -= part + 1;
    }
}

void page_end(struct page *page, int code)
{
    page->is_over = true;
    page->code = code;
    if (!page->is_document && page->partial.len)
        end_line(page);
}

bool page_read(struct page *page)
{
    CLEANUP(str_release) struct str said = STR_INIT_MAX(PAGE_MAX);
    if (page->is_over || !page->child.pid)
        return false;
    int rc = child_read(&page->child, &said);
    page_add(page, said.buf, said.len);
    int code;
    if (rc != 0 && child_ended(&page->child, &code))
        page_end(page, code);
    return said.len || page->is_over;
}

static size_t last_top(const struct page *page, int rows)
{
    size_t room = rows > 0 ? (size_t)rows : 0;
    return page->lines.n > room ? page->lines.n - room : 0;
}

void page_scroll(struct page *page, long lines, int rows)
{
    size_t last = last_top(page, rows);
    long top = (long)(page->is_following ? last : page->top) + lines;
    page->top = top < 0 ? 0 : (size_t)top > last ? last : (size_t)top;
    page->is_following = page->is_following ? page->top == last : lines > 0 && page->top == last && !page->is_over;
}

static void add_status(const struct page *page, struct str *s)
{
    if (!page->is_over)
        str_add(s, "running");
    else if (page->code)
        str_addf(s, "exit %d", page->code);
    if (page->lines.n)
        str_addf(s, "%s%zu line%s", s->len ? "   " : "", page->dropped + page->lines.n,
                 page->dropped + page->lines.n == 1 ? "" : "s");
}

void page_draw(struct page *page, struct surface *s)
{
    CLEANUP(str_release) struct str status = STR_INIT;
    int rows = s->rows - 1;
    add_status(page, &status);
    surface_text(s, 0, 1, STYLE(TINT_CYAN, STYLE_BOLD), page->title);
    surface_text(s, 0, s->cols - 1 - surface_width(s, status.buf),
                 STYLE(page->code ? TINT_RED : TINT_NONE, page->code ? 0 : STYLE_DIM), status.buf);
    size_t last = last_top(page, rows);
    if (page->is_following || page->top > last)
        page->top = last;
    for (int i = 0; i < rows && page->top + (size_t)i < page->lines.n; i++)
        surface_text(s, 1 + i, 1, STYLE_PLAIN, page->lines.v[page->top + (size_t)i]);
}
