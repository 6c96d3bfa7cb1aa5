/* aiwf function secret: values for functions, from a file, standard input or the terminal; never from the command line. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cmd.h"
#include "function.h"
#include "openstack.h"
#include "serverless/secrets.h"

struct secret_opts {
    const char *runtime, *file, *key;
    bool trim;
};

static const struct opt put_opts[] = {
    {.name = "file",
     .letter = 'f',
     .type = OPT_FILE,
     OPT(struct secret_opts, file),
     .metavar = "FILE",
     .help = "the value (\"-\", and usual in a pipe: standard input; at a terminal it is asked for)"},
    {.name = "key",
     .type = OPT_STRING,
     OPT(struct secret_opts, key),
     .metavar = "KEY",
     .help = "the value's key in a Kubernetes Secret (usual: the secret's name)"},
    {.name = "trim", .type = OPT_FLAG, OPT(struct secret_opts, trim), .help = "without the line's end behind the value"},
    RUNTIME_OPT(struct secret_opts),
    {0},
};
static const struct opt plain_opts[] = {RUNTIME_OPT(struct secret_opts), {0}};

static int store_of(struct cli *cli, struct function_env *env, struct err *err)
{
    const struct secret_opts *opts = cli->opts;
    env->runtime = runtime_for(&cli->context, opts->runtime, err);
    if (!env->runtime)
        return -1;
    if (env->runtime->secrets)
        return function_env(cli, opts->runtime, env, err);
    runtime_lacks(env->runtime, "keep secrets", err);
    if (env->runtime->secrets_instead)
        err_why(err, "what does instead: %s", env->runtime->secrets_instead);
    return -1;
}

static void value_release(struct str *value)
{
    explicit_bzero(value->buf, value->len);
    str_release(value);
}
DEFINE_CLEANUP(struct str, value_release)

static int ask_value(struct cli *cli, const char *name, struct str *value, struct err *err)
{
    AUTOFREE char *prompt = xasprintf("value of secret %s: ", name);
    char *typed = cli_secret(cli, prompt);
    if (!typed)
        return err_set(err, ERR_USAGE, "no value was given; nothing was changed");
    str_add(value, typed);
    explicit_bzero(typed, strlen(typed));
    free(typed);
    return 0;
}

static void trim_end(struct str *value)
{
    size_t len = value->len;
    while (len && (value->buf[len - 1] == '\n' || value->buf[len - 1] == '\r'))
        len--;
    str_cut(value, len);
}

static int read_value(struct cli *cli, struct str *value, struct err *err)
{
    const struct secret_opts *opts = cli->opts;
    const char *name = cli->args.v[0];
    if (!opts->file && cli->in_tty) {
        if (ask_value(cli, name, value, err) != 0)
            return -1;
    } else if (file_read(opts->file ? opts->file : "-", value, err) != 0) {
        return -1;
    }
    if (opts->trim)
        trim_end(value);
    else if (value->len && value->buf[value->len - 1] == '\n')
        cli_note(cli, "the value ends with a line's end; --trim leaves it out");
    if (!value->len)
        return err_set(err, ERR_USAGE, "the value of secret \"%s\" is empty", name);
    return 0;
}

static int check_key(const struct runtime *runtime, const char *key, struct err *err)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    if (!key)
        return 0;
    if (!runtime->secrets->has_keys)
        return err_set(err, ERR_USAGE, "--key: a secret of %s has one value, under its own name", runtime->name);
    bool is_path = strcmp(key, ".") == 0 || strcmp(key, "..") == 0;
    if (!*key || strspn(key, letters) != strlen(key) || is_path)
        return err_set(err, ERR_USAGE, "--key: \"%s\" is no key of letters, digits, -, _ and .", key);
    return 0;
}

/* doing: "create". */
static int put(struct cli *cli, const char *doing, bool is_new, struct err *err)
{
    const struct secret_opts *opts = cli->opts;
    const char *name = cli->args.v[0];
    CLEANUP(value_release) struct str value = STR_INIT_MAX(SECRET_VALUE_MAX);
    struct function_env env = {0};
    if (secret_check_name(name, err) != 0 || store_of(cli, &env, err) != 0 || check_key(env.runtime, opts->key, err) != 0)
        return -1;
    AUTOFREE char *what = xasprintf("%s secret %s", doing, name);
    if (read_value(cli, &value, err) != 0 || cli_confirm(cli, what, err) != 0)
        return -1;
    if (cli->dry_run != DRY_RUN_NONE) {
        cli_note(cli, "would %s of %zu bytes", what, value.len);
        return 0;
    }
    struct secret secret = {.name = name, .key = opts->key, .value = &value};
    const struct secret_store *store = env.runtime->secrets;
    if ((is_new ? store->create : store->update)(&env.env, &secret, err) != 0)
        return -1;
    cli_note(cli, "secret %s %sd", name, doing);
    if (is_new && store->has_keys)
        cli_hint(cli, "aiwf function deploy NAME --image IMAGE --volume /run/secrets/%s=secret:%s", name, name);
    else if (is_new)
        cli_hint(cli, "aiwf function deploy NAME --image IMAGE --secret %s", name);
    else
        cli_hint(cli, "instances that run keep the value they began with");
    return 0;
}

