/* OpenWhisk's triggers and rules (facts: apache/openwhisk, docs/triggers_rules.md; controller's Triggers.scala, Rules.scala): an
 * event's name, and which function it calls. */
#ifndef SERVERLESS_WHISK_TRIGGER_H
#define SERVERLESS_WHISK_TRIGGER_H

#include "serverless/whisk.h"

/* A parameter's value, as OpenWhisk's own client reads it: JSON, else text. The caller frees. */
node_t *whisk_value(const char *text);

struct whisk_trigger {
    const char *name;
    const char *function;      /* NULL: a rule is made later */
    const char *schedule;      /* by a clock; NULL: it is fired */
    const struct strv *params; /* "K=V", given with each event; JSON, else text; may be NULL */
};
/* The body of its PUT. The caller frees. */
node_t *whisk_trigger_body(const struct whisk_trigger *trigger);
/* The trigger, and a rule of its name to its function, which must be there (NOT_FOUND). CONFLICT: there is one; of what failed
 * nothing stays. */
int whisk_trigger_create(const struct whisk *whisk, const struct whisk_trigger *trigger, struct err *err);
/* {"name","kind","function":"A, B","on","state":"Ready|Idle","rules":[{"name","function","state"}],"created"}: state Idle: no rule
 * of it is active. The caller frees. */
node_t *whisk_trigger_show(const struct whisk *whisk, const char *name, struct err *err);
node_t *whisk_trigger_list(const struct whisk *whisk, struct err *err); /* of them */
/* With its rules, and with its alarm where it has one. */
int whisk_trigger_delete(const struct whisk *whisk, const char *name, struct err *err);
/* params: an object, NULL: none. *ret: the activation's id; NULL: no rule of it is active, and nothing was called. The caller
 * frees. */
int whisk_trigger_fire(const struct whisk *whisk, const char *name, const node_t *params, char **ret, struct err *err);

struct whisk_rule {
    const char *name, *trigger, *function;
};
/* The body of its PUT. The caller frees. */
node_t *whisk_rule_body(const struct whisk *whisk, const struct whisk_rule *rule);
/* CONFLICT: there is one; NOT_FOUND: its trigger or its function is not there. */
int whisk_rule_create(const struct whisk *whisk, const struct whisk_rule *rule, struct err *err);
/* {"name","trigger","function","state":"active|inactive"|null: not asked,"created"}. The caller frees. */
node_t *whisk_rule_show(const struct whisk *whisk, const char *name, struct err *err);
node_t *whisk_rule_list(const struct whisk *whisk, struct err *err);
int whisk_rule_set(const struct whisk *whisk, const char *name, bool active, struct err *err);
int whisk_rule_delete(const struct whisk *whisk, const char *name, struct err *err);

#endif
