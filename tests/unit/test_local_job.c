#include <check.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/clock.h"
#include "local/job.h"
#include "local/leftovers.h"
#include "local/loop.h"
#include "local/store.h"
#include "scratch.h"
#include "suites.h"

enum { LONGEST_MS = 20000 };

static char *state;
static struct leftovers *leftovers;
static struct loop *loop;
static struct vitals *vitals;
static struct jobs *jobs;

static struct jobs *open_jobs(void)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(strv_release) struct strv broken = STRV_INIT;
    struct jobs_settings settings = {
        .state = state, .owner = state, .gpus = 2, .cpus = 2, .keep = 3, .vitals = vitals, .leftovers = leftovers, .loop = loop};
    struct jobs *opened = jobs_new(&settings, &broken, &err);
    ck_assert_msg(opened != NULL, "%s", err.what);
    return opened;
}

static void begin(void)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    state = scratch_new();
    loop = loop_new(&err);
    vitals = vitals_new(&(struct energy_settings){0}, loop);
    leftovers = leftovers_new(loop);
    jobs = open_jobs();
}

static void end(void)
{
    jobs_free(jobs);
    leftovers_free(leftovers);
    vitals_free(vitals);
    loop_free(loop);
    scratch_end(state);
}

static node_t *spec_of(const char *name, const char *script)
{
    node_t *spec = node_new_object();
    node_set_str(spec, "name", name);
    node_t *command = node_set(spec, "command", node_new_array());
    node_push(command, node_new_str("sh"));
    node_push(command, node_new_str("-c"));
    node_push(command, node_new_str(script));
    return spec;
}

static void submit(const char *name, const char *script)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *spec = spec_of(name, script);
    CLEANUP(node_free) node_t *job = jobs_submit(jobs, spec, &err);
    ck_assert_msg(job != NULL, "%s", err.what);
}

static bool is_state(const char *name, const char *wanted)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *job = jobs_show(jobs, name, &err);
    return str_eq(node_str(job, "/state", ""), wanted);
}

static void stop_loop(void *arg) { loop_stop(arg); }

static void run_loop(int64_t ms)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct timer *timer = timer_new(loop, stop_loop, loop);
    timer_set(timer, ms);
    ck_assert_int_eq(loop_run(loop, &err), 0);
    timer_free(timer);
}

static void wait_state(const char *name, const char *wanted)
{
    int64_t until = clock_mono_ms() + LONGEST_MS;
    while (!is_state(name, wanted)) {
        ck_assert_msg(clock_mono_ms() < until, "%s is not %s", name, wanted);
        run_loop(5);
    }
}

static void expect_num(const char *name, const char *pointer, double value)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *job = jobs_show(jobs, name, &err);
    ck_assert_msg(node_num(job, pointer, -99) == value, "%s%s is %g", name, pointer, node_num(job, pointer, -99));
}

START_TEST(a_job_runs_and_is_kept)
{
    submit("a", "echo hi; exit 3");
    wait_state("a", "Failed");
    jobs_free(jobs);
    jobs = open_jobs();
    ck_assert(is_state("a", "Failed"));
    expect_num("a", "/exit_code", 3);
}
END_TEST

START_TEST(a_full_disk_loses_no_result)
{
    AUTOFREE char *documents = path_join(state, "jobs");
    if (geteuid() != 0 || mount("none", documents, "tmpfs", 0, "size=64k") != 0)
        return;
    submit("a", "sleep 0.2; exit 4");
    AUTOFREE char *ballast = path_join(documents, "ballast");
    AUTOCLOSE int fd = open(ballast, O_WRONLY | O_CREAT, 0600);
    static const char zeros[4096];
    while (write(fd, zeros, sizeof(zeros)) > 0)
        continue;
    wait_state("a", "Failed");

    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *spec = spec_of("b", "true");
    ck_assert_ptr_null(jobs_submit(jobs, spec, &err));
    ck_assert_ptr_nonnull(strstr(err.why, "No space left"));
    ck_assert(jobs_is_finished(jobs, "b"));

    unlink(ballast);
    ck_assert_int_eq(ftruncate(fd, 0), 0);
    run_loop(5500); /* it is tried again every five seconds */
    jobs_free(jobs);
    jobs = open_jobs();
    ck_assert(is_state("a", "Failed"));
    expect_num("a", "/exit_code", 4);
    jobs_free(jobs);
    ck_assert_int_eq(umount2(documents, MNT_DETACH), 0); /* the ballast is still open */
    jobs = open_jobs();
}
END_TEST

static void kill_gateway(const char *name)
{
    /* What a killed gateway leaves: the record of a job that runs. */
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *path = xasprintf("%s/jobs/%s.json", state, name);
    CLEANUP(str_release) struct str text = STR_INIT;
    jobs_free(jobs);
    ck_assert_int_eq(file_read(path, &text, &err), 0);
    CLEANUP(node_free) node_t *record = json_parse(text.buf, text.len, path, &err);
    node_set_str(record, "state", "Running");
    AUTOFREE char *documents = path_join(state, "jobs");
    ck_assert_int_eq(store_put(documents, name, record, &err), 0);
    jobs = open_jobs();
}

START_TEST(a_job_that_brings_the_gateway_down_is_given_up)
{
    submit("a", "sleep 1000");
    for (int i = 1; i <= JOB_LOSSES_MAX; i++) {
        kill_gateway("a");
        expect_num("a", "/gateway_losses", i);
        ck_assert(is_state("a", "Running"));
    }
    kill_gateway("a");
    ck_assert(is_state("a", "Failed"));
}
END_TEST

START_TEST(old_results_are_forgotten_in_order)
{
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        submit(names[i], "true");
        wait_state(names[i], "Succeeded");
        run_loop(2); /* another millisecond */
    }
    submit("f", "sleep 1000");
    CLEANUP(node_free) node_t *list = jobs_list(jobs);
    ck_assert_uint_eq(node_len(list), 4);
    ck_assert_str_eq(node_str(list, "/0/name", ""), "c");
    ck_assert_str_eq(node_str(list, "/3/name", ""), "f");
}
END_TEST

static void note_call(void *arg) { ++*(int *)arg; }

START_TEST(followers_are_told_of_the_end)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    submit("a", "exec sleep 1000");
    AUTOFREE char *path = NULL;
    struct logfile *log = NULL;
    ck_assert_int_eq(jobs_log(jobs, "a", &path, &log, &err), 0);
    int calls = 0;
    logfile_watch(log, note_call, &calls);
    ck_assert_int_eq(jobs_cancel(jobs, "a", &err), 0);
    wait_state("a", "Cancelled");
    ck_assert_int_gt(calls, 0);
    int before = calls;
    ck_assert_int_eq(jobs_delete(jobs, "a", &err), 0);
    ck_assert_int_gt(calls, before);
    ck_assert(!file_exists(path));
}
END_TEST

Suite *suite_local_job(void)
{
    Suite *suite = suite_create("local_job");
    TCase *tcase = tcase_create("job");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, begin, end);
    tcase_add_test(tcase, a_job_runs_and_is_kept);
    tcase_add_test(tcase, a_full_disk_loses_no_result);
    tcase_add_test(tcase, a_job_that_brings_the_gateway_down_is_given_up);
    tcase_add_test(tcase, old_results_are_forgotten_in_order);
    tcase_add_test(tcase, followers_are_told_of_the_end);
    suite_add_tcase(suite, tcase);
    return suite;
}
