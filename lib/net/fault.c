/* Why no whole answer came, in words: curl's codes to errors with a cause and a remedy. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "net/pki.h"
#include "net/transfer.h"
#include "net/url.h"

/* OpenSSL's verification results (openssl/x509_vfy.h), as CURLINFO_SSL_VERIFYRESULT gives them. */
enum {
    X509_NO_ISSUER = 2,
    X509_NOT_YET_VALID = 9,
    X509_EXPIRED = 10,
    X509_SELF_SIGNED = 18,
    X509_SELF_SIGNED_CHAIN = 19,
    X509_NO_LOCAL_ISSUER = 20,
    X509_NO_CHAIN = 21
};

static const char *proxy_variable(const struct transfer *t)
{
    static const char *const names[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    bool tls = str_starts(t->req->url, "https:");
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const char *value = getenv(names[i]);
        bool fits = i == 0 ? !tls : i > 2 || tls;
        if (fits && value && *value)
            return names[i];
    }
    return NULL;
}

static char *host_of(const struct transfer *t)
{
    CLEANUP(str_release) struct str origin = STR_INIT;
    url_origin(&origin, t->req->url);
    const char *host = strstr(origin.buf, "://");
    if (!host)
        return xstrdup(t->req->url);
    const char *colon = strrchr(host + 3, ':');
    return xstrndup(host + 3, colon ? (size_t)(colon - host - 3) : strlen(host + 3));
}

static const char *words_of(const struct transfer *t, CURLcode code)
{
    return t->error[0] ? t->error : t->http->curl->easy_strerror(code);
}

static int no_name(const struct transfer *t, struct err *err)
{
    AUTOFREE char *host = host_of(t);
    err_why(err, "the name %s does not resolve", host);
    return err_hint(err, "getent hosts %s, or another URL (aiwf context show)", host);
}

static int proxy_fault(const struct transfer *t, struct err *err, const char *why)
{
    const char *variable = proxy_variable(t);
    err_why(err, "the proxy %s", why);
    const char *setting = t->http->set.proxy_setting;
    if (t->http->set.proxy)
        return err_hint(err, "check %s", setting ? setting : "the proxy's address");
    if (variable)
        return err_hint(err, "check $%s, or add the host to $no_proxy", variable);
    return err_hint(err, "check the proxy's address");
}

static int no_connection(const struct transfer *t, struct err *err)
{
    long number = 0;
    t->http->curl->easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &number);
    const char *words = number ? strerror((int)number) : "no connection";
    AUTOFREE char *host = host_of(t);
    if (t->error[0] && !strstr(t->error, host)) {
        AUTOFREE char *why = xasprintf("cannot be reached: %s", words);
        return proxy_fault(t, err, why);
    }
    err_why(err, "%s", words);
    if (number == ECONNREFUSED)
        return err_hint(err, "is the service running, and is this its port?");
    return err_hint(err, "aiwf doctor");
}

enum doubt { DOUBT_OTHER, DOUBT_AUTHORITY, DOUBT_EARLY, DOUBT_LATE };

static enum doubt openssl_doubt(const struct transfer *t)
{
    long result = 0;
    t->http->curl->easy_getinfo(t->easy, CURLINFO_SSL_VERIFYRESULT, &result);
    switch (result) {
    case X509_NO_ISSUER:
    case X509_SELF_SIGNED:
    case X509_SELF_SIGNED_CHAIN:
    case X509_NO_LOCAL_ISSUER:
    case X509_NO_CHAIN:
        return DOUBT_AUTHORITY;
    case X509_EXPIRED:
        return DOUBT_LATE;
    case X509_NOT_YET_VALID:
        return DOUBT_EARLY;
    default:
        return DOUBT_OTHER;
    }
}

bool is_of_unknown_authority(const struct transfer *t)
{
    return !t->http->curl->is_gnutls && openssl_doubt(t) == DOUBT_AUTHORITY;
}

enum { CA_MAX_BYTES = 4 << 20 };
static const char pem_begin[] = "-----BEGIN";

/* The authorities that were given; false: none were. */
static bool read_ca(const struct transfer *t, struct str *text)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    const struct http_settings *set = &t->http->set;
    if (set->ca_pem)
        str_add(text, set->ca_pem);
    return set->ca_pem || (set->ca_file && file_read(set->ca_file, text, &none) == 0);
}

/* Of one authority its time is told, of several not whose it is. */
static enum doubt authority_doubt(const struct transfer *t)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(str_release) struct str text = STR_INIT_MAX(CA_MAX_BYTES);
    CLEANUP(pki_certificate_release) struct pki_certificate ca = {0};
    const char *first = read_ca(t, &text) ? strstr(text.buf, pem_begin) : NULL;
    if (!first || strstr(first + 1, pem_begin) || pki_read(first, "the CA", &ca, &none) != 0)
        return DOUBT_AUTHORITY;
    int64_t now = clock_wall_ms();
    return ca.ends_ms < now ? DOUBT_LATE : ca.starts_ms > now ? DOUBT_EARLY : DOUBT_AUTHORITY;
}

