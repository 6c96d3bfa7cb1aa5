#include <check.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "complete.h"
#include "help.h"
#include "line.h"
#include "split.h"
#include "suites.h"

/* A command line, parsed; the caller releases cli and err. */
static int parse(struct cli *cli, const char *line, struct err *err)
{
    CLEANUP(strv_release) struct strv words = STRV_INIT;
    ck_assert_int_eq(words_split(line, &words, err), 0);
    cli_init(cli);
    return cli_parse(cli, (int)words.n, words.v, err);
}

START_TEST(good_lines_parse)
{
    static const char *const lines[] = {
        "local up --port=8080",
        "local up -p 8080",
        "local up -p8080",
        "local up -p=8080",
        "-o json local status",
        "--output json local status",
        "local -o json status",
        "local status -ojson",
        "--context lab version",
        "train submit n -- python3 -c 'print(1)' --not-ours",
        "train submit --gpus 2 n --no-wait -- true",
        "function list --sort-by -NAME",
        "fn ls",
        "function invoke hello -n 3",
        "--dry-run function delete x",
        "help function deploy",
        "query -- -up",
        "explain",
    };
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct cli cli;
    int rc = parse(&cli, lines[_i], &err);
    if (_i == 12) /* no alias ls: an unknown verb */
        ck_assert_int_eq(rc, -1);
    else
        ck_assert_msg(rc == 0, "%s: %s", lines[_i], err.what);
    cli_release(&cli);
}
END_TEST

START_TEST(bad_lines_say_what_is_wrong)
{
    static const struct {
        const char *line, *what, *hint; /* parts */
    } cases[] = {
        {"funtion", "unknown command \"funtion\" for aiwf", "did you mean \"aiwf function\"?"},
        {"function lsit", "unknown command \"lsit\" for aiwf function", "did you mean \"aiwf function list\"?"},
        {"local up --prot 1", "unknown option --prot for aiwf local up", "did you mean --port?"},
        {"local up --port", "--port needs a value", "--port N"},
        {"local up -p", "-p needs a value", "-p N"},
        {"local up --port x", "--port: \"x\" is not a whole number", ""},
        {"local up --port 99999999999999999999", "--port: \"99999999999999999999\" is not a whole number", ""},
        {"local up --port 70000", "--port: 70000 is not between 1 and 65535", ""},
        {"local up --timing=1", "--timing takes no value", ""},
        {"local up x", "unexpected argument \"x\"", "aiwf local up -h"},
        {"local up -Z", "unknown option -Z for aiwf local up", "aiwf local up -h"},
        {"version --color allways", "--color: \"allways\" is not one of auto, always, never", "did you mean always?"},
        {"function show", "aiwf function show needs NAME", "aiwf function show -h"},
        {"train wait", "aiwf train wait needs NAME", ""},
        {"train show ''", "NAME is empty", "aiwf train show -h"},
        {"train cancel a ''", "NAME is empty", ""},
        {"train submit n true", "unexpected argument \"true\"", ""},
        {"train submit a b -- true", "unexpected argument \"b\"", ""},
        {"train show", "aiwf train show needs NAME", ""},
        {"train submit n --timeout 1x -- true", "--timeout: \"1x\" is not a duration", ""},
        /* options that would be ignored, were they accepted */
        {"--dry-run local status", "unknown option --dry-run for aiwf local status", ""},
        {"--watch version", "unknown option --watch for aiwf version", ""},
        {"--no-wait local down", "unknown option --wait for aiwf local down", ""},
        {"--yes local status", "unknown option --yes for aiwf local status", ""},
    };
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct cli cli;
    ck_assert_int_eq(parse(&cli, cases[_i].line, &err), -1);
    ck_assert_int_eq(err.code, ERR_USAGE);
    ck_assert_msg(strstr(err.what, cases[_i].what) != NULL, "%s: %s", cases[_i].line, err.what);
    ck_assert_msg(strstr(err.hint ? err.hint : "", cases[_i].hint) != NULL, "%s: hint %s", cases[_i].line, err.hint);
    cli_release(&cli);
}
END_TEST

