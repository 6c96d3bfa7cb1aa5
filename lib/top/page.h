/* A text in front of the panels, made by a command of ours: what an object is, why it is so, its log. */
#ifndef TOP_PAGE_H
#define TOP_PAGE_H

#include "top/child.h"
#include "tui/surface.h"

/* What is selected, by the words that commands take. */
struct object {
    char *kind; /* "gpu", "pod", "train", "function", "pool", "node"; NULL: nothing */
    char *name;
    char *ns;            /* NULL: the context's */
    const char *context; /* whose, where there are several; borrowed */
};
void object_set(struct object *object, const char *kind, const char *name, const char *ns);
void object_release(struct object *object);
DEFINE_CLEANUP(struct object, object_release)

enum { PAGE_LINES = 10000, PAGE_LINE_MAX = 4096, PAGE_MAX = 8 << 20 };

struct page {
    char *title;
    struct object object; /* what it is about */
    struct object next;   /* where Enter goes from here */
    bool is_document;     /* it is read when it is whole (see pages_end) */
    bool changes;         /* its command changes something: it is not ended with the page */
    struct strv lines;
    struct str partial; /* of the last line; of a document all */
    size_t dropped;     /* lines before those, and bytes after PAGE_MAX of a document */
    size_t top;         /* first line on the screen */
    bool is_following;  /* the end stays in sight */
    bool is_over;
    int code; /* of the command, once it is over */
    struct child child;
};

struct page *page_new(const char *title, const struct object *object);
void page_free(struct page *page);
DEFINE_CLEANUP_PTR(struct page, page_free)

int page_run(struct page *page, const struct strv *words, struct err *err);
/* What its command has said since; true when there was something new. */
bool page_read(struct page *page);
void page_add(struct page *page, const char *text, size_t len);
void page_end(struct page *page, int code);

/* By lines; stays inside. rows: of the text on the screen. */
void page_scroll(struct page *page, long lines, int rows);
void page_draw(struct page *page, struct surface *s);

#endif
