/* Functions as OpenWhisk actions (facts: apache/openwhisk, apiv1swagger.json, docs/rest_api.md): NAME, or PACKAGE/NAME. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "net/rest.h"
#include "net/url.h"
#include "serverless/features.h"
#include "serverless/openwhisk.h"
#include "serverless/whisk_schedule.h"
#include "serverless/zip.h"
#include "wait/wait.h"

extern const struct runtime runtime_openwhisk;

static int access_of(const struct context *context, struct runtime_access *ret, struct err *err)
{
    CLEANUP(whisk_props_release) struct whisk_props props = {0};
    if (whisk_props_of(context, &props, err) != 0)
        return -1;
    ret->url = TAKE(props.host);
    ret->user = TAKE(props.user);
    ret->password = TAKE(props.password);
    ret->cert_file = TAKE(props.cert_file);
    ret->key_file = TAKE(props.key_file);
    return 0;
}

/* "https://HOST/api/v1/namespaces/_"; NULL with err set. The caller frees. */
static char *base_url(const struct runtime_env *env, struct err *err)
{
    CLEANUP(whisk_release) struct whisk whisk;
    return whisk_open(&whisk, env->http, env->context, err) == 0 ? whisk_base(&whisk) : NULL;
}

/* What stands before and after the one slash of PACKAGE/NAME. */
struct whisk_name {
    char *package, *name; /* package NULL: none */
};
static void whisk_name_release(struct whisk_name *name)
{
    free(name->package);
    free(name->name);
}
DEFINE_CLEANUP(struct whisk_name, whisk_name_release)

static int split_name(const char *text, struct whisk_name *ret, struct err *err)
{
    const char *slash = strchr(text, '/');
    *ret = (struct whisk_name){0};
    if (!*text || slash == text || (slash && (!slash[1] || strchr(slash + 1, '/'))))
        return err_set(err, ERR_USAGE, "\"%s\" is not NAME or PACKAGE/NAME", text);
    ret->package = slash ? xstrndup(text, (size_t)(slash - text)) : NULL;
    ret->name = xstrdup(slash ? slash + 1 : text);
    return 0;
}

/* The URL of an action, or of what it has under another noun ("web"). NULL with err set; the caller frees. */
static char *action_url(const struct runtime_env *env, const char *text, struct err *err)
{
    CLEANUP(whisk_name_release) struct whisk_name name = {0};
    CLEANUP(str_release) struct str url = STR_INIT;
    AUTOFREE char *base = split_name(text, &name, err) == 0 ? base_url(env, err) : NULL;
    if (!base)
        return NULL;
    url_path(&url, base, "/actions", NULL);
    if (name.package)
        url_path(&url, "", "/{}", name.package, NULL);
    url_path(&url, "", "/{}", name.name, NULL);
    return str_detach(&url);
}

static int no_action(const char *name, struct err *err)
{
    if (err->code == ERR_NOT_FOUND) {
        err_set(err, ERR_NOT_FOUND, "there is no function \"%s\"", name);
        err_hint(err, "aiwf function list");
    }
    return -1;
}

/* ---- list, show ---- */

static node_t *list(const struct runtime_env *env, struct err *err)
{
    CLEANUP(whisk_release) struct whisk whisk;
    bool is_open = whisk_open(&whisk, env->http, env->context, err) == 0;
    CLEANUP(node_free) node_t *actions = is_open ? whisk_list(&whisk, "actions", err) : NULL;
    if (!actions)
        return NULL;
    node_t *functions = node_new_array();
    for (const node_t *action = node_first(actions); action; action = node_next(action))
        node_push(functions, whisk_function(action, NULL));
    return functions;
}

/* The latest activations of an action, newest first. since_ms: of the wall clock; 0: any. */
static node_t *activations_of(const struct runtime_env *env, const char *name, int64_t limit, int64_t since_ms, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    AUTOFREE char *base = base_url(env, err);
    if (!base)
        return NULL;
    url_path(&url, base, "/activations", NULL);
    url_query(&url, "name", name);
    str_addf(&url, "&docs=true&limit=%lld", (long long)(limit < WHISK_LIST_MAX ? limit : WHISK_LIST_MAX));
    if (since_ms)
        str_addf(&url, "&since=%lld", (long long)since_ms);
    AUTOFREE char *failing = xasprintf("cannot list the activations of function \"%s\"", name);
    node_t *activations = rest_get(env->http, url.buf, failing, err);
    for (node_t *one = node_first(activations), *next; one; one = next) {
        next = node_next(one);
        if (!whisk_is_of(one, name))
            node_free(node_detach(activations, one));
    }
    return activations;
}

