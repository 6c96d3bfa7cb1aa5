#include <check.h>
#include <locale.h>
#include <math.h>
#include <string.h>

#include "suites.h"
#include "tui/grid.h"
#include "tui/keymap.h"
#include "tui/layout.h"
#include "tui/spark.h"
#include "tui/surface.h"

static void use_utf8(void) { setlocale(LC_CTYPE, "C.UTF-8"); }

#define ck_assert_drawn(surface, expected)                 \
    do {                                                   \
        CLEANUP(str_release) struct str drawn_ = STR_INIT; \
        surface_print((surface), false, &drawn_);          \
        ck_assert_str_eq(drawn_.buf, (expected));          \
    } while (0)

START_TEST(text_is_clipped_and_harmless)
{
    CLEANUP(surface_release) struct surface s;
    surface_init(&s, 2, 8, true);
    surface_text(&s, 0, 6, STYLE_PLAIN, "abc");
    surface_text(&s, 1, 0, STYLE_PLAIN, "\033[2Jx");
    surface_text(&s, 2, 0, STYLE_PLAIN, "below");
    surface_text(&s, 0, -3, STYLE_PLAIN, "left");
    surface_text(&s, -1, 0, STYLE_PLAIN, "above");
    ck_assert_drawn(&s, "      ab\n\\x1b[2Jx\n");
}
END_TEST

START_TEST(wide_characters_stay_whole)
{
    CLEANUP(surface_release) struct surface s;
    surface_init(&s, 1, 5, true);
    ck_assert_int_eq(surface_text(&s, 0, 0, STYLE_PLAIN, "\u65e5\u672c\u8a9e"), 4);
    ck_assert_drawn(&s, "\u65e5\u672c\n");
    surface_text(&s, 0, 1, STYLE_PLAIN, "x");
    ck_assert_drawn(&s, " x\u672c\n");
    surface_clear(&s);
    surface_text(&s, 0, 0, STYLE_PLAIN, "e\u0301!");
    ck_assert_drawn(&s, "e\u0301!\n");
    ck_assert_int_eq(surface_width(&s, "e\u0301\u65e5"), 3);
}
END_TEST

START_TEST(without_utf8_all_is_ascii)
{
    CLEANUP(surface_release) struct surface s;
    surface_init(&s, 1, 12, false);
    surface_field(&s, 0, 0, 5, ALIGN_LEFT, STYLE_PLAIN, "abcdefgh");
    surface_text(&s, 0, 6, STYLE_PLAIN, "\u65e5x");
    ck_assert_drawn(&s, "abcd~ ?x\n");
}
END_TEST

START_TEST(fields_are_padded_or_cut)
{
    CLEANUP(surface_release) struct surface s;
    surface_init(&s, 1, 20, true);
    surface_text(&s, 0, 0, STYLE_PLAIN, "####################");
    ck_assert_int_eq(surface_field(&s, 0, 0, 5, ALIGN_RIGHT, STYLE_PLAIN, "ab"), 5);
    surface_field(&s, 0, 6, 4, ALIGN_LEFT, STYLE_PLAIN, "abcdef");
    surface_field(&s, 0, 18, 9, ALIGN_RIGHT, STYLE_PLAIN, "x");
    ck_assert_drawn(&s, "   ab#abc\u2026########\n");
}
END_TEST

START_TEST(windows_stay_inside)
{
    CLEANUP(surface_release) struct surface s;
    surface_init(&s, 4, 10, true);
    for (int row = -1; row < 6; row++)
        for (int col = -1; col < 12; col++) {
            struct surface w = surface_window(&s, (struct rect){.row = row, .col = col, .rows = 3, .cols = 5});
            for (int i = 0; i < 3; i++)
                surface_text(&w, i, 0, STYLE_PLAIN, "wwwwwwwwwwww");
            surface_bar(&w, 1, STYLE_PLAIN);
        }
    surface_clear(&s);
    struct surface w = surface_window(&s, (struct rect){.row = 1, .col = 2, .rows = 1, .cols = 3});
    surface_text(&w, 0, 0, STYLE_PLAIN, "abcdef");
    ck_assert_drawn(&s, "\n  abc\n");
}
END_TEST

START_TEST(a_row_is_copied_when_it_looks_otherwise)
{
    CLEANUP(surface_release) struct surface shown, drawn;
    surface_init(&shown, 2, 4, true);
    surface_init(&drawn, 2, 4, true);
    ck_assert(!surface_copy_row(&shown, &drawn, 0));
    surface_text(&drawn, 1, 3, STYLE_PLAIN, "x");
    ck_assert(!surface_copy_row(&shown, &drawn, 0) && surface_copy_row(&shown, &drawn, 1));
    ck_assert_drawn(&shown, "\n   x\n");
    ck_assert(!surface_copy_row(&shown, &drawn, 1));
    surface_text(&drawn, 1, 3, STYLE(TINT_RED, 0), "x");
    ck_assert(surface_copy_row(&shown, &drawn, 1) && !surface_copy_row(&shown, &drawn, 1));
    surface_clear(&drawn);
    ck_assert(surface_copy_row(&shown, &drawn, 1));
    ck_assert_drawn(&shown, "");
}
END_TEST

