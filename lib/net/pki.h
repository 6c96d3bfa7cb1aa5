/* Keys, signing requests and certificates in PEM (libcrypto, loaded when first used): what a client certificate is made
 * of. Nothing of it touches a disk here. */
#ifndef NET_PKI_H
#define NET_PKI_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"

enum pki_key { PKI_EC, PKI_RSA }; /* P-256; 2048 bits */

/* A new key (PKCS #8) and a request for a certificate of CN=common_name, O=organization (NULL: none), SHA-256, without
 * extensions: signers allow few. The caller frees both, the key with pki_wipe. */
int pki_request(enum pki_key kind, const char *common_name, const char *organization, char **ret_key, char **ret_csr,
                struct err *err);
/* Overwrites a secret and frees it. */
void pki_wipe(char *secret);

struct pki_certificate {
    char *subject, *issuer;     /* "O=system:masters, CN=admin" */
    int64_t starts_ms, ends_ms; /* wall clock */
    char sha256[HASH_HEX];      /* of the DER, lower-case hex */
};
/* The first certificate of a PEM text; USAGE when there is none. `what` names it in errors: "the CA of cluster ml". */
int pki_read(const char *pem, const char *what, struct pki_certificate *ret, struct err *err);
void pki_certificate_release(struct pki_certificate *certificate);
DEFINE_CLEANUP(struct pki_certificate, pki_certificate_release)

/* Whether ca_pem's first certificate signed cert_pem's; false also for what is no certificate. */
bool pki_signed_by(const char *cert_pem, const char *ca_pem);
/* Whether the key is the certificate's. */
bool pki_belong(const char *cert_pem, const char *key_pem);
/* Whether the key is one of that kind, of whatever length; false also for what is no key. */
bool pki_is_kind(const char *key_pem, enum pki_key kind);
/* Whether text is a signing request that carries its own signature. */
bool pki_is_request(const char *pem);

#endif