static node_t *action_of(const struct runtime_env *env, const char *name, bool code, struct err *err)
{
    AUTOFREE char *action = action_url(env, name, err);
    if (!action)
        return NULL;
    AUTOFREE char *url = xasprintf("%s?code=%s", action, code ? "true" : "false");
    AUTOFREE char *failing = xasprintf("cannot show function \"%s\"", name);
    node_t *answer = rest_get(env->http, url, failing, err);
    if (!answer)
        no_action(name, err);
    return answer;
}

static node_t *show(const struct runtime_env *env, const char *name, struct err *err)
{
    enum { LATELY = 100 };
    CLEANUP(node_free) node_t *action = action_of(env, name, false, err);
    if (!action)
        return NULL;
    CLEANUP(err_release) struct err unseen = ERR_INIT; /* then nothing is known of how it went */
    CLEANUP(node_free) node_t *activations = activations_of(env, name, LATELY, 0, &unseen);
    node_t *function = whisk_function(action, activations);
    CLEANUP(err_release) struct err none = ERR_INIT;
    AUTOFREE char *url = action_url(env, name, &none);
    node_set_str(function, "url", url);
    return function;
}

/* ---- deploy, delete ---- */

static int put(const struct runtime_env *env, const char *url, const node_t *body, const char *failing, struct err *err)
{
    struct rest_call call = {.method = "PUT", .url = url, .body = body, .failing = failing};
    return rest_do(env->http, &call, NULL, err);
}

static int make_package(const struct runtime_env *env, const char *package, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    CLEANUP(err_release) struct err one = ERR_INIT;
    CLEANUP(node_free) node_t *body = node_new_object();
    AUTOFREE char *base = base_url(env, err);
    AUTOFREE char *failing = xasprintf("cannot make package \"%s\"", package);
    if (!base)
        return -1;
    url_path(&url, base, "/packages/{}", package, NULL);
    str_add(&url, "?overwrite=false");
    if (put(env, url.buf, body, failing, &one) == 0 || one.code == ERR_CONFLICT)
        return 0;
    return err_move(err, &one);
}

/* The annotation "schedule", as on OpenFaaS. */
static const char *schedule_of(const struct function_spec *spec)
{
    static const char key[] = "schedule=";
    const struct strv *annotations = &function_detail(spec)->annotations;
    for (size_t i = 0; i < annotations->n; i++)
        if (str_starts(annotations->v[i], key))
            return annotations->v[i] + strlen(key);
    return NULL;
}

/* cron NULL: by no clock, any more. */
static int schedule(const struct runtime_env *env, const char *action, const char *cron, struct err *err)
{
    CLEANUP(whisk_release) struct whisk whisk;
    struct whisk_schedule schedule = {.whisk = &whisk, .action = action};
    if (whisk_open(&whisk, env->http, env->context, err) != 0)
        return -1;
    return cron ? whisk_schedule_set(&schedule, cron, err) : whisk_schedule_drop(&schedule, err);
}

static int deploy(const struct runtime_env *env, const struct function_spec *spec, bool replace, struct err *err)
{
    CLEANUP(whisk_name_release) struct whisk_name name = {0};
    CLEANUP(str_release) struct str code = STR_INIT;
    if (whisk_check(spec, err) != 0 || split_name(spec->name, &name, err) != 0)
        return -1;
    if (spec->source && zip_folder(spec->source, WHISK_CODE_MAX, &code, err) != 0)
        return err_wrap(err, "cannot pack --source");
    AUTOFREE char *action = action_url(env, spec->name, err);
    if (!action || (name.package && make_package(env, name.package, err) != 0))
        return -1;
    AUTOFREE char *url = xasprintf("%s?overwrite=%s", action, replace ? "true" : "false");
    AUTOFREE char *failing = xasprintf("cannot deploy function \"%s\"", spec->name);
    CLEANUP(node_free) node_t *body = whisk_action(spec, spec->source ? &code : NULL);
    const char *cron = schedule_of(spec);
    if (put(env, url, body, failing, err) == 0)
        return cron || replace ? schedule(env, spec->name, cron, err) : 0;
    if (err->code != ERR_CONFLICT)
        return -1;
    err_set(err, ERR_CONFLICT, "function \"%s\" exists already", spec->name);
    return err_hint(err, "--replace, or --if-not-exists");
}

