#include "serverless/whisk_trigger.h"

#include <string.h>

#include "base/clock.h"
#include "serverless/openwhisk.h"
#include "serverless/whisk_schedule.h"

#define TRIGGERS "triggers"
#define RULES    "rules"

static node_t *get(const struct whisk *whisk, const char *noun, const char *thing, const char *name, struct err *err)
{
    const struct whisk_call call = {.noun = noun, .name = name, .verb = "show", .thing = thing};
    node_t *answer = NULL;
    if (whisk_do(whisk, &call, &answer, err) == 0 && !answer)
        err_set(err, ERR_FAILED, "the answer for %s \"%s\" is empty", thing, name);
    return answer;
}

static int drop(const struct whisk *whisk, const char *noun, const char *thing, const char *name, struct err *err)
{
    const struct whisk_call call = {.method = "DELETE", .noun = noun, .name = name, .verb = "delete", .thing = thing};
    return whisk_do(whisk, &call, NULL, err);
}

/* What a reference leads to: {"path":"guest/vision","name":"hello"} is "vision/hello". The caller frees. */
static char *name_in(const node_t *reference)
{
    const char *slash = strchr(node_str(reference, "/path", ""), '/'), *name = node_str(reference, "/name", "?");
    return slash ? xasprintf("%s/%s", slash + 1, name) : xstrdup(name);
}

static void add_updated(node_t *document, const node_t *entity)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    int64_t ms = node_int(entity, "/updated", 0);
    if (ms > 0)
        rfc3339_print(&text, ms);
    node_set_str(document, "created", text.len ? text.buf : NULL);
}

/* ---- rules ---- */

node_t *whisk_rule_body(const struct whisk *whisk, const struct whisk_rule *rule)
{
    node_t *body = node_new_object();
    AUTOFREE char *trigger = xasprintf("/%s/%s", whisk_ns(whisk), rule->trigger);
    AUTOFREE char *action = xasprintf("/%s/%s", whisk_ns(whisk), rule->function);
    node_set_str(body, "trigger", trigger);
    node_set_str(body, "action", action);
    return body;
}

/* A rule of what is not there is refused with 400, in words that name neither. */
static int check_parts(const struct whisk *whisk, const struct whisk_rule *rule, struct err *err)
{
    CLEANUP(node_free) node_t *trigger = get(whisk, TRIGGERS, "trigger", rule->trigger, err);
    return trigger ? 0 : err->code == ERR_NOT_FOUND ? err_hint(err, "aiwf function trigger list") : -1;
}

static int explain_rule(const struct whisk_rule *rule, struct err *err)
{
    if (err->code == ERR_CONFLICT) {
        err_set(err, ERR_CONFLICT, "rule \"%s\" exists already", rule->name);
        return err_hint(err, "aiwf function rule delete %s", rule->name);
    }
    return err->code == ERR_FAILED ? err_hint(err, "is there a function \"%s\"? aiwf function list", rule->function) : -1;
}

int whisk_rule_create(const struct whisk *whisk, const struct whisk_rule *rule, struct err *err)
{
    if (check_parts(whisk, rule, err) != 0)
        return -1;
    CLEANUP(node_free) node_t *body = whisk_rule_body(whisk, rule);
    const struct whisk_call call = {.method = "PUT",
                                    .noun = RULES,
                                    .name = rule->name,
                                    .query = "overwrite=false",
                                    .body = body,
                                    .verb = "create",
                                    .thing = "rule"};
    return whisk_do(whisk, &call, NULL, err) == 0 ? 0 : explain_rule(rule, err);
}

static node_t *rule_document(const node_t *rule)
{
    node_t *document = node_new_object();
    AUTOFREE char *trigger = name_in(node_get(rule, "trigger"));
    AUTOFREE char *function = name_in(node_get(rule, "action"));
    node_set_str(document, "name", node_str(rule, "/name", "?"));
    node_set_str(document, "trigger", trigger);
    node_set_str(document, "function", function);
    node_set_str(document, "state", node_str(rule, "/status", NULL));
    add_updated(document, rule);
    return document;
}

