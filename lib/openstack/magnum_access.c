#include "openstack/magnum_access.h"

#include <stdlib.h>
#include <string.h>

#include "net/url.h"

/* Any Magnum has certificates; their rotation came later. */
#define MICROVERSION "1.1"
#define ROTATION     "1.5"

static const char *uuid_of(const node_t *cluster) { return node_str(cluster, "/uuid", ""); }
static const char *name_of(const node_t *cluster)
{
    const char *name = node_str(cluster, "/name", "");
    return *name ? name : uuid_of(cluster);
}

/* A request and all that it points to. */
struct asking {
    struct str path, failing;
    node_t *body;
    struct openstack_call call;
};
static void asking_release(struct asking *asking)
{
    str_release(&asking->path);
    str_release(&asking->failing);
    node_free(asking->body);
}
DEFINE_CLEANUP(struct asking, asking_release)
#define ASKING_INIT ((struct asking){.path = STR_INIT, .failing = STR_INIT})

static void finish(struct asking *a, const char *method, const char *microversion)
{
    a->call = (struct openstack_call){.method = method,
                                      .service = magnum_cluster.service,
                                      .path = a->path.buf,
                                      .microversion = microversion,
                                      .body = a->body,
                                      .failing = a->failing.buf};
}

static void ask_ca(struct asking *a, const node_t *cluster)
{
    str_addf(&a->failing, "cannot get the certificate authority of cluster %s", name_of(cluster));
    url_path(&a->path, "/v1/certificates", "/{}", uuid_of(cluster), NULL);
    finish(a, NULL, MICROVERSION);
}

static void ask_signature(struct asking *a, const node_t *cluster, const char *csr_pem)
{
    str_addf(&a->failing, "cannot have a certificate signed for cluster %s", name_of(cluster));
    str_add(&a->path, "/v1/certificates");
    a->body = node_new_object();
    node_set_str(a->body, "cluster_uuid", uuid_of(cluster));
    node_set_str(a->body, "csr", csr_pem);
    finish(a, "POST", MICROVERSION);
}

/* The "pem" of an answer, which must be a certificate. NULL: err. The caller frees. */
static char *take_pem(const node_t *answer, const char *failing, struct err *err)
{
    CLEANUP(pki_certificate_release) struct pki_certificate certificate = {0};
    const char *pem = node_str(answer, "/pem", "");
    if (pki_read(pem, "the answer", &certificate, err) == 0)
        return str_ends(pem, "\n") ? xstrdup(pem) : xasprintf("%s\n", pem);
    err->code = ERR_FAILED;
    err_wrap(err, "%s", failing);
    return NULL;
}

static char *get_pem(struct openstack *os, const struct asking *asking, struct err *err)
{
    CLEANUP(node_free) node_t *answer = openstack_get(os, &asking->call, err);
    return answer ? take_pem(answer, asking->failing.buf, err) : NULL;
}

char *magnum_ca(struct openstack *os, const node_t *cluster, struct err *err)
{
    CLEANUP(asking_release) struct asking asking = ASKING_INIT;
    ask_ca(&asking, cluster);
    return get_pem(os, &asking, err);
}

char *magnum_sign(struct openstack *os, const node_t *cluster, const char *csr_pem, struct err *err)
{
    CLEANUP(asking_release) struct asking asking = ASKING_INIT;
    ask_signature(&asking, cluster, csr_pem);
    return get_pem(os, &asking, err);
}

int magnum_rotate_ca(struct openstack *os, const node_t *cluster, struct err *err)
{
    CLEANUP(asking_release) struct asking asking = ASKING_INIT;
    str_addf(&asking.failing, "cannot rotate the certificate authority of cluster %s", name_of(cluster));
    url_path(&asking.path, "/v1/certificates", "/{}", uuid_of(cluster), NULL);
    finish(&asking, "PATCH", ROTATION);
    asking.call.needs = ROTATION;
    return openstack_send(os, &asking.call, NULL, err);
}

/* ---- all of it ---- */

