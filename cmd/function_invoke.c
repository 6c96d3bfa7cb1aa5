/* aiwf function invoke: the answer on stdout, what is known about it on stderr. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/stat.h"
#include "cmd.h"
#include "function.h"

struct invoke_opts {
    const char *runtime;
    const char *file, *data, *path, *method, *talk, *callback, *event;
    struct strv headers;
    int64_t n, timeout_ms, idle_ms;
    bool async, silent;
};

static const char *const talks[] = {"text", "json", NULL};
static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", NULL};

static const struct opt invoke_opts[] = {
    {.name = "file",
     .letter = 'f',
     .type = OPT_FILE,
     OPT(struct invoke_opts, file),
     .metavar = "FILE",
     .help = "send this file (\"-\" is standard input)"},
    {.name = "data",
     .letter = 'd',
     .type = OPT_STRING,
     OPT(struct invoke_opts, data),
     .metavar = "TEXT",
     .help = "send this text"},
    {.name = "requests",
     .letter = 'n',
     .type = OPT_INT,
     OPT(struct invoke_opts, n),
     .metavar = "N",
     RANGE(1, 10000000),
     .missing = "1",
     .help = "as many requests, one after another on a kept connection"},
    {.name = "path",
     .type = OPT_STRING,
     OPT(struct invoke_opts, path),
     .metavar = "PATH",
     .help = "the path below the function, with its query"},
    {.name = "method",
     .letter = 'X',
     .type = OPT_STRING,
     OPT(struct invoke_opts, method),
     .metavar = "METHOD",
     .choices = methods,
     .help = "the method (usual: POST with a body, else GET)"},
    {.name = "header",
     .letter = 'H',
     .type = OPT_LIST,
     OPT(struct invoke_opts, headers),
     .metavar = "'K: V'",
     .help = "a header to send"},
    {.name = "event",
     .type = OPT_STRING,
     OPT(struct invoke_opts, event),
     .metavar = "TYPE[,K=V]...",
     .help = "send a CloudEvent of this type; K: source, subject, id and others"},
    {.name = "async", .type = OPT_FLAG, OPT(struct invoke_opts, async), .help = "queue the request, do not wait for its answer"},
    {.name = "callback",
     .type = OPT_STRING,
     OPT(struct invoke_opts, callback),
     .metavar = "URL",
     .help = "with --async: where the answer is sent to when it is there"},
    {.name = "timeout",
     .type = OPT_DURATION,
     OPT(struct invoke_opts, timeout_ms),
     .metavar = "TIME",
     .help = "give up after this time (usual: the function's own limit)"},
    {.name = "idle-timeout",
     .type = OPT_DURATION,
     OPT(struct invoke_opts, idle_ms),
     .metavar = "TIME",
     .help = "give up when nothing has come for this time (a cold start counts)"},
    {.name = "silent", .letter = 's', .type = OPT_FLAG, OPT(struct invoke_opts, silent), .help = "nothing on stderr but errors"},
    {.name = "output",
     .letter = 'o',
     .type = OPT_CHOICE,
     OPT(struct invoke_opts, talk),
     .metavar = "FORMAT",
     .choices = talks,
     .missing = "text",
     .help = "how the line on stderr is written: text or json"},
    RUNTIME_OPT(struct invoke_opts),
    {0},
};

struct invoking {
    struct cli *cli;
    const struct invoke_opts *opts;
    struct function_env env;
    struct invoke_request request;
    struct str body;
    const char **headers;
    size_t n_headers;
    char *callback;    /* its header */
    struct strv event; /* its headers, but the id's */
    char *event_id;    /* NULL: it is given */
    struct strv kept;  /* the runtime's */

    /* what was seen */
    double *total_ms;
    int64_t done, cold, bad;
    int worst_status;
    char last; /* byte of the answers */
};

static bool to_stdout(const char *data, size_t len, void *arg)
{
    struct invoking *in = arg;
    if (len)
        in->last = data[len - 1];
    return fwrite(data, 1, len, in->cli->out) == len && fflush(in->cli->out) == 0;
}

/* What we say begins on a line of its own, where both streams are the terminal. */
static void end_line(struct invoking *in)
{
    fflush(in->cli->out);
    if (in->cli->out_tty && in->cli->err_tty && in->last && in->last != '\n')
        fputc('\n', in->cli->err);
    in->last = '\0';
}

