#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kube/kube.h"
#include "kube/kubeconfig.h"
#include "net/pki.h"
#include "scratch.h"
#include "suites.h"
#include "wire.h"

static void requests_are_signed(enum pki_key kind)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    char *key = NULL;
    AUTOFREE char *csr = NULL;
    ck_assert_int_eq(pki_request(kind, "admin", "system:masters", &key, &csr, &err), 0);
    ck_assert(str_starts(key, "-----BEGIN PRIVATE KEY-----\n"));
    ck_assert(pki_is_request(csr));
    ck_assert(!pki_is_request(key));
    ck_assert(pki_is_kind(key, kind));
    ck_assert(!pki_is_kind(key, kind == PKI_EC ? PKI_RSA : PKI_EC));
    ck_assert(!pki_is_kind("junk", kind));
    pki_wipe(key);
}

START_TEST(requests_carry_their_signature)
{
    requests_are_signed(PKI_EC);
    requests_are_signed(PKI_RSA);
}
END_TEST

static char *text_of(const struct wire *wire, const char *name)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(str_release) struct str text = STR_INIT_MAX(1 << 16);
    AUTOFREE char *path = wire_file(wire, name);
    ck_assert_int_eq(file_read(path, &text, &err), 0);
    return str_detach(&text);
}

START_TEST(certificates_are_told_apart)
{
    CLEANUP(wire_stop) struct wire wire;
    wire_start(&wire, "{\"tls\":{\"client\":true}}");
    AUTOFREE char *ca = text_of(&wire, "ca.pem");
    AUTOFREE char *other = text_of(&wire, "other-ca.pem");
    AUTOFREE char *cert = text_of(&wire, "client.pem");
    AUTOFREE char *key = text_of(&wire, "client.key");
    AUTOFREE char *server_key = text_of(&wire, "server.key");
    ck_assert(pki_signed_by(cert, ca));
    ck_assert(!pki_signed_by(cert, other));
    ck_assert(!pki_signed_by(cert, "junk"));
    ck_assert(pki_belong(cert, key));
    ck_assert(!pki_belong(cert, server_key));
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(pki_certificate_release) struct pki_certificate read = {0};
    ck_assert_int_eq(pki_read(cert, "it", &read, &err), 0);
    ck_assert_str_eq(read.subject, "CN=wire client");
    ck_assert_int_gt(read.ends_ms, read.starts_ms);
    ck_assert_uint_eq(strlen(read.sha256), HASH_HEX - 1);
    ck_assert_int_eq(pki_read("junk", "it", &read, &err), -1);
    ck_assert_str_eq(err.what, "it is not a certificate in PEM");
}
END_TEST

#define READY(status) "{\\\"type\\\":\\\"Ready\\\",\\\"status\\\":\\\"" status "\\\",\\\"message\\\":\\\"kubelet stopped\\\"}"
#define NODE(name, conditions) \
    "{\\\"metadata\\\":{\\\"name\\\":\\\"" name "\\\"},\\\"status\\\":{\\\"conditions\\\":[" conditions "]}}"

START_TEST(nodes_are_counted_over_pages_with_certificates_from_memory)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(wire_stop) struct wire wire;
    wire_start(&wire,
               "{\"tls\":{\"client\":true},\"routes\":{\"/api/v1/nodes\":["
               "{\"body\":\"{\\\"metadata\\\":{\\\"continue\\\":\\\"a&b\\\"},\\\"items\\\":[" NODE(
                   "a", READY("True")) "]}\"},"
                                       "{\"body\":\"{\\\"items\\\":[" NODE("b", READY("False")) "," NODE("c", "") "]}\"}]}}");
    AUTOFREE char *ca = text_of(&wire, "ca.pem");
    AUTOFREE char *cert = text_of(&wire, "client.pem");
    AUTOFREE char *key = text_of(&wire, "client.key");
    struct kube_access access = {.server = wire.url, .ca_pem = ca, .cert_pem = cert, .key_pem = key};
    CLEANUP(kube_release) struct kube kube = {0};
    CLEANUP(kube_nodes_release) struct kube_nodes nodes = {0};
    ck_assert_int_eq(kube_open(&kube, &access, &(struct kube_settings){.retries = -1}, &err), 0);
    ck_assert_msg(kube_nodes(&kube, &nodes, &err) == 0, "%s: %s", err.what, err.why);
    ck_assert_uint_eq(nodes.ready, 1);
    ck_assert_uint_eq(nodes.total, 3);
    ck_assert_str_eq(nodes.waiting.v[0], "b: kubelet stopped");
    ck_assert_str_eq(nodes.waiting.v[1], "c: its kubelet has not reported yet");
    CLEANUP(node_free) node_t *log = wire_log(&wire);
    ck_assert_str_eq(node_str(log, "/0/client", ""), "wire client");
    ck_assert_str_eq(node_str(log, "/1/path", ""), "/api/v1/nodes?limit=500&continue=a%26b");
}
END_TEST

/* A process that is killed while it holds the lock of path. */
static void die_holding(const char *path)
{
    pid_t pid = fork();
    if (pid == 0) {
        struct err err = ERR_INIT;
        struct kube_lock lock = KUBE_LOCK_INIT;
        _exit(kube_lock_file(&lock, path, &err) == 0 ? 0 : 1);
    }
    int status = -1;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
}

START_TEST(a_dead_ones_lock_is_taken_over)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    char *folder = scratch_new();
    AUTOFREE char *path = path_join(folder, "config");
    AUTOFREE char *lock_path = path_join(folder, "config.lock");
    die_holding(path);
    ck_assert(file_exists(lock_path));
    struct kube_lock lock = KUBE_LOCK_INIT;
    ck_assert_int_eq(kube_lock_file(&lock, path, &err), 0);
    kube_unlock(&lock);
    ck_assert(!file_exists(lock_path));
    scratch_end(folder);
}
END_TEST

START_TEST(kubectls_lock_is_not)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    char *folder = scratch_new();
    AUTOFREE char *path = path_join(folder, "config");
    scratch_write(folder, "config.lock", "");
    struct kube_lock lock = KUBE_LOCK_INIT;
    ck_assert_int_eq(kube_lock_file(&lock, path, &err), -1);
    ck_assert_int_eq(err.code, ERR_CONFLICT);
    ck_assert_ptr_nonnull(strstr(err.hint, "config.lock"));
    scratch_end(folder);
}
END_TEST

Suite *suite_kube(void)
{
    Suite *suite = suite_create("kube");
    TCase *tcase = tcase_create("kube");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, requests_carry_their_signature);
    tcase_add_test(tcase, certificates_are_told_apart);
    tcase_add_test(tcase, nodes_are_counted_over_pages_with_certificates_from_memory);
    tcase_add_test(tcase, a_dead_ones_lock_is_taken_over);
    tcase_add_test(tcase, kubectls_lock_is_not);
    suite_add_tcase(suite, tcase);
    return suite;
}
