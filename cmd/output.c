/* What verbs share in printing: lists, one thing, many names, watching. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/sig.h"
#include "cmd.h"
#include "doc/doc.h"

/* A watch redraws its screen, so the note goes there; a pipe that is watched stays silent. */
static void tell_none(const struct cli *cli, const char *kind)
{
    if (cli->watch && cli->out_tty)
        fprintf(cli->out, "no %ss\n", kind);
    else if (!cli->watch && cli->context.name)
        cli_note(cli, "no %ss in context %s", kind, cli->context.name);
    else if (!cli->watch)
        cli_note(cli, "no %ss", kind);
}

int cli_print_list_as(struct cli *cli, const char *kind, const struct column *columns, const node_t *items, struct err *err)
{
    bool people = cli->print.format == PRINT_TABLE || cli->print.format == PRINT_WIDE;
    if (people && !cli->jq && !node_len(items))
        tell_none(cli, kind);
    return print_list(&cli->print, kind, columns, items, err);
}

int cli_print_list(struct cli *cli, const char *kind, const node_t *items, struct err *err)
{
    return cli_print_list_as(cli, kind, cli->cmd->columns, items, err);
}

int cli_print_one(struct cli *cli, const char *kind, const node_t *item, struct err *err)
{
    return print_one(&cli->print, kind, cli->cmd->columns, item, err);
}

int print_request(struct cli *cli, const node_t *body, struct err *err)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    if (cli->jq)
        return jq_run(cli->jq, body, cli->out, err);
    if (cli->print.format == PRINT_YAML)
        yaml_print(body, &text);
    else
        json_print_pretty(body, &text);
    fprintf(cli->out, "%s%s", text.buf, str_ends(text.buf, "\n") ? "" : "\n");
    return 0;
}

int cli_confirm_names(struct cli *cli, const char *verb, const char *noun, struct err *err)
{
    AUTOFREE char *what =
        cli->args.n == 1 ? xasprintf("%s %s %s", verb, noun, cli->args.v[0]) : xasprintf("%s %zu %ss", verb, cli->args.n, noun);
    return cli_confirm(cli, what, err);
}

int cli_each_name(struct cli *cli, int (*fn)(struct cli *cli, const char *name, struct err *err), struct err *err)
{
    bool failed = false;
    for (size_t i = 0; i < cli->args.n; i++) {
        CLEANUP(err_release) struct err one = ERR_INIT;
        if (fn(cli, cli->args.v[i], &one) == 0)
            continue;
        /* The worst one is left for the caller to print; the others are told here. */
        if (failed)
            cli_print_error(cli, one.code > err->code ? err : &one);
        if (!failed || one.code > err->code)
            err_move(err, &one);
        failed = true;
        if (err->code == ERR_INTERRUPTED)
            break;
    }
    return failed ? -1 : 0;
}

/* Calls fn with everything it prints going into *ret_text (malloc'ed). */
static int capture(struct cli *cli, int (*fn)(struct cli *cli, struct err *err), char **ret_text, struct err *err)
{
    size_t len = 0;
    FILE *memory = open_memstream(ret_text, &len);
    if (!memory)
        return err_sys(err, ERR_FAILED, "cannot watch");
    FILE *out = cli->out;
    cli->out = cli->print.out = memory;
    int rc = fn(cli, err);
    cli->out = cli->print.out = out;
    fclose(memory);
    return rc;
}

int cli_until_interrupt(int rc, struct err *err)
{
    if (rc == 0 || err->code != ERR_INTERRUPTED)
        return rc;
    err_clear(err);
    return 0;
}

static bool may_pass(const struct err *err)
{
    return err->code == ERR_UNREACHABLE || err->code == ERR_TIMEOUT || err->code == ERR_CAPACITY || err->code == ERR_FAILED;
}

struct watch {
    char *shown; /* NULL: nothing, or what failed stands after it */
    bool goes;   /* a round did not fail */
    struct err told;
};

/* Once for all that fail in the same way. */
static void tell_failed(const struct cli *cli, struct watch *watch, struct err *err)
{
    if (!str_eq(watch->told.what, err->what) || !str_eq(watch->told.why, err->why))
        cli_print_error(cli, err);
    err_move(&watch->told, err);
    free(watch->shown);
    watch->shown = NULL;
}

static void show_change(struct cli *cli, struct watch *watch, char *text)
{
    err_clear(&watch->told);
    if (str_eq(watch->shown, text)) {
        free(text);
        return;
    }
    if (cli->out_tty)
        fputs("\033[H\033[2J", cli->out);
    fputs(text, cli->out);
    fflush(cli->out);
    free(watch->shown);
    watch->shown = text;
}

/* What is wrong may be in the list itself, as doctor's. */
static void show_failed(struct cli *cli, struct watch *watch, char *text, struct err *err)
{
    char *shown = xstrdup(text);
    if (str_eq(watch->shown, text))
        free(text);
    else
        show_change(cli, watch, text);
    tell_failed(cli, watch, err);
    watch->shown = shown;
    watch->goes = true;
}

static int watch_round(struct cli *cli, struct watch *watch, int (*fn)(struct cli *cli, struct err *err), struct err *err)
{
    AUTOFREE char *text = NULL;
    if (capture(cli, fn, &text, err) == 0) {
        show_change(cli, watch, TAKE(text));
        watch->goes = true;
        return 0;
    }
    if (text && *text && !sig_interrupted()) {
        show_failed(cli, watch, TAKE(text), err);
        return 0;
    }
    if (!watch->goes || !may_pass(err) || sig_interrupted())
        return -1;
    tell_failed(cli, watch, err);
    return 0;
}

int cli_watch(struct cli *cli, int (*fn)(struct cli *cli, struct err *err), struct err *err)
{
    enum { INTERVAL_MS = 2000 };
    if (!cli->watch)
        return fn(cli, err);

    struct watch watch = {.told = ERR_INIT};
    int rc = 0;
    while (rc == 0 && !ferror(cli->out)) {
        rc = watch_round(cli, &watch, fn, err);
        if (rc == 0 && clock_sleep_ms(INTERVAL_MS))
            break;
    }
    free(watch.shown);
    err_release(&watch.told);
    if (rc != 0 && sig_interrupted())
        return err_clear(err), 0;
    return rc;
}
