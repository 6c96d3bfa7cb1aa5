#include "cmd.h"
#include "version.h"

static const struct column columns[] = {
    {"VERSION", "/version", CELL_TEXT, false},
    {"COMPILER", "/compiler", CELL_TEXT, false},
    {0},
};

static int run(struct cli *cli, struct err *err)
{
    if (cli->print.format == PRINT_TABLE && !cli->jq) {
        fprintf(cli->out, "aiwf %s\n", AIWF_VERSION);
        return 0;
    }
    CLEANUP(node_free) node_t *doc = node_new_object();
    node_set_str(doc, "name", "aiwf");
    node_set_str(doc, "version", AIWF_VERSION);
#ifdef __clang__
    node_set_str(doc, "compiler", "clang " __clang_version__);
#else
    node_set_str(doc, "compiler", "gcc " __VERSION__);
#endif
    return cli_print_one(cli, "Version", doc, err);
}

static const struct example examples[] = {
    {"aiwf version", "print the version"},
    {"aiwf version -o json", "for a program"},
    {0},
};

const struct cmd cmd_version = {
    .name = "version",
    .group = "help",
    .help = "print the version",
    .flags = CMD_OUTPUT,
    .columns = columns,
    .examples = examples,
    .run = run,
};
