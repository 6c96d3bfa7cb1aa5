/* libcurl, loaded when the first client is made. Only lib/net includes this. */
#ifndef NET_CURL_LIB_H
#define NET_CURL_LIB_H

/* Its type-checking macros name the functions, which we call by pointer. */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#include <stdbool.h>

#include "base/err.h"

struct curl_lib {
    bool is_gnutls; /* whose libcurl it is; else OpenSSL's */
    curl_version_info_data *(*version_info)(CURLversion age);
    CURLcode (*global_init)(long flags);
    CURL *(*easy_init)(void);
    void (*easy_cleanup)(CURL *easy);
    void (*easy_reset)(CURL *easy);
    CURLcode (*easy_setopt)(CURL *easy, CURLoption option, ...);
    CURLcode (*easy_getinfo)(CURL *easy, CURLINFO info, ...);
    const char *(*easy_strerror)(CURLcode code);
    CURLcode (*easy_send)(CURL *easy, const void *data, size_t len, size_t *ret_sent);
    CURLcode (*easy_recv)(CURL *easy, void *data, size_t len, size_t *ret_got);
    CURLM *(*multi_init)(void);
    CURLMcode (*multi_setopt)(CURLM *multi, CURLMoption option, ...);
    CURLMcode (*multi_cleanup)(CURLM *multi);
    CURLMcode (*multi_add_handle)(CURLM *multi, CURL *easy);
    CURLMcode (*multi_remove_handle)(CURLM *multi, CURL *easy);
    CURLMcode (*multi_perform)(CURLM *multi, int *running);
    CURLMcode (*multi_poll)(CURLM *multi, struct curl_waitfd *extra, unsigned n, int timeout_ms, int *ready);
    CURLMsg *(*multi_info_read)(CURLM *multi, int *left);
    struct curl_slist *(*slist_append)(struct curl_slist *list, const char *text);
    void (*slist_free_all)(struct curl_slist *list);
};

/* Loads and initialises it once a process; NULL when it is not installed. Not for several threads at once.
 * by_system: the first server is known by the system's authorities, which decides whose libcurl it is. */
const struct curl_lib *curl_bind(bool by_system, struct err *err);

#endif