/* Reachable from where the gateway's queue worker is: whether it is cannot be seen from here. */
static int add_callback(struct invoking *in, struct err *err)
{
    const char *url = in->opts->callback;
    bool is_url = str_starts(url, "http://") || str_starts(url, "https://");
    for (const char *p = url; *p; p++)
        is_url = is_url && (unsigned char)*p > ' ' && *p != 0x7f;
    if (!in->opts->async)
        return err_set(err, ERR_USAGE, "--callback is for --async");
    if (!is_url)
        return err_set(err, ERR_USAGE, "--callback: \"%s\" is not http://... or https://...", url);
    if (!in->env.runtime->calls_back)
        return runtime_lacks(in->env.runtime, "send an answer to a callback", err);
    in->callback = xasprintf("X-Callback-Url: %s", url);
    in->headers[in->n_headers++] = in->callback;
    return 0;
}

/* An event has a body, if an empty one. */
static int add_event(struct invoking *in, struct err *err)
{
    if (function_event(in->opts->event, &in->event, err) != 0)
        return -1;
    bool has_id = false, has_type = false;
    for (size_t i = 0; i < in->opts->headers.n; i++)
        has_type = has_type || strncasecmp(in->opts->headers.v[i], "content-type:", strlen("content-type:")) == 0;
    for (size_t i = 0; i < in->event.n; i++)
        has_id = has_id || str_starts(in->event.v[i], "ce-id:");
    if (!has_type)
        strv_add(&in->event, "Content-Type: application/json");
    in->event_id = has_id ? NULL : function_event_id();
    in->headers = xrealloc(in->headers, (in->n_headers + in->event.n + 3) * sizeof(*in->headers));
    for (size_t i = 0; i < in->event.n; i++)
        in->headers[in->n_headers++] = in->event.v[i];
    in->headers[in->n_headers] = in->headers[in->n_headers + 1] = NULL;
    if (!in->request.method)
        in->request.method = "POST";
    return 0;
}

static int check_headers(struct invoking *in, struct err *err)
{
    const struct strv *given = &in->opts->headers;
    in->headers = xcalloc(given->n + 3, sizeof(*in->headers));
    for (size_t i = 0; i < given->n; i++) {
        const char *header = given->v[i];
        const char *colon = strchr(header, ':');
        if (!colon || colon == header || strpbrk(header, "\r\n"))
            return err_set(err, ERR_USAGE, "--header: \"%s\" is not 'Name: value'", header);
        in->headers[in->n_headers++] = header;
    }
    if (in->opts->callback && add_callback(in, err) != 0)
        return -1;
    if (in->opts->event && add_event(in, err) != 0)
        return -1;
    in->request.headers = in->headers;
    return 0;
}

/* One request streams its file; many need it again and again. */
static int open_body(struct invoking *in, struct err *err)
{
    const struct invoke_opts *opts = in->opts;
    if (opts->data && opts->file)
        return err_set(err, ERR_USAGE, "--data and --file exclude each other");
    if (opts->data) {
        in->request.body = opts->data;
        in->request.body_len = strlen(opts->data);
    }
    if (!opts->file)
        return 0;
    if (opts->n > 1) {
        in->body = STR_INIT_MAX(1 << 30);
        if (file_read(opts->file, &in->body, err) != 0)
            return -1;
        in->request.body = in->body.buf;
        in->request.body_len = in->body.len;
        return 0;
    }
    in->request.body_file = strcmp(opts->file, "-") == 0 ? stdin : fopen(opts->file, "re");
    struct stat st;
    bool is_there = in->request.body_file && fstat(fileno(in->request.body_file), &st) == 0;
    if (is_there && !S_ISDIR(st.st_mode))
        return 0;
    errno = is_there ? EISDIR : errno;
    return err_sys(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_FAILED, "cannot read %s", opts->file);
}

/* What the system itself measured, where it tells. */
static const char *const system_parts[] = {"wait", "init", "run"};

static node_t *answer_json(const struct invoking *in, const struct http_response *res)
{
    node_t *line = node_new_object();
    node_set_str(line, "function", in->request.name);
    node_set_num(line, "status", res->status);
    node_set_str(line, "start", invoke_start(res));
    node_set_str(line, "call_id", http_header(res, "x-call-id"));
    node_set_num(line, "dns_ms", (double)res->dns_us / 1000);
    node_set_num(line, "connect_ms", (double)res->connect_us / 1000);
    node_set_num(line, "first_byte_ms", (double)res->first_byte_us / 1000);
    node_set_num(line, "total_ms", (double)res->total_us / 1000);
    for (size_t i = 0; i < ARRAY_LEN(system_parts); i++) {
        AUTOFREE char *key = xasprintf("%s_ms", system_parts[i]);
        double ms = invoke_part_ms(res, system_parts[i]);
        if (!isnan(ms))
            node_set_num(line, key, ms);
    }
    return line;
}

