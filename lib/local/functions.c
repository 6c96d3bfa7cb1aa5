/* All functions: deployed, removed, kept on disk. */
#include "local/functions.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "local/dir_copy.h"
#include "local/function.h"
#include "local/process.h"
#include "local/store.h"

enum { NAME_ROOM = STORE_NAME_MAX + 16 };

struct function *functions_find(const struct functions *functions, const char *name, size_t len)
{
    static const char namespace[] = ".openfaas-fn";
    size_t suffix = sizeof(namespace) - 1;
    if (len > suffix && memcmp(name + len - suffix, namespace, suffix) == 0)
        len -= suffix;
    char room[NAME_ROOM];
    if (len == 0 || len >= sizeof(room))
        return NULL;
    memcpy(room, name, len);
    room[len] = '\0';
    return map_get(&functions->by_name, room);
}

size_t functions_count(const struct functions *functions) { return functions->by_name.live; }

int64_t functions_ready(const struct functions *functions, const char *name)
{
    const struct function *function = functions_find(functions, name, strlen(name));
    return function ? function->ready : 0;
}

int functions_instances(const struct functions *functions)
{
    int n = 0;
    for (struct map_entry *e = map_first(&functions->by_name); e; e = map_next(&functions->by_name, e)) {
        const struct function *function = e->value;
        n += function->starting + function->ready + function->running;
    }
    return n;
}

char *functions_new_home(struct functions *functions, const struct function *function)
{
    return xasprintf("%s/%s/i%lld", functions->run_folder, function->name, (long long)++functions->next_id);
}

static char *source_folder(const struct functions *functions, const char *name, int64_t revision)
{
    return xasprintf("%s/%s/r%lld", functions->run_folder, name, (long long)revision);
}

char *function_source_folder(const struct function *function)
{
    return function->config.source ? source_folder(function->all, function->name, function->revision) : NULL;
}

static int save(const struct functions *functions, const char *name, const node_t *spec, int64_t created_ms, int64_t revision,
                struct err *err)
{
    CLEANUP(node_free) node_t *doc = node_new_object();
    CLEANUP(str_release) struct str created = STR_INIT;
    rfc3339_print(&created, created_ms);
    node_set_str(doc, "created", created.buf);
    node_set_num(doc, "revision", (double)revision);
    node_set(doc, "spec", node_copy(spec));
    return store_put(functions->folder, name, doc, err);
}

static void apply(struct function *function, struct function_config *config, node_t *spec, int64_t created_ms, int64_t revision)
{
    function_config_release(&function->config);
    function->config = *config;
    *config = (struct function_config){0};
    node_free(function->spec);
    function->spec = spec;
    function->created_ms = created_ms;
    function->revision = revision;
    function->replicas = 1;
    function->crashes = 0;
    function->is_held_cold = false;
    function_well(function);
}

static void rescale(struct function *function)
{
    struct pools *pools = function->all->daemon->pools;
    bool was_pooled = function->is_pooled;
    function->is_pooled = pools && (pools_floor(pools, function->name) > 0 || pools_ceiling(pools, function->name) >= 0);
    if (function->is_pooled && !was_pooled)
        function_tell_idle(function);
    int64_t now_ms = clock_mono_ms();
    if (!function->config.is_stdio && function->ready + function->starting > function_ceiling(function))
        function_shrink(function, function_ceiling(function));
    for (struct instance *i = function->instances; i; i = i->next) /* a floor that fell lets idle ones go */
        if (i->state == INSTANCE_READY && i->inflight == 0)
            deadline_set(&i->deadline, now_ms, function->config.idle_ms - (now_ms - i->idle_since_ms));
    function_balance(function);
}

void functions_rescale(struct functions *functions, const char *name)
{
    struct function *function = functions_find(functions, name, strlen(name));
    if (!function)
        return;
    function->is_held_cold = false;
    rescale(function);
}

/* Revisions are times, so that an old one never comes again. */
static int64_t new_revision(const struct function *old)
{
    int64_t revision = clock_wall_ms();
    return old && old->revision >= revision ? old->revision + 1 : revision;
}

/* One deployment, from its check to its being kept and applied. */
struct deployment {
    struct functions *functions;
    struct function_config config;
    node_t *spec;
    const char *name; /* the spec's */
    char *folder;
    int64_t revision;
    bool replace, must_exist;
    struct dir_copy *copy;
    struct deploy_done done;
    struct deployment *next;
};

static void deployment_free(struct deployment *deployment)
{
    function_config_release(&deployment->config);
    node_free(deployment->spec);
    free(deployment->folder);
    free(deployment);
}

static int check_name(const struct deployment *deployment, struct function **ret, struct err *err)
{
    const char *name = deployment->name;
    *ret = functions_find(deployment->functions, name, strlen(name));
    if (*ret && !deployment->replace)
        return err_set(err, ERR_CONFLICT, "function \"%s\" exists already", name);
    if (!*ret && deployment->must_exist)
        return err_set(err, ERR_NOT_FOUND, "there is no function \"%s\"", name);
    for (const struct deployment *d = deployment->functions->deployments; d; d = d->next)
        if (d != deployment && str_eq(d->name, name))
            return err_set(err, ERR_CONFLICT, "function \"%s\" is being deployed", name);
    return 0;
}

