#include "tui/progress.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/text_locale.h"

enum { STAGE_MIN = 14, STAGE_MAX = 32, STATE_WIDTH = 10, USUAL_COLUMNS = 80, USUAL_ROWS = 24, WORTH_SAYING_MS = 100 };

struct stage {
    char *name, *state, *note; /* safe text */
    int64_t start_ms;
};

struct progress {
    FILE *out;
    bool tty, color;
    struct stage *stages; /* those that are not over, in order of appearance */
    size_t n, cap;
    size_t stage_width; /* of the longest name so far, within limits */
    size_t drawn;       /* live lines on the screen, the cursor is below them */
};

struct progress *progress_new(FILE *out, bool tty, bool color)
{
    text_locale_use();
    struct progress *progress = xcalloc(1, sizeof(*progress));
    progress->out = out;
    progress->tty = tty;
    progress->color = color;
    progress->stage_width = STAGE_MIN;
    return progress;
}

static void stage_release(struct stage *stage)
{
    free(stage->name);
    free(stage->state);
    free(stage->note);
}

static char *safe(const char *text)
{
    struct str s = STR_INIT;
    str_add_safe(&s, text ? text : "", text ? strlen(text) : 0, false);
    return str_detach(&s);
}

static struct winsize window(const struct progress *progress)
{
    struct winsize size = {0};
    int fd = fileno(progress->out);
    if (fd < 0 || ioctl(fd, TIOCGWINSZ, &size) != 0 || !size.ws_col) {
        size.ws_col = USUAL_COLUMNS;
        size.ws_row = USUAL_ROWS;
    }
    return size;
}

/* Bytes of text that fit into `columns` cells; *ret_cells is how many they take. */
static size_t fitting(const char *text, size_t columns, size_t *ret_cells)
{
    mbstate_t mb = {0};
    size_t at = 0, cells = 0, left = strlen(text);
    while (left) {
        wchar_t wc;
        size_t len = mbrtowc(&wc, text + at, left, &mb);
        bool broken = len == 0 || len > left;
        int width = broken ? 1 : wcwidth(wc);
        if (broken) {
            len = 1;
            mb = (mbstate_t){0};
        }
        if (cells + (width > 0 ? (size_t)width : 0) > columns)
            break;
        cells += width > 0 ? (size_t)width : 0;
        at += len;
        left -= len;
    }
    *ret_cells = cells;
    return at;
}

static void add_padded(struct str *line, const char *text, size_t columns)
{
    size_t cells;
    str_addn(line, text, fitting(text, columns, &cells));
    str_addf(line, "%*s", (int)(columns - cells), "");
}

