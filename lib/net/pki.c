#include "net/pki.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/dl.h"
#include "base/mem.h"
#include "base/str.h"

typedef struct bio_st bio_t;
typedef struct evp_pkey_st pkey_t;
typedef struct X509_req_st req_t;
typedef struct x509_st x509_t;
typedef struct X509_name_st name_t;
typedef struct asn1_string_st time_asn1_t;

static struct pki_lib {
    bio_t *(*mem_buf)(const void *data, int len);
    const void *(*secret_mem)(void);
    const void *(*mem)(void);
    bio_t *(*bio_new)(const void *type);
    int (*bio_free)(bio_t *);
    long (*bio_ctrl)(bio_t *, int cmd, long larg, void *parg);
    pkey_t *(*keygen)(void *context, const char *properties, const char *type, ...);
    void (*pkey_free)(pkey_t *);
    int (*pkey_is)(const pkey_t *, const char *name);
    int (*write_key)(bio_t *, const pkey_t *, const void *cipher, const unsigned char *pass, int pass_len, void *ask, void *arg);
    pkey_t *(*read_key)(bio_t *, pkey_t **, void *ask, void *arg);
    req_t *(*req_new)(void);
    void (*req_free)(req_t *);
    int (*req_set_version)(req_t *, long version);
    name_t *(*req_subject)(const req_t *);
    int (*name_add)(name_t *, const char *field, int type, const unsigned char *text, int len, int at, int set);
    int (*req_set_key)(req_t *, pkey_t *);
    int (*req_sign)(req_t *, pkey_t *, const void *digest);
    int (*req_verify)(req_t *, pkey_t *);
    pkey_t *(*req_key)(req_t *);
    int (*write_req)(bio_t *, const req_t *);
    req_t *(*read_req)(bio_t *, req_t **, void *ask, void *arg);
    const void *(*sha256)(void);
    x509_t *(*read_cert)(bio_t *, x509_t **, void *ask, void *arg);
    void (*cert_free)(x509_t *);
    pkey_t *(*cert_key)(const x509_t *);
    int (*cert_verify)(x509_t *, pkey_t *);
    int (*cert_issued)(x509_t *issuer, x509_t *subject);
    int (*cert_check_key)(const x509_t *, const pkey_t *);
    int (*cert_digest)(const x509_t *, const void *type, unsigned char *digest, unsigned *len);
    const time_asn1_t *(*not_before)(const x509_t *);
    const time_asn1_t *(*not_after)(const x509_t *);
    int (*to_tm)(const time_asn1_t *, struct tm *);
    name_t *(*subject)(const x509_t *);
    name_t *(*issuer)(const x509_t *);
    int (*print_name)(bio_t *, const name_t *, int indent, unsigned long flags);
    void (*clear_errors)(void);
} pki;

static const struct dl_symbol symbols[] = {
    DL_SYMBOL(struct pki_lib, mem_buf, "BIO_new_mem_buf"),
    DL_SYMBOL(struct pki_lib, secret_mem, "BIO_s_secmem"),
    DL_SYMBOL(struct pki_lib, mem, "BIO_s_mem"),
    DL_SYMBOL(struct pki_lib, bio_new, "BIO_new"),
    DL_SYMBOL(struct pki_lib, bio_free, "BIO_free"),
    DL_SYMBOL(struct pki_lib, bio_ctrl, "BIO_ctrl"),
    DL_SYMBOL(struct pki_lib, keygen, "EVP_PKEY_Q_keygen"),
    DL_SYMBOL(struct pki_lib, pkey_free, "EVP_PKEY_free"),
    DL_SYMBOL(struct pki_lib, pkey_is, "EVP_PKEY_is_a"),
    DL_SYMBOL(struct pki_lib, write_key, "PEM_write_bio_PKCS8PrivateKey"),
    DL_SYMBOL(struct pki_lib, read_key, "PEM_read_bio_PrivateKey"),
    DL_SYMBOL(struct pki_lib, req_new, "X509_REQ_new"),
    DL_SYMBOL(struct pki_lib, req_free, "X509_REQ_free"),
    DL_SYMBOL(struct pki_lib, req_set_version, "X509_REQ_set_version"),
    DL_SYMBOL(struct pki_lib, req_subject, "X509_REQ_get_subject_name"),
    DL_SYMBOL(struct pki_lib, name_add, "X509_NAME_add_entry_by_txt"),
    DL_SYMBOL(struct pki_lib, req_set_key, "X509_REQ_set_pubkey"),
    DL_SYMBOL(struct pki_lib, req_sign, "X509_REQ_sign"),
    DL_SYMBOL(struct pki_lib, req_verify, "X509_REQ_verify"),
    DL_SYMBOL(struct pki_lib, req_key, "X509_REQ_get0_pubkey"),
    DL_SYMBOL(struct pki_lib, write_req, "PEM_write_bio_X509_REQ"),
    DL_SYMBOL(struct pki_lib, read_req, "PEM_read_bio_X509_REQ"),
    DL_SYMBOL(struct pki_lib, sha256, "EVP_sha256"),
    DL_SYMBOL(struct pki_lib, read_cert, "PEM_read_bio_X509"),
    DL_SYMBOL(struct pki_lib, cert_free, "X509_free"),
    DL_SYMBOL(struct pki_lib, cert_key, "X509_get0_pubkey"),
    DL_SYMBOL(struct pki_lib, cert_verify, "X509_verify"),
    DL_SYMBOL(struct pki_lib, cert_issued, "X509_check_issued"),
    DL_SYMBOL(struct pki_lib, cert_check_key, "X509_check_private_key"),
    DL_SYMBOL(struct pki_lib, cert_digest, "X509_digest"),
    DL_SYMBOL(struct pki_lib, not_before, "X509_get0_notBefore"),
    DL_SYMBOL(struct pki_lib, not_after, "X509_get0_notAfter"),
    DL_SYMBOL(struct pki_lib, to_tm, "ASN1_TIME_to_tm"),
    DL_SYMBOL(struct pki_lib, subject, "X509_get_subject_name"),
    DL_SYMBOL(struct pki_lib, issuer, "X509_get_issuer_name"),
    DL_SYMBOL(struct pki_lib, print_name, "X509_NAME_print_ex"),
    DL_SYMBOL(struct pki_lib, clear_errors, "ERR_clear_error"),
    {0},
};
static const char *const sonames[] = {"libcrypto.so.3", NULL};
static struct dl_library library = {.sonames = sonames, .package = "libssl3", .symbols = symbols, .table = &pki};