static void remove_folder(const char *path)
{
    CLEANUP(err_release) struct err unused = ERR_INIT;
    dir_remove(path, &unused);
}

/* What was there is looked at again: it may have changed while the source was copied. */
static int keep(struct deployment *deployment, struct err *err)
{
    struct functions *functions = deployment->functions;
    struct function *function = NULL;
    if (check_name(deployment, &function, err) != 0)
        return -1;
    int64_t created_ms = function ? function->created_ms : clock_wall_ms();
    if (save(functions, deployment->name, deployment->spec, created_ms, deployment->revision, err) != 0)
        return -1;
    if (!function) {
        function = function_new(functions, deployment->name);
        map_set(&functions->by_name, deployment->name, function);
    }
    bool had_source = function->config.source && !function->instances;
    AUTOFREE char *old_folder = source_folder(functions, function->name, function->revision);
    function_shrink(function, 0);
    apply(function, &deployment->config, TAKE(deployment->spec), created_ms, deployment->revision);
    if (had_source)
        remove_folder(old_folder);
    rescale(function);
    return 0;
}

static void finish(struct deployment *deployment, const struct err *failure)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    if (!failure && keep(deployment, &err) != 0)
        failure = &err;
    if (failure) {
        remove_folder(deployment->folder);
        AUTOFREE char *parent = path_join(deployment->functions->run_folder, deployment->name);
        rmdir(parent); /* unless another revision is there */
    }
    struct deploy_done done = deployment->done;
    deployment_free(deployment);
    done.fn(failure, done.arg);
}

static void source_copied(const struct err *failure, void *arg)
{
    struct deployment *deployment = arg;
    struct deployment **at = &deployment->functions->deployments;
    while (*at != deployment)
        at = &(*at)->next;
    *at = deployment->next;
    finish(deployment, failure);
}

static int begin(struct deployment *deployment, struct err *err)
{
    struct functions *functions = deployment->functions;
    struct function *function = NULL;
    if (function_config_read(&deployment->config, deployment->spec, err) != 0)
        return -1;
    deployment->name = node_str(deployment->spec, "/service", "");
    if (check_name(deployment, &function, err) != 0)
        return -1;
    deployment->revision = new_revision(function);
    deployment->folder = source_folder(functions, deployment->name, deployment->revision);
    const char *source = deployment->config.source;
    if (!source)
        return 0;
    struct dir_copy_done done = {source_copied, deployment};
    deployment->copy = dir_copy_start(functions->daemon->loop, deployment->folder, source, done, err);
    if (!deployment->copy)
        return -1;
    deployment->next = functions->deployments;
    functions->deployments = deployment;
    return 0;
}

void functions_deploy(struct functions *functions, const node_t *spec, bool replace, bool must_exist, struct deploy_done done)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct deployment *deployment = xcalloc(1, sizeof(*deployment));
    *deployment = (struct deployment){
        .functions = functions, .spec = node_copy(spec), .replace = replace, .must_exist = must_exist, .done = done};
    if (begin(deployment, &err) != 0) {
        deployment_free(deployment);
        done.fn(&err, done.arg);
    } else if (!deployment->copy) {
        finish(deployment, NULL);
    }
}

int functions_remove(struct functions *functions, const char *name, struct err *err)
{
    struct function *function = functions_find(functions, name, strlen(name));
    if (!function)
        return err_set(err, ERR_NOT_FOUND, "there is no function \"%s\"", name);
    if (store_delete(functions->folder, function->name, err) != 0)
        return -1;
    if (!function->instances) {
        CLEANUP(err_release) struct err unused = ERR_INIT;
        AUTOFREE char *folder = path_join(functions->run_folder, function->name);
        dir_remove(folder, &unused);
    }
    map_delete(&functions->by_name, function->name);
    function_remove(function);
    return 0;
}

int functions_scale(struct functions *functions, const char *name, long long replicas, struct err *err)
{
    struct function *function = functions_find(functions, name, strlen(name));
    if (!function)
        return err_set(err, ERR_NOT_FOUND, "there is no function \"%s\"", name);
    int64_t ceiling = function_ceiling(function);
    if (replicas < 0 || replicas > ceiling) {
        err_set(err, ERR_USAGE, "function \"%s\" cannot have %lld replicas: its ceiling is %lld", function->name, replicas,
                (long long)ceiling);
        return err_hint(err, "the label com.openfaas.scale.max raises it");
    }
    function->replicas = replicas;
    if (function->config.is_stdio)
        return 0;
    function->is_held_cold = replicas < function_floor(function);
    function_shrink(function, replicas);
    while (function->ready + function->starting < replicas)
        if (instance_start(function, err) != 0) {
            function_failed(function, 0, "%s", err->what);
            return -1;
        }
    return 0;
}

