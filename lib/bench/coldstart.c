#include "bench/coldstart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/sig.h"
#include "base/stat.h"
#include "bench/coldwatch.h"

static int interrupted(const char *name, struct err *err)
{
    return err_set(err, ERR_INTERRUPTED,
                   "interrupted while measuring function \"%s\"; it is as it was, perhaps without instances", name);
}

/* A request as the client sees it, by clock_mono_ns. */
struct timed {
    int64_t begin_ns, first_byte_ns, end_ns;
    bool is_cold; /* whether it met no instance, as far as the answer tells */
};

static double ms_of(const struct timed *timed) { return (double)(timed->end_ns - timed->begin_ns) / 1e6; }

static int one_request(const struct coldstart *run, struct http_response *res, struct timed *ret, struct err *err)
{
    const char *name = run->request->name;
    if (sig_interrupted())
        return interrupted(name, err);
    if (run->runtime->invoke(run->env, run->request, res, err) != 0)
        return err->code == ERR_INTERRUPTED ? interrupted(name, err) : -1;
    const char *start = invoke_start(res);
    ret->end_ns = clock_mono_ns();
    ret->begin_ns = ret->end_ns - res->total_us * 1000;
    ret->first_byte_ns = ret->begin_ns + res->first_byte_us * 1000;
    ret->is_cold = !start || strcmp(start, "cold") == 0;
    return 0;
}

static int refused(const char *name, int status, struct err *err)
{
    err_set(err, ERR_WORKLOAD, "function \"%s\" answers %d", name, status);
    return err_hint(err, "a request that it likes: -f FILE, --path, --method; aiwf function logs %s", name);
}

static int timed(const struct coldstart *run, struct timed *ret, struct err *err)
{
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    if (one_request(run, &res, ret, err) != 0)
        return -1;
    return res.status < 400 ? 0 : refused(run->request->name, res.status, err);
}

/* Where nothing holds a request that meets no instance: from the wish for one to the first answer, asked for again and again. */
static int timed_from_wish(const struct coldstart *run, struct timed *ret, struct err *err)
{
    enum { TIMEOUT_MS = 300000, PAUSE_MS = 5 };
    int64_t begin_ns = clock_mono_ns(), until_ms = clock_mono_ms() + TIMEOUT_MS;
    if (run->runtime->wake(run->env, run->request->name, err) != 0)
        return -1;
    for (;;) {
        CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
        CLEANUP(err_release) struct err not_yet = ERR_INIT;
        int rc = one_request(run, &res, ret, &not_yet);
        if (rc != 0 && not_yet.code != ERR_WORKLOAD)
            return err_move(err, &not_yet);
        if (rc == 0 && res.status < 500) {
            ret->begin_ns = begin_ns;
            return res.status < 400 ? 0 : refused(run->request->name, res.status, err);
        }
        if (clock_mono_ms() >= until_ms)
            return rc != 0 ? err_move(err, &not_yet) : refused(run->request->name, res.status, err);
        clock_sleep_ms(PAUSE_MS);
    }
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
    node_set_num(stages, COLDSTART_REST, num_max(total_ms - sum, 0));
    if (node_get(start, "unseen"))
        node_set(sample, "unseen", node_copy(node_get(start, "unseen")));
    if (node_get(start, "image_present"))
        node_set(sample, "image_present", node_copy(node_get(start, "image_present")));
    return sample;
}

/* NULL with err unset: no instance was started. */
static node_t *watched_stages(const struct coldstart *run, const struct timed *timed, struct err *err)
{
    enum { LATE_MS = 1000 };
    CLEANUP(cold_marks_release) struct cold_marks marks = {0};
    if (coldwatch_marks(run->watch, LATE_MS, &marks, err) != 0)
        return NULL;
    const struct cold_span span = {.start_ns = timed->begin_ns, .first_byte_ns = timed->first_byte_ns};
    return cold_marks_stages(&marks, &span);
}

static node_t *stages_of(const struct coldstart *run, const struct timed *timed, struct err *err)
{
    if (run->watch)
        return watched_stages(run, timed, err);
    return run->runtime->cold_stages ? run->runtime->cold_stages(run->env, run->request->name, err) : node_new_null();
}

/* NULL with err unset: the function was not cold. */
static node_t *cold_round(const struct coldstart *run, struct err *err)
{
    struct timed time = {0};
    if (run->runtime->make_cold(run->env, run->request->name, err) != 0)
        return NULL;
    if (run->watch)
        coldwatch_begin(run->watch);
    int rc = run->runtime->wake ? timed_from_wish(run, &time, err) : timed(run, &time, err);
    if (rc != 0 || !time.is_cold)
        return NULL;
    CLEANUP(node_free) node_t *start = stages_of(run, &time, err);
    return start ? sample_of(ms_of(&time), start) : NULL;
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
        struct timed time = {0};
        if (timed(run, &time, err) != 0)
            return -1;
        ms[n] = ms_of(&time);
        n += run->runtime->label || !time.is_cold; /* on a cluster no answer tells, and one of its instances has just answered */
    }
    stat_sort(ms, n);
    node_set_num(doc, "warm_p50_ms", stat_quantile(ms, n, 0.5));
    node_set_num(doc, "warm_p99_ms", stat_quantile(ms, n, 0.99));
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
    node_set_num(row, "p99_ms", stat_quantile(ms, n, 0.99));
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