node_t *whisk_rule_show(const struct whisk *whisk, const char *name, struct err *err)
{
    CLEANUP(node_free) node_t *rule = get(whisk, RULES, "rule", name, err);
    return rule ? rule_document(rule) : NULL;
}

node_t *whisk_rule_list(const struct whisk *whisk, struct err *err)
{
    CLEANUP(node_free) node_t *rules = whisk_list(whisk, RULES, err);
    node_t *documents = rules ? node_new_array() : NULL;
    for (const node_t *rule = node_first(rules); rule; rule = node_next(rule))
        node_push(documents, rule_document(rule));
    return documents;
}

int whisk_rule_set(const struct whisk *whisk, const char *name, bool active, struct err *err)
{
    CLEANUP(node_free) node_t *body = node_new_object();
    node_set_str(body, "status", active ? "active" : "inactive");
    const struct whisk_call call = {
        .method = "POST", .noun = RULES, .name = name, .body = body, .verb = active ? "enable" : "disable", .thing = "rule"};
    return whisk_do(whisk, &call, NULL, err);
}

int whisk_rule_delete(const struct whisk *whisk, const char *name, struct err *err)
{
    return drop(whisk, RULES, "rule", name, err);
}

/* ---- triggers ---- */

node_t *whisk_value(const char *text)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    node_t *value = json_parse(text, strlen(text), "a parameter", &none);
    return value ? value : node_new_str(text);
}

node_t *whisk_trigger_body(const struct whisk_trigger *trigger)
{
    node_t *body = node_new_object();
    whisk_add_pair(node_set(body, "annotations", node_new_array()), "managed-by", node_new_str("aiwf"));
    node_t *parameters = trigger->params && trigger->params->n ? node_set(body, "parameters", node_new_array()) : NULL;
    for (size_t i = 0; parameters && i < trigger->params->n; i++) {
        const char *pair = trigger->params->v[i], *equals = strchr(pair, '=');
        AUTOFREE char *key = xstrndup(pair, (size_t)(equals - pair));
        whisk_add_pair(parameters, key, whisk_value(equals + 1));
    }
    return body;
}

static int explain_trigger(const char *name, struct err *err)
{
    if (err->code != ERR_CONFLICT)
        return -1;
    err_set(err, ERR_CONFLICT, "trigger \"%s\" exists already", name);
    return err_hint(err, "aiwf function trigger delete %s", name);
}

static int create_fired(const struct whisk *whisk, const struct whisk_trigger *trigger, const node_t *body, struct err *err)
{
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    const struct whisk_rule rule = {.name = trigger->name, .trigger = trigger->name, .function = trigger->function};
    const struct whisk_call call = {.method = "PUT",
                                    .noun = TRIGGERS,
                                    .name = trigger->name,
                                    .query = "overwrite=false",
                                    .body = body,
                                    .verb = "create",
                                    .thing = "trigger"};
    if (whisk_do(whisk, &call, NULL, err) != 0)
        return explain_trigger(trigger->name, err);
    if (!trigger->function || whisk_rule_create(whisk, &rule, err) == 0)
        return 0;
    drop(whisk, TRIGGERS, "trigger", trigger->name, &ignored);
    return -1;
}

int whisk_trigger_create(const struct whisk *whisk, const struct whisk_trigger *trigger, struct err *err)
{
    CLEANUP(node_free) node_t *body = whisk_trigger_body(trigger);
    if (!trigger->schedule)
        return create_fired(whisk, trigger, body, err);
    const struct whisk_schedule schedule = {
        .whisk = whisk, .trigger = trigger->name, .action = trigger->function, .body = body, .is_new = true};
    return whisk_schedule_set(&schedule, trigger->schedule, err) == 0 ? 0 : explain_trigger(trigger->name, err);
}

static void add_on(node_t *document, const node_t *trigger)
{
    const char *schedule = node_text(whisk_annotation(trigger, "schedule")), *feed = node_text(whisk_annotation(trigger, "feed"));
    AUTOFREE char *on = schedule ? xasprintf("schedule %s", schedule) : feed ? xasprintf("feed %s", feed) : xstrdup("fire");
    node_set_str(document, "on", on);
}

