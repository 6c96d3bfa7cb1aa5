#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/str.h"
#include "base/unit.h"
#include "suites.h"

START_TEST(the_last_lines_of_a_text_are_those_that_say_something)
{
    static const struct {
        const char *text, *last;
    } cases[] = {{"", ""},
                 {"one", "one"},
                 {"one\ntwo\nthree\n", "two|three"},
                 {"one\n\n  \ntwo\r\n", "one|two"},
                 {"error\n1%\r50%\r100%", "error|100%"},
                 {"\r\n\r", ""}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CLEANUP(strv_release) struct strv lines = STRV_INIT;
        CLEANUP(str_release) struct str joined = STR_INIT;
        strv_last_lines(&lines, cases[i].text, 2);
        for (size_t k = 0; k < lines.n; k++)
            str_cat(&joined, k ? "|" : "", lines.v[k]);
        ck_assert_str_eq(joined.buf, cases[i].last);
    }
}
END_TEST

START_TEST(durations_are_read)
{
    static const struct {
        const char *text;
        int64_t ms; /* -1: refused */
    } cases[] = {{"250ms", 250},    {"90s", 90000}, {"1h30m", 5400000}, {"1.5h", 5400000}, {"30", 30000},
                 {"2d", 172800000}, {"", -1},       {"s", -1},          {"1x", -1},        {"-1s", -1},
                 {"1s5", -1},       {"1 s", -1},    {"1e400s", -1}};
    int64_t ms = -1;
    bool read = duration_parse(cases[_i].text, &ms);
    ck_assert_msg(read == (cases[_i].ms >= 0), "%s", cases[_i].text);
    if (read)
        ck_assert_int_eq(ms, cases[_i].ms);
}
END_TEST

START_TEST(durations_are_written)
{
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {{5, "5ms"},        {4200, "4.2s"},  {4000, "4s"},       {45000, "45s"},
                 {252000, "4m12s"}, {720000, "12m"}, {5400000, "1h30m"}, {432000000, "5d"}};
    CLEANUP(str_release) struct str s = STR_INIT;
    duration_print(&s, cases[_i].ms);
    ck_assert_str_eq(s.buf, cases[_i].text);
}
END_TEST

START_TEST(dates_go_round)
{
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"1970-01-01T00:00:00Z", 0}, {"2026-11-24T10:02:11.250Z", 1795514531250}, {"2026-11-24T12:02:11+02:00", 1795514531000}};
    int64_t ms = -1;
    ck_assert(rfc3339_parse(cases[_i].text, &ms));
    ck_assert_int_eq(ms, cases[_i].ms);
    CLEANUP(str_release) struct str s = STR_INIT;
    rfc3339_print(&s, ms);
    int64_t again = -1;
    ck_assert(rfc3339_parse(s.buf, &again));
    ck_assert_int_eq(again, ms);
}
END_TEST

START_TEST(bad_dates_are_refused)
{
    static const char *const cases[] = {"", "2026-11-24", "2026-11-24T10:02:11", "2026-11-24T10:02:11+2",
                                        "2026-11-24T10:02:11Zx"};
    int64_t ms;
    bool read = rfc3339_parse(cases[_i], &ms);
    bool no_zone = _i == 2;
    ck_assert(no_zone || !read);
}
END_TEST

START_TEST(bytes_are_read_and_written)
{
    int64_t bytes = 0;
    ck_assert(bytes_parse("256Mi", &bytes));
    ck_assert_int_eq(bytes, 268435456);
    ck_assert(bytes_parse("1.5G", &bytes));
    ck_assert_int_eq(bytes, 1500000000);
    ck_assert(!bytes_parse("-1", &bytes));
    ck_assert(!bytes_parse("1Qi", &bytes));
    ck_assert(!bytes_parse("", &bytes));
    CLEANUP(str_release) struct str s = STR_INIT;
    bytes_print(&s, 268435456);
    str_addc(&s, ' ');
    bytes_print(&s, 1536);
    str_addc(&s, ' ');
    si_print(&s, 3900, "W");
    str_addc(&s, ' ');
    si_print(&s, 0.012, "J");
    ck_assert_str_eq(s.buf, "256Mi 1.5Ki 3.9kW 12mJ");
}
END_TEST

START_TEST(text_of_others_is_harmless)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    static const char hostile[] = "a\033[31mb\x7f\xc2\x9b\xff\xe2\x82\xac\xed\xa0\x80\n";
    str_add_safe(&s, hostile, sizeof(hostile) - 1, false);
    ck_assert_str_eq(s.buf, "a\\x1b[31mb\\x7f\\xc2\\x9b\\xff\xe2\x82\xac\\xed\\xa0\\x80\\x0a");
}
END_TEST

START_TEST(a_ceiling_holds)
{
    CLEANUP(str_release) struct str s = STR_INIT_MAX(5);
    str_add(&s, "abcdefgh");
    ck_assert_str_eq(s.buf, "abcde");
    ck_assert(s.truncated);
    str_add(&s, "x");
    ck_assert_uint_eq(s.len, 5);
}
END_TEST

START_TEST(the_nearest_word_is_suggested)
{
    static const char *const names[] = {"function", "workflow", "train", "pool", "context"};
    ck_assert_str_eq(str_nearest("funtcion", names, 5), "function");
    ck_assert_str_eq(str_nearest("trian", names, 5), "train");
    ck_assert_str_eq(str_nearest("wo", names, 5), "workflow");
    ck_assert_ptr_null(str_nearest("zzzzzz", names, 5));
}
END_TEST