/* The largest difference between a sample's total and the sum of its stages. */
static double sum_error_ms(const node_t *samples)
{
    double worst = 0;
    for (const node_t *sample = node_first(samples); sample; sample = node_next(sample)) {
        double sum = 0;
        for (const node_t *stage = node_first(node_get(sample, "stages")); stage; stage = node_next(stage))
            sum += node_value(stage);
        worst = num_max(worst, fabs(sum - node_num(sample, "/total_ms", NAN)));
    }
    return worst;
}

/* In how many samples the end of a stage was never seen, and in how many the image was on the node already. */
static void add_counts(node_t *doc)
{
    node_t *unseen = node_set(doc, "unseen", node_new_object());
    double present = 0;
    bool is_known = false;
    for (const node_t *sample = node_first(node_get(doc, "samples")); sample; sample = node_next(sample)) {
        is_known = is_known || node_get(sample, "image_present");
        present += node_bool(sample, "/image_present", false);
        for (const node_t *name = node_first(node_get(sample, "unseen")); name; name = node_next(name)) {
            double before = node_value(node_get(unseen, node_text(name)));
            node_set_num(unseen, node_text(name), isnan(before) ? 1 : before + 1);
        }
    }
    if (is_known)
        node_set_num(doc, "images_present", present);
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
    node_set_num(doc, "total_p99_ms", stat_quantile(totals, n, 0.99));
    node_set_num(doc, "total_mean_ms", mean);
    node_set_num(doc, "sum_error_ms", sum_error_ms(samples));
    add_biggest(doc);
    add_counts(doc);
}

/* No instance outlives its request. */
static bool is_process_a_request(const struct coldstart *run)
{
    CLEANUP(err_release) struct err unseen = ERR_INIT;
    CLEANUP(node_free) node_t *function = run->runtime->show ? run->runtime->show(run->env, run->request->name, &unseen) : NULL;
    return strcmp(node_str(function, "/mode", ""), "stdio") == 0;
}

/* An image on the node is all that a fetched image asks for; all else asks for an instance. */
static void add_advice(node_t *doc, const struct coldstart *run)
{
    const char *name = run->request->name;
    if (is_process_a_request(run)) {
        AUTOFREE char *other = xasprintf("aiwf function deploy %s --replace --mode http --command SERVER", name);
        node_set_str(doc, "advice", other);
        node_set_str(doc, "advice_because", "it is a process a request; one that serves http is kept between them");
        return;
    }
    bool is_image = strcmp(node_str(doc, "/biggest", ""), "image") == 0;
    node_set_str(doc, "advice_because",
                 is_image ? "fetched before it is needed it costs nothing" : "a floor of 1 avoids all of it");
    AUTOFREE char *advice =
        xasprintf("aiwf pool create %s-warm --function %s --min %s", name, name, is_image ? "0 --prepull" : "1");
    node_set_str(doc, "advice", advice);
}

static int measure(const struct coldstart *run, node_t *doc, struct err *err)
{
    node_t *samples = node_set(doc, "samples", node_new_array());
    if (cold_rounds(run, samples, err) != 0 || warm_rounds(run, doc, err) != 0)
        return -1;
    coldstart_summarise(doc);
    add_advice(doc, run);
    double error_ms = node_num(doc, "/sum_error_ms", NAN);
    if (error_ms <= COLDSTART_SUM_MS)
        return 0;
    return err_set(err, ERR_FAILED, "the stages of a cold start differ from its whole by %.1f ms: they are of another one",
                   error_ms);
}

/* Also after Ctrl-C, which would end its requests too. */
static int give_back(const struct coldstart *run, const node_t *begun, struct err *err)
{
    if (!run->runtime->cold_end)
        return 0;
    bool was_interrupted = sig_interrupted();
    if (was_interrupted)
        sig_reset();
    int rc = run->runtime->cold_end(run->env, run->request->name, begun, err);
    if (was_interrupted)
        sig_interrupt();
    return rc == 0 ? 0 : err_wrap(err, "cannot make function \"%s\" as it was before", run->request->name);
}

static node_t *begin(const struct coldstart *run, struct err *err)
{
    if (run->runtime->make_cold && run->runtime->invoke)
        return run->runtime->cold_begin ? run->runtime->cold_begin(run->env, run->request->name, err) : node_new_object();
    runtime_lacks(run->runtime, "make a function cold", err);
    return NULL;
}

node_t *coldstart_measure(const struct coldstart *run, struct err *err)
{
    CLEANUP(err_release) struct err after = ERR_INIT;
    CLEANUP(node_free) node_t *doc = node_new_object();
    CLEANUP(node_free) node_t *begun = begin(run, err);
    if (!begun)
        return NULL;
    node_set_str(doc, "name", run->request->name);
    node_set_str(doc, "function", run->request->name);
    node_set_str(doc, "runtime", run->runtime->name);
    node_set_num(doc, "rounds", (double)run->rounds);
    node_set_str(doc, "how", node_str(begun, "/how", NULL));
    if (run->watch)
        node_set_num(doc, "uncertainty_ms", coldwatch_uncertainty_ms(run->watch));
    int rc = measure(run, doc, err);
    if (give_back(run, begun, rc == 0 ? err : &after) != 0)
        rc = -1;
    return rc == 0 ? TAKE(doc) : NULL;
}