static const char *state_color(const char *state, bool settled)
{
    static const char *const bad[] = {"failed", "cancelled", "crashed", "timeout"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (strcasecmp(state, bad[i]) == 0)
            return "\033[31m";
    return settled ? "\033[32m" : "\033[33m";
}

/* One line of at most the window's width, so that it never wraps: the cursor is moved by lines. */
static void print_live(const struct progress *progress, const struct stage *stage, bool settled, size_t width)
{
    CLEANUP(str_release) struct str line = STR_INIT;
    CLEANUP(str_release) struct str elapsed = STR_INIT;
    int64_t ms = clock_mono_ms() - stage->start_ms;
    if (ms >= WORTH_SAYING_MS)
        duration_print(&elapsed, ms < 1000 ? ms : ms - ms % 1000);
    size_t used = 2 + progress->stage_width + 2 + STATE_WIDTH + 2;
    size_t state_at, state_end;
    str_add(&line, "  ");
    add_padded(&line, stage->name, progress->stage_width);
    str_add(&line, "  ");
    state_at = line.len;
    add_padded(&line, stage->state, STATE_WIDTH);
    state_end = line.len;
    str_add(&line, "  ");
    if (width > used + elapsed.len + 2) {
        add_padded(&line, stage->note, width - used - elapsed.len - 2);
        str_addf(&line, " %s", elapsed.buf);
    }
    size_t cells;
    str_cut(&line, fitting(line.buf, width > 1 ? width - 1 : 1, &cells));
    if (!progress->color || state_end > line.len) {
        fprintf(progress->out, "\r\033[K%s\n", line.buf);
        return;
    }
    fprintf(progress->out, "\r\033[K%.*s%s%.*s\033[m%s\n", (int)state_at, line.buf, state_color(stage->state, settled),
            (int)(state_end - state_at), line.buf + state_at, line.buf + state_end);
}

static void erase(struct progress *progress)
{
    if (progress->drawn)
        fprintf(progress->out, "\033[%zuA\r\033[J", progress->drawn);
    progress->drawn = 0;
}

static void draw(struct progress *progress, const struct winsize *size)
{
    size_t room = size->ws_row > 2 ? (size_t)size->ws_row - 1 : 1;
    for (size_t i = 0; i < progress->n && i < room; i++, progress->drawn++)
        print_live(progress, &progress->stages[i], false, size->ws_col);
    fflush(progress->out);
}

static void print_change(const struct progress *progress, const struct stage *stage, bool settled)
{
    char stamp[16] = "";
    time_t now = (time_t)(clock_wall_ms() / 1000);
    struct tm tm;
    if (localtime_r(&now, &tm))
        strftime(stamp, sizeof(stamp), "%H:%M:%S", &tm);
    CLEANUP(str_release) struct str line = STR_INIT;
    str_addf(&line, "[%s] %s  %-9s", stamp, stage->name, stage->state);
    if (*stage->note)
        str_addf(&line, "  %s", stage->note);
    int64_t ms = clock_mono_ms() - stage->start_ms;
    if (settled && ms >= 1000) {
        str_add(&line, "  after ");
        duration_print(&line, ms);
    }
    while (line.len && line.buf[line.len - 1] == ' ')
        str_cut(&line, line.len - 1);
    fprintf(progress->out, "%s\n", line.buf);
    fflush(progress->out);
}

static struct stage *stage_named(struct progress *progress, const char *name)
{
    for (size_t i = 0; i < progress->n; i++)
        if (strcmp(progress->stages[i].name, name) == 0)
            return &progress->stages[i];
    size_t width;
    fitting(name, STAGE_MAX, &width);
    if (width > progress->stage_width)
        progress->stage_width = width;
    GROW(progress->stages, progress->n, progress->cap);
    struct stage *stage = &progress->stages[progress->n++];
    *stage = (struct stage){.name = xstrdup(name), .start_ms = clock_mono_ms()};
    return stage;
}

/* Takes state and note; true when one of them is new. */
static bool change(struct stage *stage, char *state, char *note)
{
    bool is_new = !str_eq(stage->state, state) || !str_eq(stage->note, note);
    free(stage->state);
    free(stage->note);
    stage->state = state;
    stage->note = note;
    return is_new;
}

void progress_update(struct progress *progress, const char *stage_name, const char *state, const char *note)
{
    if (!progress)
        return;
    AUTOFREE char *name = safe(stage_name);
    struct stage *stage = stage_named(progress, name);
    bool is_new = change(stage, safe(state), safe(note));
    if (!progress->tty) {
        if (is_new)
            print_change(progress, stage, false);
        return;
    }
    struct winsize size = window(progress);
    erase(progress);
    draw(progress, &size);
}

void progress_settle(struct progress *progress, const char *stage_name, const char *state, const char *note)
{
    if (!progress)
        return;
    AUTOFREE char *name = safe(stage_name);
    struct stage *stage = stage_named(progress, name);
    change(stage, safe(state), safe(note));
    struct winsize size = window(progress);
    if (progress->tty) {
        erase(progress);
        print_live(progress, stage, true, size.ws_col);
    } else {
        print_change(progress, stage, true);
    }
    stage_release(stage);
    size_t at = (size_t)(stage - progress->stages);
    memmove(stage, stage + 1, (progress->n - at - 1) * sizeof(*stage));
    progress->n--;
    if (progress->tty)
        draw(progress, &size);
}

void progress_free(struct progress *progress)
{
    if (!progress)
        return;
    for (size_t i = 0; i < progress->n; i++)
        stage_release(&progress->stages[i]);
    free(progress->stages);
    free(progress);
}