static node_t *spec_json(const struct function_spec *spec)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(str_release) struct str code = STR_INIT;
    bool has_code = spec->source && zip_folder(spec->source, WHISK_CODE_MAX, &code, &none) == 0;
    return whisk_action(spec, has_code ? &code : NULL);
}

static int remove_function(const struct runtime_env *env, const char *name, struct err *err)
{
    AUTOFREE char *url = action_url(env, name, err);
    AUTOFREE char *failing = xasprintf("cannot delete function \"%s\"", name);
    struct rest_call call = {.method = "DELETE", .url = url, .failing = failing};
    if (!url)
        return -1;
    return rest_do(env->http, &call, NULL, err) == 0 ? schedule(env, name, NULL, err) : no_action(name, err);
}

/* ---- invoke ---- */

/* Its record is there some time after its id. */
struct recording {
    const struct runtime_env *env;
    const char *url;
    node_t *activation;
};

static enum wait_state look_for_record(void *arg, struct str *note, struct err *err)
{
    struct recording *recording = arg;
    str_add(note, "running");
    recording->activation = rest_get(recording->env->http, recording->url, "cannot show the activation", err);
    if (recording->activation)
        return WAIT_DONE;
    bool passing = err->code == ERR_NOT_FOUND || err->code == ERR_UNREACHABLE;
    if (err->code == ERR_NOT_FOUND)
        err_clear(err);
    return passing ? WAIT_PENDING : WAIT_FAILED;
}

static node_t *wait_for_record(const struct runtime_env *env, const char *id, int64_t timeout_ms, struct err *err)
{
    enum { USUAL_MS = 600000 }; /* an action's limit is five minutes, usually; its time in a queue comes before */
    CLEANUP(str_release) struct str url = STR_INIT;
    AUTOFREE char *base = base_url(env, err);
    if (!base)
        return NULL;
    url_path(&url, base, "/activations/{}", id, NULL);
    AUTOFREE char *what = xasprintf("activation %s", id);
    struct recording recording = {.env = env, .url = url.buf};
    struct wait waiting = {
        .what = what, .look = look_for_record, .arg = &recording, .timeout_ms = timeout_ms > 0 ? timeout_ms : USUAL_MS};
    return wait_for(&waiting, err) == 0 ? recording.activation : NULL;
}

static void add_part(struct http_response *res, const char *part, double ms)
{
    if (!isnan(ms))
        strv_addf(&res->headers, "x-aiwf-%s-ms: %.0f", part, ms);
}

static int judge(const struct invoke_request *req, const node_t *activation, struct err *err)
{
    const char *status = node_str(activation, "/response/status", "success");
    if (strcmp(status, "whisk internal error") != 0)
        return 0; /* it answered; what it says of an error of its own is its answer */
    err_set(err, ERR_WORKLOAD, "function \"%s\" could not run", req->name);
    const char *why = node_str(activation, "/response/result/error", NULL);
    if (why)
        err_why(err, "%s", why);
    return err_hint(err, "aiwf function logs %s", req->name);
}

/* The answer as the other runtimes give it: the result is the body, and headers tell the rest. */
static int answer(const struct invoke_request *req, const node_t *activation, struct http_response *res, struct err *err)
{
    struct whisk_times times = whisk_times(activation);
    const node_t *result = node_at(activation, "/response/result");
    str_reset(&res->body);
    if (result) {
        json_print(result, &res->body);
        str_addc(&res->body, '\n');
    }
    res->status = node_bool(activation, "/response/success", true) ? 200 : 502;
    strv_addf(&res->headers, "x-aiwf-start: %s", isnan(times.init_ms) ? "warm" : "cold");
    strv_addf(&res->headers, "x-call-id: %s", node_str(activation, "/activationId", ""));
    add_part(res, "wait", times.wait_ms);
    add_part(res, "init", times.init_ms);
    add_part(res, "run", times.run_ms);
    return judge(req, activation, err);
}

static int refuse_parts(const struct invoke_request *req, struct err *err)
{
    if (req->idle_ms > 0) {
        err_set(err, ERR_USAGE, "--idle-timeout: an answer of OpenWhisk comes as a whole");
        return err_hint(err, "--timeout");
    }
    const char *option = req->path ? "--path" : req->method && strcmp(req->method, "POST") != 0 ? "--method" : NULL;
    if (!option)
        return 0;
    err_set(err, ERR_USAGE, "%s: an OpenWhisk action takes one JSON object as its parameters", option);
    return err_hint(err, "deploy it as a web action (--annotation web-export=true), and use its URL");
}

