#include "metrics/grafana.h"

#include <stdlib.h>
#include <string.h>

#include "metrics/login.h"
#include "net/url.h"

enum { TOTAL_MS = 60000 };

void grafana_release(struct grafana *grafana)
{
    free(grafana->base);
    http_free(grafana->http);
    *grafana = (struct grafana){0};
}

static bool gets_token(const struct context *context, const char *base, bool is_given)
{
    const char *own = context_get(context, SETTING_grafana);
    if (!context_get(context, SETTING_grafana_token_file))
        return false;
    if (context->origins[SETTING_grafana_token_file] != ORIGIN_FILE)
        return true;
    if (!own || context->origins[SETTING_grafana] != ORIGIN_FILE)
        return false;
    CLEANUP(str_release) struct str first = STR_INIT;
    CLEANUP(str_release) struct str second = STR_INIT;
    url_origin(&first, own);
    url_origin(&second, base);
    return !is_given || (first.len && str_eq(first.buf, second.buf));
}

int grafana_open(struct grafana *ret, const struct context *context, const struct grafana_settings *settings, struct err *err)
{
    const char *url = settings->url ? settings->url : context_get(context, SETTING_grafana);
    struct str token = STR_INIT_MAX(PROM_SECRET_MAX);
    if (!url) {
        err_set(err, ERR_USAGE, "no Grafana is configured in context %s", context->name);
        return err_hint(err, "--grafana URL, AIWF_GRAFANA=URL, or grafana in the context; its token: grafana-token-file");
    }
    *ret = (struct grafana){.base = url_check(url, err)};
    if (!ret->base)
        return err_hint(err, "--grafana http://HOST:3000");
    struct http_settings http = {
        .ca_file = context_get(context, SETTING_ca_file),
        .insecure = str_eq(context_get(context, SETTING_insecure), "true"),
        .auth_url = ret->base,
        .total_ms = TOTAL_MS,
        .trace = settings->trace,
        .timing = settings->timing,
    };
    bool has_token = gets_token(context, ret->base, settings->url != NULL);
    int rc = has_token ? prom_secret_read(&token, context_get(context, SETTING_grafana_token_file), err) : 0;
    http.bearer = has_token ? token.buf : NULL;
    ret->http = rc == 0 ? http_new(&http, err) : NULL;
    explicit_bzero(token.buf, token.len);
    str_release(&token);
    if (ret->http)
        return 0;
    grafana_release(ret);
    return err_wrap(err, "cannot ask Grafana");
}

struct call {
    const char *method, *path, *arg, *query; /* query: NAME=VALUE of a tag; NULL: none */
    const node_t *body;
};

static int refused(const struct grafana *grafana, const struct http_response *res, const node_t *answer, struct err *err)
{
    enum err_code code = res->status == 401 || res->status == 403   ? ERR_AUTH
                         : res->status == 404                       ? ERR_NOT_FOUND
                         : res->status == 409 || res->status == 412 ? ERR_CONFLICT
                                                                    : ERR_FAILED;
    err_set(err, code, "%s answers HTTP %d", grafana->base, res->status);
    err_why(err, "%s", node_str(answer, "/message", "it does not say why: is it a Grafana?"));
    return code == ERR_AUTH ? err_hint(err, "grafana-token-file of the context: a service account's that may edit dashboards")
                            : -1;
}

/* The answer; NULL: err is set. */
static node_t *ask(const struct grafana *grafana, const struct call *call, struct err *err)
{
    static const char *const headers[] = {"Accept: application/json", "Content-Type: application/json", NULL};
    CLEANUP(str_release) struct str url = STR_INIT;
    CLEANUP(str_release) struct str body = STR_INIT;
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    url_path(&url, grafana->base, call->path, call->arg, NULL);
    url_query(&url, "tag", call->query);
    if (call->body)
        json_print(call->body, &body);
    struct http_request request = {
        .method = call->method, .url = url.buf, .headers = headers, .body = body.buf, .body_len = body.len};
    if (http_do(grafana->http, &request, &res, err) != 0) {
        err_wrap(err, "cannot ask Grafana at %s", grafana->base);
        return NULL;
    }
    node_t *answer = json_parse(res.body.buf, res.body.len, "answer of Grafana", &ignored);
    if (res.status / 100 == 2 && answer)
        return answer;
    refused(grafana, &res, answer, err);
    node_free(answer);
    return NULL;
}

/* Grafana numbers them and counts their versions. */
static node_t *without_numbers(const node_t *dashboard)
{
    node_t *copy = node_copy(dashboard);
    node_delete(copy, "id");
    node_delete(copy, "version");
    return copy;
}

const char *grafana_compare(const struct grafana *grafana, const node_t *dashboard, struct err *err)
{
    CLEANUP(err_release) struct err why = ERR_INIT;
    struct call call = {.path = "/api/dashboards/uid/{}", .arg = node_str(dashboard, "/uid", "")};
    CLEANUP(node_free) node_t *answer = ask(grafana, &call, &why);
    if (!answer && why.code == ERR_NOT_FOUND)
        return "new";
    if (!answer) {
        err_move(err, &why);
        return NULL;
    }
    CLEANUP(node_free) node_t *own = without_numbers(dashboard);
    CLEANUP(node_free) node_t *theirs = without_numbers(node_get(answer, "dashboard"));
    return node_equal(own, theirs) ? "same" : "changed";
}

int grafana_folder(const struct grafana *grafana, const char *uid, const char *title, struct err *err)
{
    CLEANUP(err_release) struct err why = ERR_INIT;
    CLEANUP(node_free) node_t *body = node_new_object();
    node_set_str(body, "uid", uid);
    node_set_str(body, "title", title);
    struct call call = {.method = "POST", .path = "/api/folders", .body = body};
    CLEANUP(node_free) node_t *answer = ask(grafana, &call, &why);
    return answer || why.code == ERR_CONFLICT ? 0 : err_move(err, &why);
}

int grafana_save(const struct grafana *grafana, const node_t *dashboard, const char *folder_uid, struct err *err)
{
    CLEANUP(node_free) node_t *body = node_new_object();
    node_set(body, "dashboard", node_copy(dashboard));
    node_set_str(body, "folderUid", folder_uid);
    node_set_str(body, "message", "aiwf dashboard push");
    node_set_bool(body, "overwrite", true);
    struct call call = {.method = "POST", .path = "/api/dashboards/db", .body = body};
    CLEANUP(node_free) node_t *answer = ask(grafana, &call, err);
    return answer ? 0 : -1;
}

int grafana_delete(const struct grafana *grafana, const char *uid, struct err *err)
{
    struct call call = {.method = "DELETE", .path = "/api/dashboards/uid/{}", .arg = uid};
    CLEANUP(node_free) node_t *answer = ask(grafana, &call, err);
    return answer ? 0 : -1;
}

node_t *grafana_list(const struct grafana *grafana, const char *tag, struct err *err)
{
    struct call call = {.path = "/api/search", .query = tag};
    CLEANUP(node_free) node_t *answer = ask(grafana, &call, err);
    if (!answer)
        return NULL;
    node_t *list = node_new_array();
    for (const node_t *found = node_first(answer); found; found = node_next(found)) {
        node_t *item = node_push(list, node_new_object());
        node_set_str(item, "name", node_str(found, "/uid", NULL));
        node_set_str(item, "title", node_str(found, "/title", NULL));
        node_set_str(item, "folder", node_str(found, "/folderTitle", NULL));
        node_set_str(item, "url", node_str(found, "/url", NULL));
    }
    return list;
}
