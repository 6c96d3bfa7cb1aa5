#include <check.h>
#include <string.h>

#include "openstack/magnum_fields.h"
#include "suites.h"

static const struct {
    const char *pair, *patch; /* patch NULL: refused, and hint says so */
    const char *hint;
} pairs[] = {
    {"flavor_id=g1.a100", "[{\"op\":\"replace\",\"path\":\"/flavor_id\",\"value\":\"g1.a100\"}]", NULL},
    {"docker_volume_size=9", "[{\"op\":\"replace\",\"path\":\"/docker_volume_size\",\"value\":9}]", NULL},
    {"public=false", "[{\"op\":\"replace\",\"path\":\"/public\",\"value\":false}]", NULL},
    {"labels.kube_tag=v1=2", "[{\"op\":\"add\",\"path\":\"/labels/kube_tag\",\"value\":\"v1=2\"}]", NULL},
    {"tags=", "[{\"op\":\"replace\",\"path\":\"/tags\",\"value\":\"\"}]", NULL},
    {"docker_volume_size=0", NULL, "from 1 to 1000000"},
    {"docker_volume_size=9 ", NULL, "from 1 to 1000000"},
    {"public=yes", NULL, NULL},
    {"flavour_id=x", NULL, "flavor_id?"},
    {"labels=x", NULL, "labels.KEY=VALUE"},
    {"labels.=x", NULL, NULL},
    {"tags.x=y", NULL, NULL},
    {"tags", NULL, NULL},
    {"=x", NULL, NULL},
};

START_TEST(a_pair_is_a_step_of_a_patch)
{
    struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *patch = node_new_array();
    int rc = magnum_patch_set(patch, magnum_template_fields, pairs[_i].pair, &err);
    CLEANUP(str_release) struct str text = STR_INIT;
    json_print(patch, &text);
    ck_assert_int_eq(rc, pairs[_i].patch ? 0 : -1);
    ck_assert_str_eq(text.buf, pairs[_i].patch ? pairs[_i].patch : "[]");
    ck_assert_int_eq(err.code, pairs[_i].patch ? ERR_OK : ERR_USAGE);
    ck_assert_msg(str_eq(err.hint, pairs[_i].hint), "%s", err.hint ? err.hint : "no hint");
    err_release(&err);
}
END_TEST

START_TEST(a_key_can_be_taken_away)
{
    struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *patch = node_new_array();
    ck_assert_int_eq(magnum_patch_remove(patch, magnum_template_fields, "labels.a", &err), 0);
    ck_assert_int_eq(magnum_patch_remove(patch, magnum_template_fields, "tags", &err), 0);
    ck_assert_int_eq(magnum_patch_remove(patch, magnum_template_fields, "uuid", &err), -1);
    CLEANUP(str_release) struct str text = STR_INIT;
    json_print(patch, &text);
    ck_assert_str_eq(text.buf, "[{\"op\":\"remove\",\"path\":\"/labels/a\"},{\"op\":\"remove\",\"path\":\"/tags\"}]");
    err_release(&err);
}
END_TEST

START_TEST(few_fields_are_all_named)
{
    struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *patch = node_new_array();
    ck_assert_int_eq(magnum_patch_set(patch, magnum_cluster_changes, "flavor_id=x", &err), -1);
    ck_assert_str_eq(err.hint, "node_count, health_status, health_status_reason");
    err_release(&err);
}
END_TEST

Suite *suite_openstack_magnum(void)
{
    Suite *suite = suite_create("openstack_magnum");
    TCase *tcase = tcase_create("patches");
    tcase_add_loop_test(tcase, a_pair_is_a_step_of_a_patch, 0, (int)ARRAY_LEN(pairs));
    tcase_add_test(tcase, a_key_can_be_taken_away);
    tcase_add_test(tcase, few_fields_are_all_named);
    suite_add_tcase(suite, tcase);
    return suite;
}
