/* What verbs share while they run: many names, protected contexts, waiting, errors. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "suites.h"

/* A cli whose talk is caught. */
struct caught {
    struct cli cli;
    char *talk;
    size_t len;
};

static void start(struct caught *caught)
{
    *caught = (struct caught){0};
    cli_init(&caught->cli);
    caught->cli.err = open_memstream(&caught->talk, &caught->len);
    caught->cli.in_tty = caught->cli.out_tty = caught->cli.err_tty = false;
}

static const char *talk(struct caught *caught)
{
    fflush(caught->cli.err);
    return caught->talk;
}

static void finish(struct caught *caught)
{
    fclose(caught->cli.err);
    caught->cli.err = stderr;
    cli_release(&caught->cli);
    free(caught->talk);
}

static int calls;

static int by_name(struct cli *cli, const char *name, struct err *err)
{
    (void)cli;
    calls++;
    if (str_starts(name, "gone"))
        return err_set(err, ERR_NOT_FOUND, "no %s", name);
    if (str_starts(name, "denied"))
        return err_set(err, ERR_AUTH, "not allowed: %s", name);
    if (str_starts(name, "stop"))
        return err_set(err, ERR_INTERRUPTED, "interrupted at %s", name);
    return 0;
}

START_TEST(each_name_is_tried_and_each_failure_told_once)
{
    static const struct {
        const char *names;
        int code, calls;
        const char *told, *left; /* on stderr; in err, for the caller to print */
    } cases[] = {
        {"a b", 0, 2, "", NULL},
        {"gone1 a", 3, 2, "", "no gone1"},
        {"gone1 a denied1 b", 4, 4, "error: no gone1\n", "not allowed: denied1"},
        {"denied1 gone1 gone2", 4, 3, "error: no gone1\nerror: no gone2\n", "not allowed: denied1"},
        {"gone1 gone2", 3, 2, "error: no gone2\n", "no gone1"},
        {"gone1 stop a", 130, 2, "error: no gone1\n", "interrupted at stop"},
    };
    struct caught caught;
    start(&caught);
    strv_split(&caught.cli.args, cases[_i].names, " ");
    CLEANUP(err_release) struct err err = ERR_INIT;
    calls = 0;
    ck_assert_int_eq(cli_each_name(&caught.cli, by_name, &err), cases[_i].code ? -1 : 0);
    ck_assert_int_eq(err.code, cases[_i].code);
    ck_assert_int_eq(calls, cases[_i].calls);
    ck_assert_pstr_eq(err.what, cases[_i].left);
    ck_assert_str_eq(talk(&caught), cases[_i].told);
    finish(&caught);
}
END_TEST

START_TEST(a_protected_context_wants_yes_in_a_script)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct caught caught;
    start(&caught);
    caught.cli.context.name = xstrdup("prod");
    ck_assert_int_eq(cli_confirm(&caught.cli, "delete x", &err), 0);

    caught.cli.context.is_protected = true;
    ck_assert_int_eq(cli_confirm(&caught.cli, "delete x", &err), -1);
    ck_assert_int_eq(err.code, ERR_USAGE);
    ck_assert(strstr(err.hint, "--yes"));

    caught.cli.dry_run = DRY_RUN_CLIENT;
    ck_assert_int_eq(cli_confirm(&caught.cli, "delete x", &err), 0);
    caught.cli.dry_run = DRY_RUN_NONE;

    caught.cli.yes = true;
    ck_assert_int_eq(cli_confirm(&caught.cli, "delete x", &err), 0);
    ck_assert_str_eq(talk(&caught), "context prod (protected): delete x\n");
    finish(&caught);
}
END_TEST

START_TEST(an_error_is_printed_as_asked)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    err_set(&err, ERR_NOT_FOUND, "no function %s", "x\033[2J");
    err_why(&err, "it says");
    err_hint(&err, "aiwf function list");
    struct caught caught;
    start(&caught);
    cli_print_error(&caught.cli, &err);
    ck_assert_str_eq(talk(&caught), "error: no function x\\x1b[2J\n  it says\n  try: aiwf function list\n");
    finish(&caught);

    start(&caught);
    caught.cli.output = "json";
    cli_print_error(&caught.cli, &err);
    ck_assert_str_eq(talk(&caught), "{\"error\":{\"code\":\"not_found\",\"exit\":3,\"message\":\"no function x\\u001b[2J\","
                                    "\"reason\":\"it says\",\"hint\":\"aiwf function list\"}}\n");
    finish(&caught);
}
END_TEST

START_TEST(what_was_told_is_not_told_again)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    err.code = ERR_WORKLOAD;
    struct caught caught;
    start(&caught);
    cli_print_error(&caught.cli, &err);
    ck_assert_str_eq(talk(&caught), "");
    finish(&caught);
}
END_TEST

START_TEST(colour_is_for_terminals_that_want_it)
{
    static const struct {
        const char *option, *no_color, *term;
        bool tty, on;
    } cases[] = {
        {"auto", NULL, "xterm", true, true},   {"auto", NULL, "xterm", false, false}, {"auto", "1", "xterm", true, false},
        {"auto", "", "xterm", true, true},     {"auto", NULL, "dumb", true, false},   {"always", "1", "dumb", false, true},
        {"never", NULL, "xterm", true, false},
    };
    if (cases[_i].no_color)
        setenv("NO_COLOR", cases[_i].no_color, 1);
    else
        unsetenv("NO_COLOR");
    setenv("TERM", cases[_i].term, 1);
    const struct cli cli = {.color = cases[_i].option};
    ck_assert(cli_color(&cli, cases[_i].tty) == cases[_i].on);
}
END_TEST

Suite *suite_cmd_run(void)
{
    Suite *suite = suite_create("cmd_run");
    TCase *tcase = tcase_create("run");
    tcase_add_loop_test(tcase, each_name_is_tried_and_each_failure_told_once, 0, 6);
    tcase_add_test(tcase, a_protected_context_wants_yes_in_a_script);
    tcase_add_test(tcase, an_error_is_printed_as_asked);
    tcase_add_test(tcase, what_was_told_is_not_told_again);
    tcase_add_loop_test(tcase, colour_is_for_terminals_that_want_it, 0, 7);
    suite_add_tcase(suite, tcase);
    return suite;
}
