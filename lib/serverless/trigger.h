/* What calls a Knative function besides requests: events of a broker, a clock, Kafka (facts: Knative Eventing,
 * eventing.knative.dev/v1 Trigger, sources.knative.dev/v1 PingSource, sources.knative.dev/v1beta1 KafkaSource). */
#ifndef SERVERLESS_TRIGGER_H
#define SERVERLESS_TRIGGER_H

#include "kube/object.h"

struct trigger_spec {
    const char *name, *function;
    const char *broker;         /* of a broker's; NULL: "default" */
    const struct strv *filters; /* "ATTRIBUTE=VALUE": all of them; may be NULL */
    const char *schedule;       /* of a clock: cron */
    const char *data;           /* what the clock sends; NULL: nothing */
    const char *kafka;          /* "HOST:PORT,HOST:PORT" */
    const struct strv *topics;  /* of Kafka */
    const char *group;          /* NULL: Kafka's source makes one */
};

enum trigger_kind { TRIGGER_BROKER, TRIGGER_CLOCK, TRIGGER_KAFKA, TRIGGER_KINDS };
extern const struct kube_kind *const trigger_kinds[TRIGGER_KINDS];
extern const struct kube_flag trigger_flags[]; /* by which option a field is said */

/* USAGE: a schedule and Kafka at once, Kafka without a topic, a filter that is no K=V. */
int trigger_check(const struct trigger_spec *spec, enum trigger_kind *ret, struct err *err);
/* What is created. The caller frees. */
node_t *trigger_object(const struct trigger_spec *spec, enum trigger_kind kind, const char *ns);
/* {"name","kind","function","broker","on","state","message","created"} of one that is there. The caller frees. */
node_t *trigger_document(const node_t *object, enum trigger_kind kind);
/* Of one that is there, besides: {"filter":{ATTRIBUTE:VALUE},"schedule","timezone","data","servers":[],"topics":[],
 * "group","url": where its events go,"conditions": as kube_conditions}; null: its kind has none. The caller frees. */
node_t *trigger_detail(const node_t *object, enum trigger_kind kind);

/* Of documents, the first and its siblings: Eventing's controllers leave one whose broker is not there without a condition and
 * without an event (0.42), so that its message says it. */
void trigger_tell_brokers(struct kube *kube, node_t *documents);
/* The documents of kube->ns. FAILED, with how one installs them: no kind of them is. The caller frees. */
node_t *trigger_list(struct kube *kube, struct err *err);
/* That of the name, of whichever kind, or of the one that the name has before it: "pingsource/nightly". NOT_FOUND: none has it;
 * CONFLICT: several have. The caller frees. */
node_t *trigger_find(struct kube *kube, const char *name, enum trigger_kind *ret, struct err *err);

#endif