static int send_parameters(const struct runtime_env *env, const struct invoke_request *req, struct http_response *res,
                           struct err *err)
{
    AUTOFREE char *action = action_url(env, req->name, err);
    if (!action)
        return -1;
    AUTOFREE char *url = xasprintf("%s?blocking=%s&result=false", action, req->async ? "false" : "true");
    CLEANUP(strv_release) struct strv headers = STRV_INIT;
    strv_add(&headers, "Content-Type: application/json");
    for (size_t i = 0; req->headers && req->headers[i]; i++)
        strv_add(&headers, req->headers[i]);
    struct http_request request = {
        .method = "POST",
        .url = url,
        .headers = (const char *const *)headers.v,
        .body = req->body,
        .body_len = req->body_len,
        .body_file = req->body_file,
        .once = true,
        .first_byte_ms = -1,
        .total_ms = req->timeout_ms > 0 ? (int)(req->timeout_ms < INT32_MAX ? req->timeout_ms : INT32_MAX) : -1,
    };
    return http_do(env->http, &request, res, err);
}

static int invoke(const struct runtime_env *env, const struct invoke_request *req, struct http_response *res, struct err *err)
{
    int64_t begun = clock_mono_ms();
    if (refuse_parts(req, err) != 0 || send_parameters(env, req, res, err) != 0)
        return -1;
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(node_free) node_t *body = json_parse(res->body.buf, res->body.len, "the answer", &none);
    const char *id = node_str(body, "/activationId", NULL);
    if (!id)
        return http_check(res, err, "cannot invoke function \"%s\"", req->name) != 0
                   ? no_action(req->name, err)
                   : err_set(err, ERR_FAILED, "cannot invoke function \"%s\": the answer has no activation", req->name);
    if (node_get(body, "response"))
        return answer(req, body, res, err);
    if (req->async) {
        str_reset(&res->body);
        strv_addf(&res->headers, "x-call-id: %s", id);
        return 0;
    }
    /* Blocking ran out of the server's patience. */
    int64_t left = req->timeout_ms > 0 ? req->timeout_ms - (clock_mono_ms() - begun) : 0;
    CLEANUP(node_free) node_t *activation = req->timeout_ms > 0 && left <= 0 ? NULL : wait_for_record(env, id, left, err);
    if (activation)
        return answer(req, activation, res, err);
    if (!err->what)
        err_set(err, ERR_TIMEOUT, "function \"%s\" did not answer in time", req->name);
    return err_hint(err, "it goes on as activation %s: aiwf function logs %s", id, req->name);
}

/* ---- logs ---- */

struct reading {
    const struct runtime_env *env;
    const char *name;
    bool (*on_line)(const node_t *line, void *arg);
    void *arg;
    bool is_over;
    int64_t since_ms; /* activations that began before this have been read */
    struct strv seen; /* and so have these, which began then or after */
};

/* Lines of one activation; tail: of them only the last. */
static void give_lines(struct reading *reading, const node_t *activation, size_t skip)
{
    const char *id = node_str(activation, "/activationId", "");
    size_t at = 0;
    for (const node_t *text = node_first(node_get(activation, "logs")); text && !reading->is_over; text = node_next(text)) {
        if (at++ < skip || !node_text(text))
            continue;
        CLEANUP(node_free) node_t *line = whisk_log_line(node_text(text), id);
        reading->is_over = !reading->on_line(line, reading->arg);
    }
}

static void remember(struct reading *reading, const node_t *activation)
{
    int64_t start = node_int(activation, "/start", 0);
    if (start > reading->since_ms)
        reading->since_ms = start;
    strv_add(&reading->seen, node_str(activation, "/activationId", ""));
}

/* How many lines are too many for tail. */
static size_t lines_over(const node_t *activations, int64_t tail)
{
    size_t n = 0;
    for (const node_t *one = node_first(activations); one; one = node_next(one))
        n += node_len(node_get(one, "logs"));
    return tail < 0 || n <= (size_t)tail ? 0 : n - (size_t)tail;
}