static int create(struct cli *cli, struct err *err) { return put(cli, "create", true, err); }
static int update(struct cli *cli, struct err *err) { return put(cli, "update", false, err); }

static int list(struct cli *cli, struct err *err)
{
    struct function_env env = {0};
    if (store_of(cli, &env, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *secrets = env.runtime->secrets->list(&env.env, err);
    return secrets ? cli_print_list(cli, "secret", secrets, err) : -1;
}

static int delete_one(struct cli *cli, const char *name, struct err *err)
{
    struct function_env env = {0};
    if (secret_check_name(name, err) != 0 || store_of(cli, &env, err) != 0)
        return -1;
    if (cli->dry_run != DRY_RUN_NONE) {
        cli_note(cli, "would delete secret %s", name);
        return 0;
    }
    if (env.runtime->secrets->remove(&env.env, name, err) != 0)
        return err->code == ERR_NOT_FOUND ? err_hint(err, "aiwf function secret list") : -1;
    cli_note(cli, "secret %s deleted", name);
    return 0;
}

static int delete_secrets(struct cli *cli, struct err *err)
{
    return cli_confirm_names(cli, "delete", "secret", err) != 0 ? -1 : cli_each_name(cli, delete_one, err);
}

static void complete_secrets(struct cli *cli, struct strv *names)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    struct function_env env = {0};
    if (function_env(cli, NULL, &env, &none) != 0 || !env.runtime->secrets)
        return;
    CLEANUP(node_free) node_t *secrets = env.runtime->secrets->list(&env.env, &none);
    complete_names_of(secrets, names);
}

static const struct arg new_arg[] = {{.name = "NAME", .help = "the secret's name"}, {0}};
static const struct arg name_arg[] = {{.name = "NAME", .help = "the secret", .complete = complete_secrets}, {0}};
static const struct arg names_arg[] = {{.name = "NAME", .help = "secrets", .many = true, .complete = complete_secrets}, {0}};

static const struct column list_columns[] = {
    {.title = "NAME", .path = "/name"},
    {.title = "NAMESPACE", .path = "/namespace"},
    {.title = "KEYS", .path = "/keys", .kind = CELL_LIST},
    {.title = "AGE", .path = "/created", .kind = CELL_AGE},
    {0},
};

static const struct example create_examples[] = {
    {"aiwf function secret create api-token -f token.txt --trim", "from a file"},
    {"aiwf function secret create db --key password --runtime knative", "asked for at the terminal, or from a pipe"},
    {0},
};
static const struct example list_examples[] = {
    {"aiwf function secret list", "names and keys; values are never shown"},
    {"aiwf function secret list -o json --jq '.items[].name'", "names for a script"},
    {0},
};
static const struct example update_examples[] = {
    {"aiwf function secret update api-token -f token.txt", "another value under the same name"},
    {"aiwf function secret update api-token --trim", "from standard input"},
    {0},
};
static const struct example delete_examples[] = {
    {"aiwf function secret delete api-token", "remove it; functions that ask for it no longer start"},
    {"aiwf function secret delete a b --yes", "several, without a question in a protected context"},
    {0},
};

static const struct cmd create_cmd = {
    .name = "create",
    .help = "keep a new secret",
    .about = "The value comes from -f FILE, from standard input, or is asked for at a terminal: never from the command line,\n"
             "where other users of the machine and the shell's history would see it.",
    .args = new_arg,
    .opts = put_opts,
    .opts_size = sizeof(struct secret_opts),
    .flags = CMD_CONTEXT | CMD_CHANGES,
    .examples = create_examples,
    .run = create,
};
static const struct cmd list_cmd = {
    .name = "list",
    .help = "list secrets, without their values",
    .opts = plain_opts,
    .opts_size = sizeof(struct secret_opts),
    .flags = CMD_CONTEXT | CMD_LIST,
    .columns = list_columns,
    .examples = list_examples,
    .run = list,
};
static const struct cmd update_cmd = {
    .name = "update",
    .help = "give a secret another value",
    .args = name_arg,
    .opts = put_opts,
    .opts_size = sizeof(struct secret_opts),
    .flags = CMD_CONTEXT | CMD_CHANGES,
    .examples = update_examples,
    .run = update,
};
static const struct cmd delete_cmd = {
    .name = "delete",
    .help = "delete secrets",
    .args = names_arg,
    .opts = plain_opts,
    .opts_size = sizeof(struct secret_opts),
    .flags = CMD_CONTEXT | CMD_CHANGES,
    .examples = delete_examples,
    .run = delete_secrets,
};

const struct cmd function_secret_cmd = {
    .name = "secret",
    .help = "secrets that functions read",
    .about =
        "On OpenFaaS they are the gateway's own, a file each below /var/openfaas/secrets. On Knative and as deployments they\n"
        "are Kubernetes Secrets that aiwf has made. Values go in and are never shown again.",
    .cmds = (const struct cmd *const[]){&create_cmd, &list_cmd, &update_cmd, &delete_cmd, NULL},
};
