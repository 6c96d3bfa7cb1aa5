/* The root of the command tree: the nouns are the files cmd/cmd_*.c, collected by the Makefile. */
#include "cmd.h"

#define X(name) extern const struct cmd cmd_##name;
#include "gen/cmds.inc"
#undef X

static const struct cmd *const nouns[] = {
#define X(name) &cmd_##name,
#include "gen/cmds.inc"
#undef X
    NULL,
};

static const struct example examples[] = {
    {"aiwf local up", "start the local runtime: functions and jobs as processes of this machine"},
    {"aiwf function deploy hello --command cat --mode stdio", "deploy a function"},
    {"aiwf function invoke hello -f README.md", "call it"},
    {"aiwf workflow run -f workflow.yaml", "prepare, train and serve, in one resumable run"},
    {0},
};

const struct cmd_group cmd_groups[] = {
    {"local", "local runtime"},
    {"functions", "functions and jobs"},
    {"workflows", "workflows"},
    {"observe", "observe"},
    {"infrastructure", "infrastructure"},
    {"settings", "settings"},
    {"help", "help"},
    {0},
};

/* Its flags are those of all commands, because common options may stand before the noun. */
const struct cmd root_cmd = {
    .name = "aiwf",
    .help = "run AI workflows on your own cloud",
    .about = "One tool for OpenStack, Kubernetes and serverless: clusters, functions, training jobs, model\n"
             "serving, warm pools and whole workflows, and a live view of what they do and cost.\n"
             "\n"
             "Data goes to standard output, talk to standard error; exit codes mean something\n"
             "(aiwf help exit-codes).",
    .flags = CMD_CONTEXT | CMD_LIST | CMD_CHANGES | CMD_CHECKS | CMD_WAITS,
    .examples = examples,
    .cmds = nouns,
};
