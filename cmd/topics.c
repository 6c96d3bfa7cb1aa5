#include "topics.h"

#include <string.h>

#include "cmd.h"

static const struct topic_row exit_codes[] = {
#define X(number, ident, word, meaning) {#number, meaning},
    EXIT_CODES(X)
#undef X
        {0},
};

static const struct topic_row environment[] = {
    {"AIWF_CONTEXT", "the context to work in, as --context"},
#define X(ident, key, env, type, help) {env, help},
    CONTEXT_SETTINGS(X)
#undef X
        {"XDG_CONFIG_HOME", "where aiwf/config.yaml is (else ~/.config)"},
    {"XDG_STATE_HOME", "where the local runtime, workflow runs and the shell's history are kept (else ~/.local/state)"},
    {"NO_COLOR", "when it is not empty: no colour unless --color=always"},
    {"TERM", "dumb: no colour, no redrawing"},
    {"https_proxy, http_proxy, no_proxy", "proxies of requests, and hosts to reach without one"},
    {"AIWF_LIBCURL",
     "the libcurl that is loaded, by its file or name (else libcurl-gnutls.so.4; libcurl.so.4 for https without a ca-file)"},
    {"PATH", "is searched for programs aiwf-NAME, which are commands of aiwf too"},
    {0},
};

static const struct topic_row formats[] = {
    {"table", "for people: aligned, cut to the terminal, coloured (the default)"},
    {"wide", "the table with all columns"},
    {"json", "one JSON document with apiVersion and kind; errors are JSON too, on stderr"},
    {"yaml", "the same as YAML"},
    {"name", "KIND/NAME alone, one a line: commands take a NAME so, too"},
    {"csv", "comma-separated values with a header line"},
    {"ndjson", "one JSON document a line"},
    {"custom-columns=TITLE:.path,...", "a table of your own columns"},
    {0},
};

static const struct topic_row settings[] = {
#define X(ident, key, env, type, help) {key, help},
    CONTEXT_SETTINGS(X)
#undef X
        {0},
};

const struct topic topics[] = {
    {
        .name = "exit-codes",
        .help = "what the exit codes mean",
        .before = "Every command ends with one of these; they are stable.",
        .rows = exit_codes,
        .after = "When many names are given, each is tried, and the worst code is returned.\n"
                 "\n"
                 "A reader that closes the pipe early (aiwf ... | head -1) ends the output without a word and with 0; a full\n"
                 "disk or a closed standard output is 1.\n"
                 "\n"
                 "With -o json an error is one line of JSON on standard error: {\"error\":{\"code\":\"not_found\",\"exit\":3,\n"
                 "\"message\":...,\"reason\":...,\"hint\":...}}.",
    },
    {
        .name = "environment",
        .help = "the variables that are read",
        .before = "An option beats a variable, a variable beats the configuration file, the file beats the default;\n"
                  "aiwf context show --origin says which one won.",
        .rows = environment,
    },
    {
        .name = "output",
        .help = "output formats, filters, and what goes where",
        .before = "Standard output is data, standard error is talk: progress, notes, questions, errors.\n"
                  "-o FORMAT chooses the form of the data:",
        .rows = formats,
        .after = "--jq EXPR filters the JSON form with a jq expression. --sort-by COLUMN sorts a list by a column's title or\n"
                 "by a .path, -COLUMN downwards. --no-headers leaves the header line out.\n"
                 "\n"
                 "Keys of JSON carry their unit (p99_ms, energy_j). What is not known is null, and - in a table, never 0. An\n"
                 "empty list is no failure: the exit code is 0.",
    },
    {
        .name = "contexts",
        .help = "named sets of endpoints and defaults",
        .before = "A context names what a command works with: an OpenFaaS gateway, a cluster, a cloud, a Prometheus, prices.\n"
                  "The context local always exists: functions and jobs are processes of this machine (aiwf local up).\n"
                  "\n"
                  "The context is the one of --context, else of AIWF_CONTEXT, else the configuration's current-context, else\n"
                  "local. One that does not exist is an error; another is never taken instead.\n"
                  "\n"
                  "  aiwf context add lab --openfaas https://faas.example.org --prometheus https://prom.example.org\n"
                  "  aiwf context use lab\n"
                  "\n"
                  "A context with protected: true asks before anything changes, and needs --yes in scripts. The settings:",
        .rows = settings,
    },
    {0},
};

const struct topic *topic_find(const char *name)
{
    for (const struct topic *topic = topics; topic->name; topic++)
        if (strcmp(topic->name, name) == 0)
            return topic;
    return NULL;
}
