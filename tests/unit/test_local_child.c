#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "local/child.h"
#include "scratch.h"
#include "suites.h"

static char *folder;

static void begin(void) { folder = scratch_new(); }
static void end(void) { scratch_end(folder); }

static void wait_end(struct child *child, struct child_end *ret)
{
    struct pollfd fd = {.fd = child->pidfd, .events = POLLIN};
    ck_assert_int_eq(poll(&fd, 1, 10000), 1);
    ck_assert(child_reap(child, ret));
}

/* Runs a shell script with these limits; its output in s. */
static struct child_end run(const char *script, const struct child_limits *limits, struct str *s)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(strv_release) struct strv env = STRV_INIT;
    child_env(&env, folder, "unit-test", "unit-1");
    ck_assert_int_eq(child_env_add(&env, "GIVEN=a=b", &err), 0);
    int ends[2];
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    struct child_spec spec = CHILD_SPEC_INIT;
    spec.argv = (const char *const[]){"sh", "-c", script, NULL};
    spec.env = (const char *const *)env.v;
    spec.cwd = folder;
    spec.stdout_fd = ends[1];
    if (limits)
        spec.limits = *limits;
    struct child child = CHILD_INIT;
    ck_assert_msg(child_spawn(&spec, &child, &err) == 0, "%s", err.what);
    close(ends[1]);
    char chunk[4096];
    for (ssize_t n; (n = read(ends[0], chunk, sizeof(chunk))) > 0;)
        str_addn(s, chunk, (size_t)n);
    close(ends[0]);
    struct child_end result;
    wait_end(&child, &result);
    ck_assert_int_eq(child.pid, 0);
    return result;
}

START_TEST(exit_codes_and_signals_are_told)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    ck_assert_int_eq(run("exit 7", NULL, &s).exit_code, 7);
    struct child_end killed = run("kill -9 $$", NULL, &s);
    ck_assert_int_eq(killed.signal, SIGKILL);
    ck_assert_int_eq(killed.exit_code, -1);
    struct child_end worked = run("i=0; while [ $i -lt 30000 ]; do i=$((i + 1)); done", NULL, &s);
    ck_assert(worked.cpu_s > 0);
    struct child_end large = run("exec python3 -c 'x = bytearray(b\"x\" * (100 << 20))'", NULL, &s);
    ck_assert_int_gt(large.max_rss_bytes, 100 << 20);
    /* Not our own memory in the place of what it used. */
    ck_assert_int_eq(run("exec true", NULL, &s).max_rss_bytes, 0);
}
END_TEST

START_TEST(nothing_of_ours_is_inherited)
{
    setenv("SECRET_TOKEN", "s3cret", 1);
    int leak = open("/dev/null", O_RDONLY);
    ck_assert_int_ge(fcntl(leak, F_DUPFD, 40), 40);
    CLEANUP(str_release) struct str s = STR_INIT;
    run("env | sort; ls /proc/$$/fd | tr '\\n' ' '; pwd", NULL, &s);
    ck_assert_ptr_null(strstr(s.buf, "s3cret"));
    ck_assert_ptr_nonnull(strstr(s.buf, "GIVEN=a=b\n"));
    ck_assert_ptr_nonnull(strstr(s.buf, "LANG=C.UTF-8\n"));
    AUTOFREE char *home = xasprintf("HOME=%s\n", folder);
    ck_assert_ptr_nonnull(strstr(s.buf, home));
    ck_assert_ptr_null(strstr(s.buf, " 40 "));
    AUTOFREE char *last = xasprintf("%s\n", folder);
    ck_assert(str_ends(s.buf, last));
}
END_TEST

