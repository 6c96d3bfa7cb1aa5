#include "line.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dl.h"
#include "base/file.h"
#include "base/sig.h"
#include "base/text_locale.h"
#include "complete.h"
#include "split.h"

enum { HISTORY_LINES = 1000 };

typedef char **completer_fn(const char *text, int start, int end);
typedef int getc_fn(FILE *in);

/* What we use of readline/readline.h and readline/history.h; variables by their address. */
static struct readline {
    char *(*readline)(const char *prompt);
    getc_fn *getc;
    int (*replace_line)(const char *text, int clear_undo);
    char **line_buffer;
    int *catch_signals, *completion_over, *completion_append;
    const char **word_breaks;
    completer_fn **completer;
    getc_fn **getc_function;
    void (*add_history)(const char *line);
    int (*read_history)(const char *path);
    int (*append_history)(int lines, const char *path);
    int (*truncate_history)(const char *path, int lines);
} rl;

static const char *const sonames[] = {"libreadline.so.8", NULL};
static const struct dl_symbol symbols[] = {
    DL_SYMBOL(struct readline, readline, "readline"),
    DL_SYMBOL(struct readline, getc, "rl_getc"),
    DL_SYMBOL(struct readline, replace_line, "rl_replace_line"),
    DL_SYMBOL(struct readline, line_buffer, "rl_line_buffer"),
    DL_SYMBOL(struct readline, catch_signals, "rl_catch_signals"),
    DL_SYMBOL(struct readline, completion_over, "rl_attempted_completion_over"),
    DL_SYMBOL(struct readline, completion_append, "rl_completion_append_character"),
    DL_SYMBOL(struct readline, word_breaks, "rl_completer_word_break_characters"),
    DL_SYMBOL(struct readline, completer, "rl_attempted_completion_function"),
    DL_SYMBOL(struct readline, getc_function, "rl_getc_function"),
    DL_SYMBOL(struct readline, add_history, "add_history"),
    DL_SYMBOL(struct readline, read_history, "read_history"),
    DL_SYMBOL(struct readline, append_history, "append_history"),
    DL_SYMBOL(struct readline, truncate_history, "history_truncate_file"),
    {0},
};
static struct dl_library library = {.sonames = sonames, .package = "libreadline8", .symbols = symbols, .table = &rl};

/* Ctrl-C empties the line and goes on with a new one; another signal ends the input. */
static int read_key(FILE *in)
{
    for (;;) {
        struct pollfd fds[] = {{.fd = fileno(in), .events = POLLIN}, {.fd = sig_fd(), .events = POLLIN}};
        int ready = poll(fds, ARRAY_LEN(fds), -1);
        if (sig_interrupted()) {
            rl.replace_line("", 0);
            if (sig_number() != SIGINT)
                return EOF;
            sig_reset();
            return '\n';
        }
        if (ready > 0 && fds[0].revents)
            return rl.getc(in);
        if (ready < 0 && errno != EINTR)
            return EOF;
    }
}

static size_t common_prefix(const struct strv *names)
{
    size_t len = strlen(names->v[0]);
    for (size_t i = 1; i < names->n; i++) {
        size_t same = 0;
        while (same < len && names->v[i][same] == names->v[0][same])
            same++;
        len = same;
    }
    return len;
}

/* Readline frees what it is given: the common beginning, then the names. */
static char **matches_of(const struct strv *names)
{
    if (!names->n)
        return NULL;
    char **matches = xcalloc(names->n + 2, sizeof(*matches));
    matches[0] = xstrndup(names->v[0], common_prefix(names));
    for (size_t i = 0; i < names->n && names->n > 1; i++)
        matches[i + 1] = xstrdup(names->v[i]);
    return matches;
}

static char **complete(const char *text, int start, int end)
{
    (void)text, (void)start;
    CLEANUP(strv_release) struct strv words = STRV_INIT;
    AUTOFREE char *typed = xstrndup(*rl.line_buffer, (size_t)end);
    words_split_typed(typed, &words);
    CLEANUP(completion_release) struct completion completion = {0};
    complete_line(&words, &completion);
    *rl.completion_over = completion.what == COMPLETE_NAMES;
    bool open = completion.names.n == 1 && str_ends(completion.names.v[0], "=");
    *rl.completion_append = open ? '\0' : ' ';
    return matches_of(&completion.names);
}

static char *history_path(void) { return path_state("history"); }

int line_edit_start(struct err *err)
{
    text_locale_use();
    if (dl_bind(&library, err) != 0)
        return -1;
    *rl.catch_signals = 0;
    *rl.getc_function = read_key;
    *rl.completer = complete;
    *rl.word_breaks = " \t\n=\"'";
    AUTOFREE char *path = history_path();
    rl.read_history(path);
    return 0;
}

char *line_edit(const char *prompt) { return rl.readline(prompt); }

bool line_has_secret(const char *line)
{
    static const char *const words[] = {"password", "passwd",        "token",      "secret", "api-key",
                                        "apikey",   "authorization", "credential", "bearer"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strcasestr(line, words[i]))
            return true;
    return false;
}

/* History is a comfort: where it cannot be written, the shell goes on without a word. */
void line_remember(const char *line)
{
    if (!*line || *line == ' ' || line_has_secret(line))
        return;
    rl.add_history(line);
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *folder = path_state(NULL);
    AUTOFREE char *path = history_path();
    if (dir_make(folder, 0700, &err) != 0)
        return;
    AUTOCLOSE int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 || fchmod(fd, 0600) != 0)
        return;
    rl.append_history(1, path);
    rl.truncate_history(path, HISTORY_LINES);
}

int line_read(FILE *in, struct str *line, struct err *err)
{
    str_reset(line);
    int c;
    while ((c = getc(in)) != EOF && c != '\n') {
        if (line->len >= LINE_MAX_BYTES)
            return err_set(err, ERR_USAGE, "a line is longer than %d bytes", LINE_MAX_BYTES);
        str_addc(line, (char)c);
    }
    return c == EOF && !line->len ? 0 : 1;
}
