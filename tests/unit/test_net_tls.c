#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "net/http.h"
#include "net/pki.h"
#include "suites.h"
#include "wire.h"

/* Asks once; the error or the answer is in the caller's hands. */
static int ask(const struct http_settings *settings, const char *url, struct http_response *res, struct err *err)
{
    err_clear(err);
    CLEANUP(http_free) struct http *http = http_new(settings, err);
    struct http_request req = {.url = url};
    return http ? http_do(http, &req, res, err) : -1;
}

static void refused(const struct http_settings *settings, const char *url, enum err_code code, const char *words)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    ck_assert_int_eq(ask(settings, url, &res, &err), -1);
    AUTOFREE char *all = xasprintf("%s | %s | %s", err.what, err.why ? err.why : "", err.hint ? err.hint : "");
    ck_assert_msg(strstr(all, words) != NULL, "%s", all);
    ck_assert_msg(err.code == code, "%d: %s", err.code, all);
    ck_assert_int_eq(res.status, 0);
}

static void accepted(const struct http_settings *settings, const char *url)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    ck_assert_msg(ask(settings, url, &res, &err) == 0, "%s: %s", err.what, err.why);
    ck_assert_int_eq(res.status, 200);
    ck_assert_int_gt(res.tls_us, 0);
}

START_TEST(authorities_are_checked)
{
    CLEANUP(wire_stop) struct wire wire;
    wire_start(&wire, "{\"tls\":{}}");
    AUTOFREE char *ca = wire_file(&wire, "ca.pem");
    AUTOFREE char *other = wire_file(&wire, "other-ca.pem");
    AUTOFREE char *junk = wire_file(&wire, "case.json");
    AUTOFREE char *missing = wire_file(&wire, "none.pem");
    refused(&(struct http_settings){0}, wire.url, ERR_UNREACHABLE, "certificate is of an unknown authority");
    refused(&(struct http_settings){.ca_file = other}, wire.url, ERR_UNREACHABLE, "AIWF_CA_FILE");
    accepted(&(struct http_settings){.ca_file = ca}, wire.url);
    accepted(&(struct http_settings){.insecure = true}, wire.url);
    refused(&(struct http_settings){.ca_file = junk}, wire.url, ERR_USAGE, "no usable certificate");
    refused(&(struct http_settings){.ca_file = missing}, wire.url, ERR_USAGE, "cannot read the CA file");
}
END_TEST

START_TEST(names_are_checked)
{
    CLEANUP(wire_stop) struct wire wire;
    wire_start(&wire, "{\"tls\":{\"names\":[\"other.test\"]}}");
    AUTOFREE char *ca = wire_file(&wire, "ca.pem");
    refused(&(struct http_settings){.ca_file = ca}, wire.url, ERR_UNREACHABLE, "for another name than 127.0.0.1");
}
END_TEST

START_TEST(dates_are_checked)
{
    CLEANUP(wire_stop) struct wire wire;
    wire_start(&wire, "{\"tls\":{\"days\":-1}}");
    AUTOFREE char *ca = wire_file(&wire, "ca.pem");
    refused(&(struct http_settings){.ca_file = ca}, wire.url, ERR_UNREACHABLE, "has expired");
}
END_TEST

START_TEST(what_another_client_trusts_is_not_trusted)
{
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    wire_start(&wire, "{\"tls\":{}}");
    CLEANUP(http_free) struct http *own = http_new(&(struct http_settings){.retries = -1}, &err);
    CLEANUP(http_free) struct http *other = http_new(&(struct http_settings){.insecure = true}, &err);
    ck_assert_msg(http_do(own, &(struct http_request){.url = wire.url, .as = other}, &res, &err) == 0, "%s", err.what);
    ck_assert_int_eq(http_do(own, &(struct http_request){.url = wire.url}, &res, &err), -1);
    ck_assert_int_eq(err.code, ERR_UNREACHABLE);
    ck_assert_int_eq(res.status, 0);
}
END_TEST

START_TEST(client_certificates_are_shown)
{
    CLEANUP(wire_stop) struct wire wire;
    wire_start(&wire, "{\"tls\":{\"client\":true}}");
    AUTOFREE char *ca = wire_file(&wire, "ca.pem");
    AUTOFREE char *cert = wire_file(&wire, "client.pem");
    AUTOFREE char *key = wire_file(&wire, "client.key");
    refused(&(struct http_settings){.ca_file = ca}, wire.url, ERR_UNREACHABLE, "cert-file and key-file");
    accepted(&(struct http_settings){.ca_file = ca, .cert_file = cert, .key_file = key}, wire.url);
    CLEANUP(node_free) node_t *log = wire_log(&wire);
    ck_assert_str_eq(node_str(log, "/0/client", ""), "wire client");
    refused(&(struct http_settings){.ca_file = ca, .cert_file = ca, .key_file = key}, wire.url, ERR_USAGE,
            "cannot use the client certificate");
}
END_TEST

static char *text_of(const struct wire *wire, const char *name)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(str_release) struct str text = STR_INIT_MAX(1 << 16);
    AUTOFREE char *path = wire_file(wire, name);
    ck_assert_int_eq(file_read(path, &text, &err), 0);
    return xstrdup(text.buf);
}

START_TEST(a_certificate_has_one_key_and_one_signer)
{
    CLEANUP(wire_stop) struct wire wire;
    wire_start(&wire, "{\"tls\":{\"client\":true}}");
    AUTOFREE char *ca = text_of(&wire, "ca.pem"), *cert = text_of(&wire, "client.pem");
    AUTOFREE char *key = text_of(&wire, "client.key"), *other = text_of(&wire, "server.key");
    ck_assert(pki_belong(cert, key));
    ck_assert(!pki_belong(cert, other));
    ck_assert(!pki_belong(cert, "no key"));
    ck_assert(pki_signed_by(cert, ca));
    ck_assert(!pki_signed_by(ca, cert));
}
END_TEST

