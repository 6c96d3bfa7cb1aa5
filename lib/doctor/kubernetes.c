/* The context's Kubernetes cluster: the kubeconfig, the API server step by step, what we may do there, and what is installed. */

#include "doctor/parts.h"
#include "kube/object.h"

enum verdict check_kube(struct doctor *d, struct finding *f)
{
    const struct kube *kube = d->input->kube;
    if (!kube)
        return d->input->kube_err && d->input->kube_err->what ? is_error(f, d->input->kube_err) : CHECK_NONE;
    return is_ok(f, "%s, namespace %s", kube->server, kube->ns);
}

/* ---- reach ---- */

static const struct probe *server(struct doctor *d)
{
    const struct kube *kube = d->input->kube;
    if (kube && !d->kube.asked)
        probe_ask(&d->kube, kube->http, kube->server, "/version");
    return kube ? &d->kube : NULL;
}

/* There was no login to send: the server was not even looked for. */
static bool has_no_login(const struct probe *probe)
{
    return probe && probe->err.code == ERR_AUTH && !probe_came_to(probe, HTTP_RESOLVED);
}

enum verdict check_kube_name(struct doctor *d, struct finding *f)
{
    const struct probe *probe = server(d);
    return has_no_login(probe) ? CHECK_NONE : probe_name(probe, d->input->kube ? d->input->kube->server : NULL, f);
}

enum verdict check_kube_connection(struct doctor *d, struct finding *f) { return probe_connection(server(d), f); }

enum verdict check_kube_tls(struct doctor *d, struct finding *f)
{
    const struct kube *kube = d->input->kube;
    if (!kube || !str_starts(kube->server, "https:"))
        return CHECK_NONE;
    if (d->kube.err.what && probe_came_to(&d->kube, HTTP_CONNECTED) && !probe_came_to(&d->kube, HTTP_SENT))
        kube_explain_unreached(d->input->kube, &d->kube.err);
    return probe_tls(server(d), kube_is_insecure(kube),
                     "certificate-authority instead of insecure-skip-tls-verify in the kubeconfig", f);
}

/* ---- who we are ---- */

static node_t *who_am_i(struct kube *kube, struct err *err)
{
    static const struct kube_kind reviews = {.group = "authentication.k8s.io",
                                             .version = "v1",
                                             .plural = "selfsubjectreviews",
                                             .kind = "SelfSubjectReview",
                                             .word = "review",
                                             .cluster_wide = true};
    node_t *answer = NULL;
    CLEANUP(node_free) node_t *body = kube_object(&reviews, NULL, NULL);
    const struct kube_call call = {
        .method = "POST", .kind = &reviews, .body = body, .failing = "cannot ask who we are", .idempotent = true};
    kube_do(kube, &call, &answer, err);
    return answer;
}

enum verdict check_kube_login(struct doctor *d, struct finding *f)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    if (!d->input->kube || (!has_no_login(&d->kube) && !probe_came_to(&d->kube, HTTP_SENT)))
        return CHECK_NONE;
    if (d->kube.err.what)
        return is_error(f, &d->kube.err);
    CLEANUP(node_free) node_t *answer = who_am_i(d->input->kube, &err);
    if (!answer && err.code == ERR_AUTH)
        return is_error(f, &err);
    d->is_in_kube = true;
    if (!answer)
        return is_doubtful(f, NULL, "the server does not tell who we are: %s", err.why ? err.why : err.what);
    CLEANUP(str_release) struct str groups = STR_INIT;
    for (const node_t *group = node_first(node_at(answer, "/status/userInfo/groups")); group; group = node_next(group))
        str_addf(&groups, "%s%s", groups.len ? ", " : "", node_text(group) ? node_text(group) : "?");
    return is_ok(f, "as %s (%s)", node_str(answer, "/status/userInfo/username", "?"), groups.buf);
}

enum verdict check_kube_version(struct doctor *d, struct finding *f)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    if (!d->is_in_kube || d->kube.res.status != 200)
        return CHECK_NONE;
    CLEANUP(node_free) node_t *version = json_parse(d->kube.res.body.buf, d->kube.res.body.len, "the answer", &err);
    const char *text = node_str(version, "/gitVersion", NULL);
    if (!text) {
        d->is_in_kube = false;
        return is_bad(f, ERR_FAILED, "check the cluster's server in the kubeconfig", "what answers is no Kubernetes API server");
    }
    return is_ok(f, "Kubernetes %s", text);
}

/* ---- what we may do ---- */