static enum doubt doubt(const struct transfer *t)
{
    struct shown_certificates shown;
    if (!t->http->curl->is_gnutls)
        return openssl_doubt(t);
    transfer_certificates(t, &shown);
    return shown.is_late ? DOUBT_LATE : shown.is_early ? DOUBT_EARLY : authority_doubt(t);
}

static int untrusted(const struct transfer *t, struct err *err)
{
    const char *words = words_of(t, CURLE_PEER_FAILED_VERIFICATION);
    if (strstr(words, "subject name")) {
        AUTOFREE char *host = t->http->set.tls_name ? xstrdup(t->http->set.tls_name) : host_of(t);
        err_why(err, "TLS: the server's certificate is for another name than %s", host);
        return err_hint(err, "use a name that is in the certificate");
    }
    switch (doubt(t)) {
    case DOUBT_AUTHORITY:
        err_why(err, "TLS: the server's certificate is of an unknown authority");
        if (t->http->set.ca_setting)
            return err_hint(err, "check %s", t->http->set.ca_setting);
        return err_hint(err, "set ca-file of the context to the authority's PEM file (AIWF_CA_FILE=FILE)");
    case DOUBT_LATE:
        err_why(err, "TLS: the server's certificate has expired");
        return err_hint(err, "have it renewed, or check this machine's clock");
    case DOUBT_EARLY:
        err_why(err, "TLS: the server's certificate is not valid yet");
        return err_hint(err, "check this machine's clock");
    case DOUBT_OTHER:
        break;
    }
    return err_why(err, "TLS: %s", words);
}

static int wants_certificate(const struct transfer *t, struct err *err)
{
    const char *setting = t->http->set.cert_setting;
    return err_hint(err, "if the server wants a client certificate, set %s",
                    setting ? setting : "cert-file and key-file of the context");
}

/* OpenSSL's words, then GnuTLS'. */
static const char *const no_tls[] = {"wrong version number", "packet length too long", "unexpected TLS packet",
                                     "unsupported version", NULL};
static const char *const refusals[] = {"bad certificate", "handshake failure", "fatal alert", NULL};

static bool has_one_of(const char *words, const char *const *list)
{
    for (; *list; list++)
        if (strstr(words, *list))
            return true;
    return false;
}

static int no_handshake(const struct transfer *t, struct err *err, CURLcode code)
{
    const char *words = words_of(t, code);
    err_why(err, "TLS: %s", words);
    if (has_one_of(words, no_tls))
        return err_hint(err, "the server may not speak TLS on this port: http:// instead of https://?");
    if (has_one_of(words, refusals))
        return wants_certificate(t, err);
    if (strstr(words, "Key usage violation"))
        return err_hint(err, "have the certificate made with the usage digitalSignature, or AIWF_LIBCURL=libcurl.so.4");
    return -1;
}

static int too_late(const struct transfer *t, struct err *err, const char *url)
{
    if (!t->sends) {
        err_set(err, ERR_UNREACHABLE, "cannot reach %s", url);
        err_why(err, "%s",
                t->error[0] && strstr(t->error, "Resolving") ? "the name did not resolve in time" : "no connection in time");
        return err_hint(err, "aiwf doctor");
    }
    err_set(err, ERR_TIMEOUT, "no whole answer from %s", url);
    if (t->abort == ABORT_LATE && t->answering)
        return err_why(err, "nothing more came for %g s (%zu bytes had come)", t->req->idle_ms / 1000.0, t->got_bytes);
    if (t->abort == ABORT_LATE)
        return err_why(err, "no first byte of an answer in time");
    if (!t->answering)
        return err_why(err, "no answer before the deadline");
    return err_why(err, "the answer was not complete before the deadline (%zu bytes had come)", t->got_bytes);
}

/* Sent, but the connection ended before a whole answer. */
static int broken_off(const struct transfer *t, struct err *err, CURLcode code, const char *url)
{
    if (t->answering) {
        err_set(err, ERR_UNREACHABLE, "the answer of %s was cut", url);
        return err_why(err, "the connection ended after %zu bytes of its body", t->got_bytes);
    }
    err_set(err, ERR_UNREACHABLE, "no answer from %s", url);
    bool silent = code == CURLE_GOT_NOTHING || code == CURLE_SEND_ERROR;
    err_why(err, "%s", silent ? "the connection was closed without an answer" : words_of(t, code));
    const struct http_settings *set = &t->http->set;
    if (str_starts(t->req->url, "https:") && !set->cert_file && !set->cert_pem && !t->res->reused)
        return wants_certificate(t, err);
    return request_is_idempotent(t->req) ? -1 : err_hint(err, "it may have been carried out: look before repeating it");
}