START_TEST(a_port_without_tls_is_guessed)
{
    CLEANUP(wire_stop) struct wire wire;
    wire_start(&wire, "{\"greeting\":\"HTTP/1.1 400 Bad Request\\r\\n\\r\\n\"}");
    AUTOFREE char *url = xasprintf("https://127.0.0.1:%d/", wire.port);
    refused(&(struct http_settings){.retries = -1}, url, ERR_UNREACHABLE, "http:// instead of https://");
}
END_TEST

/* nginx with the scripted server's certificate. */
static pid_t start_nginx(const struct wire *wire, int port)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *conf = wire_file(wire, "nginx.conf");
    AUTOFREE char *text =
        xasprintf("daemon off; master_process off; pid %s/pid; error_log %s/error.log; events { }\n"
                  "http { access_log off; client_body_temp_path %s/t; proxy_temp_path %s/t; fastcgi_temp_path %s/t;\n"
                  "uwsgi_temp_path %s/t; scgi_temp_path %s/t;\n"
                  "server { listen 127.0.0.1:%d ssl http2; ssl_certificate %s/server.pem; ssl_certificate_key %s/server.key;\n"
                  "return 200 ok; } }\n",
                  wire->folder, wire->folder, wire->folder, wire->folder, wire->folder, wire->folder, wire->folder, port,
                  wire->folder, wire->folder);
    ck_assert_int_eq(file_write_atomic(conf, text, strlen(text), 0600, &err), 0);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execl("/usr/sbin/nginx", "nginx", "-p", wire->folder, "-e", "stderr", "-c", conf, (char *)NULL);
        _exit(127);
    }
    return pid;
}

static int post_bytes(struct http *http, const char *url, size_t len)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    AUTOFREE char *body = xcalloc(1, len);
    const struct http_request req = {.method = "POST", .url = url, .body = body, .body_len = len};
    return http_do(http, &req, &res, &err);
}

START_TEST(http_2_shares_a_connection)
{
    enum { N = 50 };
    CLEANUP(wire_stop) struct wire wire;
    wire_start(&wire, "{\"tls\":{}}");
    struct wire other;
    wire_start(&other, "{}");
    int port = other.port;
    wire_stop(&other); /* its port is free now */
    pid_t nginx = start_nginx(&wire, port);

    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *ca = wire_file(&wire, "ca.pem");
    AUTOFREE char *url = xasprintf("https://127.0.0.1:%d/", port);
    char *text = NULL;
    size_t len = 0;
    FILE *trace = open_memstream(&text, &len);
    CLEANUP(http_free) struct http *http = http_new(&(struct http_settings){.ca_file = ca, .trace = trace, .retries = -1}, &err);
    struct http_request reqs[N];
    struct http_response results[N];
    struct err errs[N];
    for (int i = 0; i < N; i++) {
        reqs[i] = (struct http_request){.url = url};
        results[i] = HTTP_RESPONSE_INIT;
        errs[i] = ERR_INIT;
    }
    int64_t end = clock_mono_ms() + 20000;
    while (http_do(http, &reqs[0], &results[0], &errs[0]) != 0 && clock_mono_ms() < end)
        clock_sleep_ms(10);
    err_clear(&errs[0]);
    ck_assert_int_eq(http_do_all(http, reqs, results, errs, N), 0);
    for (int i = 0; i < N; i++) {
        ck_assert_str_eq(results[i].body.buf, "ok");
        ck_assert(results[i].reused);
        http_response_release(&results[i]);
        err_release(&errs[i]);
    }
    fflush(trace);
    ck_assert_ptr_nonnull(strstr(text, "< HTTP/2 200"));
    ck_assert_ptr_null(strstr(text, "< HTTP/1.1"));
    ck_assert_int_eq(post_bytes(http, url, 1 << 10), 0);
    fflush(trace);
    ck_assert_ptr_null(strstr(text, "< HTTP/1.1"));
    ck_assert_int_eq(post_bytes(http, url, 100 << 10), 0); /* what libcurl 7.88 may send twice over HTTP/2 */
    fclose(trace);
    ck_assert_ptr_nonnull(strstr(text, "< HTTP/1.1 200"));
    free(text);
    kill(nginx, SIGKILL);
    waitpid(nginx, NULL, 0);
}
END_TEST

static void usual_libcurl(void) { unsetenv("AIWF_LIBCURL"); }
static void openssl_libcurl(void) { setenv("AIWF_LIBCURL", "libcurl.so.4", 1); }

static void add_tests(Suite *suite, const char *name, SFun setup)
{
    enum { LIMIT_S = 60 };
    TCase *tcase = tcase_create(name);
    tcase_set_timeout(tcase, LIMIT_S);
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, authorities_are_checked);
    tcase_add_test(tcase, names_are_checked);
    tcase_add_test(tcase, dates_are_checked);
    tcase_add_test(tcase, what_another_client_trusts_is_not_trusted);
    tcase_add_test(tcase, client_certificates_are_shown);
    tcase_add_test(tcase, a_certificate_has_one_key_and_one_signer);
    tcase_add_test(tcase, a_port_without_tls_is_guessed);
    tcase_add_test(tcase, http_2_shares_a_connection);
    suite_add_tcase(suite, tcase);
}

Suite *suite_net_tls(void)
{
    Suite *suite = suite_create("net_tls");
    add_tests(suite, "gnutls", usual_libcurl);
    add_tests(suite, "openssl", openssl_libcurl);
    return suite;
}