START_TEST(words_before_and_after_dashes_are_told_apart)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct cli cli;
    ck_assert_int_eq(parse(&cli, "train submit n --gpus 2 -- cmd --gpus -- 3", &err), 0);
    ck_assert_uint_eq(cli.dashes_at, 1);
    ck_assert_uint_eq(cli.args.n, 5);
    ck_assert_str_eq(cli.args.v[2], "--gpus");
    ck_assert_str_eq(cli.args.v[3], "--");
    cli_release(&cli);
}
END_TEST

START_TEST(common_options_land_wherever_they_stand)
{
    static const char *const lines[] = {"-o yaml local status", "local -o yaml status", "local status -o yaml",
                                        "local status --output=yaml", "-o json local status -o yaml"};
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct cli cli;
    ck_assert_int_eq(parse(&cli, lines[_i], &err), 0);
    ck_assert_str_eq(cli.output, "yaml");
    cli_release(&cli);
}
END_TEST

START_TEST(waiting_is_as_given_else_as_usual)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    struct cli cli;
    parse(&cli, "train submit n -- true", &err);
    ck_assert(cli_waits(&cli, true) && !cli_waits(&cli, false));
    cli_release(&cli);
    parse(&cli, "train submit n --no-wait -- true", &err);
    ck_assert(!cli_waits(&cli, true));
    cli_release(&cli);
    parse(&cli, "train submit n --wait -- true", &err);
    ck_assert(cli_waits(&cli, false));
    cli_release(&cli);
    parse(&cli, "--no-wait train submit n -- true", &err);
    ck_assert(!cli_waits(&cli, true));
    cli_release(&cli);
}
END_TEST

START_TEST(lines_are_split_as_a_shell_would)
{
    static const struct {
        const char *line, *words; /* joined by | */
    } cases[] = {
        {"a b  c", "a|b|c"}, {"a 'b c' d", "a|b c|d"}, {"a \"b 'c\"", "a|b 'c"}, {"a\\ b", "a b"},
        {"''", ""},          {"a '' b", "a||b"},       {"x#y # z", "x#y"},       {"\"a\\\"b\\n\"", "a\"b\\n"},
        {"'a\\b'", "a\\b"},  {"k='v w'", "k=v w"},     {"\ta\r\n", "a"},         {"a\\", "a\\"},
    };
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(strv_release) struct strv words = STRV_INIT;
    ck_assert_int_eq(words_split(cases[_i].line, &words, &err), 0);
    CLEANUP(str_release) struct str joined = STR_INIT;
    for (size_t i = 0; i < words.n; i++)
        str_addf(&joined, "%s%s", i ? "|" : "", words.v[i]);
    ck_assert_str_eq(joined.buf, cases[_i].words);
}
END_TEST

START_TEST(open_quotes_are_refused_but_not_while_typing)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(strv_release) struct strv words = STRV_INIT;
    ck_assert_int_eq(words_split("a 'b", &words, &err), -1);
    ck_assert_int_eq(err.code, ERR_USAGE);
    CLEANUP(strv_release) struct strv typed = STRV_INIT;
    words_split_typed("a 'b ", &typed);
    ck_assert_uint_eq(typed.n, 2);
    ck_assert_str_eq(typed.v[1], "b ");
    CLEANUP(strv_release) struct strv next = STRV_INIT;
    words_split_typed("a ", &next);
    ck_assert_uint_eq(next.n, 2);
    ck_assert_str_eq(next.v[1], "");
}
END_TEST

START_TEST(secrets_are_recognised)
{
    static const char *const secret[] = {"login --password x", "api -H 'Authorization: Bearer x'", "x TOKEN=1", "secret add"};
    static const char *const plain[] = {"local up", "function list -o json", "version", "train list"};
    ck_assert(line_has_secret(secret[_i]));
    ck_assert(!line_has_secret(plain[_i]));
}
END_TEST

