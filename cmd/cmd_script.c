/* aiwf __completion SHELL: a completion script, from the command tree (make completions). */
#include "cmd.h"
#include "completion.h"

static int run(struct cli *cli, struct err *err)
{
    return completion_print(cli->args.v[0], cli->out)
               ? 0
               : err_set(err, ERR_NOT_FOUND, "no completion script for %s", cli->args.v[0]);
}

static const struct arg args[] = {{.name = "SHELL"}, {0}};

const struct cmd cmd_script = {
    .name = "__completion",
    .help = "make a completion script",
    .flags = CMD_HIDDEN,
    .args = args,
    .run = run,
};