static int load_one(const char *name, const node_t *document, void *arg, struct err *err)
{
    struct functions *functions = arg;
    const node_t *spec = node_get(document, "spec");
    CLEANUP(function_config_release) struct function_config config = {0};
    if (function_config_read(&config, spec, err) != 0)
        return -1;
    if (!str_eq(node_str(spec, "/service", NULL), name))
        return err_set(err, ERR_USAGE, "it describes another function");
    int64_t created_ms = 0;
    rfc3339_parse(node_str(document, "/created", ""), &created_ms);
    struct function *function = function_new(functions, name);
    apply(function, &config, node_copy(spec), created_ms, node_int(document, "/revision", 0));
    map_set(&functions->by_name, name, function);
    return 0;
}

/* What a gateway that was killed left: private folders of instances, sources of older revisions. */
static void sweep_function(struct functions *functions, const char *name)
{
    const struct function *function = functions_find(functions, name, strlen(name));
    CLEANUP(err_release) struct err unused = ERR_INIT;
    AUTOFREE char *folder = path_join(functions->run_folder, name);
    AUTOFREE char *current = function ? xasprintf("r%lld", (long long)function->revision) : NULL;
    if (!function) {
        dir_remove(folder, &unused);
        return;
    }
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        if (entry->d_name[0] == '.' || str_eq(entry->d_name, current))
            continue;
        AUTOFREE char *old = path_join(folder, entry->d_name);
        dir_remove(old, &unused);
    }
    if (dir)
        closedir(dir);
}

static void sweep(struct functions *functions)
{
    DIR *dir = opendir(functions->run_folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        if (entry->d_name[0] != '.')
            sweep_function(functions, entry->d_name);
    if (dir)
        closedir(dir);
}

struct functions *functions_new(struct daemon *daemon, struct strv *broken, struct err *err)
{
    struct functions *functions = xcalloc(1, sizeof(*functions));
    functions->daemon = daemon;
    functions->folder = path_join(daemon->config.state_dir, "functions");
    functions->run_folder = path_join(daemon->config.state_dir, "run");
    functions->log_folder = path_join(daemon->config.state_dir, "logs/functions");
    functions->by_name = MAP_INIT(NULL);
    if (getrandom(&functions->id_state, sizeof(functions->id_state), 0) != (ssize_t)sizeof(functions->id_state))
        functions->id_state = (uint64_t)clock_mono_ns();
    functions->next_port = (int)(functions->id_state >> 32 & 0x3fff);
    stats_register(functions);
    if (store_open(functions->folder, err) != 0 || dir_make(functions->run_folder, 0700, err) != 0 ||
        dir_make(functions->log_folder, 0700, err) != 0 || store_load(functions->folder, load_one, functions, broken, err) != 0) {
        functions_free(functions);
        return NULL;
    }
    sweep(functions);
    return functions;
}

void functions_start(struct functions *functions)
{
    for (struct map_entry *e = map_first(&functions->by_name); e; e = map_next(&functions->by_name, e))
        rescale(e->value);
}

static void stop_all(struct function *function)
{
    for (struct instance *i = function->instances; i; i = i->next)
        instance_stop(i);
}

/* Waits for the instances to end, without the loop, which is over. */
static void wait_all(struct function *function, int64_t until_ms)
{
    for (struct instance *i = function->instances; i; i = i->next) {
        struct pollfd poll_fd = {.fd = i->child.pidfd, .events = POLLIN};
        int64_t left_ms = until_ms - clock_mono_ms();
        poll(&poll_fd, 1, left_ms > 0 ? (int)left_ms : 0);
    }
}

static void end_all(struct function *function)
{
    while (function->instances)
        instance_kill_now(function->instances);
}

static void for_each(struct functions *functions, void (*fn)(struct function *function))
{
    for (struct map_entry *e = map_first(&functions->by_name); e; e = map_next(&functions->by_name, e))
        fn(e->value);
    for (struct function *f = functions->leaving; f; f = f->next_leaving)
        fn(f);
}

void functions_stop(struct functions *functions)
{
    functions->is_ending = true;
    while (functions->deployments) {
        dir_copy_stop(functions->deployments->copy);
        dir_copy_finish(functions->deployments->copy);
    }
    for_each(functions, stop_all);
    int64_t until_ms = clock_mono_ms() + GRACE_MS;
    for (struct map_entry *e = map_first(&functions->by_name); e; e = map_next(&functions->by_name, e))
        wait_all(e->value, until_ms);
    for (struct function *f = functions->leaving; f; f = f->next_leaving)
        wait_all(f, until_ms);
    for_each(functions, end_all);
    processes_kill(functions);
}

void functions_free(struct functions *functions)
{
    if (!functions)
        return;
    for (struct map_entry *e = map_first(&functions->by_name); e; e = map_next(&functions->by_name, e))
        function_free(e->value);
    while (functions->leaving) {
        struct function *function = functions->leaving;
        functions->leaving = function->next_leaving;
        function_free(function);
    }
    map_release(&functions->by_name);
    free(functions->folder);
    free(functions->run_folder);
    free(functions->log_folder);
    free(functions);
}
