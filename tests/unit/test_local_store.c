#include <check.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "local/store.h"
#include "scratch.h"
#include "suites.h"

START_TEST(names_are_checked)
{
    static const struct {
        const char *name;
        bool good;
    } cases[] = {{"a", true},
                 {"a-b0", true},
                 {"0a", true},
                 {"", false},
                 {"-a", false},
                 {"a-", false},
                 {"A", false},
                 {"a/b", false},
                 {"..", false},
                 {"a.b", false},
                 {"a\n", false},
                 {"a\x1b[31m", false},
                 {"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz01234567890", true},
                 {"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz012345678901", false}};
    CLEANUP(err_release) struct err err = ERR_INIT;
    ck_assert_int_eq(store_name_check("job", cases[_i].name, &err) == 0, cases[_i].good);
    if (!cases[_i].good) {
        ck_assert_int_eq(err.code, ERR_USAGE);
        ck_assert_ptr_null(strchr(err.what, '\x1b'));
    }
}
END_TEST

struct seen {
    struct strv names;
    const char *refused;
};

static int see(const char *name, const node_t *document, void *arg, struct err *err)
{
    struct seen *seen = arg;
    if (str_eq(name, seen->refused))
        return err_set(err, ERR_FAILED, "it is refused");
    strv_addf(&seen->names, "%s=%s", name, node_str(document, "/v", "?"));
    return 0;
}

static void put(const char *folder, const char *name, const char *value)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(node_free) node_t *node = node_new_object();
    node_set_str(node, "v", value);
    ck_assert_int_eq(store_put(folder, name, node, &err), 0);
}

START_TEST(documents_survive_and_broken_ones_are_set_aside)
{
    char *folder = scratch_new();
    CLEANUP(err_release) struct err err = ERR_INIT;
    ck_assert_int_eq(store_open(folder, &err), 0);
    put(folder, "b", "1");
    put(folder, "a", "1");
    put(folder, "a", "2");
    scratch_write(folder, "torn.json", "{\"v\":");
    scratch_write(folder, "list.json", "[1]");
    scratch_write(folder, "c.json", "{\"v\":\"3\"}");
    scratch_write(folder, "a.json.Ab12xY", "half written");
    scratch_write(folder, "README", "not ours");

    struct seen seen = {.refused = "c"};
    CLEANUP(strv_release) struct strv broken = STRV_INIT;
    ck_assert_int_eq(store_load(folder, see, &seen, &broken, &err), 0);
    ck_assert_uint_eq(seen.names.n, 2);
    ck_assert_str_eq(seen.names.v[0], "a=2");
    ck_assert_str_eq(seen.names.v[1], "b=1");
    ck_assert_uint_eq(broken.n, 3);
    ck_assert_ptr_nonnull(strstr(broken.v[0], "it is refused"));
    strv_release(&seen.names);
    seen.names = STRV_INIT;
    AUTOFREE char *aside = path_join(folder, "torn.json.broken");
    AUTOFREE char *leftover = path_join(folder, "a.json.Ab12xY");
    AUTOFREE char *other = path_join(folder, "README");
    ck_assert(file_exists(aside) && !file_exists(leftover) && file_exists(other));

    CLEANUP(strv_release) struct strv again = STRV_INIT;
    ck_assert_int_eq(store_load(folder, see, &seen, &again, &err), 0);
    ck_assert_uint_eq(again.n, 0);
    strv_release(&seen.names);
    scratch_end(folder);
}
END_TEST

START_TEST(a_full_disk_keeps_the_old_document)
{
    char *folder = scratch_new();
    CLEANUP(err_release) struct err err = ERR_INIT;
    bool is_mounted = geteuid() == 0 && mount("none", folder, "tmpfs", 0, "size=64k") == 0;
    if (is_mounted) {
        put(folder, "a", "old");
        AUTOFREE char *big = xmalloc(200001);
        memset(big, 'x', 200000);
        big[200000] = '\0';
        CLEANUP(node_free) node_t *node = node_new_object();
        node_set_str(node, "v", big);
        ck_assert_int_eq(store_put(folder, "a", node, &err), -1);
        ck_assert_ptr_nonnull(strstr(err.why, "No space left"));

        struct seen seen = {0};
        CLEANUP(strv_release) struct strv broken = STRV_INIT;
        CLEANUP(err_release) struct err again = ERR_INIT;
        ck_assert_int_eq(store_load(folder, see, &seen, &broken, &again), 0);
        ck_assert_uint_eq(seen.names.n, 1);
        ck_assert_str_eq(seen.names.v[0], "a=old");
        strv_release(&seen.names);
        ck_assert_int_eq(umount2(folder, MNT_DETACH), 0);
    }
    scratch_end(folder);
}
END_TEST

START_TEST(a_read_only_folder_is_told)
{
    char *folder = scratch_new();
    CLEANUP(err_release) struct err err = ERR_INIT;
    /* Permissions do not stop root: a read-only mount does. */
    bool is_root = geteuid() == 0;
    bool is_read_only = is_root ? mount("none", folder, "tmpfs", MS_RDONLY, "size=64k") == 0 : chmod(folder, 0500) == 0;
    if (is_read_only) {
        ck_assert_int_eq(store_open(folder, &err), -1);
        ck_assert_ptr_nonnull(strstr(err.what, "cannot be written"));
        ck_assert_ptr_nonnull(err.hint);
    }
    if (is_read_only && is_root)
        ck_assert_int_eq(umount2(folder, MNT_DETACH), 0);
    scratch_end(folder);
}
END_TEST

Suite *suite_local_store(void)
{
    Suite *suite = suite_create("local_store");
    TCase *tcase = tcase_create("store");
    tcase_add_loop_test(tcase, names_are_checked, 0, 14);
    tcase_add_test(tcase, documents_survive_and_broken_ones_are_set_aside);
    tcase_add_test(tcase, a_full_disk_keeps_the_old_document);
    tcase_add_test(tcase, a_read_only_folder_is_told);
    suite_add_tcase(suite, tcase);
    return suite;
}
