#include "cluster/preflight.h"

#include <string.h>

#include "cluster/preflight_parts.h"
#include "net/url.h"
#include "openstack/glance.h"
#include "openstack/magnum.h"
#include "openstack/neutron.h"
#include "openstack/nova.h"
#include "openstack/placement.h"

/* ---- what is wanted ---- */

static const node_t *member_of(const node_t *object, const char *member)
{
    const node_t *value = node_get(object, member);
    return node_type(value) == NODE_NULL ? NULL : value;
}

const node_t *preflight_given(const struct preflight *p, const char *member)
{
    const node_t *value = member_of(p->wanted, member);
    return value ? value : member_of(p->template, member);
}

const char *preflight_text(const struct preflight *p, const char *member)
{
    const char *text = node_text(preflight_given(p, member));
    return text && *text ? text : NULL;
}

int64_t preflight_number(const struct preflight *p, const char *member, int64_t missing)
{
    const node_t *value = preflight_given(p, member);
    return node_type(value) == NODE_NUMBER ? node_int(value, "", missing) : missing;
}

bool preflight_flag(const struct preflight *p, const char *member, bool missing)
{
    return node_bool(preflight_given(p, member), "", missing);
}

const char *preflight_label(const struct preflight *p, const char *name)
{
    const node_t *own = member_of(p->wanted, "labels"), *usual = member_of(p->template, "labels");
    const char *value = node_text(node_get(own, name));
    bool usual_count = !own || node_bool(p->wanted, "/merge_labels", false);
    return value || !usual_count ? value : node_text(node_get(usual, name));
}

/* ---- findings ---- */

static void add(struct preflight *p, const char *check, const char *state, const char *detail, const char *hint,
                enum err_code code)
{
    node_t *finding = node_push(p->findings, node_new_object());
    node_set_str(finding, "check", check);
    node_set_str(finding, "state", state);
    node_set_str(finding, "detail", detail);
    node_set_str(finding, "hint", hint);
    node_set_num(finding, "exit_code", code);
}

#define FORMAT(text_, fmt_)                           \
    CLEANUP(str_release) struct str text_ = STR_INIT; \
    va_list ap;                                       \
    va_start(ap, fmt_);                               \
    str_vaddf(&(text_), fmt_, ap);                    \
    va_end(ap)

void preflight_ok(struct preflight *p, const char *check, const char *fmt, ...)
{
    FORMAT(text, fmt);
    add(p, check, "ok", text.buf, NULL, ERR_OK);
}

void preflight_warn(struct preflight *p, const char *check, const char *hint, const char *fmt, ...)
{
    FORMAT(text, fmt);
    add(p, check, "warn", text.buf, hint, ERR_OK);
}

void preflight_fail(struct preflight *p, const struct preflight_fault *fault, const char *fmt, ...)
{
    FORMAT(text, fmt);
    add(p, fault->check, "fail", text.buf, fault->hint, fault->code);
}

void preflight_unknown(struct preflight *p, const char *check, const struct err *why)
{
    const char *words = why->why ? why->why : why->what ? why->what : "nobody says";
    AUTOFREE char *text = why->code == ERR_AUTH ? xasprintf("needs admin: %s", words) : xstrdup(words);
    add(p, check, "unknown", text, NULL, ERR_OK);
}

/* ---- the rounds ---- */

static void ask_first(struct preflight *p, const char *project)
{
    ask_one(&p->asks[Q_TEMPLATE], &magnum_template, node_str(p->wanted, "/cluster_template_id", ""));
    ask_list(&p->asks[Q_FLAVORS], &nova_flavor, NULL);
    if (project)
        quota_ask(&p->asks[Q_QUOTAS], project);
}

static const node_t *flavor_of(const node_t *flavors, const char *name)
{
    for (const node_t *flavor = name ? node_first(flavors) : NULL; flavor; flavor = node_next(flavor))
        if (str_eq(node_str(flavor, "/name", NULL), name) || str_eq(node_str(flavor, "/id", NULL), name))
            return flavor;
    return NULL;
}

static void find_servers(struct preflight *p)
{
    static const struct {
        const char *role, *count, *flavor;
    } roles[] = {{"masters", "master_count", "master_flavor_id"}, {"nodes", "node_count", "flavor_id"}};
    for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
        const char *name = preflight_text(p, roles[i].flavor);
        p->servers[i] = (struct preflight_servers){.role = roles[i].role,
                                                   .name = name,
                                                   .count = preflight_number(p, roles[i].count, 1),
                                                   .flavor = flavor_of(p->asks[Q_FLAVORS].answer, name)};
    }
}

static void ask_placement(struct preflight *p)
{
    for (size_t i = 0; i < ARRAY_LEN(p->servers); i++) {
        const node_t *flavor = p->servers[i].flavor;
        CLEANUP(gpu_release) struct gpu gpu = {0};
        if (!flavor || !p->servers[i].count || (i && flavor == p->servers[0].flavor))
            continue;
        placement_ask_flavor(&p->asks[Q_ROOM + i], flavor);
        if (gpu_of_flavor(flavor, &gpu))
            placement_ask_gpus(&p->asks[Q_GPUS + i], &gpu);
    }
}

