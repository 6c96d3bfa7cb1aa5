#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/sig.h"
#include "cmd.h"
#include "line.h"
#include "split.h"

struct options {
    bool stop;
};

/* One run of the loop: how it ended, and whether it goes on. */
struct shell {
    const struct options *options;
    bool ended;
    bool has_code; /* of exit CODE */
    int code;      /* that, or of the last line */
};

/* The words as they would stand after "aiwf". */
static int run_words(int n, char *const *words)
{
    int code = cli_main(n, words);
    fflush(stdout);
    clearerr(stdout);
    return code;
}

static void tell(const struct cli *cli, struct shell *shell, const struct err *err)
{
    cli_print_error(cli, err);
    shell->code = err->code;
}

/* exit [CODE] */
static void leave(struct cli *cli, struct shell *shell, char *const *words, size_t n)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    long long code = shell->code;
    if (n > 1 || (n == 1 && !str_to_int(words[0], 0, 255, &code))) {
        err_set(&err, ERR_USAGE, "exit takes one code, from 0 to 255");
        tell(cli, shell, &err);
        return;
    }
    shell->code = (int)code;
    shell->has_code = n == 1;
    shell->ended = true;
}

static void run_line(struct cli *cli, struct shell *shell, const char *line)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(strv_release) struct strv split = STRV_INIT;
    bool is_split = words_split(line, &split, &err) == 0;
    size_t skip = split.n && strcmp(split.v[0], "aiwf") == 0 ? 1 : 0;
    const char *first = split.n > skip ? split.v[skip] : "";
    if (!is_split) {
        tell(cli, shell, &err);
    } else if (strcmp(first, "exit") == 0 || strcmp(first, "quit") == 0) {
        leave(cli, shell, split.v + skip + 1, split.n - skip - 1);
    } else if (strcmp(first, "shell") == 0) {
        err_set(&err, ERR_USAGE, "this is the shell already");
        tell(cli, shell, &err);
    } else if (split.n) {
        shell->code = run_words((int)(split.n - skip), split.v + skip);
    }
    bool stops = shell->options->stop && shell->code != 0;
    shell->ended = shell->ended || stops;
}

/* The context may have been changed by the line before. */
static void make_prompt(struct cli *cli, struct str *prompt)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    context_release(&cli->context);
    cli->context = (struct context){0};
    bool known = cli_resolve(cli, &err) == 0;
    str_reset(prompt);
    str_add(prompt, "aiwf (");
    str_add_safe(prompt, known ? cli->context.name : "?", strlen(known ? cli->context.name : "?"), false);
    str_add(prompt, known && cli->context.is_protected ? ", protected)> " : ")> ");
}

static int edit_lines(struct cli *cli, struct shell *shell, struct err *err)
{
    if (line_edit_start(err) != 0)
        return -1;
    CLEANUP(str_release) struct str prompt = STR_INIT;
    sig_stay();
    while (!shell->ended) {
        make_prompt(cli, &prompt);
        AUTOFREE char *line = line_edit(prompt.buf);
        if (!line) {
            fputc('\n', cli->out);
            break;
        }
        line_remember(line);
        run_line(cli, shell, line);
        if (sig_number() == SIGINT)
            sig_reset();
        shell->ended = shell->ended || sig_interrupted();
    }
    if (sig_interrupted() || !shell->has_code)
        shell->code = sig_interrupted() ? ERR_INTERRUPTED : 0;
    return 0;
}

static int read_lines(struct cli *cli, struct shell *shell, struct err *err)
{
    CLEANUP(str_release) struct str line = STR_INIT_MAX(LINE_MAX_BYTES);
    int got = 1;
    while (!shell->ended && !sig_interrupted() && (got = line_read(stdin, &line, err)) > 0)
        run_line(cli, shell, line.buf);
    if (sig_interrupted())
        shell->code = ERR_INTERRUPTED;
    return got < 0 ? -1 : 0;
}

/* The options of the shell are those of its lines, unless a line says otherwise. */
static void export_options(const struct cli *cli)
{
    if (cli->context_name)
        setenv("AIWF_CONTEXT", cli->context_name, 1);
    if (cli->namespace_name)
        setenv("AIWF_NAMESPACE", cli->namespace_name, 1);
    if (cli->cloud)
        setenv("AIWF_CLOUD", cli->cloud, 1);
}

static int run(struct cli *cli, struct err *err)
{
    struct shell shell = {.options = cli->opts};
    export_options(cli);
    bool edits = cli->in_tty && cli->out_tty;
    if ((edits ? edit_lines : read_lines)(cli, &shell, err) != 0)
        return -1;
    if (shell.code == 0)
        return 0;
    err->code = (enum err_code)shell.code;
    return -1;
}

static const struct opt opts[] = {
    {.name = "stop", .letter = 'e', .type = OPT_FLAG, OPT(struct options, stop), .help = "end at the first line that fails"},
    {0},
};

static const struct example examples[] = {
    {"aiwf shell", "type commands without aiwf before them; Tab completes"},
    {"aiwf shell -e <commands.txt", "run the lines of a file, up to the first that fails"},
    {0},
};

const struct cmd cmd_shell = {
    .name = "shell",
    .group = "settings",
    .help = "a command line of its own: completion, history, the context in the prompt",
    .about = "Each line is a command of aiwf, with quotes as in a shell and # for comments; nothing is expanded. exit or\n"
             "Ctrl-D ends it, Ctrl-C ends the line or the command that runs.\n"
             "\n"
             "Lines are kept in $XDG_STATE_HOME/aiwf/history, which only you can read, but for those that start with a space\n"
             "or look as if they held a password, a token or another secret.\n"
             "\n"
             "Without a terminal the lines of standard input are run, and the exit code is that of the last one.",
    .opts = opts,
    .opts_size = sizeof(struct options),
    .flags = CMD_CONTEXT,
    .examples = examples,
    .run = run,
};
