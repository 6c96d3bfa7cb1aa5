#include "serverless/whisk_schedule.h"

#include <string.h>

#include "net/rest.h"
#include "net/url.h"

static const char *ns_of(const struct whisk_schedule *schedule) { return schedule->props->ns ? schedule->props->ns : "_"; }

/* "vision-hello-schedule": a trigger is in no package. */
static char *name_of(const struct whisk_schedule *schedule)
{
    char *name = xasprintf("%s-schedule", schedule->action);
    for (char *c = strchr(name, '/'); c; c = strchr(c, '/'))
        *c = '-';
    return name;
}

static int call(const struct whisk_schedule *schedule, const char *method, const char *noun, const node_t *body, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    AUTOFREE char *name = name_of(schedule);
    AUTOFREE char *failing = xasprintf("cannot %s %.*s \"%s\"", body ? "make" : "delete", (int)strlen(noun) - 1, noun, name);
    url_path(&url, schedule->props->host, "/api/v1/namespaces/{}/{}/{}", ns_of(schedule), noun, name, NULL);
    if (body)
        str_add(&url, "?overwrite=true");
    struct rest_call rest = {.method = method, .url = url.buf, .body = body, .failing = failing};
    return rest_do(schedule->http, &rest, NULL, err);
}

/* The feed is an action that is told of the trigger's life; it fires with the login it is given here, over the same host. */
static int tell_feed(const struct whisk_schedule *schedule, const char *event, const char *cron, struct err *err)
{
    CLEANUP(str_release) struct str url = STR_INIT;
    AUTOFREE char *name = name_of(schedule);
    AUTOFREE char *trigger = xasprintf("/%s/%s", ns_of(schedule), name);
    AUTOFREE char *login = xasprintf("%s:%s", schedule->props->user ? schedule->props->user : "",
                                     schedule->props->password ? schedule->props->password : "");
    node_t *body = node_new_object();
    node_set_str(body, "lifecycleEvent", event);
    node_set_str(body, "triggerName", trigger);
    node_set_str(body, "authKey", login);
    if (cron)
        node_set_str(body, "cron", cron);
    url_path(&url, schedule->props->host, "/api/v1/namespaces/whisk.system/actions/alarms/alarm", NULL);
    str_add(&url, "?blocking=true&result=true");
    struct rest_call rest = {.method = "POST", .url = url.buf, .body = body, .failing = "cannot set the alarm"};
    int rc = rest_do(schedule->http, &rest, NULL, err);
    explicit_bzero(login, strlen(login));
    node_wipe(body);
    if (rc == 0 || err->code != ERR_NOT_FOUND)
        return rc;
    err_set(err, ERR_FAILED, "this OpenWhisk calls nothing by a clock");
    err_why(err, "the package /whisk.system/alarms is not installed");
    return err_hint(err, "its operator installs openwhisk-package-alarms; or call the function from elsewhere: cron, a CI job");
}

static node_t *trigger_body(void)
{
    node_t *body = node_new_object();
    node_t *feed = node_push(node_set(body, "annotations", node_new_array()), node_new_object());
    node_set_str(feed, "key", "feed");
    node_set_str(feed, "value", "/whisk.system/alarms/alarm");
    return body;
}

static node_t *rule_body(const struct whisk_schedule *schedule)
{
    node_t *body = node_new_object();
    AUTOFREE char *name = name_of(schedule);
    AUTOFREE char *trigger = xasprintf("/%s/%s", ns_of(schedule), name);
    AUTOFREE char *action = xasprintf("/%s/%s", ns_of(schedule), schedule->action);
    node_set_str(body, "trigger", trigger);
    node_set_str(body, "action", action);
    return body;
}

int whisk_schedule_set(const struct whisk_schedule *schedule, const char *cron, struct err *err)
{
    CLEANUP(node_free) node_t *trigger = trigger_body();
    CLEANUP(node_free) node_t *rule = rule_body(schedule);
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    if (whisk_schedule_drop(schedule, err) != 0 || call(schedule, "PUT", "triggers", trigger, err) != 0)
        return -1;
    if (tell_feed(schedule, "CREATE", cron, err) == 0 && call(schedule, "PUT", "rules", rule, err) == 0)
        return 0;
    call(schedule, "DELETE", "triggers", NULL, &ignored);
    return -1;
}

static int drop_one(const struct whisk_schedule *schedule, const char *noun, bool *ret_was_there, struct err *err)
{
    CLEANUP(err_release) struct err one = ERR_INIT;
    *ret_was_there = call(schedule, "DELETE", noun, NULL, &one) == 0;
    return *ret_was_there || one.code == ERR_NOT_FOUND ? 0 : err_move(err, &one);
}

/* Without its trigger an alarm ends by itself; telling it is better. */
int whisk_schedule_drop(const struct whisk_schedule *schedule, struct err *err)
{
    CLEANUP(err_release) struct err ignored = ERR_INIT;
    bool had_rule, had_trigger;
    if (drop_one(schedule, "rules", &had_rule, err) != 0)
        return -1;
    if (had_rule)
        tell_feed(schedule, "DELETE", NULL, &ignored);
    return drop_one(schedule, "triggers", &had_trigger, err);
}