static void ask_outside(struct ask *ask, const char *name)
{
    CLEANUP(str_release) struct str query = STR_INIT;
    if (!name)
        return;
    str_add(&query, "?router:external=true");
    url_query(&query, resource_is_uuid(name) ? "id" : "name", name);
    ask_list(ask, &neutron_network, query.buf);
}

static void ask_second(struct preflight *p)
{
    ask_named(&p->asks[Q_IMAGE], &glance_image, preflight_text(p, "image_id"));
    ask_named(&p->asks[Q_EXTERNAL], &neutron_network, preflight_text(p, "external_network_id"));
    ask_outside(&p->asks[Q_OUTSIDE], preflight_text(p, "external_network_id"));
    ask_named(&p->asks[Q_NETWORK], &neutron_network, preflight_text(p, "fixed_network"));
    ask_named(&p->asks[Q_SUBNET], &neutron_subnet, preflight_text(p, "fixed_subnet"));
    const char *keypair = preflight_text(p, "keypair");
    ask_one(&p->asks[Q_KEYPAIR], &nova_keypair, keypair ? keypair : preflight_text(p, "keypair_id"));
    ask_placement(p);
}

static void template_is_missing(struct preflight *p)
{
    const struct err *err = &p->asks[Q_TEMPLATE].err;
    bool none = err->code == ERR_NOT_FOUND || !p->asks[Q_TEMPLATE].kind;
    const char *hint = none                        ? "--template: aiwf template list"
                       : err->code == ERR_CONFLICT ? "--template with its UUID: aiwf template list"
                                                   : err->hint;
    struct preflight_fault fault = {"template", none ? ERR_NOT_FOUND : err->code, hint};
    preflight_fail(p, &fault, "%s", err->why ? err->why : err->what ? err->what : "none is named");
}

static void check_things(struct preflight *p)
{
    preflight_check_image(p);
    preflight_check_flavors(p);
    preflight_check_room(p);
    preflight_check_networks(p);
    preflight_check_keypair(p);
}

static void check_all(struct preflight *p, const node_t *whoami)
{
    preflight_check_login(p, whoami);
    if (!p->template) {
        template_is_missing(p);
        return;
    }
    preflight_ok(p, "template", "%s", node_str(p->template, "/name", "?"));
    check_things(p);
    preflight_check_quotas(p);
    preflight_check_labels(p);
}

node_t *preflight_run(struct openstack *os, const node_t *wanted, struct err *err)
{
    const node_t *whoami = openstack_whoami(os, err);
    if (!whoami)
        return NULL;
    CLEANUP(node_free) node_t *who = node_copy(whoami);
    struct preflight p = {.wanted = wanted, .findings = node_new_array()};
    ask_first(&p, node_str(who, "/project/id", NULL));
    ask_all(os, p.asks, QUESTIONS);
    p.template = p.asks[Q_TEMPLATE].answer;
    if (p.template) {
        find_servers(&p);
        ask_second(&p);
        ask_all(os, p.asks, QUESTIONS);
    }
    check_all(&p, who);
    for (size_t i = 0; i < QUESTIONS; i++)
        ask_release(&p.asks[i]);
    return p.findings;
}

node_t *preflight_template(struct openstack *os, const node_t *template, struct err *err)
{
    if (openstack_login(os, false, NULL, err) != 0)
        return NULL;
    struct preflight p = {.template = template, .findings = node_new_array()};
    ask_list(&p.asks[Q_FLAVORS], &nova_flavor, NULL);
    ask_all(os, p.asks, QUESTIONS);
    find_servers(&p);
    ask_second(&p);
    ask_all(os, p.asks, QUESTIONS);
    check_things(&p);
    preflight_check_labels(&p);
    for (size_t i = 0; i < QUESTIONS; i++)
        ask_release(&p.asks[i]);
    return p.findings;
}

/* ---- how it is told ---- */

int preflight_print(const struct print_options *opts, const node_t *findings, struct err *err)
{
    static const struct column columns[] = {
        {"CHECK", "/check", CELL_TEXT, false},
        {"STATE", "/state", CELL_STATE, false},
        {"DETAIL", "/detail", CELL_TEXT, false},
        {"TRY", "/hint", CELL_TEXT, true},
        {0},
    };
    return print_list(opts, "finding", columns, findings, err);
}

int preflight_verdict(const node_t *findings, const char *failing, struct err *err)
{
    for (const node_t *finding = node_first(findings); finding; finding = node_next(finding)) {
        if (strcmp(node_str(finding, "/state", ""), "fail") != 0)
            continue;
        err_set(err, (enum err_code)node_int(finding, "/exit_code", ERR_FAILED), "%s: %s", failing,
                node_str(finding, "/check", ""));
        err_why(err, "%s", node_str(finding, "/detail", ""));
        const char *hint = node_str(finding, "/hint", NULL);
        return hint ? err_hint(err, "%s", hint) : -1;
    }
    return 0;
}