START_TEST(numbers_are_whole_or_refused)
{
    long long n = 0;
    ck_assert(str_to_int("-5", -10, 10, &n) && n == -5);
    ck_assert(!str_to_int("5x", 0, 10, &n));
    ck_assert(!str_to_int("", 0, 10, &n));
    ck_assert(!str_to_int("11", 0, 10, &n));
    ck_assert(!str_to_int("99999999999999999999", 0, 10, &n));
    double d;
    ck_assert(str_to_num("1e3", &d));
    ck_assert(!str_to_num("nan", &d));
    ck_assert(!str_to_num("1,5", &d));
}
END_TEST

START_TEST(a_map_keeps_order_and_values)
{
    CLEANUP(map_release) struct map map = MAP_INIT(free);
    for (int i = 0; i < 1000; i++) {
        AUTOFREE char *key = xasprintf("k%d", i);
        map_set(&map, key, xasprintf("v%d", i));
    }
    for (int i = 0; i < 1000; i += 2) {
        AUTOFREE char *key = xasprintf("k%d", i);
        ck_assert(map_delete(&map, key));
    }
    map_set(&map, "k1", xstrdup("new"));
    ck_assert_uint_eq(map.live, 500);
    ck_assert_str_eq(map_get(&map, "k1"), "new");
    ck_assert_ptr_null(map_get(&map, "k2"));
    ck_assert_str_eq(map_first(&map)->key, "k1");
    size_t seen = 0;
    for (struct map_entry *e = map_first(&map); e; e = map_next(&map, e))
        seen++;
    ck_assert_uint_eq(seen, 500);
}
END_TEST

START_TEST(errors_keep_their_chain)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    ck_assert_int_eq(err_set(&err, ERR_NOT_FOUND, "no file %s", "x"), -1);
    err_why(&err, "gone");
    err_wrap(&err, "cannot start");
    ck_assert_str_eq(err.what, "cannot start");
    ck_assert_str_eq(err.why, "no file x: gone");
    ck_assert_int_eq(err.code, 3);
    ck_assert_str_eq(err_word(ERR_NOT_FOUND), "not_found");
    err_set(&err, ERR_FAILED, "again: %s", err.why);
    ck_assert_str_eq(err.what, "again: no file x: gone");
}
END_TEST

START_TEST(files_are_replaced_whole)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    char folder[] = "/tmp/aiwf-unit-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(folder));
    AUTOFREE char *path = path_join(folder, "a/b/file");
    ck_assert_int_eq(file_write_atomic(path, "one", 3, 0600, &err), 0);
    ck_assert_int_eq(file_write_atomic(path, "two!", 4, 0600, &err), 0);
    CLEANUP(str_release) struct str s = STR_INIT_MAX(100);
    ck_assert_int_eq(file_read(path, &s, &err), 0);
    ck_assert_str_eq(s.buf, "two!");
    CLEANUP(str_release) struct str small = STR_INIT_MAX(3);
    ck_assert_int_eq(file_read(path, &small, &err), -1);
    ck_assert_int_eq(err.code, ERR_USAGE);
    AUTOFREE char *missing = path_join(folder, "none");
    ck_assert_int_eq(file_read(missing, &s, &err), -1);
    ck_assert_int_eq(err.code, ERR_NOT_FOUND);
    ck_assert_int_eq(dir_remove(folder, &err), 0);
    ck_assert(!file_exists(folder));
}
END_TEST

START_TEST(a_lock_excludes)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    char folder[] = "/tmp/aiwf-unit-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(folder));
    AUTOFREE char *path = path_join(folder, "lock");
    AUTOCLOSE int first = file_lock(path, 0, &err);
    ck_assert_int_ge(first, 0);
    ck_assert_int_eq(file_lock(path, 20, &err), -1);
    ck_assert_int_eq(err.code, ERR_CONFLICT);
    dir_remove(folder, &err);
}
END_TEST

START_TEST(sums_are_sha256)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    char hex[HASH_HEX];
    ck_assert_int_eq(hash_data("abc", 3, hex, &err), 0);
    /* FIPS 180-2, appendix B.1 */
    ck_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
END_TEST

Suite *suite_base(void)
{
    Suite *suite = suite_create("base");
    TCase *tcase = tcase_create("base");
    tcase_add_loop_test(tcase, durations_are_read, 0, 13);
    tcase_add_loop_test(tcase, durations_are_written, 0, 8);
    tcase_add_loop_test(tcase, dates_go_round, 0, 3);
    tcase_add_loop_test(tcase, bad_dates_are_refused, 0, 5);
    tcase_add_test(tcase, the_last_lines_of_a_text_are_those_that_say_something);
    tcase_add_test(tcase, bytes_are_read_and_written);
    tcase_add_test(tcase, text_of_others_is_harmless);
    tcase_add_test(tcase, a_ceiling_holds);
    tcase_add_test(tcase, the_nearest_word_is_suggested);
    tcase_add_test(tcase, numbers_are_whole_or_refused);
    tcase_add_test(tcase, a_map_keeps_order_and_values);
    tcase_add_test(tcase, errors_keep_their_chain);
    tcase_add_test(tcase, files_are_replaced_whole);
    tcase_add_test(tcase, a_lock_excludes);
    tcase_add_test(tcase, sums_are_sha256);
    suite_add_tcase(suite, tcase);
    return suite;
}
