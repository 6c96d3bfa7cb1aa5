/* The command tree as data. A noun is one file, cmd/cmd_NOUN.c, with one `const struct cmd cmd_NOUN`;
 * the Makefile collects them (build/gen/cmds.inc). Parsing, help, man pages, completion and the
 * shell read these tables: nothing about an option is written twice. */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "conf/conf.h"
#include "doc/print.h"
#include "net/http.h"
#include "tui/progress.h"

struct cli;
struct kube;
struct kube_tunnel;
struct oauth2;

/* Adds the names that could stand here; must not print, and gives up silently. */
typedef void complete_fn(struct cli *cli, struct strv *names);

enum opt_type {
    OPT_FLAG,     /* bool; --no-NAME is accepted when .negatable */
    OPT_STRING,   /* const char * */
    OPT_INT,      /* int64_t */
    OPT_NUMBER,   /* double */
    OPT_DURATION, /* int64_t, milliseconds: 30s, 1h30m */
    OPT_BYTES,    /* int64_t: 256Mi */
    OPT_CHOICE,   /* const char *, one of .choices */
    OPT_LIST,     /* struct strv, may be repeated */
    OPT_FILE,     /* const char *, completes files */
    OPT_DIR,      /* const char *, completes folders */
};

struct opt_range {
    double min, max;
};

struct opt {
    const char *section; /* in help, a heading stands before it: "scaling"; NULL: it belongs to those before it */
    const char *name;    /* long, without dashes; NULL ends a table */
    uint16_t offset;     /* in the verb's own options struct (OPT(...)), or in struct cli for common ones */
    enum opt_type type : 8;
    char letter; /* short, 0: none */
    bool negatable;
    bool optional_value;           /* OPT_CHOICE: --NAME alone means the first choice */
    const char *metavar;           /* what follows it in help: "N", "FILE"; NULL for flags */
    const char *help;              /* one line, lower case, no full stop */
    const char *missing;           /* default as typed; NULL: zero */
    const char *const *choices;    /* of OPT_CHOICE; of OPT_STRING: values that completion offers */
    const struct opt_range *range; /* of a number or a duration (RANGE(...)); NULL: any */
    complete_fn *complete;
};
#define OPT(type_, member_) .offset = offsetof(type_, member_)
#define RANGE(min_, max_) \
    .range = &(const struct opt_range) { (min_), (max_) }
/* --tail of every log: the member `tail`, int64_t. */
#define TAIL_OPT(type_)                                                                                     \
    {                                                                                                       \
        .name = "tail", .type = OPT_INT, OPT(type_, tail), .metavar = "N", RANGE(-1, 1e9), .missing = "-1", \
        .help = "only the last N lines (-1: all)",                                                          \
    }

struct arg {
    const char *name; /* upper case: NAME; NULL ends the list */
    const char *help;
    bool optional;
    bool many;         /* one or more (zero or more when optional); only the last */
    bool after_dashes; /* stands after "--": COMMAND */
    complete_fn *complete;
};

enum cmd_flags {
    CMD_CONTEXT = 1 << 0,  /* works in a context: --context; cli->context is resolved before run */
    CMD_OUTPUT = 1 << 1,   /* prints documents: -o, --jq, --no-headers */
    CMD_LIST = 1 << 2,     /* and lists of them: --sort-by, --watch (implies CMD_OUTPUT) */
    CMD_CHANGES = 1 << 3,  /* changes something: --dry-run, --yes; asks in protected contexts */
    CMD_WAITS = 1 << 4,    /* may take long: --wait/--no-wait, --timeout */
    CMD_HIDDEN = 1 << 5,   /* not in help, man or completion */
    CMD_RAW = 1 << 6,      /* parses its own words (completion, shell) */
    CMD_RESOLVES = 1 << 7, /* with CMD_CONTEXT: run calls cli_resolve itself, and can go on without a context */
    CMD_WATCHES = 1 << 8,  /* with CMD_LIST: run calls cli_watch itself, for a part of what it does */
    CMD_CHECKS = 1 << 9,   /* with CMD_CHANGES: run asks the server what would become of it with --dry-run=server */
};

struct example {
    const char *command; /* "aiwf function list -o json": must parse (a test tries it) */
    const char *does;
};