START_TEST(a_half_typed_line_is_completed)
{
    static const struct {
        const char *line, *names; /* joined by spaces; NULL: files */
        size_t value_at;
    } cases[] = {
        {"loc", "local", 0},
        {"local s", "status", 0},
        {"fn deplo", "deploy", 0},
        {"local up --po", "--port", 0},
        {"--out", "--output", 0},
        {"local status --output ", "table wide json yaml name csv ndjson custom-columns=", 0},
        {"local status --output=n", "name ndjson", 9},
        {"local status -o y", "yaml", 0},
        {"-o json local st", "status", 0},
        {"train submit --no-w", "--no-wait", 0},
        {"bogus ", "", 0},
        {"local up --port 1 --tim", "--timeout --timing", 0},
        {"version -- -", "", 0},
        {"__compl", "", 0},
        {"explain con", "config", 0},
        {"help exit", "exit-codes", 0},
        {"context delete lo", "local", 0},
        {"context delete local lo", "", 0},
        {"context use local lo", "", 0},
        {"function delete x --dry-run=", "client server", 10},
    };
    CLEANUP(strv_release) struct strv words = STRV_INIT;
    words_split_typed(cases[_i].line, &words);
    CLEANUP(completion_release) struct completion completion = {0};
    complete_line(&words, &completion);
    CLEANUP(str_release) struct str joined = STR_INIT;
    for (size_t i = 0; i < completion.names.n; i++)
        str_addf(&joined, "%s%s", i ? " " : "", completion.names.v[i]);
    ck_assert_str_eq(joined.buf, cases[_i].names);
    ck_assert_uint_eq(completion.value_at, cases[_i].value_at);
}
END_TEST

/* ---- the tree itself */

static void check_one_line(const char *owner, const char *text)
{
    ck_assert_msg(text && *text, "%s: no help", owner);
    size_t len = strlen(text);
    ck_assert_msg(text[len - 1] != '.', "%s: a full stop ends: %s", owner, text);
    ck_assert_msg(!strchr(text, '\n'), "%s: more than one line", owner);
    ck_assert_msg(!isupper((unsigned char)text[0]) || isupper((unsigned char)text[1]) || !isalpha((unsigned char)text[1]) ||
                      strstr("PromQL Prometheus Kubernetes Magnum's OpenFaaS Ctrl", strndupa(text, strcspn(text, " "))) != NULL,
                  "%s: starts with a capital: %s", owner, text);
}

