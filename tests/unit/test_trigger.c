#include <check.h>
#include <string.h>

#include "serverless/trigger.h"
#include "suites.h"
#include "wire.h"

static node_t *parsed(const char *text)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(str_release) struct str json = STR_INIT;
    for (const char *c = text; *c; c++)
        str_addc(&json, *c == '\'' ? '"' : *c);
    node_t *node = json_parse(json.buf, json.len, "test", &err);
    ck_assert_msg(node, "%s", err.what);
    return node;
}

#define REF(field) "'" field "':{'ref':{'kind':'Service','name':'f'}}"
#define NO_CLOCK   "'filters':null,'schedule':null,'timezone':null,'data':null,'data_base64':null,"
#define NO_KAFKA   "'servers':null,'topics':null,'group':null,"

static const struct {
    enum trigger_kind kind;
    const char *object, *detail;
} details[] = {
    {TRIGGER_BROKER,
     "{'metadata':{'name':'t'},'spec':{'broker':'b','filter':{'attributes':{'type':'x'}}," REF(
         "subscriber") "},'status':{"
                       "'subscriberUri':'http://f/"
                       "','conditions':[{'type':'Ready','status':'False','reason':'R','message':'m','severity':'Error'},"
                       "{'type':'SubscriberResolved','status':'True'}]}}",
     "{'name':'t','kind':'Trigger','function':'f','on':'broker b "
     "type=x','state':'Failed','message':'m','created':null,'broker':'b',"
     "'filter':{'type':'x'}," NO_CLOCK NO_KAFKA "'url':'http://f/','conditions':[{'type':'Ready','status':'False','reason':'R',"
     "'message':'m'},{'type':'SubscriberResolved','status':'True','reason':null,'message':null}]}"},
    {TRIGGER_CLOCK,
     "{'metadata':{'name':'t'},'spec':{'schedule':'0 3 * * *','timezone':'UTC','dataBase64':'e30='," REF(
         "sink") "},"
                 "'status':{'sinkUri':'http://f/','conditions':[{'type':'Ready','status':'True'}]}}",
     "{'name':'t','kind':'PingSource','function':'f','on':'schedule 0 3 * * *','state':'Ready','message':null,'created':null,"
     "'broker':null,'filter':null,'filters':null,'schedule':'0 3 * * "
     "*','timezone':'UTC','data':null,'data_base64':'e30='," NO_KAFKA
     "'url':'http://f/','conditions':[{'type':'Ready','status':'True','reason':null,'message':null}]}"},
    {TRIGGER_KAFKA,
     "{'metadata':{'name':'t'},'spec':{'bootstrapServers':['k:9092'],'topics':['a','b'],'consumerGroup':'g'," REF("sink") "}}",
     "{'name':'t','kind':'KafkaSource','function':'f','on':'kafka a,b','state':'Starting','message':null,'created':null,"
     "'broker':null,'filter':null," NO_CLOCK "'servers':['k:9092'],'topics':['a','b'],'group':'g','url':null,'conditions':[]}"},
    {TRIGGER_BROKER, "{'metadata':{'name':'t'},'spec':{'brokerRef':{'name':'shared','namespace':'infra'}}}",
     "{'name':'t','kind':'Trigger','function':null,'on':'broker infra/shared','state':'Starting','message':null,'created':null,"
     "'broker':'infra/shared','filter':null," NO_CLOCK NO_KAFKA "'url':null,'conditions':[]}"},
    {TRIGGER_BROKER, "{'metadata':{'name':'t'},'spec':{'filter':{'attributes':[1]},'filters':[{'exact':{'type':'x'}}]}}",
     "{'name':'t','kind':'Trigger','function':null,'on':'broker default, 1 "
     "filter','state':'Starting','message':null,'created':null,"
     "'broker':'default','filter':[1],'filters':[{'exact':{'type':'x'}}],'schedule':null,'timezone':null,'data':null,"
     "'data_base64':null," NO_KAFKA "'url':null,'conditions':[]}"},
    {TRIGGER_BROKER, "{'metadata':{'name':'t'},'spec':{'filter':{'attributes':[1]}}}",
     "{'name':'t','kind':'Trigger','function':null,'on':'broker default','state':'Starting','message':null,'created':null,"
     "'broker':'default','filter':[1]," NO_CLOCK NO_KAFKA "'url':null,'conditions':[]}"},
    {TRIGGER_BROKER, "{'metadata':{'name':7},'spec':[],'status':{'conditions':{'type':'Ready'}}}",
     "{'name':'?','kind':'Trigger','function':null,'on':'broker default','state':'Starting','message':null,'created':null,"
     "'broker':'default','filter':null," NO_CLOCK NO_KAFKA "'url':null,'conditions':[{'type':null,'status':null,'reason':null,"
     "'message':null}]}"},
};

