#include "local/client.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>

#include "base/file.h"
#include "local/child.h"
#include "net/url.h"

enum { GATEWAY_JSON_MAX = 64 << 10, PASSWORD_MAX = 4096, ASK_MS = 5000 };

void local_gateway_release(struct local_gateway *gateway)
{
    free(gateway->url);
    free(gateway->user);
    free(gateway->password_file);
    node_free(gateway->json);
    *gateway = LOCAL_GATEWAY_INIT;
}

char *local_state_dir(void) { return path_state("local"); }

static int not_running(struct err *err)
{
    err_set(err, ERR_UNREACHABLE, "the local runtime is not running");
    return err_hint(err, "aiwf local up");
}

static node_t *read_gateway_json(const char *state_dir, struct err *err)
{
    AUTOFREE char *path = path_join(state_dir, "gateway.json");
    CLEANUP(str_release) struct str text = STR_INIT_MAX(GATEWAY_JSON_MAX);
    if (file_read(path, &text, err) != 0) {
        if (err->code == ERR_NOT_FOUND)
            not_running(err);
        return NULL;
    }
    return json_parse(text.buf, text.len, path, err);
}

/* A process that has ended counts as gone although nobody has reaped it yet. */
static bool is_alive(pid_t pid)
{
    AUTOCLOSE int pidfd = pidfd_open(pid, 0);
    struct pollfd fd = {.fd = pidfd, .events = POLLIN};
    return pidfd >= 0 && poll(&fd, 1, 0) == 0;
}

/* The number alone says little: it may have been given to another program since. */
static bool is_same_process(const node_t *json, pid_t pid)
{
    if (!is_alive(pid))
        return false;
    int64_t ticks = node_int(json, "/start_ticks", 0);
    return ticks == 0 || (uint64_t)ticks == child_start_ticks(pid);
}

int local_gateway_find(const char *state_dir, struct local_gateway *ret, struct err *err)
{
    CLEANUP(node_free) node_t *json = read_gateway_json(state_dir, err);
    if (!json)
        return -1;
    int64_t pid = node_int(json, "/pid", 0);
    const char *url = node_str(json, "/gateway", NULL);
    if (pid <= 1 || pid > INT32_MAX || !url || !is_same_process(json, (pid_t)pid))
        return not_running(err);
    *ret = (struct local_gateway){
        .pid = (pid_t)pid,
        .url = xstrdup(url),
        .user = xstrdup(node_str(json, "/user", "admin")),
        .password_file = xstrdup_or_null(node_str(json, "/password_file", NULL)),
        .json = TAKE(json),
    };
    return 0;
}

struct http *local_gateway_http(const struct local_gateway *gateway, FILE *trace, struct err *err)
{
    CLEANUP(str_release) struct str password = STR_INIT_MAX(PASSWORD_MAX);
    if (gateway->password_file && file_read(gateway->password_file, &password, err) != 0)
        return NULL;
    str_cut(&password, strcspn(password.buf, "\r\n"));
    struct http_settings settings = {
        .user = gateway->user,
        .password = password.buf,
        .connect_ms = ASK_MS,
        .first_byte_ms = ASK_MS,
        .retries = -1,
        .trace = trace,
    };
    return http_new(&settings, err);
}

int local_gateway_ping(struct http *http, const struct local_gateway *gateway, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    struct http_request req = {.url = url_path(&url, gateway->url, "/healthz", NULL), .once = true};
    if (http_do(http, &req, &res, err) != 0)
        return -1;
    return http_check(&res, err, "the local gateway is not well");
}

node_t *local_gateway_status(struct http *http, const struct local_gateway *gateway, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    struct http_request req = {.url = url_path(&url, gateway->url, "/system/aiwf/status", NULL)};
    if (http_do(http, &req, &res, err) != 0 || http_check(&res, err, "the local gateway does not tell its status") != 0)
        return NULL;
    return json_parse(res.body.buf, res.body.len, "the gateway's status", err);
}

static void fill(struct context *context, enum setting setting, const char *value)
{
    if (value && !context->values[setting])
        context->values[setting] = xstrdup(value);
}

int local_client_fill(struct context *context, struct err *err)
{
    const char *url = context_get(context, SETTING_openfaas);
    bool complete = url && context_get(context, SETTING_password_file);
    if (!context->is_local || complete)
        return 0;

    AUTOFREE char *state_dir = local_state_dir();
    CLEANUP(local_gateway_release) struct local_gateway gateway = LOCAL_GATEWAY_INIT;
    CLEANUP(err_release) struct err none = ERR_INIT;
    if (local_gateway_find(state_dir, &gateway, &none) != 0)
        return url ? 0 : err_move(err, &none);
    if (url && !str_eq(url, gateway.url))
        return 0;
    fill(context, SETTING_openfaas, gateway.url);
    fill(context, SETTING_user, gateway.user);
    fill(context, SETTING_password_file, gateway.password_file);
    return 0;
}
