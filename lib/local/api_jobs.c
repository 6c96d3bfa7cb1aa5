/* /system/aiwf/jobs: see lib/local/api.md. */
#include <stdlib.h>

#include "local/job.h"
#include "local/log_reply.h"
#include "local/server.h"

static void list(struct request *req)
{
    CLEANUP(node_free) node_t *jobs = jobs_list(req->daemon->jobs);
    reply_json(req, 200, jobs);
}

static void submit(struct request *req)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *spec = request_json(req);
    if (!spec)
        return;
    CLEANUP(node_free) node_t *job = jobs_submit(req->daemon->jobs, spec, &err);
    if (job)
        reply_json(req, 201, job);
    else
        reply_err(req, &err);
}

static void show(struct request *req)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *job = jobs_show(req->daemon->jobs, req->params[0], &err);
    if (job)
        reply_json(req, 200, job);
    else
        reply_err(req, &err);
}

static void cancel(struct request *req)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    if (jobs_cancel(req->daemon->jobs, req->params[0], &err) != 0) {
        reply_err(req, &err);
        return;
    }
    CLEANUP(node_free) node_t *job = jobs_show(req->daemon->jobs, req->params[0], &err);
    reply_json(req, 200, job);
}

/* {"name": NEW}, or nothing. */
static void retry(struct request *req)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *body = request_json(req);
    if (!body)
        return;
    CLEANUP(node_free) node_t *job = jobs_retry(req->daemon->jobs, req->params[0], node_str(body, "/name", NULL), &err);
    if (job)
        reply_json(req, 201, job);
    else
        reply_err(req, &err);
}

static void delete (struct request *req)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    if (jobs_delete(req->daemon->jobs, req->params[0], &err) == 0)
        reply_empty(req, 204);
    else
        reply_err(req, &err);
}

struct followed {
    struct jobs *jobs;
    char name[]; /* of the job */
};

static void print_line(const struct log_line *line, void *arg, struct str *s)
{
    (void)arg;
    log_line_print(line, s);
}

static bool is_over(void *arg)
{
    const struct followed *followed = arg;
    return jobs_is_finished(followed->jobs, followed->name);
}

static void logs(struct request *req)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *path = NULL;
    struct logfile *log;
    const char *name = req->params[0];
    if (jobs_log(req->daemon->jobs, name, &path, &log, &err) != 0) {
        reply_err(req, &err);
        return;
    }
    size_t size = strlen(name) + 1;
    struct followed *followed = xmalloc(sizeof(*followed) + size);
    followed->jobs = req->daemon->jobs;
    memcpy(followed->name, name, size);
    reply_log(req, &(struct log_source){
                       .path = path, .log = log, .is_over = is_over, .print = print_line, .release = free, .arg = followed});
}

const struct route routes_jobs[] = {
    {.method = "GET", .pattern = "/system/aiwf/jobs", .handler = list},
    {.method = "POST", .pattern = "/system/aiwf/jobs", .handler = submit},
    {.method = "GET", .pattern = "/system/aiwf/jobs/{}", .handler = show},
    {.method = "DELETE", .pattern = "/system/aiwf/jobs/{}", .handler = delete},
    {.method = "POST", .pattern = "/system/aiwf/jobs/{}/cancel", .handler = cancel},
    {.method = "POST", .pattern = "/system/aiwf/jobs/{}/retry", .handler = retry},
    {.method = "GET", .pattern = "/system/aiwf/jobs/{}/logs", .handler = logs},
    {0},
};