struct cmd {
    const char *name;
    const char *alias;
    const char *group; /* of a noun in `aiwf -h`: a key of cmd_groups */
    const char *kind;  /* of a noun: as -o name prints its things, KIND/NAME, a NAME is taken, too; NULL: it is not */
    const char *help;  /* one line, lower case, no full stop */
    const char *about; /* paragraphs for --help and the man page; may be NULL */
    const struct arg *args;
    const struct opt *opts;
    unsigned opts_size; /* of the options struct: allocated, defaults set, freed by the parser */
    unsigned flags;
    const char *timeout;            /* default of --timeout with CMD_WAITS; NULL: none */
    const char *output;             /* a format of its own for -o, which run prints itself (cli_prints_own); NULL: none */
    const struct column *columns;   /* what -o table shows: also listed in the man page */
    const struct example *examples; /* two at least for a verb; ends with {0} */
    const struct cmd *const *cmds;  /* verbs of a noun, NULL-terminated */
    /* An error with a code but no `what` has been told already: only the exit code is left to give. */
    int (*run)(struct cli *cli, struct err *err);
};

extern const struct cmd root_cmd;

/* How `aiwf -h` orders the nouns: "local", "functions", "workflows", "observe", "infrastructure",
 * "settings", "help". Ends with {0}. */
struct cmd_group {
    const char *key, *title;
};
extern const struct cmd_group cmd_groups[];

enum dry_run { DRY_RUN_NONE, DRY_RUN_CLIENT, DRY_RUN_SERVER };

/* One invocation: what was typed, where it prints, what it works with. */
struct cli {
    const struct cmd *cmd;     /* the command that runs */
    const struct cmd *path[8]; /* from root_cmd to cmd */
    size_t depth;
    struct strv args; /* positional, "--" removed */
    size_t dashes_at; /* args before "--"; == args.n when there was none */
    void *opts;       /* the verb's options struct */
    FILE *out, *err;  /* data; talk */
    bool in_tty, out_tty, err_tty;

    /* common options (cmd/options.c) */
    bool help_short, help_long, version;
    const char *context_name, *namespace_name, *cloud, *kube_context;
    const char *output, *jq, *sort_by, *color;
    bool no_headers, watch, yes, wait, wait_given, timing, verbose;
    const char *dry_run_text;
    int64_t timeout_ms; /* 0: none */

    /* derived */
    struct print_options print;
    enum dry_run dry_run;
    struct context context; /* with CMD_CONTEXT */
    struct http *http_client, *http_open, *http_other;
    struct http *http_tokens; /* which asks for oauth2's */
    struct oauth2 *oauth2;
    struct kube *kube_kept;       /* cmd/kube.h */
    struct kube *prometheus_kube; /* reach.c; NULL: not needed yet */
    struct kube_tunnel *gateway_tunnel;
    bool completing;      /* completion asks: short deadlines, no repeats, silence */
    struct strv kept;     /* strings that options point to */
    struct strv contexts; /* each --context that was given: top shows them all, to others context_name is the last one */
};

/* Parses and runs argv (argv[0] is skipped); prints errors and help itself; returns the exit code. */
int cli_main(int argc, char *const *argv);

/* Parses words below `root` into cli (USAGE errors name the nearest valid word). Does not run. */
int cli_parse(struct cli *cli, int argc, char *const *argv, struct err *err);
void cli_init(struct cli *cli);
void cli_release(struct cli *cli);
/* Prints an error as text, or as JSON with -o json, on cli->err; nothing when it was told already (see struct cmd). */
void cli_print_error(const struct cli *cli, const struct err *err);

/* Where an option comes from: the verb's own table, or a table of common ones (cmd/options.c). */
enum opt_group { OPTS_OWN, OPTS_OUTPUT, OPTS_LIST, OPTS_WAIT, OPTS_CHANGE, OPTS_CONTEXT, OPTS_GLOBAL };
const char *opt_group_title(enum opt_group group); /* OPTS_LIST has OPTS_OUTPUT's */

/* The options that apply to a command, common ones included, in the order of help. */
struct opt_ref {
    const struct opt *opt;
    enum opt_group group;
    char letter; /* 0 when the verb's own option has taken it */
    bool common; /* offset counts from struct cli, not from the verb's struct */
};
enum { CMD_MAX_OPTIONS = 96 };
size_t cmd_options(const struct cmd *cmd, struct opt_ref *refs, size_t max);
const struct cmd *cmd_find(const struct cmd *parent, const char *word); /* by name or alias */
/* "aiwf function list" */
void cmd_words(const struct cmd *const *path, size_t depth, struct str *s);