START_TEST(limits_hold)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    struct child_limits limits = {.memory_bytes = 64 << 20, .files = 17, .file_bytes = 1024, .cpus = 1};
    run("ulimit -n; ulimit -d; ulimit -c; nproc", &limits, &s);
    ck_assert_str_eq(s.buf, "17\n65536\n0\n1\n");
    str_reset(&s);
    struct child_end big = run("head -c 5000 /dev/zero >big", &limits, &s);
    ck_assert(big.exit_code != 0);
    AUTOFREE char *path = path_join(folder, "big");
    struct stat st;
    ck_assert(stat(path, &st) == 0 && st.st_size <= 1024);
}
END_TEST

START_TEST(a_missing_command_is_an_error_at_once)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct child child = CHILD_INIT;
    struct child_spec spec = CHILD_SPEC_INIT;
    spec.argv = (const char *const[]){_i == 0 ? "no-such-command" : "/no/such/command", NULL};
    spec.env = (const char *const[]){"PATH=/bin", NULL};
    ck_assert_int_eq(child_spawn(&spec, &child, &err), -1);
    ck_assert_int_eq(err.code, ERR_NOT_FOUND);
    ck_assert_int_eq(child.pid, 0);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1); /* no zombie is left */
}
END_TEST

START_TEST(a_missing_folder_is_named)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct child child = CHILD_INIT;
    struct child_spec spec = CHILD_SPEC_INIT;
    spec.argv = (const char *const[]){"/bin/true", NULL};
    spec.cwd = "/no/such/folder";
    ck_assert_int_eq(child_spawn(&spec, &child, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.what, "/no/such/folder"));
}
END_TEST

/* A shell in a session of its own, with a grandchild; the pid of that. */
static pid_t spawn_family(struct child *child, const char *owner, const char *mark)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(strv_release) struct strv env = STRV_INIT;
    child_env(&env, folder, owner, mark);
    int ends[2];
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    struct child_spec spec = CHILD_SPEC_INIT;
    spec.argv = (const char *const[]){"sh", "-c", "sleep 1000 & echo $!; exec >/dev/null; wait", NULL};
    spec.env = (const char *const *)env.v;
    spec.stdout_fd = ends[1];
    ck_assert_int_eq(child_spawn(&spec, child, &err), 0);
    char text[32] = "";
    ck_assert_int_gt(read(ends[0], text, sizeof(text) - 1), 0);
    close(ends[0]);
    close(ends[1]);
    return (pid_t)strtol(text, NULL, 10);
}

static bool is_gone(pid_t pid)
{
    for (int i = 0; i < 1000; i++) {
        if (child_start_ticks(pid) == 0)
            return true;
        AUTOFREE char *path = xasprintf("/proc/%d/stat", (int)pid);
        CLEANUP(str_release) struct str text = STR_INIT_MAX(4096);
        CLEANUP(err_release) struct err err = ERR_INIT;
        if (file_read(path, &text, &err) != 0 || strstr(text.buf, ") Z "))
            return true;
        usleep(10000);
    }
    return false;
}

START_TEST(the_whole_group_is_ended)
{
    struct child child = CHILD_INIT;
    pid_t grandchild = spawn_family(&child, "unit-test", "unit-1");
    ck_assert(!child_reap(&child, &(struct child_end){0}));
    child_signal(&child, SIGTERM);
    struct child_end result;
    wait_end(&child, &result);
    ck_assert_int_eq(result.signal, SIGTERM);
    ck_assert(is_gone(grandchild));
}
END_TEST

START_TEST(orphans_are_found_by_their_mark)
{
    struct child ours = CHILD_INIT, others = CHILD_INIT;
    AUTOFREE char *owner = xasprintf("unit-%d", (int)getpid());
    AUTOFREE char *other = xasprintf("unit-%d-other", (int)getpid());
    pid_t grandchild = spawn_family(&ours, owner, "unit-1");
    pid_t stranger = spawn_family(&others, other, "unit-1");
    ck_assert_int_eq(child_end_orphans(owner), 2);
    ck_assert(is_gone(grandchild));
    ck_assert(child_start_ticks(stranger) > 0);
    ck_assert_int_eq(child_end_orphans(owner), 0);
    child_kill(&ours);
    child_kill(&others);
}
END_TEST