/* Its rules stand in it by their full names: "guest/taken". */
static node_t *trigger_document(const node_t *trigger)
{
    node_t *document = node_new_object();
    CLEANUP(str_release) struct str functions = STR_INIT;
    bool is_active = false;
    node_set_str(document, "name", node_str(trigger, "/name", "?"));
    node_set_str(document, "kind", "Trigger");
    node_t *rules = node_new_array();
    const node_t *named = node_get(trigger, "rules");
    for (const node_t *rule = node_type(named) == NODE_OBJECT ? node_first(named) : NULL; rule; rule = node_next(rule)) {
        node_t *one = node_push(rules, node_new_object());
        AUTOFREE char *function = name_in(node_get(rule, "action"));
        const char *state = node_str(rule, "/status", "?"), *slash = strrchr(node_key(rule), '/');
        node_set_str(one, "name", slash ? slash + 1 : node_key(rule));
        node_set_str(one, "function", function);
        node_set_str(one, "state", state);
        str_addf(&functions, "%s%s", functions.len ? ", " : "", function);
        is_active = is_active || strcmp(state, "active") == 0;
    }
    node_set_str(document, "function", functions.len ? functions.buf : NULL);
    add_on(document, trigger);
    node_set_str(document, "state", is_active ? "Ready" : "Idle");
    node_set(document, "rules", rules);
    add_updated(document, trigger);
    return document;
}

node_t *whisk_trigger_show(const struct whisk *whisk, const char *name, struct err *err)
{
    CLEANUP(node_free) node_t *trigger = get(whisk, TRIGGERS, "trigger", name, err);
    return trigger ? trigger_document(trigger) : NULL;
}

/* A list has no rules: each is asked for; one that is gone by then is left out. */
node_t *whisk_trigger_list(const struct whisk *whisk, struct err *err)
{
    CLEANUP(node_free) node_t *triggers = whisk_list(whisk, TRIGGERS, err);
    CLEANUP(node_free) node_t *documents = node_new_array();
    for (const node_t *trigger = node_first(triggers); trigger; trigger = node_next(trigger)) {
        CLEANUP(err_release) struct err one = ERR_INIT;
        node_t *document = whisk_trigger_show(whisk, node_str(trigger, "/name", ""), &one);
        if (document)
            node_push(documents, document);
        else if (one.code != ERR_NOT_FOUND)
            return err_move(err, &one), NULL;
    }
    return triggers ? TAKE(documents) : NULL;
}

int whisk_trigger_delete(const struct whisk *whisk, const char *name, struct err *err)
{
    CLEANUP(node_free) node_t *trigger = get(whisk, TRIGGERS, "trigger", name, err);
    CLEANUP(node_free) node_t *document = trigger ? trigger_document(trigger) : NULL;
    if (!document)
        return -1;
    for (const node_t *rule = node_first(node_get(document, "rules")); rule; rule = node_next(rule))
        if (whisk_rule_delete(whisk, node_str(rule, "/name", ""), err) != 0 && err->code != ERR_NOT_FOUND)
            return -1;
    err_clear(err);
    CLEANUP(err_release) struct err ignored = ERR_INIT; /* without its trigger an alarm ends by itself */
    const struct whisk_schedule schedule = {.whisk = whisk, .trigger = name};
    if (whisk_annotation(trigger, "schedule"))
        whisk_schedule_end(&schedule, &ignored);
    return drop(whisk, TRIGGERS, "trigger", name, err);
}

int whisk_trigger_fire(const struct whisk *whisk, const char *name, const node_t *params, char **ret, struct err *err)
{
    CLEANUP(node_free) node_t *nothing = node_new_object();
    CLEANUP(node_free) node_t *answer = NULL;
    const struct whisk_call call = {
        .method = "POST", .noun = TRIGGERS, .name = name, .body = params ? params : nothing, .verb = "fire", .thing = "trigger"};
    if (whisk_do(whisk, &call, &answer, err) != 0)
        return err->code == ERR_NOT_FOUND ? err_hint(err, "aiwf function trigger list") : -1;
    *ret = xstrdup_or_null(node_str(answer, "/activationId", NULL));
    return 0;
}
