#include "bench/coldstart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/sig.h"
#include "base/stat.h"

static int interrupted(const char *name, struct err *err)
{
    return err_set(err, ERR_INTERRUPTED,
                   "interrupted while measuring function \"%s\"; it is as it was, perhaps without instances", name);
}

/* One request; its time as the client sees it. *ret_cold: whether it met no instance. */
static int timed(const struct coldstart *run, double *ret_ms, bool *ret_cold, struct err *err)
{
    const char *name = run->request->name;
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    if (sig_interrupted())
        return interrupted(name, err);
    if (run->runtime->invoke(run->env, run->request, &res, err) != 0)
        return err->code == ERR_INTERRUPTED ? interrupted(name, err) : -1;
    if (res.status >= 400) {
        err_set(err, ERR_WORKLOAD, "function \"%s\" answers %d", name, res.status);
        return err_hint(err, "a request that it likes: -f FILE, --path, --method; aiwf function logs %s", name);
    }
    const char *start = invoke_start(&res);
    *ret_ms = (double)res.total_us / 1000;
    *ret_cold = !start || strcmp(start, "cold") == 0;
    return 0;
}

static node_t *sample_of(double total_ms, const node_t *start)
{
    node_t *sample = node_new_object();
    node_set_num(sample, "total_ms", total_ms);
    node_t *stages = node_set(sample, "stages", node_new_object());
    double sum = 0;
    for (const node_t *stage = node_first(node_get(start, "stages")); stage; stage = node_next(stage)) {
        double ms = node_num(stage, "/ms", 0);
        sum += ms;
        node_set_num(stages, node_str(stage, "/stage", "?"), ms);
    }
    node_set_num(stages, COLDSTART_REST, total_ms - sum);
    return sample;
}

/* NULL with err unset: the function was not cold. */
static node_t *cold_round(const struct coldstart *run, struct err *err)
{
    const char *name = run->request->name;
    double total_ms = 0;
    bool is_cold = false;
    if (run->runtime->make_cold(run->env, name, err) != 0 || timed(run, &total_ms, &is_cold, err) != 0 || !is_cold)
        return NULL;
    CLEANUP(node_free)
    node_t *start = run->runtime->cold_stages ? run->runtime->cold_stages(run->env, name, err) : node_new_null();
    return start ? sample_of(total_ms, start) : NULL;
}

static int cold_rounds(const struct coldstart *run, node_t *samples, struct err *err)
{
    const char *name = run->request->name;
    int64_t tries_left = 3 * run->rounds + 5;
    for (int64_t done = -1; done < run->rounds;) {
        node_t *sample = cold_round(run, err);
        if (!sample && err->what)
            return -1;
        if (!sample && --tries_left == 0) {
            err_set(err, ERR_FAILED, "function \"%s\" is not cold when asked to be", name);
            return err_hint(err, "other clients or a pool keep it warm: aiwf pool list");
        }
        if (!sample)
            continue;
        if (done >= 0 && run->on_round)
            run->on_round(done + 1, run->rounds, node_num(sample, "/total_ms", NAN), run->arg);
        if (done >= 0)
            node_push(samples, sample);
        else
            node_free(sample); /* the first one also pays for cold files of this machine */
        done++;
    }
    return 0;
}

static int warm_rounds(const struct coldstart *run, node_t *doc, struct err *err)
{
    AUTOFREE double *ms = xcalloc((size_t)run->warm_rounds + 1, sizeof(*ms));
    size_t n = 0;
    for (int64_t i = 0; i < run->warm_rounds; i++) {
        bool is_cold = false;
        if (timed(run, &ms[n], &is_cold, err) != 0)
            return -1;
        n += !is_cold;
    }
    stat_sort(ms, n);
    node_set_num(doc, "warm_p50_ms", stat_quantile(ms, n, 0.5));
    return 0;
}

/* The samples' values of a stage (NULL: the totals), ascending; the caller frees. */
static double *values_of(const node_t *samples, const char *stage)
{
    size_t n = node_len(samples), i = 0;
    double *values = xcalloc(n + 1, sizeof(*values));
    for (const node_t *sample = node_first(samples); sample; sample = node_next(sample)) {
        const node_t *value = node_get(stage ? node_get(sample, "stages") : sample, stage ? stage : "total_ms");
        double ms = node_value(value);
        values[i++] = isnan(ms) ? 0 : ms;
    }
    stat_sort(values, n);
    return values;
}

static void add_stage(node_t *doc, const node_t *samples, const char *stage, double total_mean)
{
    size_t n = node_len(samples);
    AUTOFREE double *ms = values_of(samples, stage);
    double mean = stat_mean(ms, n);
    node_t *row = node_push(node_get(doc, "stages"), node_new_object());
    node_set_str(row, "stage", stage);
    node_set_num(row, "p50_ms", stat_quantile(ms, n, 0.5));
    node_set_num(row, "p95_ms", stat_quantile(ms, n, 0.95));
    node_set_num(row, "share", total_mean > 0 ? mean / total_mean : NAN);
}

static void add_biggest(node_t *doc)
{
    const node_t *biggest = NULL;
    for (const node_t *row = node_first(node_get(doc, "stages")); row; row = node_next(row))
        if (!biggest || node_num(row, "/share", 0) > node_num(biggest, "/share", 0))
            biggest = row;
    if (!biggest)
        return;
    node_set_str(doc, "biggest", node_str(biggest, "/stage", "?"));
    node_set_num(doc, "biggest_ms", node_num(biggest, "/p50_ms", NAN));
}

void coldstart_summarise(node_t *doc)
{
    const node_t *samples = node_get(doc, "samples");
    size_t n = node_len(samples);
    AUTOFREE double *totals = values_of(samples, NULL);
    double mean = stat_mean(totals, n);
    node_set(doc, "stages", node_new_array());
    for (const node_t *stage = node_first(node_at(samples, "/0/stages")); stage; stage = node_next(stage))
        add_stage(doc, samples, node_key(stage), mean);
    node_set_num(doc, "total_p50_ms", stat_quantile(totals, n, 0.5));
    node_set_num(doc, "total_p95_ms", stat_quantile(totals, n, 0.95));
    node_set_num(doc, "total_mean_ms", mean);
    add_biggest(doc);
}

node_t *coldstart_measure(const struct coldstart *run, struct err *err)
{
    const char *name = run->request->name;
    if (!run->runtime->make_cold || !run->runtime->invoke) {
        runtime_lacks(run->runtime, "make a function cold", err);
        return NULL;
    }
    CLEANUP(node_free) node_t *doc = node_new_object();
    node_set_str(doc, "function", name);
    node_set_str(doc, "runtime", run->runtime->name);
    node_set_num(doc, "rounds", (double)run->rounds);
    node_t *samples = node_new_array();
    node_set(doc, "samples", samples);
    if (cold_rounds(run, samples, err) != 0 || warm_rounds(run, doc, err) != 0)
        return NULL;
    coldstart_summarise(doc);
    AUTOFREE char *advice = xasprintf("aiwf pool create %s-warm --function %s --min 1", name, name);
    node_set_str(doc, "advice", advice);
    return TAKE(doc);
}