static const struct need {
    const char *verb;
    const struct kube_kind *kind;
    const char *sub, *what_for;
} needs[] = {
    {"list", &kube_jobs, NULL, "train list"},
    {"create", &kube_jobs, NULL, "train submit"},
    {"watch", &kube_jobs, NULL, "train wait"},
    {"patch", &kube_jobs, NULL, "train cancel"},
    {"delete", &kube_jobs, NULL, "train delete"},
    {"list", &kube_pods, NULL, "train show"},
    {"watch", &kube_pods, NULL, "train wait"},
    {"get", &kube_pods, "log", "train logs"},
    {"list", &kube_events, NULL, "why"},
    {"create", &kube_services, NULL, "train submit --nodes"},
    {"create", &kube_config_maps, NULL, "train submit --source"},
    {"create", &kube_deployments, NULL, "function deploy"},
    {"list", &kube_nodes_kind, NULL, "gpu list"},
    {"create", &kube_pods, "portforward", "kube:// addresses"},
};

/* -1 with err set; else whether. */
static int may(struct kube *kube, const struct need *need, struct err *err)
{
    CLEANUP(node_free) node_t *body = kube_object(&kube_access_reviews, NULL, NULL);
    CLEANUP(node_free) node_t *answer = NULL;
    node_t *asked = node_set(node_set(body, "spec", node_new_object()), "resourceAttributes", node_new_object());
    node_set_str(asked, "verb", need->verb);
    node_set_str(asked, "group", need->kind->group);
    node_set_str(asked, "resource", need->kind->plural);
    node_set_str(asked, "subresource", need->sub ? need->sub : "");
    node_set_str(asked, "namespace", need->kind->cluster_wide ? "" : kube->ns);
    const struct kube_call call = {
        .method = "POST", .kind = &kube_access_reviews, .body = body, .failing = "cannot ask what we may do", .idempotent = true};
    if (kube_do(kube, &call, &answer, err) != 0)
        return -1;
    return node_bool(answer, "/status/allowed", false);
}

enum verdict check_kube_permissions(struct doctor *d, struct finding *f)
{
    CLEANUP(str_release) struct str missing = STR_INIT;
    for (size_t i = 0; d->is_in_kube && i < ARRAY_LEN(needs); i++) {
        CLEANUP(err_release) struct err err = ERR_INIT;
        int rc = may(d->input->kube, &needs[i], &err);
        if (rc < 0)
            return is_error(f, &err);
        const char *sub = needs[i].sub;
        if (!rc)
            str_addf(&missing, "%s%s %s%s%s (%s)", missing.len ? ", " : "", needs[i].verb, needs[i].kind->plural, sub ? "/" : "",
                     sub ? sub : "", needs[i].what_for);
    }
    if (!d->is_in_kube)
        return CHECK_NONE;
    const char *ns = d->input->kube->ns;
    AUTOFREE char *fix = xasprintf("a Role in namespace %s that grants it, or -n with another namespace", ns);
    if (missing.len)
        return is_doubtful(f, fix, "in namespace %s we may not: %s", ns, missing.buf);
    return is_ok(f, "all that aiwf asks for in namespace %s", ns);
}

/* ---- what is installed ---- */

static const struct {
    const char *group, *system, *what_for;
} systems[] = {
    {"kueue.x-k8s.io", "Kueue", "queue, train submit --queue"},
    {"kubeflow.org", "Kubeflow's training operator", "--trainer pytorch, tf"},
    {"trainer.kubeflow.org", "Kubeflow Trainer", "--trainer trainjob"},
    {"serving.knative.dev", "Knative Serving", "--runtime knative"},
    {"metrics.k8s.io", "metrics-server", "scaling by CPU and memory"},
};

enum verdict check_kube_systems(struct doctor *d, struct finding *f)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(str_release) struct str there = STR_INIT;
    CLEANUP(str_release) struct str missing = STR_INIT;
    if (!d->is_in_kube)
        return CHECK_NONE;
    CLEANUP(node_free) node_t *answer = kube_get(d->input->kube, "/apis", "cannot list what the server has", &err);
    if (!answer)
        return is_error(f, &err);
    for (size_t i = 0; i < ARRAY_LEN(systems); i++) {
        if (node_find(node_get(answer, "groups"), "/name", systems[i].group))
            str_addf(&there, "%s%s", there.len ? ", " : "", systems[i].system);
        else
            str_addf(&missing, "%s%s (%s)", missing.len ? ", " : "", systems[i].system, systems[i].what_for);
    }
    return is_ok(f, "%s%s%s", there.len ? there.buf : "nothing besides Kubernetes itself", missing.len ? "; without " : "",
                 missing.buf);
}