static void tell_json(const struct cli *cli, const node_t *line)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    json_print(line, &text);
    fprintf(cli->err, "%s\n", text.buf);
}

static void add_ms(struct str *s, const char *name, int64_t us)
{
    static const struct column column = {.title = "MS", .path = "/ms", .kind = CELL_MS};
    CLEANUP(node_free) node_t *item = node_new_object();
    node_set_num(item, "ms", (double)us / 1000);
    str_addf(s, "%s ", name);
    print_cell(&column, item, s);
}

static void tell_answer(struct invoking *in, const struct http_response *res)
{
    struct cli *cli = in->cli;
    if (in->opts->silent || (in->opts->n > 1 && !in->opts->async)) /* by its id a queued one is found again */
        return;
    end_line(in);
    if (strcmp(in->opts->talk, "json") == 0) {
        CLEANUP(node_free) node_t *line = answer_json(in, res);
        tell_json(cli, line);
        return;
    }
    const char *start = invoke_start(res);
    const char *call_id = http_header(res, "x-call-id");
    CLEANUP(str_release) struct str text = STR_INIT;
    str_addf(&text, "%d %s", res->status, in->opts->async ? "queued" : start ? start : "-");
    add_ms(&text, "  dns", res->dns_us);
    add_ms(&text, ", connect", res->connect_us);
    add_ms(&text, ", first byte", res->first_byte_us);
    add_ms(&text, ", total", res->total_us);
    for (size_t i = 0, n = 0; i < ARRAY_LEN(system_parts); i++) {
        double ms = invoke_part_ms(res, system_parts[i]);
        if (isnan(ms))
            continue;
        str_add(&text, n++ ? ", " : "  of it ");
        add_ms(&text, system_parts[i], (int64_t)(ms * 1000));
    }
    if (in->opts->async && call_id)
        str_addf(&text, "  call %s", call_id);
    cli_note(cli, "%s", text.buf);
}

/* One that never listens is held by its gateway for as long as a start may take. */
static int too_slow(const struct invoking *in, struct err *err)
{
    const char *name = in->request.name;
    err_wrap(err, "cannot invoke function \"%s\"", name);
    return err_hint(err, "aiwf function show %s says whether it is ready; or more --timeout", name);
}

static int one_request(struct invoking *in, struct err *err)
{
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    AUTOFREE char *id = in->event_id ? xasprintf("ce-id: %s-%lld", in->event_id, (long long)in->done) : NULL;
    in->headers[in->n_headers] = id;
    if (in->env.runtime->invoke(&in->env.env, &in->request, &res, err) != 0)
        return err->code == ERR_TIMEOUT ? too_slow(in, err) : -1;
    to_stdout(res.body.buf, res.body.len, in);
    tell_answer(in, &res);
    const char *start = invoke_start(&res);
    in->total_ms[in->done++] = (double)res.total_us / 1000;
    in->cold += start && strcmp(start, "cold") == 0;
    in->bad += res.status >= 400;
    if (res.status > in->worst_status)
        in->worst_status = res.status;
    return 0;
}

static void tell_summary(struct invoking *in)
{
    if (in->opts->silent || in->opts->n == 1 || !in->done)
        return;
    end_line(in);
    size_t n = (size_t)in->done;
    stat_sort(in->total_ms, n);
    CLEANUP(node_free) node_t *line = node_new_object();
    node_set_str(line, "function", in->request.name);
    node_set_num(line, "requests", (double)in->done);
    node_set_num(line, "failed", (double)in->bad);
    node_set_num(line, "cold", (double)in->cold);
    node_set_num(line, "p50_ms", stat_quantile(in->total_ms, n, 0.5));
    node_set_num(line, "p95_ms", stat_quantile(in->total_ms, n, 0.95));
    node_set_num(line, "p99_ms", stat_quantile(in->total_ms, n, 0.99));
    node_set_num(line, "max_ms", in->total_ms[n - 1]);
    if (strcmp(in->opts->talk, "json") == 0) {
        tell_json(in->cli, line);
        return;
    }
    CLEANUP(str_release) struct str text = STR_INIT;
    str_addf(&text, "%lld requests, %lld failed, %lld cold ", (long long)in->done, (long long)in->bad, (long long)in->cold);
    static const char *const names[] = {"p50", "p95", "p99", "max"};
    static const double quantiles[] = {0.5, 0.95, 0.99, 1};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        str_add(&text, i ? ", " : " ");
        add_ms(&text, names[i], (int64_t)(stat_quantile(in->total_ms, n, quantiles[i]) * 1000));
    }
    cli_note(in->cli, "%s", text.buf);
}

