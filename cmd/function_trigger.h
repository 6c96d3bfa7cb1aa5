/* What `aiwf function trigger` has on OpenWhisk: see function_whisk.c. */
#ifndef CMD_FUNCTION_TRIGGER_H
#define CMD_FUNCTION_TRIGGER_H

#include "cmd.h"
#include "serverless/whisk_trigger.h"

struct trigger_opts {
    const char *runtime, *function, *broker, *schedule, *data, *kafka, *group;
    struct strv filters, topics, params;
};
struct trigger_plain_opts {
    const char *runtime;
};

/* *ret: whether functions are OpenWhisk's, by --runtime or the context. */
int trigger_is_whisk(struct cli *cli, const char *runtime, bool *ret, struct err *err);
/* Of a context whose functions are; to be released in any case. */
int trigger_open_whisk(struct cli *cli, const char *runtime, struct whisk *ret, struct err *err);

extern const struct opt trigger_plain_opts[];
extern const struct column trigger_columns[];
complete_fn complete_triggers;
int trigger_whisk_create(struct cli *cli, const struct trigger_opts *opts, struct err *err);
int trigger_whisk_list(struct cli *cli, const char *runtime, struct err *err);
/* Of the name that was typed. The caller frees. */
node_t *trigger_whisk_show(struct cli *cli, const char *runtime, struct err *err);
int trigger_whisk_delete(struct cli *cli, const char *runtime, const char *name, struct err *err);

extern const struct cmd trigger_show_cmd, trigger_fire_cmd;

#endif
