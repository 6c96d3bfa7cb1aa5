/* Manual pages: their names, or one of them (make man). */
#include "man.h"

static int run(struct cli *cli, struct err *err)
{
    if (!cli->args.n) {
        CLEANUP(strv_release) struct strv names = STRV_INIT;
        man_pages(&names);
        for (size_t i = 0; i < names.n; i++)
            fprintf(cli->out, "%s\n", names.v[i]);
        return 0;
    }
    CLEANUP(str_release) struct str text = STR_INIT;
    if (!man_print(cli->args.v[0], &text))
        return err_set(err, ERR_NOT_FOUND, "no manual page %s", cli->args.v[0]);
    fputs(text.buf, cli->out);
    return 0;
}

static const struct arg args[] = {{.name = "PAGE", .optional = true}, {0}};

const struct cmd cmd_man = {
    .name = "__man",
    .help = "print a manual page",
    .flags = CMD_HIDDEN,
    .args = args,
    .run = run,
};