START_TEST(a_trigger_is_shown_whole)
{
    CLEANUP(node_free) node_t *object = parsed(details[_i].object);
    CLEANUP(node_free) node_t *wanted = parsed(details[_i].detail);
    CLEANUP(node_free) node_t *detail = trigger_detail(object, details[_i].kind);
    CLEANUP(str_release) struct str text = STR_INIT;
    json_print_pretty(detail, &text);
    ck_assert_msg(node_equal(detail, wanted), "%s", text.buf);
}
END_TEST

#define AT(group, plural) "\"/apis/" group "/namespaces/n/" plural "/t\":"
#define TRIGGERS          AT("eventing.knative.dev/v1", "triggers")
#define PINGS             AT("sources.knative.dev/v1", "pingsources")
#define KAFKAS            AT("sources.knative.dev/v1beta1", "kafkasources")
#define THERE             "[{\"body\":\"{\\\"metadata\\\":{\\\"name\\\":\\\"t\\\"}}\"}]"
#define NONE              "[{\"status\":404,\"body\":\"{\\\"kind\\\":\\\"Status\\\",\\\"code\\\":404}\"}]"
#define NOT_INSTALLED     "[{\"status\":404,\"body\":\"404 page not found\"}]"
#define DENIED            "[{\"status\":403,\"body\":\"{\\\"kind\\\":\\\"Status\\\",\\\"code\\\":403}\"}]"
static const struct {
    const char *routes, *name;
    enum err_code code;
    enum trigger_kind kind;
} found[] = {
    {TRIGGERS THERE "," PINGS NONE "," KAFKAS NOT_INSTALLED, "t", ERR_OK, TRIGGER_BROKER},
    {TRIGGERS NONE "," PINGS THERE "," KAFKAS NOT_INSTALLED, "t", ERR_OK, TRIGGER_CLOCK},
    {TRIGGERS NOT_INSTALLED "," PINGS NOT_INSTALLED "," KAFKAS THERE, "t", ERR_OK, TRIGGER_KAFKA},
    {TRIGGERS NONE "," PINGS NONE "," KAFKAS NOT_INSTALLED, "t", ERR_NOT_FOUND, TRIGGER_KINDS},
    {TRIGGERS DENIED "," PINGS NONE "," KAFKAS NONE, "t", ERR_AUTH, TRIGGER_KINDS},
    {TRIGGERS DENIED "," PINGS THERE "," KAFKAS DENIED, "t", ERR_OK, TRIGGER_CLOCK},
    {TRIGGERS THERE "," PINGS THERE "," KAFKAS NONE, "t", ERR_CONFLICT, TRIGGER_KINDS},
    {TRIGGERS THERE "," PINGS THERE "," KAFKAS NONE, "pingsource/t", ERR_OK, TRIGGER_CLOCK},
    {TRIGGERS THERE "," PINGS NONE "," KAFKAS NONE, "PingSource/t", ERR_NOT_FOUND, TRIGGER_KINDS},
};

/* An API server that has these routes alone. */
static void open_at(struct wire *wire, const char *routes, struct kube *kube)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *script = xasprintf("{\"routes\":{%s}}", routes);
    wire_start(wire, script);
    const struct kube_access access = {.server = wire->url, .ns = "n"};
    ck_assert_int_eq(kube_open(kube, &access, &(struct kube_settings){.retries = -1}, &err), 0);
}

START_TEST(a_trigger_is_found_whichever_kind_it_is)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(kube_release) struct kube kube = {0};
    open_at(&wire, found[_i].routes, &kube);
    enum trigger_kind kind = TRIGGER_KINDS;
    CLEANUP(node_free) node_t *object = trigger_find(&kube, found[_i].name, &kind, &err);
    ck_assert_int_eq(object != NULL, found[_i].code == ERR_OK);
    ck_assert_int_eq(err.code, found[_i].code);
    ck_assert_int_eq(kind, found[_i].kind);
    if (err.code == ERR_CONFLICT)
        ck_assert_str_eq(err.hint, "Trigger/t, or PingSource/t");
}
END_TEST

