/* An action that is called by a clock (facts: apache/openwhisk-package-alarms, README; docs/feeds.md): a trigger whose feed is
 * /whisk.system/alarms/alarm, and a rule from it to the action. Both are named after the action. */
#ifndef SERVERLESS_WHISK_SCHEDULE_H
#define SERVERLESS_WHISK_SCHEDULE_H

#include "serverless/runtime.h"
#include "serverless/whisk_props.h"

struct whisk_schedule {
    struct http *http;
    const struct whisk_props *props;
    const char *action; /* NAME or PACKAGE/NAME */
};

/* Puts trigger, alarm and rule there, in the place of those before. cron: five or six fields, as the alarms package reads
 * them. FAILED with what is missing when that package is not installed: nothing of it stays then. */
int whisk_schedule_set(const struct whisk_schedule *schedule, const char *cron, struct err *err);
/* Takes them away; what is not there need not be. */
int whisk_schedule_drop(const struct whisk_schedule *schedule, struct err *err);

#endif
