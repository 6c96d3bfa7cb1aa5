/* What the gateway says of itself. */
#include <unistd.h>

#include "base/clock.h"
#include "local/functions.h"
#include "local/job.h"
#include "local/server.h"
#include "local/vitals.h"
#include "version.h"

static void status(struct request *req)
{
    struct daemon *daemon = req->daemon;
    CLEANUP(node_free) node_t *doc = node_new_object();
    CLEANUP(str_release) struct str started = STR_INIT;
    rfc3339_print(&started, daemon->started_ms);
    node_set_str(doc, "gateway", daemon->url);
    node_set_num(doc, "pid", getpid());
    node_set_str(doc, "started", started.buf);
    node_set_str(doc, "version", AIWF_VERSION);
    node_set_num(doc, "functions", (double)functions_count(daemon->functions));
    node_set_num(doc, "instances", functions_instances(daemon->functions));
    node_set(doc, "jobs", jobs_counts(daemon->jobs));
    node_set(doc, "gpus", jobs_gpus(daemon->jobs));
    node_set(doc, "cores", jobs_cores(daemon->jobs));
    node_set(doc, "energy", vitals_energy_json(daemon->vitals));
    reply_json(req, 200, doc);
}

static void gpus(struct request *req)
{
    enum { USUAL_S = 1800, MOST_S = GPUS_SLOTS * (GPUS_SLOT_MS / 1000) };
    long long for_s = request_query_int(req, "for_s", USUAL_S);
    struct vitals *vitals = req->daemon->vitals;
    gpus_note(vitals_gpus(vitals));
    CLEANUP(node_free)
    node_t *doc = gpus_json(vitals_gpus(vitals), for_s < 1 ? 1000 : (for_s > MOST_S ? MOST_S : for_s) * 1000);
    reply_json(req, 200, doc);
}

static void metrics(struct request *req)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    vitals_print(req->daemon->vitals, &text);
    reply_text(req, 200, "text/plain; version=0.0.4; charset=utf-8", text.buf, text.len);
}

static void healthz(struct request *req) { reply_text(req, 200, "text/plain", "OK\n", 3); }

const struct route routes_status[] = {
    {.method = "GET", .pattern = "/system/aiwf/status", .handler = status},
    {.method = "GET", .pattern = "/system/aiwf/gpus", .handler = gpus},
    {.method = "GET", .pattern = "/metrics", .handler = metrics, .open = true},
    {.method = "GET", .pattern = "/healthz", .handler = healthz, .open = true},
    {0},
};