/* Resolves cli->context by --context, --cloud, --kube-context and -n, the environment and the file (done before run with CMD_CONTEXT). */
int cli_resolve(struct cli *cli, struct err *err);
/* --color, NO_COLOR and TERM decide, for a stream that is a terminal or not. */
bool cli_color(const struct cli *cli, bool tty);

/* For verbs. Clients are made when first asked for and belong to cli. The first one sends the login of the
 * context's gateway with every request: use it for that gateway only; the other one sends no login. */
struct http *cli_http(struct cli *cli, struct err *err);
struct http *cli_http_open(struct cli *cli, struct err *err);
/* With a login for one other system. The texts are copied. */
struct cli_login {
    const char *url; /* the login goes there only */
    const char *user, *password, *cert_file, *key_file;
};
struct http *cli_http_to(struct cli *cli, const struct cli_login *login, struct err *err);
/* Before a change: names a protected context and asks (terminal) or wants --yes. */
int cli_confirm(struct cli *cli, const char *what, struct err *err);
/* The same in every context: for what is taken from others. */
int cli_confirm_always(struct cli *cli, const char *what, struct err *err);
/* --wait or --no-wait as given, else what is usual for the verb. */
bool cli_waits(const struct cli *cli, bool usual);
/* Until find succeeds. NOT_FOUND, and that nobody answers, is waited out for a minute, or for *timeout_ms (0: none) when that is
 * less: then it is TIMEOUT. Other failures are the end. *timeout_ms becomes what is left of it. */
struct cli_awaited {
    const char *what;   /* "job bert" */
    const char *resume; /* the command that goes on waiting */
    int (*find)(void *arg, struct err *err);
    void *arg;
};
int cli_await(struct cli *cli, struct cli_awaited *awaited, int64_t *timeout_ms, struct err *err);
/* Talk on stderr: a note; a hint (only on a terminal). */
void cli_note(const struct cli *cli, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void cli_hint(const struct cli *cli, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Progress lines on stderr; the caller frees them. NULL (silent) where a program reads stderr: -o json in a pipe. */
struct progress *cli_progress(const struct cli *cli);
/* For complete functions: the name of each item of a list (NULL: none). */
void complete_names_of(const node_t *list, struct strv *names);
/* -o is the command's own format (cmd.output). */
bool cli_prints_own(const struct cli *cli);
/* Prints a list with the verb's columns; an empty one says "no KINDs in context X" on stderr. */
int cli_print_list(struct cli *cli, const char *kind, const node_t *items, struct err *err);
/* The same with other columns than the verb's own. */
int cli_print_list_as(struct cli *cli, const char *kind, const struct column *columns, const node_t *items, struct err *err);
int cli_print_one(struct cli *cli, const char *kind, const node_t *item, struct err *err);
/* --dry-run: exactly what would be sent, as JSON (or -o yaml, or --jq). */
int print_request(struct cli *cli, const node_t *body, struct err *err);
/* cli_confirm to do that with the positional names: "delete model a", "delete 2 models". */
int cli_confirm_names(struct cli *cli, const char *verb, const char *noun, struct err *err);
/* Runs fn for each positional name: each is tried, every failure is told, the worst code is returned. */
int cli_each_name(struct cli *cli, int (*fn)(struct cli *cli, const char *name, struct err *err), struct err *err);
/* `--watch`: calls fn again and again (a change redraws on a terminal, appends elsewhere) until Ctrl-C. A round that fails
 * after one that did not is told, and ends it only when the next one would fail as well (USAGE, AUTH, NOT_FOUND). */
int cli_watch(struct cli *cli, int (*fn)(struct cli *cli, struct err *err), struct err *err);

/* What goes on until Ctrl-C ends well by it: rc, or 0 in the place of INTERRUPTED. */
int cli_until_interrupt(int rc, struct err *err);

/* help.c */
struct help_style {
    bool full; /* --help, not -h */
    bool color;
    int width; /* columns to wrap at */
};
void help_print(const struct cmd *const *path, size_t depth, const struct help_style *style, FILE *out);
/* "aiwf train submit NAME [OPTION]... -- COMMAND..." */
void help_usage(const struct cmd *const *path, size_t depth, struct str *s);

#endif