START_TEST(colour_is_only_written_when_asked)
{
    CLEANUP(surface_release) struct surface s;
    surface_init(&s, 1, 10, true);
    surface_text(&s, 0, 0, STYLE(TINT_RED, STYLE_BOLD), "no");
    ck_assert_drawn(&s, "no\n");
    CLEANUP(str_release) struct str text = STR_INIT;
    surface_print(&s, true, &text);
    ck_assert_str_eq(text.buf, "\033[0;1;31mno\033[0m\n");
}
END_TEST

static const struct layout_item items[] = {
    {.min_rows = 3, .want_rows = 5, .min_cols = 50, .importance = 35},
    {.min_rows = 3, .want_rows = 12, .min_cols = 59, .importance = 40},
    {.min_rows = 3, .want_rows = 7, .min_cols = 40, .importance = 20, .beside = true},
    {.want_rows = 0, .importance = 99},
    {.min_rows = 1, .want_rows = 1, .importance = 30, .beside = true},
    {.min_rows = 2, .want_rows = 40, .min_cols = 20, .importance = 10},
};

static bool overlap(struct rect a, struct rect b)
{
    return a.row < b.row + b.rows && b.row < a.row + a.rows && a.col < b.col + b.cols && b.col < a.col + a.cols;
}

static void check_layout(struct rect area, const struct rect *places)
{
    for (size_t i = 0; i < ARRAY_LEN(items); i++) {
        struct rect r = places[i];
        if (!r.rows || !r.cols)
            continue;
        ck_assert(items[i].want_rows > 0);
        ck_assert(r.rows > 0 && r.cols > 0 && r.rows <= items[i].want_rows + 40);
        ck_assert(r.row >= area.row && r.col >= area.col && r.row + r.rows <= area.row + area.rows &&
                  r.col + r.cols <= area.col + area.cols);
        for (size_t k = i + 1; k < ARRAY_LEN(items); k++)
            ck_assert(!places[k].rows || !places[k].cols || !overlap(r, places[k]));
    }
    ck_assert(places[1].rows > 0 && places[1].cols > 0); /* the most important one */
}

START_TEST(layouts_never_overlap)
{
    for (int rows = 1; rows <= 100; rows++)
        for (int cols = 1; cols <= 300; cols++) {
            struct rect places[ARRAY_LEN(items)];
            struct rect area = {.row = 2, .col = 3, .rows = rows, .cols = cols};
            layout_pack(area, items, ARRAY_LEN(items), places);
            check_layout(area, places);
        }
}
END_TEST

START_TEST(layouts_follow_importance)
{
    struct rect places[ARRAY_LEN(items)];
    layout_pack((struct rect){.rows = 100, .cols = 100}, items, ARRAY_LEN(items), places);
    ck_assert_int_eq(places[1].row, places[2].row); /* beside each other */
    ck_assert_int_eq(places[1].rows, 12);
    layout_pack((struct rect){.rows = 100, .cols = 80}, items, ARRAY_LEN(items), places);
    ck_assert_int_gt(places[2].row, places[1].row); /* below each other */
    layout_pack((struct rect){.rows = 5, .cols = 80}, items, ARRAY_LEN(items), places);
    ck_assert_int_eq(places[5].rows, 0);
    ck_assert_int_eq(places[2].rows, 0);
    layout_pack((struct rect){0}, items, ARRAY_LEN(items), places);
    ck_assert_int_eq(places[1].rows, 0);
}
END_TEST

START_TEST(columns_fit)
{
    static const struct grid_column columns[] = {{"NAME", 8, 30, 0, ALIGN_LEFT},
                                                 {"a", 6, 0, 90, ALIGN_RIGHT},
                                                 {"b", 6, 0, 10, ALIGN_RIGHT},
                                                 {"c", 12, 18, 50, ALIGN_LEFT}};
    for (int cols = 0; cols <= 120; cols++) {
        struct grid grid;
        grid_fit(&grid, columns, ARRAY_LEN(columns), cols);
        int end = 0;
        for (size_t i = 0; i < grid.n; i++) {
            if (!grid.widths[i])
                continue;
            ck_assert_int_ge(grid.starts[i], end);
            end = grid.starts[i] + grid.widths[i];
            ck_assert_int_le(end, cols);
        }
        ck_assert(cols < 2 || grid.widths[0] > 0);
        ck_assert(!grid.widths[2] || (grid.widths[1] && grid.widths[3])); /* the least important goes first */
    }
}
END_TEST

