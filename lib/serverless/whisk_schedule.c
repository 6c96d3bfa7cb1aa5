#include "serverless/whisk_schedule.h"

#include <string.h>

#include "net/rest.h"
#include "net/url.h"
#include "serverless/openwhisk.h"

/* "vision-hello-schedule": a trigger is in no package. */
static char *name_of(const struct whisk_schedule *schedule)
{
    if (schedule->trigger)
        return xstrdup(schedule->trigger);
    char *name = xasprintf("%s-schedule", schedule->action);
    for (char *c = strchr(name, '/'); c; c = strchr(c, '/'))
        *c = '-';
    return name;
}

static int put(const struct whisk_schedule *schedule, const char *noun, const node_t *body, struct err *err)
{
    AUTOFREE char *name = name_of(schedule);
    bool is_trigger = strcmp(noun, "triggers") == 0;
    struct whisk_call call = {.method = "PUT",
                              .noun = noun,
                              .name = name,
                              .query = schedule->is_new && is_trigger ? "overwrite=false" : "overwrite=true",
                              .body = body,
                              .verb = "make",
                              .thing = is_trigger ? "trigger" : "rule"};
    return whisk_do(schedule->whisk, &call, NULL, err);
}

/* *ret_was_there; what was not there need not be. */
static int drop_one(const struct whisk_schedule *schedule, const char *noun, const char *thing, bool *ret_was_there,
                    struct err *err)
{
    CLEANUP(err_release) struct err one = ERR_INIT;
    AUTOFREE char *name = name_of(schedule);
    struct whisk_call call = {.method = "DELETE", .noun = noun, .name = name, .verb = "delete", .thing = thing};
    *ret_was_there = whisk_do(schedule->whisk, &call, NULL, &one) == 0;
    return *ret_was_there || one.code == ERR_NOT_FOUND ? 0 : err_move(err, &one);
}

/* The feed is an action that is told of the trigger's life; it fires with the login it is given here, over the same host. */
static int tell_feed(const struct whisk_schedule *schedule, const char *event, const char *cron, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    const struct whisk_props *props = &schedule->whisk->props;
    AUTOFREE char *name = name_of(schedule);
    AUTOFREE char *trigger = xasprintf("/%s/%s", whisk_ns(schedule->whisk), name);
    AUTOFREE char *login = xasprintf("%s:%s", props->user ? props->user : "", props->password ? props->password : "");
    node_t *body = node_new_object();
    node_set_str(body, "lifecycleEvent", event);
    node_set_str(body, "triggerName", trigger);
    node_set_str(body, "authKey", login);
    if (cron)
        node_set_str(body, "cron", cron);
    url_path(&url, props->host, "/api/v1/namespaces/whisk.system/actions/alarms/alarm", NULL);
    str_add(&url, "?blocking=true&result=true");
    struct rest_call rest = {.method = "POST", .url = url.buf, .body = body, .failing = "cannot set the alarm"};
    int rc = rest_do(schedule->whisk->http, &rest, NULL, err);
    explicit_bzero(login, strlen(login));
    node_wipe(body);
    if (rc == 0 || err->code != ERR_NOT_FOUND)
        return rc;
    err_set(err, ERR_FAILED, "this OpenWhisk calls nothing by a clock");
    err_why(err, "the package /whisk.system/alarms is not installed");
    return err_hint(err, "its operator installs openwhisk-package-alarms; or call the function from elsewhere: cron, a CI job");
}

/* With its time, which only the feed would know. */
static node_t *trigger_body(const struct whisk_schedule *schedule, const char *cron)
{
    node_t *body = schedule->body ? node_copy(schedule->body) : node_new_object();
    node_t *annotations = node_array(body, "annotations");
    whisk_add_pair(annotations, "feed", node_new_str("/whisk.system/alarms/alarm"));
    whisk_add_pair(annotations, "schedule", node_new_str(cron));
    return body;
}

static node_t *rule_body(const struct whisk_schedule *schedule)
{
    AUTOFREE char *name = name_of(schedule);
    node_t *body = node_new_object();
    AUTOFREE char *trigger = xasprintf("/%s/%s", whisk_ns(schedule->whisk), name);
    AUTOFREE char *action = xasprintf("/%s/%s", whisk_ns(schedule->whisk), schedule->action);
    node_set_str(body, "trigger", trigger);
    node_set_str(body, "action", action);
    return body;
}

int whisk_schedule_set(const struct whisk_schedule *schedule, const char *cron, struct err *err)
{
    CLEANUP(node_free) node_t *trigger = trigger_body(schedule, cron);
    CLEANUP(node_free) node_t *rule = rule_body(schedule);
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    bool had_one;
    if (!schedule->is_new && whisk_schedule_drop(schedule, err) != 0)
        return -1;
    if (put(schedule, "triggers", trigger, err) != 0)
        return -1;
    if (tell_feed(schedule, "CREATE", cron, err) == 0 && put(schedule, "rules", rule, err) == 0)
        return 0;
    drop_one(schedule, "triggers", "trigger", &had_one, &ignored);
    return -1;
}

/* Without its trigger an alarm ends by itself; telling it is better. */
int whisk_schedule_drop(const struct whisk_schedule *schedule, struct err *err)
{
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    bool had_rule, had_trigger;
    if (drop_one(schedule, "rules", "rule", &had_rule, err) != 0)
        return -1;
    if (had_rule)
        tell_feed(schedule, "DELETE", NULL, &ignored);
    return drop_one(schedule, "triggers", "trigger", &had_trigger, err);
}

int whisk_schedule_end(const struct whisk_schedule *schedule, struct err *err)
{
    return tell_feed(schedule, "DELETE", NULL, err);
}