/* Magnum's address has the scheme by the template's tls_disabled. */
static int take_server(const node_t *cluster, struct magnum_access *ret, struct err *err)
{
    const char *address = node_str(cluster, "/api_address", "");
    if (!*address) {
        err_set(err, ERR_FAILED, "cluster %s has no Kubernetes address yet", name_of(cluster));
        err_why(err, "it is %s", node_str(cluster, "/status", "not created"));
        return err_hint(err, "aiwf cluster wait %s", name_of(cluster));
    }
    ret->server = url_check(address, err);
    return ret->server ? 0 : err_wrap(err, "the Kubernetes address of cluster %s is not usable", name_of(cluster));
}

static bool has_tls(const struct magnum_access *access) { return str_starts(access->server, "https:"); }

int magnum_access_server(struct openstack *os, const node_t *cluster, struct magnum_access *ret, struct err *err)
{
    *ret = (struct magnum_access){0};
    if (take_server(cluster, ret, err) != 0)
        return -1;
    if (!has_tls(ret) || (ret->ca_pem = magnum_ca(os, cluster, err)))
        return 0;
    magnum_access_release(ret);
    return -1;
}

static int check_signature(const node_t *cluster, struct magnum_access *access, struct err *err)
{
    CLEANUP(pki_certificate_release) struct pki_certificate certificate = {0};
    if (pki_read(access->cert_pem, "the certificate", &certificate, err) != 0)
        return -1;
    access->ends_ms = certificate.ends_ms;
    if (pki_signed_by(access->cert_pem, access->ca_pem) && pki_belong(access->cert_pem, access->key_pem))
        return 0;
    err_set(err, ERR_FAILED, "cannot use the certificate that was signed for cluster %s", name_of(cluster));
    err_why(err, "it is not of the cluster's certificate authority, or for another key");
    return err_hint(err, "if the authority is being rotated, try again when cluster %s is UPDATE_COMPLETE", name_of(cluster));
}

/* The CA and the signature at once. */
static int get_both(struct openstack *os, const struct asking asking[2], struct magnum_access *ret, struct err *err)
{
    struct openstack_call calls[2] = {asking[0].call, asking[1].call};
    struct http_response results[2] = {HTTP_RESPONSE_INIT, HTTP_RESPONSE_INIT};
    struct err errs[2] = {ERR_INIT, ERR_INIT};
    char **pems[2] = {&ret->ca_pem, &ret->cert_pem};
    int failed = 0;
    openstack_do_all(os, calls, results, errs, 2);
    for (size_t i = 0; i < 2; i++) {
        CLEANUP(node_free) node_t *answer = NULL;
        if (errs[i].code == ERR_OK)
            answer = openstack_answer(&results[i], calls[i].failing, &errs[i]);
        *pems[i] = answer ? take_pem(answer, calls[i].failing, &errs[i]) : NULL;
        if (!*pems[i] && !failed)
            failed = err_move(err, &errs[i]);
        http_response_release(&results[i]);
        err_release(&errs[i]);
    }
    return failed;
}

int magnum_access(struct openstack *os, const node_t *cluster, enum pki_key kind, struct magnum_access *ret, struct err *err)
{
    *ret = (struct magnum_access){0};
    if (take_server(cluster, ret, err) != 0)
        return -1;
    if (!has_tls(ret))
        return 0;
    AUTOFREE char *csr_pem = NULL;
    if (pki_request(kind, "admin", "system:masters", &ret->key_pem, &csr_pem, err) == 0) {
        struct asking asking[2] = {ASKING_INIT, ASKING_INIT};
        ask_ca(&asking[0], cluster);
        ask_signature(&asking[1], cluster, csr_pem);
        int failed = get_both(os, asking, ret, err);
        asking_release(&asking[0]);
        asking_release(&asking[1]);
        if (!failed && check_signature(cluster, ret, err) == 0)
            return 0;
    }
    magnum_access_release(ret);
    return -1;
}

void magnum_access_release(struct magnum_access *access)
{
    free(access->server);
    free(access->ca_pem);
    free(access->cert_pem);
    pki_wipe(access->key_pem);
    *access = (struct magnum_access){0};
}
