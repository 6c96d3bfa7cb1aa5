/* One try of a request: by whose authorities the server is known, and who we are. */
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/dl.h"
#include "net/transfer.h"

/* "Expire date:Nov 22 13:51:42 2026 GMT" of OpenSSL's, "Expire Date:2026-11-22 13:51:42 GMT" of GnuTLS'. */
static int64_t certificate_date_ms(const struct curl_slist *line, const char *label)
{
    for (; line; line = line->next) {
        struct tm tm = {0}, other = {0};
        if (strncasecmp(line->data, label, strlen(label)) != 0)
            continue;
        const char *date = line->data + strlen(label);
        if (strptime(date, " %b %d %H:%M:%S %Y", &tm))
            return (int64_t)timegm(&tm) * 1000;
        if (strptime(date, " %Y-%m-%d %H:%M:%S", &other))
            return (int64_t)timegm(&other) * 1000;
    }
    return 0;
}

void transfer_certificates(const struct transfer *t, struct shown_certificates *ret)
{
    struct curl_certinfo *info = NULL;
    *ret = (struct shown_certificates){0};
    if (t->http->curl->easy_getinfo(t->easy, CURLINFO_CERTINFO, &info) != CURLE_OK || !info)
        return;
    int64_t now = clock_wall_ms();
    for (int i = 0; i < info->num_of_certs; i++) {
        int64_t begins = certificate_date_ms(info->certinfo[i], "Start date:");
        int64_t ends = certificate_date_ms(info->certinfo[i], "Expire date:");
        ret->is_early |= begins > now;
        ret->is_late |= ends && ends < now;
        if (i == 0)
            ret->ends_ms = ends;
    }
}

/* A PEM text, which outlives the request, or else a file. */
static void set_pem(struct transfer *t, CURLoption blob_option, const char *pem, CURLoption file_option, const char *file)
{
    const struct curl_lib *curl = t->http->curl;
    CLEANUP(str_release) struct str path = STR_INIT;
    if (pem && !curl->is_gnutls) {
        struct curl_blob blob = {.data = (char *)(uintptr_t)pem, .len = strlen(pem), .flags = CURL_BLOB_NOCOPY};
        curl->easy_setopt(t->easy, blob_option, &blob);
    } else if (pem && pem_path(t->http, pem, &path)) {
        curl->easy_setopt(t->easy, file_option, path.buf);
    } else if (file) {
        curl->easy_setopt(t->easy, file_option, file);
    }
}

/* One's own authority stands for the system's: libcurl would trust those of its folder, too. Debian's libcurl with GnuTLS has
 * no other for the system's, and reads each of them there twice. OpenSSL looks the one up in its folder by a hash of its name, and
 * is spared the bundle. */
static void set_authorities(struct transfer *t)
{
    static const char bundle[] = "/etc/ssl/certs/ca-certificates.crt";
    const struct curl_lib *curl = t->http->curl;
    const struct http_settings *set = &t->http->set;
    bool has_bundle = trusts_system(set) && access(bundle, R_OK) == 0;
    bool is_bundle = has_bundle && curl->is_gnutls, has_folder = trusts_system(set) && !is_bundle;
    t->by_folder = has_bundle && has_folder && !t->http->needs_bundle;
    set_pem(t, CURLOPT_CAINFO_BLOB, set->ca_pem, CURLOPT_CAINFO, is_bundle ? bundle : set->ca_file);
    if (!has_folder)
        curl->easy_setopt(t->easy, CURLOPT_CAPATH, (char *)NULL);
    if (t->by_folder)
        curl->easy_setopt(t->easy, CURLOPT_CAINFO, (char *)NULL);
    if (!set->proxy)
        return;
    /* An https one is trusted as the server is, as by kubectl. */
    set_pem(t, CURLOPT_PROXY_CAINFO_BLOB, set->ca_pem, CURLOPT_PROXY_CAINFO, is_bundle ? bundle : set->ca_file);
    if (!has_folder)
        curl->easy_setopt(t->easy, CURLOPT_PROXY_CAPATH, (char *)NULL);
}

/* OpenSSL reads 4 MB of itself for one handshake: what it has read until there is a certificate is given back before that is checked,
 * and once more before its signature is; for a client's first few. Other messages have other first bytes (RFC 8446, 4), heads of records are shorter. */
static int on_message(CURL *easy, curl_infotype type, char *data, size_t len, void *arg)
{
    enum { HEAD_BYTES = 5, CERTIFICATE = 11, CERTIFICATE_VERIFY = 15, FIRST_MESSAGES = 8 };
    (void)easy;
    struct transfer *t = arg;
    bool is_long = type == CURLINFO_SSL_DATA_IN && len > HEAD_BYTES && (data[0] == CERTIFICATE || data[0] == CERTIFICATE_VERIFY);
    if (is_long && t->loop->messages++ < FIRST_MESSAGES)
        dl_release_pages();
    return 0;
}

static void follow_handshake(struct transfer *t)
{
    if (!str_starts(t->req->url, "https:") && !t->http->set.proxy)
        return;
    t->http->curl->easy_setopt(t->easy, CURLOPT_DEBUGDATA, t);
    t->http->curl->easy_setopt(t->easy, CURLOPT_DEBUGFUNCTION, on_message);
    t->http->curl->easy_setopt(t->easy, CURLOPT_VERBOSE, 1L);
}

void transfer_set_tls(struct transfer *t)
{
    const struct curl_lib *curl = t->http->curl;
    const struct http_settings *set = &t->http->set;
    set_authorities(t);
    set_pem(t, CURLOPT_SSLCERT_BLOB, set->cert_pem, CURLOPT_SSLCERT, set->cert_file);
    set_pem(t, CURLOPT_SSLKEY_BLOB, set->key_pem, CURLOPT_SSLKEY, set->key_file);
    if (!curl->is_gnutls) {
        curl->easy_setopt(t->easy, CURLOPT_KEYPASSWD, ""); /* it would ask the terminal */
        follow_handshake(t);
    }
    if (set->proxy && set->insecure) {
        curl->easy_setopt(t->easy, CURLOPT_PROXY_SSL_VERIFYPEER, 0L);
        curl->easy_setopt(t->easy, CURLOPT_PROXY_SSL_VERIFYHOST, 0L);
    }
    /* GnuTLS' libcurl does not say why it does not trust a certificate: its dates do. */
    if (t->req->certificate || curl->is_gnutls)
        curl->easy_setopt(t->easy, CURLOPT_CERTINFO, 1L);
    if (set->insecure) {
        curl->easy_setopt(t->easy, CURLOPT_SSL_VERIFYPEER, 0L);
        curl->easy_setopt(t->easy, CURLOPT_SSL_VERIFYHOST, 0L);
    }
}
