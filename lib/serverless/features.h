/* What a function may say, and which runtime has a word for it: one table that refuses what is not there by its option, and
 * that people are shown. */
#ifndef SERVERLESS_FEATURES_H
#define SERVERLESS_FEATURES_H

#include "serverless/runtime.h"

/* Identifier, its option, what it is, and whether spec `s` (with detail `d`, never NULL) says it. */
#define FUNCTION_FEATURES(X)                                                                                                   \
    X(IMAGE, "--image", "a container image", s->image)                                                                         \
    X(SOURCE, "--source", "a folder", s->source)                                                                               \
    X(COMMAND, "--command", "a shell command", s->command)                                                                     \
    X(ARGS, "--arg", "arguments of the image's program", d->args.n)                                                            \
    X(STDIO, "--mode stdio", "a process a request", s->mode &&strcmp(s->mode, "stdio") == 0)                                   \
    X(MANIFEST, "-f", "a Knative Service as it is", s->object)                                                                 \
    X(ENV, "--env", "environment variables", s->env && s->env->n)                                                              \
    X(ENV_FROM, "--env-from", "all of a secret or config map as variables", d->env_from.n)                                     \
    X(ENV_VALUE_FROM, "--env-value-from", "a variable from a secret or config map", d->env_value_from.n)                       \
    X(SECRETS, "--secret", "secrets as files where the runtime puts them", d->secrets.n)                                       \
    X(VOLUME, "--volume PATH=secret:NAME", "secrets and config maps as files", has_volume(d, false, "secret:", "config-map:")) \
    X(VOLUME_CLAIM, "--volume PATH=pvc:NAME", "volume claims", has_volume(d, false, "pvc:", NULL))                             \
    X(VOLUME_WRITE, "--volume PATH=pvc:NAME", "volume claims that it may write", has_volume(d, true, "pvc:", NULL))            \
    X(VOLUME_EMPTY, "--volume PATH=empty-dir", "an empty folder", has_volume(d, false, "empty-dir", NULL))                     \
    X(PORT, "--port", "its port, or that it speaks HTTP/2 (h2c:PORT)", d->port)                                                \
    X(READY_PATH, "--ready-path", "ready once a GET answers", s->ready_path)                                                   \
    X(READY_PROBE, "--ready-probe", "a readiness probe", d->ready_probe)                                                       \
    X(LIVE_PROBE, "--live-probe", "a liveness probe", d->live_probe)                                                           \
    X(MEMORY, "--memory", "memory of an instance", s->memory_bytes > 0)                                                        \
    X(CPU, "--cpu", "CPU of an instance", s->cpus > 0)                                                                         \
    X(GPUS, "--gpus", "GPUs of an instance", s->gpus > 0)                                                                      \
    X(REQUESTS, "--request", "resources that are asked for", d->requests.n)                                                    \
    X(LIMITS, "--limit", "other resources, limited", d->limits.n)                                                              \
    X(USER, "--user", "the user that it runs as", d->user)                                                                     \
    X(READ_ONLY, "--read-only", "a root file system that nobody writes", d->read_only)                                         \
    X(SCALE, "--scale", "fewest and most instances", s->scale_min > 0 || s->scale_max > 0)                                     \
    X(ZERO, "--scale 0..N", "no instance when idle", s->scale_min == 0)                                                        \
    X(METRIC, "--metric", "what an autoscaler decides by", s->metrics && s->metrics->n)                                        \
    X(IDLE, "--idle", "how long without requests", s->idle_ms >= 0)                                                            \
    X(CONCURRENCY, "--concurrency", "requests at once an instance", s->concurrency > 0)                                        \
    X(QUEUE, "--queue", "a limit of held requests", s->queue >= 0)                                                             \
    X(SCALE_INITIAL, "--scale-initial", "instances of a new revision", d->scale_initial)                                       \
    X(SCALE_ACTIVATION, "--scale-activation", "instances when it wakes", d->scale_activation)                                  \
    X(UTILIZATION, "--utilization", "per cent of the metric to aim at", d->utilization)                                        \
    X(SCALE_DOWN_DELAY, "--scale-down-delay", "a pause before fewer instances", d->scale_down_delay)                           \
    X(SCALE_CLASS, "--scale-class", "which autoscaler", d->scale_class)                                                        \
    X(TIMEOUT, "--exec-timeout", "the longest that a request may take", s->timeout_ms > 0)                                     \
    X(START, "--start-timeout", "the longest that a start may take", s->start_ms > 0)                                          \
    X(LABELS, "--label", "labels", s->labels && s->labels->n)                                                                  \
    X(ANNOTATIONS, "--annotation", "annotations", d->annotations.n)                                                            \
    X(SERVICE_ACCOUNT, "--service-account", "who its pods are", d->service_account)                                            \
    X(PULL_SECRETS, "--pull-secret", "the registry's login", d->pull_secrets.n)                                                \
    X(RUNTIME_CLASS, "--runtime-class", "what runs its containers", d->runtime_class)                                          \
    X(NODE_SELECTOR, "--node-selector", "labels that its nodes have", d->node_selector.n)                                      \
    X(NODE_AFFINITY, "--node-affinity", "one of several labels of nodes", d->node_affinity.n)                                  \
    X(TOLERATIONS, "--toleration", "taints that it stands", d->tolerations.n)                                                  \
    X(REVISION_NAME, "--revision-name", "a name for the revision", d->revision_name)                                           \
    X(TRAFFIC, "--traffic", "shares of the requests by revision", d->traffic.n)                                                \
    X(TAGS, "--tag", "a URL of its own for a revision", d->tags.n)                                                             \
    X(ROLLOUT, "--rollout", "requests move to a new revision little by little", d->rollout)                                    \
    X(CLUSTER_LOCAL, "--cluster-local", "no URL outside of the cluster", d->cluster_local)

enum function_feature {
#define X(ident, option, help, given) FEATURE_##ident,
    FUNCTION_FEATURES(X)
#undef X
        FEATURE_COUNT
};

/* What a runtime makes of each. */
struct function_support {
    const char *as;      /* its own word; NULL: it has none */
    const char *why_not; /* where it has none, and there is more to say than that; may be NULL */
    const char *flag;    /* of Knative's config-features, without which it is refused; may be NULL */
    bool required;
};

struct function_feature_info {
    const char *name; /* "env-from" */
    const char *option, *help;
};
extern const struct function_feature_info function_features[FEATURE_COUNT];

bool function_says(const struct function_spec *spec, enum function_feature feature);
/* spec->detail, or an empty one. */
const struct function_detail *function_detail(const struct function_spec *spec);
/* USAGE, by its option, for the first that spec says and runtime has no word for; or that it must say, and does not. */
int function_check(const struct runtime *runtime, const struct function_spec *spec, struct err *err);

#endif