START_TEST(curves_show_the_unknown)
{
    static const double values[] = {0, 1, 2, NAN, 4, 5, 6, 7};
    CLEANUP(str_release) struct str s = STR_INIT;
    spark_add(&s, &(struct spark){.width = 8, .style = SPARK_BLOCK}, values, 8);
    ck_assert_str_eq(s.buf, "\u2581\u2582\u2583\u00b7\u2585\u2586\u2587\u2588");
    str_reset(&s);
    spark_add(&s, &(struct spark){.width = 10}, values, 8);
    ck_assert_str_eq(s.buf, "  _.- =+*#");
    str_reset(&s);
    spark_add(&s, &(struct spark){.width = 4}, values, 8);
    ck_assert_uint_eq(s.len, 4);
    str_reset(&s);
    spark_add(&s, &(struct spark){.width = 3, .high = 1}, (const double[]){0.5, 2, -1}, 3);
    ck_assert_str_eq(s.buf, "=#_");
    str_reset(&s);
    spark_add(&s, &(struct spark){.width = 3}, (const double[]){INFINITY, NAN, 3}, 3);
    ck_assert_str_eq(s.buf, "  _");
    spark_add(&s, &(struct spark){.width = 0}, values, 8);
    spark_add(&s, &(struct spark){.width = 3}, values, 0);
    ck_assert_str_eq(s.buf, "  _   ");
}
END_TEST

START_TEST(curves_of_dots_have_two_values_a_column)
{
    static const double values[] = {0, 1, 2, 3, NAN, 3, NAN, NAN, 0, 0};
    CLEANUP(str_release) struct str s = STR_INIT;
    spark_add(&s, &(struct spark){.width = 5, .style = SPARK_BRAILLE}, values, 10);
    ck_assert_str_eq(s.buf, "\u28e0\u28fe\u28b8\u00b7\u28c0");
    str_reset(&s);
    spark_add(&s, &(struct spark){.width = 3, .high = 3, .style = SPARK_BRAILLE}, values + 1, 3); /* the newest is at the edge */
    ck_assert_str_eq(s.buf, " \u28a0\u28fe");
    str_reset(&s);
    spark_add(&s, &(struct spark){.width = 2, .style = SPARK_BRAILLE}, values, 10);
    ck_assert_uint_eq(s.len, 2 * strlen("\u2801"));
    str_reset(&s);
    spark_add(&s, &(struct spark){.width = 2, .style = SPARK_BRAILLE}, values, 0);
    ck_assert_str_eq(s.buf, "  ");
}
END_TEST

START_TEST(curves_are_what_the_terminal_can_show)
{
    static const struct {
        struct spark_place place;
        enum spark_choice choice;
        enum spark_style style;
    } cases[] = {
        {{NULL, NULL, true}, SPARK_AUTO, SPARK_BLOCK}, /* a file */
        {{NULL, NULL, false}, SPARK_AUTO, SPARK_ASCII},
        {{"xterm-256color", NULL, true}, SPARK_AUTO, SPARK_BRAILLE},
        {{"xterm", NULL, true}, SPARK_AUTO, SPARK_BLOCK},
        {{"xterm", "truecolor", true}, SPARK_AUTO, SPARK_BRAILLE},
        {{"linux", "truecolor", true}, SPARK_AUTO, SPARK_ASCII},
        {{"vt220", NULL, true}, SPARK_AUTO, SPARK_ASCII},
        {{"", NULL, true}, SPARK_AUTO, SPARK_BLOCK},
        {{"linux", NULL, true}, SPARK_AS_BLOCK, SPARK_BLOCK},
        {{"xterm-256color", NULL, true}, SPARK_AS_ASCII, SPARK_ASCII},
        {{"xterm-256color", NULL, false}, SPARK_AS_BRAILLE, SPARK_ASCII}, /* it would be question marks */
        {{NULL, NULL, true}, SPARK_AS_BRAILLE, SPARK_BRAILLE},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        ck_assert_msg(spark_choose(cases[i].choice, &cases[i].place) == cases[i].style, "case %zu", i);
}
END_TEST

Suite *suite_tui(void)
{
    Suite *suite = suite_create("tui");
    TCase *tcase = tcase_create("tui");
    tcase_add_checked_fixture(tcase, use_utf8, NULL);
    tcase_add_test(tcase, text_is_clipped_and_harmless);
    tcase_add_test(tcase, wide_characters_stay_whole);
    tcase_add_test(tcase, without_utf8_all_is_ascii);
    tcase_add_test(tcase, fields_are_padded_or_cut);
    tcase_add_test(tcase, windows_stay_inside);
    tcase_add_test(tcase, a_row_is_copied_when_it_looks_otherwise);
    tcase_add_test(tcase, colour_is_only_written_when_asked);
    tcase_add_test(tcase, layouts_never_overlap);
    tcase_add_test(tcase, layouts_follow_importance);
    tcase_add_test(tcase, columns_fit);
    tcase_add_test(tcase, curves_show_the_unknown);
    tcase_add_test(tcase, curves_of_dots_have_two_values_a_column);
    tcase_add_test(tcase, curves_are_what_the_terminal_can_show);
    tcase_set_timeout(tcase, 60);
    suite_add_tcase(suite, tcase);
    return suite;
}
