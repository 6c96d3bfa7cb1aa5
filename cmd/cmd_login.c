/* Logging in to the context's cloud, and what that gives. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "openstack.h"

struct login_opts {
    bool force, revoke, exec_credential;
};

/* ---- who ---- */

static void copy_text(node_t *item, const char *key, const node_t *about, const char *pointer)
{
    const char *text = node_str(about, pointer, NULL);
    node_set(item, key, text ? node_new_str(text) : node_new_null());
}

static const char *scope_of(const node_t *about)
{
    static const char *const scopes[] = {"project", "domain", "system"};
    if (node_get(about, "OS-TRUST:trust"))
        return "trust";
    for (size_t i = 0; i < ARRAY_LEN(scopes); i++)
        if (node_get(about, scopes[i]))
            return scopes[i];
    return "none";
}

static void add_texts(node_t *item, const char *key, const node_t *list, const char *pointer)
{
    node_t *texts = node_set(item, key, node_new_array());
    for (const node_t *one = node_first(list); one; one = node_next(one))
        if (node_str(one, pointer, NULL))
            node_push(texts, node_new_str(node_str(one, pointer, NULL)));
}

/* Never the token itself. */
static node_t *describe(const struct openstack *os, bool was_kept)
{
    const node_t *about = os->token.about;
    CLEANUP(str_release) struct str expires = STR_INIT;
    rfc3339_print(&expires, os->token.expires_ms);
    node_t *item = node_new_object();
    node_set_str(item, "name", os->cloud.name);
    node_set_str(item, "source", os->cloud.source);
    node_set_str(item, "auth_url", cloud_auth(&os->cloud, "auth_url"));
    node_set(item, "region", os->cloud.region ? node_new_str(os->cloud.region) : node_new_null());
    copy_text(item, "user", about, "/user/name");
    copy_text(item, "user_id", about, "/user/id");
    copy_text(item, "user_domain", about, "/user/domain/name");
    node_set_str(item, "scope", scope_of(about));
    copy_text(item, "project", about, "/project/name");
    copy_text(item, "project_id", about, "/project/id");
    copy_text(item, "project_domain", about, "/project/domain/name");
    copy_text(item, "domain", about, "/domain/name");
    copy_text(item, "trust_id", about, "/OS-TRUST:trust/id");
    copy_text(item, "application_credential", about, "/application_credential/name");
    add_texts(item, "roles", node_get(about, "roles"), "/name");
    add_texts(item, "methods", node_get(about, "methods"), "");
    add_texts(item, "services", os->token.catalog, "/type");
    node_set_str(item, "expires_at", expires.buf);
    node_set_num(item, "expires_in_ms", (double)(os->token.expires_ms - clock_wall_ms()));
    node_set_bool(item, "kept", was_kept);
    return item;
}

/* ---- for kubectl ---- */

/* What kubectl says of itself in KUBERNETES_EXEC_INFO: the version of its API, which the answer must have too. */
static char *exec_version(struct openstack *os, struct err *err)
{
    static const char v1[] = "client.authentication.k8s.io/v1", v1beta1[] = "client.authentication.k8s.io/v1beta1";
    const char *info = getenv("KUBERNETES_EXEC_INFO");
    if (!info || !*info)
        return xstrdup(v1);
    CLEANUP(node_free) node_t *root = json_parse(info, strlen(info), "KUBERNETES_EXEC_INFO", err);
    if (!root) {
        err->code = ERR_USAGE;
        return NULL;
    }
    if (!node_bool(root, "/spec/interactive", true))
        os->asker = (struct asker){0};
    const char *version = node_str(root, "/apiVersion", "");
    if (strcmp(version, v1) == 0 || strcmp(version, v1beta1) == 0)
        return xstrdup(version);
    err_set(err, ERR_USAGE, "KUBERNETES_EXEC_INFO: apiVersion %s is not supported", *version ? version : "(none)");
    err_hint(err, "apiVersion: %s below exec in the kubeconfig", v1);
    return NULL;
}