START_TEST(what_is_left_is_found_by_its_mark)
{
    struct child ours = CHILD_INIT, others = CHILD_INIT;
    AUTOFREE char *mark = xasprintf("unit-%d-1", (int)getpid());
    AUTOFREE char *other = xasprintf("unit-%d-10", (int)getpid());
    CLEANUP(strv_release) struct strv marks = STRV_INIT;
    pid_t grandchild = spawn_family(&ours, "unit-test", mark);
    pid_t stranger = spawn_family(&others, "unit-test", other);
    ck_assert_int_eq(child_end_marked(&marks), 0);
    strv_add(&marks, "unit-0");
    strv_add(&marks, mark);
    ck_assert_int_eq(child_end_marked(&marks), 2);
    ck_assert(is_gone(grandchild));
    ck_assert(child_start_ticks(stranger) > 0);
    child_kill(&ours);
    child_kill(&others);
}
END_TEST

START_TEST(variables_are_checked)
{
    static const char *const wrong[] = {"", "A", "=b", "1A=b", "A B=c", "A-B=c"};
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(strv_release) struct strv env = STRV_INIT;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        ck_assert_msg(child_env_add(&env, wrong[i], &err) == -1, "%s", wrong[i]);
    ck_assert_int_eq(child_env_add(&env, "A=1", &err), 0);
    ck_assert_int_eq(child_env_add(&env, "A=2=3", &err), 0);
    ck_assert_uint_eq(env.n, 1);
    ck_assert_str_eq(env.v[0], "A=2=3");
}
END_TEST

START_TEST(private_folders_are_copies)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    AUTOFREE char *source = path_join(folder, "source");
    AUTOFREE char *target = path_join(folder, "target");
    scratch_write(folder, "source/sub/a", "text");
    AUTOFREE char *link = path_join(source, "link");
    ck_assert_int_eq(symlink("sub/a", link), 0);
    ck_assert_msg(child_dir_make(target, source, &err) == 0, "%s", err.what);
    AUTOFREE char *copy = path_join(target, "link");
    struct stat st;
    ck_assert(lstat(copy, &st) == 0 && S_ISLNK(st.st_mode));
    ck_assert(stat(copy, &st) == 0 && st.st_size == 4);
    ck_assert(stat(target, &st) == 0 && (st.st_mode & 0777) == 0700);

    AUTOFREE char *inside = path_join(source, "sub/state");
    ck_assert_int_eq(child_dir_make(inside, source, &err), -1);
    ck_assert_int_eq(err.code, ERR_USAGE);
    ck_assert(!file_exists(inside));
    AUTOFREE char *file = path_join(source, "sub/a");
    ck_assert_int_eq(child_dir_make(target, file, &err), -1);
}
END_TEST

Suite *suite_local_child(void)
{
    Suite *suite = suite_create("local_child");
    TCase *tcase = tcase_create("child");
    tcase_set_timeout(tcase, 30);
    tcase_add_checked_fixture(tcase, begin, end);
    tcase_add_test(tcase, exit_codes_and_signals_are_told);
    tcase_add_test(tcase, nothing_of_ours_is_inherited);
    tcase_add_test(tcase, limits_hold);
    tcase_add_loop_test(tcase, a_missing_command_is_an_error_at_once, 0, 2);
    tcase_add_test(tcase, a_missing_folder_is_named);
    tcase_add_test(tcase, the_whole_group_is_ended);
    tcase_add_test(tcase, orphans_are_found_by_their_mark);
    tcase_add_test(tcase, what_is_left_is_found_by_its_mark);
    tcase_add_test(tcase, variables_are_checked);
    tcase_add_test(tcase, private_folders_are_copies);
    suite_add_tcase(suite, tcase);
    return suite;
}
