/* This machine: the configuration, the libraries, the files that the context names, the local runtime. */
#include <sys/stat.h>
#include <unistd.h>

#include "base/dl.h"
#include "base/file.h"
#include "doctor/parts.h"
#include "local/client.h"

enum verdict check_config(struct doctor *d, struct finding *f)
{
    (void)d;
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(conf_release) struct conf conf = {0};
    struct stat st;
    if (conf_load(&conf, &err) != 0)
        return is_error(f, &err);
    if (stat(conf.path, &st) != 0)
        return is_ok(f, "none, so the defaults apply (%s)", conf.path);
    AUTOFREE char *fix = xasprintf("chmod go-w %s", conf.path);
    if (st.st_mode & (S_IWGRP | S_IWOTH))
        return is_doubtful(f, fix, "others may write to %s", conf.path);
    return is_ok(f, "%s", conf.path);
}

enum verdict check_context(struct doctor *d, struct finding *f)
{
    if (!d->context)
        return is_error(f, d->input->context_err);
    return is_ok(f, "%s (%s)%s", d->context->name, origin_name(d->context->name_origin),
                 d->context->is_protected ? ", protected" : "");
}

/* What is loaded only when it is used, so that a missing one shows here and not in the middle of work. */
static const struct {
    const char *sonames[3]; /* one of them */
    const char *package, *use;
} late_libraries[] = {
    {{"libcurl-gnutls.so.4", "libcurl.so.4"}, "libcurl3-gnutls", "HTTP"},
    {{"libsmartcols.so.1"}, "libsmartcols1", "tables"},
    {{"libjq.so.1"}, "libjq1", "--jq"},
    {{"libncursesw.so.6"}, "libncursesw6", "top"},
    {{"libreadline.so.8"}, "libreadline8", "shell"},
    {{"libnettle.so.8"}, "libnettle8", "checksums"},
    {{"libcrypto.so.3"}, "libssl3", "keys and certificates"},
};

enum verdict check_libraries(struct doctor *d, struct finding *f)
{
    (void)d;
    static const struct dl_symbol no_symbols[] = {{0}};
    CLEANUP(str_release) struct str missing = STR_INIT;
    CLEANUP(str_release) struct str fix = STR_INIT;
    for (size_t i = 0; i < ARRAY_LEN(late_libraries); i++) {
        CLEANUP(err_release) struct err ignored = ERR_INIT;
        const char *const *sonames = late_libraries[i].sonames;
        struct dl_library library = {.sonames = sonames, .package = late_libraries[i].package, .symbols = no_symbols};
        if (dl_bind(&library, &ignored) == 0)
            continue;
        str_addf(&missing, "%s%s (for %s)", missing.len ? ", " : "", sonames[0], late_libraries[i].use);
        str_addf(&fix, "%s %s", fix.len ? "" : "apt-get install", late_libraries[i].package);
    }
    if (missing.len)
        return is_bad(f, ERR_FAILED, fix.buf, "missing: %s", missing.buf);
    return is_ok(f, "all %zu that are loaded when needed are there", ARRAY_LEN(late_libraries));
}

static bool is_secret(enum setting setting) { return setting == SETTING_password_file || setting == SETTING_key_file; }

enum verdict check_files(struct doctor *d, struct finding *f)
{
    if (!d->context)
        return CHECK_NONE;
    size_t n = 0;
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        const char *path = d->context->values[i];
        struct stat st;
        if (setting_infos[i].type != SETTING_PATH || !path)
            continue;
        n++;
        if (stat(path, &st) != 0 || access(path, R_OK) != 0)
            return is_bad(f, ERR_USAGE, NULL, "%s: %s cannot be read", setting_infos[i].key, path);
        AUTOFREE char *fix = xasprintf("chmod 600 %s", path);
        if (is_secret((enum setting)i) && st.st_mode & (S_IRWXG | S_IRWXO))
            return is_doubtful(f, fix, "%s: others may read %s", setting_infos[i].key, path);
    }
    return n ? is_ok(f, "%zu named by the context, all readable", n) : CHECK_NONE;
}

enum verdict check_systems(struct doctor *d, struct finding *f)
{
    static const enum setting systems[] = {SETTING_cloud, SETTING_kube_context, SETTING_kubeconfig, SETTING_openfaas,
                                           SETTING_prometheus};
    if (!d->context || d->context->is_local)
        return CHECK_NONE;
    for (size_t i = 0; i < ARRAY_LEN(systems); i++)
        if (context_get(d->context, systems[i]))
            return CHECK_NONE;
    AUTOFREE char *fix = xasprintf("aiwf context set %s --openfaas URL", d->context->name);
    return is_doubtful(f, fix, "the context names no cloud, cluster, gateway or Prometheus");
}

/* Only where the context means the runtime of this machine, not a gateway of the user's own. */
enum verdict check_local(struct doctor *d, struct finding *f)
{
    if (!d->context || !d->context->is_local || d->context->origins[SETTING_openfaas] != ORIGIN_DEFAULT)
        return CHECK_NONE;
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(local_gateway_release) struct local_gateway gateway = LOCAL_GATEWAY_INIT;
    AUTOFREE char *state_dir = local_state_dir();
    if (local_gateway_find(state_dir, &gateway, &err) != 0)
        return is_doubtful(f, err.hint, "not running");
    return is_ok(f, "%s, process %d", gateway.url, (int)gateway.pid);
}
