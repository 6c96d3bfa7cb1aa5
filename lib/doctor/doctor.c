#include "doctor/doctor.h"

#include <string.h>

#include "base/sig.h"
#include "doctor/parts.h"

/* One row a check, in this order. */
static const struct check {
    const char *name;
    enum verdict (*run)(struct doctor *d, struct finding *f);
} checks[] = {
    {"config file", check_config},
    {"context", check_context},
    {"libraries", check_libraries},
    {"files", check_files},
    {"systems", check_systems},
    {"local runtime", check_local},
    {"cloud", check_cloud},
    {"keystone name", check_keystone_name},
    {"keystone connection", check_keystone_connection},
    {"keystone TLS", check_keystone_tls},
    {"keystone version", check_keystone_version},
    {"cloud login", check_cloud_login},
    {"cloud services", check_cloud_services},
    {"magnum version", check_magnum_version},
    {"kubernetes", check_kube},
    {"kubernetes name", check_kube_name},
    {"kubernetes connection", check_kube_connection},
    {"kubernetes TLS", check_kube_tls},
    {"kubernetes login", check_kube_login},
    {"kubernetes version", check_kube_version},
    {"kubernetes permissions", check_kube_permissions},
    {"kubernetes systems", check_kube_systems},
    {"gateway name", check_gateway_name},
    {"gateway connection", check_gateway_connection},
    {"gateway TLS", check_gateway_tls},
    {"gateway login", check_gateway_login},
    {"gateway version", check_gateway_version},
    {"gateway permissions", check_gateway_permissions},
    {"gateway metrics", check_gateway_metrics},
    {"prometheus name", check_prometheus_name},
    {"prometheus connection", check_prometheus_connection},
    {"prometheus TLS", check_prometheus_tls},
    {"prometheus version", check_prometheus_version},
    {"prometheus metrics", check_prometheus_metrics},
};

static void __attribute__((format(printf, 3, 0))) tell(struct finding *f, const char *fix, const char *fmt, va_list ap)
{
    str_vaddf(&f->detail, fmt, ap);
    if (fix)
        str_add(&f->fix, fix);
}

enum verdict is_ok(struct finding *f, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    tell(f, NULL, fmt, ap);
    va_end(ap);
    return CHECK_OK;
}

enum verdict is_doubtful(struct finding *f, const char *fix, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    tell(f, fix, fmt, ap);
    va_end(ap);
    return CHECK_WARN;
}

enum verdict is_bad(struct finding *f, enum err_code code, const char *fix, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    tell(f, fix, fmt, ap);
    va_end(ap);
    f->code = code;
    return CHECK_FAIL;
}

enum verdict is_error(struct finding *f, const struct err *err)
{
    str_addf(&f->detail, "%s%s%s", err->what, err->why ? ": " : "", err->why ? err->why : "");
    if (err->hint && !strstr(err->hint, "aiwf doctor")) /* that is us */
        str_add(&f->fix, err->hint);
    f->code = err->code;
    return CHECK_FAIL;
}

static void add_row(node_t *rows, const char *name, enum verdict verdict, const struct finding *f)
{
    static const char *const words[] = {[CHECK_OK] = "ok", [CHECK_WARN] = "warn", [CHECK_FAIL] = "fail"};
    node_t *row = node_push(rows, node_new_object());
    node_set_str(row, "check", name);
    node_set_str(row, "status", words[verdict]);
    node_set_str(row, "detail", f->detail.buf);
    node_set(row, "fix", f->fix.len ? node_new_str(f->fix.buf) : node_new_null());
}

static void probe_release(struct probe *probe)
{
    http_response_release(&probe->res);
    err_release(&probe->err);
}

enum err_code doctor_check(const struct doctor_input *input, node_t *rows)
{
    const struct probe none = {.res = HTTP_RESPONSE_INIT, .err = ERR_INIT};
    struct doctor d = {.input = input,
                       .context = input->context,
                       .gateway = none,
                       .login = none,
                       .prometheus = none,
                       .keystone = none,
                       .kube = none};
    enum err_code worst = ERR_OK;
    for (size_t i = 0; i < ARRAY_LEN(checks) && !sig_interrupted(); i++) {
        struct finding f = {.detail = STR_INIT, .fix = STR_INIT};
        enum verdict verdict = checks[i].run(&d, &f);
        if (verdict != CHECK_NONE)
            add_row(rows, checks[i].name, verdict, &f);
        if (verdict == CHECK_FAIL && f.code > worst)
            worst = f.code;
        str_release(&f.detail);
        str_release(&f.fix);
    }
    probe_release(&d.gateway);
    probe_release(&d.login);
    probe_release(&d.prometheus);
    probe_release(&d.keystone);
    probe_release(&d.kube);
    return sig_interrupted() ? ERR_INTERRUPTED : worst;
}
