#include "base/embed.h"
#include "cmd.h"

/* As `make completions` has written them: printing one costs no more than printing a line. */
EMBED(script_bash, "completions/aiwf.bash");
EMBED(script_zsh, "completions/aiwf.zsh");
EMBED(script_fish, "completions/aiwf.fish");

static int print(struct cli *cli, const char *script)
{
    fputs(script, cli->out);
    return 0;
}

static int run_bash(struct cli *cli, struct err *err)
{
    (void)err;
    return print(cli, script_bash);
}

static int run_zsh(struct cli *cli, struct err *err)
{
    (void)err;
    return print(cli, script_zsh);
}

static int run_fish(struct cli *cli, struct err *err)
{
    (void)err;
    return print(cli, script_fish);
}

static const struct example bash_examples[] = {
    {"aiwf completion bash >~/.local/share/bash-completion/completions/aiwf", "for every shell to come, with bash-completion"},
    {"aiwf completion bash >>~/.bashrc", "without it"},
    {0},
};
static const struct example zsh_examples[] = {
    {"aiwf completion zsh >~/.zfunc/_aiwf", "into a folder of your $fpath"},
    {"aiwf completion zsh", "what it says"},
    {0},
};
static const struct example fish_examples[] = {
    {"aiwf completion fish >~/.config/fish/completions/aiwf.fish", "for every shell to come"},
    {"aiwf completion fish | source", "for this one"},
    {0},
};

static const struct cmd bash = {.name = "bash", .help = "print the script for bash", .examples = bash_examples, .run = run_bash};
static const struct cmd zsh = {.name = "zsh", .help = "print the script for zsh", .examples = zsh_examples, .run = run_zsh};
static const struct cmd fish = {.name = "fish", .help = "print the script for fish", .examples = fish_examples, .run = run_fish};
static const struct cmd *const cmds[] = {&bash, &zsh, &fish, NULL};

const struct cmd cmd_completion = {
    .name = "completion",
    .group = "settings",
    .help = "scripts that complete commands, options and names in your shell",
    .about = "The scripts complete commands, options and their choices by themselves; for the names of functions, jobs,\n"
             "pools, workflows and contexts they ask aiwf, which gives up after 300 ms.",
    .cmds = cmds,
};