static int bind(struct err *err) { return dl_bind(&library, err); }

static void bio_release(bio_t *bio) { pki.bio_free(bio); }
DEFINE_CLEANUP_PTR(bio_t, bio_release)
static void pkey_release(pkey_t *key) { pki.pkey_free(key); }
DEFINE_CLEANUP_PTR(pkey_t, pkey_release)
static void req_release(req_t *req) { pki.req_free(req); }
DEFINE_CLEANUP_PTR(req_t, req_release)
static void cert_release(x509_t *cert) { pki.cert_free(cert); }
DEFINE_CLEANUP_PTR(x509_t, cert_release)

static char *text_of(bio_t *bio)
{
    enum { CTRL_INFO = 3 }; /* BIO_get_mem_data */
    char *data = NULL;
    long len = pki.bio_ctrl(bio, CTRL_INFO, 0, (void *)&data);
    return xstrndup(data && len > 0 ? data : "", data && len > 0 ? (size_t)len : 0);
}

static bio_t *reader(const char *text)
{
    size_t len = text ? strlen(text) : 0;
    return len && len < INT_MAX ? pki.mem_buf(text, (int)len) : NULL;
}

static int no_password(char *buffer, int size, int writes, void *arg)
{
    (void)buffer, (void)size, (void)writes, (void)arg;
    return -1; /* OpenSSL's own would ask on the terminal */
}

/* ISO C has no conversion of a function pointer to void *; POSIX does. */
static void *never_ask(void)
{
    int (*fn)(char *, int, int, void *) = no_password;
    void *address;
    memcpy(&address, &fn, sizeof(address));
    return address;
}

/* ---- keys and requests ---- */

void pki_wipe(char *secret)
{
    if (secret)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

static pkey_t *new_key(enum pki_key kind)
{
    enum { RSA_BITS = 2048 };
    return kind == PKI_RSA ? pki.keygen(NULL, NULL, "RSA", (size_t)RSA_BITS) : pki.keygen(NULL, NULL, "EC", "P-256");
}

static bool name_it(req_t *req, const char *field, const char *text)
{
    enum { UTF8 = 0x1000 }; /* MBSTRING_UTF8 */
    return !text || pki.name_add(pki.req_subject(req), field, UTF8, (const unsigned char *)text, -1, -1, 0) == 1;
}

static char *key_text(const pkey_t *key)
{
    CLEANUP(bio_release) bio_t *bio = pki.bio_new(pki.secret_mem());
    return bio && pki.write_key(bio, key, NULL, NULL, 0, NULL, NULL) == 1 ? text_of(bio) : NULL;
}

static char *request_text(pkey_t *key, const char *common_name, const char *organization)
{
    CLEANUP(req_release) req_t *req = pki.req_new();
    CLEANUP(bio_release) bio_t *bio = pki.bio_new(pki.mem());
    bool made = req && bio && pki.req_set_version(req, 0) == 1 && name_it(req, "O", organization) &&
                name_it(req, "CN", common_name) && pki.req_set_key(req, key) == 1 && pki.req_sign(req, key, pki.sha256()) > 0 &&
                pki.write_req(bio, req) == 1;
    return made ? text_of(bio) : NULL;
}

int pki_request(enum pki_key kind, const char *common_name, const char *organization, char **ret_key, char **ret_csr,
                struct err *err)
{
    if (bind(err) != 0)
        return -1;
    CLEANUP(pkey_release) pkey_t *key = new_key(kind);
    char *key_pem = key ? key_text(key) : NULL;
    char *csr_pem = key_pem ? request_text(key, common_name, organization) : NULL;
    pki.clear_errors();
    if (!csr_pem) {
        pki_wipe(key_pem);
        return err_set(err, ERR_FAILED, "cannot make a key and a signing request");
    }
    *ret_key = key_pem;
    *ret_csr = csr_pem;
    return 0;
}

bool pki_is_request(const char *pem)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    if (bind(&none) != 0)
        return false;
    CLEANUP(bio_release) bio_t *bio = reader(pem);
    CLEANUP(req_release) req_t *req = bio ? pki.read_req(bio, NULL, never_ask(), NULL) : NULL;
    pkey_t *key = req ? pki.req_key(req) : NULL;
    bool good = key && pki.req_verify(req, key) == 1;
    pki.clear_errors();
    return good;
}

