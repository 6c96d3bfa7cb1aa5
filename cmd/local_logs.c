/* aiwf local logs: the gateway's own log. */
#include "local_logs.h"

#include "base/clock.h"
#include "base/file.h"
#include "local/client.h"

enum { FOLLOW_MS = 100, CHUNK = 64 << 10 };

struct logs_opts {
    bool follow;
    int64_t tail;
};

static const struct opt logs_opts[] = {
    {.name = "follow", .letter = 'f', .type = OPT_FLAG, OPT(struct logs_opts, follow), .help = "go on as it grows, until Ctrl-C"},
    TAIL_OPT(struct logs_opts),
    {0},
};

/* Where the last n lines of a file begin. */
static off_t tail_offset(FILE *file, int64_t n)
{
    char buf[4096];
    fseeko(file, 0, SEEK_END);
    off_t at = ftello(file);
    int64_t newlines = 0;
    for (off_t end = at; at > 0;) {
        off_t start = at > (off_t)sizeof(buf) ? at - (off_t)sizeof(buf) : 0;
        fseeko(file, start, SEEK_SET);
        size_t got = fread(buf, 1, (size_t)(at - start), file);
        for (size_t i = got; i > 0; i--)
            if (buf[i - 1] == '\n' && start + (off_t)i != end && ++newlines == n)
                return start + (off_t)i;
        at = start;
    }
    return 0;
}

static void print_text(struct cli *cli, const char *text, size_t len)
{
    CLEANUP(str_release) struct str safe = STR_INIT;
    if (cli->out_tty) {
        str_add_safe(&safe, text, len, true);
        fwrite(safe.buf, 1, safe.len, cli->out);
    } else {
        fwrite(text, 1, len, cli->out);
    }
}

static int logs(struct cli *cli, struct err *err)
{
    const struct logs_opts *opts = cli->opts;
    AUTOFREE char *state_dir = local_state_dir();
    AUTOFREE char *path = path_join(state_dir, "gateway.log");
    FILE *file = fopen(path, "re");
    if (!file) {
        err_set(err, ERR_NOT_FOUND, "the local gateway has no log yet");
        return err_hint(err, "aiwf local up");
    }
    fseeko(file, opts->tail == 0 ? 0 : opts->tail > 0 ? tail_offset(file, opts->tail) : 0, opts->tail == 0 ? SEEK_END : SEEK_SET);
    char buf[CHUNK];
    for (;;) {
        size_t got = fread(buf, 1, sizeof(buf), file);
        print_text(cli, buf, got);
        if (got)
            continue;
        fflush(cli->out);
        clearerr(file);
        if (!opts->follow || ferror(cli->out) || clock_sleep_ms(FOLLOW_MS))
            break;
    }
    fclose(file);
    return 0;
}

static const struct example log_examples[] = {
    {"aiwf local logs --tail 20", "the last lines of the gateway's own log"},
    {"aiwf local logs -f", "follow it"},
    {0},
};

const struct cmd local_logs_cmd = {
    .name = "logs",
    .help = "print the gateway's own log",
    .opts = logs_opts,
    .opts_size = sizeof(struct logs_opts),
    .examples = log_examples,
    .run = logs,
};