/* Where logs are kept apart from the records, they are asked for one by one. */
static void fill_logs(const struct reading *reading, node_t *activations)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    AUTOFREE char *base = base_url(reading->env, &none);
    for (node_t *one = node_first(activations); base && one; one = node_next(one)) {
        CLEANUP(str_release) struct str url = STR_INIT;
        CLEANUP(err_release) struct err gone = ERR_INIT;
        const char *id = node_str(one, "/activationId", "");
        if (node_len(node_get(one, "logs")) || strv_has(&reading->seen, id))
            continue;
        url_path(&url, base, "/activations/{}/logs", id, NULL);
        CLEANUP(node_free) node_t *answer = rest_get(reading->env->http, url.buf, "cannot read a log", &gone);
        if (node_len(node_get(answer, "logs")))
            node_set(one, "logs", node_copy(node_get(answer, "logs")));
    }
}

static int read_once(struct reading *reading, int64_t tail, struct err *err)
{
    enum { LATELY = 30 };
    CLEANUP(node_free) node_t *newest_first = activations_of(reading->env, reading->name, LATELY, reading->since_ms, err);
    if (!newest_first)
        return -1;
    fill_logs(reading, newest_first);
    size_t n = node_len(newest_first), skip = lines_over(newest_first, tail);
    const node_t **items = xcalloc(n + 1, sizeof(*items));
    size_t at = n;
    for (const node_t *one = node_first(newest_first); one; one = node_next(one))
        items[--at] = one;
    for (size_t i = 0; i < n && !reading->is_over; i++) {
        size_t lines = node_len(node_get(items[i], "logs"));
        if (strv_has(&reading->seen, node_str(items[i], "/activationId", "")))
            continue;
        give_lines(reading, items[i], skip);
        skip -= skip < lines ? skip : lines;
        remember(reading, items[i]);
    }
    free(items);
    return 0;
}

static int print_logs(const struct runtime_env *env, const char *name, bool follow, int64_t tail,
                      bool (*on_line)(const node_t *line, void *arg), void *arg, struct err *err)
{
    enum { PAUSE_MS = 1000 };
    CLEANUP(node_free) node_t *action = action_of(env, name, false, err);
    if (!action)
        return -1;
    struct reading reading = {.env = env, .name = name, .on_line = on_line, .arg = arg};
    int rc = read_once(&reading, tail, err);
    while (rc == 0 && follow && !reading.is_over && !clock_sleep_ms(PAUSE_MS))
        rc = read_once(&reading, -1, err);
    strv_release(&reading.seen);
    return rc;
}

/* ---- cold starts ---- */

/* Saved anew it is another revision, which the containers of the one before are not taken for. */
static int make_cold(const struct runtime_env *env, const char *name, struct err *err)
{
    static const char *const kept[] = {"exec", "parameters", "annotations", "limits", "publish"};
    CLEANUP(node_free) node_t *action = action_of(env, name, true, err);
    AUTOFREE char *url = action ? action_url(env, name, err) : NULL;
    if (!url)
        return -1;
    CLEANUP(node_free) node_t *body = node_new_object();
    for (size_t i = 0; i < ARRAY_LEN(kept); i++)
        if (node_get(action, kept[i]))
            node_set(body, kept[i], node_copy(node_get(action, kept[i])));
    AUTOFREE char *over = xasprintf("%s?overwrite=true", url);
    AUTOFREE char *failing = xasprintf("cannot save function \"%s\" anew", name);
    return put(env, over, body, failing, err);
}

static node_t *cold_stages(const struct runtime_env *env, const char *name, struct err *err)
{
    enum { LATELY = 30 };
    CLEANUP(node_free) node_t *activations = activations_of(env, name, LATELY, 0, err);
    if (!activations)
        return NULL;
    for (const node_t *one = node_first(activations); one; one = node_next(one))
        if (!isnan(whisk_times(one).init_ms))
            return whisk_cold_start(one);
    return node_new_null();
}

const struct runtime runtime_openwhisk = {
    .name = "openwhisk",
    .help = "actions of OpenWhisk, by ~/.wskprops or the context's setting openwhisk",
    .support = whisk_support,
    .access = access_of,
    .queues = true,
    .check = whisk_check,
    .deploy = deploy,
    .spec_json = spec_json,
    .list = list,
    .show = show,
    .invoke = invoke,
    .logs = print_logs,
    .remove = remove_function,
    .make_cold = make_cold,
    .cold_stages = cold_stages,
    .secrets_instead = "env of a manifest (-f FILE), which OpenWhisk keeps as parameters of the action",
};
