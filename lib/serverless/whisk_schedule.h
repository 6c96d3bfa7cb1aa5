/* An action that is called by a clock (facts: apache/openwhisk-package-alarms, README; docs/feeds.md): a trigger whose feed is
 * /whisk.system/alarms/alarm, and a rule of its name from it to the action. */
#ifndef SERVERLESS_WHISK_SCHEDULE_H
#define SERVERLESS_WHISK_SCHEDULE_H

#include "serverless/whisk.h"

struct whisk_schedule {
    const struct whisk *whisk;
    const char *trigger; /* NULL: it is named after the action */
    const char *action;  /* NAME or PACKAGE/NAME; of a trigger that is dropped it may be NULL */
    const node_t *body;  /* of the trigger, besides its feed; NULL: nothing */
    bool is_new;         /* set: CONFLICT when the trigger is there; else it is put in the place of that */
};

/* Puts trigger, alarm and rule there. cron: five or six fields, as the alarms package reads them. FAILED with what is missing
 * when that package is not installed: nothing of it stays then. */
int whisk_schedule_set(const struct whisk_schedule *schedule, const char *cron, struct err *err);
/* Takes them away; what is not there need not be. */
int whisk_schedule_drop(const struct whisk_schedule *schedule, struct err *err);
/* The alarm alone ends: of a trigger that has other rules, or none. */
int whisk_schedule_end(const struct whisk_schedule *schedule, struct err *err);

#endif
