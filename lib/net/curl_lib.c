#include "net/curl_lib.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/dl.h"
#include "base/str.h"

#define CURL_SYMBOL(member) DL_SYMBOL(struct curl_lib, member, "curl_" #member)

static const struct dl_symbol symbols[] = {
    CURL_SYMBOL(version_info),  CURL_SYMBOL(global_init),      CURL_SYMBOL(easy_init),
    CURL_SYMBOL(easy_cleanup),  CURL_SYMBOL(easy_reset),       CURL_SYMBOL(easy_setopt),
    CURL_SYMBOL(easy_getinfo),  CURL_SYMBOL(easy_strerror),    CURL_SYMBOL(easy_send),
    CURL_SYMBOL(easy_recv),     CURL_SYMBOL(multi_init),       CURL_SYMBOL(multi_setopt),
    CURL_SYMBOL(multi_cleanup), CURL_SYMBOL(multi_add_handle), CURL_SYMBOL(multi_remove_handle),
    CURL_SYMBOL(multi_perform), CURL_SYMBOL(multi_poll),       CURL_SYMBOL(multi_info_read),
    CURL_SYMBOL(slist_append),  CURL_SYMBOL(slist_free_all),   {0},
};
/* A request over TLS is a third less work with GnuTLS than with OpenSSL 3.0, but it reads all of the system's authorities to
 * know a server by one of them: three times the work. */
#define BY_GNUTLS  "libcurl-gnutls.so.4"
#define BY_OPENSSL "libcurl.so.4"
static const char *sonames[] = {BY_GNUTLS, BY_OPENSSL, NULL};
/* A library that is loaded alone looks for its own thousands of symbols in itself, not in all that libcurl needs. */
#define GNUTLS "libgnutls.so.30"
static const char *const before[] = {GNUTLS, "libcrypto.so.3", NULL};
static struct curl_lib table;
static struct dl_library library = {
    .sonames = sonames, .before = before, .package = "libcurl3-gnutls", .symbols = symbols, .table = &table};

/* GnuTLS, when it is loaded, need not make itself ready: its libcurl has it do so, and OpenSSL's has no use for it. */
static int load(bool by_system, struct err *err)
{
    const char *given = getenv("AIWF_LIBCURL");
    if (given && *given) {
        sonames[0] = given;
        sonames[1] = NULL;
    } else if (by_system) {
        sonames[0] = BY_OPENSSL;
        sonames[1] = BY_GNUTLS;
    }
    static const char quiet[] = "GNUTLS_NO_IMPLICIT_INIT";
    bool set = getenv(quiet) != NULL;
    if (!set)
        setenv(quiet, "1", 1);
    int r = dl_bind(&library, err);
    if (!set)
        unsetenv(quiet);
    return r;
}

/* GnuTLS reads megabytes of itself for that, and libcurl's other libraries do: what it has read is given back before. */
static void ready_gnutls(void)
{
    void *gnutls = dlopen(GNUTLS, RTLD_LAZY | RTLD_NOLOAD);
    void *address = gnutls ? dlsym(gnutls, "gnutls_global_init") : NULL;
    int (*init)(void);
    memcpy(&init, &address, sizeof(init));
    if (init)
        init();
    dl_release_pages();
}

static int ready(struct err *err)
{
    const char *tls = table.version_info(CURLVERSION_NOW)->ssl_version;
    table.is_gnutls = tls && str_starts(tls, "GnuTLS");
    if (table.is_gnutls)
        ready_gnutls();
    if (table.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return err_set(err, ERR_FAILED, "cannot initialise libcurl");
    dl_release_pages();
    return 0;
}

const struct curl_lib *curl_bind(bool by_system, struct err *err)
{
    bool first = !library.handle;
    return !first || (load(by_system, err) == 0 && ready(err) == 0) ? &table : NULL;
}
