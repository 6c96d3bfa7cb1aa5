#include "kube/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/program.h"
#include "base/sig.h"

enum { ANSWER_MAX_BYTES = 1 << 20, FRESH_MS = 10000 };
static const char info_name[] = "KUBERNETES_EXEC_INFO=";

void kube_exec_release(struct kube_exec *exec)
{
    node_free(exec->config);
    node_free(exec->cluster);
    free(exec->folder);
    *exec = (struct kube_exec){0};
}

static void wipe(char *secret)
{
    if (secret)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

void kube_credential_release(struct kube_credential *credential)
{
    wipe(credential->token);
    wipe(credential->cert_pem);
    wipe(credential->key_pem);
    *credential = (struct kube_credential){0};
}

bool kube_credential_is_fresh(const struct kube_credential *credential)
{
    return !credential->expires_ms || credential->expires_ms - clock_wall_ms() > FRESH_MS;
}

static const char *text(const struct kube_exec *exec, const char *pointer) { return node_str(exec->config, pointer, ""); }

static bool is_v1(const struct kube_exec *exec)
{
    return strcmp(text(exec, "/apiVersion"), "client.authentication.k8s.io/v1") == 0;
}

int kube_exec_check(const struct kube_exec *exec, struct err *err)
{
    static const char *const modes[] = {"Never", "IfAvailable", "Always"};
    if (!*text(exec, "/command"))
        return err_set(err, ERR_USAGE, "exec has no command");
    if (!is_v1(exec) && strcmp(text(exec, "/apiVersion"), "client.authentication.k8s.io/v1beta1") != 0) {
        err_set(err, ERR_USAGE, "exec has the apiVersion \"%s\", which is not known", text(exec, "/apiVersion"));
        return err_hint(err, "client.authentication.k8s.io/v1 or v1beta1, as the program's manual says");
    }
    const char *mode = text(exec, "/interactiveMode");
    for (size_t i = 0; i < ARRAY_LEN(modes); i++)
        if (strcmp(mode, modes[i]) == 0)
            return 0;
    if (!*mode && !is_v1(exec))
        return 0;
    err_set(err, ERR_USAGE, *mode ? "exec has the interactiveMode \"%s\"" : "exec has no interactiveMode%s", mode);
    return err_hint(err, "Never, IfAvailable or Always");
}

/* ---- what it is given ---- */

static int may_ask(const struct kube_exec *exec, bool *ret, struct err *err)
{
    const char *mode = text(exec, "/interactiveMode");
    bool has_terminal = isatty(STDIN_FILENO);
    *ret = has_terminal && strcmp(mode, "Never") != 0;
    if (strcmp(mode, "Always") != 0 || has_terminal)
        return 0;
    err_set(err, ERR_AUTH, "%s wants to ask for a login, but standard input is no terminal", text(exec, "/command"));
    return err_hint(err, "log in at a terminal first, or use another user of the kubeconfig");
}

static char *exec_info(const struct kube_exec *exec, bool interactive)
{
    CLEANUP(node_free) node_t *info = node_new_object();
    CLEANUP(str_release) struct str line = STR_INIT;
    node_set_str(info, "kind", "ExecCredential");
    node_set_str(info, "apiVersion", text(exec, "/apiVersion"));
    node_t *spec = node_set(info, "spec", node_new_object());
    node_set_bool(spec, "interactive", interactive);
    if (node_bool(exec->config, "/provideClusterInfo", false) && exec->cluster)
        node_set(spec, "cluster", node_copy(exec->cluster));
    str_add(&line, info_name);
    json_print(info, &line);
    return str_detach(&line);
}

/* "NAME=" of a variable that the program gets from elsewhere. */
static bool is_given(const struct kube_exec *exec, const char *variable)
{
    if (str_starts(variable, info_name))
        return true;
    for (const node_t *env = node_first(node_get(exec->config, "env")); env; env = node_next(env)) {
        const char *name = node_str(env, "/name", "");
        size_t len = strlen(name);
        if (len && strncmp(variable, name, len) == 0 && variable[len] == '=')
            return true;
    }
    return false;
}

static void make_environment(const struct kube_exec *exec, bool interactive, struct strv *env)
{
    for (char **variable = environ; *variable; variable++)
        if (!is_given(exec, *variable))
            strv_add(env, *variable);
    for (const node_t *given = node_first(node_get(exec->config, "env")); given; given = node_next(given))
        if (*node_str(given, "/name", ""))
            strv_addf(env, "%s=%s", node_str(given, "/name", ""), node_str(given, "/value", ""));
    strv_take(env, exec_info(exec, interactive));
}

/* ---- running it ---- */

struct run {
    struct strv argv, env;
    bool interactive;
    pid_t pid;
    int out; /* its standard output */
};

static int spawn(struct run *run, int out)
{
    const struct program_fd fds[] = {{STDOUT_FILENO, out}, {STDIN_FILENO, -1}};
    const struct program program = {.argv = run->argv.v, .env = run->env.v, .fds = fds, .n_fds = run->interactive ? 1 : 2};
    return program_start(&program, &run->pid);
}

/* 0: there was something, or the end (*ret_len 0); -1: interrupted, or a failure. */
static int read_some(int fd, char *buffer, size_t size, size_t *ret_len)
{
    for (;;) {
        struct pollfd fds[] = {{.fd = fd, .events = POLLIN}, {.fd = sig_fd(), .events = POLLIN}};
        if (sig_interrupted())
            return -1;
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            return -1;
        if (!(fds[0].revents & (POLLIN | POLLHUP)))
            continue;
        ssize_t len = read(fd, buffer, size);
        if (len < 0 && errno == EINTR)
            continue;
        *ret_len = len > 0 ? (size_t)len : 0;
        return len < 0 ? -1 : 0;
    }
}

static int read_answer(int fd, struct str *answer)
{
    char buffer[4096];
    size_t len = 1;
    int rc = 0;
    while (len && (rc = read_some(fd, buffer, sizeof(buffer), &len)) == 0)
        str_addn(answer, buffer, len);
    explicit_bzero(buffer, sizeof(buffer));
    return rc;
}

static int with_install_hint(const struct kube_exec *exec, struct err *err)
{
    CLEANUP(str_release) struct str hint = STR_INIT;
    const char *given = text(exec, "/installHint");
    given += strspn(given, " \t\r\n");
    str_add_safe(&hint, given, strcspn(given, "\r\n"), false);
    return hint.len ? err_hint(err, "%s", hint.buf) : -1;
}

static int no_start(const struct kube_exec *exec, const char *program, int number, struct err *err)
{
    err_set(err, ERR_AUTH, "cannot log in: cannot run %s", program);
    err_why(err, "%s", strerror(number));
    if (number == ENOENT)
        err_hint(err, "install it, or correct exec.command of the kubeconfig");
    return with_install_hint(exec, err);
}

static int bad_end(const struct kube_exec *exec, const char *program, int status, struct err *err)
{
    err_set(err, ERR_AUTH, "cannot log in: %s failed", program);
    if (WIFSIGNALED(status))
        err_why(err, "it was ended by signal %d", WTERMSIG(status));
    else
        err_why(err, "it ended with code %d", WEXITSTATUS(status));
    return with_install_hint(exec, err);
}

static int run_program(const struct kube_exec *exec, struct run *run, struct str *answer, struct err *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_sys(err, ERR_FAILED, "cannot make a pipe");
    AUTOCLOSE int out = ends[0];
    int number = spawn(run, ends[1]);
    close(ends[1]);
    if (number != 0)
        return no_start(exec, run->argv.v[0], number, err);
    int rc = read_answer(out, answer);
    if (rc != 0)
        kill(run->pid, SIGTERM);
    int status = program_wait(run->pid);
    if (sig_interrupted())
        return err_set(err, ERR_INTERRUPTED, "interrupted");
    return rc == 0 && status == 0 ? 0 : bad_end(exec, run->argv.v[0], status, err);
}

/* ---- what it answers ---- */

static int bad_answer(const struct kube_exec *exec, struct err *err, const char *why)
{
    err_set(err, ERR_AUTH, "cannot log in: the answer of %s is not usable", text(exec, "/command"));
    return err_why(err, "%s", why);
}

static char *text_or_null(const node_t *status, const char *key)
{
    const char *value = node_text(node_get(status, key));
    return value && *value ? xstrdup(value) : NULL;
}

static const char *read_status(const node_t *status, struct kube_credential *ret)
{
    const char *expires = node_str(status, "/expirationTimestamp", NULL);
    ret->token = text_or_null(status, "token");
    ret->cert_pem = text_or_null(status, "clientCertificateData");
    ret->key_pem = text_or_null(status, "clientKeyData");
    if (!ret->token && !ret->cert_pem && !ret->key_pem)
        return "it has neither a token nor a certificate";
    if (!ret->cert_pem != !ret->key_pem)
        return "it has a certificate or a key, not both";
    if (ret->token && ret->token[strcspn(ret->token, " \t\r\n")])
        return "its token has white space in it";
    if (expires && !rfc3339_parse(expires, &ret->expires_ms))
        return "its expirationTimestamp is no RFC 3339 time";
    return NULL;
}

static int read_credential(const struct kube_exec *exec, const struct str *answer, struct kube_credential *ret, struct err *err)
{
    CLEANUP(err_release) struct err json_err = ERR_INIT;
    if (answer->truncated)
        return bad_answer(exec, err, "it is over 1 MiB");
    node_t *root = json_parse(answer->buf, answer->len, "it", &json_err);
    if (!root)
        return bad_answer(exec, err, json_err.what);
    const char *fault = NULL;
    if (strcmp(node_str(root, "/kind", ""), "ExecCredential") != 0)
        fault = "it is no ExecCredential";
    else if (strcmp(node_str(root, "/apiVersion", ""), text(exec, "/apiVersion")) != 0)
        fault = "its apiVersion is not that of the kubeconfig";
    else if (node_type(node_get(root, "status")) != NODE_OBJECT)
        fault = "it has no status";
    else
        fault = read_status(node_get(root, "status"), ret);
    node_wipe(root);
    if (!fault)
        return 0;
    kube_credential_release(ret);
    return bad_answer(exec, err, fault);
}

int kube_exec_run(const struct kube_exec *exec, struct kube_credential *ret, struct err *err)
{
    struct run run = {0};
    CLEANUP(str_release) struct str answer = STR_INIT_MAX(ANSWER_MAX_BYTES);
    const char *command = text(exec, "/command");
    *ret = (struct kube_credential){0};
    if (kube_exec_check(exec, err) != 0 || may_ask(exec, &run.interactive, err) != 0)
        return -1;
    strv_take(&run.argv, strchr(command, '/') ? path_resolve(exec->folder, command) : xstrdup(command));
    for (const node_t *arg = node_first(node_get(exec->config, "args")); arg; arg = node_next(arg))
        strv_add(&run.argv, node_text(arg) ? node_text(arg) : "");
    make_environment(exec, run.interactive, &run.env);
    int rc = run_program(exec, &run, &answer, err);
    if (rc == 0)
        rc = read_credential(exec, &answer, ret, err);
    explicit_bzero(answer.buf, answer.len);
    strv_release(&run.argv);
    strv_release(&run.env);
    return rc;
}