/* ---- certificates ---- */

static x509_t *read_certificate(const char *pem)
{
    CLEANUP(bio_release) bio_t *bio = reader(pem);
    x509_t *cert = bio ? pki.read_cert(bio, NULL, never_ask(), NULL) : NULL;
    pki.clear_errors();
    return cert;
}

static int64_t wall_ms(const time_asn1_t *time)
{
    struct tm tm = {0};
    return time && pki.to_tm(time, &tm) == 1 ? (int64_t)timegm(&tm) * 1000 : 0;
}

static char *name_text(const name_t *name)
{
    enum { ONE_LINE = 0x2031f }; /* XN_FLAG_ONELINE without spaces around '=' */
    CLEANUP(bio_release) bio_t *bio = pki.bio_new(pki.mem());
    return bio && pki.print_name(bio, name, 0, ONE_LINE) >= 0 ? text_of(bio) : xstrdup("");
}

static void fingerprint(const x509_t *cert, char ret[HASH_HEX])
{
    unsigned char digest[64];
    unsigned len = 0;
    pki.cert_digest(cert, pki.sha256(), digest, &len);
    ret[0] = '\0';
    for (size_t i = 0; i < len && i < (HASH_HEX - 1) / 2; i++)
        snprintf(ret + 2 * i, 3, "%02x", digest[i]);
}

int pki_read(const char *pem, const char *what, struct pki_certificate *ret, struct err *err)
{
    if (bind(err) != 0)
        return -1;
    CLEANUP(cert_release) x509_t *cert = read_certificate(pem);
    if (!cert)
        return err_set(err, ERR_USAGE, "%s is not a certificate in PEM", what);
    *ret = (struct pki_certificate){
        .subject = name_text(pki.subject(cert)),
        .issuer = name_text(pki.issuer(cert)),
        .starts_ms = wall_ms(pki.not_before(cert)),
        .ends_ms = wall_ms(pki.not_after(cert)),
    };
    fingerprint(cert, ret->sha256);
    return 0;
}

void pki_certificate_release(struct pki_certificate *certificate)
{
    free(certificate->subject);
    free(certificate->issuer);
    *certificate = (struct pki_certificate){0};
}

bool pki_signed_by(const char *cert_pem, const char *ca_pem)
{
    enum { ISSUED = 0 }; /* X509_V_OK */
    CLEANUP(err_release) struct err none = ERR_INIT;
    if (bind(&none) != 0)
        return false;
    CLEANUP(cert_release) x509_t *cert = read_certificate(cert_pem);
    CLEANUP(cert_release) x509_t *ca = read_certificate(ca_pem);
    pkey_t *key = ca ? pki.cert_key(ca) : NULL;
    bool yes = cert && key && pki.cert_issued(ca, cert) == ISSUED && pki.cert_verify(cert, key) == 1;
    pki.clear_errors();
    return yes;
}

bool pki_belong(const char *cert_pem, const char *key_pem)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    if (bind(&none) != 0)
        return false;
    CLEANUP(cert_release) x509_t *cert = read_certificate(cert_pem);
    CLEANUP(bio_release) bio_t *bio = reader(key_pem);
    CLEANUP(pkey_release) pkey_t *key = bio ? pki.read_key(bio, NULL, never_ask(), NULL) : NULL;
    bool yes = cert && key && pki.cert_check_key(cert, key) == 1;
    pki.clear_errors();
    return yes;
}

bool pki_is_kind(const char *key_pem, enum pki_key kind)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    if (bind(&none) != 0)
        return false;
    CLEANUP(bio_release) bio_t *bio = reader(key_pem);
    CLEANUP(pkey_release) pkey_t *key = bio ? pki.read_key(bio, NULL, never_ask(), NULL) : NULL;
    bool yes = key && pki.pkey_is(key, kind == PKI_EC ? "EC" : "RSA") == 1;
    pki.clear_errors();
    return yes;
}