static void check_option(const char *owner, const struct cmd *cmd, const struct opt *opt)
{
    check_one_line(owner, opt->help);
    ck_assert_msg(opt->name[strspn(opt->name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0', "%s --%s", owner, opt->name);
    ck_assert_msg(opt->letter != 'h', "%s --%s takes -h", owner, opt->name);
    ck_assert_msg(opt->offset < cmd->opts_size, "%s --%s lies outside its struct", owner, opt->name);
    ck_assert_msg(opt->type != OPT_CHOICE || (opt->choices && opt->choices[0]), "%s --%s has no choices", owner, opt->name);
    ck_assert_msg(opt->type == OPT_FLAG || opt->metavar || opt->choices, "%s --%s has no metavar", owner, opt->name);
    ck_assert_msg(opt->type != OPT_LIST || !opt->missing, "%s --%s: a list with a default", owner, opt->name);
    ck_assert_msg(!opt->optional_value || opt->type == OPT_CHOICE, "%s --%s: only a choice may lack its value", owner, opt->name);
    ck_assert_msg(!opt->negatable || opt->type == OPT_FLAG, "%s --%s: only flags are negatable", owner, opt->name);
}

static void check_args(const char *owner, const struct cmd *cmd)
{
    bool optional = false;
    for (const struct arg *arg = cmd->args; arg && arg->name; arg++) {
        ck_assert_msg(isupper((unsigned char)arg->name[0]), "%s: argument %s", owner, arg->name);
        ck_assert_msg(!optional || arg->optional || arg->after_dashes, "%s: %s after an optional one", owner, arg->name);
        ck_assert_msg(!arg->many || !arg[1].name || arg[1].after_dashes, "%s: only the last may be many", owner);
        optional = optional || arg->optional;
    }
}

/* The commands of an example's line: parts of a pipeline that start with aiwf must parse. */
static void check_example(const char *owner, const struct example *example)
{
    ck_assert_msg(example->does && *example->does, "%s: %s does what?", owner, example->command);
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(strv_release) struct strv words = STRV_INIT;
    ck_assert_msg(words_split(example->command, &words, &err) == 0, "%s: %s", owner, example->command);
    size_t at = 0, parsed = 0;
    while (at < words.n) {
        size_t n = 0;
        while (at + n < words.n && !strchr("|<>&;", words.v[at + n][0]) && strncmp(words.v[at + n], "2>", 2) != 0)
            n++;
        if (n && strcmp(words.v[at], "aiwf") == 0) {
            struct cli cli;
            cli_init(&cli);
            ck_assert_msg(cli_parse(&cli, (int)n - 1, words.v + at + 1, &err) == 0, "%s: %s: %s", owner, example->command,
                          err.what);
            cli_release(&cli);
            parsed++;
        }
        at += n + 1;
    }
    ck_assert_msg(parsed > 0, "%s: no aiwf in %s", owner, example->command);
}

static void check_cmd(const struct cmd **path, size_t depth)
{
    const struct cmd *cmd = path[depth - 1];
    CLEANUP(str_release) struct str owner = STR_INIT;
    cmd_words(path, depth, &owner);
    check_one_line(owner.buf, cmd->help);
    ck_assert_msg(cmd->run || cmd->cmds, "%s does nothing", owner.buf);
    for (const struct opt *opt = cmd->opts; opt && opt->name; opt++)
        check_option(owner.buf, cmd, opt);
    check_args(owner.buf, cmd);
    size_t examples = 0;
    for (const struct example *example = cmd->examples; example && example->command; example++, examples++)
        check_example(owner.buf, example);
    ck_assert_msg(!cmd->run || cmd_hidden(cmd) || examples >= 2, "%s needs two examples", owner.buf);
    for (const struct cmd *const *verb = cmd->cmds; verb && *verb; verb++) {
        path[depth] = *verb;
        check_cmd(path, depth + 1);
    }
}

START_TEST(every_command_is_well_described)
{
    const struct cmd *path[8] = {&root_cmd};
    check_cmd(path, 1);
}
END_TEST

START_TEST(every_noun_has_a_group)
{
    for (const struct cmd *const *noun = root_cmd.cmds; *noun; noun++) {
        bool known = cmd_hidden(*noun);
        for (const struct cmd_group *group = cmd_groups; group->key; group++)
            known = known || str_eq(group->key, (*noun)->group);
        ck_assert_msg(known, "%s has the group %s", (*noun)->name, (*noun)->group);
    }
}
END_TEST

static void check_letters(const struct cmd *cmd)
{
    struct opt_ref refs[CMD_MAX_OPTIONS];
    size_t n = cmd_options(cmd, refs, CMD_MAX_OPTIONS);
    ck_assert_uint_lt(n, CMD_MAX_OPTIONS);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++) {
            ck_assert_msg(strcmp(refs[i].opt->name, refs[k].opt->name) != 0, "%s has --%s twice", cmd->name, refs[i].opt->name);
            ck_assert_msg(!refs[i].letter || refs[i].letter != refs[k].letter, "%s has -%c twice", cmd->name, refs[i].letter);
        }
    for (size_t i = 0; i < n; i++)
        ck_assert_msg(refs[i].common || refs[i].letter == refs[i].opt->letter, "%s --%s lost -%c", cmd->name, refs[i].opt->name,
                      refs[i].opt->letter);
    for (const struct cmd *const *verb = cmd->cmds; verb && *verb; verb++)
        check_letters(*verb);
}

START_TEST(no_option_is_there_twice)
{
    check_letters(&root_cmd);
}
END_TEST

Suite *suite_cmd(void)
{
    Suite *suite = suite_create("cmd");
    TCase *tcase = tcase_create("parse");
    tcase_add_loop_test(tcase, good_lines_parse, 0, 18);
    tcase_add_loop_test(tcase, bad_lines_say_what_is_wrong, 0, 22);
    tcase_add_test(tcase, words_before_and_after_dashes_are_told_apart);
    tcase_add_loop_test(tcase, common_options_land_wherever_they_stand, 0, 5);
    tcase_add_test(tcase, waiting_is_as_given_else_as_usual);
    tcase_add_loop_test(tcase, lines_are_split_as_a_shell_would, 0, 12);
    tcase_add_test(tcase, open_quotes_are_refused_but_not_while_typing);
    tcase_add_loop_test(tcase, secrets_are_recognised, 0, 4);
    tcase_add_loop_test(tcase, a_half_typed_line_is_completed, 0, 20);
    tcase_add_test(tcase, every_command_is_well_described);
    tcase_add_test(tcase, every_noun_has_a_group);
    tcase_add_test(tcase, no_option_is_there_twice);
    suite_add_tcase(suite, tcase);
    return suite;
}