/* 502 to 504 are mostly of what stands before the function: a gateway, an ingress, an activator that lost it. */
static int explain_bad(const struct invoking *in, struct err *err)
{
    const char *name = in->request.name;
    if (in->worst_status < 502 || in->worst_status > 504)
        return err_hint(err, "aiwf function logs %s", name);
    err_why(err,
            "what leads to it (gateway, ingress, activator) found no instance that answered, or lost it: the request may have "
            "run, in part or not at all");
    return err_hint(err, "aiwf function show %s; then once more, if it may run twice", name);
}

/* The answer has been given; the exit code says what kind it was. */
static int judge(const struct invoking *in, struct err *err)
{
    const char *name = in->request.name;
    if (in->worst_status < 400)
        return 0;
    err_set(err, in->worst_status >= 500 ? ERR_WORKLOAD : ERR_FAILED, "function \"%s\" answered %d", name, in->worst_status);
    return in->worst_status >= 500 ? explain_bad(in, err) : -1;
}

static int all_requests(struct invoking *in, struct err *err)
{
    int rc = 0;
    while (rc == 0 && in->done < in->opts->n && !ferror(in->cli->out))
        rc = one_request(in, err);
    tell_summary(in);
    return rc == 0 ? judge(in, err) : -1;
}

static int invoke(struct cli *cli, struct err *err)
{
    struct invoking in = {.cli = cli, .opts = cli->opts, .body = STR_INIT};
    if (strcmp(in.opts->talk, "json") == 0)
        cli->output = "json"; /* errors too */
    if (function_env(cli, in.opts->runtime, &in.env, err) != 0)
        return -1;
    if (!in.env.runtime->invoke)
        return runtime_lacks(in.env.runtime, "invoke a function", err);
    in.request = (struct invoke_request){
        .name = cli->args.v[0],
        .method = in.opts->method  ? in.opts->method
                  : in.opts->async ? "POST"
                                   : NULL, /* a queue takes no GET */
        .path = in.opts->path,
        .async = in.opts->async,
        .timeout_ms = in.opts->timeout_ms,
        .idle_ms = in.opts->idle_ms,
        .on_data = to_stdout,
        .arg = &in,
        .kept = &in.kept,
    };
    in.total_ms = xcalloc((size_t)in.opts->n, sizeof(double));
    int rc = check_headers(&in, err);
    if (rc == 0)
        rc = open_body(&in, err);
    if (rc == 0)
        rc = all_requests(&in, err);
    if (in.request.body_file && in.request.body_file != stdin)
        fclose(in.request.body_file);
    str_release(&in.body);
    free(in.headers);
    free(in.callback);
    free(in.event_id);
    strv_release(&in.event);
    strv_release(&in.kept);
    free(in.total_ms);
    return rc;
}

static const struct arg name_arg[] = {{.name = "NAME", .help = "the function", .complete = complete_functions}, {0}};

static const struct example invoke_examples[] = {
    {"aiwf function invoke hello -f README.md", "send a file; the answer is standard output"},
    {"aiwf function invoke digits -f image.json -H 'Content-Type: application/json' --path /predict", "a path and a header"},
    {"aiwf function invoke digits --event io.example.taken,subject=7 -f image.json", "a CloudEvent"},
    {"aiwf function invoke digits -f image.json -n 200 -o json", "200 requests, and their latencies as JSON on stderr"},
    {"aiwf function invoke digits -f image.json --async --callback http://10.0.0.5:9000/done",
     "queued; the answer is sent there"},
    {0},
};

const struct cmd function_invoke_cmd = {
    .name = "invoke",
    .help = "call a function: the answer on stdout, status and times on stderr",
    .about =
        "Standard output is the answer, byte for byte, as it comes. One line on standard error tells\n"
        "status, cold or warm, and times; with -n it is a summary of all requests (-o json: as JSON).\n"
        "\n"
        "A request is sent once: one that is lost on its way may have run. --timeout is for the whole answer, --idle-timeout\n"
        "for a pause in it, as of an answer that is streamed; what has come by then has been printed.\n"
        "\n"
        "Exit: 3 no such function, 6 its queue is full (429), 8 it took too long, 9 it cannot start, died\n"
        "or answered 500 and above, 1 it refused the request (400 to 499).",
    .args = name_arg,
    .opts = invoke_opts,
    .opts_size = sizeof(struct invoke_opts),
    .flags = CMD_CONTEXT,
    .examples = invoke_examples,
    .run = invoke,
};