static int exec_credential(struct cli *cli, struct openstack *os, struct err *err)
{
    const struct login_opts *opts = cli->opts;
    AUTOFREE char *version = exec_version(os, err);
    if (!version || openstack_login(os, opts->force, NULL, err) != 0)
        return -1;
    CLEANUP(str_release) struct str expires = STR_INIT;
    CLEANUP(str_release) struct str text = STR_INIT;
    CLEANUP(node_free) node_t *root = node_new_object();
    rfc3339_print(&expires, os->token.expires_ms);
    node_set_str(root, "apiVersion", version);
    node_set_str(root, "kind", "ExecCredential");
    node_t *status = node_set(root, "status", node_new_object());
    node_set_str(status, "token", os->token.id);
    node_set_str(status, "expirationTimestamp", expires.buf);
    json_print(root, &text);
    fprintf(cli->out, "%s\n", text.buf);
    explicit_bzero(text.buf, text.len);
    return 0;
}

/* ---- the verb ---- */

static int revoke(struct cli *cli, struct openstack *os, struct err *err)
{
    bool had = false;
    if (openstack_logout(os, &had, err) != 0)
        return -1;
    cli_note(cli, had ? "logged out of cloud %s; its token is revoked" : "no token is kept for cloud %s", os->cloud.name);
    return 0;
}

static int check_opts(const struct cli *cli, struct err *err)
{
    const struct login_opts *opts = cli->opts;
    if (opts->revoke && (opts->force || opts->exec_credential))
        return err_set(err, ERR_USAGE, "--revoke stands alone: it does not log in");
    if (opts->exec_credential && cli->jq)
        return err_set(err, ERR_USAGE, "--exec-credential has a form of its own: without --jq");
    return 0;
}

static int run(struct cli *cli, struct err *err)
{
    const struct login_opts *opts = cli->opts;
    CLEANUP(openstack_release) struct openstack os = {0};
    if (check_opts(cli, err) != 0 || cli_openstack(cli, &os, err) != 0)
        return -1;
    if (opts->revoke)
        return revoke(cli, &os, err);
    if (opts->exec_credential)
        return exec_credential(cli, &os, err);
    bool was_kept = false;
    if (openstack_login(&os, opts->force, &was_kept, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *item = describe(&os, was_kept);
    return cli_print_one(cli, "login", item, err);
}

static const struct opt opts[] = {
    {.name = "force",
     .type = OPT_FLAG,
     OPT(struct login_opts, force),
     .help = "log in anew, even when a kept token is still good"},
    {.name = "revoke",
     .type = OPT_FLAG,
     OPT(struct login_opts, revoke),
     .help = "log out: Keystone revokes the kept token, and it is deleted here"},
    {.name = "exec-credential",
     .type = OPT_FLAG,
     OPT(struct login_opts, exec_credential),
     .help = "print the token for kubectl, as an exec plugin does; nothing else ever prints one"},
    {0},
};
static const struct column columns[] = {
    {"CLOUD", "/name", CELL_TEXT, false},       {"USER", "/user", CELL_TEXT, false},
    {"PROJECT", "/project", CELL_TEXT, false},  {"ROLES", "/roles", CELL_LIST, false},
    {"SCOPE", "/scope", CELL_TEXT, false},      {"EXPIRES-IN", "/expires_in_ms", CELL_DURATION, false},
    {"REGION", "/region", CELL_TEXT, false},    {"AUTH-URL", "/auth_url", CELL_TEXT, true},
    {"SOURCE", "/source", CELL_TEXT, true},     {"METHODS", "/methods", CELL_LIST, true},
    {"SERVICES", "/services", CELL_LIST, true}, {0},
};
static const struct example examples[] = {
    {"aiwf login", "log in to the context's cloud, and say as whom"},
    {"aiwf login --cloud dc1 -o json --jq .project_id", "of another cloud, for a script"},
    {"aiwf login --cloud dc1 --exec-credential", "what a kubeconfig calls as users[].user.exec"},
    {"aiwf login --revoke", "log out"},
    {0},
};

const struct cmd cmd_login = {
    .name = "login",
    .group = "settings",
    .help = "log in to the context's OpenStack cloud",
    .about = "Which cloud, and how to log in there, is clouds.yaml's word (see aiwf cluster --help). Every command logs in\n"
             "by itself when it must; the token is kept until it ends, in a file that only you can read. This one says who\n"
             "you are there, and until when. On a terminal, a password that is not in clouds.yaml and the passcode of a\n"
             "second factor (TOTP) are asked for, without showing them; without one, OS_PASSWORD and OS_PASSCODE do it.\n"
             "\n"
             "--exec-credential prints a client.authentication.k8s.io ExecCredential with the token, for clusters whose API\n"
             "takes Keystone's tokens. It is the one place where a token is printed.",
    .opts = opts,
    .opts_size = sizeof(struct login_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .columns = columns,
    .examples = examples,
    .run = run,
};
