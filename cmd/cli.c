/* One invocation: context, confirmation, printing, errors, exit code. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sig.h"
#include "help.h"
#include "local/client.h"
#include "net/oauth2.h"
#include "plugin.h"
#include "reach.h"
#include "version.h"

bool cli_waits(const struct cli *cli, bool usual) { return cli->wait_given ? cli->wait : usual; }

/* Columns of the terminal behind fd; 0 when it is none or does not say. */
static int terminal_width(int fd)
{
    struct winsize size;
    return isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

bool cli_prints_own(const struct cli *cli) { return cli->cmd->output && str_eq(cli->output, cli->cmd->output); }

static int prepare_output(struct cli *cli, struct err *err)
{
    cli->print = (struct print_options){
        .out = cli->out,
        .jq = cli->jq,
        .sort_by = cli->sort_by,
        .no_headers = cli->no_headers,
        .is_stream = cli->watch && !cli->out_tty,
        .color = cli_color(cli, cli->out_tty),
        .width = cli->out_tty ? terminal_width(STDOUT_FILENO) : 0,
    };
    if (cli->dry_run_text)
        cli->dry_run = strcmp(cli->dry_run_text, "server") == 0 ? DRY_RUN_SERVER : DRY_RUN_CLIENT;
    if (!(cli->cmd->flags & (CMD_OUTPUT | CMD_LIST)))
        return 0;
    return print_format_parse(cli->output && !cli_prints_own(cli) ? cli->output : "table", &cli->print, err);
}

int cli_resolve(struct cli *cli, struct err *err)
{
    CLEANUP(conf_release) struct conf conf = {0};
    if (conf_load(&conf, err) != 0)
        return -1;
    const char *values[SETTING_COUNT] = {0};
    values[SETTING_cloud] = cli->cloud;
    values[SETTING_kube_context] = cli->kube_context;
    values[SETTING_namespace] = cli->namespace_name;
    context_release(&cli->context); /* of the round before */
    return conf_resolve(&conf, cli->context_name, values, &cli->context, err);
}

static const char *setting(const struct cli *cli, enum setting which) { return context_get(&cli->context, which); }

/* The context's login at its gateway, else the one that faas-cli keeps. */
enum { PASSWORD_MAX = 4096 };

static int read_secret(const struct cli *cli, enum setting which, char **ret, struct err *err)
{
    CLEANUP(str_release) struct str text = STR_INIT_MAX(PASSWORD_MAX);
    int rc = file_read(setting(cli, which), &text, err);
    if (rc == 0) {
        str_cut(&text, strcspn(text.buf, "\r\n"));
        *ret = xstrdup(text.buf);
    }
    explicit_bzero(text.buf, text.len);
    return rc;
}

static int read_kept_login(const struct cli *cli, struct openfaas_login *login, struct err *err)
{
    CLEANUP(err_release) struct err load_err = ERR_INIT;
    const char *gateway = setting(cli, SETTING_openfaas);
    if (!gateway || login->user || openfaas_login_load(gateway, login, &load_err) == 0)
        return 0;
    return load_err.code == ERR_NOT_FOUND ? 0 : err_move(err, &load_err);
}

static int read_login(const struct cli *cli, struct openfaas_login *login, struct err *err)
{
    login->user = xstrdup_or_null(setting(cli, SETTING_user));
    if (!setting(cli, SETTING_password_file))
        return read_kept_login(cli, login, err);
    if (read_secret(cli, SETTING_password_file, &login->password, err) == 0)
        return 0;
    return err_wrap(err, "cannot read the password of context %s", cli->context.name);
}

static struct http_settings http_settings(const struct cli *cli)
{
    enum { COMPLETION_MS = 250 };
    struct http_settings settings = {
        .ca_file = setting(cli, SETTING_ca_file),
        .cert_file = setting(cli, SETTING_cert_file),
        .key_file = setting(cli, SETTING_key_file),
        .insecure = str_eq(setting(cli, SETTING_insecure), "true"),
        .trace = cli->verbose ? cli->err : NULL,
        .timing = cli->timing ? cli->err : NULL,
    };
    if (cli->completing) {
        settings.connect_ms = settings.first_byte_ms = settings.total_ms = COMPLETION_MS;
        settings.retries = -1;
    }
    return settings;
}

static int read_client_secret(const struct cli *cli, char **ret, struct err *err)
{
    const char *given = getenv("AIWF_OAUTH2_SECRET");
    if (setting(cli, SETTING_oauth2_secret_file)) {
        if (read_secret(cli, SETTING_oauth2_secret_file, ret, err) == 0)
            return 0;
        return err_wrap(err, "cannot read the client secret of context %s", cli->context.name);
    }
    if (!given || !*given) {
        err_set(err, ERR_USAGE, "context %s has an oauth2-url, but no secret to ask there with", cli->context.name);
        return err_hint(err, "oauth2-secret-file, or the variable AIWF_OAUTH2_SECRET");
    }
    *ret = xstrdup(given);
    return 0;
}

/* Where the gateway's tokens come from; asks for none yet. */
static int open_oauth2(struct cli *cli, struct err *err)
{
    char *secret = NULL;
    if (!setting(cli, SETTING_oauth2_client_id)) {
        err_set(err, ERR_USAGE, "context %s has an oauth2-url, but no client to ask there as", cli->context.name);
        return err_hint(err, "oauth2-client-id");
    }
    if (read_client_secret(cli, &secret, err) != 0)
        return -1;
    struct http_settings settings = http_settings(cli);
    settings.first_url = setting(cli, SETTING_oauth2_url);
    const struct oauth2_settings how = {.url = setting(cli, SETTING_oauth2_url),
                                        .client_id = setting(cli, SETTING_oauth2_client_id),
                                        .client_secret = secret,
                                        .scope = setting(cli, SETTING_oauth2_scope),
                                        .audience = setting(cli, SETTING_oauth2_audience),
                                        .quick = cli->completing};
    cli->http_tokens = http_new(&settings, err);
    if (cli->http_tokens)
        cli->oauth2 = oauth2_new(cli->http_tokens, &how);
    explicit_bzero(secret, strlen(secret));
    free(secret);
    return cli->oauth2 ? 0 : -1;
}

struct http *cli_http(struct cli *cli, struct err *err)
{
    if (cli->http_client)
        return cli->http_client;
    CLEANUP(openfaas_login_release) struct openfaas_login login = {0};
    bool by_tokens = setting(cli, SETTING_oauth2_url);
    if (local_client_fill(&cli->context, err) != 0 || (by_tokens ? open_oauth2(cli, err) : read_login(cli, &login, err)) != 0)
        return NULL;
    const char *socket = NULL;
    if (cli_reach_gateway(cli, &socket, err) != 0)
        return NULL;
    struct http_settings settings = http_settings(cli);
    settings.socket = socket;
    settings.auth_url = setting(cli, SETTING_openfaas);
    settings.user = login.user;
    settings.password = login.password && *login.password ? login.password : NULL;
    settings.bearer = login.token;
    settings.login = by_tokens ? oauth2_login : NULL;
    settings.login_arg = cli->oauth2;
    cli->http_client = http_new(&settings, err);
    return cli->http_client;
}

struct http *cli_http_open(struct cli *cli, struct err *err)
{
    if (cli->http_open)
        return cli->http_open;
    const char *socket = NULL;
    if (cli_reach_gateway(cli, &socket, err) != 0)
        return NULL;
    struct http_settings settings = http_settings(cli);
    settings.socket = socket;
    settings.auth_url = socket ? setting(cli, SETTING_openfaas) : NULL;
    settings.first_url = setting(cli, SETTING_openfaas);
    cli->http_open = http_new(&settings, err);
    return cli->http_open;
}

struct http *cli_http_to(struct cli *cli, const struct cli_login *login, struct err *err)
{
    if (cli->http_other)
        return cli->http_other;
    struct http_settings settings = http_settings(cli);
    settings.auth_url = login->url;
    settings.user = login->user;
    settings.password = login->password;
    settings.cert_file = login->cert_file ? login->cert_file : settings.cert_file;
    settings.key_file = login->key_file ? login->key_file : settings.key_file;
    cli->http_other = http_new(&settings, err);
    return cli->http_other;
}

static int ask(struct cli *cli, const char *what, struct err *err)
{
    fprintf(cli->err, "context %s%s: %s\ntype the context's name to go on: ", cli->context.name,
            cli->context.is_protected ? " is protected" : "", what);
    fflush(cli->err);
    char answer[256] = "";
    if (!fgets(answer, sizeof(answer), stdin))
        answer[0] = '\0';
    if (sig_interrupted())
        return err_set(err, ERR_INTERRUPTED, "interrupted; nothing was changed");
    answer[strcspn(answer, "\r\n")] = '\0';
    if (strcmp(answer, cli->context.name) == 0)
        return 0;
    return err_set(err, ERR_FAILED, "not confirmed; nothing was changed");
}

int cli_confirm(struct cli *cli, const char *what, struct err *err)
{
    return cli->context.is_protected ? cli_confirm_always(cli, what, err) : 0;
}

int cli_confirm_always(struct cli *cli, const char *what, struct err *err)
{
    if (cli->dry_run != DRY_RUN_NONE)
        return 0;
    if (cli->yes) {
        if (cli->context.is_protected)
            cli_note(cli, "context %s (protected): %s", cli->context.name, what);
        return 0;
    }
    if (cli->in_tty && cli->err_tty)
        return ask(cli, what, err);
    if (cli->context.is_protected)
        err_set(err, ERR_USAGE, "context %s is protected", cli->context.name);
    else
        err_set(err, ERR_USAGE, "not confirmed: %s", what);
    return err_hint(err, "--yes, when you mean it");
}

/* A pipe's reader that has seen enough (aiwf ... | head -1) is no failure. */
static bool reader_left(FILE *out)
{
    struct pollfd fd = {.fd = fileno(out)};
    return poll(&fd, 1, 0) == 1 && (fd.revents & POLLERR);
}

/* What was printed must have arrived: a full disk is a failure, told once. */
static int flush_output(struct cli *cli, struct err *err)
{
    errno = 0;
    if (fflush(cli->out) == 0 && !ferror(cli->out))
        return 0;
    int number = errno; /* of this write; an earlier one's is not kept by stdio */
    if (reader_left(cli->out))
        return 0;
    err_set(err, ERR_FAILED, "cannot write to standard output");
    return err_why(err, "%s", number ? strerror(number) : "not all of it was written");
}

struct help_style cli_help_style(const struct cli *cli, FILE *out, bool full)
{
    enum { USUAL = 80, NARROWEST = 30, WIDEST = 110 };
    bool tty = out == cli->err ? cli->err_tty : cli->out_tty;
    int width = tty ? terminal_width(fileno(out)) : 0;
    width = width ? width : USUAL;
    return (struct help_style){
        .full = full,
        .color = cli_color(cli, tty),
        .width = width < NARROWEST ? NARROWEST
                 : width > WIDEST  ? WIDEST
                                   : width,
    };
}

static void show_help(const struct cli *cli, FILE *out, bool full)
{
    struct help_style style = cli_help_style(cli, out, full);
    help_print(cli->path, cli->depth, &style, out);
}

static int run(struct cli *cli, struct err *err)
{
    if (cli->version) {
        fprintf(cli->out, "aiwf %s\n", AIWF_VERSION);
        return 0;
    }
    if (cli->help_short || cli->help_long || (!cli->cmd->run && cli->cmd == &root_cmd)) {
        show_help(cli, cli->out, cli->help_long);
        return 0;
    }
    if (!cli->cmd->run) {
        show_help(cli, cli->err, false);
        fputc('\n', cli->err);
        CLEANUP(str_release) struct str words = STR_INIT;
        cmd_words(cli->path, cli->depth, &words);
        return err_set(err, ERR_USAGE, "%s needs a command", words.buf);
    }
    if (prepare_output(cli, err) != 0)
        return -1;
    bool resolves = (cli->cmd->flags & (CMD_CONTEXT | CMD_RESOLVES)) == CMD_CONTEXT;
    if (resolves && cli_resolve(cli, err) != 0)
        return -1;
    bool is_watched = cli->cmd->flags & CMD_LIST && !(cli->cmd->flags & CMD_WATCHES);
    return is_watched ? cli_watch(cli, cli->cmd->run, err) : cli->cmd->run(cli, err);
}

/* The -o of a command line that could not be parsed: its error shall be JSON too. */
static const char *typed_output(int argc, char *const *argv)
{
    const char *found = NULL;
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char *word = argv[i];
        if (str_starts(word, "--output="))
            found = word + strlen("--output=");
        else if (strcmp(word, "--output") == 0 || strcmp(word, "-o") == 0)
            found = i + 1 < argc ? argv[i + 1] : found;
        else if (str_starts(word, "-o"))
            found = word + (word[2] == '=' ? 3 : 2);
    }
    return found;
}

int cli_main(int argc, char *const *argv)
{
    int plugin_code;
    if (argc > 0 && !cmd_find(&root_cmd, argv[0]) && plugin_run(argc, argv, &plugin_code))
        return plugin_code;

    CLEANUP(err_release) struct err err = ERR_INIT;
    struct cli cli;
    cli_init(&cli);
    int rc = cli_parse(&cli, argc, argv, &err);
    if (rc != 0)
        cli.output = typed_output(argc, argv);
    if (rc == 0)
        rc = run(&cli, &err);
    if (rc == 0)
        rc = flush_output(&cli, &err);
    if (rc != 0 && err.code == ERR_OK)
        err_set(&err, ERR_FAILED, "failed without a reason: please report this");
    if (rc != 0)
        cli_print_error(&cli, &err);
    cli_release(&cli);
    return rc == 0 ? 0 : (int)err.code;
}