#define LIST_AT(group, plural) "\"/apis/" group "/namespaces/n/" plural "\":"
#define BROKER_AT(name)        "\"/apis/eventing.knative.dev/v1/namespaces/n/brokers/" name "\":"
#define OF_BROKER(name, status)                                                                                      \
    "[{\"body\":\"{\\\"items\\\":[{\\\"metadata\\\":{\\\"name\\\":\\\"t\\\"},\\\"spec\\\":{\\\"broker\\\":\\\"" name \
    "\\\"}" status "}]}\"}]"
#define NO_ITEMS "[{\"body\":\"{\\\"items\\\":[]}\"}]"
#define IS_BAD                                                                                                                   \
    ",\\\"status\\\":{\\\"conditions\\\":[{\\\"type\\\":\\\"Ready\\\",\\\"status\\\":\\\"False\\\",\\\"message\\\":\\\"bad\\\"}" \
    "]}"
#define OTHERS                                                                                                               \
    "," LIST_AT("sources.knative.dev/v1", "pingsources") NO_ITEMS "," LIST_AT("sources.knative.dev/v1beta1", "kafkasources") \
        NOT_INSTALLED
/* Its controllers say nothing of a trigger whose broker is not there. */
static const struct {
    const char *routes, *message;
} listed[] = {
    {LIST_AT("eventing.knative.dev/v1", "triggers") OF_BROKER("b", "") OTHERS "," BROKER_AT("b") NONE,
     "there is no broker \"b\" in namespace n"},
    {LIST_AT("eventing.knative.dev/v1", "triggers") OF_BROKER("b", "") OTHERS "," BROKER_AT("b") THERE, NULL},
    {LIST_AT("eventing.knative.dev/v1", "triggers") OF_BROKER("b", "") OTHERS "," BROKER_AT("b") DENIED, NULL},
    {LIST_AT("eventing.knative.dev/v1", "triggers") OF_BROKER("i/b", "") OTHERS "," BROKER_AT("i/b") NONE, NULL},
    {LIST_AT("eventing.knative.dev/v1", "triggers") OF_BROKER("b", IS_BAD) OTHERS "," BROKER_AT("b") NONE, "bad"},
};

START_TEST(a_broker_that_is_not_there_is_told)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(kube_release) struct kube kube = {0};
    open_at(&wire, listed[_i].routes, &kube);
    CLEANUP(node_free) node_t *all = trigger_list(&kube, &err);
    ck_assert_msg(all != NULL, "%s", err.what);
    trigger_tell_brokers(&kube, node_first(all));
    ck_assert_pstr_eq(node_str(all, "/0/message", NULL), listed[_i].message);
}
END_TEST

START_TEST(what_is_not_installed_says_how_one_gets_it)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(wire_stop) struct wire wire;
    CLEANUP(kube_release) struct kube kube = {0};
    open_at(&wire,
            LIST_AT("eventing.knative.dev/v1", "triggers") NOT_INSTALLED "," LIST_AT("sources.knative.dev/v1", "pingsources")
                NOT_INSTALLED "," LIST_AT("sources.knative.dev/v1beta1", "kafkasources") NOT_INSTALLED,
            &kube);
    ck_assert_ptr_null(trigger_list(&kube, &err));
    ck_assert_int_eq(err.code, ERR_FAILED);
    ck_assert_str_eq(err.what, "Knative Eventing is not installed in this cluster");
    ck_assert_ptr_nonnull(strstr(err.hint, "install Knative Eventing"));
}
END_TEST

Suite *suite_trigger(void)
{
    Suite *suite = suite_create("trigger");
    TCase *tcase = tcase_create("trigger");
    tcase_add_loop_test(tcase, a_trigger_is_shown_whole, 0, ARRAY_LEN(details));
    tcase_add_loop_test(tcase, a_trigger_is_found_whichever_kind_it_is, 0, ARRAY_LEN(found));
    tcase_add_loop_test(tcase, a_broker_that_is_not_there_is_told, 0, ARRAY_LEN(listed));
    tcase_add_test(tcase, what_is_not_installed_says_how_one_gets_it);
    suite_add_tcase(suite, tcase);
    return suite;
}