static int aborted(const struct transfer *t, struct err *err, const char *url)
{
    switch (t->abort) {
    case ABORT_TOO_LARGE:
        err_set(err, ERR_FAILED, "the answer of %s is too large", url);
        return err_why(err, "the limit is %zu bytes", t->res->body.max);
    case ABORT_HEADERS:
        err_set(err, ERR_FAILED, "the answer of %s is too large", url);
        return err_why(err, "its headers alone are over %zu bytes", t->header_bytes);
    case ABORT_BODY:
        return err_set(err, ERR_FAILED, "cannot read what is to be sent to %s", url);
    default:
        return broken_off(t, err, CURLE_GOT_NOTHING, url);
    }
}

static int proxy_refused(const struct transfer *t, struct err *err)
{
    long status = 0;
    t->http->curl->easy_getinfo(t->easy, CURLINFO_HTTP_CONNECTCODE, &status);
    if (status < 300)
        return 0;
    AUTOFREE char *why = xasprintf("refused to connect (status %ld)", status);
    return proxy_fault(t, err, why);
}

/* An https proxy is spoken to over TLS of its own. */
static bool is_proxy_untrusted(const struct transfer *t)
{
    long result = 0;
    if (t->http->curl->is_gnutls) {
        const char *proxy = t->http->set.proxy;
        t->http->curl->easy_getinfo(t->easy, CURLINFO_HTTP_CONNECTCODE, &result);
        return proxy && str_starts(proxy, "https:") && !result; /* it was not come to yet */
    }
    return t->http->curl->easy_getinfo(t->easy, CURLINFO_PROXY_SSL_VERIFYRESULT, &result) == CURLE_OK && result != 0;
}

static int unreachable(const struct transfer *t, struct err *err, CURLcode code, const char *url)
{
    err_set(err, ERR_UNREACHABLE, "cannot reach %s", url);
    if (proxy_refused(t, err))
        return -1;
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return no_name(t, err);
    case CURLE_COULDNT_RESOLVE_PROXY:
        return proxy_fault(t, err, "has a name that does not resolve");
    case CURLE_COULDNT_CONNECT:
        return no_connection(t, err);
    case CURLE_PEER_FAILED_VERIFICATION:
        return is_proxy_untrusted(t) ? proxy_fault(t, err, "has a certificate that is not trusted") : untrusted(t, err);
    case CURLE_SSL_CONNECT_ERROR:
        return no_handshake(t, err, code);
    default:
        return err_why(err, "%s", words_of(t, code));
    }
}

static const char *named(const char *file, const char *setting) { return file ? file : setting ? setting : "of this client"; }

/* A long query hides the cause that comes after it. */
static void shown_url(struct str *s, const char *url)
{
    enum { QUERY_SHOWN = 100 };
    url_mask(s, url);
    const char *query = strchr(s->buf, '?');
    if (query && strlen(query) > QUERY_SHOWN) {
        str_cut(s, (size_t)(query - s->buf) + 1);
        str_add(s, "...");
    }
}

static int no_authority(const struct transfer *t, struct err *err, CURLcode code)
{
    err_set(err, ERR_USAGE, "the CA file %s has no usable certificate", named(t->http->set.ca_file, t->http->set.ca_setting));
    return err_why(err, "%s", words_of(t, code));
}

/* GnuTLS takes a CA file without any, and trusts nobody. */
static bool is_ca_empty(const struct transfer *t)
{
    CLEANUP(str_release) struct str text = STR_INIT_MAX(CA_MAX_BYTES);
    return t->http->curl->is_gnutls && read_ca(t, &text) && !strstr(text.buf, pem_begin);
}

int transfer_fault(struct transfer *t, CURLcode code)
{
    struct err *err = t->err;
    CLEANUP(str_release) struct str url = STR_INIT;
    shown_url(&url, t->req->url);
    if (code == CURLE_OPERATION_TIMEDOUT)
        return too_late(t, err, url.buf);
    if (t->abort != ABORT_NONE)
        return aborted(t, err, url.buf);
    switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
        if (t->sends) {
            err_set(err, ERR_FAILED, "what answers at %s does not speak HTTP", url.buf);
            return err_hint(err, "another port, or https:// instead of http://?");
        }
        return err_set(err, ERR_USAGE, "%s is not a URL that can be asked (http or https)", url.buf);
    case CURLE_SSL_CACERT_BADFILE:
        return no_authority(t, err, code);
    case CURLE_PEER_FAILED_VERIFICATION:
        if (is_ca_empty(t))
            return no_authority(t, err, code);
        break;
    case CURLE_SSL_CONNECT_ERROR:
        if (!strstr(words_of(t, code), "error reading X.509"))
            break;
        __attribute__((fallthrough));
    case CURLE_SSL_CERTPROBLEM:
        err_set(err, ERR_USAGE, "cannot use the client certificate %s", named(t->http->set.cert_file, t->http->set.cert_setting));
        return err_why(err, "%s", words_of(t, code));
    default:
        break;
    }
    return t->sends ? broken_off(t, err, code, url.buf) : unreachable(t, err, code, url.buf);
}
